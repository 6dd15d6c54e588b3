//! Non-negative decimals with 18 places, as Cosmos has them: shares, rates and rewards.
//!
//! On the binary wire a decimal is the integer without its point; in JSON it has the point (`wire.md` section 3).
//! Inside, 256 bits; products and quotients are computed in 512, so no intermediate step overflows.

use std::{fmt, str::FromStr};

use ruint::aliases::{U256, U512};

use crate::amount::{Amount, AmountError};

/// Places after the point.
pub const PLACES: usize = 18;
const ONE_RAW: u128 = 1_000_000_000_000_000_000;

/// A non-negative number with exactly 18 decimal places.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dec(U256);

/// Why a text or a step is not a decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecError {
    /// Not a decimal in its one spelling.
    #[error("not a decimal number")]
    NotANumber,
    /// More than 18 places.
    #[error("more than 18 decimal places")]
    TooPrecise,
    /// More than 256 bits.
    #[error("decimal does not fit 256 bits")]
    Overflow,
    /// A quotient by zero.
    #[error("division by zero")]
    DivisionByZero,
}

impl From<DecError> for AmountError {
    fn from(error: DecError) -> Self {
        match error {
            DecError::NotANumber | DecError::TooPrecise => AmountError::NotANumber,
            DecError::Overflow | DecError::DivisionByZero => AmountError::Overflow,
        }
    }
}

fn narrow(wide: U512) -> Result<Dec, DecError> {
    U256::checked_from_limbs_slice(wide.as_limbs()).map(Dec).ok_or(DecError::Overflow)
}

fn product(a: U256, b: U256) -> U512 {
    a.widening_mul(b)
}

