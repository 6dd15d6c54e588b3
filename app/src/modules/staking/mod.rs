//! Staking: who validates, with whose stake.
//!
//! # Concepts
//! A validator has tokens, which its delegators own in shares; a slash takes tokens and leaves the shares, so all lose
//! alike. The strongest validators that are not jailed are the set, at most as many as there are seats. Stake that
//! leaves a validator waits until nobody can prove a crime against it any more; stake that moves to another one stays
//! liable for the first as long. Stake of the set is in one pool, all other stake in a second one.

mod errors;
mod keys;
mod logic;
mod types;

pub(crate) use logic::{
    BONDED_POOL, NOT_BONDED_POOL, bond_denom, bonded_ratio, bonded_tokens, bonded_validators, delegation,
    delegations, find_validator, params, validator, validator_by_cons,
};
pub(crate) use types::{Params, Status, Validator};
