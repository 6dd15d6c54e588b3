//! Once an epoch: who weighs how much, and what else changes at its boundary.

use proto::{address::ValAddress, amount::Amount, lazchain::quorum::v1 as pb};
use state::{Pb, Read};

use super::{
    super::{
        errors::Error,
        events,
        keys::{CASES, CURSOR, FORGETTING, LIVE, MEASUREMENTS, MEASURING, PUNISHED, REFERENCES, SLASHES},
        power,
    },
    changes, close, find, params, pools, put, quorum, rules,
    seats::{all, bonded, drop_member, free_bound, put_member},
    trail,
};
use crate::{
    ctx::Ctx,
    error::{Reject, Result},
    modules::{
        scheduler::{self, Step},
        slashing, staking,
    },
    stored,
};

/// A new epoch: its measuring waits for the end of its first block.
pub(crate) fn epoch_began(ctx: &mut Ctx, epoch: u64) -> Result<()> {
    CURSOR.remove(&mut ctx.state);
    let due = ctx.block.height.saturating_add(1);
    scheduler::push(ctx, &MEASURING, due, &epoch.to_be_bytes()).map(drop)
}

/// Measures Quorums in order of their ids, as many as the budget allows.
pub(crate) fn work(ctx: &mut Ctx, entry: &[u8], budget: u32) -> Result<Step> {
    let epoch = scheduler::epoch(&ctx.state)?;
    let mut used = 0_u32;
    if entry != epoch.to_be_bytes() {
        return Ok(Step::Done(1)); // an epoch that is over
    }
    loop {
        let after = CURSOR.get(&ctx.state)?;
        let Some((id, ())) = LIVE.page(&ctx.state, &(), after.as_ref(), 1)?.pop() else {
            CURSOR.remove(&mut ctx.state);
            return Ok(Step::Done(used.max(1)));
        };
        CURSOR.set(&mut ctx.state, &id);
        // one that cannot be measured must not keep the others waiting
        let cost = match ctx.attempt(|ctx| measure(ctx, id, epoch))? {
            Ok(cost) => cost,
            Err(reject) => failed(ctx, id, epoch, &reject),
        };
        used = used.saturating_add(cost);
        if used >= budget {
            return Ok(Step::More(used));
        }
    }
}

fn failed(ctx: &mut Ctx, id: u64, epoch: u64, reject: &Reject) -> u32 {
    tracing::error!(id, epoch, %reject, "a Quorum cannot be measured");
    ctx.emit(events::MeasureFailed { quorum: id, epoch, reason: &reject.text });
    1
}

/// Everything that changes at a boundary, then the measurement. Returns the units of work.
fn measure(ctx: &mut Ctx, id: u64, epoch: u64) -> Result<u32> {
    let last = last(&ctx.state, &quorum(&ctx.state, id)?)?;
    let credited = match &last {
        Some(last) => pools::credit(ctx, last)?,
        None => 0,
    };
    changes::turn(ctx, id, epoch)?;
    let members = turn_members(ctx, id, epoch)?;
    free_bound(ctx, id)?;
    let quorum = quorum(&ctx.state, id)?;
    if members.is_empty() && may_close(ctx, &quorum)? {
        let reason = if quorum.joined { "all members have left" } else { "nobody joined" };
        if let Some(last) = &last {
            forget_unreferenced(ctx, id, last.epoch)?;
        }
        close(ctx, &quorum, reason)?;
        return Ok(1_u32.saturating_add(credited));
    }
    let measurement = weigh(ctx, &quorum, &members, epoch)?;
    let status = status(&quorum, &measurement);
    let moved = pools::welcome(ctx, last.as_ref(), &measurement)?;
    MEASUREMENTS.set(&mut ctx.state, &(id, epoch), &Pb(measurement.clone()));
    put(ctx, &pb::Quorum { status: status.into(), measured: epoch, ..quorum });
    if let Some(last) = last.as_ref().filter(|last| last.epoch != epoch) {
        forget_unreferenced(ctx, id, last.epoch)?;
    }
    let weighty = measurement.members.iter().filter(|row| row.power != "0").count();
    ctx.emit(events::Measured {
        quorum: id,
        epoch,
        status: status.as_str_name(),
        members: weighty,
        total: stored::amount(&measurement.total)?,
        capped: measurement.capped,
        level: stored::amount(&measurement.level)?,
    });
    trail(ctx, id, "quorum.measured", None, &measurement)?;
    let members = u32::try_from(members.len()).unwrap_or(u32::MAX);
    Ok(1_u32.saturating_add(members).saturating_add(credited).saturating_add(moved))
}

