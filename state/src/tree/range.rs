//! Proof that a run of neighbouring leaves is complete and part of a trie: the siblings of its first and last leaf.

use super::hash::{self, EMPTY_ROOT, Hash};
use super::small::Pair;

/// The siblings on the ways to the first and to the last leaf of a run, the root's children first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edges {
    pub(crate) first: Vec<Hash>,
    pub(crate) last: Vec<Hash>,
}

/// The root of the trie in which `leaves` (sorted, at least one) lie side by side with these edges; `None` if there
/// cannot be one. Whoever gets the right root from it has exactly the leaves between the first and the last.
pub(crate) fn root(leaves: &[Pair], edges: &Edges) -> Option<Hash> {
    let sorted = leaves.is_sorted_by(|a, b| a.key < b.key);
    if !sorted || edges.first.len() > 256 || edges.last.len() > 256 {
        return None;
    }
    let run = Run { first: leaves.first()?, last: leaves.last()?, edges };
    run.subtree(leaves, 0, true, true)
}

struct Run<'a> {
    first: &'a Pair,
    last: &'a Pair,
    edges: &'a Edges,
}

impl Run<'_> {
    /// The hash of the subtree at `depth` over `leaves`. On the left edge it also holds what lies before the run, on
    /// the right edge what lies behind it.
    fn subtree(&self, leaves: &[Pair], depth: usize, left_edge: bool, right_edge: bool) -> Option<Hash> {
        let leaf = |pair: &Pair| hash::leaf(&pair.key, &pair.value);
        let ends_first = left_edge && depth == self.edges.first.len();
        let ends_last = right_edge && depth == self.edges.last.len();
        match leaves {
            [] if !left_edge && !right_edge => return Some(EMPTY_ROOT),
            [] => return None,
            [only] if !left_edge && !right_edge => return Some(leaf(only)),
            [only] if ends_first || ends_last => {
                // where one edge ends at the only leaf, the other one ends too or is not here
                let agree = (!left_edge || ends_first) && (!right_edge || ends_last);
                return agree.then(|| leaf(only));
            }
            _ if ends_first || ends_last || depth >= 256 => return None,
            _ => {}
        }
        let below = depth.saturating_add(1);
        let middle = leaves.partition_point(|pair| !hash::bit(&pair.key, depth));
        let (low, high) = leaves.split_at(middle);
        let first_right = left_edge && hash::bit(&self.first.key, depth);
        let last_left = right_edge && !hash::bit(&self.last.key, depth);
        let left = if first_right {
            *self.edges.first.get(depth)?
        } else {
            self.subtree(low, below, left_edge, last_left)?
        };
        let right = if last_left {
            *self.edges.last.get(depth)?
        } else {
            self.subtree(high, below, first_right, right_edge)?
        };
        Some(hash::inner(&left, &right))
    }
}
