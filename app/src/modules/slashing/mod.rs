//! Slashing: who does not sign, or signs twice.
//!
//! # Concepts
//! Each validator in the set owes a signature under every block. Of the last blocks, the window, it may miss some part;
//! who misses more loses a little stake and is jailed for a while, until its operator unjails it. Signing twice costs
//! more and cannot be mended: the key is tombstoned, and no validator can be made with it again. A change of the window begins the count anew.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgUnjail`, and `MsgUpdateParams` by governance.
//! # Blocks
//! At the beginning: the votes on the block before.
//! # Events
//! Cosmos' names: `liveness`, `slash`.
//! # Invariants
//! A validator's count of misses is the number of set bits, and none is outside its window.

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

pub(crate) use block::begin_block;
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use logic::{admit, is_tombstoned, params, punish_double_sign, watch};
pub(crate) use msgs::{Unjail, UpdateParams};
pub(crate) use queries::QUERIES;
