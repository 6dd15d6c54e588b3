//! Genesis of a test chain.

use proto::address::Address;
use serde_json::{Value as Json, json};
use tendermint_proto::v0_38::abci::ValidatorUpdate;

use super::{CHAIN_ID, address, cons_key};
use crate::{
    genesis::InitChain,
    modules::{self, staking},
    time::Time,
};

/// What the engine asks for a chain with this state.
pub(crate) fn init_chain(app_state: Json, listed: Vec<ValidatorUpdate>) -> InitChain {
    let evidence = proto::tendermint::types::EvidenceParams {
        max_age_num_blocks: 100,
        max_age_duration: Some(prost_types::Duration { seconds: 1_000, nanos: 0 }),
        max_bytes: 1_048_576,
    };
    let params = proto::tendermint::types::ConsensusParams { evidence: Some(evidence), ..Default::default() };
    InitChain {
        chain_id: CHAIN_ID.into(),
        time: Time::from_secs(1_700_000_000),
        initial_height: 1,
        params,
        validators: listed,
        app_state,
    }
}

/// Parameters or a whole section, as a genesis file spells them.
pub(crate) fn section<M: prost::Message + prost::Name>(message: &M) -> Json {
    crate::genesis::json(message).expect("our own message")
}

fn coins(amount: u64) -> Json {
    json!([{"denom": "ulaz", "amount": amount.to_string()}])
}

/// Genesis of named accounts with these balances in `ulaz`, and of named validators with this stake of their own.
pub(crate) fn genesis(balances: &[(&str, u64)], validators: &[(&str, u64)]) -> Json {
    let list = balances.iter().filter(|(_, amount)| *amount > 0);
    let mut list: Vec<_> = list
        .map(|(name, amount)| json!({"address": address(name).to_string(), "coins": coins(*amount)}))
        .collect();
    let pool: u64 = validators.iter().map(|(_, amount)| amount).sum();
    if pool > 0 {
        let address = Address::module(staking::NOT_BONDED_POOL).to_string();
        list.push(json!({"address": address, "coins": coins(pool)}));
    }
    let delegation = |(name, amount): &(&str, u64)| {
        json!({
            "delegator_address": address(name).to_string(),
            "validator_address": address(name).operator().to_string(),
            "shares": amount.to_string(),
        })
    };
    let mut sections = json!({
        "bank": {"params": {"default_send_enabled": true}, "balances": list},
        // no new coins, and all income is the community's, so that balances change by messages alone
        "mint": {
            "minter": {"inflation": "0", "annual_provisions": "0"},
            "params": {
                "mint_denom": "ulaz", "inflation_rate_change": "0", "inflation_max": "0", "inflation_min": "0",
                "goal_bonded": "0.67", "blocks_per_year": "6311520",
            },
        },
        "distribution": {"params": distribution_params("1")},
        "staking": {
            "validators": validators.iter().map(|(name, amount)| validator(name, *amount)).collect::<Vec<_>>(),
            "delegations": validators.iter().map(delegation).collect::<Vec<_>>(),
        },
    });
    for (module, params) in modules::local_params().expect("our own parameters") {
        sections[module] = json!({"params": params});
    }
    sections
}

/// Parameters of the section `distribution` with this community tax.
pub(crate) fn distribution_params(tax: &str) -> Json {
    json!({
        "community_tax": tax, "base_proposer_reward": "0", "bonus_proposer_reward": "0",
        "withdraw_addr_enabled": true,
    })
}

fn validator(name: &str, amount: u64) -> Json {
    use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
    json!({
        "operator_address": address(name).operator().to_string(),
        "consensus_pubkey": {"@type": "/cosmos.crypto.ed25519.PubKey", "key": BASE64.encode(cons_key(name))},
        "status": "BOND_STATUS_UNBONDED",
        "tokens": amount.to_string(),
        "delegator_shares": amount.to_string(),
        "description": {"moniker": name},
        "commission": {
            "commission_rates": {"rate": "0.1", "max_rate": "0.2", "max_change_rate": "0.01"},
            "update_time": "1970-01-01T00:00:00Z",
        },
        "min_self_delegation": "1",
    })
}
