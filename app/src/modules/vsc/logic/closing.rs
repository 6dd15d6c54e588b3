//! The end of a case: who is paid, who is slashed, what stands.

use proto::{
    address::Address,
    amount::Amount,
    lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb},
};

use super::super::{
    events,
    money::{self, CallBill, CallPayment, divided, parts},
    tally::sides_with,
    types::{Entry, case_rates},
};
use super::{
    Payer, case, close, displace, looks, member, params, refund, round, rounds, rounds_of, save, save_case,
    save_round, submitter, task, trail, update, verdicts,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        dat, idao,
        quorum::{self, Offence},
        scheduler::Step,
    },
    stored,
};

/// What members are found at fault of.
pub(super) struct Fault {
    kind: quorum_pb::OffenceKind,
    at_least: Amount,
    reporter: Option<Address>,
    refund: Option<(Address, Amount)>,
}

impl Fault {
    /// On the losing side of an overturned verdict.
    const fn wrong(at_least: Amount, refund: Option<(Address, Amount)>) -> Fault {
        Fault { kind: quorum_pb::OffenceKind::Wrong, at_least, reporter: None, refund }
    }

    /// Accepted a canary.
    pub(super) const fn lazy(planter: Address) -> Fault {
        let (at_least, reporter) = (Amount::ZERO, Some(planter));
        Fault { kind: quorum_pb::OffenceKind::Lazy, at_least, reporter, refund: None }
    }
}

/// Finds those members of a round at fault whom `guilty` names; how many. All power of the finding counts for each.
pub(super) fn convict(
    ctx: &mut Ctx,
    round: &pb::Round,
    fault: &Fault,
    guilty: impl Fn(&pb::Seat) -> bool,
) -> Result<u32> {
    let seats: Vec<&pb::Seat> = round.seats.iter().filter(|seat| guilty(seat)).collect();
    let mut power_at_fault = Amount::ZERO;
    for seat in &seats {
        power_at_fault = power_at_fault.plus(stored::amount(&seat.power)?)?;
    }
    for seat in &seats {
        let offence = Offence {
            quorum: round.quorum,
            measurement: round.measurement,
            member: member(seat)?,
            kind: fault.kind,
            task: round.task,
            round: round.round,
            power_at_fault,
            reporter: fault.reporter,
            at_least: fault.at_least,
            refund: fault.refund,
        };
        quorum::offend(ctx, &offence)?;
    }
    Ok(u32::try_from(seats.len()).unwrap_or(u32::MAX))
}

/// Revokes the version of a task; its consumers are made whole from the insurance pool, with at most so much.
pub(super) fn revoke(ctx: &mut Ctx, task: &pb::Task, most: Amount) -> Result<()> {
    let short = dat::shortfall(&ctx.state, task.asset, task.version)?.min(most);
    let from = super::account();
    let drawn =
        if short.is_zero() { Amount::ZERO } else { quorum::draw_insurance(ctx, task.quorum, &from, short)? };
    dat::revoke(ctx, task.asset, task.version, drawn, &from)?;
    Ok(())
}

/// The work of the queue that is worked first.
pub(crate) fn close_case(ctx: &mut Ctx, entry: Entry) -> Result<Step> {
    let (mut task, mut case) = (task(&ctx.state, entry.task)?, case(&ctx.state, entry.task, entry.number)?);
    if case.status() != pb::CaseStatus::Closing {
        return Ok(Step::Done(1));
    }
    let ruling = case.ruling();
    bonds_and_juries(ctx, &mut task, &case)?;
    end(ctx, &mut task, &mut case)?;
    match (ruling, case.against()) {
        (pb::Ruling::Overturned, pb::Verdict::Accept) => acceptance_falls(ctx, &mut task, &case)?,
        (pb::Ruling::Overturned, _) => rejection_falls(ctx, &mut task, &case)?,
        (pb::Ruling::SentBack, _) => send_back(ctx, &mut task)?,
        _ => upheld(ctx, &mut task, &case)?,
    }
    Ok(Step::Done(128))
}

