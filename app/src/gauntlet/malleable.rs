//! Nobody can change a signed transaction into another that is as good: row G27.

use prost::Message;
use prost_types::Any;
use proto::{
    cosmos::{
        crypto::multisig::v1beta1::{CompactBitArray, MultiSignature},
        tx::{
            signing::v1beta1::SignMode,
            v1beta1::{ModeInfo, SignerInfo, TxRaw, mode_info},
        },
    },
    pubkey::PubKey,
    sign,
};

use super::{
    Dice, Draft, mutants,
    samples::{Cast, names, sample},
    seed, signature, signer,
    traffic::{chain, pay},
};
use crate::{
    modules::auth,
    testkit::{CHAIN_ID, TestChain, key_of, pub_key},
};

/// Runs every mutant of a transaction, and then the transaction itself: only that one is accepted.
fn alone_is_good(chain: &mut TestChain, what: &str, good: &[u8], more: Vec<mutants::Mutant>) -> usize {
    let desc = proto::descriptors().get_message_by_name("cosmos.tx.v1beta1.TxRaw").expect("known");
    let mut all = mutants::of(&desc, good);
    all.extend(more);
    all.retain(|(_, mutant)| mutant != good);
    let count = all.len();
    let mut txs: Vec<Vec<u8>> = all.iter().map(|(_, mutant)| mutant.clone()).collect();
    for (label, mutant) in &all {
        let checked = chain.check(mutant);
        assert_ne!(checked.code, 0, "{what}: {label} passes its check");
    }
    txs.push(good.to_vec());
    let before = chain.balance("bob");
    let results = chain.block(txs);
    for ((label, _), result) in all.iter().zip(&results) {
        // nothing of it is executed, so not even a fee is taken
        assert!(result.code != 0 && result.events.is_empty(), "{what}: {label} is as good: {result:?}");
    }
    let last = results.last().expect("the good one");
    assert!(!last.events.is_empty(), "{what}: {}", last.log);
    if what.contains("MsgSend") {
        assert_eq!((last.code, chain.balance("bob")), (0, before + 7), "{what}: {}", last.log);
    }
    count
}

/// One bit of each byte turned.
fn flips(good: &[u8], dice: &mut Dice) -> Vec<mutants::Mutant> {
    let flip = |place: usize| {
        let mut mutant = good.to_vec();
        mutant[place] ^= 1 << dice.below(8);
        (format!("bit turned in byte {place}"), mutant)
    };
    (0..good.len()).map(flip).collect()
}

/// Other forms of a signature: the other half of the curve, DER, a recovery byte, cut, doubled.
fn signatures(good: &[u8]) -> Vec<mutants::Mutant> {
    let raw = TxRaw::decode(good).expect("decodes");
    let signature = raw.signatures[0].clone();
    let mut high = signature.clone();
    let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let order = ruint::aliases::U256::from_str_radix(order, 16).expect("a number");
    let s = ruint::aliases::U256::try_from_be_slice(&high[32..]).expect("32 bytes");
    high[32..].copy_from_slice(&(order - s).to_be_bytes::<32>());
    let der = secp256k1::ecdsa::Signature::from_compact(&signature).expect("a signature").serialize_der();
    let forms = [
        ("high S", high),
        ("DER", der.to_vec()),
        ("recovery byte", [&signature[..], &[1]].concat()),
        ("cut", signature[..63].to_vec()),
        ("nothing", Vec::new()),
        ("doubled", signature.repeat(2)),
        ("too long for any", vec![1; 5_000]),
    ];
    let with = |signatures| TxRaw { signatures, ..raw.clone() }.encode_to_vec();
    let mut all: Vec<_> = forms.into_iter().map(|(what, form)| (what.to_owned(), with(vec![form]))).collect();
    all.push(("a second signature".into(), with(vec![signature.clone(), signature])));
    all.push(("no signature".into(), with(Vec::new())));
    all
}

