//! The provision of each block.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins},
};

use super::{ACCOUNT, events, keys::MINTER, logic};
use crate::{
    checks::FEE_COLLECTOR,
    ctx::Ctx,
    error::Result,
    modules::{bank, staking},
};

/// Makes the block's new coins and puts them to the fees.
pub(crate) fn begin_block(ctx: &mut Ctx) -> Result<()> {
    let params = logic::params(&ctx.state)?;
    let bonded = staking::bonded_ratio(&ctx.state)?;
    let supply = bank::supply(&ctx.state, &staking::bond_denom(&ctx.state)?)?;
    let minter = logic::next(&params, &logic::minter(&ctx.state)?, bonded, supply)?;
    MINTER.set(&mut ctx.state, &minter);
    // a supply at its limit gets no more, since an error here would stop the chain
    let room = Amount::MAX.minus_or_zero(bank::supply(&ctx.state, &params.denom)?);
    let amount = logic::provision(&params, minter.annual_provisions)?.min(room);
    let coins = Coins::one(Coin::new(params.denom, amount));
    if !coins.is_empty() {
        let account = Address::module(ACCOUNT);
        bank::mint(ctx, &account, &coins)?;
        bank::transfer(ctx, &account, &Address::module(FEE_COLLECTOR), &coins)?;
    }
    ctx.emit(events::Minted { bonded, minter, amount });
    Ok(())
}
