//! Canaries: updates without any content. Whoever accepted one checked nothing.

use proto::{address::Address, amount::Amount, lazchain::vsc::v1 as pb};
use state::Pb;

use super::super::{
    keys::CANARIES,
    types::{Entry, What},
};
use super::closing::{Fault, convict, drop_case, revoke};
use super::verdicts::{ballots, burn_deposit, divide_fee};
use super::{Payer, at, close, refund, rounds, rounds_of, save, submitter, task, update};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        idao, quorum,
        scheduler::{self, Step},
    },
    stored,
    time::Time,
};

/// After the tally, and before liability ends; of what was not accepted, before the window does. A case keeps both open.
pub(crate) fn is_canary_time(task: &pb::Task, now: Time) -> bool {
    use pb::TaskStatus::{Final, Invalid, Provisional, Rejected};
    let before = |end: Option<&prost_types::Timestamp>| now < at(end);
    let open = match task.status() {
        Provisional | Rejected | Invalid if task.case_open => true,
        Rejected | Invalid => before(task.window_until.as_ref()),
        Provisional | Final => before(task.liable_until.as_ref()),
        _ => false,
    };
    open && !task.canary
}

/// The work of ending a canary that is revealed now. Whether that is early is decided by the time, not by how far the
/// queue is that ends the window.
pub(crate) fn canary_entry(task: &pb::Task, now: Time) -> Entry {
    let early = task.status() != pb::TaskStatus::Final && now < at(task.window_until.as_ref());
    Entry { detail: u8::from(!early), ..Entry::new(What::Canary, task.id, task.verdicts) }
}

/// The work of the queue: slashes, and the end of the task.
pub(crate) fn canary_work(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let mut task = task(&ctx.state, entry.task)?;
    if !task.canary || task.status() == pb::TaskStatus::Closed {
        return Ok(Step::Done(1));
    }
    let planter = submitter(&task)?;
    if task.case_open {
        drop_case(ctx, &mut task)?;
    }
    let mut seats = 0_u32;
    for mut round in rounds_of(&ctx.state, task.id)? {
        rounds::call_off(ctx, &mut round)?;
        super::save_round(ctx, &round);
        // who committed on it and did not reveal would have, had it been there
        let lazy = |seat: &pb::Seat| {
            seat.verdict() == pb::Verdict::Accept || seat.conduct() == pb::Conduct::Unrevealed
        };
        let fault = Fault::lazy(planter);
        seats = seats.saturating_add(convict(ctx, &round, &fault, lazy)?);
    }
    let early = entry.detail == 0;
    if matches!(task.status(), pb::TaskStatus::Provisional | pb::TaskStatus::Final) {
        quorum::overturned(ctx, task.quorum)?;
        fall(ctx, &mut task, early)?;
    }
    let fee = pay_awake(ctx, &mut task)?;
    if early {
        pay_back(ctx, &mut task, planter, fee)?;
    } else {
        burn_deposit(ctx, &mut task)?;
    }
    close(ctx, &mut task, pb::Outcome::Canary)?;
    Ok(Step::Done(seats.saturating_add(16)))
}

/// An accepted canary's version is revoked, its points are gone.
fn fall(ctx: &mut Ctx, task: &mut pb::Task, early: bool) -> Result<()> {
    let most = if early { Amount::ZERO } else { stored::amount(&task.deposit)?.times_ratio_floor(1, 2)? };
    revoke(ctx, task, most)?;
    let points: u128 = task.points.parse().unwrap_or(0);
    if task.status() == pb::TaskStatus::Final {
        idao::take_points(ctx, update(task).idao, &submitter(task)?, points)?;
    }
    Ok(())
}

/// Who did not accept is paid the fee, unless the end of the window has paid it out already; how much it was.
fn pay_awake(ctx: &mut Ctx, task: &mut pb::Task) -> Result<Amount> {
    use pb::Verdict::{Invalid, Reject};
    let fee = stored::amount(&task.fee_held)?;
    if fee.is_zero() {
        return Ok(fee);
    }
    let awake = ballots(&ctx.state, task, |seat| matches!(seat.verdict(), Reject | Invalid))?;
    divide_fee(ctx, task, ("canary", fee), &awake)?;
    Ok(fee)
}

/// In time: the deposit comes back, and the fee from the audit pool as far as it reaches.
fn pay_back(ctx: &mut Ctx, task: &mut pb::Task, planter: Address, fee: Amount) -> Result<()> {
    refund(ctx, task)?;
    let (epoch, params) = (scheduler::epoch(&ctx.state)?, super::params(&ctx.state)?);
    let mut count = CANARIES.get(&ctx.state, &task.quorum)?.map(|Pb(count)| count).unwrap_or_default();
    if count.epoch != epoch {
        count = pb::Canaries { epoch, paid: 0 };
    }
    if count.paid < params.canaries {
        count.paid = count.paid.saturating_add(1);
        CANARIES.set(&mut ctx.state, &task.quorum, &Pb(count));
        let drawn = quorum::draw_audit(ctx, task.quorum, &super::account(), fee)?;
        let mut payer = Payer::new(task, &params, "canary");
        payer.added(task.quorum, drawn, "audit");
        payer.pay(ctx, &planter, drawn, "refund")?;
        payer.done(ctx, task);
    }
    save(ctx, task);
    Ok(())
}
