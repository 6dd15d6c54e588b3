//! Scenarios.

use prost::Message;
use prost_types::Any;
use proto::{
    address::Address,
    cosmos::{base::v1beta1::Coin, staking::v1beta1 as pb},
};
use tendermint_proto::v0_38::abci::ExecTxResult;

use super::types::key_any;
use crate::testkit::{TestChain, address, any, cons_key};

const UNBONDING_SECS: u64 = 1_814_400;

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

fn code(result: &ExecTxResult) -> (&str, u32) {
    (result.codespace.as_str(), result.code)
}

fn kinds(result: &ExecTxResult) -> Vec<&str> {
    result.events.iter().map(|event| event.r#type.as_str()).collect()
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

#[test]
fn genesis_validators_are_bonded_and_told_to_the_engine_strongest_first() {
    let mut chain = chain();
    assert_eq!(chain.updates(&["vic", "val"]), [("vic".into(), 10), ("val".into(), 5)]);
    assert_eq!(pools(&chain), (15_000_000, 0));
    chain.blocks(1);
    assert!(chain.updates(&[]).is_empty());
}

#[test]
fn who_creates_a_validator_with_enough_stake_is_in_the_set_after_the_block() {
    let mut chain = chain();
    let result = chain.run("cyd", vec![any(&create("cyd", 7_500_000))]);
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(chain.updates(&["cyd"]), [("cyd".into(), 7)]);
    let cyd = validator(&chain, "cyd");
    assert_eq!((cyd.status(), cyd.tokens.as_str()), (pb::BondStatus::Bonded, "7500000"));
    assert_eq!(cyd.delegator_shares, "7500000000000000000000000");
    assert!(kinds(&result).contains(&"create_validator"));
    assert_eq!(pools(&chain), (22_500_000, 0));
    assert_eq!(chain.balance("cyd"), 100_000_000 - 7_500_000 - 10);
}

#[test]
fn a_validator_with_too_little_for_any_power_stays_outside() {
    let mut chain = chain();
    assert_eq!(chain.run("cyd", vec![any(&create("cyd", 999_999))]).code, 0);
    assert!(chain.updates(&[]).is_empty());
    assert_eq!(validator(&chain, "cyd").status(), pb::BondStatus::Unbonded);
    assert_eq!(chain.run("ada", vec![delegate("ada", "cyd", 1)]).code, 0);
    assert_eq!(chain.updates(&["cyd"]), [("cyd".into(), 1)]);
}

#[test]
fn a_validator_that_breaks_a_rule_is_not_created() {
    let mut chain = chain();
    let mut refused = |change: &dyn Fn(&mut pb::MsgCreateValidator)| {
        let mut message = create("cyd", 2_000_000);
        change(&mut message);
        let result = chain.run("cyd", vec![any(&message)]);
        (result.codespace, result.code)
    };
    let rates = |message: &mut pb::MsgCreateValidator, rates: [&str; 3]| {
        let [rate, max_rate, max_change_rate] = rates.map(str::to_owned);
        message.commission = Some(pb::CommissionRates { rate, max_rate, max_change_rate });
    };
    let (one, over) = ("1000000000000000000", "1000000000000000001");
    let staking = |code: u32| ("staking".to_owned(), code);
    let sdk = |code: u32| ("sdk".to_owned(), code);
    assert_eq!(refused(&|message| message.pubkey = Some(key_any(&cons_key("vic")))), staking(5));
    assert_eq!(refused(&|message| message.pubkey = None), staking(39));
    assert_eq!(
        refused(&|message| {
            let type_url = "/cosmos.crypto.secp256k1.PubKey".to_owned();
            message.pubkey = Some(Any { type_url, value: Vec::new() });
        }),
        staking(6)
    );
    assert_eq!(refused(&|message| rates(message, ["-1", "0", "0"])), staking(9));
    assert_eq!(refused(&|message| rates(message, ["0", over, "0"])), staking(10));
    assert_eq!(refused(&|message| rates(message, [one, "5", "0"])), staking(11));
    assert_eq!(refused(&|message| rates(message, ["0", one, "-1"])), staking(13));
    assert_eq!(refused(&|message| rates(message, ["0", "5", "6"])), staking(14));
    assert_eq!(refused(&|message| message.min_self_delegation = "2000001".into()), staking(16));
    assert_eq!(refused(&|message| message.min_self_delegation = "0".into()), sdk(18));
    assert_eq!(refused(&|message| message.value = coin(0)), sdk(18));
    assert_eq!(refused(&|message| message.description = None), sdk(18));
    assert_eq!(refused(&|message| message.commission = None), sdk(18));
    assert_eq!(
        refused(&|message| message.description.as_mut().expect("is there").moniker = "m".repeat(71)),
        sdk(18)
    );
    assert_eq!(
        refused(&|message| message.value = Some(Coin { denom: "atom".into(), amount: "5000000".into() })),
        sdk(18)
    );
    assert_eq!(refused(&|message| message.value = coin(1_000_000_000)), sdk(5));
    assert_eq!(refused(&|_| ()), (String::new(), 0));
    assert_eq!(refused(&|_| ()), staking(4));
}

#[test]
fn an_edit_changes_what_it_states_within_the_rules() {
    let mut chain = chain();
    let rate = "110000000000000000";
    let ok = chain.run("vic", vec![any(&edit("vic", rate, "5"))]);
    assert_eq!(ok.code, 0, "{}", ok.log);
    let vic = validator(&chain, "vic");
    assert_eq!(vic.description.expect("is there").moniker, "vic");
    assert_eq!(vic.min_self_delegation, "5");
    assert_eq!(vic.commission.expect("is there").commission_rates.expect("is there").rate, rate);
    let mut refused = |who: &str, message: pb::MsgEditValidator| {
        let result = chain.run(who, vec![any(&message)]);
        (result.codespace, result.code)
    };
    let staking = |code: u32| ("staking".to_owned(), code);
    let sdk = |code: u32| ("sdk".to_owned(), code);
    assert_eq!(refused("vic", edit("vic", rate, "")), staking(12));
    assert_eq!(refused("val", edit("val", "200000000000000001", "")), staking(11));
    assert_eq!(refused("val", edit("val", "110000000000000001", "")), staking(15));
    assert_eq!(refused("val", edit("val", "", "1")), staking(17));
    assert_eq!(refused("val", edit("val", "", "5000001")), staking(16));
    assert_eq!(refused("val", edit("val", "2000000000000000000", "")), sdk(18));
    assert_eq!(refused("val", edit("val", "", "0")), sdk(18));
    assert_eq!(refused("ada", edit("ada", "", "")), staking(3));
    let empty = pb::MsgEditValidator { description: None, ..edit("val", "", "") };
    assert_eq!(refused("val", empty), sdk(18));
}

#[test]
fn a_delegation_moves_stake_and_raises_power() {
    let mut chain = chain();
    let result = chain.run("ada", vec![delegate("ada", "val", 6_000_000)]);
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(chain.updates(&["val"]), [("val".into(), 11)]);
    assert_eq!(staked(&chain, "ada", "val"), Some(6_000_000));
    assert_eq!(chain.balance("ada"), 100_000_000 - 6_000_000 - 10);
    let event = result.events.iter().find(|event| event.r#type == "delegate").expect("announced");
    let keys: Vec<_> = event.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(keys, ["validator", "delegator", "amount", "new_shares", "msg_index"]);
}

#[test]
fn a_delegation_that_breaks_a_rule_moves_nothing() {
    let mut chain = chain();
    let none = chain.run("ada", vec![delegate("ada", "bob", 1)]);
    assert_eq!(code(&none), ("staking", 3));
    assert_eq!(code(&chain.run("ada", vec![delegate("ada", "vic", 0)])), ("sdk", 18));
    assert_eq!(code(&chain.run("ada", vec![delegate("ada", "vic", 100_000_000)])), ("sdk", 5));
    let mut other = pb::MsgDelegate::decode(delegate("ada", "vic", 5).value.as_slice()).expect("decodes");
    other.amount = Some(Coin { denom: "atom".into(), amount: "5".into() });
    assert_eq!(code(&chain.run("ada", vec![any(&other)])), ("sdk", 18));
    assert_eq!(staked(&chain, "ada", "vic"), None);
}

#[test]
fn undelegated_stake_is_paid_out_when_its_time_has_come_and_not_before() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "val", 6_000_000)]);
    let before = chain.balance("ada");
    let result = chain.run("ada", vec![undelegate("ada", "val", 4_000_000)]);
    assert_eq!(result.code, 0, "{}", result.log);
    assert!(kinds(&result).contains(&"unbond"));
    assert_eq!(chain.updates(&["val"]), [("val".into(), 7)]);
    assert_eq!(pools(&chain), (17_000_000, 4_000_000));
    chain.skip_secs(UNBONDING_SECS - 2);
    chain.blocks(1);
    assert_eq!(unbonding(&chain, "ada", "val").len(), 1);
    assert_eq!(chain.balance("ada"), before - 10);
    chain.skip_secs(1);
    chain.blocks(1);
    assert_eq!(chain.balance("ada"), before - 10 + 4_000_000);
    assert!(unbonding(&chain, "ada", "val").is_empty());
    assert_eq!(pools(&chain), (17_000_000, 0));
}

