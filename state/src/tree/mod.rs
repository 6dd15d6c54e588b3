//! The Merkle trie: a binary sparse Merkle trie with the JMT hash specification, held in memory.
//!
//! A subtree without keys hashes to [`EMPTY_ROOT`], one with a single key is that key's leaf, one with more is the
//! hash of its halves. So the root is a function of the set of keys and values, whatever the order of updates was,
//! and nodes are a cache that can be rebuilt from the values.
//!
//! There are two levels: a trie per store (the part of a key before its first slash) and a root trie over the roots
//! of the stores.

pub(crate) mod arena;
pub(crate) mod forest;
pub(crate) mod hash;
pub(crate) mod path;
pub(crate) mod range;
pub(crate) mod small;
#[cfg(test)]
mod tests;
mod update;

pub use hash::EMPTY_ROOT;
