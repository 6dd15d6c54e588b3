//! What an epoch mints, and what of that is a party's: pure arithmetic.

use proto::{
    amount::{Amount, AmountError},
    dec::Dec,
    lazchain::rewards::v1 as pb,
};
use ruint::aliases::U256;
use state::Fault;

use crate::{
    fixed::{bps_floor, mul_div_floor},
    stored,
    time::Span,
};

/// 365.25 days.
const YEAR_SECS: u64 = 31_557_600;

/// `floor(supply x rate x time / year)`, no more time than `most`.
pub(crate) fn most(supply: Amount, rate: Dec, time: Span) -> Result<Amount, AmountError> {
    let number = |number: u64| U256::from(number);
    let year = number(Span::from_secs(YEAR_SECS).nanos());
    // a rate of at most 1 has 60 bits, a day in nanoseconds 47, a year 55
    let part = rate.to_raw().checked_mul(number(time.nanos())).ok_or(AmountError::Overflow)?;
    let whole = Dec::ONE.to_raw().checked_mul(year).ok_or(AmountError::Overflow)?;
    let product = U256::from(supply.units()).checked_mul(part).ok_or(AmountError::Overflow)?;
    let quotient = product.checked_div(whole).ok_or(AmountError::Overflow)?;
    quotient.try_into().map(Amount::new).map_err(|_| AmountError::Overflow)
}

/// What a party is due, and the two bounds that it is the smaller of. In `ulaz`, but `due` of a provider in `ucpt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub by_use: Amount,
    pub by_cap: Amount,
    pub due: Amount,
}

/// What a party that sank so much in an epoch gets of its part.
pub(crate) fn due(emission: &pb::Emission, part: pb::Part, sunk: Amount) -> Result<Due, Fault> {
    let (most, sum, cap_bps) = match part {
        pb::Part::Quorums => (&emission.quorums_most, &emission.quorums, emission.quorums_cap_bps),
        pb::Part::Idaos => (&emission.idaos_most, &emission.idaos, emission.idaos_cap_bps),
        pb::Part::Providers => (&emission.providers_most, &emission.providers, emission.providers_cap_bps),
        pb::Part::Stakers | pb::Part::Unspecified => {
            return Err(Fault::corrupt("tally", format!("{part:?} has no parties")));
        }
    };
    let corrupt = |error: AmountError| Fault::corrupt("emission", error);
    let (most, all) = (stored::amount(most)?, sunk_by_all(sum.as_ref())?.max(sunk));
    let by_use = if all.is_zero() {
        Amount::ZERO
    } else {
        Amount::new(mul_div_floor(most.units(), sunk.units(), all.units()).map_err(corrupt)?)
    };
    let by_cap = bps_floor(sunk, cap_bps).map_err(corrupt)?;
    let smaller = by_use.min(by_cap);
    let due = if part == pb::Part::Providers {
        let (ucpt, per) = (emission.ucpt.into(), emission.per.into());
        Amount::new(mul_div_floor(smaller.units(), ucpt, per).map_err(corrupt)?)
    } else {
        smaller
    };
    Ok(Due { by_use, by_cap, due })
}

