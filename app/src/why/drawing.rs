//! Why these members were drawn.

use std::collections::BTreeMap;

use proto::{
    address::ValAddress,
    amount::Amount,
    lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb},
};

use super::{Finding, account_of, count, list, operators, word};
use crate::{
    error::Result,
    given::refused,
    modules::{
        beacon,
        vsc::committee::{Runner, Wanted, able, draw, needed},
    },
    stored::{amount, digest, val_address},
};

/// What a draw is recomputed from.
pub struct Drawn<'a> {
    /// The record of the draw.
    pub answer: &'a pb::QueryWhyDrawingResponse,
    /// What was submitted.
    pub task: &'a pb::Task,
    /// The rounds of the task.
    pub rounds: &'a [pb::Round],
    /// The measurement that the round names; nothing if the chain no longer keeps it.
    pub measurement: Option<&'a quorum_pb::Measurement>,
}

/// A committee's draw.
///
/// # Errors
/// If a part of the answers is missing or cannot be read.
pub fn drawing(drawn: &Drawn<'_>) -> Result<Finding> {
    let drawing = drawn.answer.drawing.as_ref().ok_or_else(|| refused("the answer has no drawing"))?;
    let (task, number) = (drawing.task, drawing.round);
    let round = drawn.rounds.iter().find(|one| one.round == number);
    let round = round.ok_or_else(|| refused(format!("task-{task} has no round {number}")))?;
    let mut finding = Finding::new(format!("drawing of round {number} of task-{task}"));
    finding.fact("beacon", hex::encode(&drawing.beacon));
    finding.fact("at height", drawing.height);
    finding.fact("quorum", format!("quorum-{}", drawing.quorum));
    finding.fact("for a", word(round.purpose().as_str_name()));
    finding.fact("seats at most and at least", format!("{} {}", drawing.most, drawing.least));
    finding.fact("threshold bps", drawing.threshold_bps);
    finding.fact("value at risk to reserve", &drawing.value_at_risk);
    let seed = beacon::seed(&digest(&drawing.beacon)?, task, number);
    finding.check(
        "seed: H(lazchain/seed/v1, beacon, task, round)",
        hex::encode(seed),
        hex::encode(&drawing.seed),
    );
    finding.check("seed of the round", hex::encode(seed), hex::encode(&round.seed));
    measured(&mut finding, drawing, round, drawn.measurement)?;
    value(&mut finding, drawing, round, drawn.task)?;
    let (again, reserve) = redraw(drawing, &seed)?;
    bars(&mut finding, drawn, round, reserve)?;
    let seats = count(&drawing.drawn);
    finding.check("seats: as many as can bear the reserve", again.len(), seats);
    finding.check("reserve: ceil(value at risk / accepting seats)", reserve, amount(&round.reserve)?);
    finding.check("ballots that decide", needed(count(&again), drawing.threshold_bps), round.needed);
    let same = (drawing.quorum, drawing.threshold_bps, drawing.height);
    let rounds = (round.quorum, round.threshold_bps, round.drawn_height);
    finding.check("Quorum, threshold and height of the round", format!("{same:?}"), format!("{rounds:?}"));
    finding.check("members, in order: by power, from the seed", operators(&again), list(&drawing.drawn));
    finding.check("seats of the round", operators(&again), list(round.seats.iter().map(|seat| &seat.member)));
    finding.check("what the query says it comes to", operators(&again), list(&drawn.answer.recomputed));
    Ok(finding)
}

/// The members that the inputs lead to, and the reserve on each.
fn redraw(drawing: &pb::Drawing, seed: &[u8; 32]) -> Result<(Vec<ValAddress>, Amount)> {
    // those whom only the reserve barred count when the size of the committee is found
    let open = |one: &&pb::Runner| matches!(one.bar(), pb::Bar::None | pb::Bar::Reserve);
    let runner = |one: &pb::Runner| -> Result<Runner> {
        Ok(Runner { member: val_address(&one.member)?, power: amount(&one.power)?, free: amount(&one.free)? })
    };
    let runners = drawing.runners.iter().filter(open).map(runner).collect::<Result<Vec<_>>>()?;
    let wanted = Wanted {
        most: drawing.most,
        least: drawing.least,
        threshold_bps: drawing.threshold_bps,
        value_at_risk: amount(&drawing.value_at_risk)?,
        reserve_bps: drawing.reserve_bps,
    };
    let Some((seats, reserve)) = wanted.seats(&runners)? else { return Ok((Vec::new(), Amount::ZERO)) };
    let able: Vec<Runner> = runners.into_iter().filter(|one| able(one, reserve)).collect();
    Ok((draw(seed, &able, seats), reserve))
}

