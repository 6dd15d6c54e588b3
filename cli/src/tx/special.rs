//! Commands that take more than filling fields in.

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Arg, ArgAction, Command};
use prost_types::Any;
use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins},
    cosmos::staking::v1beta1::{QueryDelegatorDelegationsRequest, QueryDelegatorDelegationsResponse},
};
use serde_json::{Value, json};

use super::{
    build::{Making, any, coins, descriptor, enum_name, json_or_file},
    table::Row,
};
use crate::context::runtime;

/// Makes the messages.
pub(super) type Build = fn(&Making<'_>) -> Result<Vec<Any>>;

const SAME: &str = "[do-not-modify]";
/// Delegations whose rewards one transaction can withdraw.
const MAX_WITHDRAWALS: usize = 100;

/// Flags of a special command.
pub(super) fn flags(row: &Row, command: Command) -> Command {
    let text = |name: &'static str, help: &'static str| Arg::new(name).long(name).help(help);
    let switch = |name: &'static str, help: &'static str| text(name, help).action(ArgAction::SetTrue);
    match row.name() {
        "multi-send" => command.arg(switch("split", "Send the equally split token amount to each address")),
        "withdraw-rewards" => command
            .arg(switch("commission", "Withdraw the validator's commission in addition to the rewards")),
        "weighted-vote" => command.arg(text("metadata", "Specify metadata of the weighted vote")),
        "edit-validator" => command.args([
            text("new-moniker", "The validator's name"),
            text("identity", "The (optional) identity signature (ex. UPort or Keybase)"),
            text("website", "The validator's (optional) website"),
            text("security-contact", "The validator's (optional) security contact email"),
            text("details", "The validator's (optional) details"),
            text("commission-rate", "The new commission rate percentage"),
            text("min-self-delegation", "The minimum self delegation required on the validator"),
        ]),
        _ => command,
    }
}

pub(super) fn multi_send(making: &Making<'_>) -> Result<Vec<Any>> {
    let all = making.many("to_addresses_and_amount");
    let Some((amount, to)) = all.split_last().filter(|(_, to)| !to.is_empty()) else {
        bail!("give at least one address and, last, the amount");
    };
    let given: Coins = amount.parse().context("the last argument must be the amount")?;
    let count = u128::try_from(to.len())?;
    let units = |coin: &Coin| -> Result<(Amount, Amount)> {
        let units = coin.amount.units();
        let (each, total) = match making.matches.get_flag("split") {
            true => (units / count, (units / count) * count),
            false => (units, units.checked_mul(count).ok_or_else(|| anyhow!("the sum is too large"))?),
        };
        Ok((Amount::new(each), Amount::new(total)))
    };
    let (mut each, mut total) = (Vec::new(), Vec::new());
    for coin in &given {
        let (one, sum) = units(coin)?;
        each.push(Coin::new(coin.denom.clone(), one));
        total.push(Coin::new(coin.denom.clone(), sum));
    }
    let (each, total) = (Coins::sum(each)?, Coins::sum(total)?);
    let outputs: Vec<Value> = to
        .iter()
        .map(|to| Ok(json!({ "address": making.context.address(to)?.to_string(), "coins": coins(&each) })))
        .collect::<Result<_>>()?;
    let message = json!({
        "inputs": [{ "address": making.from.to_string(), "coins": coins(&total) }],
        "outputs": outputs,
    });
    Ok(vec![any("cosmos.bank.v1beta1.MsgMultiSend", &message)?])
}

fn withdrawal(delegator: Address, validator: &str) -> Result<Any> {
    let message = json!({ "delegator_address": delegator.to_string(), "validator_address": validator });
    any("cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward", &message)
}

pub(super) fn withdraw_rewards(making: &Making<'_>) -> Result<Vec<Any>> {
    let validator = making.context.address(making.required("validator-addr")?)?.operator().to_string();
    let mut messages = vec![withdrawal(making.from, &validator)?];
    if making.matches.get_flag("commission") {
        let message = json!({ "validator_address": validator });
        messages.push(any("cosmos.distribution.v1beta1.MsgWithdrawValidatorCommission", &message)?);
    }
    Ok(messages)
}

pub(super) fn withdraw_all_rewards(making: &Making<'_>) -> Result<Vec<Any>> {
    let chain = making.context.chain()?;
    let request =
        QueryDelegatorDelegationsRequest { delegator_addr: making.from.to_string(), ..Default::default() };
    let path = "/cosmos.staking.v1beta1.Query/DelegatorDelegations";
    let answer: QueryDelegatorDelegationsResponse = runtime()?.block_on(chain.ask(path, &request))?;
    let validators = answer.delegation_responses.into_iter().filter_map(|one| one.delegation);
    let messages: Vec<Any> = validators
        .take(MAX_WITHDRAWALS)
        .map(|delegation| withdrawal(making.from, &delegation.validator_address))
        .collect::<Result<_>>()?;
    if messages.is_empty() {
        bail!("{} has no delegations", making.from);
    }
    Ok(messages)
}

pub(super) fn weighted_vote(making: &Making<'_>) -> Result<Vec<Any>> {
    let message = descriptor("cosmos.gov.v1.WeightedVoteOption")?;
    let option = message.get_field_by_name("option").map(|field| field.kind());
    let Some(prost_reflect::Kind::Enum(values)) = option else {
        bail!("the options of a vote are not known")
    };
    let mut options = Vec::new();
    for part in making.required("weighted-options")?.split(',') {
        let (word, weight) = part.split_once('=').unwrap_or((part, "1"));
        let name =
            enum_name(&values, word.trim()).ok_or_else(|| anyhow!("{word:?} is not a valid vote option"))?;
        options.push(json!({ "option": name, "weight": weight.trim() }));
    }
    let message = json!({
        "proposal_id": making.required("proposal-id")?,
        "voter": making.from.to_string(),
        "options": options,
        "metadata": making.one("metadata").unwrap_or_default(),
    });
    Ok(vec![any("cosmos.gov.v1.MsgVoteWeighted", &message)?])
}

fn text<'a>(file: &'a Value, name: &str) -> Result<&'a str> {
    match &file[name] {
        Value::Null => Ok(""),
        Value::String(text) => Ok(text),
        _ => bail!("\"{name}\" must be a text"),
    }
}