/// What all parties of a part sank.
pub(crate) fn sunk_by_all(sum: Option<&pb::Sum>) -> Result<Amount, Fault> {
    sum.map_or(Ok(Amount::ZERO), |sum| stored::amount(&sum.sunk))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(units: u128) -> Amount {
        Amount::new(units)
    }

    fn emission(most: u128, sunk: u128) -> pb::Emission {
        let sum = Some(pb::Sum { sunk: sunk.to_string(), parties: 1 });
        pb::Emission {
            quorums_most: most.to_string(),
            idaos_most: most.to_string(),
            providers_most: most.to_string(),
            quorums: sum.clone(),
            idaos: sum.clone(),
            providers: sum,
            quorums_cap_bps: 5_000,
            idaos_cap_bps: 2_500,
            providers_cap_bps: 2_500,
            ucpt: 1,
            per: 1,
            ..Default::default()
        }
    }

    // section 12
    #[test]
    fn the_worked_example_mints_to_the_unit() {
        let supply = number(1_000_000_000_000_000);
        let most = most(supply, Dec::percent(7), Span::from_secs(3_600)).expect("fits");
        assert_eq!(most, number(7_985_398_129));
        let part = |bps| bps_floor(most, bps).expect("fits").units();
        assert_eq!((part(5_000), part(2_000), part(1_000)), (3_992_699_064, 1_597_079_625, 798_539_812));
        let fees = 60_001;
        let idaos = due(&emission(part(2_000), fees), pb::Part::Idaos, number(fees)).expect("computes");
        assert_eq!(idaos.due, number(15_000));
        let provider = due(&emission(part(1_000), fees), pb::Part::Providers, number(fees));
        assert_eq!(provider.expect("computes").due, number(15_000));
        // task 1: a third of 2,900,000 burnt for each of three ballots
        let burnt = 2_900_000 / 3;
        let members = emission(part(2_000), 3 * burnt);
        let member = due(&members, pb::Part::Quorums, number(burnt)).expect("computes");
        assert_eq!(member.due, number(483_333));
    }

    /// G33.
    #[test]
    fn the_largest_supply_rate_and_time_do_not_overflow() {
        let day = Span::from_secs(86_400);
        assert!(most(Amount::MAX, Dec::ONE, day).expect("fits") < Amount::MAX);
        assert_eq!(most(Amount::MAX, Dec::ONE, Span::ZERO), Ok(Amount::ZERO));
        assert_eq!(most(Amount::ZERO, Dec::ONE, day), Ok(Amount::ZERO));
        let all = due(&emission(u128::MAX, u128::MAX), pb::Part::Quorums, Amount::MAX).expect("computes");
        assert_eq!((all.by_use, all.by_cap), (Amount::MAX, number(u128::MAX / 2)));
        let none = due(&emission(5, 0), pb::Part::Idaos, Amount::ZERO).expect("computes");
        assert_eq!(none.due, Amount::ZERO);
    }

    #[test]
    fn providers_are_paid_at_the_price_of_compute() {
        let emission = pb::Emission { ucpt: 3, per: 7, ..emission(1_000_000, 1_000) };
        let due = due(&emission, pb::Part::Providers, number(1_000)).expect("computes");
        assert_eq!((due.by_cap, due.due), (number(250), number(107)));
    }

    proptest! {
        /// G35.
        /// Whoever sinks what, together they get at most the part, and each at most its cap: sinking under many names
        /// gains nothing.
        #[test]
        fn parties_share_at_most_the_part_and_never_win_by_many_names(
            most in 0_u128..1_000_000_000_000,
            sunk in prop::collection::vec(0_u128..1_000_000_000, 1..30),
        ) {
            let all: u128 = sunk.iter().sum();
            let emission = emission(most, all);
            let mut paid = 0;
            for part in &sunk {
                let due = due(&emission, pb::Part::Idaos, number(*part)).unwrap();
                prop_assert!(due.due.units() <= part / 4);
                paid += due.due.units();
            }
            prop_assert!(paid <= most && paid <= all / 4);
            let one = due(&emission, pb::Part::Idaos, number(all)).unwrap();
            prop_assert!(paid <= one.due.units());
        }

        /// G35, G33: no time, and very little of it.
        #[test]
        fn cutting_time_into_epochs_mints_no_more(nanos in prop::collection::vec(0_u64..7_200_000_000_000, 1..20)) {
            let supply = number(1_000_000_000_000_000);
            let of = |nanos: u64| most(supply, Dec::percent(7), Span::from_nanos(nanos)).unwrap().units();
            let parts: u128 = nanos.iter().map(|nanos| of(*nanos)).sum();
            let whole = of(nanos.iter().sum());
            prop_assert!(parts <= whole && whole - parts <= 20);
        }
    }
}
