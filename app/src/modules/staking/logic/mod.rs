//! Who has staked what on whom.

pub(crate) mod escrow;
pub(crate) mod levy;
pub(crate) mod moves;
pub(crate) mod queues;
pub(crate) mod records;
pub(crate) mod set;
pub(crate) mod slash;

use proto::{
    address::{Address, ConsAddress, ValAddress},
    amount::Amount,
    coin::{Coin, Coins, Denom},
    dec::Dec,
};
use state::Read;

use super::{
    errors::Error,
    keys::{BY_CONS, DELEGATIONS, LAST_POWERS, PARAMS, VALIDATORS},
    types::{MAX_VALIDATORS, Params, Validator},
};
use crate::{error::Result, modules::bank};

/// The module account that holds the stake of validators in the set.
pub(crate) const BONDED_POOL: &str = "bonded_tokens_pool";
/// The module account that holds all other stake, and what is on its way out.
pub(crate) const NOT_BONDED_POOL: &str = "not_bonded_tokens_pool";

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<Params> {
    Ok(PARAMS.get(state)?.unwrap_or_else(Params::start))
}

/// The token that is staked.
pub(crate) fn bond_denom(state: &dyn Read) -> Result<Denom> {
    Ok(params(state)?.bond_denom)
}

/// So much of the staked token.
pub(crate) fn stake(state: &dyn Read, amount: Amount) -> Result<Coins> {
    Ok(Coins::one(Coin::new(bond_denom(state)?, amount)))
}

/// The validator of an operator, if there is one.
pub(crate) fn find_validator(state: &dyn Read, operator: &ValAddress) -> Result<Option<Validator>> {
    Ok(VALIDATORS.get(state, operator)?)
}

/// The validator of an operator.
pub(crate) fn validator(state: &dyn Read, operator: &ValAddress) -> Result<Validator> {
    Ok(find_validator(state, operator)?.ok_or(Error::NoValidator)?)
}

/// The validator of a consensus key, if there is one.
pub(crate) fn validator_by_cons(state: &dyn Read, cons: &ConsAddress) -> Result<Option<Validator>> {
    match BY_CONS.get(state, cons)? {
        Some(operator) => find_validator(state, &operator),
        None => Ok(None),
    }
}

/// The validators in the set that are not jailed, strongest first, at most as many as there are seats.
pub(crate) fn bonded_validators(state: &dyn Read) -> Result<Vec<Validator>> {
    let mut found = Vec::new();
    for (operator, _) in LAST_POWERS.page(state, &(), None, MAX_VALIDATORS)? {
        let validator = validator(state, &operator)?;
        if validator.is_bonded() && !validator.jailed {
            found.push(validator);
        }
    }
    found.sort_by_key(|validator| (std::cmp::Reverse(validator.power()), validator.operator));
    Ok(found)
}

/// The shares that a delegator has of a validator, if any.
pub(crate) fn delegation(state: &dyn Read, who: &Address, operator: &ValAddress) -> Result<Option<Dec>> {
    Ok(DELEGATIONS.get(state, &(*who, *operator))?)
}

/// A delegator's shares, by validator, behind `after`, at most `limit`.
pub(crate) fn delegations(
    state: &dyn Read,
    who: &Address,
    after: Option<&ValAddress>,
    limit: u32,
) -> Result<Vec<(ValAddress, Dec)>> {
    let after = after.map(|after| (*who, *after));
    let page = DELEGATIONS.page(state, who, after.as_ref(), limit)?;
    Ok(page.into_iter().map(|((_, operator), shares)| (operator, shares)).collect())
}

/// All stake on validators in the set.
pub(crate) fn bonded_tokens(state: &dyn Read) -> Result<Amount> {
    bank::balance(state, &Address::module(BONDED_POOL), &bond_denom(state)?)
}

/// What part of all tokens is staked on validators in the set; nothing if there are no tokens.
pub(crate) fn bonded_ratio(state: &dyn Read) -> Result<Dec> {
    let supply = bank::supply(state, &bond_denom(state)?)?;
    if supply.is_zero() {
        return Ok(Dec::ZERO);
    }
    Ok(Dec::ratio(bonded_tokens(state)?.units(), supply.units())?)
}
