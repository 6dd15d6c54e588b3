//! What other modules do when a module changes something. Staking calls these at the moments at which Cosmos calls its
//! hooks; the order of calls inside each is consensus.

use proto::{
    address::{Address, ConsAddress, ValAddress},
    amount::Amount,
    coin::Coin,
    dec::Dec,
};
use state::Read;

use crate::{
    ctx::Ctx,
    error::Result,
    modules::{dat, distribution, gov, quorum, rewards, slashing, vsc},
    time::{Span, Time},
};

/// A validator is there, still without stake.
pub(crate) fn after_validator_created(
    ctx: &mut Ctx,
    cons: &ConsAddress,
    operator: &ValAddress,
) -> Result<()> {
    slashing::admit(&ctx.state, cons)?;
    distribution::add_validator(ctx, operator)
}

/// A validator is gone: unbonded, without any shares.
pub(crate) fn after_validator_removed(ctx: &mut Ctx, _: &ConsAddress, operator: &ValAddress) -> Result<()> {
    quorum::validator_removed(ctx, operator)?;
    distribution::remove_validator(ctx, operator)
}

/// A validator came into the set.
pub(crate) fn after_validator_bonded(
    ctx: &mut Ctx,
    cons: &ConsAddress,
    _operator: &ValAddress,
) -> Result<()> {
    slashing::watch(ctx, cons)
}

/// A validator left the set.
pub(crate) fn after_validator_unbonding(_: &mut Ctx, _: &ConsAddress, _operator: &ValAddress) -> Result<()> {
    Ok(())
}

/// How long stake must take at least to leave a validator, whatever the parameter says.
pub(crate) fn slowest_exit(state: &dyn Read, now: Time) -> Result<Span> {
    quorum::slowest_exit(state, now)
}

/// Governance sets how long stake takes to leave a validator.
pub(crate) fn unbonding_time_changes(ctx: &mut Ctx, from: Span, to: Span) -> Result<()> {
    quorum::unbonding_time_changes(ctx, from, to)
}

/// Somebody is about to stake on a validator for the first time.
pub(crate) fn before_delegation_created(ctx: &mut Ctx, who: &Address, operator: &ValAddress) -> Result<()> {
    gov::remember_stake(ctx, who, operator)?;
    distribution::before_new_delegation(ctx, operator)
}

/// Shares that are there are about to become more or fewer.
pub(crate) fn before_delegation_shares_modified(
    ctx: &mut Ctx,
    who: &Address,
    operator: &ValAddress,
) -> Result<()> {
    gov::remember_stake(ctx, who, operator)?;
    distribution::withdraw_before_change(ctx, who, operator)
}

/// Shares became more or fewer, not none. The validator's tokens are still as before when they became fewer.
pub(crate) fn after_delegation_modified(ctx: &mut Ctx, who: &Address, operator: &ValAddress) -> Result<()> {
    distribution::begin_delegation(ctx, who, operator)
}

/// The last shares of somebody are about to go.
pub(crate) fn before_delegation_removed(_: &mut Ctx, _who: &Address, _operator: &ValAddress) -> Result<()> {
    Ok(())
}

/// A voucher was redeemed, and so much of it was the protocol's: `provider` served an asset of `idao`.
pub(crate) fn protocol_fee(ctx: &mut Ctx, idao: Option<u64>, provider: &Address, fee: &Coin) -> Result<()> {
    rewards::protocol_fee(ctx, idao, provider, fee)
}

/// So much of a task's fee was burnt; these are the operators of the ballots that were paid from it, one for each.
pub(crate) fn task_fee_burnt(
    ctx: &mut Ctx,
    _quorum: u64,
    members: &[ValAddress],
    burnt: Amount,
) -> Result<()> {
    rewards::task_fee_burnt(ctx, members, burnt)
}

/// A validator is about to lose this part of its tokens.
pub(crate) fn before_validator_slashed(ctx: &mut Ctx, operator: &ValAddress, fraction: Dec) -> Result<()> {
    distribution::record_slash(ctx, operator, fraction)
}

/// A proposer that owes the beacon a preimage gave none.
pub(crate) fn beacon_withheld(ctx: &mut Ctx, operator: &ValAddress) -> Result<()> {
    quorum::preimage_left_out(ctx, operator)
}

/// Who owns a DAT, by asset and serial.
pub(crate) fn dat_owner(state: &dyn Read, asset: u64, serial: u64) -> Result<Option<Address>> {
    dat::owner_of(state, asset, serial)
}

/// The iDAO that an asset names, 0 for none, and its owner.
pub(crate) fn asset_home(state: &dyn Read, asset: u64) -> Result<Option<(u64, Address)>> {
    dat::home(state, asset)
}

/// The iDAO of a task, and whether it was drawn already.
pub(crate) fn task_home(state: &dyn Read, task: u64) -> Result<Option<(u64, bool)>> {
    vsc::home(state, task)
}

/// Whether there is a Quorum of that number.
pub(crate) fn quorum_exists(state: &dyn Read, quorum: u64) -> Result<bool> {
    quorum::exists(state, quorum)
}

/// The members, or the gatekeepers among them, decided on an update.
pub(crate) fn learning_decided(ctx: &mut Ctx, task: u64, passed: bool) -> Result<()> {
    vsc::learning_decided(ctx, task, passed)
}

/// The members decided on a request to use an asset.
pub(crate) fn use_decided(ctx: &mut Ctx, request: u64, passed: bool) -> Result<()> {
    dat::decided(ctx, request, passed)
}
