//! Who may.

mod ballots;
mod cases;
mod submit;

use proto::{address::Address, lazchain::vsc::v1 as pb};
use state::{Key, Pb};

pub(crate) use ballots::{submit_commits, submit_equivocation, submit_reveals};
pub(crate) use cases::{add_evidence, appeal, challenge, reveal_canary, rule};
pub(crate) use submit::submit_update;

use super::{
    errors::Error,
    events,
    keys::{NEXT_SEAL, PARAMS, SEAL_ENDS, SEALS, WRAPPED_KEYS},
    logic,
    msgs::{SealUpdate, ShareKeys, UpdateParams, WithdrawUpdate},
    types::time_of,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{bank, idao, require_authority, scheduler},
    stored,
};

pub(crate) fn seal_update(ctx: &mut Ctx, msg: &SealUpdate) -> Result<u64> {
    let key = (msg.owner, msg.seal);
    if SEALS.has(&ctx.state, &key)? {
        return Err(Error::SealExists(msg.owner).into());
    }
    let params = logic::params(&ctx.state)?;
    let deposit = stored::amount(&params.seal_deposit)?;
    if !deposit.is_zero() {
        bank::transfer(ctx, &msg.owner, &logic::account(), &logic::ulaz(deposit))?;
    }
    let number = NEXT_SEAL.get(&ctx.state)?.unwrap_or(1);
    NEXT_SEAL.set(&mut ctx.state, &number.saturating_add(1));
    let seal = pb::Seal {
        owner: msg.owner.to_string(),
        seal: msg.seal.to_vec(),
        number,
        height: ctx.block.height,
        time: Some(ctx.block.time.wire()),
        deposit: deposit.to_string(),
    };
    SEALS.set(&mut ctx.state, &key, &Pb(seal));
    let ends = ctx.block.time.plus(time_of(params.seal_life.as_ref()));
    let mut entry = Vec::new();
    (msg.owner, msg.seal, number).encode(&mut entry);
    scheduler::push(ctx, &SEAL_ENDS, ends.nanos(), &entry)?;
    ctx.emit(events::Sealed { owner: &msg.owner, seal: &msg.seal, number });
    Ok(number)
}

/// Whether somebody acts for the submitter of a task: itself, or an agent of its that may send this type.
fn acts_for_submitter(ctx: &mut Ctx, task: &pb::Task, who: &Address, type_url: &str) -> Result<()> {
    let submitter = stored::address(&task.submitter)?;
    if *who == submitter {
        return Ok(());
    }
    let idao = logic::update(task).idao;
    let nothing = proto::amount::Amount::ZERO;
    let actor = ctx.attempt(|ctx| idao::acting(ctx, idao, who, type_url, nothing))?;
    if actor.is_ok_and(|actor| actor.member == submitter) {
        return Ok(());
    }
    Err(Error::NotSubmitter { who: *who, task: task.id }.into())
}

pub(crate) fn withdraw_update(ctx: &mut Ctx, msg: &WithdrawUpdate) -> Result<()> {
    let mut task = logic::task(&ctx.state, msg.task)?;
    acts_for_submitter(ctx, &task, &msg.submitter, "/lazchain.vsc.v1.MsgWithdrawUpdate")?;
    use pb::TaskStatus::{Awaiting, Queued, Rival};
    // one that came back to the queue was drawn before
    if !matches!(task.status(), Rival | Awaiting | Queued) || logic::waits(&task) {
        return Err(Error::NotWithdrawable(task.id).into());
    }
    logic::refund(ctx, &mut task)?;
    logic::close(ctx, &mut task, pb::Outcome::Withdrawn)
}

pub(crate) fn share_keys(ctx: &mut Ctx, msg: &ShareKeys) -> Result<u32> {
    let mut task = logic::task(&ctx.state, msg.task)?;
    acts_for_submitter(ctx, &task, &msg.submitter, "/lazchain.vsc.v1.MsgShareKeys")?;
    let mut round = logic::round(&ctx.state, msg.task, msg.round)?;
    if round.phase() != pb::Phase::Keys || ctx.block.height > round.until {
        return Err(Error::NotInPhase { task: msg.task, round: msg.round }.into());
    }
    for (member, key) in &msg.keys {
        let text = member.to_string();
        if !round.seats.iter().any(|seat| seat.member == text) {
            return Err(Error::NoSeat { member: *member, task: msg.task, round: msg.round }.into());
        }
        let place = (msg.task, msg.round, *member);
        if !WRAPPED_KEYS.has(&ctx.state, &place)? {
            round.keys = round.keys.saturating_add(1);
        }
        WRAPPED_KEYS.set(&mut ctx.state, &place, &Pb(pb::WrappedKey { member: text, key: key.clone() }));
    }
    let seats = u32::try_from(round.seats.len()).unwrap_or(u32::MAX);
    let missing = seats.saturating_sub(round.keys);
    if missing == 0 {
        logic::begin_commits(ctx, &mut task, &mut round)?;
    } else {
        logic::save_round(ctx, &round);
    }
    logic::trail(ctx, msg.task, "vsc.keys_shared", Some(&msg.submitter), &round)?;
    Ok(missing)
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &Pb(msg.params.clone()));
    Ok(())
}
