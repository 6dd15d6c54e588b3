//! Memberships, and the allocations that they sum to.

use proto::{address::ValAddress, lazchain::quorum::v1 as pb};
use state::{Pb, Read};

use super::super::{
    errors::Error,
    events,
    keys::{ALLOCATED, BOUND, BOUND_OF, MEMBERS, MEMBERSHIPS, RECORDS, REFERENCES},
    types::{MAX_MEMBERS, MAX_MEMBERSHIPS},
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{slashing, staking},
};

/// Most bound allocations that are freed at once; the rest waits for the next occasion.
const MAX_FREED: u32 = 16;

/// The member or applicant, if it is one.
pub(crate) fn find_member(state: &dyn Read, id: u64, who: &ValAddress) -> Result<Option<pb::Member>> {
    Ok(MEMBERS.get(state, &(id, *who))?.map(|Pb(member)| member))
}

/// The member or applicant.
pub(crate) fn member(state: &dyn Read, id: u64, who: &ValAddress) -> Result<pb::Member> {
    let found = find_member(state, id, who)?;
    Ok(found.ok_or(Error::NotMember { quorum: id, validator: *who })?)
}

/// All members and applicants, in order of address.
pub(crate) fn all(state: &dyn Read, id: u64) -> Result<Vec<(ValAddress, pb::Member)>> {
    let page = MEMBERS.page(state, &id, None, MAX_MEMBERS)?;
    Ok(page.into_iter().map(|((_, who), Pb(member))| (who, member)).collect())
}

/// How a validator does its duties in a Quorum.
pub(crate) fn record(state: &dyn Read, id: u64, who: &ValAddress) -> Result<pb::Record> {
    Ok(RECORDS.get(state, &(id, *who))?.map(|Pb(record)| record).unwrap_or_default())
}

/// What of a validator's stake counts towards the limit because of this place.
pub(crate) fn counted(member: &pb::Member) -> u32 {
    member.allocation_bps.max(member.wanted_bps)
}

/// What of a validator's stake is pledged, announced or bound, in all Quorums.
pub(crate) fn allocated(state: &dyn Read, who: &ValAddress) -> Result<u32> {
    Ok(ALLOCATED.get(state, who)?.unwrap_or(0))
}

fn set_allocated(ctx: &mut Ctx, who: &ValAddress, bps: u32) {
    if bps == 0 {
        ALLOCATED.remove(&mut ctx.state, who);
    } else {
        ALLOCATED.set(&mut ctx.state, who, &bps);
    }
}

/// The part of stake that signing twice costs, in bps, rounded up.
fn double_sign_bps(state: &dyn Read) -> Result<u32> {
    let fraction = slashing::params(state)?.slash_fraction_double_sign;
    let bps = fraction.times_amount(proto::amount::Amount::new(crate::fixed::BPS.into()))?.ceil()?;
    Ok(u32::try_from(bps.units()).unwrap_or(u32::MAX))
}

/// Refuses an allocation that would pledge more of the stake than may be, or some of it twice.
pub(crate) fn check_limit(state: &dyn Read, who: &ValAddress, more: u32, limit: u32) -> Result<()> {
    let sum = allocated(state, who)?.saturating_add(more);
    if sum > limit {
        return Err(Error::RestakeLimit { sum, limit }.into());
    }
    let double_sign = double_sign_bps(state)?;
    if sum.saturating_add(double_sign) > crate::fixed::BPS {
        return Err(Error::DoubleSignLimit { sum, double_sign }.into());
    }
    Ok(())
}

/// Refuses one more membership than a validator may have.
pub(crate) fn check_memberships(state: &dyn Read, who: &ValAddress) -> Result<()> {
    let page = MEMBERSHIPS.page(state, who, None, MAX_MEMBERSHIPS)?;
    if u32::try_from(page.len()).is_ok_and(|count| count < MAX_MEMBERSHIPS) {
        return Ok(());
    }
    Err(Error::TooManyMemberships(MAX_MEMBERSHIPS).into())
}

/// The validator, if it may pledge: in the set and not jailed.
pub(crate) fn bonded(state: &dyn Read, who: &ValAddress) -> Result<Option<staking::Validator>> {
    let found = staking::find_validator(state, who)?;
    Ok(found.filter(|validator| validator.is_bonded() && !validator.jailed))
}

/// Epoch of the oldest measurement that a task refers to.
fn oldest_reference(state: &dyn Read, id: u64) -> Result<Option<u64>> {
    let page = REFERENCES.page(state, &id, None, 1)?;
    Ok(page.first().map(|((_, epoch), _)| *epoch))
}

