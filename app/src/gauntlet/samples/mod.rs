//! One good example of every message. A message without one fails the tests that ask for it.

mod dat;
mod idao;
mod quorum;
mod usage;
mod vsc;

use prost_types::Any;
use proto::{address::Address, json};
use serde_json::{Value as Json, json};

use crate::{
    modules::{self, GOVERNANCE},
    testkit::{TestChain, address, cons, cons_key},
};

/// Who and what a message is about.
#[derive(Clone, Copy)]
pub(crate) struct Cast<'a> {
    /// Who signs; `gov` is governance.
    pub(crate) who: &'a str,
    /// Another person.
    pub(crate) other: &'a str,
    /// A validator, and one to move to.
    pub(crate) validators: [&'a str; 2],
    pub(crate) amount: u64,
    /// A proposal.
    pub(crate) id: u64,
    pub(crate) height: u64,
}

impl Default for Cast<'_> {
    fn default() -> Self {
        Cast { who: "ada", other: "bob", validators: ["vic", "val"], amount: 7, id: 1, height: 2 }
    }
}

/// The account of a name.
pub(crate) fn account(name: &str) -> Address {
    if name == GOVERNANCE { Address::module(GOVERNANCE) } else { address(name) }
}

/// Full names of all messages that the chain routes.
pub(crate) fn names() -> Vec<String> {
    modules::routes().map(|route| format!("{}.{}", route.package, route.name)).collect()
}

/// The message with this full name; parameters are those that the chain has.
pub(crate) fn sample(chain: &TestChain, name: &str, cast: &Cast) -> Any {
    let value = fields(chain, name, cast).unwrap_or_else(|| panic!("no example of {name}: write one"));
    let bytes = json::from_json(name, &value).unwrap_or_else(|error| panic!("{name}: {error}"));
    Any { type_url: format!("/{name}"), value: bytes }
}

