//! Input that is made to cost more than it may, or to mean something else than it says: rows G25 and G29.

use std::time::{Duration, Instant};

use prost::{Message, Name};
use prost_types::Any;
use proto::cosmos::{
    crypto::multisig::LegacyAminoPubKey,
    evidence::v1beta1::MsgSubmitEvidence,
    gov::v1::MsgSubmitProposal,
    tx::v1beta1::{TxBody, TxRaw},
};

use super::{
    Draft, coin,
    traffic::{chain, pay},
};
use crate::testkit::{TestChain, address, any};

/// What refusing one transaction may take: the bound of 5 ms is for an optimised build; the other tells minutes from moments.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 5_000 } else { 5 });

/// A message around itself, so many times; made from the outside in, since encoding recurses too.
fn nested(levels: usize, url: &str, field: u8) -> Any {
    let mut value = Vec::new();
    for _ in 0..levels {
        let inner = Any { type_url: url.to_owned(), value };
        let inner = inner.encode_to_vec();
        value = vec![field << 3 | 2];
        prost::encoding::encode_varint(inner.len() as u64, &mut value);
        value.extend(inner);
    }
    Any { type_url: url.to_owned(), value }
}

fn refused_at_once(chain: &mut TestChain, what: &str, tx: Vec<u8>) {
    let begun = Instant::now();
    let checked = chain.check(&tx);
    let took = begun.elapsed();
    assert_ne!(checked.code, 0, "{what}");
    assert!(took < PATIENCE, "{what} took {took:?}: {}", checked.log);
    let result = chain.block(vec![tx]).remove(0);
    assert_ne!(result.code, 0, "{what}");
    assert!(checked.log.len() < 4_096 && result.log.len() < 4_096, "{what}: a log of {}", result.log.len());
}

/// G25: messages within messages, in every place that holds an `Any`, signed in either mode, at any depth.
#[test]
fn any_bombs_are_refused_at_once_wherever_they_are_and_however_deep() {
    let mut chain = chain();
    for levels in [5, 11, 100, 2_000, 12_000, 40_000] {
        let kinds = [
            (MsgSubmitProposal::type_url(), 1),
            (MsgSubmitEvidence::type_url(), 2),
            (LegacyAminoPubKey::type_url(), 2),
            (TxBody::type_url(), 1),
        ];
        for (url, field) in kinds {
            let bomb = nested(levels, &url, field);
            let what = format!("{levels} levels of {url}");
            let raw = |body: TxBody, auth: Vec<u8>| TxRaw {
                body_bytes: body.encode_to_vec(),
                auth_info_bytes: auth,
                signatures: vec![vec![1; 64]],
            };
            let submitter = address("ada").to_string();
            let evidence = any(&MsgSubmitEvidence { submitter, evidence: Some(bomb.clone()) });
            for amino in [false, true] {
                let mut draft = Draft::of(&chain, "ada", vec![pay("ada", "bob", "ulaz", "1")]);
                draft.amino = amino;
                let auth = draft.auth_info();
                let good = draft.body.clone();
                let mut key = auth.clone();
                key.signer_infos[0].public_key = Some(bomb.clone());
                let auth = auth.encode_to_vec();
                let alone = TxBody { messages: vec![bomb.clone()], ..good.clone() };
                let inside = TxBody { messages: vec![evidence.clone()], ..good.clone() };
                let option = TxBody { extension_options: vec![bomb.clone()], ..good.clone() };
                for (place, raw) in [
                    ("as a message", raw(alone, auth.clone())),
                    ("as evidence", raw(inside, auth.clone())),
                    ("as an extension", raw(option, auth.clone())),
                    ("as a key", raw(good, key.encode_to_vec())),
                ] {
                    refused_at_once(
                        &mut chain,
                        &format!("{what} {place}, amino {amino}"),
                        raw.encode_to_vec(),
                    );
                }
            }
        }
    }
    chain.blocks(1);
}

/// G25: wide lists, long texts, numbers without end, a transaction that is nearly all zeros.
#[test]
fn wide_long_and_endless_input_is_refused_at_once() {
    let mut chain = chain();
    let of = |change: &dyn Fn(&mut Draft)| {
        let mut draft = Draft::of(&chain, "ada", vec![pay("ada", "bob", "ulaz", "1")]);
        change(&mut draft);
        draft.seal()
    };
    let send = pay("ada", "bob", "ulaz", "1");
    let mut wide = proto::cosmos::bank::v1beta1::MsgSend::decode(send.value.as_slice()).expect("decodes");
    wide.amount = (0..10_000).map(|index| coin(&format!("coin{index:05}"), "1")).collect();
    let cases = [
        ("a memo of a megabyte", of(&|draft| draft.body.memo = "m".repeat(1_000_000))),
        ("more than a megabyte", of(&|draft| draft.body.memo = "m".repeat(1_100_000))),
        ("thousands of messages", of(&|draft| draft.body.messages = vec![send.clone(); 5_000])),
        ("thousands of coins", of(&|draft| draft.body.messages = vec![any(&wide)])),
        ("thousands of fees", of(&|draft| draft.fee.amount = wide.amount.clone())),
        ("zeros", vec![0; 1_000_000]),
        ("empty fields", [0x1a, 0x00].repeat(500_000)),
        ("an endless number", vec![0xff; 100]),
        ("a length past the end", vec![0x0a, 0xff, 0xff, 0xff, 0x7f]),
        ("a length of all there is", [&[0x0a][..], &[0xff; 9], &[1]].concat()),
        ("groups", vec![0x0b; 100_000]),
    ];
    for (what, tx) in cases {
        refused_at_once(&mut chain, what, tx);
    }
}

