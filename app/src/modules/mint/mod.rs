//! New coins: the yearly rate, and the one door that all of them come through.
//!
//! # Concepts
//! Inflation is a yearly rate, 7 percent to begin with; governance sets it between 2 and 10 percent (a genesis may say
//! anything up to 100, or 0 for a chain without new coins). Where governance gives bounds that differ, the rate moves
//! between them as in Cosmos: up while less than the goal is bonded, down while more is. What is made of it, and for
//! whom, is decided by the module rewards once an epoch, so the annual provisions that a client sees here are the most
//! that a year makes: what the caps of rewards withhold is never made. `blocks_per_year` paces the rate's move alone.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgUpdateParams`, by governance.
//! # Blocks
//! `begin_block` moves the rate.
//! # Events
//! `mint`: Cosmos' name, once an epoch, with what stakers get.
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
pub(crate) use logic::{make, provide, rate};
pub(crate) use msgs::UpdateParams;
pub(crate) use queries::QUERIES;

/// The module account that new coins appear on.
pub(crate) const ACCOUNT: &str = "mint";
