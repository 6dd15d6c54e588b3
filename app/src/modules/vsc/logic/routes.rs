//! Routing: which Quorum judges an update, and the rounds after the first.

use proto::{
    amount::Amount,
    lazchain::{idao::v1 as idao_pb, vsc::v1 as pb},
};
use state::Pb;

use super::super::{
    keys::RECEIPTS,
    routing::{Weighed, choose},
    types::{Entry, MAX_TRIED, STEPS},
};
use super::candidates::{Considered, Field, Search, barred, conflicts, consider};
use super::{at, close, refund, rounds, save, task, trail};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        beacon, idao,
        scheduler::{self, Step},
    },
    stored,
};

/// What a choice among Quorums came to.
pub(super) enum Choice {
    /// One waits to be measured in this epoch.
    Unmeasured,
    Nobody,
    Chosen(Box<Field>),
}

/// The work of the queue: an update that waits for a Quorum, or for its next round.
pub(crate) fn route(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let mut task = task(&ctx.state, entry.task)?;
    if task.rounds != entry.number {
        return Ok(Step::Done(1));
    }
    let next = ctx.block.height.saturating_add(1);
    match task.status() {
        pb::TaskStatus::Queued => {
            if ctx.block.time >= at(task.route_by.as_ref()) {
                expire(ctx, &mut task)?;
                return Ok(Step::Done(2));
            }
            let frozen = idao::is_frozen(&ctx.state, idao::Subject::Task(task.id), ctx.block.time)?;
            if frozen || !beacon::ready(&ctx.state, task.called_height)? {
                return Ok(Step::Later(next, 1));
            }
            first(ctx, task)
        }
        pb::TaskStatus::Between => {
            if !beacon::ready(&ctx.state, task.called_height)? {
                return Ok(Step::Later(next, 1));
            }
            again(ctx, task)
        }
        _ => Ok(Step::Done(1)),
    }
}

/// The work of the queue: nobody could take it in time.
pub(crate) fn route_by_over(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let mut task = task(&ctx.state, entry.task)?;
    let waits = task.status() == pb::TaskStatus::Queued && task.rounds == entry.number;
    if waits && ctx.block.time >= at(task.route_by.as_ref()) {
        expire(ctx, &mut task)?;
    }
    Ok(Step::Done(2))
}

fn expire(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    refund(ctx, task)?;
    close(ctx, task, pb::Outcome::Expired)
}

/// What the next round of a verdict looks for.
fn search_of(ctx: &Ctx, task: &pb::Task) -> Result<Search> {
    Ok(Search {
        update: super::update(task),
        rounds: task.rounds,
        step: task.step,
        anchors: true,
        most_fee: Some(stored::amount(&task.fee_held)?),
        tried: task.tried.clone(),
        conflicts: conflicts(task, None)?,
        barred: barred(&ctx.state, task)?,
        now: ctx.block.time,
    })
}

/// A Quorum for the first round, or again at the next epoch.
fn first(ctx: &mut Ctx, mut task: pb::Task) -> Result<Step> {
    let search = search_of(ctx, &task)?;
    let edges = idao::live_edges(&ctx.state, search.update.idao, search.now)?;
    let cost = units(&edges);
    match pick(ctx, &task, &search, &edges, task.rounds)? {
        Choice::Unmeasured => Ok(Step::Later(ctx.block.height.saturating_add(1), cost)),
        Choice::Nobody => Ok(Step::Later(scheduler::next_start(&ctx.state)?, cost)),
        Choice::Chosen(field) => {
            seat(ctx, &mut task, &search, *field)?;
            Ok(Step::Done(cost))
        }
    }
}