/// The powers and keys are those that were measured.
fn measured(
    finding: &mut Finding,
    drawing: &pb::Drawing,
    round: &pb::Round,
    measurement: Option<&quorum_pb::Measurement>,
) -> Result<()> {
    let by_member: BTreeMap<&str, &pb::Runner> =
        drawing.runners.iter().map(|one| (one.member.as_str(), one)).collect();
    let mut powers = Vec::new();
    for seat in &round.seats {
        let power = by_member.get(seat.member.as_str()).map_or("none", |one| one.power.as_str());
        powers.push((seat.member.clone(), power.to_owned(), seat.power.clone()));
    }
    finding.each("power of the seat", powers);
    for runner in &drawing.runners {
        if amount(&runner.free)? > amount(&runner.power)? {
            finding.check(&format!("free power of {} is within its power", runner.member), true, false);
        }
    }
    let Some(measurement) = measurement else {
        finding.fact("measurement", "no longer kept: powers are taken as given");
        return Ok(());
    };
    finding.fact("measurement", format!("epoch {} of quorum-{}", measurement.epoch, measurement.quorum));
    let place = |quorum: u64, epoch: u64| format!("epoch {epoch} of quorum-{quorum}");
    let (ours, named) =
        (place(measurement.quorum, measurement.epoch), place(round.quorum, round.measurement));
    finding.check("measurement of the round", ours, named);
    let all = measurement.members.iter().map(|row| &row.validator);
    finding.check("who was measured", list(all), list(drawing.runners.iter().map(|one| &one.member)));
    let power = |row: &quorum_pb::Measured| {
        let drawn = by_member.get(row.validator.as_str()).map_or("none", |one| one.power.as_str());
        (row.validator.clone(), row.power.clone(), drawn.to_owned())
    };
    finding.each("power as measured", measurement.members.iter().map(power));
    let keys = round.seats.iter().map(|seat| {
        let row = measurement.members.iter().find(|row| row.validator == seat.member);
        let measured =
            row.map(|row| hex::encode([row.attestation_key.as_slice(), &row.sealing_key].concat()));
        let used = hex::encode([seat.attestation_key.as_slice(), &seat.encryption_key].concat());
        (seat.member.clone(), measured.unwrap_or_default(), used)
    });
    finding.each("keys as measured", keys.collect::<Vec<_>>());
    Ok(())
}

/// What is reserved for: all of the value where an acceptance may come of it, else nothing.
fn value(finding: &mut Finding, drawing: &pb::Drawing, round: &pb::Round, task: &pb::Task) -> Result<()> {
    let whole = amount(&task.update.clone().unwrap_or_default().value_at_risk)?;
    let used = amount(&drawing.value_at_risk)?;
    let due = match round.purpose() {
        pb::Purpose::Verdict => whole,
        // a jury reserves where it may overturn a rejection, which its own record does not say
        pb::Purpose::Jury if used == whole => whole,
        _ => Amount::ZERO,
    };
    finding.check("value that is reserved for", due, used);
    if round.purpose() == pb::Purpose::Look && task.looked {
        finding.check(
            "seed that the second look fell by",
            hex::encode(&drawing.seed),
            hex::encode(&task.look_seed),
        );
    }
    Ok(())
}

/// Who could be drawn, as far as the answers tell. Founders, holders of roles and parties of a case are in conflict too,
/// and a member with too many duties is busy: those bars are taken as given.
fn bars(finding: &mut Finding, drawn: &Drawn<'_>, round: &pb::Round, reserve: Amount) -> Result<()> {
    let drawing = drawn.answer.drawing.as_ref().ok_or_else(|| refused("the answer has no drawing"))?;
    let before: Vec<&pb::Round> = drawn.rounds.iter().filter(|one| one.round < round.round).collect();
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for runner in &drawing.runners {
        let said = runner.bar();
        let account = account_of(&runner.member)?.to_string();
        let weightless = amount(&runner.power)?.is_zero() || keyless(drawn.measurement, &runner.member, said);
        let by_rule = if weightless {
            pb::Bar::Powerless
        } else if said == pb::Bar::Conflict || drawn.task.conflicts.contains(&account) {
            pb::Bar::Conflict
        } else if let Some(bar) = sat_before(&before, round, &runner.member) {
            bar
        } else if said == pb::Bar::Busy {
            pb::Bar::Busy
        } else if amount(&runner.free)? < reserve {
            pb::Bar::Reserve
        } else {
            pb::Bar::None
        };
        let cells = [&runner.member, &runner.power, &runner.free, &word(said.as_str_name())];
        rows.push(cells.map(Clone::clone).to_vec());
        all.push((runner.member.clone(), word(by_rule.as_str_name()), word(said.as_str_name())));
    }
    finding.table("members", &["member", "power", "free", "bar"], rows);
    finding.each("who can be drawn", all);
    Ok(())
}

/// Whether a member had no keys when it was measured.
fn keyless(measurement: Option<&quorum_pb::Measurement>, member: &str, said: pb::Bar) -> bool {
    let Some(measurement) = measurement else { return said == pb::Bar::Powerless };
    let row = measurement.members.iter().find(|row| row.validator == member);
    row.is_some_and(|row| row.attestation_key.len() != 32 || row.sealing_key.len() != 32)
}

/// Who judged the task before is out of question, while there is no verdict only who was absent.
fn sat_before(before: &[&pb::Round], round: &pb::Round, member: &str) -> Option<pb::Bar> {
    let spoke = |one: &&pb::Round| {
        matches!(one.verdict(), pb::Verdict::Accept | pb::Verdict::Reject | pb::Verdict::Invalid)
    };
    let judged = round.purpose() != pb::Purpose::Verdict || before.iter().any(spoke);
    let seats = before.iter().flat_map(|one| &one.seats).filter(|seat| seat.member == member);
    let mut counts = seats.filter(|seat| judged || seat.conduct() == pb::Conduct::Absent);
    let bar = if judged { pb::Bar::Judged } else { pb::Bar::Absent };
    counts.next().map(|_| bar)
}
