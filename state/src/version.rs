//! Versions: what one height's state is, as far as it is held in memory.

use crate::fault::Fault;
use crate::read::Changes;
use crate::tree::EMPTY_ROOT;
use crate::tree::forest::{Forest, Lists, Tries};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// One height. Versions form a chain: whoever holds one holds all newer ones, and so knows what each of them changed.
/// Values are read from disk, then corrected by what newer versions say the key held before them.
pub(crate) struct Version {
    pub(crate) height: u64,
    pub(crate) app_hash: [u8; 32],
    pub(crate) tries: Tries,
    /// What this version's changed keys held before it.
    pub(crate) undo: Changes,
    /// Keys that this version removed, if known: their names are forgotten when no version in memory has them.
    pub(crate) removed: Vec<Vec<u8>>,
    /// Slots that only older versions reach.
    dead: Mutex<Lists>,
    next: OnceLock<Arc<Version>>,
    pub(crate) forest: Arc<Forest>,
}

impl Version {
    pub(crate) fn new(height: u64, tries: Tries, undo: Changes, dead: Lists, forest: Arc<Forest>) -> Version {
        let app_hash = crate::tree::forest::app_hash(&tries);
        let (removed, dead, next) = (Vec::new(), Mutex::new(dead), OnceLock::new());
        Version { height, app_hash, tries, undo, removed, dead, next, forest }
    }

    /// The state before anything was written.
    pub(crate) fn genesis(forest: Arc<Forest>) -> Version {
        let version = Version::new(0, Tries::new(), Changes::new(), Lists::new(), forest);
        debug_assert_eq!(version.app_hash, EMPTY_ROOT);
        version
    }

    /// The version after this one, if there is one yet.
    pub(crate) fn next(&self) -> Option<&Arc<Version>> {
        self.next.get()
    }

    /// All newer versions, oldest first.
    pub(crate) fn newer(&self) -> impl Iterator<Item = &Version> {
        std::iter::successors(self.next.get(), |version| version.next.get()).map(Arc::as_ref)
    }

    /// Makes `next` the version after this one. Happens once.
    pub(crate) fn follow(&self, next: Arc<Version>) -> Result<(), Fault> {
        self.next.set(next).map_err(|_| {
            Fault::misuse(format!("height {} was followed before; reopen the store", self.height))
        })
    }

    fn take_dead(&self) -> Lists {
        std::mem::take(&mut *self.dead.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When a version goes, all older ones are gone (they would hold it), so what only they reached is free.
impl Drop for Version {
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(version) = next {
            version.forest.free(&version.take_dead());
            // in a loop, because a long chain of drops within drops would exhaust the stack
            next = Arc::into_inner(version).and_then(|mut version| version.next.take());
        }
    }
}
