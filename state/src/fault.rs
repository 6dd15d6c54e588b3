//! What goes wrong with this machine, as opposed to what the chain refuses.

use std::fmt::Display;

/// This machine's trouble: a disk that fails, bytes of ours that do not decode. Never part of the chain's history;
/// the process stops before it can answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Bytes we wrote ourselves do not decode.
    #[error("corrupt {what}: {why}")]
    Corrupt {
        /// What was being read.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The disk, or RocksDB on it, refused.
    #[error("disk: {doing}: {why}")]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        why: String,
    },
    /// The store on disk was written by another version of this program.
    #[error(
        "the store has form {found}, and this program reads form {known} alone: run the program that wrote it, or \
         remove the store and get its state again, by state sync or from the blocks"
    )]
    Format {
        /// That of the store.
        found: u64,
        /// That of this program.
        known: u64,
    },
    /// The store was called in a way that it does not allow, such as committing twice.
    #[error("store misused: {why}")]
    Misuse {
        /// The rule that was broken.
        why: String,
    },
}

impl Fault {
    /// Our own bytes do not decode.
    pub fn corrupt(what: &'static str, why: impl Display) -> Fault {
        Fault::Corrupt { what, why: why.to_string() }
    }

    /// The disk refused while `doing` something.
    pub fn disk(doing: &'static str, why: impl Display) -> Fault {
        Fault::Disk { doing, why: why.to_string() }
    }

    /// The caller broke a rule of the store.
    pub fn misuse(why: impl Display) -> Fault {
        Fault::Misuse { why: why.to_string() }
    }
}
