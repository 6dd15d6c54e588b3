//! Contribution points: what members earned with accepted updates. Points are the weights of members' income, and, where
//! the rules say so, of votes, as they were at the end of an epoch.

use proto::{address::Address, amount::Amount, lazchain::idao::v1 as pb};
use state::Read;

use super::super::{
    events,
    keys::{CHECKPOINTS, VOTING},
    types::entered,
};
use super::{find, income, member, params, put, put_member, trail_by_rule};
use crate::{ctx::Ctx, error::Result, modules::scheduler, stored};

/// Most checkpoints that one change removes.
const MAX_REMOVED: u32 = 8;

/// What an accepted update of this kind with this score, 0 to 10,000, is worth.
pub(crate) fn points(state: &dyn Read, kind: i32, score: u32) -> Result<u128> {
    let weights = params(state)?.weights.unwrap_or_default();
    let weight = match pb::UpdateKind::try_from(kind).unwrap_or_default() {
        pb::UpdateKind::Pov => weights.pov,
        pb::UpdateKind::Dataset => weights.dataset,
        pb::UpdateKind::Model => weights.model,
        pb::UpdateKind::Agent => weights.agent,
        pb::UpdateKind::Behaviour => weights.behaviour,
        pb::UpdateKind::Unspecified => 0,
    };
    Ok(u128::from(score).saturating_mul(weight.into()))
}

/// An update of the account became final. In an `open` iDAO the first one brings the vote, from the next epoch. Nothing
/// happens to who is no member, or no more.
pub(crate) fn add_points(ctx: &mut Ctx, id: u64, who: &Address, points: u128) -> Result<()> {
    change(ctx, id, who, |member, before| {
        member.accepted = member.accepted.saturating_add(1);
        Ok(before.plus(Amount::new(points))?)
    })
}

/// An update of the account was overturned: the points it brought go, not below 0, and in an `open` iDAO with the last
/// accepted update the vote.
pub(crate) fn take_points(ctx: &mut Ctx, id: u64, who: &Address, points: u128) -> Result<()> {
    change(ctx, id, who, |member, before| {
        member.accepted = member.accepted.saturating_sub(1);
        Ok(before.minus_or_zero(Amount::new(points)))
    })
}

fn change(
    ctx: &mut Ctx,
    id: u64,
    who: &Address,
    new: impl FnOnce(&mut pb::Member, Amount) -> Result<Amount>,
) -> Result<()> {
    let (Some(mut idao), Some(mut member)) = (find(&ctx.state, id)?, member(&ctx.state, id, who)?) else {
        return Ok(());
    };
    let before = stored::amount(&member.points)?;
    income::settle(ctx, id, who, before)?;
    let after = new(&mut member, before)?;
    let total = stored::amount(&idao.total_points)?.minus_or_zero(before).plus(after)?;
    let epoch = scheduler::epoch(&ctx.state)?;
    checkpoint(ctx, id, who, epoch, after)?;
    (member.points, idao.total_points) = (after.to_string(), total.to_string());
    if member.door() == pb::Membership::Open && member.votes_from == 0 && member.accepted > 0 {
        member.votes_from = epoch.saturating_add(1);
        idao.voters = entered(idao.voters.as_ref(), epoch, member.votes_from);
    } else if member.door() == pb::Membership::Open && member.votes_from > 0 && member.accepted == 0 {
        super::members::end_vote(&mut idao, &mut member, epoch);
    }
    put(ctx, &idao);
    trail_by_rule(ctx, id, "idao.points_changed", &member)?;
    put_member(ctx, id, who, member);
    ctx.emit(events::PointsChanged { idao: id, account: who, points: after });
    Ok(())
}

/// Notes the points at the end of an epoch that is not over yet, and removes what no open vote needs any more.
fn checkpoint(ctx: &mut Ctx, id: u64, who: &Address, epoch: u64, points: Amount) -> Result<()> {
    CHECKPOINTS.set(&mut ctx.state, &(id, *who, epoch), &points.units());
    let oldest = VOTING.page(&ctx.state, &id, None, 1)?.first().map_or(epoch, |(_, opened)| *opened);
    // a vote opened in an epoch reads the last checkpoint before it; all before that one are used up
    let key = (id, *who, oldest);
    let needed = CHECKPOINTS.page_back(&ctx.state, &(id, *who), Some(&key), 1)?;
    let Some(((_, _, needed), _)) = needed.first() else { return Ok(()) };
    for (key, _) in CHECKPOINTS.range(&ctx.state, Some(&(id, *who, 0)), &(id, *who, *needed), MAX_REMOVED)? {
        CHECKPOINTS.remove(&mut ctx.state, &key);
    }
    Ok(())
}

/// The points of an account at the end of the epoch before this one; 0 if it had none.
pub(crate) fn points_before(state: &dyn Read, id: u64, who: &Address, epoch: u64) -> Result<u128> {
    let found = CHECKPOINTS.page_back(state, &(id, *who), Some(&(id, *who, epoch)), 1)?;
    Ok(found.first().map_or(0, |(_, points)| *points))
}

/// Whoever leaves has no points from now on. Whether there are checkpoints to remove.
pub(crate) fn forget(ctx: &mut Ctx, id: u64, who: &Address) -> Result<bool> {
    if CHECKPOINTS.page(&ctx.state, &(id, *who), None, 1)?.is_empty() {
        return Ok(false);
    }
    let epoch = scheduler::epoch(&ctx.state)?;
    CHECKPOINTS.set(&mut ctx.state, &(id, *who, epoch), &0);
    Ok(true)
}