/// The case is over; its second look, if that called it, is paid by the ruling.
fn end(ctx: &mut Ctx, task: &mut pb::Task, case: &mut pb::Case) -> Result<()> {
    case.set_status(pb::CaseStatus::Closed);
    save_case(ctx, case);
    task.case_open = false;
    save(ctx, task);
    trail(ctx, task.id, "vsc.case_closed", None, case)?;
    let fell = case.ruling() == pb::Ruling::Overturned && case.against() == pb::Verdict::Accept;
    idao::case_closed(ctx, update(task).idao, &submitter(task)?, fell)?;
    if !case.by_look {
        return Ok(());
    }
    let side = if fell { pb::Verdict::Reject } else { pb::Verdict::Accept };
    let look = rounds_of(&ctx.state, task.id)?.into_iter().find(|round| round.purpose() == pb::Purpose::Look);
    look.map_or(Ok(()), |look| looks::pay(ctx, task, &look, side))
}

/// What a ballot must say to be on the ruling's side.
const fn side_of(case: &pb::Case, overturned: bool) -> pb::Verdict {
    match (case.against == pb::Verdict::Accept as i32, overturned) {
        (true, true) | (false, false) => pb::Verdict::Reject,
        _ => pb::Verdict::Accept,
    }
}

/// Seats of a jury that are paid: on the ruling's side, or all whom the submitter kept waiting for the data key.
fn paid_seats(ctx: &Ctx, task: &pb::Task, case: &pb::Case, call: &pb::Call) -> Result<Vec<Address>> {
    use pb::Ruling::{Overturned, Upheld};
    if call.round == 0 || !matches!(call.ruling(), Overturned | Upheld) {
        return Ok(Vec::new());
    }
    let round = round(&ctx.state, task.id, call.round)?;
    let side = side_of(case, case.ruling() == Overturned);
    let on_side =
        |seat: &&pb::Seat| seat.conduct() == pb::Conduct::Excused || sides_with(seat.verdict(), side);
    round.seats.iter().filter(on_side).map(|seat| Ok(member(seat)?.account())).collect()
}

/// Bonds back or spent, juries paid.
fn bonds_and_juries(ctx: &mut Ctx, task: &mut pb::Task, case: &pb::Case) -> Result<()> {
    use pb::Ruling::{Overturned, Unruled, Upheld};
    let ruling = case.ruling();
    let decided = matches!(ruling, Overturned | Upheld);
    let winner = if ruling == Overturned { pb::Side::Challenger } else { pb::Side::Defender };
    let params = params(&ctx.state)?;
    let (mut bills, mut seats) = (Vec::new(), Vec::new());
    for call in &case.calls {
        let paid = if decided { paid_seats(ctx, task, case, call)? } else { Vec::new() };
        let bonds = call.parties.iter().map(|party| Ok(stored::amount(&party.bond)?));
        bills.push(CallBill {
            lost: decided && call.caller() != winner,
            bonds: bonds.collect::<Result<_>>()?,
            ballots: u32::try_from(paid.len()).unwrap_or(u32::MAX),
        });
        seats.push(paid);
    }
    let rates = case_rates(&params, stored::amount(&task.fee)?);
    let (payments, left) = money::bill(&bills, &rates, stored::amount(&task.fee_held)?)?;
    let mut payer = Payer::new(task, &params, "case");
    let mut to_other = Amount::ZERO;
    for ((call, payment), paid) in case.calls.iter().zip(&payments).zip(&seats) {
        for (party, back) in call.parties.iter().zip(&payment.back) {
            let who = stored::address(&party.account)?;
            let kept = if ruling == Unruled {
                crate::fixed::bps_ceil(*back, params.bond_burnt_bps)?
            } else {
                Amount::ZERO
            };
            payer.pay(ctx, &who, back.minus_or_zero(kept), "bond")?;
            payer.burn(ctx, kept)?;
        }
        payer.burn(ctx, payment.burnt)?;
        to_other = to_other.plus(payment.to_other_side)?;
        pay_jury(ctx, &mut payer, (task.quorum, call.quorum), payment, paid)?;
    }
    task.fee_held = left.to_string();
    let to_other = Prize { amount: to_other, what: "bond" };
    match (ruling, case.against()) {
        (Overturned, _) => reward(ctx, &mut payer, task, case, &to_other)?,
        (_, pb::Verdict::Accept) => payer.pay(ctx, &submitter(task)?, to_other.amount, "bond")?,
        // those who judged do not earn from being challenged
        _ => payer.insurance(ctx, task.quorum, to_other.amount)?,
    }
    payer.done(ctx, task);
    save(ctx, task);
    Ok(())
}

