//! A channel's counters, and what a voucher takes: pure arithmetic.

use proto::{
    amount::{Amount, AmountError},
    lazchain::usage::v1 as pb,
};
use state::Fault;

use crate::{
    fixed::{bps_ceil, mul_div_ceil},
    stored,
};

/// What of a channel decides the money of a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meter {
    pub deposit: Amount,
    pub redeemed: Amount,
    /// Of one unit; of prepaid use nothing.
    pub price: Amount,
    /// Paid by an access DAT.
    pub prepaid: bool,
    pub units_cap: u64,
    pub units: u64,
    pub protocol_bps: u32,
}

/// What a voucher takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// All that is redeemed after it.
    pub total: Amount,
    /// By this one: `protocol + base`.
    pub redeemed: Amount,
    /// The protocol's part, rounded up on the running total.
    pub protocol: Amount,
    /// What ancestors, provider and holders share.
    pub base: Amount,
}

impl Meter {
    /// From a channel's record.
    pub(crate) fn of(channel: &pb::Channel) -> Result<Meter, Fault> {
        Ok(Meter {
            deposit: stored::amount(&channel.deposit)?,
            redeemed: stored::amount(&channel.redeemed)?,
            price: stored::amount(&channel.price)?,
            prepaid: channel.dat != 0,
            units_cap: channel.units_cap,
            units: channel.units,
            protocol_bps: channel.protocol_bps,
        })
    }

    /// What a voucher for so many units in all must state.
    pub(crate) fn stated(&self, units: u64) -> Result<Amount, AmountError> {
        if self.prepaid { Ok(Amount::ZERO) } else { self.price.times(units.into()) }
    }

    /// All that is redeemed once so many units are used. Of prepaid use `ceil(deposit x units / units_cap)`, and never
    /// less than before, though a top-up may have changed the ratio.
    fn total(&self, units: u64) -> Result<Amount, AmountError> {
        if !self.prepaid {
            return self.stated(units);
        }
        if self.units_cap == 0 {
            return Ok(self.redeemed);
        }
        let part = mul_div_ceil(self.deposit.units(), units.into(), self.units_cap.into())?;
        Ok(Amount::new(part).max(self.redeemed))
    }

    /// What a voucher for so many units in all takes.
    pub(crate) fn take(&self, units: u64) -> Result<Taken, AmountError> {
        let total = self.total(units)?;
        let redeemed = total.minus(self.redeemed).ok_or(AmountError::Overflow)?;
        let part = |of: Amount| bps_ceil(of, self.protocol_bps);
        // a part of at most 1 rounded up grows by at most what its total grows by
        let protocol = part(total)?.minus(part(self.redeemed)?).ok_or(AmountError::Overflow)?;
        let base = redeemed.minus(protocol).ok_or(AmountError::Overflow)?;
        Ok(Taken { total, redeemed, protocol, base })
    }

    /// What is still in the channel.
    pub(crate) fn left(&self) -> Amount {
        self.deposit.minus_or_zero(self.redeemed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(price: u128, deposit: u128, prepaid: bool) -> Meter {
        Meter {
            deposit: Amount::new(deposit),
            redeemed: Amount::ZERO,
            price: Amount::new(price),
            prepaid,
            units_cap: 10_000_000,
            units: 0,
            protocol_bps: 200,
        }
    }

    fn after(meter: Meter, units: u64) -> (Meter, Taken) {
        let taken = meter.take(units).expect("fits");
        (Meter { redeemed: taken.total, units, ..meter }, taken)
    }

    // section 12: the channel's table
    #[test]
    fn the_worked_example_is_split_number_for_number() {
        let (meter, first) = after(open(3, 5_000_000, false), 333_333);
        let number = Amount::new;
        assert_eq!(
            first,
            Taken {
                total: number(999_999),
                redeemed: number(999_999),
                protocol: number(20_000),
                base: number(979_999)
            }
        );
        let (_, second) = after(meter, 1_000_001);
        assert_eq!(second.redeemed, number(2_000_004));
        assert_eq!((second.protocol, second.base), (number(40_001), number(1_960_003)));
    }

    /// G33.
    #[test]
    fn the_largest_numbers_are_refused_and_do_not_wrap() {
        let meter = Meter { units_cap: u64::MAX, ..open(u128::MAX, u128::MAX, false) };
        assert_eq!(meter.take(2), Err(AmountError::Overflow));
        assert_eq!(meter.take(1).expect("fits").total, Amount::MAX);
        let prepaid = Meter { prepaid: true, ..meter };
        assert_eq!(prepaid.take(u64::MAX).expect("fits").total, Amount::MAX);
        let none = Meter { units_cap: 0, ..prepaid };
        assert_eq!(none.take(0).expect("fits").redeemed, Amount::ZERO);
    }

    proptest! {
        /// G35.
        /// However often the provider redeems, protocol and base are the same to the unit as if it had redeemed once.
        #[test]
        fn splitting_use_into_many_vouchers_gains_nothing(
            price in 0_u128..1_000_000,
            bps in 0_u32..=2_000,
            prepaid: bool,
            mut steps in prop::collection::vec(1_u64..10_000_000, 1..20),
        ) {
            let start = Meter { protocol_bps: bps, ..open(price, 7_654_321_987, prepaid) };
            steps.sort_unstable();
            steps.dedup();
            let (mut meter, mut protocol, mut base) = (start, Amount::ZERO, Amount::ZERO);
            for units in &steps {
                let (next, taken) = after(meter, *units);
                prop_assert_eq!(taken.redeemed, taken.protocol.plus(taken.base).unwrap());
                protocol = protocol.plus(taken.protocol).unwrap();
                base = base.plus(taken.base).unwrap();
                meter = next;
            }
            let (once, whole) = after(start, *steps.last().unwrap());
            prop_assert_eq!((protocol, base), (whole.protocol, whole.base));
            prop_assert_eq!(once.redeemed, meter.redeemed);
        }

        /// Prepaid money suffices for exactly the units it was paid for, whatever was put in on the way.
        #[test]
        fn prepaid_use_never_takes_more_than_was_paid(
            first in (0_u128..1_000_000, 1_u64..1_000),
            more in (0_u128..1_000_000, 0_u64..1_000),
            used in 0_u64..1_000,
        ) {
            let used = used.min(first.1);
            let meter = Meter { units_cap: first.1, ..open(0, first.0, true) };
            let (mut meter, _) = after(meter, used);
            meter.deposit = meter.deposit.plus(Amount::new(more.0)).unwrap();
            meter.units_cap += more.1;
            let mut last = meter.redeemed;
            for units in used..=meter.units_cap {
                let taken = meter.take(units).unwrap();
                prop_assert!(taken.total >= last && taken.total <= meter.deposit);
                last = taken.total;
            }
            prop_assert_eq!(last, meter.deposit);
        }
    }
}
