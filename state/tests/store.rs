//! The store against a model: what was committed is read back, at every height, after a reopen and after a rollback.

use std::collections::BTreeMap;

use lazchain_state::{Changes, Fault, Index, Options, Overlay, Pruning, Read, Store};
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
        for height in 1..=40_u64 {
            let value = height.to_be_bytes().repeat(1 << 17);
            commit(&store, height, Changes::from([(b"a/x".to_vec(), Some(value))]));
        }
        store.prune().expect("prunes");
        let lowest = store.lowest_rollback().expect("reads");
        assert!((8..32).contains(&lowest), "{pruning:?}: {lowest}");
        assert_eq!(store.at(4).is_ok(), pruning != Pruning::Everything);
        store.rollback(lowest).expect("rolls back");
        assert!(matches!(store.rollback(lowest - 1), Err(Fault::Misuse { .. })));
        assert_eq!(store.at(lowest).map(|state| state.height()), Ok(lowest));
    }
}

#[test]
fn blocks_that_come_after_a_rollback_are_read_back_also_where_a_crash_keeps_them_from_the_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let (live, dead) = (folder.path().join("live"), folder.path().join("dead"));
    let options = Options { recent: 2, ..Options::default() };
    let store = Store::open(&live, options.clone()).expect("opens");
    let at = |height: u64, value: u8| {
        commit(&store, height, Changes::from([(b"a/x".to_vec(), Some(vec![value]))]));
    };
    (1..=20).for_each(|height| at(height, 1));
    store.rollback(10).expect("rolls back");
    (11..=60).for_each(|height| at(height, u8::try_from(height).expect("small")));
    // what a crash leaves: the files as they are now
    let twin = Store::beside(&live, &dead, options).expect("opens");
    assert_eq!(twin.app_hash(), store.app_hash());
    for height in 11..=60 {
        let value = twin.at(height).expect("kept").get(b"a/x").expect("reads");
        assert_eq!(value, Some(vec![u8::try_from(height).expect("small")]), "height {height}");
    }
}

#[test]
fn a_store_whose_log_lost_its_end_goes_on_with_what_the_tables_have() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { recent: 3, ..Options::default() };
    let store = Store::open(folder.path(), options.clone()).expect("opens");
    let block = |height: u8| Changes::from([(b"a/x".to_vec(), Some(vec![height]))]);
    for height in 1..=9_u8 {
        commit(&store, height.into(), block(height));
    }
    store.drain().expect("drains");
    let root = store.app_hash();
    drop(store);
    // a power failure where the log was not synced yet
    let log = folder.path().join("db-1/log");
    let segment = std::fs::read_dir(&log).expect("lists").next().expect("one").expect("reads").path();
    let file = std::fs::File::options().write(true).open(&segment).expect("opens");
    file.set_len(file.metadata().expect("reads").len() - 200).expect("cuts");
    let store = Store::open(folder.path(), options.clone()).expect("opens");
    assert_eq!((store.height(), store.app_hash()), (9, root));
    assert_eq!((store.earliest_height(), store.lowest_rollback()), (9, Ok(9)));
    assert!(store.at(8).is_err());
    commit(&store, 10, block(10));
    drop(store);
    let store = Store::open(folder.path(), options).expect("opens again");
    assert_eq!(store.at(9).expect("kept").get(b"a/x").expect("reads"), Some(vec![9]));
    store.rollback(9).expect("rolls back");
    assert_eq!(store.app_hash(), root);
}
