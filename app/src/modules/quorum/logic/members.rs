//! Who comes, goes and changes.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    lazchain::quorum::v1 as pb,
};
use state::{Pb, Read};

use super::{
    super::{
        errors::Error,
        events,
        keys::{BANNED, RECORDS},
        power,
        types::MAX_APPLICANTS,
    },
    live_quorum, measuring, params, put, rules, seats,
    seats::{
        all, bonded, check_limit, check_memberships, drop_member, find_member, member, put_member, record,
    },
    trail,
};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::product,
    modules::{
        scheduler,
        staking::{self, Validator},
    },
    stored,
};

/// What a validator brings when it joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub validator: ValAddress,
    pub quorum: u64,
    pub allocation_bps: u32,
    pub attestation_key: [u8; 32],
    pub sealing_key: [u8; 32],
    pub endpoint: String,
}

fn not_bonded(who: &ValAddress) -> crate::error::Error {
    Error::NotBonded(*who).into()
}

fn check_pledge(
    state: &dyn Read,
    validator: &Validator,
    bps: u32,
    quorum: &pb::Quorum,
    params: &pb::Params,
) -> Result<()> {
    let own = staking::own_tokens(state, validator)?;
    let pledge = power::pledge(validator.tokens, own, bps, params.own_factor)?;
    let least = stored::amount(&rules(quorum).smallest_pledge)?;
    if pledge < least {
        return Err(Error::PledgeTooSmall { pledge, least }.into());
    }
    Ok(())
}

fn check_allocation(got: u32, params: &pb::Params) -> Result<()> {
    let least = params.least_allocation_bps;
    if got < least {
        return Err(Error::AllocationTooSmall { got, least }.into());
    }
    Ok(())
}

fn check_key(state: &dyn Read, id: u64, who: &ValAddress, key: &[u8]) -> Result<()> {
    let taken = all(state, id)?.into_iter().any(|(other, member)| {
        other != *who && (member.attestation_key == key || member.next_attestation_key == key)
    });
    if taken {
        return Err(Error::KeyTaken(id).into());
    }
    Ok(())
}

fn is_applicant(member: &pb::Member) -> bool {
    member.status() == pb::MemberStatus::Applicant
}

fn check_room(state: &dyn Read, quorum: &pb::Quorum, applicants: bool) -> Result<()> {
    let count =
        all(state, quorum.id)?.iter().filter(|(_, member)| is_applicant(member) == applicants).count();
    let seats = if applicants { MAX_APPLICANTS } else { rules(quorum).seats };
    if u32::try_from(count).is_ok_and(|count| count < seats) {
        return Ok(());
    }
    Err(Error::Full { quorum: quorum.id, seats }.into())
}

/// Pledges a part of a validator's stake, or applies to.
pub(crate) fn join(ctx: &mut Ctx, entry: &Entry) -> Result<()> {
    let (id, who) = (entry.quorum, &entry.validator);
    let (quorum, params) = (live_quorum(&ctx.state, id)?, params(&ctx.state)?);
    let (now, epoch) = (ctx.block.time, scheduler::epoch(&ctx.state)?);
    if BANNED.has(&ctx.state, &(id, *who))? {
        return Err(Error::Banned { quorum: id, validator: *who }.into());
    }
    if find_member(&ctx.state, id, who)?.is_some() {
        return Err(Error::AlreadyMember { quorum: id, validator: *who }.into());
    }
    let until = stored::time(record(&ctx.state, id, who)?.jailed_until.as_ref());
    if now < until {
        return Err(Error::InJail { quorum: id, until }.into());
    }
    let validator = bonded(&ctx.state, who)?.ok_or_else(|| not_bonded(who))?;
    check_allocation(entry.allocation_bps, &params)?;
    check_memberships(&ctx.state, who)?;
    check_limit(&ctx.state, who, entry.allocation_bps, params.max_restake_bps)?;
    check_pledge(&ctx.state, &validator, entry.allocation_bps, &quorum, &params)?;
    let applies = rules(&quorum).admission() == pb::Admission::Members;
    check_room(&ctx.state, &quorum, applies)?;
    check_key(&ctx.state, id, who, &entry.attestation_key)?;
    let due = now.plus(stored::span(params.notice.as_ref()));
    let (status, until) = if applies {
        (pb::MemberStatus::Applicant, Some(now.plus(stored::span(params.patience.as_ref())).wire()))
    } else {
        (pb::MemberStatus::Pending, None)
    };
    let member = pb::Member {
        quorum: id,
        validator: who.to_string(),
        status: status.into(),
        wanted_bps: entry.allocation_bps,
        announced: epoch,
        due: Some(due.wire()),
        attestation_key: entry.attestation_key.to_vec(),
        sealing_key: entry.sealing_key.to_vec(),
        endpoint: entry.endpoint.clone(),
        until,
        ..pb::Member::default()
    };
    put_member(ctx, who, None, &member)?;
    if !quorum.joined {
        put(ctx, &pb::Quorum { joined: true, ..quorum });
    }
    let allocation_bps = entry.allocation_bps;
    let kind = if applies {
        ctx.emit(events::Applied { quorum: id, validator: who, allocation_bps });
        "quorum.applied"
    } else {
        ctx.emit(events::Joined { quorum: id, validator: who, allocation_bps, due });
        "quorum.joined"
    };
    trail(ctx, id, kind, Some(&who.account()), &member)
}

