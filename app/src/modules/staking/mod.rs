//! Staking: who validates, with whose stake.
//!
//! # Concepts
//! A validator has tokens, which its delegators own in shares; a slash takes tokens and leaves the shares, so all lose
//! alike. The strongest validators that are not jailed are the set, at most as many as there are seats. Stake that
//! leaves a validator waits until nobody can prove a crime against it any more; stake that moves to another one stays
//! liable for the first as long. Stake of the set is in one pool, all other stake in a second one.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgCreateValidator`, `MsgEditValidator`, `MsgDelegate`, `MsgBeginRedelegate`, `MsgUndelegate`,
//! `MsgCancelUnbondingDelegation`, and `MsgUpdateParams` by governance.
//! # Blocks
//! At the end: the set, then validators, unbondings and redelegations whose time has come, each at most so many.
//! # Events
//! Cosmos' names: `create_validator`, `edit_validator`, `delegate`, `redelegate`, `unbond`,
//! `cancel_unbonding_delegation`, `complete_unbonding`, `complete_redelegation`.
//! # Invariants
//! The pools hold all stake; shares are sums of delegations; order, set and indexes mirror the records.

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
pub(crate) mod tests;
mod types;

pub(crate) use block::end_block;
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use logic::{
    BONDED_POOL, NOT_BONDED_POOL, bond_denom, bonded_ratio, bonded_tokens, bonded_validators, delegation,
    delegations, find_validator,
    levy::{
        LEVIED, Levy, Progress, hold, holds, let_go, levy, next_entry, own_tokens, skip_entries,
        unbonding_time,
    },
    set::{apply_updates, jail, set, unjail},
    slash::{Deed, slash},
    stake, validator_by_cons,
};
pub(crate) use msgs::{
    BeginRedelegate, CancelUnbonding, CreateValidator, Delegate, EditValidator, Undelegate, UpdateParams,
};
pub(crate) use queries::QUERIES;
pub(crate) use types::{Status, Validator};
