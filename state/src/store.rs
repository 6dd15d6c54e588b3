//! The store: open it, read from it, stage a block, commit it.

use crate::batch::Batch;
use crate::commit::{self, Index, Staged};
use crate::core::{self, Core};
use crate::db::{Db, Family};
use crate::fault::Fault;
use crate::folder::Folder;
use crate::log::Kind;
use crate::merge::Ask;
use crate::options::Options;
use crate::overlay::Overlay;
use crate::read::{Changes, Entry};
use crate::seen::Seen;
use crate::snapshot::{Deep, Snapshot};
use crate::sync::Shelf;
use crate::{behind, checkpoint, format, load, prune, rollback};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};

/// A height that cannot be read: not made yet, or forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("height {asked} is not available; heights {earliest} to {latest} are")]
pub struct Missing {
    /// What was asked for.
    pub asked: u64,
    /// The earliest height that can be read.
    pub earliest: u64,
    /// The newest height.
    pub latest: u64,
}

/// Figures about a store, for metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Leaves of the tries, all versions in memory together.
    pub trie_leaves: u64,
    /// Inner nodes of the tries.
    pub trie_nodes: u64,
    /// Bytes the tries take.
    pub trie_bytes: u64,
    /// Bytes in RocksDB's shared cache, write buffers included.
    pub cache_bytes: u64,
    /// Bytes of state values on disk, roughly.
    pub state_bytes: u64,
    /// Bytes of history on disk, roughly.
    pub history_bytes: u64,
}

/// A handle to an open store; clones are the same store.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    folder: Folder,
    options: Options,
    /// Replaced as a whole when a snapshot is restored.
    core: RwLock<Arc<Core>>,
    shelf: Arc<Shelf>,
}

/// Whoever opens the store again need not wait for a snapshot of ours.
impl Drop for Shared {
    fn drop(&mut self) {
        self.shelf.stop.store(true, Ordering::Relaxed);
        self.shelf.join();
        self.core.read().unwrap_or_else(PoisonError::into_inner).settle();
    }
}

impl Store {
    /// Opens the store in a folder, making it if there is none. One process at a time can have it open.
    pub fn open(path: &Path, options: Options) -> Result<Store, Fault> {
        let folder = Folder::open(path)?;
        let db = Db::open(&folder.database(), &options)?;
        format::check(&db)?;
        let versions = load::versions(&db, &options, &folder.checkpoint())?;
        let core = Core::new(db, options.clone(), versions)?;
        behind::catch_up(&core)?;
        let shelf = Arc::new(Shelf::open(folder.snapshots())?);
        let core = RwLock::new(Arc::new(core));
        Ok(Store { shared: Arc::new(Shared { folder, options, core, shelf }) })
    }

    pub(crate) fn shelf(&self) -> &Shelf {
        &self.shared.shelf
    }

    pub(crate) fn shelf_handle(&self) -> Arc<Shelf> {
        Arc::clone(&self.shared.shelf)
    }

