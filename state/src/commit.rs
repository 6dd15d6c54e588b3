//! A block on its way into the store: staged in memory, then committed in one batch.

use crate::batch::Batch;
use crate::behind;
use crate::core::{self, Core};
use crate::db::{Db, Family};
use crate::fault::Fault;
use crate::log::Kind;
use crate::merge::Word;
use crate::options::Durability;
use crate::prune;
use crate::read::Changes;
use crate::seen::Seen;
use crate::tree::forest::{Forest, Lists, Tries, split};
use crate::tree::hash;
use crate::version::Version;
use rayon::prelude::*;
use std::sync::{Arc, PoisonError};

/// In relaxed durability, so many blocks may be at risk.
const MOST_AT_RISK: u64 = 4;

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
    /// Keys that are no more.
    removed: Vec<Vec<u8>>,
    forest: Arc<Forest>,
    /// What is to be written, as far as it is known before the commit.
    batch: Batch,
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

/// The root that `changes` of the newest version lead to.
pub(crate) fn root_of(core: &Core, changes: &Changes) -> Result<[u8; 32], Fault> {
    let base = core.latest();
    let grown = base.forest.apply(&base.tries, &listed(changes))?;
    base.forest.free(&grown.born);
    Ok(grown.app_hash)
}

/// Changes as the tries take them.
fn listed(changes: &Changes) -> Vec<(&[u8], Option<&[u8]>)> {
    changes.iter().map(|(key, change)| (key.as_slice(), change.as_deref())).collect()
}

/// Computes what `changes`, which are in the order of their keys, make of the newest version, of which `seen` is what was
/// read already.
pub(crate) fn stage(core: &Core, height: u64, changes: Vec<Word>, seen: &Seen) -> Result<Staged, Fault> {
    let base = core.latest();
    if height <= base.height {
        return Err(Fault::misuse(format!("height {height} after {}", base.height)));
    }
    let (changes, undo): (Changes, Changes) = if base.height == 0 {
        // there was nothing before, and nobody can go back there: a genesis of millions is not remembered twice
        (changes.into_iter().filter(|(_, change)| change.is_some()).collect(), Changes::new())
    } else {
        let held = held_before(core, &changes, seen)?;
        let both = changes.into_par_iter().zip(held).filter(|((_, change), before)| before != change);
        let (changes, undo): (Vec<Word>, Vec<Word>) =
            both.map(|((key, change), before)| ((key.clone(), change), (key, before))).unzip();
        rayon::join(|| changes.into_iter().collect(), || undo.into_iter().collect())
    };
    let (grown, batch) =
        rayon::join(|| base.forest.apply(&base.tries, &listed(&changes)), || written(core, &changes, &undo));
    let grown = grown?;
    let mut staged = Staged {
        height,
        app_hash: grown.app_hash,
        forest: Arc::clone(&base.forest),
        base,
        changes,
        undo,
        tries: grown.tries,
        born: grown.born,
        dead: grown.dead,
        removed: Vec::new(),
        batch: Batch::default(),
    };
    (staged.batch, staged.removed) = batch?;
    Ok(staged)
}

/// What the keys of `changes` hold now, in their order.
fn held_before(core: &Core, changes: &[Word], seen: &Seen) -> Result<Vec<Option<Vec<u8>>>, Fault> {
    let known: Vec<Option<Option<Vec<u8>>>> = changes.par_iter().map(|(key, _)| seen.get(key)).collect();
    let unseen = changes.iter().zip(&known).filter(|(_, known)| known.is_none());
    let unseen: Vec<&[u8]> = unseen.map(|((key, _), _)| key.as_slice()).collect();
    let mut read = core.db.get_all(Family::Latest, &unseen)?.into_iter();
    Ok(known.into_iter().map(|known| known.unwrap_or_else(|| read.next().flatten())).collect())
}

