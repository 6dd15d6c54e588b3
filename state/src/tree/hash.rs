//! Hashing as the `jmt` crate specifies it.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub(crate) type Hash = [u8; 32];

/// The root of a trie without keys.
pub const EMPTY_ROOT: [u8; 32] = *b"SPARSE_MERKLE_PLACEHOLDER_HASH__";

/// What is hashed before a leaf.
pub(crate) const LEAF_TAG: &[u8] = b"JMT::LeafNode";
/// What is hashed before an inner node.
pub(crate) const INNER_TAG: &[u8] = b"JMT::IntrnalNode";

/// Hash of a key or of a value.
pub(crate) fn digest(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Hash of a leaf.
pub(crate) fn leaf(key: &Hash, value: &Hash) -> Hash {
    Sha256::new().chain_update(LEAF_TAG).chain_update(key).chain_update(value).finalize().into()
}

/// Hash of an inner node.
pub(crate) fn inner(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update(INNER_TAG).chain_update(left).chain_update(right).finalize().into()
}

/// Bit `depth` of a key's hash, the most significant first.
pub(crate) fn bit(key: &Hash, depth: usize) -> bool {
    let byte = key.get(depth >> 3).copied().unwrap_or_default();
    (byte >> (7 ^ (depth & 7))) & 1 == 1
}

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