pub(super) fn submit_proposal(making: &Making<'_>) -> Result<Vec<Any>> {
    let file = json_or_file(making.required("path/to/proposal.json")?)?;
    let deposit: Coins = text(&file, "deposit")?.parse().context("\"deposit\"")?;
    let proposal = json!({
        "messages": if file["messages"].is_null() { json!([]) } else { file["messages"].clone() },
        "initial_deposit": coins(&deposit),
        "proposer": making.from.to_string(),
        "metadata": text(&file, "metadata")?,
        "title": text(&file, "title")?,
        "summary": text(&file, "summary")?,
        "expedited": file["expedited"].as_bool().unwrap_or_default(),
    });
    Ok(vec![any("cosmos.gov.v1.MsgSubmitProposal", &proposal)?])
}

/// What `lazd tx gov draft-proposal` prints.
pub(super) fn draft_proposal() -> Value {
    json!({
        "messages": [{
            "@type": "/cosmos.distribution.v1beta1.MsgCommunityPoolSpend",
            "authority": Address::module("gov").to_string(),
            "recipient": Address::module("gov").to_string(),
            "amount": [{ "denom": "ulaz", "amount": "1000000" }],
        }],
        "metadata": "",
        "deposit": "10000000ulaz",
        "title": "What this proposal is about",
        "summary": "Why it should pass",
        "expedited": false,
    })
}

/// The message that a `validator.json` of the SDK stands for.
pub(crate) fn validator(file: &Value, operator: Address) -> Result<Value> {
    let needed = |name: &str| match text(file, name)? {
        "" => bail!("\"{name}\" is missing"),
        text => Ok(text.to_owned()),
    };
    let or = |name: &str, default: &str| -> Result<String> {
        let given = text(file, name)?;
        Ok(if given.is_empty() { default.to_owned() } else { given.to_owned() })
    };
    if !file["pubkey"].is_object() {
        bail!("\"pubkey\" is missing; `lazd comet show-validator` prints it");
    }
    let amount: Coin = needed("amount")?.parse().context("\"amount\"")?;
    Ok(json!({
        "description": {
            "moniker": needed("moniker")?,
            "identity": text(file, "identity")?,
            "website": text(file, "website")?,
            "security_contact": text(file, "security")?,
            "details": text(file, "details")?,
        },
        "commission": {
            "rate": or("commission-rate", "0.1")?,
            "max_rate": or("commission-max-rate", "0.2")?,
            "max_change_rate": or("commission-max-change-rate", "0.01")?,
        },
        "min_self_delegation": or("min-self-delegation", "1")?,
        "validator_address": operator.operator().to_string(),
        "pubkey": file["pubkey"],
        "value": { "denom": amount.denom.as_str(), "amount": amount.amount.to_string() },
    }))
}

pub(super) fn create_validator(making: &Making<'_>) -> Result<Vec<Any>> {
    let file = json_or_file(making.required("path/to/validator.json")?)?;
    let message = validator(&file, making.from).context("validator.json")?;
    Ok(vec![any("cosmos.staking.v1beta1.MsgCreateValidator", &message)?])
}

pub(super) fn edit_validator(making: &Making<'_>) -> Result<Vec<Any>> {
    let or_same = |name: &str| making.one(name).unwrap_or(SAME);
    let mut message = json!({
        "description": {
            "moniker": or_same("new-moniker"),
            "identity": or_same("identity"),
            "website": or_same("website"),
            "security_contact": or_same("security-contact"),
            "details": or_same("details"),
        },
        "validator_address": making.from.operator().to_string(),
    });
    for (flag, field) in
        [("commission-rate", "commission_rate"), ("min-self-delegation", "min_self_delegation")]
    {
        if let Some(value) = making.one(flag) {
            message[field] = value.into();
        }
    }
    Ok(vec![any("cosmos.staking.v1beta1.MsgEditValidator", &message)?])
}
