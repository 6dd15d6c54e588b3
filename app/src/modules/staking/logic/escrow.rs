//! Where stake lies: one pool for the set, one for all else.

use proto::{address::Address, amount::Amount};

use super::{BONDED_POOL, NOT_BONDED_POOL, stake};
use crate::{ctx::Ctx, error::Result, modules::bank};

/// The pool of a validator that is, or is not, in the set.
pub(crate) fn pool(bonded: bool) -> Address {
    Address::module(if bonded { BONDED_POOL } else { NOT_BONDED_POOL })
}

/// Moves stake into the pool of the set, or out of it.
pub(crate) fn move_pools(ctx: &mut Ctx, amount: Amount, into_bonded: bool) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let coins = stake(&ctx.state, amount)?;
    bank::transfer(ctx, &pool(!into_bonded), &pool(into_bonded), &coins)
}

/// Takes stake from its owner.
pub(crate) fn take(ctx: &mut Ctx, from: &Address, amount: Amount, bonded: bool) -> Result<()> {
    let coins = stake(&ctx.state, amount)?;
    bank::escrow(ctx, from, &pool(bonded), &coins)
}

/// Gives stake back to its owner.
pub(crate) fn give_back(ctx: &mut Ctx, to: &Address, amount: Amount) -> Result<()> {
    let coins = stake(&ctx.state, amount)?;
    bank::escrow(ctx, &pool(false), to, &coins)
}

/// Hands stake over, as a transfer that everybody sees.
pub(crate) fn hand_over(ctx: &mut Ctx, to: &Address, amount: Amount, bonded: bool) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let coins = stake(&ctx.state, amount)?;
    bank::transfer(ctx, &pool(bonded), to, &coins)
}

/// Destroys stake.
pub(crate) fn burn(ctx: &mut Ctx, amount: Amount, bonded: bool) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let coins = stake(&ctx.state, amount)?;
    bank::burn(ctx, &pool(bonded), &coins)
}