/// G27: no message of this chain, signed in either mode, has a second spelling.
#[test]
fn no_message_signed_in_either_mode_has_a_second_spelling() {
    let mut chain = chain();
    let mut dice = Dice::new(seed(7));
    // the accounts' keys are known, so that a transaction could do without them
    let first = ["ada", "vic"].map(|who| Draft::of(&chain, who, vec![pay(who, "bob", "ulaz", "1")]).seal());
    assert!(chain.block(first.to_vec()).iter().all(|result| result.code == 0));
    let mut count = 0;
    for name in names() {
        let message = sample(&chain, &name, &Cast::default());
        for amino in [false, true] {
            let mut draft = Draft::of(&chain, "ada", vec![message.clone()]);
            draft.amino = amino;
            draft.body.memo = "a memo".into();
            draft.body.timeout_height = 1_000;
            let good = draft.seal();
            let mut more = signatures(&good);
            more.extend(flips(&good, &mut dice));
            count += alone_is_good(&mut chain, &format!("{name}, amino {amino}"), &good, more);
        }
    }
    assert!(count > 10_000, "{count}");
}

const MEMBERS: [&str; 3] = ["ada", "eve", "cyd"];

fn threshold_key() -> PubKey {
    let key = |name: &&str| match pub_key(&key_of(name)) {
        PubKey::Secp256k1(key) => key,
        PubKey::Multisig { .. } => panic!("a single key"),
    };
    PubKey::Multisig { threshold: 2, keys: MEMBERS.iter().map(key).collect() }
}

/// A payment by two of three, in either mode; `bits` says who signs.
fn by_two_of_three(chain: &TestChain, amino: bool, bits: CompactBitArray) -> Vec<u8> {
    of_two_of_three(chain, (amino, bits), Some(threshold_key().wire()))
}

/// The same that states this key, or none.
fn of_two_of_three(
    chain: &TestChain,
    (amino, bits): (bool, CompactBitArray),
    public_key: Option<Any>,
) -> Vec<u8> {
    let from = threshold_key().address();
    let account = auth::find_account(&chain.node.store().latest(), &from).expect("reads").expect("is there");
    let send = proto::cosmos::bank::v1beta1::MsgSend {
        from_address: from.to_string(),
        to_address: crate::testkit::address("bob").to_string(),
        amount: vec![super::coin("ulaz", "7")],
    };
    let mut draft = Draft::of(chain, "ada", vec![crate::testkit::any(&send)]);
    draft.amino = amino;
    let mode = if amino { SignMode::LegacyAminoJson } else { SignMode::Direct };
    let single = ModeInfo { sum: Some(mode_info::Sum::Single(mode_info::Single { mode: mode.into() })) };
    let multi = mode_info::Multi { bitarray: Some(bits), mode_infos: vec![single; 2] };
    let info = SignerInfo {
        public_key,
        mode_info: Some(ModeInfo { sum: Some(mode_info::Sum::Multi(multi)) }),
        sequence: account.sequence,
    };
    let mut auth_info = draft.auth_info();
    auth_info.signer_infos = vec![info];
    let (body, auth) = (draft.body.encode_to_vec(), auth_info.encode_to_vec());
    let bytes = if amino {
        sign::amino_bytes(&draft.body, &draft.fee, CHAIN_ID, account.number, account.sequence).expect("JSON")
    } else {
        sign::direct_bytes(&body, &auth, CHAIN_ID, account.number)
    };
    let signatures = MEMBERS[..2].iter().map(|who| signature(who, &bytes)).collect();
    let signature = MultiSignature { signatures }.encode_to_vec();
    crate::tx::assemble(body, auth, vec![signature])
}

/// Gives the threshold key's account money.
fn endow(chain: &mut TestChain) {
    let rich = proto::cosmos::bank::v1beta1::MsgSend {
        from_address: crate::testkit::address("ada").to_string(),
        to_address: threshold_key().address().to_string(),
        amount: vec![super::coin("ulaz", "1000000")],
    };
    let tx = Draft::of(chain, "ada", vec![crate::testkit::any(&rich)]).seal();
    assert_eq!(chain.block(vec![tx])[0].code, 0);
}

fn bits(extra_bits_stored: u32, elems: &[u8]) -> CompactBitArray {
    CompactBitArray { extra_bits_stored, elems: elems.to_vec() }
}

