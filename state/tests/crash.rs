//! Death between any two steps. A child process of this test works on a store and is ended at a named step, or by
//! `kill -9` at any moment; then the store is opened again, is at a height whose root is the one it had without a crash,
//! and goes on to the same end.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lazchain_state::{Arrival, Changes, Durability, Index, Options, Pruning, Read, Store};

const END: u64 = 24;
/// Signal of `abort`.
const ABORTED: i32 = 6;

fn options() -> Options {
    Options {
        chunk_bytes: 300,
        recent: 3,
        rollback_blocks: 8,
        checkpoint_interval: 0,
        pruning: Pruning::Custom { keep_recent: 16, interval: 2 },
        ..Options::default()
    }
}

fn changes(height: u64) -> Changes {
    let mut state = height.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut changes = Changes::new();
    for _ in 0..30 {
        let (store, key) = (["a", "b", "c"][next() as usize % 3], next() % 50);
        let value = (next() % 4 != 0).then(|| vec![1 + (next() % 200) as u8; 1 + next() as usize % 30]);
        changes.insert(format!("{store}/{key}").into_bytes(), value);
    }
    changes
}

fn commit(store: &Store, height: u64) {
    let index = Index { txs: vec![(height.to_be_bytes().to_vec(), vec![1])], events: Vec::new() };
    let staged = store.stage(height, changes(height)).expect("stages");
    store.commit(staged, index).expect("commits");
}

/// The work: blocks, and between them everything that writes.
fn work(folder: &Path) {
    let store = Store::open(&folder.join("store"), options()).expect("opens");
    while store.height() < END {
        let height = store.height() + 1;
        commit(&store, height);
        match height % 8 {
            2 => store.prune().expect("prunes"),
            4 => store.checkpoint().expect("writes a checkpoint"),
            6 => drop(store.make_snapshot().expect("makes a snapshot")),
            _ => {}
        }
        let rolled = folder.join("rolled");
        if height == 13 && !rolled.exists() {
            assert!(store.lowest_rollback().expect("reads") <= 10);
            store.rollback(10).expect("rolls back");
            std::fs::write(rolled, "").expect("writes");
        }
    }
    let copy = Store::open(&folder.join("copy"), options()).expect("opens");
    let kept = store.snapshots().pop().expect("a snapshot");
    let mut restore = copy.restore(&kept.manifest, None).expect("no fault").expect("is sound");
    let arrived: Vec<Arrival> = (0..kept.chunks)
        .map(|index| {
            let chunk = store.snapshot_chunk(kept.height, index).expect("is kept");
            restore.chunk(index, &chunk).expect("no fault")
        })
        .collect();
    assert_eq!(arrived.last(), Some(&Arrival::Restored));
}

#[expect(clippy::disallowed_methods, reason = "how a test tells its child what to do")]
fn var(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Not a test by itself: the process that dies.
#[test]
#[ignore = "started by the others"]
fn child() {
    let Some(folder) = var("CRASH_FOLDER") else { return };
    let folder = Path::new(&folder);
    if var("CRASH_ENDLESS").is_some() {
        let durability =
            if var("CRASH_RELAXED").is_some() { Durability::Relaxed } else { Durability::Strict };
        let options = Options { durability, snapshot_interval: 3, checkpoint_interval: 5, ..options() };
        let store = Store::open(&folder.join("store"), options).expect("opens");
        loop {
            commit(&store, store.height() + 1);
        }
    }
    if let Some(name) = var("CRASH_RETURN") {
        let store = Store::open(&folder.join("store"), options()).expect("opens");
        fail::cfg(name, "return").expect("a failpoint");
        let staged = store.stage(store.height() + 1, changes(store.height() + 1)).expect("stages");
        store.commit(staged, Index::default()).expect_err("the write failed");
        return;
    }
    if let Some(name) = var("CRASH_AT") {
        let nth: u64 = var("CRASH_NTH").and_then(|nth| nth.parse().ok()).unwrap_or(1);
        let seen = AtomicU64::new(0);
        let die = move || {
            if seen.fetch_add(1, Ordering::SeqCst) + 1 == nth {
                std::process::abort();
            }
        };
        fail::cfg_callback(name, die).expect("a failpoint");
    }
    work(folder);
}

fn start(folder: &Path, settings: &[(&str, &str)]) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "child", "--ignored", "--test-threads=1"]).env("CRASH_FOLDER", folder);
    command.envs(settings.iter().copied()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("starts")
}

/// The roots of a chain that never crashed, by height.
fn roots(heights: u64) -> Vec<[u8; 32]> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), options()).expect("opens");
    let mut roots = vec![store.app_hash()];
    for height in 1..=heights {
        commit(&store, height);
        roots.push(store.app_hash());
    }
    roots
}

