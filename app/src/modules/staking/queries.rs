//! What can be asked.

use proto::{
    address::{Address, ValAddress},
    coin::Coin,
    cosmos::{base::query::v1beta1::PageResponse, staking::v1beta1 as pb},
    dec::Dec,
};
use state::Read;

use super::{
    errors::Error,
    keys::{
        DELEGATIONS, DELEGATORS, REDELEGATIONS, REDELEGATIONS_FROM, UNBONDINGS, UNBONDINGS_OF, VALIDATORS,
    },
    logic::{self, BONDED_POOL, NOT_BONDED_POOL, records::Move},
    types::{Redelegation, Unbonding, Validator},
};
use crate::{
    error::{Result, Sdk},
    modules::bank,
    page,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/cosmos.staking.v1beta1.Query/Validators", |s, b| answer(s, b, validators)),
    Query::new("/cosmos.staking.v1beta1.Query/Validator", |s, b| answer(s, b, validator)),
    Query::new("/cosmos.staking.v1beta1.Query/ValidatorDelegations", |s, b| {
        answer(s, b, validator_delegations)
    }),
    Query::new("/cosmos.staking.v1beta1.Query/ValidatorUnbondingDelegations", |s, b| {
        answer(s, b, validator_unbonding_delegations)
    }),
    Query::new("/cosmos.staking.v1beta1.Query/Delegation", |s, b| answer(s, b, delegation)),
    Query::new("/cosmos.staking.v1beta1.Query/UnbondingDelegation", |s, b| {
        answer(s, b, unbonding_delegation)
    }),
    Query::new("/cosmos.staking.v1beta1.Query/DelegatorDelegations", |s, b| {
        answer(s, b, delegator_delegations)
    }),
    Query::new("/cosmos.staking.v1beta1.Query/DelegatorUnbondingDelegations", |s, b| {
        answer(s, b, delegator_unbonding_delegations)
    }),
    Query::new("/cosmos.staking.v1beta1.Query/Redelegations", |s, b| answer(s, b, redelegations)),
    Query::new("/cosmos.staking.v1beta1.Query/DelegatorValidators", |s, b| {
        answer(s, b, delegator_validators)
    }),
    Query::new("/cosmos.staking.v1beta1.Query/DelegatorValidator", |s, b| answer(s, b, delegator_validator)),
    Query::new("/cosmos.staking.v1beta1.Query/HistoricalInfo", |s, b| answer(s, b, historical_info)),
    Query::new("/cosmos.staking.v1beta1.Query/Pool", |s, b| answer(s, b, pool)),
    Query::new("/cosmos.staking.v1beta1.Query/Params", |s, b| answer(s, b, params)),
];

/// A delegation as clients and genesis files have it.
pub(crate) fn delegation_wire(who: &Address, operator: &ValAddress, shares: Dec) -> pb::Delegation {
    pb::Delegation {
        delegator_address: who.to_string(),
        validator_address: operator.to_string(),
        shares: shares.wire(),
    }
}

/// What is leaving, as clients and genesis files have it.
pub(crate) fn unbonding_wire(
    who: &Address,
    operator: &ValAddress,
    unbonding: &Unbonding,
) -> pb::UnbondingDelegation {
    pb::UnbondingDelegation {
        delegator_address: who.to_string(),
        validator_address: operator.to_string(),
        entries: unbonding.wire(),
    }
}

fn address(text: &str) -> Result<Address> {
    if text.is_empty() {
        return Err(Sdk::InvalidRequest("delegator address cannot be empty".into()).into());
    }
    Ok(text.parse()?)
}

fn operator(text: &str) -> Result<ValAddress> {
    if text.is_empty() {
        return Err(Sdk::InvalidRequest("validator address cannot be empty".into()).into());
    }
    Ok(text.parse()?)
}

fn found(state: &dyn Read, operator: &ValAddress) -> Result<Validator> {
    let found = logic::find_validator(state, operator)?;
    Ok(found.ok_or_else(|| Sdk::KeyNotFound(format!("validator {operator} not found")))?)
}

/// A delegation with what it is worth.
fn worth(
    state: &dyn Read,
    who: &Address,
    operator: &ValAddress,
    shares: Dec,
) -> Result<pb::DelegationResponse> {
    let amount = logic::validator(state, operator)?.tokens_of(shares)?.floor()?;
    let balance = Coin::new(logic::bond_denom(state)?, amount);
    let delegation = Some(delegation_wire(who, operator, shares));
    Ok(pb::DelegationResponse { delegation, balance: Some(balance.into()) })
}