impl Dec {
    /// 0.
    pub const ZERO: Dec = Dec(U256::ZERO);
    /// 1.
    pub const ONE: Dec = Dec(U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]));

    /// From the integer without its point: `Dec::raw(5)` is 0.000000000000000005.
    pub fn raw(raw: u128) -> Dec {
        Dec(U256::from(raw))
    }

    /// From the 256-bit integer without its point.
    pub const fn from_raw(raw: U256) -> Dec {
        Dec(raw)
    }

    /// The integer without its point.
    pub const fn to_raw(self) -> U256 {
        self.0
    }

    /// A whole number.
    pub fn whole(amount: Amount) -> Dec {
        // 128 bits times 60 bits always fit 256
        Dec(U256::from(amount.units()).wrapping_mul(U256::from(ONE_RAW)))
    }

    /// `numerator / denominator`, rounded down.
    pub fn ratio(numerator: u128, denominator: u128) -> Result<Dec, DecError> {
        Dec::whole(Amount::new(numerator)).over_floor(Dec::whole(Amount::new(denominator)))
    }

    /// Hundredths: `Dec::percent(7)` is 0.07.
    pub fn percent(hundredths: u64) -> Dec {
        Dec(U256::from(u128::from(hundredths)).wrapping_mul(U256::from(10_000_000_000_000_000_u64)))
    }

    /// Whether this is 0.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum.
    pub fn plus(self, other: Dec) -> Result<Dec, DecError> {
        self.0.checked_add(other.0).map(Dec).ok_or(DecError::Overflow)
    }

    /// The difference, or nothing if `other` is more.
    pub fn minus(self, other: Dec) -> Option<Dec> {
        self.0.checked_sub(other.0).map(Dec)
    }

    /// The difference, at least 0.
    pub fn minus_or_zero(self, other: Dec) -> Dec {
        Dec(self.0.saturating_sub(other.0))
    }

    /// The product, rounded down.
    pub fn times_floor(self, other: Dec) -> Result<Dec, DecError> {
        narrow(product(self.0, other.0).wrapping_div(U512::from(ONE_RAW)))
    }

    /// The product, rounded up.
    pub fn times_ceil(self, other: Dec) -> Result<Dec, DecError> {
        let (quotient, rest) = product(self.0, other.0).div_rem(U512::from(ONE_RAW));
        narrow(quotient.wrapping_add(U512::from(u64::from(!rest.is_zero()))))
    }

    /// The product rounded half to even, which is what Cosmos calls `Mul`.
    pub fn times_round(self, other: Dec) -> Result<Dec, DecError> {
        let (quotient, rest) = product(self.0, other.0).div_rem(U512::from(ONE_RAW));
        narrow(quotient.wrapping_add(half_even(quotient, rest, U512::from(ONE_RAW))))
    }

    /// The quotient, rounded down.
    pub fn over_floor(self, other: Dec) -> Result<Dec, DecError> {
        if other.is_zero() {
            return Err(DecError::DivisionByZero);
        }
        narrow(product(self.0, U256::from(ONE_RAW)).wrapping_div(U512::from(other.0)))
    }

    /// The quotient, rounded up.
    pub fn over_ceil(self, other: Dec) -> Result<Dec, DecError> {
        if other.is_zero() {
            return Err(DecError::DivisionByZero);
        }
        let (quotient, rest) = product(self.0, U256::from(ONE_RAW)).div_rem(U512::from(other.0));
        narrow(quotient.wrapping_add(U512::from(u64::from(!rest.is_zero()))))
    }

    /// The quotient rounded half to even, which is what Cosmos calls `Quo`.
    pub fn over_round(self, other: Dec) -> Result<Dec, DecError> {
        if other.is_zero() {
            return Err(DecError::DivisionByZero);
        }
        let divisor = U512::from(other.0);
        let (quotient, rest) = product(self.0, U256::from(ONE_RAW)).div_rem(divisor);
        narrow(quotient.wrapping_add(half_even(quotient, rest, divisor)))
    }

    /// `self x amount`, the exact product.
    pub fn times_amount(self, amount: Amount) -> Result<Dec, DecError> {
        narrow(product(self.0, U256::from(amount.units())))
    }

    /// `self x numerator / denominator` in one step, rounded down.
    pub fn times_ratio_floor(self, numerator: Dec, denominator: Dec) -> Result<Dec, DecError> {
        if denominator.is_zero() {
            return Err(DecError::DivisionByZero);
        }
        narrow(product(self.0, numerator.0).wrapping_div(U512::from(denominator.0)))
    }

    /// `self x numerator / denominator` in one step, rounded half to even.
    pub fn times_ratio_round(self, numerator: Dec, denominator: Dec) -> Result<Dec, DecError> {
        if denominator.is_zero() {
            return Err(DecError::DivisionByZero);
        }
        let divisor = U512::from(denominator.0);
        let (quotient, rest) = product(self.0, numerator.0).div_rem(divisor);
        narrow(quotient.wrapping_add(half_even(quotient, rest, divisor)))
    }

    /// The whole part.
    pub fn floor(self) -> Result<Amount, AmountError> {
        self.0
            .wrapping_div(U256::from(ONE_RAW))
            .try_into()
            .map(Amount::new)
            .map_err(|_| AmountError::Overflow)
    }

    /// The smallest whole number not below this one.
    pub fn ceil(self) -> Result<Amount, AmountError> {
        let whole = self.floor()?;
        if Dec::whole(whole) == self { Ok(whole) } else { whole.plus(Amount::ONE) }
    }

    /// What is left after the whole part.
    pub fn fraction(self) -> Dec {
        Dec(self.0.wrapping_rem(U256::from(ONE_RAW)))
    }

    /// The binary wire form: the integer without its point.
    pub fn wire(self) -> String {
        self.0.to_string()
    }

    /// Reads the binary wire form.
    pub fn from_wire(text: &str) -> Result<Dec, DecError> {
        if text.is_empty() {
            return Ok(Dec::ZERO);
        }
        if text.len() > 78 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DecError::NotANumber);
        }
        if text.len() > 1 && text.starts_with('0') {
            return Err(DecError::NotANumber);
        }
        U256::from_str_radix(text, 10).map(Dec).map_err(|_| DecError::Overflow)
    }
}

fn half_even(quotient: U512, rest: U512, divisor: U512) -> U512 {
    let twice = rest.wrapping_mul(U512::from(2));
    let up = twice > divisor || (twice == divisor && quotient.bit(0));
    U512::from(u64::from(up))
}

impl FromStr for Dec {
    type Err = DecError;

