//! Snapshots, export and import: what arrives is the state or is refused, and the store is replaced in one step.

use lazchain_state::{Arrival, Changes, Index, Kept, Options, Read, Restore, Store, Unsound};

fn options() -> Options {
    Options { chunk_bytes: 200, snapshot_interval: 5, recent: 4, ..Options::default() }
}

fn changes(height: u64) -> Changes {
    let mut changes = Changes::new();
    for key in 0..40_u64 {
        let store = ["bank", "gov", "staking"][(key % 3) as usize];
        let value = (!(key * height).is_multiple_of(7))
            .then(|| vec![1 + (key + height) as u8; 3 + (key % 9) as usize]);
        changes.insert(format!("{store}/k{:03}", key + height % 5 * 20).into_bytes(), value);
    }
    changes.insert(b"alone/x".to_vec(), Some(vec![height as u8 + 1]));
    changes
}

fn commit(store: &Store, height: u64) {
    let staged = store.stage(height, changes(height)).expect("stages");
    store.commit(staged, Index::default()).expect("commits");
    store.settle();
}

fn grown(path: &std::path::Path, heights: u64) -> Store {
    let store = Store::open(path, options()).expect("opens");
    (1..=heights).for_each(|height| commit(&store, height));
    store
}

fn chunks(store: &Store, kept: &Kept) -> Vec<Vec<u8>> {
    (0..kept.chunks).map(|index| store.snapshot_chunk(kept.height, index).expect("is kept")).collect()
}

fn begin(store: &Store, kept: &Kept, root: &[u8; 32]) -> Restore {
    store.restore(&kept.manifest, Some(root)).expect("no fault").expect("is sound")
}

fn assert_same(one: &dyn Read, other: &dyn Read) {
    let all = |state: &dyn Read| state.page(b"", None, u32::MAX).expect("reads");
    assert!(!all(one).is_empty());
    assert_eq!(all(one), all(other));
}

#[test]
fn snapshots_are_made_on_the_way_and_the_newest_two_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = grown(folder.path(), 22);
    let heights = |store: &Store| store.snapshots().iter().map(|kept| kept.height).collect::<Vec<_>>();
    assert_eq!(heights(&store), [15, 20]);
    assert_eq!(store.retain_height(19, 0), 15);
    store.snapshot_chunk(15, 0).expect("is kept");
    (23..=25).for_each(|height| commit(&store, height));
    assert_eq!(heights(&store), [15, 20, 25], "the oldest was being fetched");
    (26..=30).for_each(|height| commit(&store, height));
    assert_eq!(heights(&store), [25, 30]);
    store.rollback(22).expect("rolls back");
    assert!(heights(&store).is_empty());
    assert_eq!(store.retain_height(19, 0), 19);
    let kept = store.make_snapshot().expect("makes one");
    assert_eq!((heights(&store), kept.height), (vec![22], 22));
    store.rollback(14).expect("rolls back");
    (15..=22).for_each(|height| commit(&store, height));
    assert_eq!(store.retain_height(3, 0), 3);
    assert_eq!(store.retain_height(22, 12), 10);
    drop(store);
    let store = Store::open(folder.path(), options()).expect("opens again");
    assert_eq!(heights(&store), [15, 20]);
    store.rollback(18).expect("rolls back");
    assert_eq!(heights(&store), [15]);
    assert!(store.remove_snapshot(15).expect("removes"));
    assert!(!store.remove_snapshot(15).expect("nothing there"));
    assert_eq!(store.retain_height(19, 0), 18);
}

