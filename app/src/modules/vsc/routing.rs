//! The choice of a Quorum, by weight and by lot. Pure.

use proto::{
    amount::Amount,
    signed::{self, Part},
};
use ruint::aliases::U256;

use crate::fixed::product;

/// A Quorum that could take a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weighed {
    pub quorum: u64,
    /// Free power of its members, in `ulaz`.
    pub budget: Amount,
    /// 0 to 10,000.
    pub reliability_bps: u32,
}

/// The one chosen: with `x = H("lazchain/route/v1" || seed) mod (sum of the weights)`, the first in order of number
/// whose running sum of `budget x reliability` exceeds `x`. Nobody if nobody has weight.
pub(crate) fn choose(seed: &[u8; 32], candidates: &[Weighed]) -> Option<u64> {
    let weight = |one: &Weighed| product(one.budget.units(), one.reliability_bps.into());
    let mut sorted: Vec<&Weighed> = candidates.iter().collect();
    sorted.sort_by_key(|one| one.quorum);
    // a Quorum's budget has 128 bits and there are at most 16, so no sum reaches 256
    let sum = sorted.iter().fold(U256::ZERO, |sum, one| sum.saturating_add(weight(one)));
    let throw = U256::from_be_bytes(signed::hash("lazchain/route/v1", &[Part::Digest(seed)]));
    let x = throw.checked_rem(sum)?;
    let mut running = U256::ZERO;
    sorted.into_iter().find_map(|one| {
        running = running.saturating_add(weight(one));
        (running > x).then_some(one.quorum)
    })
}

/// Whether a second look falls: `H("lazchain/look/v1" || seed) mod 10,000 < chance`.
pub(crate) fn look_falls(seed: &[u8; 32], chance_bps: u32) -> bool {
    let throw = U256::from_be_bytes(signed::hash("lazchain/look/v1", &[Part::Digest(seed)]));
    throw.checked_rem(U256::from(crate::fixed::BPS)).is_some_and(|x| x < U256::from(chance_bps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn weighed(quorum: u64, budget: u128, reliability_bps: u32) -> Weighed {
        Weighed { quorum, budget: Amount::new(budget), reliability_bps }
    }

    #[test]
    fn without_weight_nobody_is_chosen() {
        assert_eq!(choose(&[7; 32], &[]), None);
        assert_eq!(choose(&[7; 32], &[weighed(1, 0, 10_000), weighed(2, 5, 0)]), None);
        assert_eq!(choose(&[7; 32], &[weighed(1, 0, 10_000), weighed(2, 1, 1)]), Some(2));
        assert!(!look_falls(&[7; 32], 0) && look_falls(&[7; 32], 10_000));
    }

    #[test]
    fn many_seeds_choose_in_proportion() {
        let candidates = [weighed(1, 3_000, 10_000), weighed(2, 2_000, 5_000)];
        let seeds = (0_u32..2_000).map(|n| signed::hash("test", &[Part::U32(n)]));
        let first = seeds.filter(|seed| choose(seed, &candidates) == Some(1)).count();
        assert!((1_420..1_580).contains(&first), "{first} of 2,000, three quarters expected");
        let seeds = (0_u32..4_000).map(|n| signed::hash("test", &[Part::U32(n)]));
        let looks = seeds.filter(|seed| look_falls(seed, 500)).count();
        assert!((150..250).contains(&looks), "{looks} of 4,000, one in twenty expected");
    }

    proptest! {
        #[test]
        fn the_order_in_a_list_does_not_matter(
            seed: [u8; 32],
            budgets in prop::collection::vec((any::<u128>(), 0_u32..=10_000), 0..16),
        ) {
            let list: Vec<Weighed> =
                budgets.iter().zip(1..).map(|((budget, bps), id)| weighed(id, *budget, *bps)).collect();
            let mut back = list.clone();
            back.reverse();
            let chosen = choose(&seed, &list);
            prop_assert_eq!(chosen, choose(&seed, &back));
            if let Some(id) = chosen {
                let one = list.iter().find(|one| one.quorum == id).unwrap();
                prop_assert!(!one.budget.is_zero() && one.reliability_bps > 0);
            }
        }
    }
}
