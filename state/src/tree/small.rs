//! A trie over a few sorted keys, worked out afresh each time: the root trie over the stores.

use super::hash::{self, Hash, Sum};

/// A key and its value, by hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) key: Hash,
    pub(crate) value: Hash,
}

/// The subtree over `pairs`, which are sorted by key and agree in all bits before `depth`.
pub(crate) fn sum(pairs: &[Pair], depth: usize) -> Sum {
    match pairs {
        [] => Sum::Empty,
        [pair] => Sum::Leaf(hash::leaf(&pair.key, &pair.value)),
        _ => {
            let (left, right) = halves(pairs, depth);
            let below = depth.saturating_add(1);
            Sum::join(sum(left, below), sum(right, below))
        }
    }
}

/// The siblings on the way from the root to where `key` is or would be, the root's children first.
pub(crate) fn siblings(pairs: &[Pair], key: &Hash) -> Vec<Hash> {
    let (mut found, mut pairs) = (Vec::new(), pairs);
    while pairs.len() > 1 {
        let depth = found.len();
        let (left, right) = halves(pairs, depth);
        let (here, there) = if hash::bit(key, depth) { (right, left) } else { (left, right) };
        found.push(sum(there, depth.saturating_add(1)).hash());
        pairs = here;
    }
    found
}

fn halves(pairs: &[Pair], depth: usize) -> (&[Pair], &[Pair]) {
    let middle = pairs.partition_point(|pair| !hash::bit(&pair.key, depth));
    pairs.split_at(middle)
}
