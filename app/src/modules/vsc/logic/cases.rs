//! Cases: who is heard, the rungs, and what a jury rules.

use proto::{address::Address, amount::Amount, lazchain::vsc::v1 as pb};

use super::super::{
    events,
    keys::{CHALLENGERS, DEADLINES, RULINGS, THROWS},
    money::stake,
    tally::{Tally, sides_with},
    types::{Entry, MAX_CASES, MAX_CHALLENGERS, MAX_ROUNDS, What, time_of},
};
use super::candidates::{Search, barred, can_seat, conflicts, look};
use super::routes::{Choice, pick};
use super::{
    at, case, looks, params, round, rounds, save, save_case, save_round, submitter, task, trail, update,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        beacon, idao, quorum,
        scheduler::{self, Step},
    },
    stored,
};

/// The rung of governance.
pub(crate) const GOVERNANCE: u32 = 3;

/// What it costs to challenge a verdict now: doubled once it is final.
pub(crate) fn bond_now(params: &pb::Params, task: &pb::Task) -> Result<Amount> {
    let value = stored::amount(&update(task).value_at_risk)?;
    let bond = stake(stored::amount(&task.fee)?, params.bond_fees, value, params.bond_bps)?;
    let times = if task.status() == pb::TaskStatus::Final { 2 } else { 1 };
    Ok(bond.times(times)?)
}

/// Whether others can join: until the first jury's ballots are being shown.
pub(crate) fn can_join(case: &pb::Case, jury: Option<&pb::Round>) -> bool {
    let first = case.calls.len() == 1;
    let quiet = jury.is_none_or(|round| matches!(round.phase(), pb::Phase::Keys | pb::Phase::Commit));
    let waits = matches!(case.status(), pb::CaseStatus::Drawing | pb::CaseStatus::Judging);
    first && quiet && waits && case.calls.iter().all(|call| call.parties.len() < MAX_CHALLENGERS)
}

/// Opens a case on the verdict that stands.
pub(crate) fn open_case(
    ctx: &mut Ctx,
    task: &mut pb::Task,
    (challenger, bond): (&Address, Amount),
    evidence: Option<pb::Evidence>,
) -> Result<u32> {
    let number = task.cases.saturating_add(1);
    let party = pb::Party { account: challenger.to_string(), bond: bond.to_string() };
    let call = pb::Call { caller: pb::Side::Challenger.into(), parties: vec![party], ..pb::Call::default() };
    let brought = evidence.map(|evidence| pb::Brought {
        account: challenger.to_string(),
        evidence: Some(evidence),
        height: ctx.block.height,
    });
    let mut case = pb::Case {
        task: task.id,
        number,
        verdict_number: task.verdicts,
        against: task.verdict,
        round: task.round,
        calls: vec![call],
        evidence: brought.into_iter().collect(),
        bond: bond.to_string(),
        opened: Some(ctx.block.time.wire()),
        rule_by: task.rule_by,
        late: task.status() == pb::TaskStatus::Final,
        ..pb::Case::default()
    };
    (task.cases, task.case_open) = (number, true);
    save(ctx, task);
    CHALLENGERS.set(&mut ctx.state, &(task.id, task.verdicts, *challenger), &());
    idao::case_opened(ctx, update(task).idao, &submitter(task)?)?;
    let due = at(task.rule_by.as_ref()).nanos();
    scheduler::push(ctx, &DEADLINES, due, &Entry::new(What::RuleBy, task.id, number).bytes())?;
    ctx.emit(events::Challenged { task: task.id, case: number, challenger, bond });
    trail(ctx, task.id, "vsc.verdict_challenged", Some(challenger), &case)?;
    next_rung(ctx, &mut case)?;
    Ok(number)
}

/// The audit pool challenges what its second look rejected.
pub(super) fn open_by_look(ctx: &mut Ctx, task: &mut pb::Task, look: &pb::Round) -> Result<()> {
    if task.cases >= MAX_CASES {
        return looks::pay(ctx, task, look, pb::Verdict::Reject);
    }
    let pool = quorum::account(look.quorum);
    let number = open_case(ctx, task, (&pool, Amount::ZERO), None)?;
    let mut case = case(&ctx.state, task.id, number)?;
    let base = bond_now(&params(&ctx.state)?, task)?;
    (case.by_look, case.bond) = (true, base.to_string());
    save_case(ctx, &case);
    Ok(())
}

