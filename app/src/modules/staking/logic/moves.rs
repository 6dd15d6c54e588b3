//! Stake that comes, goes and moves.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    dec::Dec,
};
use state::Read;

use super::{
    super::{
        errors::Error,
        keys::{REDELEGATION_QUEUE, REDELEGATIONS, REDELEGATIONS_TO, UNBONDING_QUEUE, UNBONDINGS},
        types::{RedelegationEntry, Status, UnbondingEntry, Validator},
    },
    delegation, escrow, find_validator, levy, params,
    records::{self, put_validator, remove_validator, set_delegation, set_redelegation, set_unbonding},
    validator,
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::hooks,
    time::Time,
};

/// Where the stake of a delegation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The delegator's balance.
    Account,
    /// The pool of the set.
    Bonded,
    /// The other pool.
    NotBonded,
}

/// Stakes on a validator; returns the shares that it gave.
pub(crate) fn delegate(
    ctx: &mut Ctx,
    who: &Address,
    operator: &ValAddress,
    amount: Amount,
    source: Source,
) -> Result<Dec> {
    if validator(&ctx.state, operator)?.is_worthless() {
        return Err(Error::Worthless.into());
    }
    let had = delegation(&ctx.state, who, operator)?;
    if had.is_some() {
        hooks::before_delegation_shares_modified(ctx, who, operator)?;
    } else {
        hooks::before_delegation_created(ctx, who, operator)?;
    }
    let before = validator(&ctx.state, operator)?;
    let bonded = before.is_bonded();
    match source {
        Source::Account => escrow::take(ctx, who, amount, bonded)?,
        Source::Bonded if !bonded => escrow::move_pools(ctx, amount, false)?,
        Source::NotBonded if bonded => escrow::move_pools(ctx, amount, true)?,
        Source::Bonded | Source::NotBonded => {}
    }
    let (after, issued) = before.with_delegated(amount)?;
    put_validator(ctx, Some(&before), &after);
    set_delegation(ctx, who, operator, had.unwrap_or(Dec::ZERO).plus(issued)?);
    hooks::after_delegation_modified(ctx, who, operator)?;
    Ok(issued)
}

/// The shares that an amount is, at most what the delegator has.
pub(crate) fn shares_to_unbond(
    state: &dyn Read,
    who: &Address,
    operator: &ValAddress,
    amount: Amount,
) -> Result<Dec> {
    let validator = validator(state, operator)?;
    let has = delegation(state, who, operator)?.ok_or(Error::NoDelegation)?;
    let shares = validator.shares_of(amount)?;
    if shares > has {
        return Err(Sdk::InvalidRequest("invalid shares amount".into()).into());
    }
    Ok(shares)
}

/// Takes shares away from a delegator; returns what they were worth, which stays in the pool. An operator that falls
/// below its own minimum is jailed; a validator out of the set that has no shares left is forgotten.
pub(crate) fn unbond(ctx: &mut Ctx, who: &Address, operator: &ValAddress, shares: Dec) -> Result<Amount> {
    let has = delegation(&ctx.state, who, operator)?.ok_or(Error::NoDelegation)?;
    let left = has.minus(shares).ok_or(Error::InsufficientShares)?;
    hooks::before_delegation_shares_modified(ctx, who, operator)?;
    let mut before = validator(&ctx.state, operator)?;
    let own = *who == operator.account();
    if own && !before.jailed && before.tokens_of(left)?.floor()? < before.min_self_delegation {
        let jailed = Validator { jailed: true, ..before.clone() };
        put_validator(ctx, Some(&before), &jailed);
        before = jailed;
    }
    if left.is_zero() {
        hooks::before_delegation_removed(ctx, who, operator)?;
        set_delegation(ctx, who, operator, left);
    } else {
        set_delegation(ctx, who, operator, left);
        hooks::after_delegation_modified(ctx, who, operator)?;
    }
    let (after, worth) = before.with_unbonded(shares)?;
    put_validator(ctx, Some(&before), &after);
    if after.shares.is_zero() && after.status == Status::Unbonded {
        remove_validator(ctx, &after)?;
    }
    Ok(worth)
}