/// A jury's part, from where it comes; what does not divide is its insurance pool's.
fn pay_jury(
    ctx: &mut Ctx,
    payer: &mut Payer,
    (verdicts, jurys): (u64, u64),
    payment: &CallPayment,
    paid: &[Address],
) -> Result<()> {
    let missing = payment.jury_missing;
    let drawn = if missing.is_zero() {
        Amount::ZERO
    } else {
        let drawn = quorum::draw_insurance(ctx, verdicts, &super::account(), missing)?;
        payer.added(verdicts, drawn, "insurance");
        drawn
    };
    let pot = payment.jury_from_bonds.plus(payment.jury_from_fee)?.plus(drawn)?;
    let each = divided(pot, u32::try_from(paid.len()).unwrap_or(u32::MAX));
    let mut left = pot;
    for who in paid {
        payer.pay(ctx, who, each, "jury")?;
        left = left.minus_or_zero(each);
    }
    payer.insurance(ctx, jurys, left)
}

/// Something for the challengers.
struct Prize {
    amount: Amount,
    what: &'static str,
}

/// In equal parts to the challengers; the audit pool is one of them if its second look called the case.
fn reward(ctx: &mut Ctx, payer: &mut Payer, task: &pb::Task, case: &pb::Case, prize: &Prize) -> Result<()> {
    let first =
        case.calls.iter().find(|call| call.caller() == pb::Side::Challenger && !call.parties.is_empty());
    let parties = first.map(|call| call.parties.as_slice()).unwrap_or_default();
    let shares = parts(prize.amount, u32::try_from(parties.len()).unwrap_or(u32::MAX));
    let pool = quorum::account(task.quorum);
    for (party, share) in parties.iter().zip(shares) {
        let who = stored::address(&party.account)?;
        if case.by_look && who == pool {
            payer.audit(ctx, task.quorum, share)?;
        } else {
            payer.pay(ctx, &who, share, prize.what)?;
        }
    }
    Ok(())
}

/// The verdict stands. A jury that would have overturned it was wrong itself.
fn upheld(ctx: &mut Ctx, task: &mut pb::Task, case: &pb::Case) -> Result<()> {
    for call in case.calls.iter().filter(|call| call.round != 0) {
        let mut jury = round(&ctx.state, task.id, call.round)?;
        if case.ruling() == pb::Ruling::Upheld && call.ruling() == pb::Ruling::Overturned {
            let side = side_of(case, true);
            let fault = Fault::wrong(Amount::ZERO, None);
            convict(ctx, &jury, &fault, |seat| sides_with(seat.verdict(), side))?;
        }
        rounds::release(ctx, &mut jury)?;
        save_round(ctx, &jury);
    }
    if task.rival != 0 && task.status() == pb::TaskStatus::Provisional {
        return displace(ctx, task);
    }
    if task.status() != pb::TaskStatus::Final {
        verdicts::end_window(ctx, task)?;
    }
    // liability may have ended while the case was open
    if task.status() == pb::TaskStatus::Final {
        verdicts::settle(ctx, task)?;
    }
    Ok(())
}

