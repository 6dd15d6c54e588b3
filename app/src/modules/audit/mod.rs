//! The trail: what happened to whom, so that each step can be proved later.
//!
//! # Concepts
//! Every change of a subject (an iDAO, a Quorum, a task, an asset, a DAT, a channel, a validator's slash) appends an
//! entry to that subject's trail. State holds only the count and the frontier of the RFC 6962 tree over the encoded
//! entries, so it does not grow with history; the entries themselves are kept by each node in its index, written in the
//! same batch as the block, for as long as the node chooses.
//! # State
//! `keys.rs`.
//! # Messages
//! None: entries are made by other modules.
//! # Events
//! None; the entries are their own record.
//! # Invariants
//! A frontier has one root for each bit of its count.

mod genesis;
mod invariants;
mod keys;
mod logic;
mod queries;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use logic::{record, trail};
pub(crate) use queries::QUERIES;
pub(crate) use types::{Entry, Kept, Subject, digest_of, index_key};
