//! Random traffic over all modules, three ways: chain A plain, B restarted at random points, C imported from A's export.
//! `SEED=7 make sim` replays a seed.

use std::collections::BTreeMap;

use super::{
    follower::{Follower, Setup, first},
    seed, times,
    traffic::{PEOPLE, Traffic, world},
    trio::Trio,
};
use crate::{node::Finalized, testkit::init_chain};

/// Whether each message did what it says at least once, counted by the caller.
fn count(codes: &mut BTreeMap<(String, u32), u32>, finalized: &Finalized) {
    for result in &finalized.results {
        *codes.entry((result.codespace.clone(), result.code)).or_default() += 1;
    }
}

/// G01, G08, G10, in process: A and B agree on every byte; C starts as A stands and goes on as A does.
#[test]
fn random_traffic_gives_equal_hashes_after_any_restart_and_equal_exports_after_an_import() {
    let first = seed(7);
    for seed in first..first + times() {
        let mut trio = Trio::start(&PEOPLE, &world(), (seed, 1));
        let mut traffic = Traffic::new(seed);
        let mut codes = BTreeMap::new();
        for _ in 0..90 * times().min(5) {
            let txs = traffic.block(&mut trio.a);
            count(&mut codes, &trio.step(txs));
        }
        assert!(codes[&(String::new(), 0)] > 40, "too few succeed: {codes:?}");
        assert!(codes.len() > 12, "too little goes wrong: {codes:?}");
        trio.branch();
        for _ in 0..25 {
            let txs = traffic.block(&mut trio.a);
            trio.step(txs);
        }
        trio.end();
    }
}

/// G10: InitChain may come again after a crash, until the first block is committed.
#[test]
fn a_crash_during_init_chain_or_before_the_first_commit_is_no_loss() {
    let control = Follower::start(Setup::default(), init_chain(world(), Vec::new()));
    let node = Follower::empty(Setup::default());
    let hash = node.node.init_chain(init_chain(world(), Vec::new())).expect("a good genesis").app_hash;
    let node = node.restart();
    assert_eq!(node.node.info().0, 0);
    let again = node.node.init_chain(init_chain(world(), Vec::new())).expect("a good genesis").app_hash;
    assert_eq!(hash, again);
    node.finalize(&first(1));
    let node = node.restart();
    node.node.init_chain(init_chain(world(), Vec::new())).expect("a good genesis");
    node.run(&first(1));
    assert_eq!(node.node.info(), control.node.info());
    assert!(node.node.init_chain(init_chain(world(), Vec::new())).is_err());
}