/// Writes a staged block in one batch and makes it the newest version.
pub(crate) fn commit(core: &Arc<Core>, mut staged: Staged, index: Index) -> Result<(), Fault> {
    let _one_at_a_time = core.writing.lock().unwrap_or_else(PoisonError::into_inner);
    if !Arc::ptr_eq(&core.latest(), &staged.base) {
        return Err(Fault::misuse(format!("height {} was staged on another version", staged.height)));
    }
    if let Some(fault) = core.failure() {
        return Err(fault);
    }
    let leaving = core.leaving();
    let (batch, earliest) = batch(core, &mut staged, &index, &leaving)?;
    fail::fail_point!("commit.before-link", |_| Err(Fault::disk("commit", "failpoint before link")));
    let mut version = Version::new(
        staged.height,
        std::mem::take(&mut staged.tries),
        std::mem::take(&mut staged.undo),
        std::mem::take(&mut staged.dead),
        Arc::clone(&staged.forest),
    );
    version.removed = std::mem::take(&mut staged.removed);
    let version = Arc::new(version);
    // readers of older versions must know what this one changes before they can see any of it on disk
    staged.base.follow(Arc::clone(&version))?;
    staged.born.clear();
    fail::fail_point!("commit.before-write", |_| Err(Fault::disk("commit", "failpoint before write")));
    if staged.base.height == 0 {
        write_first(&core.db, &staged.changes)?;
        fail::fail_point!("commit.after-first", |_| Err(Fault::disk(
            "commit",
            "failpoint after first values"
        )));
    }
    let strict = core.options.durability == Durability::Strict;
    let kind = Kind::Block { height: staged.height, below: staged.base.height };
    core.db.write(kind, batch, strict)?;
    fail::fail_point!("commit.after-write", |_| Err(Fault::disk("commit", "failpoint after write")));
    let height = version.height;
    if let Some(earliest) = earliest {
        core.forget_when_durable(height, earliest);
    }
    core.publish(version, leaving.len());
    rayon::spawn(move || drop((leaving, staged))); // giving back what they hold takes a while
    if strict {
        core.set_durable(height);
    } else {
        sync_soon(core, height)?;
    }
    behind::write_soon(core)
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
            Err(fault) => syncing.fail(fault),
        }
    };
    let thread = std::thread::Builder::new().name("store-sync".into());
    thread.spawn(work).map_err(|why| Fault::disk("starting a thread to sync", why))?;
    let mut durable = core.durable();
    while height.saturating_sub(*durable) >= MOST_AT_RISK {
        if let Some(fault) = core.failure() {
            return Err(fault);
        }
        durable = core.durable_moved.wait(durable).unwrap_or_else(PoisonError::into_inner);
    }
    Ok(())
}

/// Writes the first values there are as tables, since a genesis may have millions. They count once their block is
/// written; what a crash leaves of them without it, the next start clears.
fn write_first(db: &Db, changes: &Changes) -> Result<(), Fault> {
    let mut names = changes.keys().map(|key| name_of(key)).collect::<Result<Vec<_>, Fault>>()?;
    names.par_sort_unstable();
    db.take_over(Family::Keys, names.into_iter())?;
    let values = changes.iter().filter_map(|(key, change)| Some((key, change.as_ref()?)));
    db.take_over(Family::Latest, values)
}

/// The values that a block writes and what it replaces, which has the same keys; beside it the keys that are no more.
/// The values of a genesis are written as tables.
fn written(core: &Core, changes: &Changes, undo: &Changes) -> Result<(Batch, Vec<Vec<u8>>), Fault> {
    let (db, mut batch) = (&core.db, Batch::block(&core.db, changes, undo));
    for (key, _) in undo.iter().filter(|(_, before)| before.is_none()) {
        let (name, within) = name_of(key)?;
        batch.put(db, Family::Keys, &name, within);
    }
    let removed = changes.iter().filter(|(_, change)| change.is_none()).map(|(key, _)| key.clone());
    Ok((batch, removed.collect()))
}

/// Everything a block writes, and the earliest readable height should it have moved.
fn batch(
    core: &Core,
    staged: &mut Staged,
    index: &Index,
    leaving: &[Arc<Version>],
) -> Result<(Batch, Option<u64>), Fault> {
    let (db, mut batch) = (&core.db, std::mem::take(&mut staged.batch));
    for (key, value) in &index.txs {
        batch.put(db, Family::Txs, key, value);
    }
    for (key, value) in &index.events {
        batch.put(db, Family::Events, key, value);
    }
    core::put_latest(db, &mut batch, staged.height, &staged.app_hash);
    forget_names(core, staged, leaving, &mut batch)?;
    core::put_history_to(db, &mut batch, core.history_to());
    let earliest = prune::round(core, staged.height, &mut batch)?;
    Ok((batch, earliest))
}

/// Drops the names of keys that no version in memory will have once the oldest have left.
fn forget_names(
    core: &Core,
    staged: &Staged,
    leaving: &[Arc<Version>],
    batch: &mut Batch,
) -> Result<(), Fault> {
    for next in leaving.iter().filter_map(|version| version.next()) {
        for key in &next.removed {
            let touched =
                staged.changes.contains_key(key) || next.newer().any(|newer| newer.undo.contains_key(key));
            if !touched {
                batch.delete(&core.db, Family::Keys, &name_of(key)?.0);
            }
        }
    }
    Ok(())
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
