//! What can be asked.

use proto::{
    address::{Address, ValAddress},
    cosmos::distribution::v1beta1 as pb,
};
use state::Read;

use super::{
    accrual,
    dec_coins::DecCoins,
    errors::Error,
    keys::{COMMISSION, OUTSTANDING, SLASHES},
    logic,
    types::Slash,
};
use crate::{
    error::{Result, Sdk},
    modules::staking,
    page,
    query::{Query, answer},
};

/// Most delegations of one account that one answer adds up.
const MAX_DELEGATIONS: usize = 10_000;
/// Delegations read at a time.
const CHUNK: u32 = 1_000;

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/cosmos.distribution.v1beta1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/cosmos.distribution.v1beta1.Query/ValidatorDistributionInfo", |s, b| {
        answer(s, b, validator_distribution_info)
    }),
    Query::new("/cosmos.distribution.v1beta1.Query/ValidatorOutstandingRewards", |s, b| {
        answer(s, b, validator_outstanding_rewards)
    }),
    Query::new("/cosmos.distribution.v1beta1.Query/ValidatorCommission", |s, b| {
        answer(s, b, validator_commission)
    }),
    Query::new("/cosmos.distribution.v1beta1.Query/ValidatorSlashes", |s, b| answer(s, b, validator_slashes)),
    Query::new("/cosmos.distribution.v1beta1.Query/DelegationRewards", |s, b| {
        answer(s, b, delegation_rewards)
    }),
    Query::new("/cosmos.distribution.v1beta1.Query/DelegationTotalRewards", |s, b| {
        answer(s, b, delegation_total_rewards)
    }),
    Query::new("/cosmos.distribution.v1beta1.Query/DelegatorValidators", |s, b| {
        answer(s, b, delegator_validators)
    }),
    Query::new("/cosmos.distribution.v1beta1.Query/DelegatorWithdrawAddress", |s, b| {
        answer(s, b, delegator_withdraw_address)
    }),
    Query::new("/cosmos.distribution.v1beta1.Query/CommunityPool", |s, b| answer(s, b, community_pool)),
];

fn delegator(text: &str) -> Result<Address> {
    if text.is_empty() {
        return Err(Sdk::InvalidRequest("empty delegator address".into()).into());
    }
    Ok(text.parse()?)
}

fn operator(text: &str) -> Result<ValAddress> {
    if text.is_empty() {
        return Err(Sdk::InvalidRequest("empty validator address".into()).into());
    }
    Ok(text.parse()?)
}

/// The operator of a validator that is there.
fn known(state: &dyn Read, text: &str) -> Result<ValAddress> {
    let who = operator(text)?;
    accrual::validator(state, &who)?;
    Ok(who)
}

/// What a delegation earned; one that is not there has its own answer.
fn earned(state: &dyn Read, who: &ValAddress, delegator: &Address) -> Result<DecCoins> {
    staking::delegation(state, delegator, who)?.ok_or(Error::NoSuchDelegation)?;
    accrual::earned_now(state, who, delegator)
}

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?.wire()) })
}

fn validator_distribution_info(
    state: &dyn Read,
    ask: pb::QueryValidatorDistributionInfoRequest,
) -> Result<pb::QueryValidatorDistributionInfoResponse> {
    let who = known(state, &ask.validator_address)?;
    let rewards = earned(state, &who, &who.account())?;
    let commission = COMMISSION.get(state, &who)?.unwrap_or_default();
    Ok(pb::QueryValidatorDistributionInfoResponse {
        // the account, as Cosmos answers
        operator_address: who.account().to_string(),
        self_bond_rewards: rewards.wire(),
        commission: commission.wire(),
    })
}

fn validator_outstanding_rewards(
    state: &dyn Read,
    ask: pb::QueryValidatorOutstandingRewardsRequest,
) -> Result<pb::QueryValidatorOutstandingRewardsResponse> {
    let who = known(state, &ask.validator_address)?;
    let rewards = OUTSTANDING.get(state, &who)?.unwrap_or_default().wire();
    let rewards = Some(pb::ValidatorOutstandingRewards { rewards });
    Ok(pb::QueryValidatorOutstandingRewardsResponse { rewards })
}