    /// Reads the dotted form: `1`, `0.05`, at most 18 places, no sign.
    fn from_str(text: &str) -> Result<Dec, DecError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let empty_fraction = text.contains('.') && fraction.is_empty();
        if whole.is_empty() || empty_fraction || !digits(whole) || !digits(fraction) {
            return Err(DecError::NotANumber);
        }
        if fraction.len() > PLACES {
            return Err(DecError::TooPrecise);
        }
        let joined = format!("{whole}{fraction:0<PLACES$}");
        let trimmed = joined.trim_start_matches('0');
        Dec::from_wire(if trimmed.is_empty() { "0" } else { trimmed }).map_err(|_| DecError::Overflow)
    }
}

impl fmt::Display for Dec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0>19}", self.0.to_string());
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(PLACES));
        write!(f, "{whole}.{fraction}")
    }
}

impl fmt::Debug for Dec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Dec {
        text.parse().expect("a decimal")
    }

    #[test]
    fn a_decimal_has_a_dotted_and_an_undotted_form() {
        let rate = dec("0.1");
        assert_eq!(rate.to_string(), "0.100000000000000000");
        assert_eq!(rate.wire(), "100000000000000000");
        assert_eq!(Dec::from_wire("100000000000000000"), Ok(rate));
        assert_eq!(dec("12").to_string(), "12.000000000000000000");
        assert_eq!(Dec::percent(7), dec("0.07"));
    }

    #[test]
    fn what_is_not_a_decimal_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e5", "1.2.3", "0,5"] {
            assert_eq!(text.parse::<Dec>(), Err(DecError::NotANumber), "{text:?}");
        }
        assert_eq!("0.0000000000000000001".parse::<Dec>(), Err(DecError::TooPrecise));
        assert_eq!("9".repeat(70).parse::<Dec>(), Err(DecError::Overflow));
        for text in ["-1", "01", "1.0"] {
            assert!(Dec::from_wire(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn rounding_is_what_its_name_says() {
        let third = Dec::ratio(1, 3).expect("divides");
        assert_eq!(third.to_string(), "0.333333333333333333");
        assert_eq!(Dec::ONE.over_ceil(dec("3")), Ok(dec("0.333333333333333334")));
        assert_eq!(Dec::raw(5).times_round(dec("0.5")), Ok(Dec::raw(2)));
        assert_eq!(Dec::raw(7).times_round(dec("0.5")), Ok(Dec::raw(4)));
        assert_eq!(Dec::raw(5).times_ratio_round(Dec::ONE, dec("2")), Ok(Dec::raw(2)));
        assert_eq!(Dec::raw(7).times_ratio_round(Dec::ONE, dec("2")), Ok(Dec::raw(4)));
        assert_eq!(Dec::raw(5).times_floor(dec("0.5")), Ok(Dec::raw(2)));
        assert_eq!(Dec::raw(5).times_ceil(dec("0.5")), Ok(Dec::raw(3)));
        assert_eq!(Dec::ONE.over_floor(Dec::ZERO), Err(DecError::DivisionByZero));
        assert_eq!(dec("2.000000000000000001").ceil(), Ok(Amount::new(3)));
        assert_eq!(dec("2.999").floor(), Ok(Amount::new(2)));
    }

    proptest! {
        #[test]
        fn a_decimal_survives_both_of_its_texts(raw: u128) {
            let value = Dec::raw(raw);
            prop_assert_eq!(value.to_string().parse(), Ok(value));
            prop_assert_eq!(Dec::from_wire(&value.wire()), Ok(value));
        }

        #[test]
        fn a_product_is_never_above_its_ceiling_nor_below_its_floor(a: u128, b: u128) {
            let (a, b) = (Dec::raw(a), Dec::raw(b));
            let (floor, round, ceil) = (a.times_floor(b), a.times_round(b), a.times_ceil(b));
            if let (Ok(floor), Ok(round), Ok(ceil)) = (floor, round, ceil) {
                prop_assert!(floor <= round && round <= ceil);
                prop_assert!(ceil.minus(floor).expect("ordered") <= Dec::raw(1));
            }
        }
    }
}
