//! From a tally to a settled version: anchoring, windows, liability.

use proto::{amount::Amount, lazchain::vsc::v1 as pb};
use state::Read;

use super::super::{
    keys::{DEADLINES, THROWS},
    tally::sides_with,
    types::{Entry, What, fee_split, time_of},
};
use super::{
    Payer, at, close, digest, displace, entry, moved, params, refund, rounds, rounds_of, save, save_round,
    submitter, task, update,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        audit, dat, hooks, idao, quorum,
        scheduler::{self, Step},
    },
    stored,
};

/// A round of a verdict is counted.
pub(super) fn counted(ctx: &mut Ctx, task: &mut pb::Task, round: &mut pb::Round) -> Result<()> {
    match round.verdict() {
        pb::Verdict::Accept => accepted(ctx, task, round),
        pb::Verdict::Reject | pb::Verdict::Invalid => refused(ctx, task, round),
        pb::Verdict::Abstain | pb::Verdict::Unspecified => failed(ctx, task, round),
    }
}

/// No verdict: the next round.
fn failed(ctx: &mut Ctx, task: &mut pb::Task, round: &mut pb::Round) -> Result<()> {
    rounds::release(ctx, round)?;
    save_round(ctx, round);
    quorum::failed_round(ctx, round.quorum)?;
    task.set_status(pb::TaskStatus::Between);
    (task.step, task.called_height) = (task.step.saturating_add(1), ctx.block.height);
    let soon = ctx.block.height.saturating_add(1);
    scheduler::push(ctx, &THROWS, soon, &Entry::new(What::Route, task.id, task.rounds).bytes())?;
    moved(ctx, task, None)
}

/// A verdict stands from now on: the Quorum is known, and what it does not ask for goes back.
fn pronounced(ctx: &mut Ctx, task: &mut pb::Task, round: &pb::Round) -> Result<()> {
    let params = params(&ctx.state)?;
    let (held, fee) = (stored::amount(&task.fee_held)?, stored::amount(&round.fee)?);
    let who = submitter(task)?;
    let mut payer = Payer::new(task, &params, "refund");
    payer.pay(ctx, &who, held.minus_or_zero(fee), "refund")?;
    payer.done(ctx, task);
    task.fee_held = held.min(fee).to_string();
    let window = ctx.block.time.plus(stored::span(round.window.as_ref()));
    let stake_until = at(round.stake_until.as_ref());
    let liable = window.plus(time_of(params.liability.as_ref()));
    let liable = liable.min(stake_until.minus(time_of(params.ruling_time.as_ref()))).max(window);
    let rule_by = stake_until.minus(time_of(params.slash_time.as_ref()));
    (task.quorum, task.round, task.verdict) = (round.quorum, round.round, round.verdict);
    (task.score, task.fee) = (round.score, fee.to_string());
    task.verdicts = task.verdicts.saturating_add(1);
    task.verdict_time = Some(ctx.block.time.wire());
    task.window_until = Some(window.wire());
    (task.liable_until, task.rule_by) = (Some(liable.wire()), Some(rule_by.wire()));
    (task.dat_backed, task.quorum_share_bps) = (round.dat_backed, round.quorum_share_bps);
    quorum::verdict(ctx, round.quorum)
}

fn deadline(ctx: &mut Ctx, task: &pb::Task, what: What, due: crate::time::Time) -> Result<()> {
    let entry = Entry::new(what, task.id, task.verdicts).bytes();
    scheduler::push(ctx, &DEADLINES, due.nanos(), &entry)?;
    Ok(())
}

/// Accepted: anchored at once, unless somebody sealed the content earlier.
fn accepted(ctx: &mut Ctx, task: &mut pb::Task, round: &mut pb::Round) -> Result<()> {
    if task.rival != 0 {
        return displace(ctx, task);
    }
    if !anchor(ctx, task, round)? {
        refund(ctx, task)?;
        return close(ctx, task, pb::Outcome::Unanchored);
    }
    pronounced(ctx, task, round)?;
    task.set_status(pb::TaskStatus::Provisional);
    task.called_height = ctx.block.height;
    deadline(ctx, task, What::Window, at(task.window_until.as_ref()))?;
    deadline(ctx, task, What::Liability, at(task.liable_until.as_ref()))?;
    let soon = ctx.block.height.saturating_add(1);
    scheduler::push(ctx, &THROWS, soon, &Entry::new(What::Look, task.id, task.verdicts).bytes())?;
    moved(ctx, task, None)
}

