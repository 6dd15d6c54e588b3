//! What happens to tasks, rounds and cases.

mod canary;
mod candidates;
mod cases;
mod closing;
mod entry;
mod looks;
mod payouts;
mod rounds;
mod routes;
mod verdicts;

use prost::Message;
use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::vsc::v1 as pb,
};
use state::{Pb, Read};

pub(crate) use canary::{canary_entry, canary_work, is_canary_time};
pub(crate) use cases::{
    appeal_over, appellants_side, bond_now, can_join, next_rung, open_case, rule_by_over, ruled, throw_jury,
};
pub(crate) use closing::close_case;
pub(crate) use entry::{
    admit, anchored_claim, close, count_open, displace, home, learning_decided, refund, waits,
};
pub(crate) use looks::throw_look;
pub(crate) use payouts::Payer;
pub(crate) use rounds::{all_committed, all_revealed, begin_commits, phase_over};
pub(crate) use routes::{route, route_by_over, weight};
pub(crate) use verdicts::{claims, liability_over, window_over};

use super::{
    errors::Error,
    events,
    keys::{CASES, PARAMS, ROUNDS, TASKS},
    types,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::audit::{self, Subject},
    stored,
    time::Time,
};

/// The module account that holds fees, deposits and bonds.
pub(crate) const ACCOUNT: &str = "vsc";

/// Its address.
pub(crate) fn account() -> Address {
    Address::module(ACCOUNT)
}

/// So much of the utility token.
pub(crate) fn ulaz(amount: Amount) -> Coins {
    Coins::one(Coin::new(Denom::known("ulaz"), amount))
}

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<pb::Params> {
    Ok(PARAMS.get(state)?.map_or_else(types::live, |Pb(params)| params))
}

/// A task, if there is one.
pub(crate) fn find_task(state: &dyn Read, id: u64) -> Result<Option<pb::Task>> {
    Ok(TASKS.get(state, &id)?.map(|Pb(task)| task))
}

/// A task.
pub(crate) fn task(state: &dyn Read, id: u64) -> Result<pb::Task> {
    Ok(find_task(state, id)?.ok_or(Error::NoSuchTask(id))?)
}

/// Keeps a task.
pub(crate) fn save(ctx: &mut Ctx, task: &pb::Task) {
    TASKS.set(&mut ctx.state, &task.id, &Pb(task.clone()));
}

/// Keeps a task that stands somewhere else now, and says so.
pub(crate) fn moved(ctx: &mut Ctx, task: &pb::Task, actor: Option<&Address>) -> Result<()> {
    save(ctx, task);
    ctx.emit(events::Moved { task });
    let kind = match task.status() {
        pb::TaskStatus::Closed => "vsc.task_closed",
        pb::TaskStatus::Provisional => "vsc.task_accepted",
        pb::TaskStatus::Rejected | pb::TaskStatus::Invalid => "vsc.task_rejected",
        pb::TaskStatus::Final => "vsc.task_final",
        _ => "vsc.task_moved",
    };
    trail(ctx, task.id, kind, actor, task)
}

/// An entry of the task's trail.
pub(crate) fn trail(
    ctx: &mut Ctx,
    task: u64,
    kind: &'static str,
    actor: Option<&Address>,
    record: &impl Message,
) -> Result<()> {
    let digest = audit::digest_of(record);
    let entry = match actor {
        Some(actor) => audit::Entry::new(Subject::Task(task), kind, actor, digest),
        None => audit::Entry::by_rule(Subject::Task(task), kind, digest),
    };
    audit::record(ctx, entry)
}

/// A round of a task.
pub(crate) fn round(state: &dyn Read, task: u64, round: u32) -> Result<pb::Round> {
    let found = ROUNDS.get(state, &(task, round))?.map(|Pb(round)| round);
    Ok(found.ok_or(Error::NoSuchRound { task, round })?)
}

/// All rounds of a task, at most [`types::MAX_ROUNDS`].
pub(crate) fn rounds_of(state: &dyn Read, task: u64) -> Result<Vec<pb::Round>> {
    let page = ROUNDS.page(state, &task, None, types::MAX_ROUNDS)?;
    Ok(page.into_iter().map(|(_, Pb(round))| round).collect())
}

/// Keeps a round.
pub(crate) fn save_round(ctx: &mut Ctx, round: &pb::Round) {
    ROUNDS.set(&mut ctx.state, &(round.task, round.round), &Pb(round.clone()));
}

/// A case of a task.
pub(crate) fn case(state: &dyn Read, task: u64, number: u32) -> Result<pb::Case> {
    let found = CASES.get(state, &(task, number))?.map(|Pb(case)| case);
    Ok(found.ok_or(Error::NoSuchCase { task, number })?)
}

/// Keeps a case.
pub(crate) fn save_case(ctx: &mut Ctx, case: &pb::Case) {
    CASES.set(&mut ctx.state, &(case.task, case.number), &Pb(case.clone()));
}

/// What was submitted.
pub(crate) fn update(task: &pb::Task) -> pb::Update {
    task.update.clone().unwrap_or_default()
}

/// SHA-256 of the content.
pub(crate) fn digest(task: &pb::Task) -> Result<[u8; 32]> {
    let manifest = update(task).manifest.unwrap_or_default();
    Ok(stored::digest(&manifest.sha256)?)
}

/// Whether the content is sealed, so that seats need its data key.
pub(crate) fn is_sealed(task: &pb::Task) -> bool {
    let manifest = task.update.as_ref().and_then(|update| update.manifest.as_ref());
    manifest.is_some_and(|manifest| manifest.encryption.is_some())
}

/// Whose validator a seat is.
pub(crate) fn member(seat: &pb::Seat) -> Result<ValAddress> {
    Ok(stored::val_address(&seat.member)?)
}

/// Who submitted a task.
pub(crate) fn submitter(task: &pb::Task) -> Result<Address> {
    Ok(stored::address(&task.submitter)?)
}

/// A moment of a record.
pub(crate) fn at(time: Option<&prost_types::Timestamp>) -> Time {
    stored::time(time)
}