/// Another round: with more seats in the same Quorum, else in one other.
fn again(ctx: &mut Ctx, mut task: pb::Task) -> Result<Step> {
    let edges = idao::live_edges(&ctx.state, super::update(&task).idao, ctx.block.time)?;
    let later = Step::Later(ctx.block.height.saturating_add(1), units(&edges));
    let edge = edges.iter().find(|edge| edge.quorum == task.quorum);
    while let Some(edge) = edge.filter(|_| task.step < STEPS) {
        let search = search_of(ctx, &task)?;
        let Considered { candidate, field, unmeasured } = consider(&ctx.state, &search, edge)?;
        if unmeasured {
            return Ok(later);
        }
        match field {
            Some(field) => {
                seat(ctx, &mut task, &search, field)?;
                return Ok(Step::Done(units(&edges)));
            }
            // too few for this round: the next step, which may draw as few, is tried for form's sake
            None if candidate.bar() == pb::Bar::Seats => task.step = task.step.saturating_add(1),
            None => break,
        }
    }
    elsewhere(ctx, task, &edges)
}

/// One other Quorum, or the end.
fn elsewhere(ctx: &mut Ctx, mut task: pb::Task, edges: &[idao_pb::TrustEdge]) -> Result<Step> {
    if task.quorum != 0 && !task.tried.contains(&task.quorum) {
        task.tried.push(task.quorum);
    }
    (task.quorum, task.step) = (0, 0);
    if task.tried.len() < MAX_TRIED {
        let search = search_of(ctx, &task)?;
        match pick(ctx, &task, &search, edges, task.rounds.saturating_add(1))? {
            Choice::Unmeasured => {
                save(ctx, &task);
                return Ok(Step::Later(ctx.block.height.saturating_add(1), units(edges)));
            }
            Choice::Chosen(field) => {
                seat(ctx, &mut task, &search, *field)?;
                return Ok(Step::Done(units(edges)));
            }
            Choice::Nobody => {}
        }
    }
    expire(ctx, &mut task)?;
    Ok(Step::Done(units(edges)))
}

/// Candidates and their members.
fn units(edges: &[idao_pb::TrustEdge]) -> u32 {
    u32::try_from(edges.len()).unwrap_or(u32::MAX).saturating_mul(4).saturating_add(16)
}

fn seat(ctx: &mut Ctx, task: &mut pb::Task, search: &Search, field: Field) -> Result<()> {
    task.quorum = field.measurement.quorum;
    task.fee = field.fee.to_string();
    rounds::begin(ctx, task, search, field, pb::Purpose::Verdict)?;
    Ok(())
}

/// Chooses among Quorums by weight, with the seed of that round, and keeps the receipt.
pub(super) fn pick(
    ctx: &mut Ctx,
    task: &pb::Task,
    search: &Search,
    edges: &[idao_pb::TrustEdge],
    round: u32,
) -> Result<Choice> {
    let considered =
        edges.iter().map(|edge| consider(&ctx.state, search, edge)).collect::<Result<Vec<_>>>()?;
    if considered.iter().any(|one| one.unmeasured) {
        return Ok(Choice::Unmeasured);
    }
    let dice = beacon::value(&ctx.state)?;
    let seed = beacon::seed(&dice, task.id, round);
    let open = considered.iter().filter(|one| one.field.is_some());
    let weighed = open.map(|one| weight(&one.candidate)).collect::<Result<Vec<_>>>()?;
    let chosen = choose(&seed, &weighed);
    let mut candidates: Vec<_> = considered.iter().map(|one| one.candidate.clone()).collect();
    candidates.sort_by_key(|one| one.quorum);
    let receipt = pb::Receipt {
        task: task.id,
        round,
        height: ctx.block.height,
        beacon: dice.to_vec(),
        seed: seed.to_vec(),
        candidates,
        chosen: chosen.unwrap_or(0),
    };
    RECEIPTS.set(&mut ctx.state, &(task.id, round), &Pb(receipt.clone()));
    trail(ctx, task.id, "vsc.quorum_chosen", None, &receipt)?;
    let field = considered.into_iter().find(|one| Some(one.candidate.quorum) == chosen);
    Ok(match field.and_then(|one| one.field) {
        Some(field) => Choice::Chosen(Box::new(field)),
        None => Choice::Nobody,
    })
}

/// How much a candidate weighs.
pub(crate) fn weight(candidate: &pb::Candidate) -> Result<Weighed> {
    let budget: Amount = stored::amount(&candidate.budget)?;
    Ok(Weighed { quorum: candidate.quorum, budget, reliability_bps: candidate.reliability_bps })
}
