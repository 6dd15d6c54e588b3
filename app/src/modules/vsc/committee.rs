//! Who sits on a committee, and what is reserved on each seat. Pure.

use proto::{
    address::ValAddress,
    amount::{Amount, AmountError},
    signed::{self, Part},
};
use ruint::aliases::U256;

use crate::fixed::{BPS, mul_div_ceil};

/// A member without a bar, before a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Runner {
    pub member: ValAddress,
    pub power: Amount,
    /// Power that no task has reserved.
    pub free: Amount,
}

/// What is drawn: how many at most and at least, and what backs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub most: u32,
    pub least: u32,
    /// Of the seats, what decides.
    pub threshold_bps: u32,
    /// What an accepting set of seats holds, and its factor in basis points; nothing is reserved for 0.
    pub value_at_risk: Amount,
    pub reserve_bps: u32,
}

/// `q = ceil(seats x threshold)`: ballots that decide.
pub(crate) fn needed(seats: u32, threshold_bps: u32) -> u32 {
    let needed = u64::from(seats).saturating_mul(threshold_bps.into()).div_ceil(BPS.into());
    u32::try_from(needed).unwrap_or(u32::MAX)
}

impl Wanted {
    /// `r(m) = ceil(value at risk x factor / q)`, of a committee of `m`.
    pub(crate) fn reserve(&self, seats: u32) -> Result<Amount, AmountError> {
        let needed = needed(seats, self.threshold_bps).max(1);
        let over = u128::from(needed).saturating_mul(BPS.into());
        mul_div_ceil(self.value_at_risk.units(), self.reserve_bps.into(), over).map(Amount::new)
    }

    /// The largest `m` from the most down to the least for which there are `m` runners with `r(m)` free, and `r(m)`.
    pub(crate) fn seats(&self, runners: &[Runner]) -> Result<Option<(u32, Amount)>, AmountError> {
        let most = self.most.min(u32::try_from(runners.len()).unwrap_or(u32::MAX));
        for seats in (self.least.max(1)..=most).rev() {
            let reserve = self.reserve(seats)?;
            let able = runners.iter().filter(|one| able(one, reserve)).count();
            if u32::try_from(able).is_ok_and(|able| able >= seats) {
                return Ok(Some((seats, reserve)));
            }
        }
        Ok(None)
    }
}

/// Whether a runner can bear a reserve; without power nobody is drawn.
pub(crate) fn able(runner: &Runner, reserve: Amount) -> bool {
    runner.free >= reserve && !runner.power.is_zero()
}