fn fields(chain: &TestChain, name: &str, cast: &Cast) -> Option<Json> {
    let (package, message) = name.rsplit_once('.')?;
    let module = package.split('.').nth(1)?;
    let who = account(cast.who).to_string();
    match (module, message) {
        ("consensus", "MsgUpdateParams") => Some(engine(&who)),
        (_, "MsgUpdateParams") => Some(json!({"authority": who, "params": params(chain, module)})),
        ("scheduler", "MsgRetry") => Some(json!({"authority": who, "sequence": "1"})),
        ("beacon", "MsgRegisterBeacon") => {
            Some(json!({"operator": who, "tip": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="}))
        }
        ("dat", _) => dat::fields(message, cast),
        ("idao", _) => idao::fields(message, cast),
        ("quorum", "MsgSubmitEquivocation") => vsc::equivocation(cast),
        ("quorum", _) => quorum::fields(message, cast),
        ("usage", _) => usage::usage(message, cast),
        ("rewards", _) => usage::rewards(message, cast),
        ("vsc", _) => vsc::fields(message, cast),
        ("bank", _) => bank(message, cast),
        ("staking", _) => staking(message, cast),
        ("distribution", _) => distribution(message, cast),
        ("gov", _) => gov(package, message, cast),
        ("slashing", "MsgUnjail") => {
            Some(json!({"validator_addr": account(cast.who).operator().to_string()}))
        }
        ("evidence", "MsgSubmitEvidence") => Some(json!({"submitter": who, "evidence": {
            "@type": "/cosmos.evidence.v1beta1.Equivocation", "height": cast.height.to_string(),
            "time": "2023-11-14T22:13:22Z", "power": "3",
            "consensus_address": cons(cast.validators[0]).to_string(),
        }})),
        _ => None,
    }
}

fn params(chain: &TestChain, module: &str) -> Json {
    let sections = modules::export(&chain.node.store().latest()).expect("exports");
    let section = sections.into_iter().find(|(name, _)| *name == module).expect("an exported module").1;
    section["params"].clone()
}

fn engine(authority: &str) -> Json {
    json!({
        "authority": authority,
        "block": {"max_bytes": "1000000", "max_gas": "-1"},
        "evidence": {"max_age_num_blocks": "100", "max_age_duration": "1000s", "max_bytes": "1000"},
        "validator": {"pub_key_types": ["ed25519"]},
    })
}

fn coin(amount: u64) -> Json {
    json!({"denom": "ulaz", "amount": amount.to_string()})
}

fn bank(message: &str, cast: &Cast) -> Option<Json> {
    let (who, other) = (account(cast.who).to_string(), account(cast.other).to_string());
    let coins = [coin(cast.amount)];
    Some(match message {
        "MsgSend" => json!({"from_address": who, "to_address": other, "amount": coins}),
        "MsgMultiSend" => json!({
            "inputs": [{"address": who, "coins": coins}], "outputs": [{"address": other, "coins": coins}],
        }),
        "MsgSetSendEnabled" => {
            json!({"authority": who, "send_enabled": [{"denom": "uother", "enabled": cast.amount.is_multiple_of(2)}]})
        }
        _ => return None,
    })
}

fn staking(message: &str, cast: &Cast) -> Option<Json> {
    use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
    let (who, own) = (account(cast.who).to_string(), account(cast.who).operator().to_string());
    let [one, two] = cast.validators.map(|name| account(name).operator().to_string());
    let amount = coin(cast.amount);
    Some(match message {
        "MsgCreateValidator" => json!({
            "description": {"moniker": cast.who}, "validator_address": own, "min_self_delegation": "1",
            "commission": {"rate": "0.1", "max_rate": "0.2", "max_change_rate": "0.01"}, "value": amount,
            "pubkey": {"@type": "/cosmos.crypto.ed25519.PubKey", "key": BASE64.encode(cons_key(cast.who))},
        }),
        "MsgEditValidator" => json!({
            "validator_address": own, "description": {
                "moniker": format!("{} {}", cast.who, cast.amount), "identity": "[do-not-modify]",
                "website": "[do-not-modify]", "security_contact": "[do-not-modify]", "details": "x",
            },
        }),
        "MsgDelegate" | "MsgUndelegate" => {
            json!({"delegator_address": who, "validator_address": one, "amount": amount})
        }
        "MsgBeginRedelegate" => json!({
            "delegator_address": who, "validator_src_address": one, "validator_dst_address": two,
            "amount": amount,
        }),
        "MsgCancelUnbondingDelegation" => json!({
            "delegator_address": who, "validator_address": one, "amount": amount,
            "creation_height": cast.height.to_string(),
        }),
        _ => return None,
    })
}

fn distribution(message: &str, cast: &Cast) -> Option<Json> {
    let (who, other) = (account(cast.who).to_string(), account(cast.other).to_string());
    let validator = account(cast.validators[0]).operator().to_string();
    let coins = [coin(cast.amount)];
    Some(match message {
        "MsgSetWithdrawAddress" => json!({"delegator_address": who, "withdraw_address": other}),
        "MsgWithdrawDelegatorReward" => json!({"delegator_address": who, "validator_address": validator}),
        "MsgWithdrawValidatorCommission" => {
            json!({"validator_address": account(cast.who).operator().to_string()})
        }
        "MsgFundCommunityPool" => json!({"depositor": who, "amount": coins}),
        "MsgDepositValidatorRewardsPool" => {
            json!({"depositor": who, "validator_address": validator, "amount": coins})
        }
        "MsgCommunityPoolSpend" => json!({"authority": who, "recipient": other, "amount": coins}),
        _ => return None,
    })
}

fn gov(package: &str, message: &str, cast: &Cast) -> Option<Json> {
    let who = account(cast.who).to_string();
    let (id, coins) = (cast.id.to_string(), [coin(cast.amount)]);
    let option = ["VOTE_OPTION_YES", "VOTE_OPTION_NO", "VOTE_OPTION_ABSTAIN", "VOTE_OPTION_NO_WITH_VETO"];
    let option = option[usize::try_from(cast.amount % 4).expect("small")];
    let text =
        json!({"@type": "/cosmos.gov.v1beta1.TextProposal", "title": "A title", "description": "Words"});
    Some(match (package, message) {
        ("cosmos.gov.v1", "MsgSubmitProposal") => {
            let authority = account(GOVERNANCE).to_string();
            let enabled = [json!({"denom": "uthird", "enabled": cast.height.is_multiple_of(2)})];
            json!({
                "messages": [{
                    "@type": "/cosmos.bank.v1beta1.MsgSetSendEnabled", "authority": authority,
                    "send_enabled": enabled, "use_default_for": [],
                }],
                "initial_deposit": coins, "proposer": who, "metadata": "x", "title": "A title",
                "summary": "Words",
            })
        }
        ("cosmos.gov.v1beta1", "MsgSubmitProposal") => {
            json!({"content": text, "initial_deposit": coins, "proposer": who})
        }
        (_, "MsgDeposit") => json!({"proposal_id": id, "depositor": who, "amount": coins}),
        (_, "MsgVote") => json!({"proposal_id": id, "voter": who, "option": option}),
        (_, "MsgVoteWeighted") => {
            let half = json!({"option": "VOTE_OPTION_ABSTAIN", "weight": "0.5"});
            let options = if option == "VOTE_OPTION_ABSTAIN" {
                vec![json!({"option": option, "weight": "1.0"})]
            } else {
                vec![json!({"option": option, "weight": "0.5"}), half]
            };
            json!({"proposal_id": id, "voter": who, "options": options})
        }
        (_, "MsgCancelProposal") => json!({"proposal_id": id, "proposer": who}),
        (_, "MsgExecLegacyContent") => json!({"content": text, "authority": who}),
        _ => return None,
    })
}
