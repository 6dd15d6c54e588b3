//! Sharing out the fees of the block before.

use proto::{address::Address, amount::Amount, dec::Dec};

use super::{ACCOUNT, dec_coins::DecCoins, keys::RUNNING, logic};
use crate::{
    checks::FEE_COLLECTOR,
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{bank, staking},
    node::Seen,
};

/// Shares out, by the power of those that could have signed the last block; whether they did is for slashing. What
/// belongs to a validator that staking does not know, and what rounding leaves, is the community's.
pub(crate) fn begin_block(ctx: &mut Ctx, seen: &Seen) -> Result<()> {
    let collector = Address::module(FEE_COLLECTOR);
    let fees = bank::balances(&ctx.state, &collector)?;
    if ctx.block.height <= 1 || fees.is_empty() {
        return Ok(());
    }
    bank::transfer(ctx, &collector, &Address::module(ACCOUNT), &fees)?;
    let fees = DecCoins::whole(&fees);
    let total = seen.votes.iter().fold(0_u128, |sum, vote| sum.saturating_add(vote.power.into()));
    if total == 0 {
        return logic::add_to_pool(ctx, &fees);
    }
    let stakers = Dec::ONE.minus_or_zero(logic::params(&ctx.state)?.community_tax);
    let stakers = fees.each(|amount| amount.times_floor(stakers))?;
    let mut left = fees;
    for vote in &seen.votes {
        let Some(validator) = staking::validator_by_cons(&ctx.state, &vote.validator)? else { continue };
        if !RUNNING.has(&ctx.state, &validator.operator)? {
            continue; // a genesis that forgot it; an error here would stop the chain
        }
        let power = Dec::whole(Amount::new(vote.power.into()));
        let part = power.over_floor(Dec::whole(Amount::new(total)))?;
        let reward = stakers.each(|amount| amount.times_floor(part))?;
        logic::allocate(ctx, &validator, &reward)?;
        left = left.minus(&reward).ok_or_else(|| Sdk::Logic("more shared out than there is".into()))?;
    }
    logic::add_to_pool(ctx, &left)
}