/// Until the liabilities of which measurement a validator's pledge is bound, if any are left: those of its last duty.
/// Tasks drawn by an earlier measurement of the same Quorum count too, since their liability began no later.
fn bound_by(state: &dyn Read, id: u64, who: &ValAddress) -> Result<Option<u64>> {
    let last = record(state, id, who)?.last_duty;
    let oldest = oldest_reference(state, id)?;
    Ok(oldest.is_some_and(|oldest| oldest <= last).then_some(last))
}

/// Writes a member. What it allocates less than before stays bound while it is liable for a duty.
pub(crate) fn put_member(
    ctx: &mut Ctx,
    who: &ValAddress,
    before: Option<&pb::Member>,
    after: &pb::Member,
) -> Result<()> {
    let (was, is) = (before.map_or(0, counted), counted(after));
    let sum = allocated(&ctx.state, who)?;
    if is >= was {
        set_allocated(ctx, who, sum.saturating_add(is.saturating_sub(was)));
    } else {
        let pledged = before.map_or(0, |before| before.allocation_bps).saturating_sub(is);
        release(ctx, after.quorum, who, was.saturating_sub(is), pledged)?;
    }
    MEMBERS.set(&mut ctx.state, &(after.quorum, *who), &Pb(after.clone()));
    MEMBERSHIPS.set(&mut ctx.state, &(*who, after.quorum), &());
    Ok(())
}

/// Takes `less` off what is allocated, except what was pledged and is still liable. Returns what stays bound.
fn release(ctx: &mut Ctx, id: u64, who: &ValAddress, less: u32, pledged: u32) -> Result<u32> {
    let sum = allocated(&ctx.state, who)?;
    let bound = less.min(pledged);
    let Some(epoch) = bound_by(&ctx.state, id, who)?.filter(|_| bound > 0) else {
        set_allocated(ctx, who, sum.saturating_sub(less));
        return Ok(0);
    };
    set_allocated(ctx, who, sum.saturating_sub(less.saturating_sub(bound)));
    let key = (id, epoch, *who);
    let there = BOUND.get(&ctx.state, &key)?.unwrap_or(0);
    BOUND.set(&mut ctx.state, &key, &there.saturating_add(bound));
    BOUND_OF.set(&mut ctx.state, &(*who, id, epoch), &());
    Ok(bound)
}

/// Takes a member or applicant out.
pub(crate) fn drop_member(ctx: &mut Ctx, who: &ValAddress, member: &pb::Member, reason: &str) -> Result<()> {
    let id = member.quorum;
    let bound_bps = release(ctx, id, who, counted(member), member.allocation_bps)?;
    MEMBERS.remove(&mut ctx.state, &(id, *who));
    MEMBERSHIPS.remove(&mut ctx.state, &(*who, id));
    if record(&ctx.state, id, who)? == pb::Record::default() {
        RECORDS.remove(&mut ctx.state, &(id, *who));
    }
    ctx.emit(events::Left { quorum: id, validator: who, reason, bound_bps });
    super::trail(ctx, id, "quorum.left", None, member)
}

/// Frees what is liable no more, at most so much at once.
pub(crate) fn free_bound(ctx: &mut Ctx, id: u64) -> Result<()> {
    let oldest = oldest_reference(&ctx.state, id)?;
    for ((id, epoch, who), bps) in BOUND.page(&ctx.state, &id, None, MAX_FREED)? {
        if oldest.is_some_and(|oldest| oldest <= epoch) {
            break;
        }
        BOUND.remove(&mut ctx.state, &(id, epoch, who));
        BOUND_OF.remove(&mut ctx.state, &(who, id, epoch));
        let sum = allocated(&ctx.state, &who)?;
        set_allocated(ctx, &who, sum.saturating_sub(bps));
        ctx.emit(events::Freed { quorum: id, validator: &who, allocation_bps: bps });
    }
    Ok(())
}

/// A validator is gone, with all its stake.
pub(crate) fn validator_removed(ctx: &mut Ctx, who: &ValAddress) -> Result<()> {
    for ((_, id), ()) in MEMBERSHIPS.page(&ctx.state, who, None, MAX_MEMBERSHIPS)? {
        if let Some(member) = find_member(&ctx.state, id, who)? {
            drop_member(ctx, who, &member, "the validator is gone")?;
        }
    }
    Ok(())
}
