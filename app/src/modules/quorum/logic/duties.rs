//! Seats in committees, and what becomes of those who do not fill them.

use proto::{address::ValAddress, amount::Amount, lazchain::quorum::v1 as pb};
use state::{Pb, Read};

use super::{
    super::{
        events,
        keys::{DUTIES, MEMBERSHIPS, RECORDS},
        types::{Conduct, Duty, MAX_MEMBERSHIPS, Offence, marks, noted},
    },
    offences::offend,
    params,
    seats::{find_member, put_member, record},
    trail,
};
use crate::{ctx::Ctx, error::Result, modules::scheduler, stored};

/// Duties of a member that are not over.
pub(crate) fn open_duties(state: &dyn Read, id: u64, who: &ValAddress) -> Result<u32> {
    Ok(record(state, id, who)?.open)
}

/// A member was drawn, by the measurement of this epoch.
pub(crate) fn begin_duty(ctx: &mut Ctx, id: u64, who: &ValAddress, duty: Duty) -> Result<()> {
    let epoch = scheduler::epoch(&ctx.state)?;
    let key = ((id, *who), (duty.task, duty.round));
    if DUTIES.has(&ctx.state, &key)? {
        return Ok(());
    }
    DUTIES.set(&mut ctx.state, &key, &epoch);
    let before = record(&ctx.state, id, who)?;
    let after = pb::Record { open: before.open.saturating_add(1), last_duty: epoch, ..before };
    RECORDS.set(&mut ctx.state, &(id, *who), &Pb(after));
    Ok(())
}

/// A duty is over. Who was absent or did not reveal pays for it at once. One that is over already changes nothing.
pub(crate) fn end_duty(ctx: &mut Ctx, id: u64, who: &ValAddress, duty: Duty, conduct: Conduct) -> Result<()> {
    let key = ((id, *who), (duty.task, duty.round));
    let Some(measurement) = DUTIES.get(&ctx.state, &key)? else { return Ok(()) };
    DUTIES.remove(&mut ctx.state, &key);
    let before = record(&ctx.state, id, who)?;
    let open = before.open.saturating_sub(1);
    RECORDS.set(&mut ctx.state, &(id, *who), &Pb(pb::Record { open, ..before }));
    let kind = match conduct {
        Conduct::Absent => Some(pb::OffenceKind::Absent),
        Conduct::Unrevealed => Some(pb::OffenceKind::Unrevealed),
        Conduct::Good | Conduct::Abstained => None,
    };
    if let Some(kind) = kind {
        offend(
            ctx,
            &Offence {
                quorum: id,
                measurement,
                member: *who,
                kind,
                task: duty.task,
                round: duty.round,
                power_at_fault: Amount::ZERO,
                reporter: None,
                at_least: Amount::ZERO,
                refund: None,
            },
        )?;
    }
    note(ctx, id, who, conduct)
}

/// A proposer left out its preimage: an absence in each of its Quorums, without a slash.
pub(crate) fn preimage_left_out(ctx: &mut Ctx, who: &ValAddress) -> Result<()> {
    for ((_, id), ()) in MEMBERSHIPS.page(&ctx.state, who, None, MAX_MEMBERSHIPS)? {
        let drawn = find_member(&ctx.state, id, who)?.is_some_and(|member| {
            matches!(member.status(), pb::MemberStatus::Active | pb::MemberStatus::Leaving)
        });
        if drawn {
            note(ctx, id, who, Conduct::Absent)?;
        }
    }
    Ok(())
}

/// Writes a duty into the record, and removes a member whose record is too bad.
fn note(ctx: &mut Ctx, id: u64, who: &ValAddress, conduct: Conduct) -> Result<()> {
    let mut after = noted(&record(&ctx.state, id, who)?, conduct);
    let (points, abstentions) = marks(&after);
    let params = params(&ctx.state)?;
    let member = find_member(&ctx.state, id, who)?
        .filter(|member| matches!(member.status(), pb::MemberStatus::Active | pb::MemberStatus::Leaving));
    let too_bad = points >= params.jail_points || abstentions >= params.jail_abstentions;
    if let Some(before) = member.filter(|_| too_bad) {
        let until = ctx.block.time.plus(stored::span(params.jail.as_ref()));
        after.jailed_until = Some(until.wire());
        let mut jailed = pb::Member { until: Some(until.wire()), ..before.clone() };
        jailed.set_status(pb::MemberStatus::Jailed);
        put_member(ctx, who, Some(&before), &jailed)?;
        ctx.emit(events::Jailed { quorum: id, validator: who, points, abstentions, until });
        trail(ctx, id, "quorum.jailed", None, &jailed)?;
    }
    RECORDS.set(&mut ctx.state, &(id, *who), &Pb(after));
    Ok(())
}
