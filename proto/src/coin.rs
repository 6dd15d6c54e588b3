//! Denominations and coins.

use std::{collections::BTreeMap, fmt, str::FromStr};

use crate::{
    amount::{Amount, AmountError},
    cosmos::base::v1beta1 as pb,
    dec::{Dec, DecError},
};

/// Most coins in one list.
pub const MAX_COINS: usize = 64;

/// The name of a token: 3 to 128 characters, a letter first, then letters, digits and `/:._-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Denom(String);

/// Why something is not a coin or a list of coins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoinError {
    /// A name outside the rule of [`Denom`].
    #[error("invalid denom: {0}")]
    Denom(String),
    /// An amount that is none.
    #[error("invalid amount {text:?}: {why}")]
    Amount {
        /// What was given.
        text: String,
        /// The rule.
        why: AmountError,
    },
    /// A decimal amount that is none.
    #[error("invalid decimal amount {text:?}: {why}")]
    Dec {
        /// What was given.
        text: String,
        /// The rule.
        why: DecError,
    },
    /// A list that names a coin with nothing of it.
    #[error("coin {0} amount is not positive")]
    NotPositive(String),
    /// A list out of order or with a name twice.
    #[error("coins are not sorted, or {0} is named twice")]
    NotSorted(String),
    /// A list with nothing in it where something is needed.
    #[error("no coins")]
    Empty,
    /// A list over [`MAX_COINS`].
    #[error("more than {MAX_COINS} coins")]
    TooMany,
    /// A coin that is missing altogether.
    #[error("coin is missing")]
    Missing,
    /// A text that is not `<amount><denom>`.
    #[error("invalid coin expression: {0}")]
    Expression(String),
    /// A sum over 128 bits.
    #[error("{0}")]
    Sum(#[from] AmountError),
}

impl Denom {
    /// A name that the program itself knows to be valid.
    ///
    /// # Panics
    /// If it is not: only constants go in here.
    pub fn known(name: &'static str) -> Denom {
        name.parse().expect("a constant denomination follows the rule")
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Denom {
    type Err = CoinError;

    fn from_str(text: &str) -> Result<Denom, CoinError> {
        let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._-".contains(&byte);
        if (3..=128).contains(&text.len()) && first && text.bytes().all(allowed) {
            Ok(Denom(text.to_owned()))
        } else {
            Err(CoinError::Denom(text.chars().take(130).collect()))
        }
    }
}

impl fmt::Display for Denom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Denom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// So much of one token. May be zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coin {
    /// Of what.
    pub denom: Denom,
    /// How much.
    pub amount: Amount,
}

fn amount(text: &str) -> Result<Amount, CoinError> {
    text.parse().map_err(|why| CoinError::Amount { text: text.chars().take(90).collect(), why })
}

impl Coin {
    /// So much of that.
    pub const fn new(denom: Denom, amount: Amount) -> Coin {
        Coin { denom, amount }
    }

    /// From the wire; an absent coin is refused.
    pub fn parse(wire: Option<pb::Coin>) -> Result<Coin, CoinError> {
        let wire = wire.ok_or(CoinError::Missing)?;
        Ok(Coin { denom: wire.denom.parse()?, amount: amount(&wire.amount)? })
    }
}

impl From<Coin> for pb::Coin {
    fn from(coin: Coin) -> pb::Coin {
        pb::Coin { denom: coin.denom.0, amount: coin.amount.to_string() }
    }
}

impl fmt::Display for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.denom)
    }
}

impl FromStr for Coin {
    type Err = CoinError;

    fn from_str(text: &str) -> Result<Coin, CoinError> {
        let text = text.trim();
        let split = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (digits, denom) = text.split_at(split);
        if digits.is_empty() || denom.is_empty() {
            return Err(CoinError::Expression(text.chars().take(90).collect()));
        }
        Ok(Coin { denom: denom.trim().parse()?, amount: amount(digits)? })
    }
}

/// Coins sorted by name, each once, each positive. May be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coins(Vec<Coin>);

