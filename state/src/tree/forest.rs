//! The tries of all stores. Nodes are shared by all versions; a version is a set of roots.

use super::arena::{Arena, Kind, Leaf, Ref};
use super::hash::{self, EMPTY_ROOT, Hash, Sum};
use super::small::{self, Pair};
use super::update::{Pass, Update};
use crate::fault::Fault;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Tries are cut at depth 4, so that their parts can be updated side by side.
pub(crate) const SHARDS: usize = 16;
/// The depth at which they are cut.
pub(crate) const SHARD_DEPTH: usize = 4;
/// Below so many updates, threads cost more than they save.
const PARALLEL_FROM: usize = 64;

/// One version of one store's trie.
#[derive(Debug, Clone)]
pub(crate) struct Trie {
    pub(crate) shards: [Ref; SHARDS],
    pub(crate) root: Hash,
}

impl Trie {
    const EMPTY: Trie = Trie { shards: [Ref::EMPTY; SHARDS], root: EMPTY_ROOT };
}

/// One version of all tries, by store. Stores without keys are absent.
pub(crate) type Tries = BTreeMap<String, Trie>;

/// Slots by shard.
pub(crate) type Lists = Vec<Vec<Ref>>;

/// A new version of all tries, and what it leaves behind.
pub(crate) struct Grown {
    pub(crate) tries: Tries,
    pub(crate) app_hash: Hash,
    /// Slots only the new version reaches.
    pub(crate) born: Lists,
    /// Slots only older versions reach.
    pub(crate) dead: Lists,
}

/// Updates of one store, sorted by key hash.
struct Batch<'a> {
    store: &'a str,
    updates: Vec<Update>,
    trie: Trie,
}

/// The store a key belongs to, and the key within it.
pub(crate) fn split(key: &[u8]) -> Result<(&str, &[u8]), Fault> {
    let wrong = || Fault::misuse(format!("key {:?} is not store/name", String::from_utf8_lossy(key)));
    let slash = key.iter().position(|byte| *byte == b'/').ok_or_else(wrong)?;
    let (store, rest) = key.split_at(slash);
    match (std::str::from_utf8(store), rest.strip_prefix(b"/")) {
        (Ok(store), Some(inner)) if !store.is_empty() && !inner.is_empty() => Ok((store, inner)),
        _ => Err(wrong()),
    }
}

/// The root over all stores.
pub(crate) fn app_hash(tries: &Tries) -> Hash {
    small::sum(&pairs(tries), 0).hash()
}

/// The stores as keys and values of the root trie.
pub(crate) fn pairs(tries: &Tries) -> Vec<Pair> {
    root_pairs(tries.iter().map(|(store, trie)| (store.as_str(), &trie.root)))
}

/// The same, from the stores' roots alone.
pub(crate) fn root_pairs<'a>(roots: impl Iterator<Item = (&'a str, &'a Hash)>) -> Vec<Pair> {
    let pair = |(store, root): (&str, &Hash)| Pair {
        key: hash::digest(store.as_bytes()),
        value: hash::digest(root),
    };
    let mut pairs: Vec<Pair> = roots.map(pair).collect();
    pairs.sort_unstable_by_key(|pair| pair.key);
    pairs
}

/// All nodes of all versions.
pub(crate) struct Forest {
    shards: Vec<RwLock<Arena>>,
}

impl Forest {
    pub(crate) fn new() -> Forest {
        Forest { shards: (0..SHARDS).map(|_| RwLock::new(Arena::new())).collect() }
    }

    /// The version of `base` after `changes`, which are sorted by key: a value sets, `None` removes.
    pub(crate) fn apply(&self, base: &Tries, changes: &[(&[u8], Option<&[u8]>)]) -> Result<Grown, Fault> {
        Ok(self.grow(base, batches(base, changes)?, changes.len()))
    }

