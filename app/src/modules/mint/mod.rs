//! New coins: so many a block that stakers gain when too little is bonded and lose when too much is.
//!
//! # Concepts
//! Inflation is a yearly rate. Each block it moves a little towards its upper bound while less than the goal is bonded,
//! and towards its lower bound while more is. The provision of a block is the year's provision over the blocks of a
//! year, rounded down, and goes where fees go.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgUpdateParams`, by governance.
//! # Blocks
//! `begin_block` makes the provision, before distribution shares it out.
//! # Events
//! `mint`: Cosmos' name.
//! # Invariants
//! The module's own account is empty: what is made is passed on at once.

mod block;
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
pub(crate) use msgs::UpdateParams;
pub(crate) use queries::QUERIES;

/// The module account that new coins appear on.
pub(crate) const ACCOUNT: &str = "mint";
