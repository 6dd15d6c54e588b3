//! The way from the root of a store's trie to a key, for proofs.

use super::arena::{Arena, Kind, Leaf, Ref};
use super::forest::{Forest, SHARD_DEPTH, SHARDS, Trie, shard_of};
use super::hash::{self, Hash, Sum};

/// Where a key is or would be.
#[derive(Debug)]
pub(crate) struct Path {
    /// Siblings on the way, the root's children first.
    pub(crate) siblings: Vec<Hash>,
    /// The leaf at the end: the key's own, or another that is alone there.
    pub(crate) leaf: Option<Leaf>,
}

impl Forest {
    /// Walks towards a key.
    pub(crate) fn path(&self, trie: &Trie, key: &Hash) -> Path {
        let (top, mut siblings, mut node) = (self.top(trie), Vec::new(), 1usize);
        while node < SHARDS {
            if !matches!(top.sum(node), Sum::Node(_)) {
                let leaf = self.lone_leaf(trie, node);
                return Path { siblings, leaf };
            }
            let right = usize::from(hash::bit(key, siblings.len()));
            let child = node.saturating_mul(2).saturating_add(right);
            siblings.push(top.sum(child ^ 1).hash());
            node = child;
        }
        let shard = shard_of(key);
        let arena = self.read(shard);
        let mut subtree = trie.shards.get(shard).copied().unwrap_or(Ref::EMPTY);
        loop {
            match subtree.kind() {
                Kind::Empty => return Path { siblings, leaf: None },
                Kind::Leaf(slot) => return Path { siblings, leaf: Some(*arena.leaf(slot)) },
                Kind::Node(slot) => {
                    let node = arena.node(slot);
                    let right = hash::bit(key, siblings.len());
                    let (here, there) = if right { (node.right, node.left) } else { (node.left, node.right) };
                    siblings.push(arena.hash(there));
                    subtree = here;
                }
            }
        }
    }

    /// The only leaf under a node above the cut, if that has one.
    fn lone_leaf(&self, trie: &Trie, node: usize) -> Option<Leaf> {
        let (mut first, mut last) = (node, node);
        while first < SHARDS {
            (first, last) = (first.saturating_mul(2), last.saturating_mul(2).saturating_add(1));
        }
        (first..=last).find_map(|shard| {
            let shard = shard.saturating_sub(SHARDS);
            match trie.shards.get(shard)?.kind() {
                Kind::Leaf(slot) => Some(*self.read(shard).leaf(slot)),
                _ => None,
            }
        })
    }

    /// The leaf with the greatest key hash below `key`.
    pub(crate) fn leaf_before(&self, trie: &Trie, key: &Hash) -> Option<Leaf> {
        let home = shard_of(key);
        let own = |shard: usize, root: Ref| before(&self.read(shard), root, key, SHARD_DEPTH);
        let last = |shard: usize, root: Ref| edge(&self.read(shard), root, true);
        let roots = trie.shards.iter().copied().enumerate();
        roots
            .take(home.saturating_add(1))
            .rev()
            .find_map(|(shard, root)| if shard == home { own(shard, root) } else { last(shard, root) })
    }

    /// The leaf with the least key hash above `key`.
    pub(crate) fn leaf_after(&self, trie: &Trie, key: &Hash) -> Option<Leaf> {
        self.leaves(trie, Some(key), 1).first().copied()
    }
}

fn before(arena: &Arena, subtree: Ref, key: &Hash, depth: usize) -> Option<Leaf> {
    match subtree.kind() {
        Kind::Empty => None,
        Kind::Leaf(slot) => Some(*arena.leaf(slot)).filter(|leaf| leaf.key < *key),
        Kind::Node(slot) => {
            let (node, below) = (arena.node(slot), depth.saturating_add(1));
            if hash::bit(key, depth) {
                before(arena, node.right, key, below).or_else(|| edge(arena, node.left, true))
            } else {
                before(arena, node.left, key, below)
            }
        }
    }
}

/// The first or the last leaf of a subtree.
fn edge(arena: &Arena, mut subtree: Ref, last: bool) -> Option<Leaf> {
    loop {
        match subtree.kind() {
            Kind::Empty => return None,
            Kind::Leaf(slot) => return Some(*arena.leaf(slot)),
            Kind::Node(slot) => {
                let node = arena.node(slot);
                let (wanted, other) = if last { (node.right, node.left) } else { (node.left, node.right) };
                subtree = if wanted == Ref::EMPTY { other } else { wanted };
            }
        }
    }
}