fn validators(state: &dyn Read, ask: pb::QueryValidatorsRequest) -> Result<pb::QueryValidatorsResponse> {
    let wanted = match ask.status.as_str() {
        "" => None,
        text => Some(
            pb::BondStatus::from_str_name(text)
                .filter(|status| *status != pb::BondStatus::Unspecified)
                .ok_or_else(|| {
                    let shown: String = text.chars().take(60).collect();
                    Sdk::InvalidRequest(format!("invalid validator status {shown}"))
                })?,
        ),
    };
    let row = |_, validator: Validator| {
        let fits = wanted.is_none_or(|wanted| wanted == validator.status.wire());
        Ok(fits.then(|| validator.wire()))
    };
    let (validators, pagination) = page::collect(state, &VALIDATORS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryValidatorsResponse { validators, pagination })
}

fn validator(state: &dyn Read, ask: pb::QueryValidatorRequest) -> Result<pb::QueryValidatorResponse> {
    let validator = found(state, &operator(&ask.validator_addr)?)?.wire();
    Ok(pb::QueryValidatorResponse { validator: Some(validator) })
}

fn validator_delegations(
    state: &dyn Read,
    ask: pb::QueryValidatorDelegationsRequest,
) -> Result<pb::QueryValidatorDelegationsResponse> {
    let operator = operator(&ask.validator_addr)?;
    let row = |(operator, who), ()| {
        let shares = logic::delegation(state, &who, &operator)?.unwrap_or(Dec::ZERO);
        worth(state, &who, &operator, shares).map(Some)
    };
    let (delegation_responses, pagination) =
        page::collect(state, &DELEGATORS, &operator, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryValidatorDelegationsResponse { delegation_responses, pagination })
}

fn validator_unbonding_delegations(
    state: &dyn Read,
    ask: pb::QueryValidatorUnbondingDelegationsRequest,
) -> Result<pb::QueryValidatorUnbondingDelegationsResponse> {
    let operator = operator(&ask.validator_addr)?;
    let row = |(operator, who), _| {
        let unbonding = UNBONDINGS.get(state, &(who, operator))?.unwrap_or_default();
        Ok(Some(unbonding_wire(&who, &operator, &unbonding)))
    };
    let (unbonding_responses, pagination) =
        page::collect(state, &UNBONDINGS_OF, &operator, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryValidatorUnbondingDelegationsResponse { unbonding_responses, pagination })
}

fn delegation(state: &dyn Read, ask: pb::QueryDelegationRequest) -> Result<pb::QueryDelegationResponse> {
    let (who, operator) = (address(&ask.delegator_addr)?, operator(&ask.validator_addr)?);
    let Some(shares) = logic::delegation(state, &who, &operator)? else {
        let text = format!("delegation with delegator {who} not found for validator {operator}");
        return Err(Sdk::KeyNotFound(text).into());
    };
    let delegation_response = Some(worth(state, &who, &operator, shares)?);
    Ok(pb::QueryDelegationResponse { delegation_response })
}

fn unbonding_delegation(
    state: &dyn Read,
    ask: pb::QueryUnbondingDelegationRequest,
) -> Result<pb::QueryUnbondingDelegationResponse> {
    let (who, operator) = (address(&ask.delegator_addr)?, operator(&ask.validator_addr)?);
    let Some(unbonding) = UNBONDINGS.get(state, &(who, operator))? else {
        let text = format!("unbonding delegation with delegator {who} not found for validator {operator}");
        return Err(Sdk::KeyNotFound(text).into());
    };
    Ok(pb::QueryUnbondingDelegationResponse { unbond: Some(unbonding_wire(&who, &operator, &unbonding)) })
}

fn delegator_delegations(
    state: &dyn Read,
    ask: pb::QueryDelegatorDelegationsRequest,
) -> Result<pb::QueryDelegatorDelegationsResponse> {
    let who = address(&ask.delegator_addr)?;
    let row = |(who, operator), shares| worth(state, &who, &operator, shares).map(Some);
    let (delegation_responses, pagination) =
        page::collect(state, &DELEGATIONS, &who, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryDelegatorDelegationsResponse { delegation_responses, pagination })
}

fn delegator_unbonding_delegations(
    state: &dyn Read,
    ask: pb::QueryDelegatorUnbondingDelegationsRequest,
) -> Result<pb::QueryDelegatorUnbondingDelegationsResponse> {
    let who = address(&ask.delegator_addr)?;
    let row = |(who, operator), unbonding| Ok(Some(unbonding_wire(&who, &operator, &unbonding)));
    let (unbonding_responses, pagination) =
        page::collect(state, &UNBONDINGS, &who, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryDelegatorUnbondingDelegationsResponse { unbonding_responses, pagination })
}

