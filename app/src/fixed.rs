//! Exact arithmetic: 256-bit products, named rounding, and income shared by weights at 27 decimals. Floats never.

use proto::{
    amount::{Amount, AmountError},
    lazchain::base::v1 as pb,
};
use ruint::aliases::U256;
use state::Fault;

/// Basis points in a whole.
pub const BPS: u32 = 10_000;
/// Shared income is kept per unit of weight, times this.
const SCALE: u128 = 1_000_000_000_000_000_000_000_000_000;

/// `amount x bps / 10,000`, rounded down.
pub fn bps_floor(amount: Amount, bps: u32) -> Result<Amount, AmountError> {
    amount.times_ratio_floor(bps.into(), BPS.into())
}

/// `amount x bps / 10,000`, rounded up.
pub fn bps_ceil(amount: Amount, bps: u32) -> Result<Amount, AmountError> {
    amount.times_ratio_ceil(bps.into(), BPS.into())
}

/// The whole product, for comparing ratios by cross-multiplying. Never overflows.
pub fn product(a: u128, b: u128) -> U256 {
    U256::from(a).saturating_mul(U256::from(b))
}

/// `a x b / c`, rounded down.
///
/// # Errors
/// If `c` is 0 or the quotient does not fit.
pub fn mul_div_floor(a: u128, b: u128, c: u128) -> Result<u128, AmountError> {
    let quotient = product(a, b).checked_div(U256::from(c)).ok_or(AmountError::Overflow)?;
    quotient.try_into().map_err(|_| AmountError::Overflow)
}

/// `a x b / c`, rounded up.
///
/// # Errors
/// If `c` is 0 or the quotient does not fit.
pub fn mul_div_ceil(a: u128, b: u128, c: u128) -> Result<u128, AmountError> {
    let (product, c) = (product(a, b), U256::from(c));
    let quotient = product.checked_div(c).ok_or(AmountError::Overflow)?;
    let rest = product.checked_rem(c).ok_or(AmountError::Overflow)?;
    let quotient: u128 = quotient.try_into().map_err(|_| AmountError::Overflow)?;
    quotient.checked_add(u128::from(!rest.is_zero())).ok_or(AmountError::Overflow)
}

/// Income shared by weights, whatever the number of holders: `index += (income x 1e27 + carry) / weights`, the
/// remainder is the new carry. All income of an index together is a checked `u128`, so the index stays below 2^218.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    index: U256,
    carry: U256,
    total: Amount,
}

impl Shared {
    /// From its record.
    pub fn of(record: &pb::Shared) -> Result<Shared, Fault> {
        Ok(Shared {
            index: number(&record.index)?,
            carry: number(&record.carry)?,
            total: if record.total.is_empty() { Amount::ZERO } else { crate::stored::amount(&record.total)? },
        })
    }

    /// Its record.
    pub fn record(&self) -> pb::Shared {
        pb::Shared { index: bytes(self.index), carry: bytes(self.carry), total: self.total.to_string() }
    }

    /// All income ever added.
    pub const fn total(&self) -> Amount {
        self.total
    }

    /// Adds income for holders with these weights in all, which must not be 0: without weights the caller says where
    /// income goes.
    ///
    /// # Errors
    /// If there are no weights, or all income together does not fit 128 bits.
    pub fn add(&mut self, income: Amount, weights: u128) -> Result<(), AmountError> {
        let total = self.total.plus(income)?;
        let weights = U256::from(weights);
        let sum = product(income.units(), SCALE).checked_add(self.carry).ok_or(AmountError::Overflow)?;
        let step = sum.checked_div(weights).ok_or(AmountError::Overflow)?;
        let carry = sum.checked_rem(weights).ok_or(AmountError::Overflow)?;
        self.index = self.index.checked_add(step).ok_or(AmountError::Overflow)?;
        (self.carry, self.total) = (carry, total);
        Ok(())
    }
}

/// One holder's part in shared income.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    mark: U256,
    credit: U256,
}

impl Share {
    /// Of a holder that comes now: what was earned before is not theirs.
    pub const fn from_now(shared: &Shared) -> Share {
        Share { mark: shared.index, credit: U256::ZERO }
    }

    /// From its record.
    pub fn of(record: &pb::Share) -> Result<Share, Fault> {
        Ok(Share { mark: number(&record.mark)?, credit: number(&record.credit)? })
    }

    /// Its record.
    pub fn record(&self) -> pb::Share {
        pb::Share { mark: bytes(self.mark), credit: bytes(self.credit) }
    }

