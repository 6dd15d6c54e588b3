//! Panics: row G18. Inside a transaction a panic is that transaction's refusal; `abci_server.rs` and `abci/tests.rs` show
//! that any other ends the process.

use super::{
    Draft,
    traffic::{chain, pay},
};

/// Panics if a memo or a title says so: called in tests where a transaction is verified, checked and executed, and where
/// a passed proposal is.
pub(crate) fn trip(text: &str, place: &str) {
    assert_ne!(text, format!("panic in {place}"), "told to");
}

/// G18: wherever a transaction panics, it gets a code and its writes are dropped; its neighbours notice nothing.
#[test]
fn a_panic_inside_a_transaction_is_its_refusal_and_its_neighbours_notice_nothing() {
    for place in ["verification", "checks", "messages"] {
        let (mut chain, mut control) = (chain(), chain());
        let of = |chain: &crate::testkit::TestChain, who: &str, memo: String| {
            let mut draft = Draft::of(chain, who, vec![pay(who, "eve", "ulaz", "1000")]);
            draft.body.memo = memo;
            draft.seal()
        };
        let bad = of(&chain, "bob", format!("panic in {place}"));
        let (one, other) = (of(&chain, "ada", String::new()), of(&chain, "cyd", String::new()));
        let checked = chain.check(&bad).code;
        assert_eq!(checked == 111_222, place == "checks", "{place}");
        let prepared = chain.node.prepare(vec![one.clone(), bad.clone(), other.clone()], 1_000_000);
        assert!(prepared.expect("no fault").len() >= 2);
        assert_eq!(chain.node.process(chain.seen(vec![bad.clone()])).expect("no fault"), Ok(()));
        let results = chain.block(vec![one.clone(), bad.clone(), other.clone()]);
        let codes: Vec<u32> = results.iter().map(|result| result.code).collect();
        let caught = if place == "verification" { 0 } else { 111_222 };
        assert_eq!(codes, [0, caught, 0], "{place}");
        if place == "checks" {
            control.block(vec![one, other]);
            assert_eq!(chain.node.info().1, control.node.info().1, "{place}");
            assert_eq!(chain.sequence("bob"), 0);
        }
        if place == "messages" {
            assert_eq!((chain.sequence("bob"), chain.balance("bob")), (1, 49_999_990));
        }
        let next = of(&chain, "bob", String::new());
        assert_eq!(chain.block(vec![next])[0].code, 0);
    }
}
