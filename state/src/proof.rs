//! Proofs of what a snapshot holds, and of what it does not: see [`proto::proof`] for their form.

use crate::commit::name;
use crate::db::Family;
use crate::deep::{self, DeepTries};
use crate::fault::Fault;
use crate::read::Read;
use crate::snapshot::Snapshot;
use crate::tree::forest::{self, Trie, Tries, split};
use crate::tree::hash::{self, Hash};
use crate::tree::small;
use proto::proof::{ExistenceProof, NonExistenceProof, Proof, existence, operation};
use proto::tendermint::crypto::ProofOps;
use std::sync::Arc;

impl Snapshot {
    /// Proves what `key` holds, or that it holds nothing, against [`Snapshot::app_hash`]. `None` if so much has changed
    /// since this height that its proofs would cost too much.
    pub fn prove(&self, key: &[u8]) -> Result<Option<ProofOps>, Fault> {
        let (store, within) = split(key)?;
        let deep = match (&self.deep, &self.core) {
            (Some(deep), Some(core)) => {
                match deep::tries(core, &self.version, deep.height, &deep.app_hash)? {
                    None => return Ok(None),
                    some => some,
                }
            }
            _ => None,
        };
        let view = View { snapshot: self, deep };
        let ops = match view.tries().get(store) {
            Some(trie) => {
                let inner = view.within(store, trie, within)?;
                vec![operation(within.to_vec(), inner), operation(store.into(), view.store(store, trie))]
            }
            // the root of no store at all is known to everybody
            None if view.tries().is_empty() => Vec::new(),
            None => vec![operation(store.into(), view.no_store(store))],
        };
        Ok(Some(ProofOps { ops }))
    }
}

/// A snapshot with the tries of its height.
struct View<'a> {
    snapshot: &'a Snapshot,
    deep: Option<Arc<DeepTries>>,
}

impl View<'_> {
    fn tries(&self) -> &Tries {
        self.deep.as_ref().map_or(&self.snapshot.version.tries, |deep| &deep.tries)
    }

    /// What there is about a key in the trie of its store.
    fn within(&self, store: &str, trie: &Trie, key: &[u8]) -> Result<Proof, Fault> {
        let (hash, forest) = (hash::digest(key), &self.snapshot.version.forest);
        let path = forest.path(trie, &hash);
        if path.leaf.is_some_and(|leaf| leaf.key == hash) {
            let value = self.value(store, key)?;
            return Ok(Proof::Exist(existence(key.to_vec(), value, &path.siblings)));
        }
        let left = forest.leaf_before(trie, &hash).map(|leaf| self.neighbour(store, trie, &leaf.key));
        let right = forest.leaf_after(trie, &hash).map(|leaf| self.neighbour(store, trie, &leaf.key));
        let (key, left, right) = (key.to_vec(), left.transpose()?, right.transpose()?);
        Ok(Proof::Nonexist(NonExistenceProof { key, left, right }))
    }

    fn neighbour(&self, store: &str, trie: &Trie, hash: &Hash) -> Result<ExistenceProof, Fault> {
        let within = self.name(store, hash)?;
        let value = self.value(store, &within)?;
        let path = self.snapshot.version.forest.path(trie, hash);
        Ok(existence(within, value, &path.siblings))
    }

    fn value(&self, store: &str, within: &[u8]) -> Result<Vec<u8>, Fault> {
        let value = self.snapshot.get(&[store.as_bytes(), b"/", within].concat())?;
        value.ok_or_else(|| Fault::corrupt("trie", "it has a leaf for a key that holds nothing"))
    }

    /// The key with a hash.
    fn name(&self, store: &str, hash: &Hash) -> Result<Vec<u8>, Fault> {
        let name = name(hash, store);
        if let Some(within) = self.deep.as_ref().and_then(|deep| deep.names.get(&name)) {
            return Ok(within.clone());
        }
        let core = self.snapshot.core.as_ref();
        if let Some(within) = core.map(|core| core.db.get(Family::Keys, &name)).transpose()?.flatten() {
            return Ok(within);
        }
        // the name of a removed key is forgotten when its last version leaves memory, even if somebody still holds that
        let prefix = [store.as_bytes(), b"/"].concat();
        let undone = self.snapshot.version.newer().flat_map(|newer| newer.undo.keys());
        let mut within = undone.filter_map(|key| key.strip_prefix(prefix.as_slice()));
        let found = within.find(|within| hash::digest(within) == *hash).map(<[u8]>::to_vec);
        found.ok_or_else(|| Fault::corrupt("names of keys", "one is missing"))
    }

    /// The root of a store in the trie over all stores.
    fn store(&self, store: &str, trie: &Trie) -> Proof {
        let pairs = forest::pairs(self.tries());
        let siblings = small::siblings(&pairs, &hash::digest(store.as_bytes()));
        Proof::Exist(existence(store.into(), trie.root.to_vec(), &siblings))
    }

    /// That a store has no key.
    fn no_store(&self, store: &str) -> Proof {
        let (hash, pairs) = (hash::digest(store.as_bytes()), forest::pairs(self.tries()));
        let there = |key: &Hash| {
            let (name, trie) = self.tries().iter().find(|(name, _)| hash::digest(name.as_bytes()) == *key)?;
            Some(existence(name.clone().into(), trie.root.to_vec(), &small::siblings(&pairs, key)))
        };
        let left = pairs.iter().rev().find(|pair| pair.key < hash).and_then(|pair| there(&pair.key));
        let right = pairs.iter().find(|pair| pair.key > hash).and_then(|pair| there(&pair.key));
        Proof::Nonexist(NonExistenceProof { key: store.into(), left, right })
    }
}
