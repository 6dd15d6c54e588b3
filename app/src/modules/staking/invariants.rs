//! What is true after every block.

use std::collections::{BTreeMap, BTreeSet};

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    dec::Dec,
};
use state::Read;

use super::{
    keys::{
        BY_CONS, BY_POWER, DELEGATIONS, DELEGATORS, LAST_POWERS, REDELEGATIONS, REDELEGATIONS_FROM,
        REDELEGATIONS_TO, UNBONDINGS, UNBONDINGS_OF, VALIDATORS,
    },
    logic::{self, BONDED_POOL, NOT_BONDED_POOL, records},
};
use crate::{error::Result, invariant::Invariant, modules::bank, page};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("staking/pools-are-sums-of-stake", pools_are_sums_of_stake),
    ("staking/shares-are-sums-of-delegations", shares_are_sums_of_delegations),
    ("staking/power-order-mirrors-validators", power_order_mirrors_validators),
    ("staking/set-is-the-bonded", set_is_the_bonded),
    ("staking/indexes-mirror-records", indexes_mirror_records),
];

fn pools_are_sums_of_stake(state: &dyn Read) -> Result<Option<String>> {
    let (mut bonded, mut other) = (Amount::ZERO, Amount::ZERO);
    page::every(state, &VALIDATORS, &(), |_, validator| {
        let sum = if validator.is_bonded() { &mut bonded } else { &mut other };
        *sum = sum.plus(validator.tokens)?;
        Ok(())
    })?;
    page::every(state, &UNBONDINGS, &(), |_, unbonding| {
        for entry in &unbonding.0 {
            other = other.plus(entry.balance)?;
        }
        Ok(())
    })?;
    let denom = logic::bond_denom(state)?;
    let pools = (
        bank::balance(state, &Address::module(BONDED_POOL), &denom)?,
        bank::balance(state, &Address::module(NOT_BONDED_POOL), &denom)?,
    );
    Ok((pools != (bonded, other)).then(|| format!("stake is {bonded} and {other}, the pools hold {pools:?}")))
}

fn shares_are_sums_of_delegations(state: &dyn Read) -> Result<Option<String>> {
    let mut sums: BTreeMap<ValAddress, Dec> = BTreeMap::new();
    page::every(state, &DELEGATIONS, &(), |(_, operator), shares| {
        let sum = sums.entry(operator).or_default();
        *sum = sum.plus(shares)?;
        Ok(())
    })?;
    let mut shares: BTreeMap<ValAddress, Dec> = BTreeMap::new();
    page::every(state, &VALIDATORS, &(), |operator, validator| {
        if !validator.shares.is_zero() {
            shares.insert(operator, validator.shares);
        }
        Ok(())
    })?;
    Ok((sums != shares).then(|| format!("delegations sum to {sums:?}, validators have {shares:?}")))
}

fn power_order_mirrors_validators(state: &dyn Read) -> Result<Option<String>> {
    let (mut ranks, mut keys) = (BTreeSet::new(), BTreeMap::new());
    page::every(state, &VALIDATORS, &(), |operator, validator| {
        if !validator.jailed {
            ranks.insert(records::rank(&validator));
        }
        keys.insert(validator.cons(), operator);
        Ok(())
    })?;
    let (mut order, mut by_cons) = (BTreeSet::new(), BTreeMap::new());
    page::every(state, &BY_POWER, &(), |rank, ()| {
        order.insert(rank);
        Ok(())
    })?;
    page::every(state, &BY_CONS, &(), |cons, operator| {
        by_cons.insert(cons, operator);
        Ok(())
    })?;
    let broken = ranks != order || keys != by_cons;
    Ok(broken.then(|| format!("ranks {ranks:?}, order {order:?}; keys {keys:?}, by key {by_cons:?}")))
}

fn set_is_the_bonded(state: &dyn Read) -> Result<Option<String>> {
    let (mut bonded, mut set) = (BTreeSet::new(), BTreeSet::new());
    page::every(state, &VALIDATORS, &(), |operator, validator| {
        if validator.is_bonded() {
            bonded.insert(operator);
        }
        Ok(())
    })?;
    page::every(state, &LAST_POWERS, &(), |operator, _| {
        set.insert(operator);
        Ok(())
    })?;
    Ok((bonded != set).then(|| format!("bonded are {bonded:?}, the set is {set:?}")))
}

fn indexes_mirror_records(state: &dyn Read) -> Result<Option<String>> {
    let (mut delegations, mut delegators) = (BTreeSet::new(), BTreeSet::new());
    page::every(state, &DELEGATIONS, &(), |(who, operator), _| {
        delegations.insert((operator, who));
        Ok(())
    })?;
    page::every(state, &DELEGATORS, &(), |key, ()| {
        delegators.insert(key);
        Ok(())
    })?;
    let (mut unbondings, mut unbondings_of) = (BTreeSet::new(), BTreeSet::new());
    page::every(state, &UNBONDINGS, &(), |(who, operator), unbonding| {
        unbondings.insert((operator, who, unbonding.latest()));
        Ok(())
    })?;
    page::every(state, &UNBONDINGS_OF, &(), |(operator, who), latest| {
        unbondings_of.insert((operator, who, latest));
        Ok(())
    })?;
    let (mut moved, mut moved_from, mut moved_to) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    page::every(state, &REDELEGATIONS, &(), |(who, from, to), _| {
        moved.insert((who, from, to));
        Ok(())
    })?;
    page::every(state, &REDELEGATIONS_FROM, &(), |(from, who, to), _| {
        moved_from.insert((who, from, to));
        Ok(())
    })?;
    page::every(state, &REDELEGATIONS_TO, &(), |(who, to, from), ()| {
        moved_to.insert((who, from, to));
        Ok(())
    })?;
    let mirrored =
        delegations == delegators && unbondings == unbondings_of && moved == moved_from && moved == moved_to;
    Ok((!mirrored).then(|| "an index by validator does not mirror its records".to_owned()))
}
