//! Scenarios, and what they are told with.

mod stake;
mod traffic;
mod validators;
mod whole;

use prost_types::Any;
use proto::{
    address::{Address, ValAddress},
    cosmos::{base::v1beta1::Coin, staking::v1beta1 as pb},
};
use tendermint_proto::v0_38::abci::ValidatorUpdate;

pub(crate) use super::logic::levy::check_free;
use super::types::key_any;
use crate::{
    node::ExecTxResult,
    testkit::{TestChain, address, any, cons_key},
};

const UNBONDING_SECS: u64 = 1_814_400;

/// What is leaving a validator, in all.
pub(crate) fn unbonding_balance(state: &dyn state::Read, who: &Address, from: &ValAddress) -> u128 {
    let entries = super::keys::UNBONDINGS.get(state, &(*who, *from)).expect("reads").unwrap_or_default();
    entries.0.iter().map(|entry| entry.balance.units()).sum()
}

fn coin(amount: u64) -> Option<Coin> {
    Some(Coin { denom: "ulaz".into(), amount: amount.to_string() })
}

fn operator(name: &str) -> String {
    address(name).operator().to_string()
}

pub(crate) fn delegate(who: &str, validator: &str, amount: u64) -> Any {
    let (delegator_address, validator_address) = (address(who).to_string(), operator(validator));
    any(&pb::MsgDelegate { delegator_address, validator_address, amount: coin(amount) })
}

pub(crate) fn undelegate(who: &str, validator: &str, amount: u64) -> Any {
    let (delegator_address, validator_address) = (address(who).to_string(), operator(validator));
    any(&pb::MsgUndelegate { delegator_address, validator_address, amount: coin(amount) })
}

pub(crate) fn redelegate(who: &str, from: &str, to: &str, amount: u64) -> Any {
    any(&pb::MsgBeginRedelegate {
        delegator_address: address(who).to_string(),
        validator_src_address: operator(from),
        validator_dst_address: operator(to),
        amount: coin(amount),
    })
}

pub(crate) fn cancel(who: &str, validator: &str, amount: u64, creation_height: u64) -> Any {
    any(&pb::MsgCancelUnbondingDelegation {
        delegator_address: address(who).to_string(),
        validator_address: operator(validator),
        amount: coin(amount),
        creation_height: i64::try_from(creation_height).expect("small"),
    })
}

pub(crate) fn create(name: &str, amount: u64) -> pb::MsgCreateValidator {
    let percent = |hundredths: u64| (hundredths * 10_000_000_000_000_000).to_string();
    #[allow(deprecated, reason = "the field is on the wire")]
    pb::MsgCreateValidator {
        description: Some(pb::Description { moniker: name.into(), ..Default::default() }),
        commission: Some(pb::CommissionRates {
            rate: percent(10),
            max_rate: percent(20),
            max_change_rate: percent(1),
        }),
        min_self_delegation: "1".into(),
        delegator_address: String::new(),
        validator_address: operator(name),
        pubkey: Some(key_any(&cons_key(name))),
        value: coin(amount),
    }
}

fn edit(name: &str, rate: &str, min: &str) -> pb::MsgEditValidator {
    pb::MsgEditValidator {
        description: Some(pb::Description { moniker: "[do-not-modify]".into(), ..Default::default() }),
        validator_address: operator(name),
        commission_rate: rate.into(),
        min_self_delegation: min.into(),
    }
}

/// Two validators of power 10 and 5; ada and bob have money.
fn chain() -> TestChain {
    let rich = 100_000_000;
    let balances = [("ada", rich), ("bob", rich), ("vic", rich), ("val", rich), ("cyd", rich)];
    TestChain::with_validators(&balances, &[("vic", 10_000_000), ("val", 5_000_000)])
}

/// What the engine is told of a named validator.
pub(crate) fn update(name: &str, power: u64) -> ValidatorUpdate {
    super::logic::set::update(&cons_key(name), power)
}

fn code(result: &ExecTxResult) -> (&str, u32) {
    (result.codespace.as_str(), result.code)
}

fn kinds(result: &ExecTxResult) -> Vec<&str> {
    result.events.iter().map(|event| event.kind()).collect()
}

fn validator(chain: &TestChain, name: &str) -> pb::Validator {
    let ask = pb::QueryValidatorRequest { validator_addr: operator(name) };
    let answer: pb::QueryValidatorResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/Validator", &ask).expect("is there");
    answer.validator.expect("is there")
}

fn staked(chain: &TestChain, who: &str, on: &str) -> Option<u64> {
    let ask =
        pb::QueryDelegationRequest { delegator_addr: address(who).to_string(), validator_addr: operator(on) };
    let answer: pb::QueryDelegationResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/Delegation", &ask).ok()?;
    answer.delegation_response?.balance?.amount.parse().ok()
}

fn unbonding(chain: &TestChain, who: &str, on: &str) -> Vec<pb::UnbondingDelegationEntry> {
    let ask = pb::QueryUnbondingDelegationRequest {
        delegator_addr: address(who).to_string(),
        validator_addr: operator(on),
    };
    let answer = chain.ask("/cosmos.staking.v1beta1.Query/UnbondingDelegation", &ask);
    answer.map_or_else(
        |_| Vec::new(),
        |answer: pb::QueryUnbondingDelegationResponse| answer.unbond.expect("is there").entries,
    )
}

fn redelegations(chain: &TestChain, who: &str) -> Vec<pb::RedelegationResponse> {
    let ask =
        pb::QueryRedelegationsRequest { delegator_addr: address(who).to_string(), ..Default::default() };
    let answer: pb::QueryRedelegationsResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/Redelegations", &ask).expect("answers");
    answer.redelegation_responses
}

fn pools(chain: &TestChain) -> (u64, u64) {
    let answer: pb::QueryPoolResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/Pool", &pb::QueryPoolRequest {}).expect("answers");
    let pool = answer.pool.expect("is there");
    (pool.bonded_tokens.parse().expect("a number"), pool.not_bonded_tokens.parse().expect("a number"))
}
