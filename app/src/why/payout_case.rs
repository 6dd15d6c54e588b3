//! The money of a case: bonds, juries, challengers.

use proto::{amount::Amount, lazchain::vsc::v1 as pb};

use super::{
    account_of, count,
    payout::{Expected, Paid},
    sum,
};
use crate::{
    error::Result,
    fixed::bps_ceil,
    modules::{
        quorum,
        vsc::{
            money::{CallBill, CallPayment, CaseRates, bill, divided, parts},
            tally::sides_with,
        },
    },
    stored::{address, amount},
};

/// The name of the rule by which the bonds of a case are settled.
pub(super) fn rule(case: &pb::Case) -> String {
    format!("bonds and juries of case {}", case.number)
}

/// All bonds of a case.
pub(super) fn staked(case: &pb::Case) -> Result<Amount> {
    let parties = case.calls.iter().flat_map(|call| &call.parties);
    sum(parties.map(|party| amount(&party.bond)).collect::<Result<Vec<_>, _>>()?)
}

/// All that a payout for a case may be.
pub(super) fn expected(paid: &Paid<'_>, payout: &pb::Payout) -> Result<Vec<Expected>> {
    let mut all = Vec::new();
    for case in paid.cases {
        let fell = (case.ruling(), case.against()) == (pb::Ruling::Overturned, pb::Verdict::Accept);
        all.push(settled(paid, payout, case)?);
        if fell {
            all.push(acceptance_fell(paid, payout, case)?);
        }
    }
    Ok(all)
}

/// The Quorum whose verdict a case is about.
fn quorum_of(paid: &Paid<'_>, case: &pb::Case) -> u64 {
    let round = paid.rounds.iter().find(|round| round.round == case.round);
    round.map_or(0, |round| round.quorum)
}

/// What a ballot must say to be on the ruling's side.
fn side(case: &pb::Case) -> pb::Verdict {
    let overturned = case.ruling() == pb::Ruling::Overturned;
    if (case.against() == pb::Verdict::Accept) == overturned {
        pb::Verdict::Reject
    } else {
        pb::Verdict::Accept
    }
}

/// Seats of a jury that are paid: on the ruling's side, or all whom the submitter kept waiting for the data key.
fn jurors<'a>(paid: &Paid<'a>, case: &pb::Case, call: &pb::Call) -> Vec<&'a pb::Seat> {
    use pb::Ruling::{Overturned, Upheld};
    if !matches!(case.ruling(), Overturned | Upheld) || !matches!(call.ruling(), Overturned | Upheld) {
        return Vec::new();
    }
    let side = side(case);
    let seats = paid.rounds.iter().filter(|round| call.round != 0 && round.round == call.round);
    let on_side =
        |seat: &&pb::Seat| seat.conduct() == pb::Conduct::Excused || sides_with(seat.verdict(), side);
    seats.flat_map(|round| &round.seats).filter(on_side).collect()
}

