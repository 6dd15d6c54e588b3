//! The store against a model: what was committed is read back, at every height, after a reopen and after a rollback.

use std::collections::BTreeMap;

use lazchain_state::{Changes, Index, Options, Overlay, Pruning, Read, Store};
use proptest::prelude::*;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn changes() -> impl Strategy<Value = Changes> {
    let key = (0..3_u8, 0..12_u8).prop_map(|(store, key)| vec![b'a' + store, b'/', b'k', key]);
    let value = proptest::option::of(proptest::collection::vec(1..=255_u8, 1..4));
    proptest::collection::btree_map(key, value, 0..8)
}

fn apply(model: &Model, changes: &Changes) -> Model {
    let mut next = model.clone();
    for (key, change) in changes {
        match change {
            Some(value) => next.insert(key.clone(), value.clone()),
            None => next.remove(key),
        };
    }
    next
}

fn commit(store: &Store, height: u64, changes: Changes) -> [u8; 32] {
    let staged = store.stage(height, changes).expect("stages");
    let root = staged.app_hash();
    store.commit(staged, Index::default()).expect("commits");
    assert_eq!(store.app_hash(), root);
    root
}

fn assert_same(state: &dyn Read, model: &Model) {
    for store in [b"a/", b"b/", b"c/"] {
        let of_store = model.iter().filter(|(key, _)| key.starts_with(store));
        let expected: Vec<_> = of_store.map(|(key, value)| (key.clone(), value.clone())).collect();
        let pairs = |page: Vec<lazchain_state::Entry>| page.into_iter().map(|entry| (entry.key, entry.value));
        let forward: Vec<_> = pairs(state.page(store, None, 1_000).expect("reads")).collect();
        assert_eq!(forward, expected);
        let mut back: Vec<_> = pairs(state.page_back(store, None, 1_000).expect("reads")).collect();
        back.reverse();
        assert_eq!(back, expected);
    }
    for (key, value) in model {
        assert_eq!(state.get(key).expect("reads").as_ref(), Some(value));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_kept_height_reads_as_the_model_does_also_after_reopen_and_rollback(
        blocks in proptest::collection::vec(changes(), 1..12),
        back_to in 0..11_usize,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options { recent: 3, ..Options::default() };
        let store = Store::open(folder.path(), options.clone()).expect("opens");
        let (mut models, mut roots) = (vec![Model::new()], vec![store.app_hash()]);
        for (place, block) in blocks.iter().enumerate() {
            let height = place as u64 + 1;
            let mut overlay = Overlay::new(store.latest());
            overlay.checkpoint();
            overlay.rollback();
            assert_same(&overlay, models.last().expect("one"));
            models.push(apply(models.last().expect("one"), block));
            roots.push(commit(&store, height, block.clone()));
        }
        let check = |store: &Store, upto: usize| {
            for height in 1..=upto {
                let snapshot = store.at(height as u64).expect("kept");
                assert_same(&snapshot, &models[height]);
                assert_eq!(snapshot.app_hash(), roots[height]);
            }
        };
        check(&store, blocks.len());
        drop(store);
        let store = Store::open(folder.path(), options.clone()).expect("opens again");
        prop_assert_eq!(store.height(), blocks.len() as u64);
        check(&store, blocks.len());
        let back_to = back_to.min(blocks.len() - 1).max(1);
        if back_to < blocks.len() {
            store.rollback(back_to as u64).expect("rolls back");
            prop_assert_eq!(store.height(), back_to as u64);
            check(&store, back_to);
            prop_assert_eq!(commit(&store, back_to as u64 + 1, blocks[back_to].clone()), roots[back_to + 1]);
        }
    }
}

#[test]
fn a_staged_block_leaves_no_trace_until_it_is_committed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Options::default()).expect("opens");
    let block = Changes::from([(b"a/x".to_vec(), Some(vec![1]))]);
    let empty = store.app_hash();
    let first = store.stage(1, block.clone()).expect("stages").app_hash();
    assert_eq!(store.stage(1, block.clone()).expect("stages again").app_hash(), first);
    assert_eq!(store.root_of(&block).expect("computes"), first);
    assert_eq!((store.height(), store.app_hash()), (0, empty));
    assert_eq!(store.latest().get(b"a/x").expect("reads"), None);
}

#[test]
fn a_snapshot_reads_the_same_after_later_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Options::default()).expect("opens");
    commit(&store, 1, Changes::from([(b"a/x".to_vec(), Some(vec![1]))]));
    let old = store.latest();
    commit(&store, 2, Changes::from([(b"a/x".to_vec(), None), (b"a/y".to_vec(), Some(vec![2]))]));
    assert_eq!(old.get(b"a/x").expect("reads"), Some(vec![1]));
    assert_eq!(old.page(b"a/", None, 10).expect("reads").len(), 1);
    assert_eq!(store.latest().get(b"a/x").expect("reads"), None);
    assert!(store.at(3).is_err());
}

#[test]
fn what_was_drained_is_in_tables_and_reads_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Options::default()).expect("opens");
    for height in 1..=3_u8 {
        commit(&store, height.into(), Changes::from([(vec![b'a', b'/', height], Some(vec![height]))]));
    }
    let before = store.figures().state_bytes;
    store.drain().expect("drains");
    assert!(store.figures().state_bytes > before);
    assert_eq!(store.latest().page(b"a/", None, 10).expect("reads").len(), 3);
    assert_eq!(store.at(2).expect("kept").page(b"a/", None, 10).expect("reads").len(), 2);
}

#[test]
fn how_to_take_back_a_block_is_forgotten_in_time_whatever_is_pruned() {
    for pruning in [Pruning::Nothing, Pruning::Default, Pruning::Everything] {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options { recent: 3, rollback_blocks: 8, pruning, ..Options::default() };
        let store = Store::open(folder.path(), options).expect("opens");
        for height in 1..=200_u64 {
            commit(&store, height, Changes::from([(b"a/x".to_vec(), Some(height.to_be_bytes().to_vec()))]));
        }
        let lowest = store.lowest_rollback().expect("reads");
        assert!((100..192).contains(&lowest), "{pruning:?}: {lowest}");
        assert_eq!(store.at(150).is_ok(), pruning != Pruning::Everything);
    }
}
