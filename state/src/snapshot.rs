//! The state at one height, for as long as somebody holds it.

use crate::core::{Core, Pin};
use crate::db::Family;
use crate::fault::Fault;
use crate::history::{self, Span};
use crate::merge::{self, Ask, Stream};
use crate::read::{Entry, Read};
use crate::tree::forest::Forest;
use crate::version::Version;
use std::sync::Arc;

/// The state at one height. Cheap to clone; reading never waits for a writer, and later blocks do not change what is
/// read.
#[derive(Clone)]
pub struct Snapshot {
    /// `None` reads nothing.
    pub(crate) core: Option<Arc<Core>>,
    /// The version read from; the oldest in memory, if the height is older.
    pub(crate) version: Arc<Version>,
    /// A height older than any in memory.
    pub(crate) deep: Option<Deep>,
}

/// A height that is read from history.
#[derive(Clone)]
pub(crate) struct Deep {
    pub(crate) height: u64,
    pub(crate) app_hash: [u8; 32],
    /// Keeps pruning off.
    pub(crate) _pin: Arc<Pin>,
}

impl Snapshot {
    /// A state with nothing in it, at height 0.
    pub fn empty() -> Snapshot {
        let version = Version::genesis(Arc::new(Forest::new()));
        Snapshot { core: None, version: Arc::new(version), deep: None }
    }

    /// The height this is the state of.
    pub fn height(&self) -> u64 {
        self.deep.as_ref().map_or(self.version.height, |deep| deep.height)
    }

    /// The root over all stores at this height. It stands in the header of the next block.
    pub fn app_hash(&self) -> [u8; 32] {
        self.deep.as_ref().map_or(self.version.app_hash, |deep| deep.app_hash)
    }

    /// Whether it is the state of that version.
    pub(crate) fn is(&self, version: &Arc<Version>) -> bool {
        self.deep.is_none() && Arc::ptr_eq(&self.version, version)
    }

    /// The database, unless nothing was written yet at this height, whatever has been since.
    fn readable(&self) -> Option<&Arc<Core>> {
        self.core.as_ref().filter(|_| self.version.height > 0)
    }

    fn span(&self) -> Option<Span> {
        self.deep.as_ref().map(|deep| Span { from: deep.height, to: self.version.height })
    }

    /// The values of keys that come in order, read on all cores if they are many.
    pub(crate) fn get_all(&self, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let Some(core) = self.readable() else { return Ok(vec![None; keys.len()]) };
        if self.deep.is_none() {
            let values = core.db.get_all(Family::Latest, keys)?;
            // a newer block, of which some could be, would be linked by now
            if self.version.next().is_none() {
                return Ok(values);
            }
        }
        keys.iter().map(|key| self.get(key)).collect()
    }

    pub(crate) fn read_page(&self, ask: Ask<'_>) -> Result<Vec<Entry>, Fault> {
        let Some(core) = self.readable() else { return Ok(Vec::new()) };
        // the scan comes first: whatever it sees of newer blocks, their versions are linked by now
        let scan = core.db.entries(Family::Latest, &ask);
        let newer: Vec<&Version> = self.version.newer().filter(|version| !version.undo.is_empty()).collect();
        let span = self.span();
        if newer.is_empty() && span.is_none() {
            return scan.take(ask.most()).collect();
        }
        let mut streams: Vec<Stream<'_>> = Vec::new();
        if let Some(span) = span {
            streams.push(Box::new(history::Words::new(&core.db, &ask, span)));
        }
        streams.extend(newer.into_iter().map(|version| merge::words(&ask, &version.undo)));
        streams.push(Box::new(scan.map(|entry| entry.map(|entry| (entry.key, Some(entry.value))))));
        merge::page(&ask, streams)
    }
}

impl Read for Snapshot {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let Some(core) = self.readable() else { return Ok(None) };
        if let Some(span) = self.span()
            && let Some(value) = history::lookup(&core.db, key, span)?
        {
            return Ok(value);
        }
        // the value comes first: whatever newer block it is from, its version is linked by now
        let value = core.db.get(Family::Latest, key)?;
        for newer in self.version.newer() {
            if let Some(before) = newer.undo.get(key) {
                return Ok(before.clone());
            }
        }
        Ok(value)
    }

    fn page(&self, prefix: &[u8], after: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.read_page(Ask { prefix, past: after, back: false, limit })
    }

    fn page_back(&self, prefix: &[u8], before: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.read_page(Ask { prefix, past: before, back: true, limit })
    }
}
