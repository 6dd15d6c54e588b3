//! A block on its way into the store: staged in memory, then committed in one batch.

use crate::codec;
use crate::core::{self, Core};
use crate::db::Family;
use crate::fault::Fault;
use crate::history;
use crate::options::{Durability, Pruning};
use crate::prune;
use crate::read::Changes;
use crate::tree::forest::{Forest, Lists, Tries, split};
use crate::tree::hash;
use crate::version::Version;
use rayon::prelude::*;
use rocksdb::WriteBatch;
use std::sync::{Arc, PoisonError};

/// In relaxed durability, so many blocks may be at risk.
const MOST_AT_RISK: u64 = 4;
/// Keys read at once when looking up what they held before.
const READ_TOGETHER: usize = 256;

/// A block whose root is known and of which nothing is on disk. Dropping it leaves no trace.
pub struct Staged {
    height: u64,
    app_hash: [u8; 32],
    base: Arc<Version>,
    /// Only what really changes.
    changes: Changes,
    undo: Changes,
    tries: Tries,
    born: Lists,
    dead: Lists,
    forest: Arc<Forest>,
}

impl Staged {
    /// The height it will have.
    pub fn height(&self) -> u64 {
        self.height
    }

    /// The app hash it will have.
    pub fn app_hash(&self) -> [u8; 32] {
        self.app_hash
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        self.forest.free(&std::mem::take(&mut self.born));
    }
}

/// What is looked up by other keys than state: written in the same batch, never hashed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// Keys and values of transactions.
    pub txs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Keys and values of events.
    pub events: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Computes what `changes` make of the newest version.
pub(crate) fn stage(core: &Core, height: u64, mut changes: Changes) -> Result<Staged, Fault> {
    let base = core.latest();
    if height <= base.height {
        return Err(Fault::misuse(format!("height {height} after {}", base.height)));
    }
    let held = held_before(core, &changes)?;
    let mut undo = Changes::new();
    let mut held = held.into_iter();
    changes.retain(|key, change| {
        let before = held.next().flatten();
        let changed = before != *change;
        if changed {
            undo.insert(key.clone(), before);
        }
        changed
    });
    let forest = Arc::clone(&base.forest);
    let list: Vec<(&[u8], Option<&[u8]>)> =
        changes.iter().map(|(key, change)| (key.as_slice(), change.as_deref())).collect();
    let grown = forest.apply(&base.tries, &list)?;
    Ok(Staged {
        height,
        app_hash: grown.app_hash,
        base,
        changes,
        undo,
        tries: grown.tries,
        born: grown.born,
        dead: grown.dead,
        forest,
    })
}

/// What the keys of `changes` hold now, in their order.
fn held_before(core: &Core, changes: &Changes) -> Result<Vec<Option<Vec<u8>>>, Fault> {
    let keys: Vec<&[u8]> = changes.keys().map(Vec::as_slice).collect();
    let read = |keys: &[&[u8]]| core.db.get_sorted(Family::Latest, keys);
    let found: Vec<Vec<Option<Vec<u8>>>> = if keys.len() <= READ_TOGETHER {
        vec![read(&keys)?]
    } else {
        keys.par_chunks(READ_TOGETHER).map(read).collect::<Result<_, Fault>>()?
    };
    Ok(found.into_iter().flatten().collect())
}

/// Writes a staged block in one batch and makes it the newest version.
pub(crate) fn commit(core: &Arc<Core>, mut staged: Staged, index: Index) -> Result<(), Fault> {
    let _one_at_a_time = core.writing.lock().unwrap_or_else(PoisonError::into_inner);
    if !Arc::ptr_eq(&core.latest(), &staged.base) {
        return Err(Fault::misuse(format!("height {} was staged on another version", staged.height)));
    }
    if let Some(fault) = &*core.sync_failed.lock().unwrap_or_else(PoisonError::into_inner) {
        return Err(fault.clone());
    }
    let (batch, earliest) = batch(core, &staged, &index)?;
    fail::fail_point!("commit.before-link", |_| Err(Fault::disk("commit", "failpoint before link")));
    let mut version = Version::new(
        staged.height,
        std::mem::take(&mut staged.tries),
        std::mem::take(&mut staged.undo),
        std::mem::take(&mut staged.dead),
        Arc::clone(&staged.forest),
    );
    version.removed = removed(&staged.changes);
    let version = Arc::new(version);
    // readers of older versions must know what this one changes before they can see any of it on disk
    staged.base.follow(Arc::clone(&version))?;
    staged.born.clear();
    fail::fail_point!("commit.before-write", |_| Err(Fault::disk("commit", "failpoint before write")));
    let strict = core.options.durability == Durability::Strict;
    core.db.write(batch, strict)?;
    fail::fail_point!("commit.after-write", |_| Err(Fault::disk("commit", "failpoint after write")));
    let height = version.height;
    if let Some(earliest) = earliest {
        core.forget_when_durable(height, earliest);
    }
    let gone = core.publish(version);
    rayon::spawn(move || drop(gone)); // giving back its slots takes a while
    if strict {
        core.set_durable(height);
        return Ok(());
    }
    sync_soon(core, height)
}