fn redelegation(
    state: &dyn Read,
    (who, from, to): Move,
    redelegation: &Redelegation,
) -> Result<pb::RedelegationResponse> {
    let validator = logic::find_validator(state, &to)?;
    let mut entries = Vec::new();
    for (entry, wire) in redelegation.0.iter().zip(redelegation.wire()) {
        let balance = match &validator {
            Some(validator) => validator.tokens_of(entry.shares)?.floor()?.to_string(),
            None => "0".to_owned(),
        };
        entries.push(pb::RedelegationEntryResponse { redelegation_entry: Some(wire), balance });
    }
    let redelegation = pb::Redelegation {
        delegator_address: who.to_string(),
        validator_src_address: from.to_string(),
        validator_dst_address: to.to_string(),
        entries: Vec::new(),
    };
    Ok(pb::RedelegationResponse { redelegation: Some(redelegation), entries })
}

type Redelegations = (Vec<pb::RedelegationResponse>, Option<PageResponse>);

fn redelegations(
    state: &dyn Read,
    ask: pb::QueryRedelegationsRequest,
) -> Result<pb::QueryRedelegationsResponse> {
    let given = |text: &str| !text.is_empty();
    let (src, dst) = (given(&ask.src_validator_addr), given(&ask.dst_validator_addr));
    let (redelegation_responses, pagination): Redelegations = match (given(&ask.delegator_addr), src, dst) {
        (true, true, true) => {
            let key = (
                address(&ask.delegator_addr)?,
                operator(&ask.src_validator_addr)?,
                operator(&ask.dst_validator_addr)?,
            );
            let Some(found) = REDELEGATIONS.get(state, &key)? else {
                let text = format!(
                    "redelegation not found for delegator address {} from validator address {}",
                    key.0, key.1
                );
                return Err(Sdk::KeyNotFound(text).into());
            };
            (vec![redelegation(state, key, &found)?], None)
        }
        (false, true, false) => {
            let from = operator(&ask.src_validator_addr)?;
            page::collect(
                state,
                &REDELEGATIONS_FROM,
                &from,
                ask.pagination.as_ref(),
                |(from, who, to), _| {
                    let found = REDELEGATIONS.get(state, &(who, from, to))?.unwrap_or_default();
                    redelegation(state, (who, from, to), &found).map(Some)
                },
            )?
        }
        _ => {
            let who = address(&ask.delegator_addr)?;
            let row = |key, found: Redelegation| redelegation(state, key, &found).map(Some);
            page::collect(state, &REDELEGATIONS, &who, ask.pagination.as_ref(), row)?
        }
    };
    Ok(pb::QueryRedelegationsResponse { redelegation_responses, pagination })
}

fn delegator_validators(
    state: &dyn Read,
    ask: pb::QueryDelegatorValidatorsRequest,
) -> Result<pb::QueryDelegatorValidatorsResponse> {
    let who = address(&ask.delegator_addr)?;
    let row = |(_, operator), _| Ok(Some(logic::validator(state, &operator)?.wire()));
    let (validators, pagination) = page::collect(state, &DELEGATIONS, &who, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryDelegatorValidatorsResponse { validators, pagination })
}

fn delegator_validator(
    state: &dyn Read,
    ask: pb::QueryDelegatorValidatorRequest,
) -> Result<pb::QueryDelegatorValidatorResponse> {
    let (who, operator) = (address(&ask.delegator_addr)?, operator(&ask.validator_addr)?);
    logic::delegation(state, &who, &operator)?.ok_or(Error::NoDelegation)?;
    Ok(pb::QueryDelegatorValidatorResponse { validator: Some(found(state, &operator)?.wire()) })
}

/// Headers are the engine's; the chain keeps none.
fn historical_info(
    _: &dyn Read,
    ask: pb::QueryHistoricalInfoRequest,
) -> Result<pb::QueryHistoricalInfoResponse> {
    if ask.height < 0 {
        return Err(Sdk::InvalidRequest("height cannot be negative".into()).into());
    }
    let text = format!("historical info for height {} not found; this chain keeps none", ask.height);
    Err(Sdk::KeyNotFound(text).into())
}

fn pool(state: &dyn Read, _: pb::QueryPoolRequest) -> Result<pb::QueryPoolResponse> {
    let denom = logic::bond_denom(state)?;
    let held = |name| bank::balance(state, &Address::module(name), &denom);
    let pool = pb::Pool {
        not_bonded_tokens: held(NOT_BONDED_POOL)?.to_string(),
        bonded_tokens: held(BONDED_POOL)?.to_string(),
    };
    Ok(pb::QueryPoolResponse { pool: Some(pool) })
}

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?.wire()) })
}
