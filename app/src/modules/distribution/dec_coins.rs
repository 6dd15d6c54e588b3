//! Coins with 18 places: income before it is paid out.

use std::{collections::BTreeMap, fmt};

use proto::{
    amount::Amount,
    coin::{Coin, Coins, DecCoin, Denom},
    cosmos::base::v1beta1 as pb,
    dec::{Dec, DecError},
};

use crate::error::{Result, Sdk};

/// Decimal amounts by name, each positive. May be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DecCoins(BTreeMap<Denom, Dec>);

impl DecCoins {
    /// Whole coins.
    pub(crate) fn whole(coins: &Coins) -> DecCoins {
        DecCoins(coins.iter().map(|coin| (coin.denom.clone(), Dec::whole(coin.amount))).collect())
    }

    /// From the wire; a name twice or an amount of zero is refused.
    pub(crate) fn parse(wire: &[pb::DecCoin]) -> Result<DecCoins> {
        let mut coins = BTreeMap::new();
        for coin in wire {
            let coin = DecCoin::parse(Some(coin.clone()))?;
            if coin.amount.is_zero() || coins.insert(coin.denom.clone(), coin.amount).is_some() {
                return Err(Sdk::InvalidCoins(format!("{} is zero or named twice", coin.denom)).into());
            }
        }
        Ok(DecCoins(coins))
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> Vec<pb::DecCoin> {
        let coins = self.0.iter();
        coins.map(|(denom, amount)| DecCoin { denom: denom.clone(), amount: *amount }.into()).collect()
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How much of one name.
    pub(crate) fn amount_of(&self, denom: &Denom) -> Dec {
        self.0.get(denom).copied().unwrap_or(Dec::ZERO)
    }

    /// Both added up.
    pub(crate) fn plus(&self, other: &DecCoins) -> Result<DecCoins, DecError> {
        let mut sum = self.clone();
        for (denom, amount) in &other.0 {
            let entry = sum.0.entry(denom.clone()).or_default();
            *entry = entry.plus(*amount)?;
        }
        Ok(sum)
    }

    /// This less the other, or nothing if any amount does not suffice.
    pub(crate) fn minus(&self, other: &DecCoins) -> Option<DecCoins> {
        let mut left = self.clone();
        for (denom, amount) in &other.0 {
            let rest = left.amount_of(denom).minus(*amount)?;
            left.put(denom, rest);
        }
        Some(left)
    }

    /// Of each name the smaller of both amounts.
    pub(crate) fn smaller_of(&self, other: &DecCoins) -> DecCoins {
        let smaller = |(denom, amount): (&Denom, &Dec)| (denom.clone(), other.amount_of(denom).min(*amount));
        DecCoins(self.0.iter().map(smaller).filter(|(_, amount)| !amount.is_zero()).collect())
    }

    /// Each amount through `change`; what becomes zero is left out.
    pub(crate) fn each(&self, change: impl Fn(Dec) -> Result<Dec, DecError>) -> Result<DecCoins, DecError> {
        let mut changed = DecCoins::default();
        for (denom, amount) in &self.0 {
            changed.put(denom, change(*amount)?);
        }
        Ok(changed)
    }

    /// The whole coins in here, and what is left over.
    pub(crate) fn split(&self) -> Result<(Coins, DecCoins)> {
        let (mut whole, mut rest) = (Vec::new(), DecCoins::default());
        for (denom, amount) in &self.0 {
            let floor: Amount = amount.floor()?;
            whole.push(Coin::new(denom.clone(), floor));
            rest.put(denom, amount.fraction());
        }
        Ok((Coins::sum(whole)?, rest))
    }

    fn put(&mut self, denom: &Denom, amount: Dec) {
        if amount.is_zero() {
            self.0.remove(denom);
        } else {
            self.0.insert(denom.clone(), amount);
        }
    }
}

impl fmt::Display for DecCoins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (denom, amount)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{amount}{denom}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coins(text: &str) -> DecCoins {
        let parts = text.split(',').filter(|part| !part.is_empty());
        DecCoins(
            parts
                .map(|part| part.parse::<DecCoin>().map(|coin| (coin.denom, coin.amount)).expect("a coin"))
                .collect(),
        )
    }

    #[test]
    fn lists_add_subtract_and_split_by_name() {
        let (a, b) = (coins("1.5ulaz,2ucpt"), coins("0.5ulaz"));
        assert_eq!(a.plus(&b).expect("fits"), coins("2ulaz,2ucpt"));
        assert_eq!(a.minus(&b), Some(coins("1ulaz,2ucpt")));
        assert_eq!(b.minus(&a), None);
        assert_eq!(a.minus(&a), Some(DecCoins::default()));
        assert_eq!(a.smaller_of(&coins("9ulaz")), coins("1.5ulaz"));
        let (whole, rest) = a.split().expect("splits");
        assert_eq!((whole.to_string().as_str(), rest), ("2ucpt,1ulaz", b));
        assert_eq!(DecCoins::parse(&a.wire()).expect("parses"), a);
        assert_eq!(a.to_string(), "2.000000000000000000ucpt,1.500000000000000000ulaz");
    }

    #[test]
    fn a_name_twice_or_with_nothing_is_refused() {
        let wire = |amount: &str| pb::DecCoin { denom: "ulaz".into(), amount: amount.into() };
        assert!(DecCoins::parse(&[wire("1"), wire("1")]).is_err());
        assert!(DecCoins::parse(&[wire("0")]).is_err());
    }
}