/// Bonds back or spent, juries paid, the rest of losing bonds to the other side.
fn settled(paid: &Paid<'_>, payout: &pb::Payout, case: &pb::Case) -> Result<Expected> {
    use pb::Ruling::{Overturned, Unruled, Upheld};
    let ruling = case.ruling();
    let decided = matches!(ruling, Overturned | Upheld);
    let winner = if ruling == Overturned { pb::Side::Challenger } else { pb::Side::Defender };
    let (rates, quorum) = (payout.rates.unwrap_or_default(), quorum_of(paid, case));
    let juries: Vec<Vec<&pb::Seat>> = case.calls.iter().map(|call| jurors(paid, case, call)).collect();
    let bill_of = |(call, jury): (&pb::Call, &Vec<&pb::Seat>)| -> Result<CallBill> {
        let bonds = call.parties.iter().map(|party| Ok(amount(&party.bond)?)).collect::<Result<_>>()?;
        Ok(CallBill { lost: decided && call.caller() != winner, bonds, ballots: count(jury) })
    };
    let bills = case.calls.iter().zip(&juries).map(bill_of).collect::<Result<Vec<_>>>()?;
    let prices = CaseRates {
        fee: amount(&payout.fee)?,
        jury_bps: rates.ballots_bps,
        bond_burnt_bps: rates.bond_burnt_bps,
    };
    let (payments, fee_left) = bill(&bills, &prices, amount(&payout.fee_held)?)?;
    let mut one = Expected { fee_left, bonds: staked(case)?, ..Expected::new(payout, rule(case))? };
    let (mut to_other, mut drawn) = (Amount::ZERO, payout.drawn.iter());
    for ((call, payment), jury) in case.calls.iter().zip(&payments).zip(&juries) {
        for (party, back) in call.parties.iter().zip(&payment.back) {
            let kept = if ruling == Unruled { bps_ceil(*back, rates.bond_burnt_bps)? } else { Amount::ZERO };
            one.line(&party.account, back.minus_or_zero(kept), "bond");
            one.burn(kept);
        }
        one.burn(payment.burnt);
        to_other = to_other.plus(payment.to_other_side)?;
        let mut added = Amount::ZERO;
        if !payment.jury_missing.is_zero() {
            let pool = drawn.next().map(|one| amount(&one.amount)).transpose()?.unwrap_or_default();
            added = pool.min(payment.jury_missing);
        }
        pay_jury(&mut one, payment, (added, call.quorum), jury)?;
    }
    match (ruling, case.against()) {
        (Overturned, _) => reward(&mut one, case, quorum, (to_other, "bond"))?,
        (_, pb::Verdict::Accept) => one.line(&paid.task.submitter, to_other, "bond"),
        _ => one.line(quorum::account(quorum), to_other, "insurance"),
    }
    Ok(one)
}

/// A jury's part in equal parts; what does not divide is its insurance pool's.
fn pay_jury(
    one: &mut Expected,
    payment: &CallPayment,
    (added, quorum): (Amount, u64),
    jury: &[&pb::Seat],
) -> Result<()> {
    let pot = sum([payment.jury_from_bonds, payment.jury_from_fee, added])?;
    let (each, mut left) = (divided(pot, count(jury)), pot);
    for seat in jury {
        one.line(account_of(&seat.member)?, each, "jury");
        left = left.minus_or_zero(each);
    }
    one.line(quorum::account(quorum), left, "insurance");
    Ok(())
}

/// In equal parts to the challengers; the audit pool is one of them if its second look called the case.
fn reward(one: &mut Expected, case: &pb::Case, quorum: u64, (prize, what): (Amount, &str)) -> Result<()> {
    let first =
        case.calls.iter().find(|call| call.caller() == pb::Side::Challenger && !call.parties.is_empty());
    let parties = first.map(|call| call.parties.as_slice()).unwrap_or_default();
    let pool = quorum::account(quorum);
    for (party, share) in parties.iter().zip(parts(prize, count(parties))) {
        let audit = case.by_look && address(&party.account)? == pool;
        one.line(&party.account, share, if audit { "audit" } else { what });
    }
    Ok(())
}

/// Half of the deposit and what is left of the fee to the challengers, the rest burnt.
fn acceptance_fell(paid: &Paid<'_>, payout: &pb::Payout, case: &pb::Case) -> Result<Expected> {
    let (fee, deposit) = (amount(&payout.fee_held)?, amount(&payout.deposit_held)?);
    let (half, quorum) = (deposit.times_ratio_floor(1, 2)?, quorum_of(paid, case));
    let mut one = Expected::new(payout, format!("the acceptance that fell in case {}", case.number))?;
    reward(&mut one, case, quorum, (half, "deposit"))?;
    reward(&mut one, case, quorum, (fee, "reward"))?;
    one.burn(deposit.minus_or_zero(half));
    (one.fee_left, one.deposit_left) = (Amount::ZERO, Amount::ZERO);
    Ok(one)
}