/// G29: an amount is digits without a leading zero, within 2^128 less one or what the supply can be, and nothing else.
#[test]
fn odd_amounts_and_denominations_are_refused() {
    let (mut chain, mut control) = (chain(), chain());
    let powers = [
        "18446744073709551616", // 2^64: read, and not there
        "340282366920938463463374607431768211455",
        "340282366920938463463374607431768211456",
        "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "115792089237316195423570985008687907853269984665640564039457584007913129639936",
        "115792089237316195423570985008687907853269984665640564039457584007913129639937",
    ];
    let spellings = [
        "", "0", "-0", "-1", "+1", "1e3", "1.0", "1.", ".1", "01", "00", " 1", "1 ", "1_000", "1,000", "0x1",
        "\u{0661}", "\u{ff11}", "one", "NaN", "1\0",
    ];
    for amount in powers.into_iter().chain(spellings) {
        refused(&mut chain, &mut control, &format!("{amount:?} ulaz"), "ulaz", amount);
    }
    let long = "u".repeat(200);
    for denom in [
        "",
        "u",
        "ul",
        "1ulaz",
        "ulaz ",
        " ulaz",
        "ul az",
        "ul\0az",
        "\u{fc}laz",
        "ulaz\u{200b}",
        "ULAZ",
        &long,
    ] {
        refused(&mut chain, &mut control, &format!("1 {denom:?}"), denom, "1");
    }
    let lists: [&[(&str, &str)]; 4] = [
        &[],
        &[("ulaz", "1"), ("ulaz", "1")],
        &[("ulaz", "1"), ("uabc", "1")],
        &[("ulaz", "1"), ("uzero", "0")],
    ];
    for list in lists {
        let mut send = pay("ada", "bob", "ulaz", "1");
        let mut wire = proto::cosmos::bank::v1beta1::MsgSend::decode(send.value.as_slice()).expect("decodes");
        wire.amount = list.iter().map(|(denom, amount)| coin(denom, amount)).collect();
        send.value = wire.encode_to_vec();
        let tx = Draft::of(&chain, "ada", vec![send]).seal();
        assert_ne!(chain.check(&tx).code, 0, "{list:?}");
        assert_eq!(chain.block(vec![tx])[0].code, 10, "{list:?}");
    }
    assert_eq!(chain.balance("bob"), 50_000_000);
}

/// It is refused: as no coins before anything is paid, or for the lack of funds.
fn refused(chain: &mut TestChain, control: &mut TestChain, what: &str, denom: &str, amount: &str) {
    let tx = Draft::of(chain, "ada", vec![pay("ada", "bob", denom, amount)]).seal();
    let result = chain.block(vec![tx]).remove(0);
    control.block(Vec::new());
    let code = (result.codespace.as_str(), result.code);
    if code == ("sdk", 5) {
        assert!(
            !result.events.is_empty() && result.log.contains("spendable balance"),
            "{what}: {}",
            result.log
        );
    } else {
        assert!([("sdk", 10), ("sdk", 2)].contains(&code), "{what}: {code:?} {}", result.log);
        assert!(result.events.is_empty(), "{what}");
    }
    assert_eq!(chain.balance("bob"), control.balance("bob"), "{what}");
}

/// G29: an address is bech32 with our prefix, of 20 or 32 bytes, in letters of one size (capitals are BIP 173's too).
#[test]
fn odd_addresses_are_refused() {
    let mut chain = chain();
    let good = address("bob").to_string();
    let (mut last, mut mixed) = (good.clone(), good.clone());
    last.replace_range(good.len() - 1.., if good.ends_with('q') { "p" } else { "q" });
    mixed.replace_range(..1, "L");
    let odd = [
        String::new(),
        " ".into(),
        "laz1".into(),
        mixed,
        last,
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\0"),
        good.replace("laz1", "cosmos1"),
        "cosmos1zg69v7y6hn00qy352euf40x77qfrg4nclsjzp9".into(),
        address("bob").operator().to_string(),
        crate::testkit::cons("vic").to_string(),
        hex::encode([1; 20]),
        "A1lqfn3a".into(), // bech32m
        "laz1".repeat(50),
        "l".repeat(100_000),
    ];
    for to in odd {
        for field in ["to", "from"] {
            let mut wire = proto::cosmos::bank::v1beta1::MsgSend {
                from_address: address("ada").to_string(),
                to_address: good.clone(),
                amount: vec![coin("ulaz", "1")],
            };
            if field == "to" {
                wire.to_address = to.clone()
            } else {
                wire.from_address = to.clone()
            }
            let mut draft = Draft::of(&chain, "ada", vec![any(&wire)]);
            draft.fee.gas_limit = 5_000_000;
            let tx = draft.seal();
            let result = chain.block(vec![tx]).remove(0);
            assert_eq!(
                (result.codespace.as_str(), result.code),
                ("sdk", 7),
                "{field} {to:.60?}: {:.200}",
                result.log
            );
            assert!(result.events.is_empty() && result.log.len() < 4_096, "a log of {}", result.log.len());
        }
    }
}
