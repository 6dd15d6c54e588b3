//! Rounds: drawing a committee, its phases, counting.

use proto::{amount::Amount, lazchain::vsc::v1 as pb};
use state::Pb;

use super::super::{
    committee, events,
    keys::{BALLOTS, DRAWINGS, DUTIES, PHASES},
    tally::Tally,
    types::{Entry, What},
};
use super::candidates::{Field, Search, eligible, value_of, wanted};
use super::{cases, is_sealed, looks, member, moved, params, round, save, save_round, task, trail, verdicts};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        beacon,
        quorum::{self, Conduct, Duty},
        scheduler::{self, Step},
    },
    stored,
    time::Span,
};

/// Draws a committee for the next round of a task from a Quorum that can seat one; its number.
pub(super) fn begin(
    ctx: &mut Ctx,
    task: &mut pb::Task,
    search: &Search,
    field: Field,
    purpose: pb::Purpose,
) -> Result<u32> {
    let (params, value) = (params(&ctx.state)?, value_of(search)?);
    let wanted = wanted(&params, &field.rules, search.step, value);
    let runners = eligible(&field)?;
    let (seats, reserve) = wanted
        .seats(&runners)?
        .ok_or_else(|| crate::given::refused("there are no members for a committee"))?;
    let number = task.rounds.saturating_add(1);
    let dice = beacon::value(&ctx.state)?;
    let seed = beacon::seed(&dice, task.id, number);
    let able: Vec<_> = runners.iter().copied().filter(|one| committee::able(one, reserve)).collect();
    let drawn = committee::draw(&seed, &able, seats);
    let (id, epoch) = (field.measurement.quorum, field.measurement.epoch);
    let mut round = opened(ctx, task, search, &field, (number, purpose));
    round.seed = seed.to_vec();
    round.reserve = reserve.to_string();
    round.reserved = !reserve.is_zero();
    quorum::hold(ctx, id, epoch)?;
    for operator in &drawn {
        if round.reserved {
            quorum::reserve(ctx, id, operator, reserve)?;
        }
        quorum::begin_duty(ctx, id, operator, Duty { task: task.id, round: number })?;
        DUTIES.set(&mut ctx.state, &(*operator, task.id, number), &());
        let row = quorum::row(&field.measurement, operator).cloned().unwrap_or_default();
        round.seats.push(pb::Seat {
            member: row.validator,
            power: row.power,
            attestation_key: row.attestation_key,
            encryption_key: row.sealing_key,
            ..pb::Seat::default()
        });
    }
    round.needed = committee::needed(u32::try_from(drawn.len()).unwrap_or(u32::MAX), round.threshold_bps);
    keep_drawing(ctx, (&round, &dice), (&wanted, reserve), field.runners);
    task.rounds = number;
    ctx.emit(events::Drawn { round: &round });
    trail(ctx, task.id, "vsc.committee_drawn", None, &round)?;
    let (phase, blocks) = if is_sealed(task) {
        (pb::Phase::Keys, field.rules.key_blocks)
    } else {
        (pb::Phase::Commit, field.rules.commit_blocks)
    };
    enter(ctx, task, &mut round, phase, blocks)?;
    Ok(number)
}

/// The record of a round without its seats.
fn opened(
    ctx: &Ctx,
    task: &pb::Task,
    search: &Search,
    field: &Field,
    (number, purpose): (u32, pb::Purpose),
) -> pb::Round {
    let measured = stored::time(field.measurement.time.as_ref());
    let stake_until = measured.plus(stored::span(field.measurement.unbonding.as_ref()));
    pb::Round {
        task: task.id,
        round: number,
        purpose: purpose.into(),
        step: search.step,
        quorum: field.measurement.quorum,
        measurement: field.measurement.epoch,
        quorum_power: field.measurement.total.clone(),
        drawn_height: ctx.block.height,
        drawn: Some(ctx.block.time.wire()),
        threshold_bps: field.rules.threshold_bps,
        commit_blocks: field.rules.commit_blocks,
        reveal_blocks: field.rules.reveal_blocks,
        window: Some(stored::span(field.rules.challenge_window.as_ref()).max(Span::ZERO).wire()),
        stake_until: Some(stake_until.wire()),
        held: true,
        dat_backed: field.dat_backed,
        quorum_share_bps: field.quorum_share_bps,
        fee: field.fee.to_string(),
        ..pb::Round::default()
    }
}

