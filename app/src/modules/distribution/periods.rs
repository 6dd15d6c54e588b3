//! Periods of a validator: how they begin and end, and what staking's changes do to them.

use proto::{
    address::{Address, ValAddress},
    coin::Coins,
    dec::Dec,
};

use super::{
    accrual,
    dec_coins::DecCoins,
    errors::Error,
    events,
    keys::{COMMISSION, ENDED, OUTSTANDING, RUNNING, SLASHES, STARTS},
    logic::{self, Destination},
    types::{Ended, Running, Slash, Start},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::staking::{self, Validator},
};

/// Entries removed at a time.
const CHUNK: u32 = 100;

/// A validator began: its first period runs.
pub(crate) fn add_validator(ctx: &mut Ctx, who: &ValAddress) -> Result<()> {
    ENDED.set(&mut ctx.state, &(*who, 0), &Ended { references: 1, ..Ended::default() });
    RUNNING.set(&mut ctx.state, who, &Running { rewards: DecCoins::default(), period: 1 });
    OUTSTANDING.set(&mut ctx.state, who, &DecCoins::default());
    Ok(())
}

/// A validator is gone, with its last delegation: its commission is paid out, dust goes to the community. Its slashes
/// are removed in one go; there are as many as it was slashed, and each time it had to be unjailed by a transaction.
pub(crate) fn remove_validator(ctx: &mut Ctx, who: &ValAddress) -> Result<()> {
    let outstanding = OUTSTANDING.get(&ctx.state, who)?.unwrap_or_default();
    let commission = COMMISSION.get(&ctx.state, who)?.unwrap_or_default().smaller_of(&outstanding);
    if !commission.is_empty() {
        let destination = logic::destination_or_pool(&ctx.state, &who.account())?;
        logic::pay(ctx, &commission, &destination)?;
        announce_redirection(ctx, &destination, who, None);
    }
    let dust = outstanding.minus(&commission).unwrap_or_default();
    logic::add_to_pool(ctx, &dust)?;
    OUTSTANDING.remove(&mut ctx.state, who);
    COMMISSION.remove(&mut ctx.state, who);
    RUNNING.remove(&mut ctx.state, who);
    loop {
        let slashes = SLASHES.page(&ctx.state, who, None, CHUNK)?;
        slashes.iter().for_each(|(key, _)| SLASHES.remove(&mut ctx.state, key));
        let ended = ENDED.page(&ctx.state, who, None, CHUNK)?;
        ended.iter().for_each(|(key, _)| ENDED.remove(&mut ctx.state, key));
        if slashes.is_empty() && ended.is_empty() {
            return Ok(());
        }
    }
}

/// A new delegation is about to be made: the running period ends, so that it has no part in it.
pub(crate) fn before_new_delegation(ctx: &mut Ctx, who: &ValAddress) -> Result<()> {
    let validator = accrual::validator(&ctx.state, who)?;
    end_period(ctx, who, &validator).map(|_| ())
}

/// A delegation is about to change: what it earned is paid out. Income that can go to nobody goes to the community,
/// so that this never refuses: blocks call it too.
pub(crate) fn withdraw_before_change(ctx: &mut Ctx, delegator: &Address, who: &ValAddress) -> Result<()> {
    let destination = logic::destination_or_pool(&ctx.state, delegator)?;
    withdraw(ctx, delegator, who, &destination)?;
    announce_redirection(ctx, &destination, who, Some(delegator));
    Ok(())
}

/// A delegation was made or changed: it earns from the period that runs.
pub(crate) fn begin_delegation(ctx: &mut Ctx, delegator: &Address, who: &ValAddress) -> Result<()> {
    let period = accrual::running(&ctx.state, who)?.last();
    refer(ctx, who, period)?;
    let validator = accrual::validator(&ctx.state, who)?;
    let shares = staking::delegation(&ctx.state, delegator, who)?.ok_or(Error::NoSuchDelegation)?;
    let stake = validator.tokens_of_floor(shares)?;
    let start = Start { period, stake, height: ctx.block.height };
    STARTS.set(&mut ctx.state, &(*who, *delegator), &start);
    Ok(())
}

