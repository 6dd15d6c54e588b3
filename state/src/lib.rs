//! The versioned Merkle store over RocksDB.
//!
//! Everything the chain knows goes through [`Read`] and [`Write`]. Values live flat in RocksDB; over them stands an
//! in-memory sparse Merkle trie per module store whose nodes are a cache that can be rebuilt from the values.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::print_stdout
)]