/// A Quorum without members closes once nothing refers to it, one that nobody joined after a while.
fn may_close(ctx: &Ctx, quorum: &pb::Quorum) -> Result<bool> {
    let patience = stored::span(params(&ctx.state)?.patience.as_ref());
    let old = stored::time(quorum.created.as_ref()).plus(patience) <= ctx.block.time;
    Ok((quorum.joined || old) && REFERENCES.page(&ctx.state, &quorum.id, None, 1)?.is_empty())
}

/// Who comes, changes and goes at this boundary; returns who is left, applicants included.
fn turn_members(ctx: &mut Ctx, id: u64, epoch: u64) -> Result<Vec<(ValAddress, pb::Member)>> {
    let jail = stored::span(params(&ctx.state)?.jail.as_ref());
    let (now, mut left) = (ctx.block.time, Vec::new());
    for (who, before) in all(&ctx.state, id)? {
        let due = before.announced < epoch && stored::time(before.due.as_ref()) <= now;
        let until = stored::time(before.until.as_ref());
        let gone = match before.status() {
            pb::MemberStatus::Leaving if before.announced < epoch => Some("left"),
            pb::MemberStatus::Applicant if until <= now => Some("was not admitted"),
            pb::MemberStatus::Jailed if until.plus(jail) <= now => Some("did not come back from the jail"),
            _ if is_out(&ctx.state, &who)? => Some("signed two blocks, or is no validator"),
            _ => None,
        };
        if let Some(reason) = gone {
            drop_member(ctx, &who, &before, reason)?;
            continue;
        }
        let mut after = before.clone();
        match before.status() {
            pb::MemberStatus::Pending if due => {
                after.set_status(pb::MemberStatus::Active);
                after.allocation_bps = before.wanted_bps;
            }
            pb::MemberStatus::Active if due => after.allocation_bps = before.wanted_bps,
            _ => {}
        }
        if before.keys_announced > 0 && before.keys_announced < epoch {
            rotate(&mut after);
        }
        if after != before {
            put_member(ctx, &who, Some(&before), &after)?;
        }
        left.push((who, after));
    }
    Ok(left)
}

fn rotate(member: &mut pb::Member) {
    if !member.next_attestation_key.is_empty() {
        member.attestation_key = std::mem::take(&mut member.next_attestation_key);
    }
    if !member.next_sealing_key.is_empty() {
        member.sealing_key = std::mem::take(&mut member.next_sealing_key);
    }
    member.keys_announced = 0;
}

/// Whether a validator can never be bonded again.
fn is_out(state: &dyn Read, who: &ValAddress) -> Result<bool> {
    match staking::find_validator(state, who)? {
        Some(validator) => slashing::is_tombstoned(state, &validator.cons()),
        None => Ok(true),
    }
}

