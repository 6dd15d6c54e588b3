//! Hashing as the `jmt` crate specifies it.

pub use proto::proof::EMPTY_ROOT;
pub(crate) use proto::proof::{Hash, bit, digest, inner_hash as inner, leaf_hash as leaf};

/// A subtree, as far as its parent cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sum {
    /// No key.
    Empty,
    /// One key.
    Leaf(Hash),
    /// More than one.
    Node(Hash),
}

impl Sum {
    /// The hash of this subtree.
    pub(crate) fn hash(&self) -> Hash {
        match self {
            Sum::Empty => EMPTY_ROOT,
            Sum::Leaf(hash) | Sum::Node(hash) => *hash,
        }
    }

    /// The subtree over two halves.
    pub(crate) fn join(left: Sum, right: Sum) -> Sum {
        match (left, right) {
            (Sum::Empty, Sum::Empty) => Sum::Empty,
            (Sum::Leaf(hash), Sum::Empty) | (Sum::Empty, Sum::Leaf(hash)) => Sum::Leaf(hash),
            _ => Sum::Node(inner(&left.hash(), &right.hash())),
        }
    }
}
