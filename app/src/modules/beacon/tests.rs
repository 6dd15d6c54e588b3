//! Scenarios.

use proto::lazchain::beacon::v1 as pb;

use super::{HashChain, LINKS, item, logic, preimage, seed};
use crate::testkit::{Odd, TestChain, address, any, cons, send};

fn chain() -> TestChain {
    let balances = [("ada", 9_000_000), ("vic", 9_000_000), ("val", 9_000_000)];
    TestChain::with_validators(&balances, &[("vic", 5_000_000), ("val", 5_000_000)])
}

fn register(name: &str, tip: [u8; 32]) -> prost_types::Any {
    any(&pb::MsgRegisterBeacon { operator: address(name).to_string(), tip: tip.to_vec() })
}

fn state(chain: &TestChain) -> state::Snapshot {
    chain.node.store().latest()
}

fn pass(chain: &mut TestChain, blocks: u32) {
    (0..blocks).for_each(|_| drop(chain.block(Vec::new())));
}

#[test]
fn the_seeds_of_the_worked_example_are_these() {
    let seeds = [(1, 1, "aafa114ee3a2c02c"), (3, 1, "324cb335b5e887cf"), (3, 2, "f3d88670eecf6061")];
    for (task, round, begins) in seeds {
        assert_eq!(hex::encode(&seed(&[7; 32], task, round)[..8]), begins);
    }
}

#[test]
fn each_link_of_a_chain_leads_to_the_one_given_before() {
    let chain = HashChain::from_secret([3; 32]);
    let mut tip = chain.tip();
    for given in 0..1_100 {
        tip = chain.next(given, &tip).expect("its own chain");
    }
    assert_eq!(chain.next(0, &tip), None, "not what was reached then");
    assert_eq!(chain.next(LINKS, &tip), None, "used up");
}

#[test]
fn a_chain_counts_from_the_next_epoch_and_its_preimages_move_the_beacon() {
    let mut chain = chain();
    chain.roll_dice(&["vic", "val"]);
    let before = logic::value(&state(&chain)).expect("reads");
    assert!(!logic::ready(&state(&chain), 0).expect("reads"));
    pass(&mut chain, 40);
    let called = chain.height;
    assert_ne!(logic::value(&state(&chain)).expect("reads"), before);
    assert!(!logic::ready(&state(&chain), called).expect("reads"), "nobody gave since");
    pass(&mut chain, 1);
    assert!(logic::ready(&state(&chain), called).expect("reads"));
    let vic = logic::chain(&state(&chain), &address("vic").operator()).expect("reads").expect("there");
    assert!(vic.given > 5 && vic.withheld == 0, "{vic:?}");
}

/// peers 7.8, peers 4.7.
#[test]
fn a_withheld_or_wrong_preimage_is_counted_and_moves_nothing() {
    let mut chain = chain();
    chain.roll_dice(&["vic", "val"]);
    pass(&mut chain, 40);
    let before = logic::value(&state(&chain)).expect("reads");
    let mut seen = chain.seen(Vec::new());
    seen.txs.clear();
    let proposer = seen.proposer;
    chain.advance(seen);
    let mut seen = chain.seen(Vec::new());
    seen.txs = vec![item(&[9; 32])];
    let results = chain.advance(seen).results;
    assert_eq!((results[0].codespace.as_str(), results[0].code), ("beacon", 4));
    assert_eq!(logic::value(&state(&chain)).expect("reads"), before);
    let of =
        |name: &str| logic::chain(&state(&chain), &address(name).operator()).expect("reads").expect("there");
    assert_eq!(of("vic").withheld + of("val").withheld, 2);
    assert!(proposer == Some(cons("vic")) || proposer == Some(cons("val")));
}

/// peers 7.8.
#[test]
fn a_preimage_anywhere_but_first_or_in_the_pool_is_refused() {
    let mut chain = chain();
    chain.roll_dice(&["vic", "val"]);
    let bytes = item(&[1; 32]);
    assert_ne!(chain.node.check(&bytes).expect("answers").code, 0);
    let paid = chain.sign("ada", vec![send("ada", "vic", 1)], &Odd::default());
    let mut seen = chain.seen(Vec::new());
    seen.txs = vec![paid.clone(), bytes.clone()];
    assert!(chain.node.process(seen.clone()).expect("answers").is_err());
    seen.txs = vec![bytes, paid];
    assert!(chain.node.process(seen.clone()).expect("answers").is_ok(), "wrong, but in its place");
    let results = chain.advance(seen).results;
    assert_eq!((results[0].codespace.as_str(), results[0].code, results[1].code), ("beacon", 3, 0));
}

#[test]
fn a_block_by_nobody_known_gives_nothing() {
    let mut chain = chain();
    let mut seen = chain.seen(Vec::new());
    (seen.proposer, seen.txs) = (Some(cons("stranger")), vec![item(&[1; 32])]);
    let results = chain.advance(seen).results;
    assert_eq!((results[0].codespace.as_str(), results[0].code), ("beacon", 6));
}

#[test]
fn only_an_operator_registers_and_no_tip_twice() {
    let mut chain = chain();
    let result = chain.run("ada", vec![register("ada", [5; 32])]);
    assert_eq!((result.codespace.as_str(), result.code), ("beacon", 2));
    assert_eq!(chain.run("vic", vec![register("vic", [5; 32])]).code, 0);
    let result = chain.run("vic", vec![register("vic", [5; 32])]);
    assert_eq!((result.codespace.as_str(), result.code), ("beacon", 5));
    let authority = address("ada").to_string();
    let params = Some(pb::Params { givers: 2 });
    assert_eq!(chain.run("ada", vec![any(&pb::MsgUpdateParams { authority, params })]).codespace, "gov");
    assert!(super::types::check(&pb::Params { givers: 0 }).is_err());
}

#[test]
fn an_item_is_no_transaction_and_a_transaction_no_item() {
    assert_eq!(preimage(&item(&[7; 32])), Some([7; 32]));
    assert_eq!(preimage(&item(&[7; 32])[1..]), None);
    assert_eq!(preimage(b"\0lazchain/beacon/v1\0short"), None);
    assert!(crate::tx::Tx::parse(&item(&[7; 32])).is_err());
}