/// The measurement: a row for each member that has a seat, and what the powers come from.
fn weigh(
    ctx: &Ctx,
    quorum: &pb::Quorum,
    members: &[(ValAddress, pb::Member)],
    epoch: u64,
) -> Result<pb::Measurement> {
    let (rules, factor) = (rules(quorum), params(&ctx.state)?.own_factor);
    let smallest = stored::amount(&rules.smallest_pledge)?;
    let (mut rows, mut pledges) = (Vec::new(), Vec::new());
    for (who, member) in members {
        if member.status() != pb::MemberStatus::Active && member.status() != pb::MemberStatus::Leaving {
            continue;
        }
        let (mut tokens, mut own, mut pledge) = (Amount::ZERO, Amount::ZERO, Amount::ZERO);
        if let Some(validator) = bonded(&ctx.state, who)? {
            (tokens, own) = (validator.tokens, staking::own_tokens(&ctx.state, &validator)?);
            pledge = power::pledge(tokens, own, member.allocation_bps, factor)?;
        }
        if pledge < smallest {
            pledge = Amount::ZERO;
        }
        pledges.push(pledge);
        rows.push(pb::Measured {
            validator: who.to_string(),
            tokens: tokens.to_string(),
            own: own.to_string(),
            allocation_bps: member.allocation_bps,
            pledge: pledge.to_string(),
            power: String::new(),
            attestation_key: member.attestation_key.clone(),
            sealing_key: member.sealing_key.clone(),
            slashed: super::offences::slashed(&ctx.state, quorum.id, who)?.to_string(),
        });
    }
    let found = power::powers(&pledges, rules.cap_bps)?;
    for (row, power) in rows.iter_mut().zip(&found.powers) {
        row.power = power.to_string();
    }
    Ok(pb::Measurement {
        quorum: quorum.id,
        epoch,
        height: ctx.block.height,
        time: Some(ctx.block.time.wire()),
        cap_bps: rules.cap_bps,
        capped: found.capped,
        level: found.level.to_string(),
        total: found.total.to_string(),
        members: rows,
        entries_from: staking::next_entry(&ctx.state)?,
        own_factor: factor,
        unbonding: Some(staking::unbonding_time(&ctx.state, ctx.block.time)?.wire()),
        smallest_pledge: rules.smallest_pledge,
    })
}

/// Where a Quorum stands: it judges with enough members that have power.
fn status(quorum: &pb::Quorum, measurement: &pb::Measurement) -> pb::Status {
    let weighty = measurement.members.iter().filter(|row| row.power != "0").count();
    let enough = usize::try_from(rules(quorum).least_members).is_ok_and(|least| weighty >= least);
    match quorum.status() {
        _ if enough && measurement.total != "0" => pb::Status::Active,
        pb::Status::Forming => pb::Status::Forming,
        _ => pb::Status::Degraded,
    }
}

/// The last measurement of a Quorum, of whatever epoch.
pub(crate) fn last(state: &dyn Read, quorum: &pb::Quorum) -> Result<Option<pb::Measurement>> {
    Ok(MEASUREMENTS.get(state, &(quorum.id, quorum.measured))?.map(|Pb(found)| found))
}

/// The measurement of this epoch. Without it, draws wait.
pub(crate) fn measured(state: &dyn Read, id: u64) -> Result<Option<pb::Measurement>> {
    let epoch = scheduler::epoch(state)?;
    Ok(MEASUREMENTS.get(state, &(id, epoch))?.map(|Pb(found)| found))
}

/// The measurement of an epoch.
pub(crate) fn measurement(state: &dyn Read, id: u64, epoch: u64) -> Result<pb::Measurement> {
    let found = MEASUREMENTS.get(state, &(id, epoch))?.map(|Pb(found)| found);
    Ok(found.ok_or(Error::NoMeasurement { quorum: id, epoch })?)
}

/// A member as it was measured.
pub(crate) fn row<'a>(measurement: &'a pb::Measurement, who: &ValAddress) -> Option<&'a pb::Measured> {
    let who = who.to_string();
    measurement.members.iter().find(|row| row.validator == who)
}

/// A member's power; 0 for others.
pub(crate) fn power_of(measurement: &pb::Measurement, who: &ValAddress) -> Result<Amount> {
    Ok(row(measurement, who).map_or(Ok(Amount::ZERO), |row| stored::amount(&row.power))?)
}

