//! What a finding of fault costs.

use proto::{address::ValAddress, amount::Amount, lazchain::quorum::v1 as pb};
use state::{Pb, Read};

use super::{
    super::{
        errors::Error,
        events,
        keys::{BANNED, CASES, FAULTS, NEXT_SLASH, PUNISHED, SLASHED, SLASHES, SLASHING},
        power::{Price, factor},
        types::{Offence, number},
    },
    measuring::{self, measurement},
    params,
    seats::{drop_member, find_member},
};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::BPS,
    modules::{
        audit::{self, Subject},
        scheduler, staking,
    },
    stored,
};

/// All that a member was ever slashed in a Quorum.
pub(crate) fn slashed(state: &dyn Read, id: u64, who: &ValAddress) -> Result<Amount> {
    Ok(SLASHED.get(state, &(id, *who))?.unwrap_or(Amount::ZERO))
}

/// Penalty of an offence, and whether it grows with the power at fault.
fn penalty(params: &pb::Params, kind: pb::OffenceKind) -> (u32, bool) {
    match kind {
        pb::OffenceKind::Unspecified => (0, false),
        pb::OffenceKind::Absent => (params.absent_bps, false),
        pb::OffenceKind::Unrevealed => (params.unrevealed_bps, false),
        pb::OffenceKind::Wrong => (params.wrong_bps, true),
        pb::OffenceKind::Lazy => (params.lazy_bps, true),
        pb::OffenceKind::Equivocation => (params.equivocation_bps, true),
    }
}

/// Decides a slash; returns its amount. The same offence is not punished twice: the second time costs nothing. What is
/// decided is taken by a queue; until that is done nothing that leaves the validator matures.
pub(crate) fn offend(ctx: &mut Ctx, offence: &Offence) -> Result<Amount> {
    let Offence { quorum: id, member: who, kind, task, round, .. } = offence;
    let place = (*id, offence.measurement);
    let once = (place, (*who, *task, *round, number(*kind)));
    if PUNISHED.has(&ctx.state, &once)? {
        return Ok(Amount::ZERO);
    }
    let measured = measurement(&ctx.state, *id, offence.measurement)?;
    let row = measuring::row(&measured, who).ok_or(Error::NotMember { quorum: *id, validator: *who })?;
    let params = params(&ctx.state)?;
    let (penalty_bps, correlated) = penalty(&params, *kind);
    let case = if correlated { case(ctx, offence, &measured)? } else { lone() };
    let pledge = stored::amount(&row.pledge)?;
    let before = slashed(&ctx.state, *id, who)?;
    let taken_before = before.minus_or_zero(stored::amount(&row.slashed)?);
    let stake_until = stored::time(measured.time.as_ref()).plus(stored::span(measured.unbonding.as_ref()));
    let mut amount = Price { pledge, penalty_bps, factor_bps: case.factor_bps, at_least: offence.at_least }
        .within(taken_before)?;
    if stake_until <= ctx.block.time {
        amount = Amount::ZERO; // the stake that was measured may be gone; nobody else pays for it
    }
    let slash = pb::Slash {
        id: take_number(ctx)?,
        quorum: *id,
        measurement: offence.measurement,
        height: measured.height,
        entries_from: measured.entries_from,
        validator: who.to_string(),
        offence: (*kind).into(),
        task: *task,
        round: *round,
        amount: amount.to_string(),
        pledge: row.pledge.clone(),
        penalty_bps,
        factor_bps: case.factor_bps,
        at_fault: case.at_fault,
        total: measured.total.clone(),
        at_least: offence.at_least.to_string(),
        taken_before: taken_before.to_string(),
        tokens: row.tokens.clone(),
        reporter: offence.reporter.map(|reporter| reporter.to_string()).unwrap_or_default(),
        decided: ctx.block.height,
        left: amount.to_string(),
        correlation: params.correlation,
        stake_until: Some(stake_until.wire()),
        decided_at: Some(ctx.block.time.wire()),
        ..pb::Slash::default()
    };
    PUNISHED.set(&mut ctx.state, &once, &slash.id);
    record(ctx, who, slash, amount)?;
    if *kind == pb::OffenceKind::Equivocation {
        ban(ctx, *id, who)?;
    }
    Ok(amount)
}