/// Who leaves out a key that the chain knows pays for as many keys, and may have no more.
#[test]
fn a_threshold_key_costs_the_same_whether_it_is_stated_or_not() {
    let mut chain = chain();
    endow(&mut chain);
    let two_of = |chain: &TestChain, of: u32, stated: bool| {
        let key = stated.then(|| threshold_key().wire());
        of_two_of_three(chain, (false, bits(of, &[0b1100_0000])), key)
    };
    let stated = two_of(&chain, 3, true);
    let result = chain.block(vec![stated]).remove(0);
    assert_eq!(result.code, 0, "{}", result.log);
    // a signature that says there are fewer keys is wrong
    assert_eq!(chain.check(&two_of(&chain, 2, false)).code, 4);
    let silent = two_of(&chain, 3, false);
    let raw = TxRaw::decode(silent.as_slice()).expect("decodes");
    let mut auth =
        proto::cosmos::tx::v1beta1::AuthInfo::decode(raw.auth_info_bytes.as_slice()).expect("decodes");
    auth.signer_infos[0].mode_info =
        Some(ModeInfo { sum: Some(mode_info::Sum::Single(mode_info::Single { mode: 0 })) });
    let asked = TxRaw { auth_info_bytes: auth.encode_to_vec(), ..raw }.encode_to_vec();
    let simulated = chain.node.simulate(&asked).expect("runs").gas_used;
    let again = chain.block(vec![silent]).remove(0);
    assert_eq!((again.code, again.gas_used), (0, result.gas_used), "{}", again.log);
    assert_eq!(i64::try_from(simulated).expect("small"), result.gas_used);

    let mut state = super::traffic::world();
    state["auth"]["params"] = serde_json::json!({"max_memo_characters": "256", "tx_sig_limit": "2"});
    let mut chain = TestChain::with_genesis(&super::traffic::PEOPLE, state);
    endow(&mut chain);
    for stated in [true, false] {
        let tx = two_of(&chain, 3, stated);
        let parsed = crate::tx::Tx::parse(&tx).expect("parses");
        let state = chain.node.store().latest();
        assert_eq!(crate::checks::preverify(&state, &parsed, CHAIN_ID).expect("no fault"), None);
        assert_eq!(chain.check(&tx).code, 14, "{stated}");
    }
}

/// G27: a threshold signature has one spelling too: its bits, its keys, its signatures.
#[test]
fn a_threshold_signature_has_one_spelling() {
    let mut chain = chain();
    let mut dice = Dice::new(seed(8));
    endow(&mut chain);
    for amino in [false, true, false, true] {
        let good = by_two_of_three(&chain, amino, bits(3, &[0b1100_0000]));
        let odd = [
            bits(4, &[0b1100_0000]),
            bits(0, &[0b1100_0000]),
            bits(3, &[0b1100_0001]),
            bits(2, &[0b1100_0000]),
        ];
        let mut more: Vec<mutants::Mutant> = odd
            .into_iter()
            .map(|bits| (format!("bits {bits:?}"), by_two_of_three(&chain, amino, bits)))
            .collect();
        (0..3).for_each(|_| more.extend(flips(&good, &mut dice)));
        let raw = TxRaw::decode(good.as_slice()).expect("decodes");
        let inner = MultiSignature::decode(raw.signatures[0].as_slice()).expect("decodes");
        let with = |signatures: Vec<Vec<u8>>| {
            let signature = MultiSignature { signatures }.encode_to_vec();
            TxRaw { signatures: vec![signature], ..raw.clone() }.encode_to_vec()
        };
        let [one, two] = [inner.signatures[0].clone(), inner.signatures[1].clone()];
        more.push(("signatures swapped".into(), with(vec![two.clone(), one.clone()])));
        more.push(("one signature".into(), with(vec![one.clone()])));
        more.push(("the same twice".into(), with(vec![one.clone(), one.clone()])));
        more.push(("a third".into(), with(vec![one, two.clone(), two])));
        alone_is_good(&mut chain, &format!("threshold MsgSend, amino {amino}"), &good, more);
    }
    assert_eq!(signer(&chain, "bob").2, 0);
}
