//! What other modules do when a module changes something. Staking calls these at the moments at which Cosmos calls its
//! hooks; the order of calls inside each is consensus.

use proto::{
    address::{Address, ConsAddress, ValAddress},
    dec::Dec,
};

use crate::{ctx::Ctx, error::Result, modules::slashing};

/// A validator is there, still without stake.
pub(crate) fn after_validator_created(_: &mut Ctx, _operator: &ValAddress) -> Result<()> {
    Ok(())
}

/// A validator is gone: unbonded, without any shares.
pub(crate) fn after_validator_removed(_: &mut Ctx, _: &ConsAddress, _operator: &ValAddress) -> Result<()> {
    Ok(())
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

/// Somebody is about to stake on a validator for the first time.
pub(crate) fn before_delegation_created(_: &mut Ctx, _who: &Address, _operator: &ValAddress) -> Result<()> {
    Ok(())
}

/// Shares that are there are about to become more or fewer.
pub(crate) fn before_delegation_shares_modified(
    _: &mut Ctx,
    _who: &Address,
    _operator: &ValAddress,
) -> Result<()> {
    Ok(())
}

/// Shares became more or fewer, not none. The validator's tokens are still as before when they became fewer.
pub(crate) fn after_delegation_modified(_: &mut Ctx, _who: &Address, _operator: &ValAddress) -> Result<()> {
    Ok(())
}

/// The last shares of somebody are about to go.
pub(crate) fn before_delegation_removed(_: &mut Ctx, _who: &Address, _operator: &ValAddress) -> Result<()> {
    Ok(())
}

/// A validator is about to lose this part of its tokens.
pub(crate) fn before_validator_slashed(_: &mut Ctx, _operator: &ValAddress, _fraction: Dec) -> Result<()> {
    Ok(())
}
