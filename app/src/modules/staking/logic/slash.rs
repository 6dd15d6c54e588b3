//! Punishing stake for what its validator did, also stake that has left since.

use proto::{
    address::{Address, ConsAddress, ValAddress},
    amount::Amount,
    dec::Dec,
};

use super::{
    super::{
        keys::{REDELEGATIONS, REDELEGATIONS_FROM, UNBONDINGS, UNBONDINGS_OF},
        types::{POWER_REDUCTION, RedelegationEntry, Status, Validator},
    },
    delegation, escrow, find_validator,
    moves::unbond,
    records::{Move, put_validator, set_unbonding},
    validator, validator_by_cons,
};
use crate::{ctx::Ctx, error::Result, modules::hooks, page};

/// A deed: when it was done, and the part of the stake of that time that it costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed {
    /// The height whose set it was done by.
    pub height: u64,
    /// The power that the validator had then.
    pub power: u64,
    /// The part it loses; at most 1.
    pub fraction: Dec,
}

/// Burns a part of the stake that a validator had at a deed; returns what it lost itself. Stake that left after the
/// deed pays first, the validator the rest. One that is unknown or no longer liable loses nothing.
///
/// All unbondings and redelegations begun since the deed are visited in this block; their number is bounded only by
/// what transactions paid for in that time.
pub(crate) fn slash(ctx: &mut Ctx, cons: &ConsAddress, deed: Deed) -> Result<Amount> {
    let Some(found) = validator_by_cons(&ctx.state, cons)? else { return Ok(Amount::ZERO) };
    if found.status == Status::Unbonded || deed.height > ctx.block.height {
        return Ok(Amount::ZERO);
    }
    let operator = found.operator;
    let stake = Amount::new(u128::from(deed.power).saturating_mul(POWER_REDUCTION));
    let mut left = part(deed.fraction, stake)?;
    if deed.height < ctx.block.height {
        for who in unbonding_since(ctx, &operator, deed.height)? {
            left = left.minus_or_zero(slash_unbonding(ctx, &who, &operator, deed)?);
        }
        for (who, to) in moved_since(ctx, &operator, deed.height)? {
            left = left.minus_or_zero(slash_redelegation(ctx, (who, operator, to), deed)?);
        }
    }
    let before = validator(&ctx.state, &operator)?;
    let lost = left.min(before.tokens);
    if lost.is_zero() {
        return Ok(Amount::ZERO);
    }
    let fraction = Dec::whole(lost).over_ceil(Dec::whole(before.tokens))?.min(Dec::ONE);
    hooks::before_validator_slashed(ctx, &operator, fraction)?;
    let before = validator(&ctx.state, &operator)?;
    let after = Validator { tokens: before.tokens.minus_or_zero(lost), ..before.clone() };
    put_validator(ctx, Some(&before), &after);
    escrow::burn(ctx, lost, after.is_bonded())?;
    Ok(lost)
}

fn part(fraction: Dec, of: Amount) -> Result<Amount> {
    Ok(Dec::whole(of).times_floor(fraction)?.floor()?)
}

fn unbonding_since(ctx: &Ctx, operator: &ValAddress, height: u64) -> Result<Vec<Address>> {
    let mut found = Vec::new();
    page::every(&ctx.state, &UNBONDINGS_OF, operator, |(_, who), latest| {
        if latest >= height {
            found.push(who);
        }
        Ok(())
    })?;
    Ok(found)
}

fn moved_since(ctx: &Ctx, operator: &ValAddress, height: u64) -> Result<Vec<(Address, ValAddress)>> {
    let mut found = Vec::new();
    page::every(&ctx.state, &REDELEGATIONS_FROM, operator, |(_, who, to), latest| {
        if latest >= height {
            found.push((who, to));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Returns what this stake owed, whether or not it still had it.
fn slash_unbonding(ctx: &mut Ctx, who: &Address, operator: &ValAddress, deed: Deed) -> Result<Amount> {
    let mut unbonding = UNBONDINGS.get(&ctx.state, &(*who, *operator))?.unwrap_or_default();
    let (mut owed, mut burnt) = (Amount::ZERO, Amount::ZERO);
    for entry in &mut unbonding.0 {
        if entry.height < deed.height || entry.due <= ctx.block.time {
            continue;
        }
        let cut = part(deed.fraction, entry.initial)?;
        owed = owed.plus(cut)?;
        let cut = cut.min(entry.balance);
        entry.balance = entry.balance.minus_or_zero(cut);
        burnt = burnt.plus(cut)?;
    }
    set_unbonding(ctx, who, operator, &unbonding);
    escrow::burn(ctx, burnt, false)?;
    Ok(owed)
}

fn slash_redelegation(ctx: &mut Ctx, moved: Move, deed: Deed) -> Result<Amount> {
    let redelegation = REDELEGATIONS.get(&ctx.state, &moved)?.unwrap_or_default();
    let mut owed = Amount::ZERO;
    for entry in redelegation.0 {
        if entry.height < deed.height || entry.due <= ctx.block.time {
            continue;
        }
        let cut = part(deed.fraction, entry.initial)?;
        owed = owed.plus(cut)?;
        slash_moved(ctx, moved, &entry, cut, deed)?;
    }
    Ok(owed)
}

/// Takes the cut first from what is already leaving the new validator, the rest from the shares there.
fn slash_moved(ctx: &mut Ctx, moved: Move, entry: &RedelegationEntry, cut: Amount, deed: Deed) -> Result<()> {
    let (who, _, to) = moved;
    let mut left = cut;
    let mut unbonding = UNBONDINGS.get(&ctx.state, &(who, to))?.unwrap_or_default();
    for leaving in &mut unbonding.0 {
        if leaving.height < deed.height || leaving.due <= ctx.block.time {
            continue;
        }
        let cut = left.min(leaving.balance);
        leaving.balance = leaving.balance.minus_or_zero(cut);
        left = left.minus_or_zero(cut);
    }
    set_unbonding(ctx, &who, &to, &unbonding);
    escrow::burn(ctx, cut.minus_or_zero(left), false)?;
    let shares = deed.fraction.times_round(entry.shares)?;
    if shares.is_zero() || left.is_zero() {
        return Ok(());
    }
    let (Some(has), Some(there)) = (delegation(&ctx.state, &who, &to)?, find_validator(&ctx.state, &to)?)
    else {
        return Ok(());
    };
    let lost = unbond(ctx, &who, &to, shares.min(has))?;
    escrow::burn(ctx, lost, there.is_bonded())
}
