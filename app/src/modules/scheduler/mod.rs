//! Work that waits: queues of all modules under one budget a block, and the epochs.
//!
//! # Concepts
//! A module declares a [`Queue`] that counts by block time or by height and pushes entries with the moment they are due.
//! After the transactions of a block, due entries are worked in the order of (due, pushed), at most `budget` units in
//! all: first each queue may use a sixteenth of the budget, in the order of `modules::QUEUES`; what is left goes to
//! whatever has been due longest. The rest waits for the next block. Work that is refused is set aside, shown by a query,
//! and comes back only by governance; the chain goes on.
//!
//! An epoch is a number of blocks. At its end, after all queues, each module is told.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgUpdateParams` and `MsgRetry`, by governance.
//! # Blocks
//! `begin_block`: the time, for queries. `end_block`: the queues, then the turn of the epoch.
//! # Events
//! `scheduler.set_aside`, `scheduler.retried`, `scheduler.epoch_began`.
//! # Invariants
//! No entry that is set aside waits in a queue too; each queue's count is its number of entries.

mod block;
mod errors;
mod events;
mod genesis;
mod handlers;
mod invariants;
mod keys;
mod logic;
mod msgs;
mod queries;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use block::{begin_block, end_block};
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use logic::{epoch, next_start, now, push};
pub(crate) use msgs::{Retry, UpdateParams};
pub(crate) use queries::QUERIES;
pub(crate) use types::local;
pub(crate) use types::{Queue, Step, Work};
