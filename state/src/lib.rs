//! The versioned Merkle store over RocksDB.
//!
//! Everything the chain knows goes through [`Read`] and [`Write`]. Values live flat in RocksDB; over them stands an
//! in-memory sparse Merkle trie per module store whose nodes are a cache that can be rebuilt from the values.
// Tests may index and add up: a panic there is a failure like any other.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::disallowed_types,
        clippy::disallowed_methods,
        clippy::print_stdout,
    )
)]

mod batch;
mod behind;
mod checkpoint;
mod codec;
mod commit;
mod core;
mod db;
mod deep;
mod fault;
mod folder;
mod format;
mod history;
mod item;
pub mod key;
mod load;
mod log;
mod logged;
mod map;
mod merge;
mod options;
mod overlay;
mod proof;
mod prune;
mod read;
mod rollback;
mod seen;
mod snapshot;
mod store;
mod sync;
mod tree;
mod twin;
pub mod value;
mod version;
mod wire;

pub use commit::{Index, Staged};
pub use fault::Fault;
pub use item::Item;
pub use key::Key;
pub use map::{Map, Place};
pub use options::{Durability, Options, Pruning, UnknownPruning};
pub use overlay::{Beneath, Overlay};
pub use read::{Changes, Entry, Read, Write};
pub use snapshot::Snapshot;
pub use store::{Figures, Missing, Store};
pub use sync::{Arrival, FORMAT as SNAPSHOT_FORMAT, Kept, Restore, Unsound};
pub use tree::EMPTY_ROOT;
pub use value::{Pb, Record, Value};
