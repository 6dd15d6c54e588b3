//! The money of a task and of a case: amounts in, amounts out, and the sums match. Pure.

use proto::amount::{Amount, AmountError};

use crate::fixed::{bps_ceil, bps_floor};

/// How a fee is divided, in basis points; the insurance pool has the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FeeSplit {
    pub ballots_bps: u32,
    pub audit_bps: u32,
    pub burnt_bps: u32,
}

/// Where a fee goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FeeParts {
    /// To each ballot on the verdict's side.
    pub each: Amount,
    /// Its part, and what nobody earned.
    pub insurance: Amount,
    pub audit: Amount,
    pub burnt: Amount,
}

impl FeeSplit {
    /// Divides a fee among so many ballots.
    pub(crate) fn of(&self, fee: Amount, ballots: u32) -> Result<FeeParts, AmountError> {
        let each = divided(bps_floor(fee, self.ballots_bps)?, ballots);
        let (audit, burnt) = (bps_floor(fee, self.audit_bps)?, bps_floor(fee, self.burnt_bps)?);
        let spent = each.times(ballots.into())?.plus(audit)?.plus(burnt)?;
        let insurance = fee.minus(spent).ok_or(AmountError::Overflow)?;
        Ok(FeeParts { each, insurance, audit, burnt })
    }
}

/// `floor(amount / count)`; nothing for nobody.
pub(crate) fn divided(amount: Amount, count: u32) -> Amount {
    if count == 0 {
        return Amount::ZERO;
    }
    amount.times_ratio_floor(1, count.into()).unwrap_or(Amount::ZERO)
}

/// `max(times x fee, part of the value at risk)`, the part rounded up: deposits and bonds.
pub(crate) fn stake(
    fee: Amount,
    times: u32,
    value_at_risk: Amount,
    part_bps: u32,
) -> Result<Amount, AmountError> {
    Ok(fee.times(times.into())?.max(bps_ceil(value_at_risk, part_bps)?))
}

/// A jury that was called in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallBill {
    /// Whether the side that called it lost in the end.
    pub lost: bool,
    /// What those who called it had staked, each.
    pub bonds: Vec<Amount>,
    /// Ballots on the side of the final ruling, of a jury that ruled; 0 means that it is not paid.
    pub ballots: u32,
}

/// What a case settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CaseRates {
    /// The task's fee, and what each jury gets of it.
    pub fee: Amount,
    pub jury_bps: u32,
    /// Burnt of a losing bond.
    pub bond_burnt_bps: u32,
}

/// Where the money of one call goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CallPayment {
    /// Back to each who called it, in order: all of it if they won, else nothing.
    pub back: Vec<Amount>,
    pub burnt: Amount,
    /// To the jury, by where it comes from; what is missing is for the insurance pool.
    pub jury_from_bonds: Amount,
    pub jury_from_fee: Amount,
    pub jury_missing: Amount,
    /// What is left of losing bonds, for the other side.
    pub to_other_side: Amount,
}

/// Bills all calls of a case, in order, on `fee_held` that is in escrow. Also what is left of that.
pub(crate) fn bill(
    calls: &[CallBill],
    rates: &CaseRates,
    fee_held: Amount,
) -> Result<(Vec<CallPayment>, Amount), AmountError> {
    let mut held = fee_held;
    let mut payments = Vec::with_capacity(calls.len());
    for call in calls {
        let due = if call.ballots == 0 { Amount::ZERO } else { bps_floor(rates.fee, rates.jury_bps)? };
        let mut payment = CallPayment::default();
        if call.lost {
            let staked = sum(&call.bonds)?;
            let burnt = call.bonds.iter().map(|bond| bps_ceil(*bond, rates.bond_burnt_bps));
            payment.burnt = sum(&burnt.collect::<Result<Vec<_>, _>>()?)?;
            let left = staked.minus_or_zero(payment.burnt);
            payment.jury_from_bonds = due.min(left);
            payment.to_other_side = left.minus_or_zero(payment.jury_from_bonds);
            payment.back = vec![Amount::ZERO; call.bonds.len()];
        } else {
            payment.jury_from_fee = due.min(held);
            held = held.minus_or_zero(payment.jury_from_fee);
            payment.back.clone_from(&call.bonds);
        }
        let paid = payment.jury_from_bonds.plus(payment.jury_from_fee)?;
        payment.jury_missing = due.minus_or_zero(paid);
        payments.push(payment);
    }
    Ok((payments, held))
}

/// The sum.
pub(crate) fn sum(amounts: &[Amount]) -> Result<Amount, AmountError> {
    amounts.iter().try_fold(Amount::ZERO, |sum, amount| sum.plus(*amount))
}

