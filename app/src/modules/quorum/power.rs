//! Who weighs how much, and what fault costs: pure arithmetic.

use proto::amount::{Amount, AmountError};

use crate::fixed::{BPS, bps_floor, mul_div_floor};

/// The powers of members, and how they came about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Powers {
    /// How many pledges the cap cut.
    pub capped: u32,
    /// What it cut them to.
    pub level: Amount,
    /// In the order of the pledges; all 0 where the cap cannot be kept.
    pub powers: Vec<Amount>,
    /// Their sum.
    pub total: Amount,
}

/// What a member pledges: the allocated part of the stake, and at most `own_factor` times the allocated part of the
/// operator's own. Who has nothing of their own at stake has no word.
pub(crate) fn pledge(
    tokens: Amount,
    own: Amount,
    allocation_bps: u32,
    own_factor: u32,
) -> Result<Amount, AmountError> {
    let own = bps_floor(own, allocation_bps)?.times(own_factor.into()).unwrap_or(Amount::MAX);
    Ok(bps_floor(tokens, allocation_bps)?.min(own))
}

/// Powers under a cap of `cap_bps`, at least 1. Members without a pledge count for nothing.
///
/// With `k` the number of pledges cut so far, largest first, the level is `floor(cap x (sum of the others) / (10,000 -
/// cap x k))`; one more is cut while the largest of the others exceeds it. With at least `10,000 / cap` members that
/// ends before the divisor reaches 0: once `cap x (k + 1) >= 10,000` the level is at least the sum of the others.
/// Since `level x (10,000 - cap x k) <= cap x others`, nobody has more than `cap` of the sum.
pub(crate) fn powers(pledges: &[Amount], cap_bps: u32) -> Result<Powers, AmountError> {
    let mut sorted: Vec<Amount> = pledges.iter().copied().filter(|pledge| !pledge.is_zero()).collect();
    sorted.sort_by(|one, other| other.cmp(one));
    let members = u64::try_from(sorted.len()).unwrap_or(u64::MAX);
    let none = Powers { powers: vec![Amount::ZERO; pledges.len()], ..Powers::default() };
    if members.saturating_mul(cap_bps.into()) < BPS.into() {
        return Ok(none);
    }
    let mut others = sorted.iter().try_fold(Amount::ZERO, |sum, pledge| sum.plus(*pledge))?;
    let (mut capped, mut level) = (0_u32, Amount::MAX);
    let mut largest = sorted.into_iter();
    while let Some(divisor) = BPS.checked_sub(cap_bps.saturating_mul(capped)).filter(|left| *left > 0) {
        level = Amount::new(mul_div_floor(others.units(), cap_bps.into(), divisor.into())?);
        match largest.next() {
            Some(pledge) if pledge > level => {
                others = others.minus_or_zero(pledge);
                capped = capped.saturating_add(1);
            }
            _ => break,
        }
    }
    let powers: Vec<Amount> = pledges.iter().map(|pledge| (*pledge).min(level)).collect();
    let total = powers.iter().try_fold(Amount::ZERO, |sum, power| sum.plus(*power))?;
    Ok(Powers { capped, level, powers, total })
}

/// What a finding of fault costs a member.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Price {
    pub pledge: Amount,
    pub penalty_bps: u32,
    /// How much the power at fault weighs; 10,000 is once.
    pub factor_bps: u32,
    pub at_least: Amount,
}

impl Price {
    /// `max(floor(pledge x penalty x factor), at_least)`, so that all slashes together stay within the pledge.
    pub(crate) fn within(&self, taken_before: Amount) -> Result<Amount, AmountError> {
        let rate = u128::from(self.penalty_bps).saturating_mul(self.factor_bps.into());
        let whole = u128::from(BPS).saturating_mul(BPS.into());
        let by_rate = Amount::new(mul_div_floor(self.pledge.units(), rate, whole)?);
        Ok(by_rate.max(self.at_least).min(self.pledge.minus_or_zero(taken_before)))
    }
}

/// The correlation factor: `10,000 + correlation x (bps of all power that is at fault)`.
pub(crate) fn factor(correlation: u32, at_fault: Amount, total: Amount) -> Result<u32, AmountError> {
    if total.is_zero() {
        return Ok(BPS);
    }
    let bps = mul_div_floor(at_fault.units(), BPS.into(), total.units())?;
    let bps = u32::try_from(bps).unwrap_or(BPS).min(BPS);
    Ok(BPS.saturating_add(correlation.saturating_mul(bps)))
}

