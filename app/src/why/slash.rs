//! Why a member was slashed so much, and where it went.

use proto::{
    amount::Amount,
    lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb},
};

use super::{Finding, sum, word};
use crate::{
    error::Result,
    fixed::{BPS, bps_ceil, bps_floor},
    modules::{
        quorum::power::{Price, factor},
        staking::LEVIED,
    },
    stored::{amount, time},
};

/// What a slash is recomputed from.
pub struct Slashed<'a> {
    /// The record.
    pub slash: &'a quorum_pb::Slash,
    /// The round in which fault was found.
    pub round: Option<&'a pb::Round>,
    /// The measurement that counts; nothing if the chain no longer keeps it.
    pub measurement: Option<&'a quorum_pb::Measurement>,
    /// All slashes that are kept, of all Quorums.
    pub all: &'a [quorum_pb::Slash],
}

/// A slash.
///
/// # Errors
/// If a part of the answers cannot be read.
pub fn slash(slashed: &Slashed<'_>) -> Result<Finding> {
    let one = slashed.slash;
    let mut finding = Finding::new(format!("slash {} of {} in quorum-{}", one.id, one.validator, one.quorum));
    finding.fact("offence", word(one.offence().as_str_name()));
    finding.fact("in", format!("round {} of task-{}", one.round, one.task));
    finding.fact("decided at height", one.decided);
    finding.fact("pledge", &one.pledge);
    finding.fact("penalty bps", one.penalty_bps);
    finding.fact("power at fault, of all", format!("{} of {}", one.at_fault, one.total));
    finding.fact("correlation", one.correlation);
    finding.fact("at least", &one.at_least);
    finding.fact("taken before by others", &one.taken_before);
    price(&mut finding, one)?;
    measured(&mut finding, slashed)?;
    taken_before(&mut finding, one, slashed.all)?;
    match slashed.round {
        Some(round) => found(&mut finding, one, round)?,
        None => finding.fact("round", "not given: that there was fault is taken as given"),
    }
    if one.stage < LEVIED {
        finding.fact("taken", "not all yet: it waits its turn");
    } else {
        shared_out(&mut finding, one)?;
    }
    Ok(finding)
}

/// Whether the power at fault weighs in.
const fn is_correlated(kind: quorum_pb::OffenceKind) -> bool {
    use quorum_pb::OffenceKind::{Equivocation, Lazy, Wrong};
    matches!(kind, Wrong | Lazy | Equivocation)
}

/// The amount.
fn price(finding: &mut Finding, one: &quorum_pb::Slash) -> Result<()> {
    let (pledge, at_least) = (amount(&one.pledge)?, amount(&one.at_least)?);
    let factor_bps = if is_correlated(one.offence()) {
        factor(one.correlation, amount(&one.at_fault)?, amount(&one.total)?)?
    } else {
        BPS
    };
    finding.check("factor: 10,000 + correlation x bps of the power at fault", factor_bps, one.factor_bps);
    let price = Price { pledge, penalty_bps: one.penalty_bps, factor_bps, at_least };
    let over = time(one.stake_until.as_ref()) <= time(one.decided_at.as_ref());
    let due = if over { Amount::ZERO } else { price.within(amount(&one.taken_before)?)? };
    if over {
        finding.fact("measured stake", "may be gone: nobody else pays for it");
    }
    finding.check(
        "amount: pledge x penalty x factor, at least so much, within the pledge",
        due,
        amount(&one.amount)?,
    );
    Ok(())
}

/// Pledge, stake and times are those that were measured.
fn measured(finding: &mut Finding, slashed: &Slashed<'_>) -> Result<()> {
    let one = slashed.slash;
    let Some(measurement) = slashed.measurement else {
        finding.fact("measurement", "no longer kept: the pledge is taken as given");
        return Ok(());
    };
    let row = measurement.members.iter().find(|row| row.validator == one.validator);
    let row = row.cloned().unwrap_or_default();
    let measured = [&row.pledge, &row.tokens, &measurement.total];
    let used = [&one.pledge, &one.tokens, &one.total];
    finding.check("pledge, tokens and all power as measured", super::list(measured), super::list(used));
    let place = |height: u64, entries: u64| format!("{height} {entries}");
    let (at, used) =
        (place(measurement.height, measurement.entries_from), place(one.height, one.entries_from));
    finding.check("height of the measurement, and where later entries begin", at, used);
    let until = time(measurement.time.as_ref()).plus(crate::stored::span(measurement.unbonding.as_ref()));
    finding.check("when the measured stake may be gone", until, time(one.stake_until.as_ref()));
    Ok(())
}