/// The power of these validators together.
pub(crate) fn sum_of(measurement: &pb::Measurement, who: &[String]) -> Result<Amount> {
    let rows = measurement.members.iter().filter(|row| who.contains(&row.validator));
    let mut sum = Amount::ZERO;
    for row in rows {
        sum = sum.plus(stored::amount(&row.power)?)?;
    }
    Ok(sum)
}

/// A task refers to a measurement from now on.
pub(crate) fn hold(ctx: &mut Ctx, id: u64, epoch: u64) -> Result<()> {
    measurement(&ctx.state, id, epoch)?;
    let count = REFERENCES.get(&ctx.state, &(id, epoch))?.unwrap_or(0);
    REFERENCES.set(&mut ctx.state, &(id, epoch), &count.saturating_add(1));
    Ok(())
}

/// A task refers to a measurement no more: all its liabilities have ended. One too many changes nothing.
pub(crate) fn let_go(ctx: &mut Ctx, id: u64, epoch: u64) -> Result<()> {
    let Some(count) = REFERENCES.get(&ctx.state, &(id, epoch))? else { return Ok(()) };
    if count > 1 {
        REFERENCES.set(&mut ctx.state, &(id, epoch), &count.saturating_sub(1));
        return Ok(());
    }
    REFERENCES.remove(&mut ctx.state, &(id, epoch));
    free_bound(ctx, id)?;
    if find(&ctx.state, id)?.is_none_or(|quorum| quorum.measured != epoch) {
        forget_unreferenced(ctx, id, epoch)?;
    }
    Ok(())
}

/// Blocks for which a slash can still be asked for once everything is over: a week of blocks of six seconds.
const KEPT: u64 = 100_000;

/// Forgets a measurement that nothing refers to; slashes that it led to go later, by a queue.
fn forget_unreferenced(ctx: &mut Ctx, id: u64, epoch: u64) -> Result<()> {
    let key = (id, epoch);
    if REFERENCES.has(&ctx.state, &key)? {
        return Ok(());
    }
    MEASUREMENTS.remove(&mut ctx.state, &key);
    let punished = !PUNISHED.page(&ctx.state, &key, None, 1)?.is_empty();
    if punished || !CASES.page(&ctx.state, &key, None, 1)?.is_empty() {
        let entry = [id.to_be_bytes(), epoch.to_be_bytes()].concat();
        scheduler::push(ctx, &FORGETTING, ctx.block.height.saturating_add(KEPT), &entry)?;
    }
    Ok(())
}

/// Blocks after which a slash is looked at again that is still being taken.
const LOOK_AGAIN: u64 = 10;

/// Forgets findings of fault and their slashes, once those are taken.
pub(crate) fn forget(ctx: &mut Ctx, entry: &[u8], budget: u32) -> Result<Step> {
    let Some((id, epoch)) =
        entry.split_first_chunk::<8>().and_then(|(id, rest)| Some((id, rest.try_into().ok()?)))
    else {
        return Ok(Step::Done(1));
    };
    let key = (u64::from_be_bytes(*id), u64::from_be_bytes(epoch));
    let mut used = 0_u32;
    for (punished, number) in PUNISHED.page(&ctx.state, &key, None, budget)? {
        used = used.saturating_add(1);
        if SLASHES.get(&ctx.state, &number)?.is_some_and(|Pb(slash)| slash.stage < staking::LEVIED) {
            return Ok(Step::Later(ctx.block.height.saturating_add(LOOK_AGAIN), used));
        }
        SLASHES.remove(&mut ctx.state, &number);
        PUNISHED.remove(&mut ctx.state, &punished);
    }
    for (case, _) in CASES.page(&ctx.state, &key, None, budget.saturating_sub(used))? {
        used = used.saturating_add(1);
        CASES.remove(&mut ctx.state, &case);
    }
    Ok(if used >= budget { Step::More(used) } else { Step::Done(used.max(1)) })
}