/// Rejected or found invalid: nothing is reserved for that.
fn refused(ctx: &mut Ctx, task: &mut pb::Task, round: &mut pb::Round) -> Result<()> {
    rounds::release(ctx, round)?;
    save_round(ctx, round);
    pronounced(ctx, task, round)?;
    task.set_status(match round.verdict() {
        pb::Verdict::Invalid => pb::TaskStatus::Invalid,
        _ => pb::TaskStatus::Rejected,
    });
    deadline(ctx, task, What::Window, at(task.window_until.as_ref()))?;
    moved(ctx, task, None)
}

/// A jury's acceptance stands in place of the rejection that it overturned: final at once, on its seats, reserve and
/// liability.
pub(super) fn stands(ctx: &mut Ctx, task: &mut pb::Task, jury: &pb::Round) -> Result<()> {
    pronounced(ctx, task, jury)?;
    entry::uncount(ctx, task)?;
    deadline(ctx, task, What::Liability, at(task.liable_until.as_ref()))?;
    finalize(ctx, task)
}

/// Makes the version, on the seats of a round; whether it can still be made.
pub(super) fn anchor(ctx: &mut Ctx, task: &mut pb::Task, round: &pb::Round) -> Result<bool> {
    let update = update(task);
    let shares = update
        .beneficiaries
        .iter()
        .map(|one| Ok((stored::address(&one.account)?, one.share)))
        .collect::<Result<Vec<_>>>()?;
    let new = dat::NewAnchor {
        task: task.id,
        idao: update.idao,
        owner: stored::address(&task.owner)?,
        kind: update.kind(),
        target: (update.target != 0).then_some(update.target),
        manifest: update.manifest.clone().unwrap_or_default(),
        parents: update.parents.clone(),
        dropped: update.dropped.clone(),
        policy: update.policy.clone(),
        shares,
        treasury_bps: task.split_bps,
        quorum_pool: round.dat_backed.then_some((round.quorum, round.quorum_share_bps)),
        certificate: audit::digest_of(round),
        deposit: stored::amount(&task.deposit)?,
    };
    match ctx.attempt(|ctx| dat::anchor(ctx, &new))? {
        Ok((asset, version)) => {
            (task.asset, task.version) = (asset, version);
            Ok(true)
        }
        Err(_) => Ok(false),
    }
}

/// The work of the queue: a challenge window is over.
pub(crate) fn window_over(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let mut task = task(&ctx.state, entry.task)?;
    if task.verdicts != entry.number || task.case_open || task.canary {
        return Ok(Step::Done(1));
    }
    end_window(ctx, &mut task)?;
    Ok(Step::Done(16))
}

/// Pays for a verdict whose window has passed, and closes or goes on.
pub(super) fn end_window(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    if ctx.block.time < at(task.window_until.as_ref()) {
        save(ctx, task);
        return Ok(());
    }
    match task.status() {
        pb::TaskStatus::Provisional if task.rival != 0 => displace(ctx, task),
        pb::TaskStatus::Provisional => {
            pay_ballots(ctx, task, "verdict", task.verdict())?;
            entry::uncount(ctx, task)?;
            finalize(ctx, task)
        }
        pb::TaskStatus::Rejected => {
            pay_ballots(ctx, task, "verdict", task.verdict())?;
            refund(ctx, task)?;
            close(ctx, task, pb::Outcome::Rejected)
        }
        pb::TaskStatus::Invalid => {
            pay_ballots(ctx, task, "verdict", task.verdict())?;
            burn_deposit(ctx, task)?;
            let (idao, who) = (update(task).idao, submitter(task)?);
            idao::case_opened(ctx, idao, &who)?;
            idao::case_closed(ctx, idao, &who, true)?;
            close(ctx, task, pb::Outcome::Invalid)
        }
        _ => {
            save(ctx, task);
            Ok(())
        }
    }
}

/// Beyond its window: the version can be used, and the submitter has the points.
pub(super) fn finalize(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    let (update, who) = (update(task), submitter(task)?);
    dat::finalize(ctx, task.asset, task.version)?;
    let points = idao::points(&ctx.state, update.kind, task.score)?;
    idao::add_points(ctx, update.idao, &who, points)?;
    task.points = points.to_string();
    task.set_status(pb::TaskStatus::Final);
    moved(ctx, task, None)
}