/// Keeps all that the draw was made from.
fn keep_drawing(
    ctx: &mut Ctx,
    (round, dice): (&pb::Round, &[u8; 32]),
    (wanted, reserve): (&committee::Wanted, Amount),
    mut runners: Vec<pb::Runner>,
) {
    for runner in &mut runners {
        let free: Amount = runner.free.parse().unwrap_or(Amount::ZERO);
        if runner.bar() == pb::Bar::None && free < reserve {
            runner.set_bar(pb::Bar::Reserve);
        }
    }
    let drawing = pb::Drawing {
        task: round.task,
        round: round.round,
        quorum: round.quorum,
        beacon: dice.to_vec(),
        seed: round.seed.clone(),
        height: round.drawn_height,
        most: wanted.most,
        least: wanted.least,
        threshold_bps: wanted.threshold_bps,
        value_at_risk: wanted.value_at_risk.to_string(),
        reserve_bps: wanted.reserve_bps,
        runners,
        drawn: round.seats.iter().map(|seat| seat.member.clone()).collect(),
    };
    DRAWINGS.set(&mut ctx.state, &(round.task, round.round), &Pb(drawing));
}

/// A phase begins and lasts so many blocks; the task of a verdict's round shows it.
fn enter(
    ctx: &mut Ctx,
    task: &mut pb::Task,
    round: &mut pb::Round,
    phase: pb::Phase,
    blocks: u64,
) -> Result<()> {
    round.set_phase(phase);
    round.until = ctx.block.height.saturating_add(blocks);
    save_round(ctx, round);
    ctx.emit(events::PhaseBegan { round });
    let detail = u8::try_from(round.phase).unwrap_or_default();
    let entry = Entry { what: What::Phase, task: task.id, number: round.round, detail };
    scheduler::push(ctx, &PHASES, round.until, &entry.bytes())?;
    if round.purpose() != pb::Purpose::Verdict {
        save(ctx, task);
        return Ok(());
    }
    task.round = round.round;
    task.set_status(match phase {
        pb::Phase::Keys => pb::TaskStatus::Keys,
        pb::Phase::Commit => pb::TaskStatus::Commit,
        _ => pb::TaskStatus::Reveal,
    });
    moved(ctx, task, None)
}

/// All seats have the data key.
pub(crate) fn begin_commits(ctx: &mut Ctx, task: &mut pb::Task, round: &mut pb::Round) -> Result<()> {
    let blocks = round.commit_blocks;
    enter(ctx, task, round, pb::Phase::Commit, blocks)
}

/// Nobody is left to commit: ballots are revealed from the next block on, and in this one too.
pub(crate) fn all_committed(ctx: &mut Ctx, round: &mut pb::Round) -> Result<()> {
    let mut task = task(&ctx.state, round.task)?;
    let blocks = round.reveal_blocks;
    enter(ctx, &mut task, round, pb::Phase::Reveal, blocks)
}

/// Nobody is left to reveal: it is counted at the end of this block.
pub(crate) fn all_revealed(ctx: &mut Ctx, round: &pb::Round) -> Result<()> {
    let detail = u8::try_from(round.phase).unwrap_or_default();
    let entry = Entry { what: What::Phase, task: round.task, number: round.round, detail };
    scheduler::push(ctx, &PHASES, ctx.block.height, &entry.bytes())?;
    Ok(())
}

/// The work of the queue: a phase is over, unless the round has left it already.
pub(crate) fn phase_over(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let mut round = round(&ctx.state, entry.task, entry.number)?;
    let complete = round.phase() == pb::Phase::Reveal && round.reveals == round.commits;
    let due = ctx.block.height >= round.until || complete;
    if u8::try_from(round.phase) != Ok(entry.detail) || !due {
        return Ok(Step::Done(1));
    }
    match round.phase() {
        pb::Phase::Keys => undelivered(ctx, &mut round)?,
        pb::Phase::Commit if round.commits > 0 => {
            all_committed(ctx, &mut round)?;
            return Ok(Step::Done(1));
        }
        pb::Phase::Commit | pb::Phase::Reveal => count(ctx, &mut round)?,
        pb::Phase::Over | pb::Phase::Unspecified => return Ok(Step::Done(1)),
    }
    let seats = u32::try_from(round.seats.len()).unwrap_or(u32::MAX);
    Ok(Step::Done(seats.saturating_add(1)))
}

