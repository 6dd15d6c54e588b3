//! Fees and gas: row G30.

use prost_types::Any;

use super::{
    Draft, coin, signer,
    traffic::{chain, pay},
};
use crate::testkit::TestChain;

fn draft(chain: &TestChain, messages: Vec<Any>) -> Draft {
    Draft::of(chain, "ada", messages)
}

type Change = fn(&mut Draft, &TestChain);

/// G30: each odd fee has its code, the same in a block on every node, and takes nothing but what it may.
#[test]
fn odd_fees_are_refused_by_number_and_take_nothing() {
    let cases: &[(&str, Change, (&str, u32))] = &[
        ("unknown denomination", |d, _| d.fee.amount = vec![coin("unknown", "10")], ("sdk", 5)),
        ("two denominations", |d, _| d.fee.amount = vec![coin("uabc", "1"), coin("ulaz", "10")], ("sdk", 5)),
        ("not sorted", |d, _| d.fee.amount = vec![coin("ulaz", "10"), coin("uabc", "1")], ("sdk", 10)),
        ("twice the same", |d, _| d.fee.amount = vec![coin("ulaz", "5"), coin("ulaz", "5")], ("sdk", 10)),
        ("zero of a coin", |d, _| d.fee.amount = vec![coin("ulaz", "0")], ("sdk", 10)),
        ("negative", |d, _| d.fee.amount = vec![coin("ulaz", "-1")], ("sdk", 10)),
        ("more than there is", |d, _| d.fee.amount = vec![coin("ulaz", "50000001")], ("sdk", 5)),
        ("more than a number holds", |d, _| d.fee.amount = vec![coin("ulaz", &"9".repeat(90))], ("sdk", 10)),
        ("no gas", |d, _| d.fee.gas_limit = 0, ("sdk", 11)),
        ("one gas", |d, _| d.fee.gas_limit = 1, ("sdk", 11)),
        ("payer without funds", |d, chain| payer(d, chain, "poor"), ("sdk", 9)),
        (
            "payer who does not sign",
            |d, _| d.fee.payer = crate::testkit::address("bob").to_string(),
            ("sdk", 4),
        ),
        ("granter", |d, _| d.fee.granter = crate::testkit::address("bob").to_string(), ("sdk", 37)),
        ("no address", |d, _| d.fee.payer = "laz1".into(), ("sdk", 7)),
    ];
    for (what, change, expected) in cases {
        let (mut chain, mut control) = (chain(), chain());
        let mut draft = draft(&chain, vec![pay("ada", "bob", "ulaz", "1")]);
        change(&mut draft, &chain);
        let tx = draft.seal();
        assert_ne!(chain.check(&tx).code, 0, "{what}");
        let result = chain.block(vec![tx]).remove(0);
        assert_eq!((result.codespace.as_str(), result.code), *expected, "{what}: {}", result.log);
        control.block(Vec::new());
        assert_eq!(chain.node.info(), control.node.info(), "{what}");
    }
}

fn payer(draft: &mut Draft, chain: &TestChain, who: &str) {
    draft.fee.payer = crate::testkit::address(who).to_string();
    draft.signers.push(signer(chain, who));
}

/// G30: the largest gas limit is a price no pool accepts and no reason to stop.
#[test]
fn a_limit_of_all_gas_there_is_costs_more_than_there_is_in_the_pool_and_stops_no_block() {
    let mut chain = chain();
    let mut draft = draft(&chain, vec![pay("ada", "bob", "ulaz", "1")]);
    draft.fee.gas_limit = u64::MAX;
    let tx = draft.seal();
    assert_eq!(chain.check(&tx).code, 13);
    let result = chain.block(vec![tx]).remove(0);
    assert_eq!((result.code, result.gas_wanted), (0, i64::MAX));
    chain.blocks(1);
}

/// G30: another signer may pay; a message that fails afterwards costs the payer its fee and each signer its sequence.
#[test]
fn a_failing_message_costs_the_payer_its_fee_and_every_signer_its_sequence() {
    let mut chain = chain();
    let mut draft = draft(&chain, vec![pay("ada", "bob", "ulaz", "90000000")]);
    payer(&mut draft, &chain, "bob");
    let result = chain.block(vec![draft.seal()]).remove(0);
    assert_eq!((result.codespace.as_str(), result.code), ("sdk", 5));
    assert_eq!((chain.balance("ada"), chain.balance("bob")), (50_000_000, 49_999_990));
    assert_eq!((chain.sequence("ada"), chain.sequence("bob")), (1, 1));
}

/// G30: no fee at all is the node's decision to refuse, not the chain's.
#[test]
fn no_fee_is_refused_by_a_node_that_asks_for_one_and_by_no_block() {
    let mut chain = chain();
    let mut draft = draft(&chain, vec![pay("ada", "bob", "ulaz", "1")]);
    draft.fee.amount.clear();
    let tx = draft.seal();
    assert_eq!(chain.check(&tx).code, 13);
    assert_eq!(chain.block(vec![tx])[0].code, 0);
}