impl Coins {
    /// None at all.
    pub const EMPTY: Coins = Coins(Vec::new());

    /// From the wire: sorted, positive, without repeats, at most [`MAX_COINS`]; may be empty.
    pub fn parse_any(wire: Vec<pb::Coin>) -> Result<Coins, CoinError> {
        if wire.len() > MAX_COINS {
            return Err(CoinError::TooMany);
        }
        let mut coins: Vec<Coin> = Vec::with_capacity(wire.len());
        for coin in wire {
            let coin = Coin::parse(Some(coin))?;
            if coin.amount.is_zero() {
                return Err(CoinError::NotPositive(coin.denom.0));
            }
            if coins.last().is_some_and(|last| last.denom >= coin.denom) {
                return Err(CoinError::NotSorted(coin.denom.0));
            }
            coins.push(coin);
        }
        Ok(Coins(coins))
    }

    /// As [`Coins::parse_any`], but at least one coin.
    pub fn parse(wire: Vec<pb::Coin>) -> Result<Coins, CoinError> {
        let coins = Coins::parse_any(wire)?;
        if coins.is_empty() { Err(CoinError::Empty) } else { Ok(coins) }
    }

    /// One coin, or none if its amount is zero.
    pub fn one(coin: Coin) -> Coins {
        if coin.amount.is_zero() { Coins::EMPTY } else { Coins(vec![coin]) }
    }

    /// Any coins, sorted and added up; zeros are left out.
    pub fn sum(coins: impl IntoIterator<Item = Coin>) -> Result<Coins, AmountError> {
        let mut sums: BTreeMap<Denom, Amount> = BTreeMap::new();
        for coin in coins {
            let sum = sums.entry(coin.denom).or_default();
            *sum = sum.plus(coin.amount)?;
        }
        let positive = sums.into_iter().filter(|(_, amount)| !amount.is_zero());
        Ok(Coins(positive.map(|(denom, amount)| Coin { denom, amount }).collect()))
    }

    /// Both lists added up.
    pub fn plus(&self, other: &Coins) -> Result<Coins, AmountError> {
        Coins::sum(self.iter().chain(other.iter()).cloned())
    }

    /// This list less the other, or nothing if any coin does not suffice.
    pub fn minus(&self, other: &Coins) -> Option<Coins> {
        let mut left: BTreeMap<&Denom, Amount> = self.iter().map(|coin| (&coin.denom, coin.amount)).collect();
        for coin in other.iter() {
            let have = left.get_mut(&coin.denom)?;
            *have = have.minus(coin.amount)?;
        }
        let positive = left.into_iter().filter(|(_, amount)| !amount.is_zero());
        Some(Coins(positive.map(|(denom, amount)| Coin { denom: denom.clone(), amount }).collect()))
    }

    /// How much of that token is in here.
    pub fn amount_of(&self, denom: &Denom) -> Amount {
        self.iter().find(|coin| coin.denom == *denom).map_or(Amount::ZERO, |coin| coin.amount)
    }

    /// The coins in order of their names.
    pub fn iter(&self) -> std::slice::Iter<'_, Coin> {
        self.0.iter()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The wire form.
    pub fn wire(&self) -> Vec<pb::Coin> {
        self.0.iter().cloned().map(Into::into).collect()
    }
}

impl<'a> IntoIterator for &'a Coins {
    type Item = &'a Coin;
    type IntoIter = std::slice::Iter<'a, Coin>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Coins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, coin) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            fmt::Display::fmt(coin, f)?;
        }
        Ok(())
    }
}

impl FromStr for Coins {
    type Err = CoinError;

    /// Reads `1000ulaz,5ucpt`, in any order; a name twice is refused.
    fn from_str(text: &str) -> Result<Coins, CoinError> {
        let parts = text.split(',').filter(|part| !part.trim().is_empty());
        let mut coins: Vec<Coin> = parts.map(Coin::from_str).collect::<Result<_, _>>()?;
        coins.sort_by(|a, b| a.denom.cmp(&b.denom));
        Coins::parse_any(coins.into_iter().map(Into::into).collect())
    }
}