#[test]
fn an_undelegation_that_breaks_a_rule_moves_nothing() {
    let mut chain = chain();
    assert_eq!(code(&chain.run("ada", vec![undelegate("ada", "vic", 1)])), ("staking", 19));
    assert_eq!(code(&chain.run("ada", vec![undelegate("ada", "bob", 1)])), ("staking", 3));
    chain.run("ada", vec![delegate("ada", "vic", 100)]);
    assert_eq!(code(&chain.run("ada", vec![undelegate("ada", "vic", 101)])), ("sdk", 18));
    assert_eq!(code(&chain.run("ada", vec![undelegate("ada", "vic", 0)])), ("sdk", 18));
    for _ in 0..7 {
        assert_eq!(chain.run("ada", vec![undelegate("ada", "vic", 1)]).code, 0);
    }
    assert_eq!(code(&chain.run("ada", vec![undelegate("ada", "vic", 1)])), ("staking", 27));
    assert_eq!(unbonding(&chain, "ada", "vic").len(), 7);
}

#[test]
fn undelegations_of_one_block_are_one_entry() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "vic", 100)]);
    chain.run("ada", vec![undelegate("ada", "vic", 10), undelegate("ada", "vic", 20)]);
    let entries = unbonding(&chain, "ada", "vic");
    assert_eq!((entries.len(), entries[0].balance.as_str()), (1, "30"));
}