    pub(crate) fn core(&self) -> Arc<Core> {
        Arc::clone(&self.shared.core.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn replace_core(&self, core: Core) {
        self.core().settle();
        *self.shared.core.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(core);
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.shared.folder
    }

    /// How the store is kept.
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// The newest state.
    pub fn latest(&self) -> Snapshot {
        let core = self.core();
        Snapshot { version: core.latest(), core: Some(core), deep: None }
    }

    /// The state at a height.
    pub fn at(&self, height: u64) -> Result<Snapshot, Missing> {
        let core = self.core();
        if let Some(version) = core.version(height) {
            return Ok(Snapshot { core: Some(core), version, deep: None });
        }
        let latest = core.latest().height;
        let missing = Missing { asked: height, earliest: core.earliest(), latest };
        if height > latest {
            return Err(missing);
        }
        let pin = core.pin(height).ok_or(missing)?;
        // a height without a root was never committed: the chain began above it
        let app_hash = core::read_root(&core.db, height).ok().flatten().ok_or(missing)?;
        let deep = Deep { height, app_hash, _pin: Arc::new(pin) };
        Ok(Snapshot { version: core.oldest(), core: Some(core), deep: Some(deep) })
    }

    /// The newest height; 0 before the first commit.
    pub fn height(&self) -> u64 {
        self.core().latest().height
    }

    /// The newest height that a power failure cannot take back.
    pub fn durable_height(&self) -> u64 {
        *self.core().durable()
    }

    /// The earliest height that can be read.
    pub fn earliest_height(&self) -> u64 {
        self.core().earliest()
    }

    /// The root of the newest state.
    pub fn app_hash(&self) -> [u8; 32] {
        self.core().latest().app_hash
    }

    /// The root that `changes` would give, for genesis: nothing is kept.
    pub fn root_of(&self, changes: &Changes) -> Result<[u8; 32], Fault> {
        commit::root_of(&self.core(), changes)
    }

    /// Computes the root of a block in memory. Nothing is on disk; what is returned may be dropped, and staged again.
    pub fn stage(&self, height: u64, changes: Changes) -> Result<Staged, Fault> {
        commit::stage(&self.core(), height, changes.into_iter().collect(), &Seen::default())
    }

    /// As [`Store::stage`], for what was changed on an overlay: what that has read is not read again.
    pub fn stage_overlay(&self, height: u64, overlay: Overlay) -> Result<Staged, Fault> {
        let core = self.core();
        let (changes, base, seen) = overlay.into_parts();
        let seen = if base.is(&core.latest()) { seen } else { Seen::default() };
        let staged = commit::stage(&core, height, changes, &seen);
        rayon::spawn(move || drop(seen)); // giving back so many small things takes a while
        staged
    }

    /// Writes a staged block in one batch, and makes it the newest state. After a fault the store must be reopened.
    pub fn commit(&self, staged: Staged, index: Index) -> Result<(), Fault> {
        let core = self.core();
        commit::commit(&core, staged, index)?;
        let (latest, interval) = (core.latest(), self.shared.options.checkpoint_interval);
        if interval > 0 && latest.height.is_multiple_of(interval) {
            checkpoint::start(&core, Arc::clone(&latest), self.shared.folder.checkpoint());
        }
        let interval = self.shared.options.snapshot_interval;
        if interval > 0 && latest.height.is_multiple_of(interval) {
            self.snapshot_soon(latest.height);
        }
        Ok(())
    }

    /// A transaction record.
    pub fn tx(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.core().db.get(Family::Txs, key)
    }

    /// Event records under `prefix` strictly after `after`, ascending.
    pub fn events_page(&self, prefix: &[u8], after: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.core().db.page(Family::Events, &Ask { prefix, past: after, back: false, limit })
    }

    /// Event records under `prefix` strictly before `before`, descending.
    pub fn events_page_back(
        &self,
        prefix: &[u8],
        before: Option<&[u8]>,
        limit: u32,
    ) -> Result<Vec<Entry>, Fault> {
        self.core().db.page(Family::Events, &Ask { prefix, past: before, back: true, limit })
    }

    /// Forgets transactions and event records by their keys, synced to disk.
    pub fn forget_index(&self, txs: &[Vec<u8>], events: &[Vec<u8>]) -> Result<(), Fault> {
        let (core, mut batch) = (self.core(), Batch::default());
        txs.iter().for_each(|key| batch.delete(&core.db, Family::Txs, key));
        events.iter().for_each(|key| batch.delete(&core.db, Family::Events, key));
        core.db.write(Kind::Rows, batch, true)
    }

    /// Forgets old heights as the options say, at once, and gives their space back. Commits do the forgetting by
    /// themselves; the space comes back as RocksDB compacts.
    pub fn prune(&self) -> Result<(), Fault> {
        prune::now(&self.core())
    }

    /// The lowest height that [`Store::rollback`] can go back to.
    pub fn lowest_rollback(&self) -> Result<u64, Fault> {
        rollback::lowest(&self.core())
    }

    /// Takes back blocks until `to` is the newest height, and the snapshots of later ones. Nobody may be reading or
    /// writing.
    pub fn rollback(&self, to: u64) -> Result<(), Fault> {
        self.settle();
        self.core().settle();
        rollback::rollback(&self.core(), to, &self.shared.folder.checkpoint())?;
        self.shelf().take_back(to)
    }

    /// The lowest block the engine must keep: `wanted` (0 is all), but never above what a power failure, evidence of
    /// the last `evidence_blocks`, or a peer that restores the oldest snapshot we keep needs.
    pub fn retain_height(&self, wanted: u64, evidence_blocks: u64) -> u64 {
        let lowest = wanted.min(self.durable_height().saturating_sub(evidence_blocks));
        self.shelf().oldest().map_or(lowest, |oldest| lowest.min(oldest))
    }

    /// Writes a checkpoint of the trie now, so that the next start is short. For an orderly end.
    pub fn checkpoint(&self) -> Result<(), Fault> {
        checkpoint::write(&self.core().latest(), &self.shared.folder.checkpoint())
    }

    /// Waits for what goes on behind the commits: afterwards history is written as far as it is due, nothing is in write
    /// buffers, and no compaction is under way or wanted. For measurements and tests.
    pub fn drain(&self) -> Result<(), Fault> {
        let core = self.core();
        behind::write_due(&core)?;
        core.db.drain()
    }

    /// Figures for metrics.
    pub fn figures(&self) -> Figures {
        let core = self.core();
        let (trie_leaves, trie_nodes, trie_bytes) = core.latest().forest.size();
        let size = |family| core.db.number(family, "rocksdb.total-sst-files-size");
        Figures {
            trie_leaves,
            trie_nodes,
            trie_bytes,
            cache_bytes: core.db.cache_bytes(),
            state_bytes: size(Family::Latest),
            history_bytes: size(Family::History).saturating_add(core.db.log_bytes()),
        }
    }
}