/// The work of the queue: liability is over.
pub(crate) fn liability_over(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let mut task = task(&ctx.state, entry.task)?;
    let over = ctx.block.time >= at(task.liable_until.as_ref());
    if task.verdicts != entry.number || task.case_open || task.canary || !over {
        return Ok(Step::Done(1));
    }
    if task.status() == pb::TaskStatus::Provisional {
        end_window(ctx, &mut task)?; // both are due, and this queue reached the window later
    }
    settle(ctx, &mut task)?;
    Ok(Step::Done(16))
}

/// Nobody is liable any more: the deposit comes back, what was held is released.
pub(super) fn settle(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    if task.status() != pb::TaskStatus::Final || ctx.block.time < at(task.liable_until.as_ref()) {
        save(ctx, task);
        return Ok(());
    }
    refund(ctx, task)?;
    dat::settle(ctx, task.asset, task.version)?;
    close(ctx, task, pb::Outcome::Settled)
}

/// Seats of rounds of a verdict that said what `on_side` asks for, each as often as it said so.
pub(super) fn ballots(
    state: &dyn Read,
    task: &pb::Task,
    on_side: impl Fn(&pb::Seat) -> bool,
) -> Result<Vec<proto::address::ValAddress>> {
    let rounds = rounds_of(state, task.id)?;
    let mine = |round: &&pb::Round| round.purpose() == pb::Purpose::Verdict && round.quorum == task.quorum;
    let seats = rounds.iter().filter(mine).flat_map(|round| &round.seats);
    seats.filter(|seat| on_side(seat)).map(super::member).collect()
}

/// Divides the fee among the ballots on a verdict's side, in all rounds of that Quorum.
fn pay_ballots(ctx: &mut Ctx, task: &mut pb::Task, reason: &str, verdict: pb::Verdict) -> Result<()> {
    let paid = ballots(&ctx.state, task, |seat| sides_with(seat.verdict(), verdict))?;
    let fee = stored::amount(&task.fee_held)?;
    divide_fee(ctx, task, (reason, fee), &paid)
}

/// Divides what is given of the fee in escrow among these.
pub(super) fn divide_fee(
    ctx: &mut Ctx,
    task: &mut pb::Task,
    (reason, fee): (&str, Amount),
    paid: &[proto::address::ValAddress],
) -> Result<()> {
    let params = params(&ctx.state)?;
    let split = fee_split(&params);
    let parts = split.of(fee, u32::try_from(paid.len()).unwrap_or(u32::MAX))?;
    let mut payer = Payer::new(task, &params, reason);
    for member in paid {
        payer.pay(ctx, &member.account(), parts.each, "ballot")?;
    }
    payer.insurance(ctx, task.quorum, parts.insurance)?;
    payer.audit(ctx, task.quorum, parts.audit)?;
    payer.burn(ctx, parts.burnt)?;
    payer.done(ctx, task);
    task.fee_held = stored::amount(&task.fee_held)?.minus_or_zero(fee).to_string();
    hooks::task_fee_burnt(ctx, task.quorum, paid, parts.burnt)
}

/// The deposit of an update that was invalid.
pub(super) fn burn_deposit(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    let deposit = stored::amount(&task.deposit_held)?;
    let mut payer = Payer::new(task, &params(&ctx.state)?, "settlement");
    payer.burn(ctx, deposit)?;
    payer.done(ctx, task);
    task.deposit_held = Amount::ZERO.to_string();
    Ok(())
}

/// The submitter did not hand out the data key: the seats that waited are paid, the rest goes back.
pub(super) fn undelivered(ctx: &mut Ctx, task: &mut pb::Task, round: &pb::Round) -> Result<()> {
    task.quorum = round.quorum;
    let fee = stored::amount(&round.fee)?.min(stored::amount(&task.fee_held)?);
    let waited = round.seats.iter().map(super::member).collect::<Result<Vec<_>>>()?;
    divide_fee(ctx, task, ("keys", fee), &waited)?;
    refund(ctx, task)?;
    close(ctx, task, pb::Outcome::Undelivered)
}

/// Whether this is the content of an open task's claim; for invariants.
pub(crate) fn claims(task: &pb::Task) -> Result<Option<[u8; 32]>> {
    use pb::TaskStatus::{Closed, Rival};
    if matches!(task.status(), Closed | Rival) { Ok(None) } else { digest(task).map(Some) }
}