    /// As [`Forest::apply`], for leaves of one store, which are sorted by key.
    pub(crate) fn apply_leaves(&self, base: &Tries, store: &str, leaves: &[Leaf]) -> Grown {
        let updates = leaves.iter().map(|leaf| Update { key: leaf.key, leaf: Some(leaf.hash) }).collect();
        let trie = base.get(store).cloned().unwrap_or(Trie::EMPTY);
        self.grow(base, vec![Batch { store, updates, trie }], leaves.len())
    }

    fn grow(&self, base: &Tries, mut batches: Vec<Batch<'_>>, updates: usize) -> Grown {
        let lists = if updates < PARALLEL_FROM {
            (0..SHARDS).map(|shard| self.apply_shard(shard, &batches)).collect::<Vec<_>>()
        } else {
            (0..SHARDS).into_par_iter().map(|shard| self.apply_shard(shard, &batches)).collect()
        };
        let (mut born, mut dead) = (Lists::new(), Lists::new());
        for (shard, done) in lists.into_iter().enumerate() {
            for (batch, root) in batches.iter_mut().zip(done.roots) {
                if let Some(slot) = batch.trie.shards.get_mut(shard) {
                    *slot = root;
                }
            }
            born.push(done.born);
            dead.push(done.dead);
        }
        let mut tries = base.clone();
        for mut batch in batches {
            let sum = self.top(&batch.trie).sum(1);
            if sum == Sum::Empty {
                tries.remove(batch.store);
                continue;
            }
            batch.trie.root = sum.hash();
            tries.insert(batch.store.to_string(), batch.trie);
        }
        Grown { app_hash: app_hash(&tries), tries, born, dead }
    }

    fn apply_shard(&self, shard: usize, batches: &[Batch<'_>]) -> ShardDone {
        let mut done = ShardDone::default();
        let mut arena = self.write(shard);
        for batch in batches {
            let from = batch.updates.partition_point(|update| shard_of(&update.key) < shard);
            let (_, rest) = batch.updates.split_at(from);
            let (here, _) = rest.split_at(rest.partition_point(|update| shard_of(&update.key) == shard));
            let root = batch.trie.shards.get(shard).copied().unwrap_or(Ref::EMPTY);
            let mut pass = Pass { arena: &mut arena, born: &mut done.born, dead: &mut done.dead };
            done.roots.push(pass.apply(root, here, SHARD_DEPTH).0);
        }
        done
    }

    /// Gives slots back: no version reaches them any more.
    pub(crate) fn free(&self, lists: &Lists) {
        for (shard, list) in lists.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
            self.write(shard).free(list);
        }
    }

    /// The part of a trie above the cut.
    pub(crate) fn top(&self, trie: &Trie) -> Top {
        let mut heap = [Sum::Empty; 2 * SHARDS];
        for (shard, root) in trie.shards.iter().enumerate() {
            if let Some(slot) = heap.get_mut(SHARDS.saturating_add(shard)) {
                *slot = self.read(shard).sum(*root);
            }
        }
        let mut top = Top(heap);
        for node in (1..SHARDS).rev() {
            let (left, right) = (node.saturating_mul(2), node.saturating_mul(2).saturating_add(1));
            let sum = Sum::join(top.sum(left), top.sum(right));
            if let Some(slot) = top.0.get_mut(node) {
                *slot = sum;
            }
        }
        top
    }

    /// Up to `limit` leaves with key hashes strictly after `after`, in order.
    pub(crate) fn leaves(&self, trie: &Trie, after: Option<&Hash>, limit: usize) -> Vec<Leaf> {
        let mut found = Vec::new();
        let first = after.map_or(0, shard_of);
        for (shard, root) in trie.shards.iter().enumerate().skip(first) {
            let after = after.filter(|_| shard == first);
            collect(&self.read(shard), (*root, SHARD_DEPTH), after, limit, &mut found);
        }
        found
    }

