//! What power is free, and what tasks have reserved of it.

use proto::{address::ValAddress, amount::Amount, lazchain::quorum::v1 as pb};
use state::Read;

use super::{
    super::{errors::Error, keys::RESERVED},
    measuring::{measured, power_of},
    seats::{bonded, find_member},
};
use crate::{ctx::Ctx, error::Result, stored};

/// What tasks have reserved of a member's power.
pub(crate) fn reserved(state: &dyn Read, id: u64, who: &ValAddress) -> Result<Amount> {
    Ok(RESERVED.get(state, &(id, *who))?.unwrap_or(Amount::ZERO))
}

/// What new tasks may reserve: the power measured, less what is reserved. Nothing of a member that has been jailed or
/// has left since, or whose validator is out of the set now.
pub(crate) fn free(
    state: &dyn Read,
    id: u64,
    who: &ValAddress,
    measurement: &pb::Measurement,
) -> Result<Amount> {
    let power = power_of(measurement, who)?;
    if power.is_zero() || !may_be_drawn(state, id, who)? {
        return Ok(Amount::ZERO);
    }
    Ok(power.minus_or_zero(reserved(state, id, who)?))
}

fn may_be_drawn(state: &dyn Read, id: u64, who: &ValAddress) -> Result<bool> {
    let member = find_member(state, id, who)?;
    let there = member.is_some_and(|member| {
        matches!(member.status(), pb::MemberStatus::Active | pb::MemberStatus::Leaving)
    });
    Ok(there && bonded(state, who)?.is_some())
}

/// The sum of what all members have free now; nothing while the Quorum waits for its measurement.
pub(crate) fn budget(state: &dyn Read, id: u64) -> Result<Amount> {
    let Some(measurement) = measured(state, id)? else { return Ok(Amount::ZERO) };
    let mut sum = Amount::ZERO;
    for row in &measurement.members {
        let who = stored::val_address(&row.validator)?;
        sum = sum.plus(free(state, id, &who, &measurement)?)?;
    }
    Ok(sum)
}

/// Reserves power of a member for a task.
pub(crate) fn reserve(ctx: &mut Ctx, id: u64, who: &ValAddress, amount: Amount) -> Result<()> {
    let measurement = measured(&ctx.state, id)?.ok_or(Error::NotMeasured(id))?;
    let free = free(&ctx.state, id, who, &measurement)?;
    if free < amount {
        return Err(Error::TooLittleFree { quorum: id, validator: *who, free, need: amount }.into());
    }
    let sum = reserved(&ctx.state, id, who)?.plus(amount)?;
    set(ctx, id, who, sum);
    Ok(())
}

/// Gives reserved power back; at most what is reserved.
pub(crate) fn release(ctx: &mut Ctx, id: u64, who: &ValAddress, amount: Amount) -> Result<()> {
    let left = reserved(&ctx.state, id, who)?.minus_or_zero(amount);
    set(ctx, id, who, left);
    Ok(())
}

fn set(ctx: &mut Ctx, id: u64, who: &ValAddress, amount: Amount) {
    if amount.is_zero() {
        RESERVED.remove(&mut ctx.state, &(id, *who));
    } else {
        RESERVED.set(&mut ctx.state, &(id, *who), &amount);
    }
}