#[test]
fn a_cancelled_unbonding_is_stake_again() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "vic", 100)]);
    chain.run("ada", vec![undelegate("ada", "vic", 60)]);
    let height = chain.height;
    assert_eq!(code(&chain.run("ada", vec![cancel("ada", "vic", 61, height)])), ("sdk", 18));
    assert_eq!(code(&chain.run("ada", vec![cancel("ada", "vic", 60, height + 1)])), ("sdk", 38));
    assert_eq!(code(&chain.run("ada", vec![cancel("ada", "val", 60, height)])), ("sdk", 38));
    assert_eq!(code(&chain.run("ada", vec![cancel("ada", "vic", 60, 0)])), ("sdk", 18));
    assert_eq!(code(&chain.run("ada", vec![cancel("ada", "bob", 60, height)])), ("staking", 3));
    assert_eq!(chain.run("ada", vec![cancel("ada", "vic", 20, height)]).code, 0);
    assert_eq!(
        (staked(&chain, "ada", "vic"), unbonding(&chain, "ada", "vic")[0].balance.as_str()),
        (Some(60), "40")
    );
    let result = chain.run("ada", vec![cancel("ada", "vic", 40, height)]);
    assert_eq!(result.code, 0);
    assert!(kinds(&result).contains(&"cancel_unbonding_delegation"));
    assert_eq!((staked(&chain, "ada", "vic"), unbonding(&chain, "ada", "vic").len()), (Some(100), 0));
    chain.skip_secs(UNBONDING_SECS);
    chain.blocks(1);
    assert_eq!(staked(&chain, "ada", "vic"), Some(100));
}

#[test]
fn nothing_is_put_back_on_a_jailed_validator() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "vic", 100)]);
    chain.run("ada", vec![undelegate("ada", "vic", 60)]);
    let height = chain.height;
    chain.run("vic", vec![undelegate("vic", "vic", 10_000_000)]);
    assert!(validator(&chain, "vic").jailed);
    assert_eq!(code(&chain.run("ada", vec![cancel("ada", "vic", 60, height)])), ("staking", 7));
}

#[test]
fn a_redelegation_moves_power_at_once_and_stays_liable() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "vic", 3_000_000)]);
    let result = chain.run("ada", vec![redelegate("ada", "vic", "val", 2_000_000)]);
    assert_eq!(result.code, 0, "{}", result.log);
    assert!(kinds(&result).contains(&"redelegate"));
    assert_eq!(chain.updates(&["vic", "val"]), [("vic".into(), 11), ("val".into(), 7)]);
    assert_eq!(
        (staked(&chain, "ada", "vic"), staked(&chain, "ada", "val")),
        (Some(1_000_000), Some(2_000_000))
    );
    assert_eq!(redelegations(&chain, "ada")[0].entries[0].balance, "2000000");
    chain.skip_secs(UNBONDING_SECS);
    chain.blocks(1);
    assert!(redelegations(&chain, "ada").is_empty());
    assert_eq!(pools(&chain), (18_000_000, 0));
}

