//! Random traffic over all modules, three ways: chain A plain, B restarted at random points, C imported from A's export.
//! `SEED=7 make sim` replays a seed.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use state::{Options, Overlay, Store};

use super::{
    Dice,
    follower::{Follower, Setup, assert_same},
    seed, times,
    traffic::{Traffic, chain, world},
};
use crate::{
    ctx::{Block, Ctx},
    modules,
    node::Node,
    testkit::{TestChain, init_chain},
};

fn export(node: &Node) -> Json {
    let sections = modules::export(&node.store().latest()).expect("exports");
    sections.into_iter().map(|(name, json)| (name.to_owned(), json)).collect()
}

/// What a genesis is exported as before its first block.
fn through(genesis: &Json) -> Json {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Options::default()).expect("opens");
    let block = Block { chain_id: crate::testkit::CHAIN_ID.into(), ..Block::default() };
    let mut ctx = Ctx::new(block, Overlay::new(store.latest()));
    modules::consensus::init(&mut ctx, init_chain(Json::Null, Vec::new()).params);
    modules::init(&mut ctx, genesis).expect("a good genesis");
    let sections = modules::export(&ctx.state).expect("exports");
    sections.into_iter().map(|(name, json)| (name.to_owned(), json)).collect()
}

fn assert_equal(one: &Json, other: &Json, what: &str) {
    let sections = one.as_object().expect("sections");
    for (name, section) in sections {
        let Some(fields) = section.as_object() else { continue };
        for (field, value) in fields {
            assert_eq!(value, &other[name][field], "{name}.{field} {what}");
        }
    }
    assert_eq!(one, other, "{what}");
}

/// Cosmos' genesis has no room for the number of the next unbonding entry, so C counts on from the largest that is left.
fn forget_labels(json: &mut Json) {
    match json {
        Json::Object(fields) => {
            fields.remove("unbonding_id");
            fields.values_mut().for_each(forget_labels);
        }
        Json::Array(items) => items.iter_mut().for_each(forget_labels),
        _ => {}
    }
}

/// Chain C: A's export, in a node of its own that goes on from A's height.
fn imported(chain: &TestChain, exported: Json) -> Follower {
    let mut init = init_chain(exported, Vec::new());
    init.initial_height = chain.height + 1;
    let folder = Follower::empty(Setup::default());
    folder.node.init_chain(init).expect("an export is a genesis");
    folder
}

/// B ends at any point between two calls of the engine, as a process that is killed does, and starts again.
fn torment(mut node: Follower, seen: &crate::node::Seen, dice: &mut Dice) -> Follower {
    match dice.below(6) {
        0 => node = node.restart(),
        1 => {
            drop(node.node.process(seen.clone()).expect("no fault"));
            node = node.restart();
        }
        2 => {
            node.finalize(seen);
            node = node.restart();
        }
        3 => {
            drop(node.node.process(seen.clone()).expect("no fault"));
            node.finalize(seen);
            node.finalize(seen);
        }
        _ => {}
    }
    node
}

/// Whether each message did what it says at least once, counted by the caller.
fn count(codes: &mut BTreeMap<(String, u32), u32>, finalized: &crate::node::Finalized) {
    for result in &finalized.results {
        *codes.entry((result.codespace.clone(), result.code)).or_default() += 1;
    }
}

/// G01, G08, G10, in process: A and B agree on every byte; C starts as A stands and goes on as A does.
#[test]
fn random_traffic_gives_equal_hashes_after_any_restart_and_equal_exports_after_an_import() {
    let first = seed(7);
    for seed in first..first + times() {
        let mut a = chain();
        let mut b = Follower::start(Setup::default(), init_chain(world(), Vec::new()));
        let mut traffic = Traffic::new(seed);
        let mut dice = Dice::new(seed ^ 0xb);
        let mut codes = BTreeMap::new();
        for _ in 0..90 * times().min(5) {
            let txs = traffic.block(&mut a);
            let seen = a.seen(txs);
            b = torment(b, &seen, &mut dice);
            let finalized = a.advance(seen.clone());
            assert_same(&finalized, &b.run(&seen), &format!("at height {}, SEED={seed}", seen.height));
            count(&mut codes, &finalized);
        }
        assert!(codes[&(String::new(), 0)] > 40, "too few succeed: {codes:?}");
        assert!(codes.len() > 12, "too little goes wrong: {codes:?}");

        let exported = export(&a.node);
        let what = format!("of C at height {}, SEED={seed}", a.height);
        assert_equal(&exported, &through(&exported), &what);
        let c = imported(&a, exported);
        for _ in 0..25 {
            let txs = traffic.block(&mut a);
            let seen = a.seen(txs);
            let (one, other) = (a.advance(seen.clone()), c.run(&seen));
            let what = format!("of C at height {}, SEED={seed}", seen.height);
            assert_eq!(one.results, other.results, "results {what}");
            assert_eq!(one.events, other.events, "events {what}");
            assert_eq!(one.validators, other.validators, "validators {what}");
        }
        let (mut one, mut other) = (export(&a.node), export(&c.node));
        [&mut one, &mut other].into_iter().for_each(forget_labels);
        assert_equal(&one, &other, &format!("of C at the end, SEED={seed}"));
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
    node.finalize(&super::follower::first(1));
    let node = node.restart();
    node.node.init_chain(init_chain(world(), Vec::new())).expect("a good genesis");
    node.run(&super::follower::first(1));
    assert_eq!(node.node.info(), control.node.info());
    assert!(node.node.init_chain(init_chain(world(), Vec::new())).is_err());
}
