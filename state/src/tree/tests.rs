//! The trie against its oracle, the `jmt` crate.

use super::forest::{Forest, Grown, Tries};
use super::hash::{self, EMPTY_ROOT};
use super::range::{self, Edges};
use super::small::{self, Pair};
use jmt::mock::MockTreeStore;
use jmt::{KeyHash, Sha256Jmt};
use proptest::prelude::*;
use sha2::Sha256;
use std::collections::BTreeMap;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn oracle(model: &Model) -> [u8; 32] {
    if model.is_empty() {
        return EMPTY_ROOT;
    }
    let store = MockTreeStore::default();
    let set = model.iter().map(|(key, value)| (KeyHash::with::<Sha256>(key), Some(value.clone())));
    let (root, _) = Sha256Jmt::new(&store).put_value_set(set, 0).unwrap();
    root.0
}

fn apply(forest: &Forest, tries: &Tries, changes: &BTreeMap<Vec<u8>, Option<Vec<u8>>>) -> Grown {
    let changes: Vec<(&[u8], Option<&[u8]>)> =
        changes.iter().map(|(key, value)| (key.as_slice(), value.as_deref())).collect();
    forest.apply(tries, &changes).unwrap()
}

fn blocks() -> impl Strategy<Value = Vec<BTreeMap<u16, Option<u8>>>> {
    let block = prop::collection::btree_map(0u16..300, prop::option::weighted(0.7, 1u8..), 0..90);
    prop::collection::vec(block, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn roots_are_those_of_jmt_after_any_blocks_and_dead_slots_come_back(blocks in blocks()) {
        let (forest, mut tries, mut model) = (Forest::new(), Tries::new(), Model::new());
        for block in blocks {
            let changes = block.iter().map(|(key, value)| {
                (format!("bank/k{key}").into_bytes(), value.map(|value| vec![value]))
            });
            let changes: BTreeMap<_, _> = changes.collect();
            for (key, value) in &changes {
                let inner = key[5..].to_vec();
                match value {
                    Some(value) => { model.insert(inner, value.clone()); }
                    None => { model.remove(&inner); }
                }
            }
            let grown = apply(&forest, &tries, &changes);
            forest.free(&grown.dead);
            tries = grown.tries;
            let root = tries.get("bank").map_or(EMPTY_ROOT, |trie| trie.root);
            prop_assert_eq!(root, oracle(&model));
            let (leaves, nodes, _) = forest.size();
            prop_assert_eq!(leaves, model.len() as u64);
            prop_assert!(nodes <= leaves * 20);
        }
    }

    #[test]
    fn a_run_of_leaves_proves_itself_and_nothing_else(
        keys in prop::collection::btree_set(any::<u32>(), 1..80),
        from in any::<prop::sample::Index>(),
        size in 1usize..30,
        spoil in any::<prop::sample::Index>(),
    ) {
        let forest = Forest::new();
        let changes: BTreeMap<_, _> =
            keys.iter().map(|key| (format!("a/{key}").into_bytes(), Some(vec![1]))).collect();
        let tries = apply(&forest, &Tries::new(), &changes).tries;
        let trie = &tries["a"];
        let all = forest.leaves(trie, None, usize::MAX);
        prop_assert_eq!(all.len(), keys.len());
        let from = from.index(all.len());
        let after = from.checked_sub(1).map(|at| all[at].key);
        let run: Vec<Pair> = forest
            .leaves(trie, after.as_ref(), size)
            .iter()
            .map(|leaf| Pair { key: leaf.key, value: hash::digest(&[1]) })
            .collect();
        prop_assert_eq!(run[0].key, all[from].key);
        let last = run.last().unwrap().key;
        let edges = Edges {
            first: forest.path(trie, &run[0].key).siblings,
            last: forest.path(trie, &last).siblings,
        };
        prop_assert_eq!(range::root(&run, &edges), Some(trie.root));

        let at = spoil.index(run.len());
        let mut changed = run.clone();
        changed[at].value[0] ^= 1;
        prop_assert_ne!(range::root(&changed, &edges), Some(trie.root));
        let mut missing = run.clone();
        missing.remove(at);
        prop_assert_ne!(range::root(&missing, &edges), Some(trie.root));
        let mut extra = run;
        let mut alien = extra[at];
        alien.key[31] ^= 1;
        extra.push(alien);
        extra.sort_by_key(|pair| pair.key);
        prop_assert_ne!(range::root(&extra, &edges), Some(trie.root));
    }
}

#[test]
fn the_small_trie_is_the_same_trie() {
    for count in [0usize, 1, 2, 3, 17, 40] {
        let model: Model = (0..count).map(|key| (format!("k{key}").into_bytes(), vec![7])).collect();
        let mut pairs: Vec<Pair> = model
            .iter()
            .map(|(key, value)| Pair { key: hash::digest(key), value: hash::digest(value) })
            .collect();
        pairs.sort_by_key(|pair| pair.key);
        assert_eq!(small::sum(&pairs, 0).hash(), oracle(&model));
    }
}

#[test]
fn thousands_of_keys_changed_added_and_removed_at_once_give_the_root_of_jmt() {
    let key = |number: u32| format!("k{number}").into_bytes();
    let forest = Forest::new();
    let mut model: Model = (0..3_000).map(|number| (key(number), vec![1])).collect();
    let filled = model.iter().map(|(key, value)| ([b"a/", key.as_slice()].concat(), Some(value.clone())));
    let tries = apply(&forest, &Tries::new(), &filled.collect()).tries;
    assert_eq!(tries["a"].root, oracle(&model));
    let mut changes = BTreeMap::new();
    for number in 0..4_000 {
        let change = if number % 3 == 0 { None } else { Some(vec![2]) };
        if number % 7 > 1 {
            changes.insert([b"a/", key(number).as_slice()].concat(), change.clone());
            match change {
                Some(value) => model.insert(key(number), value),
                None => model.remove(&key(number)),
            };
        }
    }
    assert_eq!(apply(&forest, &tries, &changes).tries["a"].root, oracle(&model));
    assert_eq!(forest.path(&tries["a"], &hash::digest(&key(2))).leaf.unwrap().hash, {
        hash::leaf(&hash::digest(&key(2)), &hash::digest(&[1]))
    });
}

#[test]
fn the_same_keys_give_the_same_root_in_any_order() {
    let forest = Forest::new();
    let one = |key: usize| BTreeMap::from([(format!("a/{key}").into_bytes(), Some(vec![1]))]);
    let (mut up, mut down) = (Tries::new(), Tries::new());
    for key in 0..200 {
        up = apply(&forest, &up, &one(key)).tries;
        down = apply(&forest, &down, &one(199 - key)).tries;
    }
    assert_eq!(up["a"].root, down["a"].root);
}

#[test]
fn old_versions_stay_readable_while_new_ones_are_made() {
    let forest = Forest::new();
    let set = |value: u8| (0..100).map(|key| (format!("a/{key}").into_bytes(), Some(vec![value]))).collect();
    let first = apply(&forest, &Tries::new(), &set(1)).tries;
    let second = apply(&forest, &first, &set(2)).tries;
    let key = hash::digest(b"5");
    assert_eq!(forest.path(&first["a"], &key).leaf.unwrap().hash, hash::leaf(&key, &hash::digest(&[1])));
    assert_eq!(forest.path(&second["a"], &key).leaf.unwrap().hash, hash::leaf(&key, &hash::digest(&[2])));
}

#[test]
fn neighbours_of_an_absent_key_are_the_nearest_leaves() {
    let forest = Forest::new();
    for count in [1usize, 2, 5, 100] {
        let changes = (0..count).map(|key| (format!("a/{key}").into_bytes(), Some(vec![1]))).collect();
        let tries = apply(&forest, &Tries::new(), &changes).tries;
        let all = forest.leaves(&tries["a"], None, usize::MAX);
        for probe in 0..60 {
            let key = hash::digest(format!("absent {probe}").as_bytes());
            let before = all.iter().rev().find(|leaf| leaf.key < key).map(|leaf| leaf.key);
            let after = all.iter().find(|leaf| leaf.key > key).map(|leaf| leaf.key);
            assert_eq!(forest.leaf_before(&tries["a"], &key).map(|leaf| leaf.key), before);
            assert_eq!(forest.leaf_after(&tries["a"], &key).map(|leaf| leaf.key), after);
        }
    }
}