/// One voice for an applicant. Members with more than half of the power admit; the creator alone while nobody has any.
pub(crate) fn admit(ctx: &mut Ctx, admitter: &Address, id: u64, applicant: &ValAddress) -> Result<bool> {
    let quorum = live_quorum(&ctx.state, id)?;
    let found = find_member(&ctx.state, id, applicant)?.filter(is_applicant);
    let before = found.ok_or(Error::NotApplicant { quorum: id, validator: *applicant })?;
    let (voice, last) = (admitter.operator(), measuring::last(&ctx.state, &quorum)?);
    let total = last.as_ref().map_or(Ok(Amount::ZERO), |last| stored::amount(&last.total))?;
    let mut after = before.clone();
    let admitted = if total.is_zero() {
        if quorum.creator != admitter.to_string() {
            return Err(Error::NotAdmitter(id).into());
        }
        true
    } else {
        let last = last.as_ref().ok_or(Error::NotAdmitter(id))?;
        if measuring::power_of(last, &voice)?.is_zero() || find_member(&ctx.state, id, &voice)?.is_none() {
            return Err(Error::NotAdmitter(id).into());
        }
        if after.admitted_by.contains(&voice.to_string()) {
            return Err(Error::AlreadyAdmitted.into());
        }
        after.admitted_by.push(voice.to_string());
        let behind = measuring::sum_of(last, &after.admitted_by)?;
        product(behind.units(), 2) > product(total.units(), 1)
    };
    if admitted {
        check_room(&ctx.state, &quorum, false)?;
        let due = ctx.block.time.plus(stored::span(params(&ctx.state)?.notice.as_ref()));
        after.set_status(pb::MemberStatus::Pending);
        (after.until, after.admitted_by, after.due) = (None, Vec::new(), Some(due.wire()));
        after.announced = scheduler::epoch(&ctx.state)?;
        let allocation_bps = after.wanted_bps;
        ctx.emit(events::Joined { quorum: id, validator: applicant, allocation_bps, due });
    }
    put_member(ctx, applicant, Some(&before), &after)?;
    ctx.emit(events::Admitted { quorum: id, validator: applicant, by: admitter, admitted });
    trail(ctx, id, "quorum.admitted", Some(admitter), &after)?;
    Ok(admitted)
}

/// Refuses who is leaving or in the Quorum's jail.
fn check_there(id: u64, who: &ValAddress, member: &pb::Member) -> Result<()> {
    match member.status() {
        pb::MemberStatus::Leaving => Err(Error::Leaving { quorum: id, validator: *who }.into()),
        pb::MemberStatus::Jailed => {
            Err(Error::InJail { quorum: id, until: stored::time(member.until.as_ref()) }.into())
        }
        _ => Ok(()),
    }
}

