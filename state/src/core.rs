//! One open database with the tries over it.

use crate::db::{Db, Family};
use crate::deep::DeepTries;
use crate::fault::Fault;
use crate::options::Options;
use crate::version::Version;
use rocksdb::WriteBatch;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};

/// Key of the newest height and its app hash.
const LATEST: &[u8] = b"latest";
/// Key of the earliest readable height.
const EARLIEST: &[u8] = b"earliest";
/// What the keys of app hashes by height start with.
const ROOT: &[u8] = b"root/";

/// One open database with the tries over it.
pub(crate) struct Core {
    pub(crate) db: Db,
    pub(crate) options: Options,
    /// Versions in memory, oldest first; never empty.
    recent: RwLock<VecDeque<Arc<Version>>>,
    /// One commit at a time.
    pub(crate) writing: Mutex<()>,
    /// How far a power failure can reach no more.
    durable: Mutex<u64>,
    /// The newest change of the earliest height, and the height that wrote it.
    forgetting: Mutex<(u64, u64)>,
    pub(crate) durable_moved: Condvar,
    /// Whether syncing in the background failed.
    pub(crate) sync_failed: Mutex<Option<Fault>>,
    earliest: AtomicU64,
    /// Heights being read from history, and by how many.
    pins: Mutex<BTreeMap<u64, usize>>,
    pub(crate) checkpointing: AtomicBool,
    /// Tries of an old height, should somebody have proved from it since the last block.
    pub(crate) deep: Mutex<Option<Arc<DeepTries>>>,
}

impl Core {
    pub(crate) fn new(db: Db, options: Options, recent: VecDeque<Arc<Version>>) -> Result<Core, Fault> {
        let height = recent.back().map_or(0, |version| version.height);
        let earliest = read_earliest(&db)?;
        db.forget_through.store(earliest, Ordering::Relaxed);
        Ok(Core {
            db,
            options,
            recent: RwLock::new(recent),
            writing: Mutex::new(()),
            durable: Mutex::new(height),
            forgetting: Mutex::new((height, earliest)),
            durable_moved: Condvar::new(),
            sync_failed: Mutex::new(None),
            earliest: AtomicU64::new(earliest),
            pins: Mutex::new(BTreeMap::new()),
            checkpointing: AtomicBool::new(false),
            deep: Mutex::new(None),
        })
    }