/// `10,000 x (v + 1) / (v + 1 + f + 10 x o)` of verdicts, failed rounds and overturned verdicts, rounded down.
pub(crate) fn reliability(verdicts: u64, failed: u64, overturned: u64) -> Result<u32, AmountError> {
    let good = u128::from(verdicts).saturating_add(1);
    let bad = u128::from(failed).saturating_add(u128::from(overturned).saturating_mul(10));
    let bps = mul_div_floor(good, BPS.into(), good.saturating_add(bad))?;
    Ok(u32::try_from(bps).unwrap_or(BPS))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixed::product;

    fn amounts(units: &[u128]) -> Vec<Amount> {
        units.iter().map(|units| Amount::new(*units)).collect()
    }

    #[test]
    fn the_worked_example_comes_out_to_the_unit() {
        let laz = 1_000_000;
        let members = [
            (1_000_000 * laz, 20_000 * laz, 5_000),
            (600_000 * laz, 600_000 * laz, 5_000),
            (500_000 * laz, 50_000 * laz, 3_000),
            (400_001_234_567, 400_001_234_567, 2_500),
            (300_000 * laz, 300_000 * laz, 2_000),
        ];
        let pledges: Vec<Amount> = members
            .iter()
            .map(|(tokens, own, bps)| {
                pledge(Amount::new(*tokens), Amount::new(*own), *bps, 20).expect("fits")
            })
            .collect();
        assert_eq!(
            pledges,
            amounts(&[200_000 * laz, 300_000 * laz, 150_000 * laz, 100_000_308_641, 60_000 * laz])
        );
        let found = powers(&pledges, 2_500).expect("fits");
        assert_eq!((found.capped, found.level.units()), (2, 155_000_154_320));
        let level = 155_000_154_320;
        assert_eq!(found.powers, amounts(&[level, level, 150_000 * laz, 100_000_308_641, 60_000 * laz]));
        assert_eq!(found.total.units(), 620_000_617_281);
    }

    #[test]
    fn at_the_limit_all_weigh_as_little_as_the_smallest_and_below_it_nobody_weighs_anything() {
        let pledges = amounts(&[900, 50, 70, 60, 1]);
        assert_eq!(powers(&pledges, 2_000).expect("fits").powers, amounts(&[1; 5]));
        assert_eq!(
            powers(&pledges, 1_999).expect("fits"),
            Powers { powers: amounts(&[0; 5]), ..Powers::default() }
        );
        // members without a pledge do not make up the number
        let pledges = amounts(&[900, 50, 70, 60, 0]);
        assert_eq!(powers(&pledges, 2_000).expect("fits").total, Amount::ZERO);
        assert_eq!(powers(&[], 10_000).expect("fits").total, Amount::ZERO);
        assert_eq!(powers(&amounts(&[7]), 10_000).expect("fits").powers, amounts(&[7]));
    }

    /// G33.
    #[test]
    fn amounts_beyond_all_supply_are_refused_not_wrapped() {
        assert!(powers(&[Amount::MAX, Amount::MAX], 5_000).is_err());
        assert_eq!(pledge(Amount::MAX, Amount::MAX, 10_000, 20), Ok(Amount::MAX));
    }

    fn pledges() -> impl Strategy<Value = Vec<Amount>> {
        let one = prop_oneof![Just(0_u128), 1..10_u128, 1..1_000_000_u128, any::<u64>().prop_map(u128::from)];
        prop::collection::vec(one.prop_map(Amount::new), 0..70)
    }

    proptest! {
        #[test]
        fn nobody_has_more_than_the_cap_nor_more_than_the_pledge(pledges in pledges(), cap in 1..=10_000_u32) {
            let found = powers(&pledges, cap).expect("fits");
            let sum: u128 = found.powers.iter().map(|power| power.units()).sum();
            prop_assert_eq!(sum, found.total.units());
            for (power, pledge) in found.powers.iter().zip(&pledges) {
                prop_assert!(power <= pledge);
                prop_assert!(product(power.units(), BPS.into()) <= product(cap.into(), sum));
            }
        }

        #[test]
        fn a_newcomer_never_lowers_anothers_power(
            pledges in pledges(), newcomer in any::<u64>(), cap in 1..=10_000_u32,
        ) {
            let before = powers(&pledges, cap).expect("fits").powers;
            let with: Vec<Amount> =
                pledges.iter().copied().chain([Amount::new(newcomer.into())]).collect();
            let after = powers(&with, cap).expect("fits").powers;
            prop_assert!(before.iter().zip(&after).all(|(before, after)| after >= before));
        }

        #[test]
        fn the_order_of_members_changes_nothing(pledges in pledges(), cap in 1..=10_000_u32, by in 0..70_usize) {
            let mut turned = pledges.clone();
            let by = by % turned.len().max(1);
            turned.rotate_left(by);
            let mut after = powers(&turned, cap).expect("fits").powers;
            after.rotate_right(by);
            prop_assert_eq!(after, powers(&pledges, cap).expect("fits").powers);
        }
    }
}
