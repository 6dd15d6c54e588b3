//! Second looks: by chance, others of the same Quorum judge an accepted update again, paid by the audit pool.

use proto::{amount::Amount, lazchain::vsc::v1 as pb};

use super::super::{
    money::divided,
    routing::look_falls,
    tally::sides_with,
    types::{Entry, MAX_ROUNDS},
};
use super::candidates::{Search, barred, can_seat, conflicts, look};
use super::{Payer, at, cases, member, params, rounds, save, save_round, task, update};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::bps_floor,
    modules::{beacon, quorum, scheduler::Step},
    stored,
};

/// The work of the queue: whether a second look falls, and if so who looks.
pub(crate) fn throw_look(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    use pb::TaskStatus::{Final, Provisional};
    let mut task = task(&ctx.state, entry.task)?;
    let over = ctx.block.time >= at(task.liable_until.as_ref());
    let open = matches!(task.status(), Provisional | Final) && task.verdicts == entry.number;
    if !open || over || task.case_open || task.canary || task.looked || task.rounds >= MAX_ROUNDS {
        return Ok(Step::Done(1));
    }
    let later = Step::Later(ctx.block.height.saturating_add(1), 1);
    if !beacon::ready(&ctx.state, task.called_height)? {
        return Ok(later);
    }
    let params = params(&ctx.state)?;
    let seed = beacon::seed(&beacon::value(&ctx.state)?, task.id, task.rounds.saturating_add(1));
    if !look_falls(&seed, params.look_bps) {
        task.look_seed = seed.to_vec();
        save(ctx, &task);
        return Ok(Step::Done(1));
    }
    let search = Search {
        update: update(&task),
        rounds: task.rounds,
        step: 0,
        anchors: false,
        most_fee: None,
        tried: Vec::new(),
        conflicts: conflicts(&task, None)?,
        barred: barred(&ctx.state, &task)?,
        now: ctx.block.time,
    };
    let Some(field) = look(&ctx.state, &search, task.quorum)? else { return Ok(later) };
    (task.look_seed, task.looked) = (seed.to_vec(), true);
    if can_seat(&ctx.state, &search, &field)? {
        rounds::begin(ctx, &mut task, &search, field, pb::Purpose::Look)?;
    } else {
        save(ctx, &task); // nobody is left to look
    }
    Ok(Step::Done(16))
}

/// A second look is counted.
pub(super) fn counted(ctx: &mut Ctx, task: &mut pb::Task, round: &mut pb::Round) -> Result<()> {
    match round.verdict() {
        pb::Verdict::Reject | pb::Verdict::Invalid => rejected(ctx, task, round),
        _ => pay(ctx, task, round, pb::Verdict::Accept),
    }
}

/// It rejects, or could not read what the submitter kept sealed: a challenge by the audit pool, without a bond.
pub(super) fn rejected(ctx: &mut Ctx, task: &mut pb::Task, round: &mut pb::Round) -> Result<()> {
    use pb::TaskStatus::{Final, Provisional};
    save_round(ctx, round);
    let liable = ctx.block.time < at(task.liable_until.as_ref());
    if task.case_open || task.canary || !liable || !matches!(task.status(), Provisional | Final) {
        return pay(ctx, task, round, pb::Verdict::Reject);
    }
    cases::open_by_look(ctx, task, round)
}

/// Pays those who looked and were on a side, as far as the audit pool reaches.
pub(super) fn pay(ctx: &mut Ctx, task: &mut pb::Task, round: &pb::Round, side: pb::Verdict) -> Result<()> {
    let seats = round.seats.iter().filter(|seat| sides_with(seat.verdict(), side));
    let paid = seats.map(member).collect::<Result<Vec<_>>>()?;
    let count = u32::try_from(paid.len()).unwrap_or(u32::MAX);
    if count > 0 {
        let params = params(&ctx.state)?;
        let wanted = bps_floor(stored::amount(&task.fee)?, params.ballots_bps)?;
        let each = divided(wanted, count);
        let drawn = quorum::draw_audit(ctx, round.quorum, &super::account(), each.times(count.into())?)?;
        let (each, mut payer) = (divided(drawn, count), Payer::new(task, &params, "look"));
        payer.added(round.quorum, drawn, "audit");
        let mut left = drawn;
        for member in paid {
            payer.pay(ctx, &member.account(), each, "ballot")?;
            left = left.minus(each).unwrap_or(Amount::ZERO);
        }
        payer.audit(ctx, round.quorum, left)?;
        payer.done(ctx, task);
    }
    save(ctx, task);
    Ok(())
}