    /// The newest version.
    pub(crate) fn latest(&self) -> Arc<Version> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(recent.back().expect("there is always a version"))
    }

    /// The oldest version in memory.
    pub(crate) fn oldest(&self) -> Arc<Version> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(recent.front().expect("there is always a version"))
    }

    /// The version of a height, if it is in memory.
    pub(crate) fn version(&self, height: u64) -> Option<Arc<Version>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let at = recent.binary_search_by_key(&height, |version| version.height).ok()?;
        recent.get(at).map(Arc::clone)
    }

    /// Makes a version the newest, and returns the one that leaves memory.
    pub(crate) fn publish(&self, version: Arc<Version>) -> Option<Arc<Version>> {
        // it holds the oldest version, and so would keep all newer ones in memory
        if let Ok(mut deep) = self.deep.try_lock() {
            drop(deep.take());
        }
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(version);
        if recent.len() > self.keep() { recent.pop_front() } else { None }
    }

    /// The version that leaves memory when the next one comes.
    pub(crate) fn leaving(&self) -> Option<Arc<Version>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        recent.front().filter(|_| recent.len() >= self.keep()).map(Arc::clone)
    }

    /// Puts other versions in place of all.
    pub(crate) fn replace(&self, versions: VecDeque<Arc<Version>>) {
        drop(self.deep.lock().unwrap_or_else(PoisonError::into_inner).take());
        *self.recent.write().unwrap_or_else(PoisonError::into_inner) = versions;
    }

    fn keep(&self) -> usize {
        usize::try_from(self.options.recent).unwrap_or(usize::MAX).max(2)
    }

    /// The earliest readable height.
    pub(crate) fn earliest(&self) -> u64 {
        let (disk, memory) = (self.earliest.load(Ordering::Acquire), self.oldest().height);
        disk.min(memory)
    }

    /// From which height on history is complete on disk.
    pub(crate) fn history_from(&self) -> u64 {
        self.earliest.load(Ordering::Acquire)
    }

    pub(crate) fn set_history_from(&self, height: u64) {
        self.earliest.store(height, Ordering::Release);
    }

    /// How far a power failure can reach no more.
    pub(crate) fn durable(&self) -> MutexGuard<'_, u64> {
        self.durable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything up to `height` is on disk for good.
    pub(crate) fn set_durable(&self, height: u64) {
        let mut durable = self.durable();
        *durable = height.max(*durable);
        self.durable_moved.notify_all();
        // history may be dropped only when the height that gave it up cannot be lost
        let (written_at, earliest) = *self.forgetting.lock().unwrap_or_else(PoisonError::into_inner);
        if written_at <= *durable {
            self.db.forget_through.fetch_max(earliest, Ordering::Relaxed);
        }
    }

    /// The batch of height `written_at` says that the earliest height is `earliest`.
    pub(crate) fn forget_when_durable(&self, written_at: u64, earliest: u64) {
        *self.forgetting.lock().unwrap_or_else(PoisonError::into_inner) = (written_at, earliest);
    }

    /// Keeps pruning off `height`, unless it has passed it already.
    pub(crate) fn pin(self: &Arc<Core>, height: u64) -> Option<Pin> {
        let mut pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
        if height < self.history_from() {
            return None;
        }
        let count = pins.entry(height).or_default();
        *count = count.saturating_add(1);
        Some(Pin { core: Arc::clone(self), height })
    }

    /// Moves the earliest readable height up to `wanted`, or as far as readers let it; returns where it is now.
    pub(crate) fn advance_earliest(&self, wanted: u64) -> u64 {
        let pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
        let pinned = pins.keys().next().copied().unwrap_or(u64::MAX);
        let earliest = wanted.min(pinned).max(self.history_from());
        self.set_history_from(earliest);
        earliest
    }
}

/// Keeps pruning off one height.
pub(crate) struct Pin {
    core: Arc<Core>,
    height: u64,
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut pins = self.core.pins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = pins.get_mut(&self.height) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                pins.remove(&self.height);
            }
        }
    }
}

/// The newest height on disk and its app hash.
pub(crate) fn read_latest(db: &Db) -> Result<Option<(u64, [u8; 32])>, Fault> {
    let Some(bytes) = db.get(Family::Meta, LATEST)? else { return Ok(None) };
    let mut reader = crate::codec::Reader::new("latest height", &bytes);
    Ok(Some((u64::from_be_bytes(reader.array()?), reader.array()?)))
}

/// Writes the newest height and its app hash.
pub(crate) fn put_latest(db: &Db, batch: &mut WriteBatch, height: u64, app_hash: &[u8; 32]) {
    let record = [height.to_be_bytes().as_slice(), app_hash].concat();
    db.put(batch, Family::Meta, LATEST, &record);
    db.put(batch, Family::Meta, &root_key(height), app_hash);
}

/// Key of a height's app hash.
pub(crate) fn root_key(height: u64) -> Vec<u8> {
    [ROOT, &height.to_be_bytes()].concat()
}

/// The app hash of a height.
pub(crate) fn read_root(db: &Db, height: u64) -> Result<Option<[u8; 32]>, Fault> {
    let bytes = db.get(Family::Meta, &root_key(height))?;
    bytes.map(|bytes| bytes.as_slice().try_into().map_err(|why| Fault::corrupt("app hash", why))).transpose()
}

fn read_earliest(db: &Db) -> Result<u64, Fault> {
    let Some(bytes) = db.get(Family::Meta, EARLIEST)? else { return Ok(0) };
    let bytes = bytes.as_slice().try_into().map_err(|why| Fault::corrupt("earliest height", why))?;
    Ok(u64::from_be_bytes(bytes))
}

/// Writes the earliest readable height.
pub(crate) fn put_earliest(db: &Db, batch: &mut WriteBatch, height: u64) {
    db.put(batch, Family::Meta, EARLIEST, &height.to_be_bytes());
}