#[test]
fn a_redelegation_that_breaks_a_rule_moves_nothing() {
    let mut chain = chain();
    chain.run("cyd", vec![any(&create("cyd", 2_000_000))]);
    chain.run("ada", vec![delegate("ada", "vic", 100)]);
    let mut run = |message| {
        let result = chain.run("ada", vec![message]);
        (result.codespace, result.code)
    };
    let staking = |code: u32| ("staking".to_owned(), code);
    assert_eq!(run(redelegate("ada", "vic", "vic", 1)), staking(29));
    assert_eq!(run(redelegate("ada", "vic", "bob", 1)), staking(31));
    assert_eq!(run(redelegate("ada", "bob", "vic", 1)), staking(3));
    assert_eq!(run(redelegate("ada", "val", "vic", 1)), staking(19));
    assert_eq!(run(redelegate("ada", "vic", "val", 101)), ("sdk".to_owned(), 18));
    for _ in 0..7 {
        assert_eq!(run(redelegate("ada", "vic", "val", 1)).1, 0);
    }
    assert_eq!(run(redelegate("ada", "vic", "val", 1)), staking(33));
    assert_eq!(run(redelegate("ada", "val", "cyd", 1)), staking(32));
}

#[test]
fn an_operator_that_takes_its_own_stake_away_is_jailed_and_leaves_the_set() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "val", 2_000_000)]);
    chain.run("val", vec![undelegate("val", "val", 5_000_000)]);
    assert_eq!(chain.updates(&["val"]), [("val".into(), 0)]);
    let val = validator(&chain, "val");
    assert_eq!((val.jailed, val.status()), (true, pb::BondStatus::Unbonding));
    assert_eq!(pools(&chain), (10_000_000, 7_000_000));
    // its delegator's redelegation away is liable as long as the validator itself
    let result = chain.run("ada", vec![redelegate("ada", "val", "vic", 1_000_000)]);
    assert_eq!(result.code, 0, "{}", result.log);
    let entry = redelegations(&chain, "ada")[0].entries[0].redelegation_entry.clone().expect("is there");
    assert_eq!(entry.completion_time, val.unbonding_time);
    chain.skip_secs(UNBONDING_SECS);
    chain.blocks(1);
    assert_eq!(validator(&chain, "val").status(), pb::BondStatus::Unbonded);
    // out of the set for good: stake moves away at once, and with the last of it the validator goes
    assert_eq!(chain.run("ada", vec![redelegate("ada", "val", "vic", 1_000_000)]).code, 0);
    assert!(redelegations(&chain, "ada").is_empty());
    let ask = pb::QueryValidatorRequest { validator_addr: operator("val") };
    let gone = chain.ask::<_, pb::QueryValidatorResponse>("/cosmos.staking.v1beta1.Query/Validator", &ask);
    assert!(gone.is_err());
    assert_eq!(pools(&chain), (12_000_000, 0));
}

#[test]
fn the_last_validator_stays_in_the_set_until_there_is_another() {
    let balances = [("ada", 100_000_000), ("vic", 1_000)];
    let mut chain = TestChain::with_validators(&balances, &[("vic", 10_000_000)]);
    chain.run("vic", vec![undelegate("vic", "vic", 10_000_000)]);
    assert!(chain.updates(&[]).is_empty());
    assert_eq!(validator(&chain, "vic").status(), pb::BondStatus::Bonded);
    chain.blocks(2);
    chain.run("ada", vec![any(&create("ada", 3_000_000))]);
    assert_eq!(chain.updates(&["ada", "vic"]), [("ada".into(), 3), ("vic".into(), 0)]);
}

#[test]
fn there_are_no_more_validators_than_seats() {
    let mut state = crate::testkit::genesis(
        &[("ada", 100_000_000), ("cyd", 100_000_000)],
        &[("vic", 10_000_000), ("val", 5_000_000)],
    );
    state["staking"]["params"] = serde_json::json!({
        "unbonding_time": "100s", "max_validators": 2, "max_entries": 7, "historical_entries": 0,
        "bond_denom": "ulaz", "min_commission_rate": "0.1",
    });
    let mut chain = TestChain::with_genesis(&["ada", "cyd"], state);
    let mut message = create("cyd", 5_000_000);
    message.commission.as_mut().expect("is there").rate = "99999999999999999".into();
    assert_eq!(code(&chain.run("cyd", vec![any(&message)])), ("staking", 40));
    let result = chain.run("cyd", vec![any(&create("cyd", 6_000_000))]);
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(chain.updates(&["val", "cyd"]), [("cyd".into(), 6), ("val".into(), 0)]);
    chain.run("ada", vec![delegate("ada", "val", 3_000_000)]);
    assert_eq!(chain.updates(&["val", "cyd"]), [("val".into(), 8), ("cyd".into(), 0)]);
    chain.skip_secs(100);
    chain.blocks(1);
    assert_eq!(validator(&chain, "cyd").status(), pb::BondStatus::Unbonded);
}