fn take_number(ctx: &mut Ctx) -> Result<u64> {
    let number = NEXT_SLASH.get(&ctx.state)?.unwrap_or(1);
    NEXT_SLASH.set(&mut ctx.state, &number.saturating_add(1));
    Ok(number)
}

/// Writes a slash and lets it wait its turn.
fn record(ctx: &mut Ctx, who: &ValAddress, mut slash: pb::Slash, amount: Amount) -> Result<()> {
    let (id, number) = (slash.quorum, slash.id);
    if amount.is_zero() {
        slash.stage = staking::LEVIED;
    } else {
        let sum = slashed(&ctx.state, id, who)?.plus(amount)?;
        SLASHED.set(&mut ctx.state, &(id, *who), &sum);
        staking::hold(ctx, who)?;
        let height = ctx.block.height;
        scheduler::push(ctx, &SLASHING, height, &number.to_be_bytes())?;
    }
    SLASHES.set(&mut ctx.state, &number, &Pb(slash.clone()));
    ctx.emit(events::Offended {
        quorum: id,
        validator: who,
        offence: slash.offence().as_str_name(),
        task: slash.task,
        round: slash.round,
        slash: number,
        amount,
    });
    super::trail(ctx, id, "quorum.offended", None, &slash)?;
    let digest = audit::digest_of(&slash);
    audit::record(ctx, audit::Entry::by_rule(Subject::Validator(*who), "validator.offended", digest))
}

/// For ever out of this Quorum.
fn ban(ctx: &mut Ctx, id: u64, who: &ValAddress) -> Result<()> {
    BANNED.set(&mut ctx.state, &(id, *who), &());
    if let Some(member) = find_member(&ctx.state, id, who)? {
        drop_member(ctx, who, &member, "signed two ballots")?;
    }
    Ok(())
}

/// No other power at fault counts.
fn lone() -> pb::Case {
    pb::Case { factor_bps: BPS, at_fault: "0".into(), ..pb::Case::default() }
}

/// The finding that an offence belongs to. The first of its members sets the correlation factor for all: `10,000 +
/// correlation x (bps of the Quorum's power found at fault for the same offence in this and the last epoch, this case
/// included)`. Of equivocations each is a finding of its own.
fn case(ctx: &mut Ctx, offence: &Offence, measured: &pb::Measurement) -> Result<pb::Case> {
    let nobody = ValAddress::new([0; 20]);
    let alone = offence.kind == pb::OffenceKind::Equivocation;
    let whose = if alone { offence.member } else { nobody };
    let place = (offence.quorum, offence.measurement);
    let key = (place, (number(offence.kind), offence.task, offence.round, whose));
    if let Some(Pb(case)) = CASES.get(&ctx.state, &key)? {
        return Ok(case);
    }
    let at_fault = add_fault(ctx, offence)?;
    let correlation = params(&ctx.state)?.correlation;
    let factor_bps = factor(correlation, at_fault, stored::amount(&measured.total)?)?;
    let (refund_to, refund_due) = match &offence.refund {
        Some((to, amount)) => (to.to_string(), amount.to_string()),
        None => (String::new(), String::new()),
    };
    let case = pb::Case { factor_bps, at_fault: at_fault.to_string(), refund_to, refund_due };
    CASES.set(&mut ctx.state, &key, &Pb(case.clone()));
    Ok(case)
}

/// Adds a finding's power to what was found at fault; returns the sum of this and the last epoch.
fn add_fault(ctx: &mut Ctx, offence: &Offence) -> Result<Amount> {
    let (key, epoch) = ((offence.quorum, number(offence.kind)), scheduler::epoch(&ctx.state)?);
    let old = FAULTS.get(&ctx.state, &key)?.map(|Pb(old)| old).unwrap_or_default();
    let (mut now, mut before) = (Amount::ZERO, Amount::ZERO);
    if old.epoch == epoch {
        (now, before) = (stored::amount(&old.now)?, stored::amount(&old.before)?);
    } else if old.epoch.saturating_add(1) == epoch {
        before = stored::amount(&old.now)?;
    }
    now = now.plus(offence.power_at_fault)?;
    let faults = pb::Faults { epoch, now: now.to_string(), before: before.to_string() };
    FAULTS.set(&mut ctx.state, &key, &Pb(faults));
    Ok(now.plus(before)?)
}
