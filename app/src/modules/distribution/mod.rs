//! Income of the chain, shared out: fees and new coins to stakers, a part to the community.
//!
//! # Concepts
//! Each block shares the fees of the block before among the validators that could have signed it, by power; a tax goes
//! to the community pool, with whatever rounding leaves over. A validator keeps its commission; the rest belongs to its
//! delegators. Nobody walks through delegators: a validator's *period* ends whenever one of its delegations changes,
//! and the reward per token up to that end is remembered (F1). What a delegation earned is its stake times the
//! difference of two such sums. A slash ends a period too and lowers the stake of everybody from there on.
//!
//! Sums are remembered as long as something refers to them: the running period, a delegation that began with it, a
//! slash that ended it. All amounts are decimals rounded against the receiver, so the module's account always holds at
//! least what it owes. Rewards of one validator are at most 128 bits before their 18 places and are divided by at least
//! one token, so a sum of them cannot outgrow 256 bits.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgSetWithdrawAddress`, `MsgWithdrawDelegatorReward`, `MsgWithdrawValidatorCommission`, `MsgFundCommunityPool`,
//! `MsgDepositValidatorRewardsPool`; `MsgCommunityPoolSpend` and `MsgUpdateParams` by governance.
//! # Blocks
//! `begin_block` shares out, after new coins were made and before anybody is slashed.
//! # Events
//! `rewards`, `commission`, `withdraw_rewards`, `withdraw_commission`, `set_withdraw_address`,
//! `withdraw_addr_redirected`: Cosmos' names.
//! # Invariants
//! The account holds what is outstanding and the pool; commission is within what is outstanding; references are as
//! many as referrers; everybody can withdraw.

mod accrual;
mod block;
mod dec_coins;
mod errors;
mod events;
mod genesis;
mod handlers;
mod invariants;
mod keys;
mod logic;
mod msgs;
mod periods;
mod queries;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use block::begin_block;
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use logic::fund_community_pool;
pub(crate) use msgs::{
    DepositRewards, FundCommunityPool, SetWithdrawAddress, SpendCommunityPool, UpdateParams,
    WithdrawCommission, WithdrawReward,
};
pub(crate) use periods::{
    add_validator, before_new_delegation, begin_delegation, record_slash, remove_validator,
    withdraw_before_change,
};
pub(crate) use queries::QUERIES;

/// The module account that income waits on.
pub(crate) const ACCOUNT: &str = "distribution";