fn validator_commission(
    state: &dyn Read,
    ask: pb::QueryValidatorCommissionRequest,
) -> Result<pb::QueryValidatorCommissionResponse> {
    let who = known(state, &ask.validator_address)?;
    let commission = COMMISSION.get(state, &who)?.unwrap_or_default().wire();
    let commission = Some(pb::ValidatorAccumulatedCommission { commission });
    Ok(pb::QueryValidatorCommissionResponse { commission })
}

/// Slashes between two heights, both included.
fn validator_slashes(
    state: &dyn Read,
    ask: pb::QueryValidatorSlashesRequest,
) -> Result<pb::QueryValidatorSlashesResponse> {
    let who = operator(&ask.validator_address)?;
    let (from, until) = (ask.starting_height, ask.ending_height);
    if until < from {
        let text = format!("starting height greater than ending height ({from} > {until})");
        return Err(Sdk::InvalidRequest(text).into());
    }
    let row = |(_, period): (ValAddress, u64), slash: Slash| {
        let within = (from..=until).contains(&slash.height);
        let event = pb::ValidatorSlashEvent { validator_period: period, fraction: slash.fraction.wire() };
        Ok(within.then_some(event))
    };
    let (slashes, pagination) = page::collect(state, &SLASHES, &who, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryValidatorSlashesResponse { slashes, pagination })
}

fn delegation_rewards(
    state: &dyn Read,
    ask: pb::QueryDelegationRewardsRequest,
) -> Result<pb::QueryDelegationRewardsResponse> {
    let delegator = delegator(&ask.delegator_address)?;
    let who = known(state, &ask.validator_address)?;
    Ok(pb::QueryDelegationRewardsResponse { rewards: earned(state, &who, &delegator)?.wire() })
}

/// The validators that an account has staked on.
fn validators_of(state: &dyn Read, who: &Address) -> Result<Vec<ValAddress>> {
    let mut found: Vec<ValAddress> = Vec::new();
    loop {
        let page = staking::delegations(state, who, found.last(), CHUNK)?;
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page.into_iter().map(|(operator, _)| operator));
        if found.len() >= MAX_DELEGATIONS {
            let text = format!("{who} has {MAX_DELEGATIONS} delegations or more; ask for each validator");
            return Err(Sdk::InvalidRequest(text).into());
        }
    }
}

fn delegation_total_rewards(
    state: &dyn Read,
    ask: pb::QueryDelegationTotalRewardsRequest,
) -> Result<pb::QueryDelegationTotalRewardsResponse> {
    let delegator = delegator(&ask.delegator_address)?;
    let (mut rewards, mut total) = (Vec::new(), DecCoins::default());
    for who in validators_of(state, &delegator)? {
        let reward = accrual::earned_now(state, &who, &delegator)?;
        total = total.plus(&reward)?;
        let validator_address = who.to_string();
        rewards.push(pb::DelegationDelegatorReward { validator_address, reward: reward.wire() });
    }
    Ok(pb::QueryDelegationTotalRewardsResponse { rewards, total: total.wire() })
}

fn delegator_validators(
    state: &dyn Read,
    ask: pb::QueryDelegatorValidatorsRequest,
) -> Result<pb::QueryDelegatorValidatorsResponse> {
    let validators = validators_of(state, &delegator(&ask.delegator_address)?)?;
    let validators = validators.iter().map(ToString::to_string).collect();
    Ok(pb::QueryDelegatorValidatorsResponse { validators })
}

fn delegator_withdraw_address(
    state: &dyn Read,
    ask: pb::QueryDelegatorWithdrawAddressRequest,
) -> Result<pb::QueryDelegatorWithdrawAddressResponse> {
    let address = logic::withdraw_address(state, &delegator(&ask.delegator_address)?)?;
    Ok(pb::QueryDelegatorWithdrawAddressResponse { withdraw_address: address.to_string() })
}

fn community_pool(
    state: &dyn Read,
    _: pb::QueryCommunityPoolRequest,
) -> Result<pb::QueryCommunityPoolResponse> {
    Ok(pb::QueryCommunityPoolResponse { pool: logic::community_pool(state)?.wire() })
}
