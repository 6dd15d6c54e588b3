//! What was read of a state that does not change.

use crate::fault::Fault;
use crate::snapshot::Snapshot;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use rayon::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// Values remembered at most.
const MOST_SEEN: usize = 65_536;

/// The hasher is seeded anew in each process: who chooses keys cannot make them collide. Only looked up, never gone
/// through.
type Values = IndexMap<Vec<u8>, Option<Vec<u8>>, RandomState>;

/// Values that were read, and that there is none for some keys. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// Read ahead: found without a lock.
    ahead: Arc<Values>,
    /// Read since.
    since: Arc<Mutex<Values>>,
}

impl Seen {
    /// Reads keys at once, on all cores.
    pub(crate) fn read_ahead(&mut self, base: &Snapshot, mut keys: Vec<Vec<u8>>) -> Result<(), Fault> {
        keys.par_sort_unstable();
        keys.dedup();
        keys.truncate(MOST_SEEN);
        let values = base.get_all(&keys)?;
        self.ahead = Arc::new(keys.into_iter().zip(values).collect());
        Ok(())
    }

    /// What was read of a key, if it was.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        if let Some(value) = self.ahead.get(key) {
            return Some(value.clone());
        }
        self.since.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Shows what was read of a key; else reads it, and remembers that.
    pub(crate) fn show_or(
        &self,
        key: &[u8],
        read: impl FnOnce() -> Result<Option<Vec<u8>>, Fault>,
        look: &mut dyn FnMut(Option<&[u8]>),
    ) -> Result<(), Fault> {
        if let Some(value) = self.ahead.get(key) {
            look(value.as_deref());
            return Ok(());
        }
        let since = || self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = since().get(key) {
            look(value.as_deref());
            return Ok(());
        }
        let value = read()?;
        look(value.as_deref());
        let mut since = since();
        if since.len() < MOST_SEEN {
            since.insert(key.to_vec(), value);
        }
        Ok(())
    }
}
