//! How tasks come in, and how they go.

use proto::{address::Address, amount::Amount, lazchain::vsc::v1 as pb};
use state::Read;

use super::super::{
    errors::Error,
    keys::{CLAIMS, CONTENTS, DEADLINES, OPEN_OF_ACCOUNT, OPEN_OF_IDAO, THROWS, WRAPPED_KEYS},
    types::{Entry, MAX_SEATS, What, time_of},
};
use super::{
    Payer, digest, find_task, is_sealed, moved, params, rounds, rounds_of, save, save_round, submitter, task,
    update,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{dat, idao, scheduler},
    stored,
};

/// Counts a task among the open ones of its account and iDAO, or refuses it.
pub(crate) fn count_open(ctx: &mut Ctx, who: &Address, idao: u64) -> Result<()> {
    let params = params(&ctx.state)?;
    let mine = OPEN_OF_ACCOUNT.get(&ctx.state, who)?.unwrap_or(0);
    if mine >= params.max_open_account {
        let (of, limit) = (who.to_string(), params.max_open_account);
        return Err(Error::TooManyOpen { of, limit }.into());
    }
    let all = OPEN_OF_IDAO.get(&ctx.state, &idao)?.unwrap_or(0);
    if all >= params.max_open_idao {
        let (of, limit) = (format!("idao-{idao}"), params.max_open_idao);
        return Err(Error::TooManyOpen { of, limit }.into());
    }
    OPEN_OF_ACCOUNT.set(&mut ctx.state, who, &mine.saturating_add(1));
    OPEN_OF_IDAO.set(&mut ctx.state, &idao, &all.saturating_add(1));
    Ok(())
}

/// A task whose window has passed, or that is over, makes room for another.
pub(super) fn uncount(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    if !std::mem::take(&mut task.counted) {
        return Ok(());
    }
    let (who, idao) = (submitter(task)?, update(task).idao);
    match OPEN_OF_ACCOUNT.get(&ctx.state, &who)?.unwrap_or(0).saturating_sub(1) {
        0 => OPEN_OF_ACCOUNT.remove(&mut ctx.state, &who),
        left => OPEN_OF_ACCOUNT.set(&mut ctx.state, &who, &left),
    }
    match OPEN_OF_IDAO.get(&ctx.state, &idao)?.unwrap_or(0).saturating_sub(1) {
        0 => OPEN_OF_IDAO.remove(&mut ctx.state, &idao),
        left => OPEN_OF_IDAO.set(&mut ctx.state, &idao, &left),
    }
    Ok(())
}

/// What some content is with: an open task, or a final anchor, which is refused.
pub(crate) fn anchored_claim(state: &dyn Read, sha256: &[u8; 32]) -> Result<Option<pb::Task>> {
    if let Some(id) = CLAIMS.get(state, sha256)? {
        return task(state, id).map(Some);
    }
    match dat::anchored(state, sha256)? {
        Some((asset, version)) => Err(Error::Anchored { asset, version }.into()),
        None => Ok(None),
    }
}

/// Whether an older seal waits for a task to be decided: from the first draw on. By a seal of their own anybody could
/// else have a committee thrown again until it suits, or withdraw from a verdict, a second look or a challenge.
pub(crate) const fn waits(task: &pb::Task) -> bool {
    task.rounds > 0
}

/// A submitted task that has its claim goes on: to its members, or into the queue.
pub(crate) fn admit(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    let update = update(task);
    if idao::needs_vote(&ctx.state, update.idao, update.kind)? {
        task.set_status(pb::TaskStatus::Awaiting);
        moved(ctx, task, None)?;
        return idao::open_learning_vote(ctx, update.idao, task.id);
    }
    enqueue(ctx, task)
}

/// Waits for a throw.
pub(super) fn enqueue(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    let params = params(&ctx.state)?;
    let route_by = ctx.block.time.plus(time_of(params.routing_time.as_ref()));
    task.set_status(pb::TaskStatus::Queued);
    (task.called_height, task.route_by) = (ctx.block.height, Some(route_by.wire()));
    (task.quorum, task.step) = (0, 0);
    let soon = ctx.block.height.saturating_add(1);
    scheduler::push(ctx, &THROWS, soon, &Entry::new(What::Route, task.id, task.rounds).bytes())?;
    let entry = Entry::new(What::RouteBy, task.id, task.rounds).bytes();
    scheduler::push(ctx, &DEADLINES, route_by.nanos(), &entry)?;
    moved(ctx, task, None)
}