/// The last call goes to the next rung: a jury that waits for its throw, or governance.
pub(crate) fn next_rung(ctx: &mut Ctx, case: &mut pb::Case) -> Result<()> {
    let rung = case.rung.saturating_add(1);
    case.rung = rung;
    if let Some(call) = case.calls.last_mut() {
        call.rung = rung;
    }
    if rung >= GOVERNANCE {
        case.set_status(pb::CaseStatus::Governance);
    } else {
        case.set_status(pb::CaseStatus::Drawing);
        case.called_height = ctx.block.height;
        let soon = ctx.block.height.saturating_add(1);
        let entry = Entry::new(What::Jury, case.task, case.number).bytes();
        scheduler::push(ctx, &THROWS, soon, &entry)?;
    }
    save_case(ctx, case);
    Ok(())
}

/// The work of the queue: a jury is drawn, on the first rung that can sit.
pub(crate) fn throw_jury(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let (mut task, mut case) = (task(&ctx.state, entry.task)?, case(&ctx.state, entry.task, entry.number)?);
    if case.status() != pb::CaseStatus::Drawing {
        return Ok(Step::Done(1));
    }
    let later = |units| Step::Later(ctx.block.height.saturating_add(1), units);
    if !beacon::ready(&ctx.state, case.called_height)? {
        return Ok(later(1));
    }
    let later = later(16);
    let against = case.against();
    let search = Search {
        update: update(&task),
        rounds: task.rounds,
        step: case.rung.min(2),
        anchors: against != pb::Verdict::Accept,
        most_fee: None,
        tried: vec![task.quorum],
        conflicts: conflicts(&task, Some(&case))?,
        barred: barred(&ctx.state, &task)?,
        now: ctx.block.time,
    };
    let field = if task.rounds >= MAX_ROUNDS {
        None
    } else if case.rung == 1 {
        match (task.dat_backed, look(&ctx.state, &search, task.quorum)?) {
            (true, _) => None,
            (false, None) => return Ok(later),
            (false, Some(field)) => can_seat(&ctx.state, &search, &field)?.then_some(Box::new(field)),
        }
    } else {
        let edges = idao::live_edges(&ctx.state, search.update.idao, search.now)?;
        match pick(ctx, &task, &search, &edges, task.rounds.saturating_add(1))? {
            Choice::Unmeasured => return Ok(later),
            Choice::Nobody => None,
            Choice::Chosen(field) => Some(field),
        }
    };
    let Some(mut field) = field else {
        next_rung(ctx, &mut case)?;
        return Ok(Step::Done(16));
    };
    if case.rung == 1 {
        field.dat_backed = task.dat_backed;
        field.quorum_share_bps = task.quorum_share_bps;
        field.fee = stored::amount(&task.fee)?;
    }
    let id = field.measurement.quorum;
    let number = rounds::begin(ctx, &mut task, &search, *field, pb::Purpose::Jury)?;
    if let Some(call) = case.calls.last_mut() {
        (call.round, call.quorum) = (number, id);
    }
    case.set_status(pb::CaseStatus::Judging);
    save_case(ctx, &case);
    Ok(Step::Done(32))
}

/// A jury is counted: it rules, unless too few revealed.
pub(super) fn jury_counted(
    ctx: &mut Ctx,
    task: &mut pb::Task,
    round: &mut pb::Round,
    tally: &Tally,
) -> Result<()> {
    if round.verdict() != pb::Verdict::Accept {
        rounds::release(ctx, round)?;
        save_round(ctx, round);
    }
    let mut case = case(&ctx.state, task.id, task.cases)?;
    let seats = u32::try_from(round.seats.len()).unwrap_or(u32::MAX);
    if tally.revealed().saturating_mul(2) < seats {
        return pass_up(ctx, &mut case);
    }
    let overturned = match case.against() {
        pb::Verdict::Accept => matches!(round.verdict(), pb::Verdict::Reject | pb::Verdict::Invalid),
        _ => round.verdict() == pb::Verdict::Accept,
    };
    let ruling = if overturned { pb::Ruling::Overturned } else { pb::Ruling::Upheld };
    ruling_made(ctx, &mut case, ruling)
}

/// A submitter who keeps content from a jury loses.
pub(super) fn kept_from_jury(ctx: &mut Ctx, task: &mut pb::Task, round: &mut pb::Round) -> Result<()> {
    rounds::release(ctx, round)?;
    save_round(ctx, round);
    let mut case = case(&ctx.state, task.id, task.cases)?;
    let ruling = match case.against() {
        pb::Verdict::Accept => pb::Ruling::Overturned,
        _ => pb::Ruling::Upheld,
    };
    ruling_made(ctx, &mut case, ruling)
}

