//! What is true after every block.

use std::collections::BTreeMap;

use proto::{amount::Amount, coin::Denom};
use state::Read;

use super::keys::{BALANCES, OWNERS, SUPPLY};
use crate::{error::Result, invariant::Invariant, page};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("bank/supply-is-sum-of-balances", supply_is_sum_of_balances),
    ("bank/owners-mirror-balances", owners_mirror_balances),
];

fn supply_is_sum_of_balances(state: &dyn Read) -> Result<Option<String>> {
    let mut sums: BTreeMap<Denom, Amount> = BTreeMap::new();
    page::every(state, &BALANCES, &(), |(_, denom), amount| {
        let sum = sums.entry(denom).or_default();
        *sum = sum.plus(amount)?;
        Ok(())
    })?;
    let mut supply: BTreeMap<Denom, Amount> = BTreeMap::new();
    page::every(state, &SUPPLY, &(), |denom, amount| {
        supply.insert(denom, amount);
        Ok(())
    })?;
    Ok((sums != supply).then(|| format!("balances sum to {sums:?}, supply is {supply:?}")))
}

fn owners_mirror_balances(state: &dyn Read) -> Result<Option<String>> {
    let (mut balances, mut owners, mut zeros) = (Vec::new(), Vec::new(), 0_usize);
    page::every(state, &BALANCES, &(), |(who, denom), amount| {
        zeros = zeros.saturating_add(usize::from(amount.is_zero()));
        balances.push((denom, who));
        Ok(())
    })?;
    page::every(state, &OWNERS, &(), |owner, ()| {
        owners.push(owner);
        Ok(())
    })?;
    balances.sort();
    owners.sort();
    let broken = balances != owners || zeros > 0;
    Ok(broken.then(|| format!("the owners' index does not mirror the balances, or {zeros} zeros are stored")))
}
