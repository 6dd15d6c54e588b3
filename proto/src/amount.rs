//! Whole amounts of the smallest unit of a token. Money has no operators: each step is checked and each rounding named.

use std::{fmt, str::FromStr};

use ruint::aliases::U256;

/// A whole, non-negative number of the smallest unit of a token. 128 bits, so no supply we allow can overflow a sum.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(u128);

/// Why a text or a step is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a canonical decimal: digits only, no sign, no leading zeros.
    #[error("not a canonical whole number")]
    NotANumber,
    /// More than 128 bits.
    #[error("amount does not fit 128 bits")]
    Overflow,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(0);
    /// One unit.
    pub const ONE: Amount = Amount(1);
    /// The largest amount there can be.
    pub const MAX: Amount = Amount(u128::MAX);

    /// So many units.
    pub const fn new(units: u128) -> Self {
        Self(units)
    }

    /// The number of units.
    pub const fn units(self) -> u128 {
        self.0
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; refused over 128 bits.
    pub fn plus(self, other: Amount) -> Result<Amount, AmountError> {
        self.0.checked_add(other.0).map(Amount).ok_or(AmountError::Overflow)
    }

    /// The difference, or nothing if `other` is more.
    pub fn minus(self, other: Amount) -> Option<Amount> {
        self.0.checked_sub(other.0).map(Amount)
    }

    /// The difference, at least 0.
    pub const fn minus_or_zero(self, other: Amount) -> Amount {
        Amount(self.0.saturating_sub(other.0))
    }

    /// The product with a count; refused over 128 bits.
    pub fn times(self, count: u128) -> Result<Amount, AmountError> {
        self.0.checked_mul(count).map(Amount).ok_or(AmountError::Overflow)
    }

    /// `self x numerator / denominator`, rounded down; the product has 256 bits.
    ///
    /// # Panics
    /// If `denominator` is 0: the caller has checked it.
    pub fn times_ratio_floor(self, numerator: u128, denominator: u128) -> Result<Amount, AmountError> {
        let product = U256::from(self.0).checked_mul(U256::from(numerator)).ok_or(AmountError::Overflow)?;
        let quotient = product.checked_div(U256::from(denominator)).expect("the caller gives a denominator");
        quotient.try_into().map(Amount).map_err(|_| AmountError::Overflow)
    }

    /// `self x numerator / denominator`, rounded up; the product has 256 bits.
    ///
    /// # Panics
    /// If `denominator` is 0: the caller has checked it.
    pub fn times_ratio_ceil(self, numerator: u128, denominator: u128) -> Result<Amount, AmountError> {
        let product = U256::from(self.0).checked_mul(U256::from(numerator)).ok_or(AmountError::Overflow)?;
        let (quotient, rest) = product.div_rem(U256::from(denominator));
        let up = if rest.is_zero() { U256::ZERO } else { U256::from(1) };
        quotient
            .checked_add(up)
            .and_then(|units| units.try_into().ok())
            .map(Amount)
            .ok_or(AmountError::Overflow)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let canonical = !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && (text.len() == 1 || !text.starts_with('0'));
        if !canonical {
            return Err(AmountError::NotANumber);
        }
        text.parse().map(Amount).map_err(|_| AmountError::Overflow)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_one_canonical_spelling_of_a_number_is_an_amount() {
        for text in ["", "-1", "-0", "+1", "1e3", "01", "00", " 1", "1 ", "1.0", "0x1", "١"] {
            assert_eq!(text.parse::<Amount>(), Err(AmountError::NotANumber), "{text:?}");
        }
        assert_eq!("340282366920938463463374607431768211455".parse(), Ok(Amount::MAX));
        for over in ["340282366920938463463374607431768211456", &"9".repeat(80)] {
            assert_eq!(over.parse::<Amount>(), Err(AmountError::Overflow));
        }
        assert_eq!("0".parse(), Ok(Amount::ZERO));
    }

    proptest! {
        #[test]
        fn floor_and_ceil_differ_by_the_remainder_only(a: u128, n in 0..=u64::MAX, d in 1..=u64::MAX) {
            let (a, n, d) = (Amount::new(a >> 64), u128::from(n), u128::from(d));
            if let (Ok(floor), Ok(ceil)) = (a.times_ratio_floor(n, d), a.times_ratio_ceil(n, d)) {
                let exact = a.units().checked_mul(n).map(|product| product % d == 0);
                prop_assert!(ceil.units() - floor.units() <= 1);
                if let Some(exact) = exact {
                    prop_assert_eq!(exact, ceil == floor);
                }
            }
        }

        #[test]
        fn an_amount_survives_its_text(units: u128) {
            prop_assert_eq!(Amount::new(units).to_string().parse(), Ok(Amount::new(units)));
        }
    }
}