/// What was taken before is the sum of the member's other slashes since the measurement. The chain forgets slashes in
/// time: then what it still has may not be more than that.
fn taken_before(finding: &mut Finding, one: &quorum_pb::Slash, all: &[quorum_pb::Slash]) -> Result<()> {
    let mine = |other: &&quorum_pb::Slash| (other.quorum, &other.validator) == (one.quorum, &one.validator);
    let older: Vec<_> = all.iter().filter(|other| other.id < one.id).collect();
    let sum_of = |since: u64| -> Result<Amount> {
        let mine = older.iter().copied().filter(mine).filter(|other| other.decided >= since);
        sum(mine.map(|other| amount(&other.amount)).collect::<Result<Vec<_>, _>>()?)
    };
    let said = amount(&one.taken_before)?;
    // of those decided in the block of the measurement some came before it, some after
    let (most, least) = (sum_of(one.height)?, sum_of(one.height.saturating_add(1))?);
    let first = older.iter().rev().find(|other| other.decided < one.height).map_or(0, |other| other.id);
    let between = older.iter().filter(|other| other.id > first).count();
    let rule = "taken before: other slashes since the measurement";
    if u64::try_from(between).ok() == one.id.checked_sub(first.saturating_add(1)) {
        finding.check(rule, if said == most { most } else { least }, said);
    } else {
        finding.fact("other slashes", "some are no longer kept");
        finding.check(rule, format!("at least {least}"), format!("at least {}", least.min(said)));
    }
    Ok(())
}

/// The seat did what it is punished for.
fn found(finding: &mut Finding, one: &quorum_pb::Slash, round: &pb::Round) -> Result<()> {
    use pb::{
        Conduct,
        Verdict::{Accept, Invalid, Reject},
    };
    use quorum_pb::OffenceKind;
    let place = |quorum: u64, epoch: u64| format!("quorum-{quorum} epoch {epoch}");
    let (used, named) = (place(one.quorum, one.measurement), place(round.quorum, round.measurement));
    finding.check("measurement of the round", named, used);
    let Some(seat) = round.seats.iter().find(|seat| seat.member == one.validator) else {
        finding.check("a seat in that round", true, false);
        return Ok(());
    };
    let (conduct, verdict) = (seat.conduct(), seat.verdict());
    finding.fact(
        "what the seat did",
        format!("{} {}", word(conduct.as_str_name()), word(verdict.as_str_name())),
    );
    let guilty = match one.offence() {
        OffenceKind::Absent => conduct == Conduct::Absent,
        OffenceKind::Unrevealed => conduct == Conduct::Unrevealed,
        OffenceKind::Wrong => matches!(verdict, Accept | Reject | Invalid),
        OffenceKind::Lazy => verdict == Accept || conduct == Conduct::Unrevealed,
        OffenceKind::Equivocation => true, // the two statements are in the transaction that showed them
        OffenceKind::Unspecified => false,
    };
    finding.check("the seat did what it is punished for", true, guilty);
    let anchored = one.offence() == OffenceKind::Wrong
        && round.purpose() == pb::Purpose::Verdict
        && round.verdict() == Accept;
    let least = if anchored { amount(&round.reserve)? } else { Amount::ZERO };
    finding.check("at least: the reserve of an acceptance that fell", least, amount(&one.at_least)?);
    if is_correlated(one.offence()) {
        let covers = amount(&one.at_fault)? >= amount(&seat.power)?;
        finding.check("power at fault covers that of the seat", true, covers);
    }
    let may_be_reported = matches!(one.offence(), OffenceKind::Lazy | OffenceKind::Equivocation);
    finding.check("there is a reporter", may_be_reported, !one.reporter.is_empty());
    Ok(())
}

/// What was taken, and where the operator's own part went; what came out of others' delegations is burnt.
fn shared_out(finding: &mut Finding, one: &quorum_pb::Slash) -> Result<()> {
    let (own, others) = (amount(&one.own)?, amount(&one.others)?);
    finding.fact("taken from the operator, from others", format!("{own} {others}"));
    let all = sum([own, others, amount(&one.left)?])?;
    finding.check("no more was taken than decided", true, all <= amount(&one.amount)?);
    let burnt = bps_ceil(own, one.own_burnt_bps)?.min(own);
    let mut left = own.minus_or_zero(burnt);
    let reported =
        if one.reporter.is_empty() { Amount::ZERO } else { bps_floor(own, one.reporter_bps)?.min(left) };
    left = left.minus_or_zero(reported);
    let refunded = amount(&one.refund_due)?.min(left);
    left = left.minus_or_zero(refunded);
    let parts = [
        ("burnt", burnt, &one.own_burnt),
        ("to the reporter", reported, &one.to_reporter),
        ("to whom the ruling names", refunded, &one.to_refund),
        ("to the insurance pool", left, &one.to_insurance),
    ];
    for (name, by_rule, said) in parts {
        finding.check(&format!("of the operator's own part {name}"), by_rule, amount(said)?);
    }
    Ok(())
}
