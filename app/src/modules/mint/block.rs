//! The rate of each block.

use super::{keys::MINTER, logic};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{bank, staking},
};

/// Moves the yearly rate, as Cosmos does. Nothing is minted here: rewards mints at the end of each epoch, at the rate of
/// that moment.
pub(crate) fn begin_block(ctx: &mut Ctx) -> Result<()> {
    let params = logic::params(&ctx.state)?;
    let bonded = staking::bonded_ratio(&ctx.state)?;
    let supply = bank::supply(&ctx.state, &staking::bond_denom(&ctx.state)?)?;
    let minter = logic::next(&params, &logic::minter(&ctx.state)?, bonded, supply)?;
    MINTER.set(&mut ctx.state, &minter);
    Ok(())
}
