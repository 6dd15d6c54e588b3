//! Evidence: what the engine has proved against a validator.
//!
//! # Concepts
//! Two votes of one validator for the same place in the chain, or a part in an attack on light clients. The engine
//! brings each proof once; whoever is already tombstoned is not punished again.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgSubmitEvidence` is there to be refused: no evidence but the engine's counts.
//! # Blocks
//! At the beginning: what is proved in this block.
//! # Events
//! None of its own; `slashing` announces the punishment.

mod block;
mod errors;
mod genesis;
mod keys;
mod logic;
mod msgs;
mod queries;
#[cfg(test)]
mod tests;

pub(crate) use block::begin_block;
pub(crate) use genesis::{export, init};
pub(crate) use msgs::SubmitEvidence;
pub(crate) use queries::QUERIES;