#[test]
fn a_restored_store_is_the_same_goes_on_the_same_and_can_be_taken_back() {
    let (folder, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let source = grown(folder.path(), 22);
    let kept = source.snapshots().pop().expect("one");
    let at = source.at(20).expect("kept");
    let restored = grown(other.path(), 3);
    let before = restored.latest();
    let mut restore = begin(&restored, &kept, &at.app_hash());
    let mut parts: Vec<_> = chunks(&source, &kept).into_iter().enumerate().collect();
    assert!(parts.len() > 10, "{}", parts.len());
    parts.reverse();
    let count = parts.len();
    for (place, (index, bytes)) in parts.into_iter().enumerate() {
        assert_eq!(restored.height(), 3);
        let arrival = restore.chunk(index as u32, &bytes).expect("no fault");
        let expected = if place + 1 == count { Arrival::Restored } else { Arrival::Taken };
        assert_eq!(arrival, expected);
    }
    drop(restore);
    assert_eq!((restored.height(), restored.app_hash()), (20, at.app_hash()));
    assert_same(&restored.latest(), &at);
    assert_eq!(before.height(), 3);
    drop(before);
    let check = |store: &Store, height: u64| {
        assert_eq!(store.height(), height);
        assert_eq!(store.app_hash(), source.at(height).expect("kept").app_hash());
        assert!(store.at(19).is_err());
        assert_same(&store.at(20).expect("kept"), &at);
        let proof = store.latest().prove(b"bank/k999").expect("proves").expect("near");
        proto::proof::verify(&store.app_hash(), "bank", b"k999", None, &proof).expect("verifies");
    };
    check(&restored, 20);
    commit(&restored, 21);
    commit(&restored, 22);
    check(&restored, 22);
    drop(restored);
    let restored = Store::open(other.path(), options()).expect("opens again");
    check(&restored, 22);
    assert_eq!(restored.lowest_rollback(), Ok(20));
    restored.rollback(20).expect("rolls back");
    check(&restored, 20);
    assert!(restored.rollback(19).is_err());
    commit(&restored, 21);
    check(&restored, 21);
}

#[test]
fn what_is_not_the_trusted_state_is_refused_and_changes_nothing() {
    let (folder, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let source = grown(folder.path(), 10);
    let kept = source.snapshots().pop().expect("one");
    let root = source.app_hash();
    let store = Store::open(other.path(), options()).expect("opens");
    let refused =
        |manifest: &[u8], root: &[u8; 32]| store.restore(manifest, Some(root)).expect("no fault").err();
    assert_eq!(refused(&kept.manifest, &[1; 32]), Some(Unsound::AppHash));
    assert!(matches!(refused(&kept.manifest[1..], &root), Some(Unsound::Manifest(_))));
    assert!(matches!(refused(&[], &root), Some(Unsound::Manifest(_))));

    // foreign bytes for a chunk, or the bytes of another one
    let parts = chunks(&source, &kept);
    let mut restore = begin(&store, &kept, &root);
    assert_eq!(restore.chunk(0, &parts[1]), Ok(Arrival::Foreign));
    assert_eq!(restore.chunk(parts.len() as u32, &parts[0]), Ok(Arrival::Foreign));
    let mut spoiled = parts[0].clone();
    let last = spoiled.len() - 1;
    spoiled[last] ^= 1;
    assert_eq!(restore.chunk(0, &spoiled), Ok(Arrival::Foreign));
    assert_eq!(restore.chunk(0, &parts[0]), Ok(Arrival::Taken));
    assert_eq!(restore.chunk(0, &parts[0]), Ok(Arrival::Taken));
    drop(restore);

    // a manifest with true roots that names a chunk which is no part of the state
    let hash_of = |bytes: &[u8]| proto::proof::digest(bytes);
    let swap = |from: &[u8; 32], to: &[u8; 32]| {
        let at = kept.manifest.windows(32).position(|window| window == from).expect("is named");
        let mut manifest = kept.manifest.clone();
        manifest[at..at + 32].copy_from_slice(to);
        manifest
    };
    let lying = swap(&hash_of(&parts[0]), &hash_of(&spoiled));
    let mut restore = store.restore(&lying, Some(&root)).expect("no fault").expect("its roots are true");
    assert!(matches!(restore.chunk(0, &spoiled), Ok(Arrival::Bad(Unsound::Chunk(_)))));
    drop(restore);

    // a manifest that leaves a chunk out by naming another one twice
    let lying = swap(&hash_of(&parts[0]), &hash_of(&parts[1]));
    let mut restore = store.restore(&lying, Some(&root)).expect("no fault").expect("its roots are true");
    let mut last = Arrival::Taken;
    for index in 0..parts.len() {
        let bytes = if index == 0 { &parts[1] } else { &parts[index] };
        last = restore.chunk(index as u32, bytes).expect("no fault");
    }
    assert_eq!(last, Arrival::Bad(Unsound::Incomplete));
    assert_eq!((store.height(), store.app_hash()), (0, lazchain_state::EMPTY_ROOT));
    commit(&store, 1);
}

#[test]
fn a_spoiled_snapshot_is_not_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = grown(folder.path(), 10);
    let file = folder.path().join("snapshots/10/000000");
    let mut bytes = std::fs::read(&file).expect("is there");
    bytes[5] ^= 1;
    std::fs::write(&file, bytes).expect("writes");
    assert_eq!(store.snapshot_chunk(10, 0), None);
    assert_eq!(store.snapshots().len(), 1);
    assert_eq!(store.snapshot_chunk(5, 1_000), None);
}

#[test]
fn an_exported_state_is_imported_only_whole() {
    let (folder, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let source = grown(folder.path(), 8);
    let mut stream = Vec::new();
    assert_eq!(source.export(&mut stream), Ok(8));
    let root = source.app_hash();
    let store = Store::open(other.path(), options()).expect("opens");
    let import = |bytes: &[u8], root| store.import(&mut &*bytes, root).expect("no fault");
    for cut in [0, 7, 9, 60, stream.len() / 2, stream.len() - 4, stream.len() - 1] {
        assert!(import(&stream[..cut], None).is_err(), "cut at {cut}");
    }
    assert_eq!(import(&stream, Some(&[9; 32])), Err(Unsound::AppHash));
    assert_eq!(store.height(), 0);
    assert_eq!(import(&stream, Some(&root)), Ok(8));
    assert_eq!((store.height(), store.app_hash()), (8, root));
    assert_same(&store.latest(), &source.latest());

    // a byte that makes no difference is one of a sibling that the proof does not need
    for at in (8..stream.len() - 4).step_by(211) {
        let mut spoiled = stream.clone();
        spoiled[at] ^= 0x10;
        if import(&spoiled, Some(&root)).is_ok() {
            assert_eq!(store.app_hash(), root, "spoiled at {at}");
            assert_same(&store.latest(), &source.latest());
        }
    }
    import(&stream, Some(&root)).expect("is sound");
    commit(&store, 9);

    // the same stream from a kept snapshot, and into one
    let mut dumped = Vec::new();
    assert_eq!(source.dump_snapshot(5, &mut dumped), Ok(true));
    assert_eq!(source.dump_snapshot(6, &mut dumped), Ok(false));
    let loaded = store.load_snapshot(&mut dumped.as_slice()).expect("no fault").expect("is sound");
    assert_eq!(*loaded, *source.snapshots()[0]);
    assert_eq!(chunks(&store, &loaded), chunks(&source, &loaded));
    assert_eq!(store.height(), 9);
}

#[test]
fn blocks_go_on_while_a_snapshot_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { snapshot_interval: 2, recent: 2, snapshot_keep: 0, ..options() };
    let store = Store::open(folder.path(), options).expect("opens");
    for height in 1..=60 {
        let staged = store.stage(height, changes(height)).expect("stages");
        store.commit(staged, Index::default()).expect("commits");
    }
    store.settle();
    assert!(!store.snapshots().is_empty());
    for kept in store.snapshots() {
        let other = tempfile::tempdir().expect("a folder");
        let target = Store::open(other.path(), Options::default()).expect("opens");
        let root = store.at(kept.height).expect("kept").app_hash();
        let mut restore = begin(&target, &kept, &root);
        for (index, bytes) in chunks(&store, &kept).iter().enumerate() {
            restore.chunk(index as u32, bytes).expect("no fault");
        }
        assert_eq!(target.app_hash(), root);
    }
}