/// What must hold of a store after a crash.
fn sound(folder: &Path, roots: &[[u8; 32]]) -> u64 {
    let store = Store::open(folder, options()).expect("opens after a crash");
    let height = store.height();
    assert_eq!(store.app_hash(), roots[height as usize], "root at height {height}");
    if height > 0 {
        let proof = store.latest().prove(b"a/absent").expect("proves").expect("near");
        proto::proof::verify(&store.app_hash(), "a", b"absent", None, &proof).expect("verifies");
    }
    for kept in store.snapshots() {
        assert!((0..kept.chunks).all(|index| store.snapshot_chunk(kept.height, index).is_some()));
    }
    height
}

#[test]
fn death_at_any_step_loses_nothing_that_was_answered() {
    let roots = roots(END);
    let steps: &[(&str, &[u64])] = &[
        ("log.before-sync", &[1, 2, 12, 27]),
        ("log.after-append", &[1, 2, 12, 27]),
        ("commit.before-link", &[9]),
        ("commit.before-write", &[1, 10, 25]),
        ("commit.after-write", &[1, 2, 25]),
        ("commit.after-first", &[1]),
        ("history.before-table", &[1, 2]),
        ("history.after-table", &[1, 2]),
        ("prune.before-write", &[1, 3]),
        ("prune.after-write", &[2]),
        ("checkpoint.before-rename", &[2]),
        ("rollback.before-write", &[1]),
        ("rollback.before-flush", &[1]),
        ("rollback.after-write", &[1]),
        ("snapshot.chunk", &[1, 12]),
        ("snapshot.before-rename", &[2]),
        ("snapshot.after-rename", &[1, 2]),
        ("restore.chunk", &[1, 4]),
        ("restore.before-advance", &[1]),
        ("advance.before-rename", &[1]),
        ("restore.after-advance", &[1]),
    ];
    for (step, times) in steps {
        for nth in *times {
            let folder = tempfile::tempdir().expect("a folder");
            let settings = [("CRASH_AT", *step), ("CRASH_NTH", &nth.to_string())];
            let ended = start(folder.path(), &settings).wait().expect("ends");
            assert_eq!(ended.signal(), Some(ABORTED), "{step} {nth}: {ended}");
            sound(&folder.path().join("store"), &roots);
            let copy = sound(&folder.path().join("copy"), &roots);
            assert_eq!(copy > 0, *step == "restore.after-advance", "{step} {nth}");
            let ended = start(folder.path(), &[]).wait().expect("ends");
            assert!(ended.success(), "after {step} {nth}: {ended}");
            assert_eq!(sound(&folder.path().join("store"), &roots), END);
            // death between a block and its snapshot leaves the snapshot out
            assert!([14, 22].contains(&sound(&folder.path().join("copy"), &roots)));
        }
    }
}

#[test]
fn a_write_that_fails_is_a_fault_and_the_block_is_there_whole_or_not_at_all() {
    let roots = roots(4);
    for (step, height) in [("commit.before-write", 0), ("commit.after-write", 1)] {
        let folder = tempfile::tempdir().expect("a folder");
        let ended = start(folder.path(), &[("CRASH_RETURN", step)]).wait().expect("ends");
        assert!(ended.success(), "{step}: {ended}");
        assert_eq!(sound(&folder.path().join("store"), &roots), height);
    }
}

#[test]
fn a_first_block_that_never_came_to_be_leaves_no_value_to_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let ended = start(folder.path(), &[("CRASH_RETURN", "commit.after-first")]).wait().expect("ends");
    assert!(ended.success(), "{ended}");
    let store = Store::open(&folder.path().join("store"), options()).expect("opens");
    assert_eq!(store.height(), 0);
    let other = Changes::from([(b"a/other".to_vec(), Some(vec![1]))]);
    store.commit(store.stage(1, other).expect("stages"), Index::default()).expect("commits");
    for prefix in [b"a/", b"b/", b"c/"] {
        let found = store.latest().page(prefix, None, 100).expect("reads").len();
        assert_eq!(found, usize::from(prefix == b"a/"));
    }
}

#[test]
fn kill_9_at_any_moment_loses_nothing() {
    let mut known = roots(1);
    for (round, relaxed) in [(1, false), (2, true), (3, false), (4, true), (5, false), (6, true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = vec![("CRASH_ENDLESS", "1")];
        settings.extend(relaxed.then_some(("CRASH_RELAXED", "1")));
        let mut before = 0;
        for part in 0..3_u64 {
            let mut child = start(folder.path(), &settings);
            std::thread::sleep(Duration::from_millis(120 + 37 * round + 53 * part));
            child.kill().expect("kills");
            child.wait().expect("ends");
            let store = Store::open(&folder.path().join("store"), options()).expect("opens");
            let height = store.height();
            drop(store);
            if known.len() as u64 <= height {
                known = roots(height + 200);
            }
            assert!(sound(&folder.path().join("store"), &known) >= before);
            before = height;
        }
        assert!(before > 0, "the child never came to work");
    }
}