/// Lets shares leave a validator; returns when they are paid out, and what they were worth.
pub(crate) fn undelegate(
    ctx: &mut Ctx,
    who: &Address,
    operator: &ValAddress,
    shares: Dec,
) -> Result<(Time, Amount)> {
    let (params, bonded) = (params(&ctx.state)?, validator(&ctx.state, operator)?.is_bonded());
    let mut unbonding = UNBONDINGS.get(&ctx.state, &(*who, *operator))?.unwrap_or_default();
    if full(unbonding.0.len(), params.max_entries) {
        return Err(Error::MaxUnbondingEntries.into());
    }
    let amount = unbond(ctx, who, operator, shares)?;
    if bonded {
        escrow::move_pools(ctx, amount, false)?;
    }
    let due = ctx.block.time.plus(levy::unbonding_time(&ctx.state, ctx.block.time)?);
    let height = ctx.block.height;
    let id = records::take_id(ctx)?;
    match unbonding.0.iter_mut().find(|entry| entry.height == height && entry.due == due) {
        Some(entry) => {
            entry.initial = entry.initial.plus(amount)?;
            entry.balance = entry.balance.plus(amount)?;
        }
        None => unbonding.0.push(UnbondingEntry { height, due, initial: amount, balance: amount, id }),
    }
    set_unbonding(ctx, who, operator, &unbonding);
    UNBONDING_QUEUE.set(&mut ctx.state, &(due.nanos(), *who, *operator), &());
    Ok((due, amount))
}

fn full(entries: usize, limit: u32) -> bool {
    usize::try_from(limit).is_ok_and(|limit| entries >= limit)
}

/// Moves shares from one validator to another; returns when they are liable for the first no more.
pub(crate) fn redelegate(ctx: &mut Ctx, (who, from, to): records::Move, shares: Dec) -> Result<Time> {
    if from == to {
        return Err(Error::SelfRedelegation.into());
    }
    if find_validator(&ctx.state, &to)?.is_none() {
        return Err(Error::BadRedelegationDestination.into());
    }
    let params = params(&ctx.state)?;
    let source = if validator(&ctx.state, &from)?.is_bonded() { Source::Bonded } else { Source::NotBonded };
    if !REDELEGATIONS_TO.page(&ctx.state, &(who, from), None, 1)?.is_empty() {
        return Err(Error::TransitiveRedelegation.into());
    }
    let mut redelegation = REDELEGATIONS.get(&ctx.state, &(who, from, to))?.unwrap_or_default();
    if full(redelegation.0.len(), params.max_entries) {
        return Err(Error::MaxRedelegationEntries.into());
    }
    let amount = unbond(ctx, &who, &from, shares)?;
    if amount.is_zero() {
        return Err(Error::TinyRedelegation.into());
    }
    let issued = delegate(ctx, &who, &to, amount, source)?;
    let (height, due) = match find_validator(&ctx.state, &from)? {
        Some(from) if from.status == Status::Unbonding => (from.unbonding_height, from.unbonding_time),
        Some(from) if from.is_bonded() => {
            let time = levy::unbonding_time(&ctx.state, ctx.block.time)?;
            (ctx.block.height, ctx.block.time.plus(time))
        }
        _ => return Ok(ctx.block.time), // liable for nothing: done at once
    };
    let id = records::take_id(ctx)?;
    redelegation.0.push(RedelegationEntry { height, due, initial: amount, shares: issued, id });
    set_redelegation(ctx, (who, from, to), &redelegation);
    REDELEGATION_QUEUE.set(&mut ctx.state, &(due.nanos(), who, from, to), &());
    Ok(due)
}

/// Puts stake that is leaving back on its validator.
pub(crate) fn cancel_unbonding(
    ctx: &mut Ctx,
    who: &Address,
    operator: &ValAddress,
    height: u64,
    amount: Amount,
) -> Result<()> {
    let before = validator(&ctx.state, operator)?;
    if before.is_worthless() {
        return Err(Error::Worthless.into());
    }
    if before.jailed {
        return Err(Error::Jailed.into());
    }
    let Some(mut unbonding) = UNBONDINGS.get(&ctx.state, &(*who, *operator))? else {
        let text = format!("unbonding delegation with delegator {who} not found for validator {operator}");
        return Err(Sdk::NotFound(text).into());
    };
    let index = unbonding.0.iter().position(|entry| entry.height == height);
    let Some((index, entry)) = index.and_then(|index| Some((index, unbonding.0.get_mut(index)?))) else {
        let text = format!("unbonding delegation entry is not found at block height {height}");
        return Err(Sdk::NotFound(text).into());
    };
    let Some(left) = entry.balance.minus(amount) else {
        let text = "amount is greater than the unbonding delegation entry balance";
        return Err(Sdk::InvalidRequest(text.into()).into());
    };
    if entry.due < ctx.block.time {
        return Err(Sdk::InvalidRequest("unbonding delegation is already processed".into()).into());
    }
    entry.balance = left;
    entry.initial = entry.initial.minus_or_zero(amount);
    if left.is_zero() {
        unbonding.0.remove(index);
    }
    delegate(ctx, who, operator, amount, Source::NotBonded)?;
    set_unbonding(ctx, who, operator, &unbonding);
    Ok(())
}