/// An acceptance falls: the version is revoked, who accepted is slashed, the challengers are paid.
fn acceptance_falls(ctx: &mut Ctx, task: &mut pb::Task, case: &pb::Case) -> Result<()> {
    let accepted = |seat: &pb::Seat| seat.verdict() == pb::Verdict::Accept;
    let verdict = round(&ctx.state, task.id, case.round)?;
    let reserve = stored::amount(&verdict.reserve)?;
    convict(ctx, &verdict, &Fault::wrong(reserve, None), accepted)?;
    for look in rounds_of(&ctx.state, task.id)? {
        if look.purpose() == pb::Purpose::Look {
            convict(ctx, &look, &Fault::wrong(Amount::ZERO, None), accepted)?;
        }
    }
    quorum::overturned(ctx, task.quorum)?;
    let deposit = stored::amount(&task.deposit_held)?;
    let half = deposit.times_ratio_floor(1, 2)?;
    let mut payer = Payer::new(task, &params(&ctx.state)?, "case");
    reward(ctx, &mut payer, task, case, &Prize { amount: half, what: "deposit" })?;
    let fee = stored::amount(&task.fee_held)?;
    reward(ctx, &mut payer, task, case, &Prize { amount: fee, what: "reward" })?;
    let burnt = deposit.minus_or_zero(half);
    payer.burn(ctx, burnt)?;
    payer.done(ctx, task);
    (task.fee_held, task.deposit_held) = (Amount::ZERO.to_string(), Amount::ZERO.to_string());
    if task.status() == pb::TaskStatus::Final {
        let points: u128 = task.points.parse().unwrap_or(0);
        idao::take_points(ctx, update(task).idao, &submitter(task)?, points)?;
    }
    revoke(ctx, task, burnt)?;
    close(ctx, task, pb::Outcome::Overturned)
}

/// A rejection falls: who rejected is slashed, and the update is anchored as final on the jury's seats.
fn rejection_falls(ctx: &mut Ctx, task: &mut pb::Task, case: &pb::Case) -> Result<()> {
    let against = case.against();
    let who = submitter(task)?;
    let spent = stored::amount(&task.fee)?.minus_or_zero(stored::amount(&task.fee_held)?);
    let verdict = round(&ctx.state, task.id, case.round)?;
    let fault = Fault::wrong(Amount::ZERO, Some((who, spent)));
    convict(ctx, &verdict, &fault, |seat| sides_with(seat.verdict(), against))?;
    quorum::overturned(ctx, task.quorum)?;
    let last = case.calls.iter().rev().find(|call| call.ruling() == pb::Ruling::Overturned);
    let jury = round(&ctx.state, task.id, last.map_or(0, |call| call.round))?;
    for call in case.calls.iter().filter(|call| call.round != 0 && call.round != jury.round) {
        let mut other = round(&ctx.state, task.id, call.round)?;
        rounds::release(ctx, &mut other)?;
        save_round(ctx, &other);
    }
    let mut payer = Payer::new(task, &params(&ctx.state)?, "refund");
    payer.pay(ctx, &who, stored::amount(&task.fee_held)?, "refund")?;
    payer.done(ctx, task);
    task.fee_held = Amount::ZERO.to_string();
    if task.rival != 0 {
        return displace(ctx, task);
    }
    if !verdicts::anchor(ctx, task, &jury)? {
        refund(ctx, task)?;
        return close(ctx, task, pb::Outcome::Unanchored);
    }
    verdicts::stands(ctx, task, &jury)
}

/// Governance sends a rejected update back to routing; it is nobody's fault.
fn send_back(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    for mut jury in rounds_of(&ctx.state, task.id)? {
        rounds::release(ctx, &mut jury)?;
        save_round(ctx, &jury);
    }
    task.tried.clear();
    super::entry::enqueue(ctx, task)
}

/// A case falls away: the bonds go back.
pub(super) fn drop_case(ctx: &mut Ctx, task: &mut pb::Task) -> Result<()> {
    let mut case = case(&ctx.state, task.id, task.cases)?;
    case.set_ruling(pb::Ruling::Dropped);
    ctx.emit(events::Ruled { case: &case, ruling: pb::Ruling::Dropped });
    bonds_and_juries(ctx, task, &case)?;
    end(ctx, task, &mut case)
}
