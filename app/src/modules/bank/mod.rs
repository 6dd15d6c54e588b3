//! Coins: who has how much, and how it moves.
//!
//! # Concepts
//! A balance is an amount of one denomination on one account; zero is not stored. Supply is the sum of all balances
//! and changes only by [`mint`] and [`burn`], which other modules call. Module accounts receive coins from modules,
//! never from people, so that nobody's mistake ends up in a pool.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgSend`, `MsgMultiSend` (one input), `MsgUpdateParams` and `MsgSetSendEnabled` (both by governance).
//! # Events
//! `coin_spent`, `coin_received`, `transfer`, `message`, `coinbase`, `burn`: Cosmos' names and order.
//! # Invariants
//! Supply of each denomination is the sum of its balances; each balance has its line in the owners' index.

mod errors;
mod events;
mod genesis;
mod handlers;
mod invariants;
mod keys;
mod logic;
mod msgs;
mod queries;
mod types;

pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use logic::{
    balance, balance_key, balances, burn, escrow, mint, send_enabled_keys, supply, too_little, transfer,
};
pub(crate) use msgs::{MultiTransfer, SetSendEnabled, Transfer, UpdateParams};
pub(crate) use queries::QUERIES;