#[test]
fn only_governance_changes_the_parameters() {
    let mut chain = chain();
    let answer: pb::QueryParamsResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/Params", &pb::QueryParamsRequest {}).expect("answers");
    let authority = address("ada").to_string();
    let message = pb::MsgUpdateParams { authority, params: answer.params.clone() };
    assert_eq!(code(&chain.run("ada", vec![any(&message)])), ("sdk", 4));
    let none = pb::Params { max_validators: 0, ..answer.params.expect("is there") };
    let message = pb::MsgUpdateParams { authority: address("ada").to_string(), params: Some(none) };
    assert_eq!(code(&chain.run("ada", vec![any(&message)])), ("sdk", 18));
}

#[test]
fn queries_page_and_filter() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "vic", 100), delegate("ada", "val", 50)]);
    chain.run("ada", vec![undelegate("ada", "vic", 40)]);
    let list = |status: &str| -> Result<usize, _> {
        let ask = pb::QueryValidatorsRequest { status: status.into(), pagination: None };
        chain
            .ask("/cosmos.staking.v1beta1.Query/Validators", &ask)
            .map(|answer: pb::QueryValidatorsResponse| answer.validators.len())
    };
    assert_eq!(list("").expect("answers"), 2);
    assert_eq!(list("BOND_STATUS_BONDED").expect("answers"), 2);
    assert_eq!(list("BOND_STATUS_UNBONDING").expect("answers"), 0);
    assert!(list("bonded").is_err());
    let ask = pb::QueryValidatorDelegationsRequest { validator_addr: operator("vic"), pagination: None };
    let answer: pb::QueryValidatorDelegationsResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/ValidatorDelegations", &ask).expect("answers");
    assert_eq!(answer.delegation_responses.len(), 2);
    let ask =
        pb::QueryDelegatorValidatorsRequest { delegator_addr: address("ada").to_string(), pagination: None };
    let answer: pb::QueryDelegatorValidatorsResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/DelegatorValidators", &ask).expect("answers");
    assert_eq!(answer.validators.len(), 2);
    let ask =
        pb::QueryValidatorUnbondingDelegationsRequest { validator_addr: operator("vic"), pagination: None };
    let answer: pb::QueryValidatorUnbondingDelegationsResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/ValidatorUnbondingDelegations", &ask).expect("answers");
    assert_eq!(answer.unbonding_responses[0].entries[0].balance, "40");
    let ask = pb::QueryHistoricalInfoRequest { height: 1 };
    let answer =
        chain.ask::<_, pb::QueryHistoricalInfoResponse>("/cosmos.staking.v1beta1.Query/HistoricalInfo", &ask);
    assert!(answer.is_err());
}

#[test]
fn an_export_is_a_genesis_that_goes_on_where_it_stands() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "vic", 3_000_000), delegate("ada", "val", 1_000_000)]);
    chain.run("ada", vec![redelegate("ada", "vic", "val", 500_000)]);
    chain.run("ada", vec![undelegate("ada", "vic", 700_000)]);
    chain.run("val", vec![undelegate("val", "val", 5_000_000)]);
    let exported = chain.export();
    let again = TestChain::with_genesis(&["ada"], exported.clone());
    assert_eq!(again.updates(&["vic"]), [("vic".into(), 11)]);
    let second = again.export();
    assert_eq!(second["staking"], exported["staking"]);
    assert_eq!(second["bank"], exported["bank"]);
}

#[test]
fn a_genesis_whose_pools_do_not_hold_the_stake_is_refused() {
    let mut state = crate::testkit::genesis(&[("ada", 5)], &[("vic", 10_000_000)]);
    let pool = Address::module(super::NOT_BONDED_POOL).to_string();
    let balances = state["bank"]["balances"].as_array_mut().expect("a list");
    balances.retain(|balance| balance["address"] != pool.as_str());
    assert!(TestChain::try_genesis(&["ada"], state).is_err());
    let mut state = crate::testkit::genesis(&[("ada", 5)], &[("vic", 10_000_000)]);
    state["staking"]["validators"][0]["status"] = "BOND_STATUS_BONDED".into();
    assert!(TestChain::try_genesis(&["ada"], state).is_err());
}