/// Announces another allocation: more from the boundary after the notice on, less from the next one.
pub(crate) fn reallocate(ctx: &mut Ctx, who: &ValAddress, id: u64, bps: u32) -> Result<()> {
    let (quorum, params) = (live_quorum(&ctx.state, id)?, params(&ctx.state)?);
    let before = member(&ctx.state, id, who)?;
    check_there(id, who, &before)?;
    if bps == before.wanted_bps {
        return Err(Error::SameAllocation(bps).into());
    }
    check_allocation(bps, &params)?;
    let validator = bonded(&ctx.state, who)?.ok_or_else(|| not_bonded(who))?;
    check_pledge(&ctx.state, &validator, bps, &quorum, &params)?;
    let mut after = pb::Member { wanted_bps: bps, ..before.clone() };
    let more = seats::counted(&after).saturating_sub(seats::counted(&before));
    if more > 0 {
        check_limit(&ctx.state, who, more, params.max_restake_bps)?;
    }
    let now = ctx.block.time;
    let due = if bps > before.allocation_bps { now.plus(stored::span(params.notice.as_ref())) } else { now };
    (after.announced, after.due) = (scheduler::epoch(&ctx.state)?, Some(due.wire()));
    put_member(ctx, who, Some(&before), &after)?;
    let (from_bps, to_bps) = (before.allocation_bps, bps);
    ctx.emit(events::AllocationChanged { quorum: id, validator: who, from_bps, to_bps, due });
    trail(ctx, id, "quorum.allocation_changed", Some(&who.account()), &after)
}

/// Announces that a member leaves; one without duties is out at once.
pub(crate) fn leave(ctx: &mut Ctx, who: &ValAddress, id: u64) -> Result<()> {
    live_quorum(&ctx.state, id)?;
    let before = member(&ctx.state, id, who)?;
    match before.status() {
        pb::MemberStatus::Leaving => return Err(Error::Leaving { quorum: id, validator: *who }.into()),
        pb::MemberStatus::Active => {}
        _ => return drop_member(ctx, who, &before, "left"),
    }
    let mut after = before.clone();
    after.set_status(pb::MemberStatus::Leaving);
    after.announced = scheduler::epoch(&ctx.state)?;
    // an increase that was announced is off; a decrease changes nothing any more
    after.wanted_bps = after.allocation_bps;
    put_member(ctx, who, Some(&before), &after)?;
    ctx.emit(events::Leaving { quorum: id, validator: who });
    trail(ctx, id, "quorum.leaving", Some(&who.account()), &after)
}

/// New keys and another endpoint, each if given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    pub attestation: Option<[u8; 32]>,
    pub sealing: Option<[u8; 32]>,
    pub endpoint: Option<String>,
}

/// Announces keys for the next epoch; the endpoint changes at once.
pub(crate) fn rotate(ctx: &mut Ctx, who: &ValAddress, id: u64, keys: &Keys) -> Result<()> {
    live_quorum(&ctx.state, id)?;
    let before = member(&ctx.state, id, who)?;
    let mut after = before.clone();
    if let Some(key) = keys.attestation {
        check_key(&ctx.state, id, who, &key)?;
        after.next_attestation_key = key.to_vec();
    }
    if let Some(key) = keys.sealing {
        after.next_sealing_key = key.to_vec();
    }
    if keys.attestation.is_some() || keys.sealing.is_some() {
        after.keys_announced = scheduler::epoch(&ctx.state)?;
    }
    if let Some(endpoint) = &keys.endpoint {
        after.endpoint.clone_from(endpoint);
    }
    put_member(ctx, who, Some(&before), &after)?;
    ctx.emit(events::KeysRotated { quorum: id, validator: who });
    trail(ctx, id, "quorum.keys_rotated", Some(&who.account()), &after)
}

/// Lets a member come back at the next boundary, with a clean record.
pub(crate) fn unjail(ctx: &mut Ctx, who: &ValAddress, id: u64) -> Result<()> {
    live_quorum(&ctx.state, id)?;
    let before = member(&ctx.state, id, who)?;
    if before.status() != pb::MemberStatus::Jailed {
        return Err(Error::NotInJail { quorum: id, validator: *who }.into());
    }
    let until = stored::time(before.until.as_ref());
    if ctx.block.time < until {
        return Err(Error::InJail { quorum: id, until }.into());
    }
    bonded(&ctx.state, who)?.ok_or_else(|| not_bonded(who))?;
    let mut after = before.clone();
    after.set_status(pb::MemberStatus::Pending);
    (after.until, after.announced) = (None, scheduler::epoch(&ctx.state)?);
    put_member(ctx, who, Some(&before), &after)?;
    let old = record(&ctx.state, id, who)?;
    let clean = pb::Record { open: old.open, last_duty: old.last_duty, ..pb::Record::default() };
    RECORDS.set(&mut ctx.state, &(id, *who), &Pb(clean));
    ctx.emit(events::Unjailed { quorum: id, validator: who });
    trail(ctx, id, "quorum.unjailed", Some(&who.account()), &after)
}
