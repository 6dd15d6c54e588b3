//! What was read of a state that does not change.

use crate::fault::Fault;
use crate::snapshot::Snapshot;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use rayon::prelude::*;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Values remembered at most.
const MOST_SEEN: usize = 65_536;

/// The hasher is seeded anew in each process: who chooses keys cannot make them collide. Only looked up, never gone
/// through.
type Table<V> = IndexMap<Vec<u8>, V, RandomState>;

/// What a key holds, or that it holds nothing.
type Held = Option<Vec<u8>>;

/// Values that were read, and that there is none for some keys. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// Read ahead: found without a lock.
    ahead: Arc<Ahead>,
    /// Read since.
    since: Arc<Mutex<Table<Held>>>,
}

/// Keys that somebody is going to read, and what they hold as soon as that is known. The keys stand before the first
/// value does, so that values can come in while others are looked up.
#[derive(Default)]
struct Ahead {
    values: Table<OnceLock<Held>>,
    /// Where each portion of the keys ends.
    ends: Vec<usize>,
}

impl Ahead {
    fn get(&self, key: &[u8]) -> Option<&Held> {
        self.values.get(key)?.get()
    }
}

impl Seen {
    /// Takes up which keys are going to be read, in portions; one that is in several belongs to the first.
    pub(crate) fn will_read(&mut self, portions: Vec<Vec<Vec<u8>>>) {
        let most = portions.iter().map(Vec::len).sum::<usize>().min(MOST_SEEN);
        let mut values = Table::with_capacity_and_hasher(most, RandomState::default());
        let mut end_of = |keys: Vec<Vec<u8>>| {
            let room = MOST_SEEN.saturating_sub(values.len());
            values.extend(keys.into_iter().take(room).map(|key| (key, OnceLock::new())));
            values.len()
        };
        let ends = portions.into_iter().map(&mut end_of).collect();
        self.ahead = Arc::new(Ahead { values, ends });
    }

    /// Reads one of the portions, on all cores.
    pub(crate) fn read_ahead(&self, base: &Snapshot, portion: usize) -> Result<(), Fault> {
        let end_of = |portion: usize| self.ahead.ends.get(portion).copied();
        let begin = portion.checked_sub(1).and_then(end_of).unwrap_or(0);
        let keys = end_of(portion).and_then(|end| self.ahead.values.get_range(begin..end));
        let mut keys: Vec<_> = keys.into_iter().flatten().collect();
        keys.par_sort_unstable_by_key(|(key, _)| *key);
        let values = base.get_all(&keys.iter().map(|(key, _)| key.as_slice()).collect::<Vec<_>>())?;
        for ((_, place), value) in keys.into_iter().zip(values) {
            place.get_or_init(|| value);
        }
        Ok(())
    }

    /// What was read of a key, if it was.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Held> {
        if let Some(value) = self.ahead.get(key) {
            return Some(value.clone());
        }
        self.since.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Shows what was read of a key; else reads it, and remembers that.
    pub(crate) fn show_or(
        &self,
        key: &[u8],
        read: impl FnOnce() -> Result<Held, Fault>,
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