    /// Credits what was earned since the mark with this weight. Call it before each change of the weight.
    pub fn settle(&mut self, shared: &Shared, weight: u128) -> Result<(), AmountError> {
        let since = shared.index.saturating_sub(self.mark);
        let earned = since.checked_mul(U256::from(weight)).ok_or(AmountError::Overflow)?;
        self.credit = self.credit.checked_add(earned).ok_or(AmountError::Overflow)?;
        self.mark = shared.index;
        Ok(())
    }

    /// Whole units that can be taken.
    pub fn whole(&self) -> Result<Amount, AmountError> {
        let whole = self.credit.checked_div(U256::from(SCALE)).unwrap_or_default();
        whole.try_into().map(Amount::new).map_err(|_| AmountError::Overflow)
    }

    /// Takes the whole units; the fraction stays.
    pub fn take_whole(&mut self) -> Result<Amount, AmountError> {
        let whole = self.whole()?;
        self.credit = self.credit.saturating_sub(product(whole.units(), SCALE));
        Ok(whole)
    }
}

fn number(bytes: &[u8]) -> Result<U256, Fault> {
    let canonical = bytes.first() != Some(&0);
    let number = U256::try_from_be_slice(bytes).filter(|_| canonical);
    number.ok_or_else(|| Fault::corrupt("shared income", format!("{} bytes are no number", bytes.len())))
}

fn bytes(number: U256) -> Vec<u8> {
    number.to_be_bytes_trimmed_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// G35.
    #[test]
    fn a_carry_loses_nothing_over_many_odd_divisions() {
        let mut shared = Shared::default();
        let mut shares = [Share::from_now(&shared); 3];
        for _ in 0..1_000 {
            shared.add(Amount::new(1), 3).expect("small");
        }
        let paid: u128 = shares
            .iter_mut()
            .map(|share| {
                share.settle(&shared, 1).expect("small");
                share.take_whole().expect("small").units()
            })
            .sum();
        assert_eq!(paid, 999); // 333.33.. each; the fractions stay credited
        assert_eq!(Shared::of(&shared.record()).expect("reads"), shared);
        assert_eq!(Share::of(&shares[0].record()).expect("reads"), shares[0]);
    }

    /// G33: no weight.
    #[test]
    fn income_without_weights_is_refused_and_changes_nothing() {
        let mut shared = Shared::default();
        assert_eq!(shared.add(Amount::new(5), 0), Err(AmountError::Overflow));
        assert_eq!(shared, Shared::default());
        assert!(shared.add(Amount::MAX, 1).is_ok());
        assert_eq!(shared.add(Amount::ONE, 1), Err(AmountError::Overflow));
    }

    #[test]
    fn a_number_with_leading_zeros_is_no_record() {
        let record = pb::Shared { index: vec![0, 1], ..Default::default() };
        assert!(Shared::of(&record).is_err());
        assert!(Share::of(&pb::Share { mark: vec![1; 33], ..Default::default() }).is_err());
    }

    proptest! {
        /// G35.
        #[test]
        fn nobody_is_paid_more_than_came_in(
            steps in prop::collection::vec((0_usize..4, 0_u128..1_000_000, 0_u128..u128::from(u64::MAX)), 1..60),
        ) {
            let mut shared = Shared::default();
            let mut weights = [1_u128, 2, 3, 5];
            let mut shares = [Share::from_now(&shared); 4];
            let (mut came, mut paid) = (0_u128, 0_u128);
            for (who, weight, income) in steps {
                shares[who].settle(&shared, weights[who]).unwrap();
                paid += shares[who].take_whole().unwrap().units();
                weights[who] = weight;
                let sum: u128 = weights.iter().sum();
                if sum > 0 {
                    shared.add(Amount::new(income), sum).unwrap();
                    came += income;
                }
            }
            for who in 0..4 {
                shares[who].settle(&shared, weights[who]).unwrap();
                paid += shares[who].take_whole().unwrap().units();
            }
            prop_assert!(paid <= came);
            prop_assert!(came - paid <= 4); // at most a unit of fractions for each holder
        }

        #[test]
        fn floor_and_ceil_enclose_the_quotient(a in any::<u128>(), b in any::<u64>(), c in 1_u128..) {
            if let (Ok(low), Ok(high)) = (mul_div_floor(a, b.into(), c), mul_div_ceil(a, b.into(), c)) {
                prop_assert!(product(low, c) <= product(a, b.into()));
                prop_assert!(product(high, c) >= product(a, b.into()));
                prop_assert!(high - low <= 1);
            }
        }
    }

    #[test]
    fn basis_points_round_as_they_say() {
        let amount = Amount::new(9_999);
        assert_eq!((bps_floor(amount, 1), bps_ceil(amount, 1)), (Ok(Amount::ZERO), Ok(Amount::ONE)));
        assert_eq!(mul_div_floor(1, 1, 0), Err(AmountError::Overflow));
    }
}
