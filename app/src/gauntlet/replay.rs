//! One signature, one effect: row G26.

use super::{
    Draft, signer,
    traffic::{PEOPLE, chain, pay, world},
};
use crate::testkit::{TestChain, init_chain};

/// G26: in the same block, in a later one, after a restart, after an export and import.
#[test]
fn a_signed_transaction_has_exactly_one_effect_ever() {
    for amino in [false, true] {
        let mut chain = chain();
        let mut draft = Draft::of(&chain, "ada", vec![pay("ada", "bob", "ulaz", "5")]);
        draft.amino = amino;
        let tx = draft.seal();
        let codes: Vec<u32> =
            chain.block(vec![tx.clone(); 3]).into_iter().map(|result| result.code).collect();
        assert_eq!(codes, [0, 32, 32]);
        assert_eq!(chain.block(vec![tx.clone()])[0].code, 32);
        let mut chain = chain.restart();
        assert_eq!(chain.check(&tx).code, 32);
        assert_eq!(chain.block(vec![tx.clone()])[0].code, 32);
        let exported = chain.export();
        let mut imported = TestChain::with_genesis(&PEOPLE, exported);
        assert_eq!(imported.block(vec![tx])[0].code, 32);
        assert_eq!(imported.balance("bob"), 50_000_005);
    }
}

/// G26: a signature for one chain, account number or sequence is none for another.
#[test]
fn a_signature_for_another_chain_number_or_sequence_is_worth_nothing() {
    for amino in [false, true] {
        let mut chain = chain();
        let (_, number, sequence) = signer(&chain, "ada");
        let tampered = |chain: &TestChain, number: u64, sequence: u64| {
            let mut draft = Draft::of(chain, "ada", vec![pay("ada", "bob", "ulaz", "5")]);
            draft.amino = amino;
            draft.signers[0] = ("ada".into(), number, sequence);
            draft.seal()
        };
        let wrong_number = tampered(&chain, number + 1, sequence);
        let later = tampered(&chain, number, sequence + 1);
        assert_eq!(chain.block(vec![wrong_number])[0].code, 4);
        assert_eq!(chain.block(vec![later.clone()])[0].code, 32);
        // signed for the second place, it does not take the first, and is good once the second comes
        let first = tampered(&chain, number, sequence);
        assert_eq!(chain.block(vec![first])[0].code, 0);
        assert_eq!(chain.block(vec![later])[0].code, 0);

        let draft = {
            let mut draft = Draft::of(&chain, "ada", vec![pay("ada", "bob", "ulaz", "5")]);
            draft.amino = amino;
            draft.seal()
        };
        let mut init = init_chain(world(), Vec::new());
        init.chain_id = "lazchain-test-2".into();
        let mut elsewhere = TestChain::start(&PEOPLE, init).expect("a good genesis");
        elsewhere.block(Vec::new());
        let code = elsewhere.block(vec![draft])[0].code;
        assert!(code == 4 || code == 32, "{code}");
        assert_eq!(elsewhere.balance("bob"), 50_000_000);
    }
}

/// G26: a signature over one mode's bytes is none in the other mode.
#[test]
fn a_signature_in_one_mode_is_none_in_the_other() {
    let mut chain = chain();
    let direct = Draft::of(&chain, "ada", vec![pay("ada", "bob", "ulaz", "5")]);
    let amino = Draft { amino: true, ..direct.clone() };
    for (signed, sent) in [(&direct, &amino), (&amino, &direct)] {
        use prost::Message;
        let (body, auth) = (sent.body.encode_to_vec(), sent.auth_info().encode_to_vec());
        let signatures = signed.signatures(&body, &auth);
        let tx = crate::tx::assemble(body, auth, signatures);
        assert_eq!(chain.block(vec![tx])[0].code, 4);
    }
}