/// So much of one token with 18 places: gas prices and rewards before they are paid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecCoin {
    /// Of what.
    pub denom: Denom,
    /// How much.
    pub amount: Dec,
}

impl From<DecCoin> for pb::DecCoin {
    fn from(coin: DecCoin) -> pb::DecCoin {
        pb::DecCoin { denom: coin.denom.0, amount: coin.amount.wire() }
    }
}

impl DecCoin {
    /// From the wire; an absent coin is refused.
    pub fn parse(wire: Option<pb::DecCoin>) -> Result<DecCoin, CoinError> {
        let wire = wire.ok_or(CoinError::Missing)?;
        let amount = Dec::from_wire(&wire.amount)
            .map_err(|why| CoinError::Dec { text: wire.amount.chars().take(90).collect(), why })?;
        Ok(DecCoin { denom: wire.denom.parse()?, amount })
    }
}

impl fmt::Display for DecCoin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.denom)
    }
}

impl FromStr for DecCoin {
    type Err = CoinError;

    fn from_str(text: &str) -> Result<DecCoin, CoinError> {
        let text = text.trim();
        let split = text
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(text.len());
        let (number, denom) = text.split_at(split);
        let amount =
            number.parse().map_err(|why| CoinError::Dec { text: number.chars().take(90).collect(), why })?;
        Ok(DecCoin { denom: denom.parse()?, amount })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(denom: &str, amount: &str) -> pb::Coin {
        pb::Coin { denom: denom.into(), amount: amount.into() }
    }

    #[test]
    fn a_list_of_coins_is_sorted_positive_and_without_repeats() {
        let unsorted = vec![wire("ulaz", "1"), wire("ucpt", "1")];
        assert_eq!(Coins::parse(unsorted), Err(CoinError::NotSorted("ucpt".into())));
        let twice = vec![wire("ulaz", "1"), wire("ulaz", "1")];
        assert_eq!(Coins::parse(twice), Err(CoinError::NotSorted("ulaz".into())));
        assert_eq!(Coins::parse(vec![wire("ulaz", "0")]), Err(CoinError::NotPositive("ulaz".into())));
        assert_eq!(Coins::parse(vec![]), Err(CoinError::Empty));
        assert_eq!(Coins::parse_any(vec![]), Ok(Coins::EMPTY));
        let many = (0..65).map(|n| wire(&format!("c{n:03}"), "1")).collect();
        assert_eq!(Coins::parse(many), Err(CoinError::TooMany));
    }

    #[test]
    fn a_denomination_follows_the_cosmos_rule() {
        for bad in ["", "ab", "1abc", "a b", "lä", "/abc", &"x".repeat(129)] {
            assert!(bad.parse::<Denom>().is_err(), "{bad:?}");
        }
        for good in ["abc", "ulaz", "ibc/27394FB092D2ECCD", "factory/x.y_z-1:2", &"x".repeat(128)] {
            assert!(good.parse::<Denom>().is_ok(), "{good:?}");
        }
    }

    #[test]
    fn coins_are_read_from_text_in_any_order() {
        let coins: Coins = "5ulaz,3ucpt".parse().expect("coins");
        assert_eq!(coins.to_string(), "3ucpt,5ulaz");
        assert!("5ulaz,3ulaz".parse::<Coins>().is_err());
        assert!("ulaz".parse::<Coin>().is_err());
        assert!("5".parse::<Coin>().is_err());
        assert_eq!("0.0025ulaz".parse::<DecCoin>().expect("price").to_string(), "0.002500000000000000ulaz");
    }

    #[test]
    fn lists_add_up_and_subtract_by_name() {
        let a: Coins = "5ulaz,3ucpt".parse().expect("coins");
        let b: Coins = "5ulaz".parse().expect("coins");
        assert_eq!(a.plus(&b).expect("fits").to_string(), "3ucpt,10ulaz");
        assert_eq!(a.minus(&b).expect("enough").to_string(), "3ucpt");
        assert_eq!(b.minus(&a), None);
    }
}