/// Too few revealed: the next rung has it, for the same bonds.
fn pass_up(ctx: &mut Ctx, case: &mut pb::Case) -> Result<()> {
    let Some(last) = case.calls.last_mut() else { return Ok(()) };
    last.set_ruling(pb::Ruling::PassedUp);
    let (caller, parties) = (last.caller, std::mem::take(&mut last.parties));
    case.calls.push(pb::Call { caller, parties, ..pb::Call::default() });
    ctx.emit(events::Ruled { case, ruling: pb::Ruling::PassedUp });
    next_rung(ctx, case)
}

/// A ruling that can be appealed.
fn ruling_made(ctx: &mut Ctx, case: &mut pb::Case, ruling: pb::Ruling) -> Result<()> {
    if let Some(call) = case.calls.last_mut() {
        call.set_ruling(ruling);
    }
    let until = ctx.block.time.plus(time_of(params(&ctx.state)?.appeal_time.as_ref()));
    case.set_status(pb::CaseStatus::Appealable);
    case.appeal_until = Some(until.wire());
    save_case(ctx, case);
    let entry = Entry { detail: rung_detail(case), ..Entry::new(What::Appeal, case.task, case.number) };
    scheduler::push(ctx, &DEADLINES, until.nanos(), &entry.bytes())?;
    ctx.emit(events::Ruled { case, ruling });
    trail(ctx, case.task, "vsc.case_ruled", None, case)
}

fn rung_detail(case: &pb::Case) -> u8 {
    u8::try_from(case.rung).unwrap_or(u8::MAX)
}

/// The work of the queue: nobody appealed.
pub(crate) fn appeal_over(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let mut case = case(&ctx.state, entry.task, entry.number)?;
    let over = ctx.block.time >= at(case.appeal_until.as_ref());
    if case.status() == pb::CaseStatus::Appealable && over && rung_detail(&case) == entry.detail {
        let ruling = case.calls.last().map(pb::Call::ruling).unwrap_or_default();
        ruled(ctx, &mut case, ruling)?;
    }
    Ok(Step::Done(2))
}

/// The work of the queue: the stake is about to go, so what is not ruled is upheld.
pub(crate) fn rule_by_over(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let mut case = case(&ctx.state, entry.task, entry.number)?;
    if matches!(case.status(), pb::CaseStatus::Closing | pb::CaseStatus::Closed) {
        return Ok(Step::Done(1));
    }
    ruled(ctx, &mut case, pb::Ruling::Unruled)?;
    Ok(Step::Done(2))
}

/// A case is decided for good: money and slashes follow in the queue that is worked first. A jury that is still out is
/// called off.
pub(crate) fn ruled(ctx: &mut Ctx, case: &mut pb::Case, ruling: pb::Ruling) -> Result<()> {
    if case.status() == pb::CaseStatus::Judging
        && let Some(call) = case.calls.last()
    {
        let mut round = round(&ctx.state, case.task, call.round)?;
        rounds::call_off(ctx, &mut round)?;
        rounds::release(ctx, &mut round)?;
        save_round(ctx, &round);
    }
    case.set_ruling(ruling);
    case.set_status(pb::CaseStatus::Closing);
    save_case(ctx, case);
    let entry = Entry::new(What::Case, case.task, case.number).bytes();
    scheduler::push(ctx, &RULINGS, ctx.block.height, &entry)?;
    ctx.emit(events::Ruled { case, ruling });
    trail(ctx, case.task, "vsc.case_decided", None, case)
}

/// On which side somebody can appeal; nobody else can. A signer of the verdict defends it.
pub(crate) fn appellants_side(
    ctx: &Ctx,
    task: &pb::Task,
    case: &pb::Case,
    who: &Address,
) -> Result<Option<pb::Side>> {
    let text = who.to_string();
    let challengers = case.calls.iter().filter(|call| call.caller() == pb::Side::Challenger);
    if challengers.flat_map(|call| &call.parties).any(|party| party.account == text) {
        return Ok(Some(pb::Side::Challenger));
    }
    if case.against() == pb::Verdict::Accept && task.submitter == text {
        return Ok(Some(pb::Side::Defender));
    }
    let round = round(&ctx.state, task.id, case.round)?;
    for seat in round.seats.iter().filter(|seat| sides_with(seat.verdict(), case.against())) {
        if super::member(seat)?.account() == *who {
            return Ok(Some(pb::Side::Defender));
        }
    }
    Ok(None)
}