/// Syncs in the background; waits if too many blocks are at risk.
fn sync_soon(core: &Arc<Core>, height: u64) -> Result<(), Fault> {
    let syncing = Arc::clone(core);
    let work = move || {
        if *syncing.durable() >= height {
            return;
        }
        let newest = syncing.latest().height;
        match syncing.db.sync() {
            Ok(()) => syncing.set_durable(newest),
            Err(fault) => {
                *syncing.sync_failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
                syncing.durable_moved.notify_all();
            }
        }
    };
    let thread = std::thread::Builder::new().name("store-sync".into());
    thread.spawn(work).map_err(|why| Fault::disk("starting a thread to sync", why))?;
    let mut durable = core.durable();
    while height.saturating_sub(*durable) >= MOST_AT_RISK {
        if let Some(fault) = &*core.sync_failed.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(fault.clone());
        }
        durable = core.durable_moved.wait(durable).unwrap_or_else(PoisonError::into_inner);
    }
    Ok(())
}

/// Everything a block writes, and the earliest readable height should it have moved.
fn batch(core: &Core, staged: &Staged, index: &Index) -> Result<(WriteBatch, Option<u64>), Fault> {
    let (db, mut batch) = (&core.db, WriteBatch::default());
    let with_history = core.options.pruning != Pruning::Everything;
    for (key, change) in &staged.changes {
        let before = staged.undo.get(key).and_then(Option::as_deref);
        match change {
            Some(value) => db.put(&mut batch, Family::Latest, key, value),
            None => db.delete(&mut batch, Family::Latest, key),
        }
        if before.is_none() {
            let (name, within) = name_of(key)?;
            db.put(&mut batch, Family::Keys, &name, within);
        }
        if with_history {
            let entry = history::entry_key(key, staged.height);
            db.put(&mut batch, Family::History, &entry, history::entry_value(before));
        }
    }
    let undo = codec::encode_changes(&staged.undo);
    db.put(&mut batch, Family::Undo, &staged.height.to_be_bytes(), &undo);
    for (key, value) in &index.txs {
        db.put(&mut batch, Family::Txs, key, value);
    }
    for (key, value) in &index.events {
        db.put(&mut batch, Family::Events, key, value);
    }
    core::put_latest(db, &mut batch, staged.height, &staged.app_hash);
    forget_names(core, staged, &mut batch)?;
    let earliest = prune::round(core, staged.height, &mut batch);
    Ok((batch, earliest))
}

/// Drops the names of keys that no version in memory will have once the oldest has left.
fn forget_names(core: &Core, staged: &Staged, batch: &mut WriteBatch) -> Result<(), Fault> {
    let Some(leaving) = core.leaving() else { return Ok(()) };
    let Some(next) = leaving.next() else { return Ok(()) };
    for key in &next.removed {
        let touched =
            staged.changes.contains_key(key) || next.newer().any(|newer| newer.undo.contains_key(key));
        if !touched {
            core.db.delete(batch, Family::Keys, &name_of(key)?.0);
        }
    }
    Ok(())
}

fn removed(changes: &Changes) -> Vec<Vec<u8>> {
    changes.iter().filter(|(_, change)| change.is_none()).map(|(key, _)| key.clone()).collect()
}

/// How a key is found by its hash: hash and store lead to the key within the store.
pub(crate) fn name_of(key: &[u8]) -> Result<(Vec<u8>, &[u8]), Fault> {
    let (store, within) = split(key)?;
    Ok((name(&hash::digest(within), store), within))
}

/// Key in `keys`: hash, then store.
pub(crate) fn name(hash: &[u8; 32], store: &str) -> Vec<u8> {
    [hash.as_slice(), store.as_bytes()].concat()
}
