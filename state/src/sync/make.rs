//! Cutting a version into chunks, off the commit path and from one consistent view.

use super::chunk::Run;
use crate::commit::name;
use crate::core::{self, Core};
use crate::db::{Family, View};
use crate::fault::Fault;
use crate::tree::arena::Leaf;
use crate::tree::forest::Trie;
use crate::tree::hash::{self, Hash};
use crate::tree::range::Edges;
use crate::version::Version;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// Entries read at once.
const TOGETHER: usize = 128;

/// A key within its store, and its value.
type Pair = (Vec<u8>, Vec<u8>);

/// The newest version as it is on disk now; later blocks do not change it.
pub(crate) struct Source<'a> {
    pub(crate) version: Arc<Version>,
    view: View<'a>,
}

impl<'a> Source<'a> {
    pub(crate) fn open(core: &'a Core) -> Result<Source<'a>, Fault> {
        // between two commits, the newest version is what is on disk
        let _no_commit = core.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let (version, view) = (core.latest(), core.db.view());
        let on_disk = core::read_latest(&core.db)?.map_or(0, |(height, _)| height);
        if on_disk != version.height {
            return Err(Fault::misuse("a commit failed before; reopen the store"));
        }
        Ok(Source { version, view })
    }

    /// The roots of its stores.
    pub(crate) fn roots(&self) -> BTreeMap<String, Hash> {
        self.version.tries.iter().map(|(store, trie)| (store.clone(), trie.root)).collect()
    }

    /// Hands one chunk after the other to `sink`.
    pub(crate) fn chunks(
        &self,
        chunk_bytes: u64,
        sink: &mut dyn FnMut(Vec<u8>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for (store, trie) in &self.version.tries {
            let (mut run, mut after) = (Run::default(), None::<Hash>);
            loop {
                let leaves = self.version.forest.leaves(trie, after.as_ref(), TOGETHER);
                let Some(last) = leaves.last() else { break };
                after = Some(last.key);
                for (leaf, (within, value)) in leaves.iter().zip(self.entries(store, &leaves)?) {
                    run.add(leaf.key, &within, &value);
                    if run.bytes() >= chunk_bytes {
                        self.close(store, trie, std::mem::take(&mut run), sink)?;
                    }
                }
            }
            self.close(store, trie, run, sink)?;
        }
        Ok(())
    }

    fn close(
        &self,
        store: &str,
        trie: &Trie,
        run: Run,
        sink: &mut dyn FnMut(Vec<u8>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let Some((first, last)) = run.ends() else { return Ok(()) };
        let siblings = |key: &Hash| self.version.forest.path(trie, key).siblings;
        sink(run.close(store, &Edges { first: siblings(&first), last: siblings(&last) }))
    }

    /// The entries behind leaves: key within the store, and value.
    fn entries(&self, store: &str, leaves: &[Leaf]) -> Result<Vec<Pair>, Fault> {
        let wrong = || Fault::corrupt("trie", "it is not that of the values");
        let names: Vec<Vec<u8>> = leaves.iter().map(|leaf| name(&leaf.key, store)).collect();
        let within = self.view.get_many(Family::Keys, &names, true)?;
        let within: Vec<Vec<u8>> = within.into_iter().collect::<Option<_>>().ok_or_else(wrong)?;
        let keys: Vec<Vec<u8>> =
            within.iter().map(|within| [store.as_bytes(), b"/", within].concat()).collect();
        let values = self.view.get_many(Family::Latest, &keys, false)?;
        let entries = within.into_iter().zip(values).zip(leaves).map(|((within, value), leaf)| {
            let right = |value: &Vec<u8>| hash::leaf(&leaf.key, &hash::digest(value)) == leaf.hash;
            let value = value.filter(right).ok_or_else(wrong)?;
            Ok((within, value))
        });
        entries.collect()
    }
}
