//! Accounts: who may sign, with which key, in which order.
//!
//! # Concepts
//! An account has an address, a number that is never reused, a sequence that counts its transactions, and the public
//! key of its first signature. Module accounts are derived from a name and signed for by nobody.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgUpdateParams`, by governance.
//! # Events
//! None of its own; the fee and sequence events of a transaction are made in `checks.rs`.
//! # Invariants
//! Each account has one number, each number one account, and the next number is above all of them.

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
    account, account_key, ensure_account, find_account, has_account, is_module_account, params, params_key,
    set_account,
};
pub(crate) use msgs::UpdateParams;
pub(crate) use queries::QUERIES;