/// A validator is about to be slashed: the running period ends, and stake counts for less from there on.
pub(crate) fn record_slash(ctx: &mut Ctx, who: &ValAddress, fraction: Dec) -> Result<()> {
    if fraction > Dec::ONE {
        return Err(Sdk::Logic(format!("a slash by {fraction}")).into());
    }
    let validator = accrual::validator(&ctx.state, who)?;
    let period = end_period(ctx, who, &validator)?;
    refer(ctx, who, period)?;
    SLASHES.set(&mut ctx.state, &(*who, period), &Slash { height: ctx.block.height, fraction });
    Ok(())
}

/// Ends the running period and returns its number.
fn end_period(ctx: &mut Ctx, who: &ValAddress, validator: &Validator) -> Result<u64> {
    let running = accrual::running(&ctx.state, who)?;
    let ratio = accrual::ratio_now(&ctx.state, who, validator)?;
    if validator.tokens.is_zero() && !running.rewards.is_empty() {
        let outstanding = OUTSTANDING.get(&ctx.state, who)?.unwrap_or_default();
        let left = outstanding.minus(&running.rewards).unwrap_or_default();
        OUTSTANDING.set(&mut ctx.state, who, &left);
        logic::add_to_pool(ctx, &running.rewards)?;
    }
    release(ctx, who, running.last())?;
    ENDED.set(&mut ctx.state, &(*who, running.period), &Ended { ratio, references: 1 });
    let next = running.period.checked_add(1).ok_or_else(|| Sdk::Logic("periods are used up".into()))?;
    RUNNING.set(&mut ctx.state, who, &Running { rewards: DecCoins::default(), period: next });
    Ok(running.period)
}

fn refer(ctx: &mut Ctx, who: &ValAddress, period: u64) -> Result<()> {
    let mut ended = accrual::ended(&ctx.state, who, period)?;
    ended.references = ended.references.saturating_add(1);
    if ended.references > 2 {
        return Err(Sdk::Logic("reference count should never exceed 2".into()).into());
    }
    ENDED.set(&mut ctx.state, &(*who, period), &ended);
    Ok(())
}

fn release(ctx: &mut Ctx, who: &ValAddress, period: u64) -> Result<()> {
    let mut ended = accrual::ended(&ctx.state, who, period)?;
    ended.references = ended.references.saturating_sub(1);
    if ended.references == 0 {
        ENDED.remove(&mut ctx.state, &(*who, period));
    } else {
        ENDED.set(&mut ctx.state, &(*who, period), &ended);
    }
    Ok(())
}

/// Pays out what a delegation earned. It earns nothing more until it begins again.
pub(crate) fn withdraw(
    ctx: &mut Ctx,
    delegator: &Address,
    who: &ValAddress,
    destination: &Destination,
) -> Result<Coins> {
    let validator = staking::find_validator(&ctx.state, who)?.ok_or(Error::NoValidatorInfo)?;
    let start = STARTS.get(&ctx.state, &(*who, *delegator))?.ok_or(Error::NoDelegationInfo)?;
    let period = end_period(ctx, who, &validator)?;
    let ratio = accrual::ended(&ctx.state, who, period)?.ratio;
    let outstanding = OUTSTANDING.get(&ctx.state, who)?.unwrap_or_default();
    let earned = accrual::earned(&ctx.state, (who, delegator), &validator, &ratio)?;
    let earned = earned.smaller_of(&outstanding);
    let paid = logic::pay(ctx, &earned, destination)?;
    OUTSTANDING.set(&mut ctx.state, who, &outstanding.minus(&earned).unwrap_or_default());
    release(ctx, who, start.period)?;
    STARTS.remove(&mut ctx.state, &(*who, *delegator));
    let amount =
        if paid.is_empty() { format!("0{}", staking::bond_denom(&ctx.state)?) } else { paid.to_string() };
    ctx.emit(events::WithdrewRewards { amount, validator: who, delegator });
    Ok(paid)
}

fn announce_redirection(
    ctx: &mut Ctx,
    destination: &Destination,
    validator: &ValAddress,
    delegator: Option<&Address>,
) {
    let Destination { wanted, to } = destination;
    if *to != Some(*wanted) {
        ctx.emit(events::Redirected { wanted, went_to: to.as_ref(), validator, delegator });
    }
}
