//! The common dice: hash chains of the validators, given away link by link.
//!
//! # Concepts
//! A block's hash, time, proposer and signers are chosen by its proposer, so none of them is a dice. Each validator
//! registers the end of a hash chain, in force from the next epoch; when it proposes a block it puts the next preimage
//! first in it ([`item`]). The preimage was fixed when the chain was registered, so the proposer can give it or withhold
//! it, and nothing else; to withhold it is counted, and answered by [`hooks::beacon_withheld`]. Whatever needs a throw
//! waits until enough different validators have given one since it was called for ([`ready`]), so that the last one has
//! one more throw at most, not a million.
//!
//! The module is one folder so that a threshold beacon can take its place.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgRegisterBeacon` by a validator's operator, `MsgUpdateParams` by governance.
//! # Blocks
//! Before the transactions: the proposer's preimage, or its absence.
//! # Events
//! `beacon.given`, `beacon.withheld`, `beacon.registered`.
//! # Invariants
//! Each chain that was given from has its line among the recent ones.
//!
//! [`hooks::beacon_withheld`]: crate::modules::hooks::beacon_withheld

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

pub(crate) use block::take_preimage;
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use logic::{chain_in_force, ready, value};
pub(crate) use msgs::{RegisterBeacon, UpdateParams};
pub(crate) use queries::QUERIES;
pub use types::HashChain;
#[cfg(test)]
pub(crate) use types::LINKS;
pub(crate) use types::local;
pub(crate) use types::{folded, item, preimage, seed};