    /// Keys and inner nodes held, all versions together, and the bytes they take.
    pub(crate) fn size(&self) -> (u64, u64, u64) {
        let add = |a: u64, b: u64| a.saturating_add(b);
        (0..SHARDS).fold((0, 0, 0), |(leaves, nodes, bytes), shard| {
            let arena = self.read(shard);
            let (more_leaves, more_nodes) = arena.live();
            (add(leaves, more_leaves), add(nodes, more_nodes), add(bytes, arena.bytes()))
        })
    }

    pub(crate) fn read(&self, shard: usize) -> RwLockReadGuard<'_, Arena> {
        let shard = self.shards.get(shard).expect("there are sixteen shards");
        shard.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, shard: usize) -> RwLockWriteGuard<'_, Arena> {
        let shard = self.shards.get(shard).expect("there are sixteen shards");
        shard.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct ShardDone {
    roots: Vec<Ref>,
    born: Vec<Ref>,
    dead: Vec<Ref>,
}

/// The nodes above the cut as a heap: 1 is the root, 16 to 31 are the shards.
pub(crate) struct Top([Sum; 2 * SHARDS]);

impl Top {
    pub(crate) fn sum(&self, node: usize) -> Sum {
        self.0.get(node).copied().unwrap_or(Sum::Empty)
    }
}

/// The shard that holds a key: its first four bits.
pub(crate) fn shard_of(key: &Hash) -> usize {
    usize::from(key.first().copied().unwrap_or_default() >> 4)
}

/// Groups changes by store, hashes and sorts them.
fn batches<'a>(base: &Tries, changes: &[(&'a [u8], Option<&'a [u8]>)]) -> Result<Vec<Batch<'a>>, Fault> {
    let update = |(key, value): &(&'a [u8], Option<&'a [u8]>)| {
        let (store, inner) = split(key)?;
        if value.is_some_and(<[u8]>::is_empty) {
            return Err(Fault::misuse(format!("empty value at {:?}", String::from_utf8_lossy(key))));
        }
        Ok((store, Update::new(hash::digest(inner), value.map(hash::digest))))
    };
    let hashed: Vec<(&'a str, Update)> = if changes.len() < PARALLEL_FROM {
        changes.iter().map(update).collect::<Result<_, Fault>>()?
    } else {
        changes.par_iter().with_min_len(PARALLEL_FROM).map(update).collect::<Result<_, Fault>>()?
    };
    let mut batches: Vec<Batch<'a>> = Vec::new();
    for (store, update) in hashed {
        match batches.last_mut() {
            Some(batch) if batch.store == store => batch.updates.push(update),
            _ => {
                let trie = base.get(store).cloned().unwrap_or(Trie::EMPTY);
                batches.push(Batch { store, updates: vec![update], trie });
            }
        }
    }
    for batch in &mut batches {
        batch.updates.par_sort_unstable_by_key(|update| update.key);
    }
    Ok(batches)
}

fn collect(
    arena: &Arena,
    (subtree, depth): (Ref, usize),
    after: Option<&Hash>,
    limit: usize,
    found: &mut Vec<Leaf>,
) {
    if found.len() >= limit {
        return;
    }
    match subtree.kind() {
        Kind::Empty => {}
        Kind::Leaf(slot) => {
            let leaf = arena.leaf(slot);
            if after.is_none_or(|after| leaf.key > *after) {
                found.push(*leaf);
            }
        }
        Kind::Node(slot) => {
            let (node, below) = (arena.node(slot), depth.saturating_add(1));
            // left of where `after` turns right there is nothing to find; right of where it turns left, everything
            match after {
                Some(key) if hash::bit(key, depth) => {
                    collect(arena, (node.right, below), after, limit, found)
                }
                Some(_) => {
                    collect(arena, (node.left, below), after, limit, found);
                    collect(arena, (node.right, below), None, limit, found);
                }
                None => {
                    collect(arena, (node.left, below), None, limit, found);
                    collect(arena, (node.right, below), None, limit, found);
                }
            }
        }
    }
}