/// The members have voted on a model or an agent.
pub(crate) fn learning_decided(ctx: &mut Ctx, id: u64, passed: bool) -> Result<()> {
    let Some(mut task) = find_task(&ctx.state, id)? else { return Ok(()) };
    if task.status() != pb::TaskStatus::Awaiting {
        return Ok(()); // withdrawn or displaced meanwhile
    }
    if passed {
        return enqueue(ctx, &mut task);
    }
    refund(ctx, &mut task)?;
    close(ctx, &mut task, pb::Outcome::Declined)
}

/// Which iDAO a task is of, and whether a committee was drawn for it.
pub(crate) fn home(state: &dyn Read, id: u64) -> Result<Option<(u64, bool)>> {
    use pb::TaskStatus::{Awaiting, Queued, Rival};
    let drawn = |task: &pb::Task| !matches!(task.status(), Rival | Awaiting | Queued);
    Ok(find_task(state, id)?.map(|task| (update(&task).idao, drawn(&task))))
}

/// Fee and deposit go back whole.
pub(crate) fn refund(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    let (fee, deposit) = (stored::amount(&task.fee_held)?, stored::amount(&task.deposit_held)?);
    let who = submitter(task)?;
    let mut payer = Payer::new(task, &params(&ctx.state)?, "refund");
    payer.pay(ctx, &who, fee, "refund")?;
    payer.pay(ctx, &who, deposit, "deposit")?;
    payer.done(ctx, task);
    (task.fee_held, task.deposit_held) = (Amount::ZERO.to_string(), Amount::ZERO.to_string());
    Ok(())
}

/// An older seal takes a younger one's place: nobody is at fault, all is refunded.
pub(crate) fn displace(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    if task.status() == pb::TaskStatus::Provisional {
        dat::revoke(ctx, task.asset, task.version, Amount::ZERO, &super::account())?;
    }
    refund(ctx, task)?;
    close(ctx, task, pb::Outcome::Displaced)
}

/// The end of a task whose money is paid: whatever it still holds is let go, and who waited for it goes on.
pub(crate) fn close(ctx: &mut Ctx, task: &mut pb::Task, outcome: pb::Outcome) -> Result<()> {
    for mut round in rounds_of(&ctx.state, task.id)? {
        rounds::call_off(ctx, &mut round)?;
        rounds::release(ctx, &mut round)?;
        rounds::let_go(ctx, &mut round)?;
        save_round(ctx, &round);
        if is_sealed(task) {
            forget_keys(ctx, task.id, round.round)?;
        }
    }
    uncount(ctx, task)?;
    CONTENTS.remove(&mut ctx.state, &task.id);
    let (digest, rival) = (digest(task)?, std::mem::take(&mut task.rival));
    task.set_status(pb::TaskStatus::Closed);
    task.set_outcome(outcome);
    moved(ctx, task, None)?;
    if CLAIMS.get(&ctx.state, &digest)? != Some(task.id) {
        return Ok(());
    }
    CLAIMS.remove(&mut ctx.state, &digest);
    match find_task(&ctx.state, rival)?.filter(|rival| rival.status() == pb::TaskStatus::Rival) {
        Some(rival) => take_claim(ctx, rival),
        None => Ok(()),
    }
}

/// A rival's turn; it is refunded if its iDAO is no more.
fn take_claim(ctx: &mut Ctx, mut rival: pb::Task) -> Result<()> {
    CLAIMS.set(&mut ctx.state, &digest(&rival)?, &rival.id);
    let before = rival.clone();
    if ctx.attempt(|ctx| admit(ctx, &mut rival))?.is_ok() {
        return Ok(());
    }
    rival = before;
    save(ctx, &rival);
    refund(ctx, &mut rival)?;
    close(ctx, &mut rival, pb::Outcome::Declined)
}

fn forget_keys(ctx: &mut Ctx, task: u64, round: u32) -> Result<()> {
    for (key, _) in WRAPPED_KEYS.page(&ctx.state, &(task, round), None, MAX_SEATS)? {
        WRAPPED_KEYS.remove(&mut ctx.state, &key);
    }
    Ok(())
}
