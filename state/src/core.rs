//! One open database with the tries over it.

use crate::batch::Batch;
use crate::db::{Db, Family};
use crate::deep::DeepTries;
use crate::fault::Fault;
use crate::log::Kind;
use crate::options::Options;
use crate::version::Version;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

/// Key of the newest height and its app hash.
const LATEST: &[u8] = b"latest";
/// Key of the earliest readable height.
const EARLIEST: &[u8] = b"earliest";
/// Key of the height up to which entries are in history.
const HISTORY: &[u8] = b"history";
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
    /// Why work in the background failed, if it did.
    failed: Mutex<Option<Fault>>,
    /// Up to which height entries are in history.
    history_to: AtomicU64,
    /// Who writes them.
    writer: Mutex<Option<JoinHandle<()>>>,
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
        let (earliest, history_to) = (read_height(&db, EARLIEST)?, read_height(&db, HISTORY)?);
        db.forget_through.store(earliest, Ordering::Relaxed);
        Ok(Core {
            db,
            options,
            recent: RwLock::new(recent),
            writing: Mutex::new(()),
            durable: Mutex::new(height),
            forgetting: Mutex::new((height, earliest)),
            durable_moved: Condvar::new(),
            failed: Mutex::new(None),
            history_to: AtomicU64::new(history_to),
            writer: Mutex::new(None),
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

    /// Makes a version the newest; the `leaving` oldest are not held any longer.
    pub(crate) fn publish(&self, version: Arc<Version>, leaving: usize) {
        // it holds the oldest version, and so would keep all newer ones in memory
        if let Ok(mut deep) = self.deep.try_lock() {
            drop(deep.take());
        }
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(version);
        recent.drain(..leaving);
    }

    /// The versions that leave memory when the next one comes, oldest first: history says what came after them.
    pub(crate) fn leaving(&self) -> Vec<Arc<Version>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let (most, through) = (recent.len().saturating_add(1).saturating_sub(self.keep()), self.history_to());
        let pairs = recent.iter().zip(recent.iter().skip(1)).take(most);
        pairs.take_while(|(_, next)| next.height <= through).map(|(version, _)| Arc::clone(version)).collect()
    }

    /// The versions whose entries are due in history, oldest first.
    pub(crate) fn waiting(&self) -> Vec<Arc<Version>> {
        let (through, durable) = (self.history_to(), *self.durable());
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let old = recent.iter().take(recent.len().saturating_add(2).saturating_sub(self.keep()));
        let due = old.filter(|version| (through.saturating_add(1)..=durable).contains(&version.height));
        due.map(Arc::clone).collect()
    }

    /// Up to which height nothing is missing in history. What may be forgotten is not missed.
    pub(crate) fn history_to(&self) -> u64 {
        self.history_to.load(Ordering::Acquire).max(self.history_from())
    }

    pub(crate) fn set_history_to(&self, height: u64) {
        self.history_to.store(height, Ordering::Release);
    }

    /// Who writes history.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until history is not being written.
    pub(crate) fn settle(&self) {
        if self.writer().take().is_some_and(|writer| writer.join().is_err()) {
            tracing::warn!("writing history ended in a panic");
        }
    }

    /// Work in the background failed: nothing more is committed.
    pub(crate) fn fail(&self, fault: Fault) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
        self.durable_moved.notify_all();
    }

    /// Why work in the background failed, if it did.
    pub(crate) fn failure(&self) -> Option<Fault> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

    /// Nothing below a height is known any more.
    pub(crate) fn begin_history(&self, height: u64) -> Result<(), Fault> {
        let mut batch = Batch::default();
        put_earliest(&self.db, &mut batch, height);
        put_history_to(&self.db, &mut batch, height);
        self.db.write(Kind::Rows, batch, true)?;
        self.set_history_from(height);
        self.set_history_to(height);
        Ok(())
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
pub(crate) fn put_latest(db: &Db, batch: &mut Batch, height: u64, app_hash: &[u8; 32]) {
    let record = [height.to_be_bytes().as_slice(), app_hash].concat();
    batch.put(db, Family::Meta, LATEST, &record);
    batch.put(db, Family::Meta, &root_key(height), app_hash);
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

fn read_height(db: &Db, key: &[u8]) -> Result<u64, Fault> {
    let Some(bytes) = db.get(Family::Meta, key)? else { return Ok(0) };
    let bytes = bytes.as_slice().try_into().map_err(|why| Fault::corrupt("height", why))?;
    Ok(u64::from_be_bytes(bytes))
}

/// Writes up to which height entries are in history.
pub(crate) fn put_history_to(db: &Db, batch: &mut Batch, height: u64) {
    batch.put(db, Family::Meta, HISTORY, &height.to_be_bytes());
}

/// Writes the earliest readable height.
pub(crate) fn put_earliest(db: &Db, batch: &mut Batch, height: u64) {
    batch.put(db, Family::Meta, EARLIEST, &height.to_be_bytes());
}
