//! Changes on top of a snapshot, in layers: a block, a transaction in it, a message in that.

use crate::fault::Fault;
use crate::merge::{self, Ask, Stream, Word};
use crate::read::{Changes, Entry, Read, Write};
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Values remembered at most.
const MOST_SEEN: usize = 65_536;

/// State being changed. Each [`Overlay::checkpoint`] opens a layer that is later dropped or kept.
pub struct Overlay {
    base: Snapshot,
    /// What was read from the base, which does not change: parameters are read by every transaction.
    seen: Mutex<BTreeMap<Vec<u8>, Option<Vec<u8>>>>,
    /// The bottom layer.
    block: Changes,
    /// Open checkpoints, oldest first.
    layers: Vec<Changes>,
}

impl Clone for Overlay {
    fn clone(&self) -> Overlay {
        Overlay { layers: self.layers.clone(), ..Overlay::with(self.base.clone(), self.block.clone()) }
    }
}

impl Overlay {
    /// Nothing changed yet.
    pub fn new(base: Snapshot) -> Overlay {
        Overlay::with(base, Changes::new())
    }

    /// With changes already made.
    pub fn with(base: Snapshot, changes: Changes) -> Overlay {
        Overlay { base, seen: Mutex::default(), block: changes, layers: Vec::new() }
    }

    /// Reads keys of what lies beneath ahead of their use, on all cores. Only time depends on it.
    pub fn read_ahead(&self, mut keys: Vec<Vec<u8>>) -> Result<(), Fault> {
        keys.sort_unstable();
        keys.dedup();
        keys.truncate(MOST_SEEN);
        let values = self.base.get_all(&keys)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut read: Changes = keys.into_iter().zip(values).collect();
        read.append(&mut seen);
        *seen = read;
        Ok(())
    }

    /// Opens a layer: what follows can be dropped alone.
    pub fn checkpoint(&mut self) {
        self.layers.push(Changes::new());
    }

    /// Drops the newest layer and all that was changed in it. Without an open layer there is nothing to drop.
    pub fn rollback(&mut self) {
        self.layers.pop();
    }

    /// Folds the newest layer into the one below.
    pub fn keep(&mut self) {
        let Some(mut top) = self.layers.pop() else { return };
        let below = self.layers.last_mut().unwrap_or(&mut self.block);
        if below.is_empty() {
            *below = top;
        } else if top.len() > below.len() {
            // the newer word wins, whichever of the two is moved
            std::mem::swap(&mut top, below);
            for (key, change) in top {
                below.entry(key).or_insert(change);
            }
        } else {
            below.extend(top);
        }
    }

    /// How many layers are open.
    pub fn depth(&self) -> usize {
        self.layers.len()
    }

    /// The changes of the bottom layer: all of them, when no checkpoint is open.
    pub fn changes(&self) -> &Changes {
        debug_assert!(self.layers.is_empty(), "changes are complete only when no checkpoint is open");
        &self.block
    }

    /// The changes; layers that are still open are dropped.
    pub fn into_changes(self) -> Changes {
        self.block
    }

    /// The changes, what lies beneath them, and what was read of that.
    pub(crate) fn into_parts(self) -> (Changes, Snapshot, Changes) {
        let seen = self.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        (self.block, self.base, seen)
    }

    /// What the changes lie on.
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    fn top(&mut self) -> &mut Changes {
        self.layers.last_mut().unwrap_or(&mut self.block)
    }

    /// Layers, the newest first.
    fn stack(&self) -> impl Iterator<Item = &Changes> {
        self.layers.iter().rev().chain(std::iter::once(&self.block))
    }

    fn merged(&self, ask: Ask<'_>) -> Result<Vec<Entry>, Fault> {
        let changed = self.stack().filter(|layer| !layer.is_empty());
        let mut streams: Vec<Stream<'_>> = changed.map(|layer| merge::words(&ask, layer)).collect();
        if streams.is_empty() {
            return self.base.read_page(ask);
        }
        let pages = Pages { base: &self.base, ask, last: None, ready: Vec::new().into_iter(), done: false };
        streams.push(Box::new(pages));
        merge::page(&ask, streams)
    }
}

/// The base's entries one by one, fetched a page at a time.
struct Pages<'a> {
    base: &'a Snapshot,
    ask: Ask<'a>,
    last: Option<Vec<u8>>,
    ready: std::vec::IntoIter<Entry>,
    done: bool,
}

impl Pages<'_> {
    fn fetch(&mut self) -> Result<(), Fault> {
        let past = self.last.as_deref().or(self.ask.past);
        let entries = self.base.read_page(Ask { past, ..self.ask })?;
        self.done = entries.len() < self.ask.most();
        self.last = entries.last().map(|entry| entry.key.clone());
        self.ready = entries.into_iter();
        Ok(())
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Word, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let word = |entry: Entry| Ok((entry.key, Some(entry.value)));
        if let Some(entry) = self.ready.next() {
            return Some(word(entry));
        }
        if self.done {
            return None;
        }
        if let Err(fault) = self.fetch() {
            return Some(Err(fault));
        }
        self.ready.next().map(word)
    }
}

impl Read for Overlay {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        for layer in self.stack() {
            if let Some(change) = layer.get(key) {
                return Ok(change.clone());
            }
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = seen.get(key) {
            return Ok(value.clone());
        }
        let value = self.base.get(key)?;
        if seen.len() < MOST_SEEN {
            seen.insert(key.to_vec(), value.clone());
        }
        Ok(value)
    }

    fn page(&self, prefix: &[u8], after: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.merged(Ask { prefix, past: after, back: false, limit })
    }

    fn page_back(&self, prefix: &[u8], before: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.merged(Ask { prefix, past: before, back: true, limit })
    }
}

impl Write for Overlay {
    fn set(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.top().insert(key, Some(value));
    }

    fn remove(&mut self, key: Vec<u8>) {
        self.top().insert(key, None);
    }
}