/// The submitter kept the data key.
fn undelivered(ctx: &mut Ctx, round: &mut pb::Round) -> Result<()> {
    call_off(ctx, round)?;
    save_round(ctx, round);
    let mut task = task(&ctx.state, round.task)?;
    match round.purpose() {
        pb::Purpose::Look => looks::rejected(ctx, &mut task, round),
        pb::Purpose::Jury => cases::kept_from_jury(ctx, &mut task, round),
        _ => verdicts::undelivered(ctx, &mut task, round),
    }
}

/// Counts a round and goes on with what comes of it.
fn count(ctx: &mut Ctx, round: &mut pb::Round) -> Result<()> {
    let mut ballots = Vec::with_capacity(round.seats.len());
    let (id, duty) = (round.quorum, Duty { task: round.task, round: round.round });
    for seat in &mut round.seats {
        let operator = member(seat)?;
        let ballot = BALLOTS.get(&ctx.state, &(duty.task, duty.round, operator))?.map(|Pb(ballot)| ballot);
        let (how, conduct) = match &ballot {
            None => (pb::Conduct::Absent, Conduct::Absent),
            Some(ballot) if ballot.reveal_height == 0 => (pb::Conduct::Unrevealed, Conduct::Unrevealed),
            Some(ballot) if ballot.verdict() == pb::Verdict::Abstain => {
                (pb::Conduct::Abstained, Conduct::Abstained)
            }
            Some(_) => (pb::Conduct::Good, Conduct::Good),
        };
        seat.set_conduct(how);
        if let Some(ballot) = ballot.filter(|ballot| ballot.reveal_height > 0) {
            ballots.push((ballot.verdict(), ballot.score));
            (seat.verdict, seat.score, seat.report_hash) = (ballot.verdict, ballot.score, ballot.report_hash);
        }
        DUTIES.remove(&mut ctx.state, &(operator, duty.task, duty.round));
        quorum::end_duty(ctx, id, &operator, duty, conduct)?;
    }
    let tally = Tally::of(&ballots, round.needed);
    (round.accepts, round.rejects) = (tally.accepts, tally.rejects);
    (round.invalids, round.abstains) = (tally.invalids, tally.abstains);
    round.set_verdict(tally.verdict.unwrap_or_default());
    round.score = tally.score;
    round.set_phase(pb::Phase::Over);
    save_round(ctx, round);
    ctx.emit(events::Counted { round });
    trail(ctx, round.task, "vsc.round_counted", None, round)?;
    let mut task = task(&ctx.state, round.task)?;
    match round.purpose() {
        pb::Purpose::Look => looks::counted(ctx, &mut task, round),
        pb::Purpose::Jury => cases::jury_counted(ctx, &mut task, round, &tally),
        _ => verdicts::counted(ctx, &mut task, round),
    }
}

/// Ends a round that is on, nobody being at fault. The caller keeps the round.
pub(super) fn call_off(ctx: &mut Ctx, round: &mut pb::Round) -> Result<()> {
    if round.phase() == pb::Phase::Over {
        return Ok(());
    }
    let duty = Duty { task: round.task, round: round.round };
    for seat in &mut round.seats {
        let operator = member(seat)?;
        seat.set_conduct(pb::Conduct::Excused);
        DUTIES.remove(&mut ctx.state, &(operator, duty.task, duty.round));
        quorum::end_duty(ctx, round.quorum, &operator, duty, Conduct::Good)?;
    }
    round.set_phase(pb::Phase::Over);
    Ok(())
}

/// Gives back what its seats have reserved. The caller keeps the round.
pub(super) fn release(ctx: &mut Ctx, round: &mut pb::Round) -> Result<()> {
    if std::mem::take(&mut round.reserved) {
        let reserve = stored::amount(&round.reserve)?;
        for seat in &round.seats {
            quorum::release(ctx, round.quorum, &member(seat)?, reserve)?;
        }
    }
    Ok(())
}

/// Nobody can be punished for it any more. The caller keeps the round.
pub(super) fn let_go(ctx: &mut Ctx, round: &mut pb::Round) -> Result<()> {
    if std::mem::take(&mut round.held) {
        quorum::let_go(ctx, round.quorum, round.measurement)?;
    }
    Ok(())
}
