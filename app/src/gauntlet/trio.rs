//! One chain three ways: A plain, B restarted at random points, C imported from A's export.

use serde_json::Value as Json;
use state::{Options, Overlay, Store};

use super::{
    Dice,
    follower::{Follower, Setup, assert_same},
};
use crate::{
    ctx::{Block, Ctx},
    modules,
    node::{Finalized, Node, Seen},
    testkit::{TestChain, init_chain},
    time::Time,
};

/// Three nodes in lockstep.
pub(crate) struct Trio {
    pub(crate) a: TestChain,
    /// Time of the last block.
    pub(crate) now: Time,
    b: Option<Follower>,
    c: Option<Follower>,
    dice: Dice,
    /// B has trouble in one block of so many.
    calm: u64,
    seed: u64,
}

impl Trio {
    /// A and B after their first block; these accounts can sign.
    pub(crate) fn start(names: &[&str], genesis: &Json, (seed, calm): (u64, u64)) -> Trio {
        let a = TestChain::with_genesis(names, genesis.clone());
        let b = Follower::start(Setup::default(), init_chain(genesis.clone(), Vec::new()));
        Trio { a, now: Time::EPOCH, b: Some(b), c: None, dice: Dice::new(seed ^ 0xb), calm, seed }
    }

    /// The next block, on all of them: A and B agree on every byte, C on what comes of it.
    pub(crate) fn step(&mut self, txs: Vec<Vec<u8>>) -> Finalized {
        let seen = self.a.seen(txs);
        let mut b = self.b.take().expect("it runs between steps");
        if self.dice.one_in(self.calm) {
            b = torment(b, &seen, &mut self.dice);
        }
        let one = self.a.advance(seen.clone());
        let what = format!("at height {}, SEED={}", seen.height, self.seed);
        assert_same(&one, &b.run(&seen), &what);
        (self.b, self.now) = (Some(b), seen.time);
        if let Some(c) = &self.c {
            let other = c.run(&seen);
            assert_eq!(one.results, other.results, "results of C {what}");
            assert_eq!(one.events, other.events, "events of C {what}");
            assert_eq!(one.validators, other.validators, "validators of C {what}");
        }
        one
    }

    /// C begins as A stands.
    pub(crate) fn branch(&mut self) {
        let exported = export(&self.a.node);
        let what = format!("of C at height {}, SEED={}", self.a.height, self.seed);
        assert_equal(&exported, &through(&exported), &what);
        self.c = Some(imported(&self.a, exported));
    }

    /// C, which began as A's export, would be exported as A is now.
    pub(crate) fn end(&self) {
        let c = self.c.as_ref().expect("it has begun");
        let (mut one, mut other) = (export(&self.a.node), export(&c.node));
        [&mut one, &mut other].into_iter().for_each(forget_labels);
        assert_equal(&one, &other, &format!("of C at the end, SEED={}", self.seed));
    }
}

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
fn torment(mut node: Follower, seen: &Seen, dice: &mut Dice) -> Follower {
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