/// `amount` in parts that are equal but for the first, which has what does not divide.
pub(crate) fn parts(amount: Amount, count: u32) -> Vec<Amount> {
    let each = divided(amount, count);
    let rest = amount.minus_or_zero(each.times(count.into()).unwrap_or(amount));
    let part = |place: u32| if place == 0 { each.plus(rest).unwrap_or(each) } else { each };
    (0..count).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SPLIT: FeeSplit = FeeSplit { ballots_bps: 7_500, audit_bps: 500, burnt_bps: 1_000 };
    const LAZ: u128 = 1_000_000;

    fn amounts(list: &[u128]) -> Vec<Amount> {
        list.iter().copied().map(Amount::new).collect()
    }

    #[test]
    fn the_worked_examples_fee_is_divided_to_the_unit() {
        let parts = SPLIT.of(Amount::new(29_000_002), 3).expect("small");
        let all = [parts.each, parts.insurance, parts.audit, parts.burnt];
        assert_eq!(all.map(Amount::units), [7_250_000, 2_900_002, 1_450_000, 2_900_000]);
        let deposit = |value: u128| stake(Amount::new(40 * LAZ), 4, Amount::new(value * LAZ), 2_000);
        assert_eq!(deposit(9_000), Ok(Amount::new(1_800 * LAZ)));
        assert_eq!(deposit(15_000), Ok(Amount::new(3_000 * LAZ)));
        assert_eq!(deposit(100), Ok(Amount::new(160 * LAZ)));
    }

    #[test]
    fn the_worked_examples_overturned_verdict_is_billed_to_the_unit() {
        let fee = Amount::new(35_000_002);
        let bond = stake(fee, 2, Amount::new(15_000 * LAZ), 500).expect("small");
        assert_eq!(bond.units(), 750 * LAZ);
        let calls = [CallBill { lost: false, bonds: vec![bond], ballots: 4 }];
        let rates = CaseRates { fee, jury_bps: 7_500, bond_burnt_bps: 3_000 };
        let (payments, left) = bill(&calls, &rates, fee).expect("small");
        assert_eq!(payments[0].jury_from_fee.units(), 26_250_001);
        assert_eq!(divided(payments[0].jury_from_fee, 4).units(), 6_562_500);
        assert_eq!(payments[0].back, [bond]);
        assert_eq!(left.units(), 8_750_001);
    }

    #[test]
    fn who_loses_a_case_pays_its_jury_and_the_other_side() {
        let calls = [
            CallBill { lost: true, bonds: amounts(&[750, 751]), ballots: 5 },
            CallBill { lost: false, bonds: amounts(&[1_500]), ballots: 9 },
        ];
        let rates = CaseRates { fee: Amount::new(200), jury_bps: 7_500, bond_burnt_bps: 3_000 };
        let (payments, left) = bill(&calls, &rates, Amount::new(120)).expect("small");
        let [first, second] = payments.as_slice() else { panic!("two calls") };
        assert_eq!((first.burnt.units(), first.jury_from_bonds.units()), (225 + 226, 150));
        assert_eq!(first.to_other_side.units(), 1_501 - 451 - 150);
        assert_eq!((second.jury_from_fee.units(), second.jury_missing.units()), (120, 30));
        assert_eq!((second.back.clone(), left), (amounts(&[1_500]), Amount::ZERO));
    }

    proptest! {
        #[test]
        fn a_fee_is_divided_without_remainder(fee in any::<u64>(), ballots in 0_u32..200) {
            let fee = Amount::new(fee.into());
            let parts = SPLIT.of(fee, ballots).unwrap();
            let paid = parts.each.times(ballots.into()).unwrap();
            prop_assert_eq!(sum(&[paid, parts.insurance, parts.audit, parts.burnt]).unwrap(), fee);
            prop_assert!(parts.insurance.units() * 10 + 10 >= fee.units()); // at least its tenth
        }

        #[test]
        fn a_case_pays_out_what_was_staked_and_no_more(
            calls in prop::collection::vec(
                (any::<bool>(), prop::collection::vec(0_u128..1_000_000, 0..9), 0_u32..64), 0..4),
            fee in 0_u128..1_000_000,
            held in 0_u128..1_000_000,
        ) {
            let calls: Vec<CallBill> = calls
                .into_iter()
                .map(|(lost, bonds, ballots)| CallBill { lost, bonds: amounts(&bonds), ballots })
                .collect();
            let rates = CaseRates { fee: Amount::new(fee), jury_bps: 7_500, bond_burnt_bps: 3_000 };
            let (payments, left) = bill(&calls, &rates, Amount::new(held)).unwrap();
            let mut spent = left.units();
            for payment in &payments {
                spent += sum(&payment.back).unwrap().units() + payment.burnt.units();
                spent += payment.jury_from_bonds.units() + payment.jury_from_fee.units();
                spent += payment.to_other_side.units();
            }
            let staked: u128 = calls.iter().map(|call| sum(&call.bonds).unwrap().units()).sum();
            prop_assert_eq!(spent, staked + held);
        }

        #[test]
        fn parts_sum_to_the_whole(amount in any::<u64>(), count in 1_u32..20) {
            let list = parts(Amount::new(amount.into()), count);
            prop_assert_eq!(sum(&list).unwrap().units(), u128::from(amount));
            prop_assert!(list.iter().all(|part| *part <= list[0]));
        }
    }
}