/// `seats` of the runners, drawn without replacement and weighted by power: for `j = 0, 1, ..`, with
/// `x = H("lazchain/draw/v1" || seed || j) mod (sum of the powers left)`, the first in order of address whose running
/// sum exceeds `x`. Fewer if there are fewer.
pub(crate) fn draw(seed: &[u8; 32], runners: &[Runner], seats: u32) -> Vec<ValAddress> {
    let mut left: Vec<&Runner> = runners.iter().collect();
    left.sort_by_key(|one| one.member);
    let mut drawn = Vec::new();
    for j in 0..seats {
        let sum = left.iter().fold(U256::ZERO, |sum, one| sum.saturating_add(U256::from(one.power.units())));
        let throw = signed::hash("lazchain/draw/v1", &[Part::Digest(seed), Part::U32(j)]);
        let Some(x) = U256::from_be_bytes(throw).checked_rem(sum) else { break };
        let mut running = U256::ZERO;
        let place = left.iter().position(|one| {
            running = running.saturating_add(U256::from(one.power.units()));
            running > x
        });
        let place = place.expect("x is below the sum that the run ends at");
        drawn.push(left.remove(place).member);
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn runner(number: u8, power: u128, free: u128) -> Runner {
        Runner { member: ValAddress::new([number; 20]), power: Amount::new(power), free: Amount::new(free) }
    }

    fn names(drawn: &[ValAddress]) -> Vec<u8> {
        drawn.iter().map(|member| member.as_bytes()[0]).collect()
    }

    fn seed(task: u64, round: u32) -> [u8; 32] {
        signed::hash("lazchain/seed/v1", &[Part::Digest(&[7; 32]), Part::U64(task), Part::U32(round)])
    }

    fn quorum_1() -> Vec<Runner> {
        let powers = [155_000_154_320, 155_000_154_320, 150_000_000_000, 100_000_308_641, 60_000_000_000];
        (1..).zip(powers).map(|(number, power)| runner(number, power, power)).collect()
    }

    #[test]
    fn the_worked_example_draws_its_committees() {
        assert_eq!(hex::encode(&seed(1, 1)[..8]), "aafa114ee3a2c02c");
        assert_eq!(names(&draw(&seed(1, 1), &quorum_1(), 4)), [2, 1, 5, 3]);
        assert_eq!(hex::encode(&seed(3, 1)[..8]), "324cb335b5e887cf");
        assert_eq!(names(&draw(&seed(3, 1), &quorum_1(), 4)), [1, 3, 2, 5]);
        assert_eq!(hex::encode(&seed(3, 2)[..8]), "f3d88670eecf6061");
        let powers = [120_000, 110_000, 100_000, 90_000, 80_000];
        let quorum_2: Vec<Runner> =
            (1..).zip(powers).map(|(n, power)| runner(n, power * 1_000_000, power * 1_000_000)).collect();
        assert_eq!(names(&draw(&seed(3, 2), &quorum_2, 5)), [3, 4, 5, 1, 2]);
    }

    #[test]
    fn the_worked_example_reserves_a_third_of_the_value_at_risk_on_each_seat() {
        let wanted = |value: u128| Wanted {
            most: 4,
            least: 3,
            threshold_bps: 6_667,
            value_at_risk: Amount::new(value * 1_000_000),
            reserve_bps: 10_000,
        };
        assert_eq!(needed(4, 6_667), 3);
        assert_eq!(wanted(9_000).seats(&quorum_1()), Ok(Some((4, Amount::new(3_000_000_000)))));
        assert_eq!(wanted(15_000).seats(&quorum_1()), Ok(Some((4, Amount::new(5_000_000_000)))));
        let jury = Wanted { most: 19, value_at_risk: Amount::ZERO, ..wanted(0) };
        assert_eq!(jury.seats(&quorum_1()), Ok(Some((5, Amount::ZERO))));
        assert_eq!(needed(5, 6_667), 4);
    }

    #[test]
    fn a_committee_shrinks_to_those_who_can_bear_it_and_not_below_its_least() {
        let wanted = Wanted {
            most: 5,
            least: 3,
            threshold_bps: 6_667,
            value_at_risk: Amount::new(900),
            reserve_bps: 10_000,
        };
        let mut runners: Vec<Runner> = (1..=5).map(|number| runner(number, 1_000, 1_000)).collect();
        assert_eq!(wanted.seats(&runners), Ok(Some((5, Amount::new(225)))));
        runners[0].free = Amount::new(224);
        assert_eq!(wanted.seats(&runners), Ok(Some((4, Amount::new(300)))));
        runners[1].free = Amount::ZERO;
        // three of three seats hold a third each
        assert_eq!(wanted.seats(&runners), Ok(Some((3, Amount::new(300)))));
        runners[2].power = Amount::ZERO;
        assert_eq!(wanted.seats(&runners), Ok(None));
        assert_eq!(wanted.seats(&[]), Ok(None));
    }

    proptest! {
        #[test]
        fn any_accepting_set_of_seats_holds_the_value_at_risk(
            value in 1_u128..=u128::from(u64::MAX),
            seats in 1_u32..=64,
            threshold in 6_667_u32..=10_000,
        ) {
            let wanted = Wanted {
                most: 64,
                least: 1,
                threshold_bps: threshold,
                value_at_risk: Amount::new(value),
                reserve_bps: 10_000,
            };
            let reserve = wanted.reserve(seats).unwrap();
            prop_assert!(reserve.units() * u128::from(needed(seats, threshold)) >= value);
            prop_assert!(needed(seats, threshold) <= seats);
            prop_assert!(u64::from(needed(seats, threshold)) * 10_000 >= u64::from(seats * threshold));
        }

        #[test]
        fn nobody_sits_twice_and_who_has_no_power_never_sits(
            seed: [u8; 32],
            powers in prop::collection::vec(0_u128..1_000_000, 0..64),
            seats in 0_u32..80,
        ) {
            let runners: Vec<Runner> = (0..).zip(&powers).map(|(n, power)| runner(n, *power, *power)).collect();
            let drawn = draw(&seed, &runners, seats);
            let mut sorted = names(&drawn);
            sorted.sort_unstable();
            sorted.dedup();
            prop_assert_eq!(sorted.len(), drawn.len());
            let able = powers.iter().filter(|power| **power > 0).count();
            prop_assert_eq!(drawn.len(), able.min(seats as usize));
            prop_assert!(sorted.iter().all(|n| powers[usize::from(*n)] > 0));
            let mut back = runners.clone();
            back.reverse();
            prop_assert_eq!(draw(&seed, &back, seats), drawn);
        }
    }
}
