//! Changes on top of a snapshot against a model that copies everything.

use std::collections::BTreeMap;

use lazchain_state::{Changes, Entry, Index, Options, Overlay, Read, Store, Write};
use proptest::prelude::*;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Clone, Debug)]
enum Step {
    Set(u8, u8),
    Remove(u8),
    Checkpoint,
    Rollback,
    Keep,
    /// Reading a page puts keys in order, which must not be noticed later.
    Page,
    /// Reading the next portion ahead must not be noticed either.
    Ahead,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..12_u8, 1..=255_u8).prop_map(|(key, value)| Step::Set(key, value)),
        3 => (0..12_u8).prop_map(Step::Remove),
        3 => Just(Step::Checkpoint),
        2 => Just(Step::Rollback),
        2 => Just(Step::Keep),
        1 => Just(Step::Page),
        2 => Just(Step::Ahead),
    ];
    proptest::collection::vec(step, 0..60)
}

/// Items and members of collections, beside each other in two stores.
fn key(number: u8) -> Vec<u8> {
    let name: &[u8] = match number % 4 {
        0 => b"a/",
        1 => b"a/x/",
        2 => b"a/xy/",
        _ => b"b/x/",
    };
    [name, &[number]].concat()
}

fn assert_same(overlay: &Overlay, model: &Model) {
    for number in 0..13 {
        assert_eq!(overlay.get(&key(number)).expect("reads").as_ref(), model.get(&key(number)));
    }
    for prefix in [b"".as_slice(), b"a/", b"a/x", b"a/x/", b"a/xy/\x02", b"a/z/", b"b/", b"b/x/"] {
        let entry = |(key, value): (&Vec<u8>, &Vec<u8>)| Entry { key: key.clone(), value: value.clone() };
        let all: Vec<Entry> = model.iter().filter(|(key, _)| key.starts_with(prefix)).map(entry).collect();
        assert_eq!(overlay.page(prefix, None, 100).expect("reads"), all);
        let first = all.first().map(|entry| entry.key.clone());
        let rest: Vec<Entry> = all.iter().skip(1).take(2).cloned().collect();
        assert_eq!(overlay.page(prefix, Some(first.as_deref().unwrap_or(prefix)), 2).expect("reads"), rest);
        let back: Vec<Entry> = all.into_iter().rev().collect();
        assert_eq!(overlay.page_back(prefix, None, 100).expect("reads"), back);
    }
}

/// The changes that lead from one model to the other.
fn between(before: &Model, after: &Model) -> Changes {
    let removed = before.keys().filter(|key| !after.contains_key(*key)).map(|key| (key.clone(), None));
    let set = after.iter().filter(|(key, value)| before.get(*key) != Some(value));
    removed.chain(set.map(|(key, value)| (key.clone(), Some(value.clone())))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn checkpoints_kept_and_dropped_in_any_order_read_and_commit_as_copies_would(
        base in proptest::collection::btree_map(0..12_u8, 1..=255_u8, 0..10),
        ahead in proptest::collection::vec(proptest::collection::vec(0..13_u8, 0..8), 0..4),
        steps in steps(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), Options::default()).expect("opens");
        let base: Model = base.into_iter().map(|(number, value)| (key(number), vec![value])).collect();
        let staged = store.stage(1, between(&Model::new(), &base)).expect("stages");
        store.commit(staged, Index::default()).expect("commits");
        let mut overlay = Overlay::new(store.latest());
        overlay.will_read(ahead.into_iter().map(|keys| keys.into_iter().map(key).collect()).collect());
        let (beneath, mut portions) = (overlay.beneath(), 0..);
        let (mut model, mut open) = (base.clone(), Vec::new());
        for step in steps {
            match step {
                Step::Set(number, value) => {
                    overlay.set(key(number), vec![value]);
                    model.insert(key(number), vec![value]);
                }
                Step::Remove(number) => {
                    overlay.remove(key(number));
                    model.remove(&key(number));
                }
                Step::Checkpoint => {
                    overlay.checkpoint();
                    open.push(model.clone());
                }
                Step::Rollback => {
                    overlay.rollback();
                    model = open.pop().unwrap_or(model);
                }
                Step::Keep => {
                    overlay.keep();
                    open.pop();
                }
                Step::Page => assert_same(&overlay, &model),
                Step::Ahead => beneath.read_ahead(portions.next().expect("endless")).expect("reads"),
            }
            prop_assert_eq!(overlay.depth(), open.len());
        }
        assert_same(&overlay, &model);
        for number in 0..13 {
            prop_assert_eq!(beneath.get(&key(number)).expect("reads"), base.get(&key(number)).cloned());
        }
        // what is still open is dropped
        let last = open.into_iter().next().unwrap_or(model);
        let plain = store.stage(2, between(&base, &last)).expect("stages").app_hash();
        let staged = store.stage_overlay(2, overlay).expect("stages");
        prop_assert_eq!(staged.app_hash(), plain);
        store.commit(staged, Index::default()).expect("commits");
        for number in 0..13 {
            prop_assert_eq!(store.latest().get(&key(number)).expect("reads"), last.get(&key(number)).cloned());
            prop_assert_eq!(store.at(1).expect("kept").get(&key(number)).expect("reads"), base.get(&key(number)).cloned());
        }
    }
}
