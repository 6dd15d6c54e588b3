//! Scenarios.

use prost::Message;
use prost_types::Any;
use proto::{
    address::Address,
    cosmos::{base::v1beta1 as base, distribution::v1beta1 as pb},
    dec::Dec,
};

use crate::{
    modules::staking::tests::{delegate, undelegate},
    node::ExecTxResult,
    testkit::{Odd, TestChain, address, any, distribution_params, genesis, send},
};

const RICH: u64 = 100_000_000;

/// Two validators of power 10 and 5 that keep a tenth; ada and bob have money; the community gets a fiftieth.
fn chain() -> TestChain {
    let balances = [("ada", RICH), ("bob", RICH), ("vic", RICH), ("val", RICH)];
    let mut state = genesis(&balances, &[("vic", 10_000_000), ("val", 5_000_000)]);
    state["distribution"]["params"] = distribution_params("0.02");
    TestChain::with_genesis(&["ada", "bob", "vic", "val"], state)
}

/// Somebody pays such a fee; the block after shares it out.
fn earn(chain: &mut TestChain, fee: u64) {
    let odd = Odd { fee: Some(("ulaz", fee)), ..Odd::default() };
    let tx = chain.sign("bob", vec![send("bob", "bob", 1)], &odd);
    assert_eq!(chain.block(vec![tx])[0].code, 0);
    chain.block(Vec::new());
}

fn operator(name: &str) -> String {
    address(name).operator().to_string()
}

fn coins(amount: u64) -> Vec<base::Coin> {
    vec![base::Coin { denom: "ulaz".into(), amount: amount.to_string() }]
}

fn withdraw(who: &str, validator: &str) -> Any {
    let (delegator_address, validator_address) = (address(who).to_string(), operator(validator));
    any(&pb::MsgWithdrawDelegatorReward { delegator_address, validator_address })
}

fn withdraw_commission(who: &str) -> Any {
    any(&pb::MsgWithdrawValidatorCommission { validator_address: operator(who) })
}

fn set_withdraw_address(who: &str, to: &Address) -> Any {
    let (delegator_address, withdraw_address) = (address(who).to_string(), to.to_string());
    any(&pb::MsgSetWithdrawAddress { delegator_address, withdraw_address })
}

fn code(result: &ExecTxResult) -> (&str, u32) {
    (result.codespace.as_str(), result.code)
}

fn ok(result: &ExecTxResult) {
    assert_eq!(result.code, 0, "{}", result.log);
}

/// The only coin of a list, in whole units.
fn whole(list: &[base::DecCoin]) -> u128 {
    let Some(coin) = list.first() else { return 0 };
    Dec::from_wire(&coin.amount).expect("a decimal").floor().expect("fits").units()
}

fn pool(chain: &TestChain) -> u128 {
    let answer: pb::QueryCommunityPoolResponse = chain
        .ask("/cosmos.distribution.v1beta1.Query/CommunityPool", &pb::QueryCommunityPoolRequest {})
        .expect("answers");
    whole(&answer.pool)
}

fn earned(chain: &TestChain, who: &str, validator: &str) -> u128 {
    let (delegator_address, validator_address) = (address(who).to_string(), operator(validator));
    let ask = pb::QueryDelegationRewardsRequest { delegator_address, validator_address };
    let answer: pb::QueryDelegationRewardsResponse =
        chain.ask("/cosmos.distribution.v1beta1.Query/DelegationRewards", &ask).expect("answers");
    whole(&answer.rewards)
}

fn commission(chain: &TestChain, validator: &str) -> u128 {
    let ask = pb::QueryValidatorCommissionRequest { validator_address: operator(validator) };
    let answer: pb::QueryValidatorCommissionResponse =
        chain.ask("/cosmos.distribution.v1beta1.Query/ValidatorCommission", &ask).expect("answers");
    whole(&answer.commission.expect("is there").commission)
}

fn outstanding(chain: &TestChain, validator: &str) -> u128 {
    let ask = pb::QueryValidatorOutstandingRewardsRequest { validator_address: operator(validator) };
    let answer: pb::QueryValidatorOutstandingRewardsResponse =
        chain.ask("/cosmos.distribution.v1beta1.Query/ValidatorOutstandingRewards", &ask).expect("answers");
    whole(&answer.rewards.expect("is there").rewards)
}

#[test]
fn fees_are_shared_by_power_after_the_communitys_tax_and_the_validators_commission() {
    let mut chain = chain();
    earn(&mut chain, 3_000_000);
    // rounding is against each validator and to the community
    assert_eq!((outstanding(&chain, "vic"), outstanding(&chain, "val")), (1_959_999, 979_999));
    assert_eq!(pool(&chain), 60_000);
    assert_eq!((commission(&chain, "vic"), commission(&chain, "val")), (195_999, 97_999));
    assert_eq!((earned(&chain, "vic", "vic"), earned(&chain, "val", "val")), (1_763_999, 881_999));
}

#[test]
fn delegators_of_one_validator_share_from_when_they_joined() {
    let mut chain = chain();
    ok(&chain.run("ada", vec![delegate("ada", "vic", 10_000_000)]));
    chain.block(Vec::new());
    let (vic, before) = (earned(&chain, "vic", "vic"), chain.balance("ada"));
    earn(&mut chain, 5_000_000);
    // four fifths of 4,900,000 are vic's, less a tenth: 3,528,000 in halves; and of the fee of 10 before, 3 each
    let owed = earned(&chain, "ada", "vic");
    assert_eq!(owed, 1_764_003);
    assert!(earned(&chain, "vic", "vic") - vic <= owed);
    let result = chain.run("ada", vec![withdraw("ada", "vic")]);
    ok(&result);
    assert_eq!(chain.balance("ada"), before - 10 + owed);
    assert_eq!(earned(&chain, "ada", "vic"), 0);
    let event = result.events.iter().find(|event| event.kind() == "withdraw_rewards").expect("announced");
    let pairs: Vec<_> = event.attributes().collect();
    let (vic, ada) = (operator("vic"), address("ada").to_string());
    let expected = [("amount", "1764003ulaz"), ("validator", &vic), ("delegator", &ada), ("msg_index", "0")];
    assert_eq!(pairs, expected);
    let nothing = chain.run("ada", vec![withdraw("ada", "vic")]);
    ok(&nothing);
    let data =
        proto::cosmos::base::abci::v1beta1::TxMsgData::decode(nothing.data.as_slice()).expect("decodes");
    let response = pb::MsgWithdrawDelegatorRewardResponse::decode(data.msg_responses[0].value.as_slice());
    assert_eq!(whole_coins(&response.expect("decodes").amount), 3);
}

fn whole_coins(list: &[base::Coin]) -> u64 {
    list.iter().map(|coin| coin.amount.parse::<u64>().expect("a number")).sum()
}

#[test]
fn a_changed_delegation_is_paid_out_first_and_one_that_leaves_takes_its_rewards() {
    let mut chain = chain();
    ok(&chain.run("ada", vec![delegate("ada", "vic", 10_000_000)]));
    chain.block(Vec::new());
    earn(&mut chain, 5_000_000);
    let (before, owed) = (chain.balance("ada"), earned(&chain, "ada", "vic"));
    ok(&chain.run("ada", vec![delegate("ada", "vic", 1_000_000)]));
    assert_eq!(chain.balance("ada"), before - 10 - 1_000_000 + owed);
    earn(&mut chain, 5_000_000);
    let (before, owed) = (chain.balance("ada"), earned(&chain, "ada", "vic"));
    assert!(owed > 1_800_000);
    ok(&chain.run("ada", vec![undelegate("ada", "vic", 11_000_000)]));
    let after = chain.balance("ada") + 10 - before;
    assert!(after >= owed && after <= owed + 10, "{after} paid, {owed} owed");
}

#[test]
fn a_slash_between_two_periods_counts_only_from_there_on() {
    let mut chain = chain();
    ok(&chain.run("ada", vec![delegate("ada", "vic", 10_000_000), delegate("ada", "val", 5_000_000)]));
    earn(&mut chain, 5_000_000);
    let before = earned(&chain, "ada", "vic");
    chain.accuse("vic", chain.height, 20);
    chain.block(Vec::new());
    let ask = pb::QueryValidatorSlashesRequest {
        validator_address: operator("vic"),
        starting_height: 1,
        ending_height: chain.height,
        pagination: None,
    };
    let answer: pb::QueryValidatorSlashesResponse =
        chain.ask("/cosmos.distribution.v1beta1.Query/ValidatorSlashes", &ask).expect("answers");
    assert_eq!(answer.slashes.len(), 1);
    assert_eq!(earned(&chain, "ada", "vic"), before);
    let given = any(&pb::MsgDepositValidatorRewardsPool {
        depositor: address("bob").to_string(),
        validator_address: operator("vic"),
        amount: coins(1_000_000),
    });
    ok(&chain.run("bob", vec![given]));
    // both lost alike, so they still share in halves
    let more = earned(&chain, "ada", "vic") - before;
    assert!((449_999..=450_001).contains(&more), "{more}");
    let balance = chain.balance("ada");
    ok(&chain.run("ada", vec![withdraw("ada", "vic"), withdraw("ada", "val")]));
    assert!(chain.balance("ada") > balance + before + more);
}

#[test]
fn commission_is_paid_to_the_validator_and_nothing_is_refused() {
    let mut chain = chain();
    assert_eq!(code(&chain.run("ada", vec![withdraw_commission("ada")])), ("distribution", 7));
    earn(&mut chain, 3_000_000);
    let (owed, before) = (commission(&chain, "vic"), chain.balance("vic"));
    ok(&chain.run("vic", vec![withdraw_commission("vic")]));
    assert_eq!(chain.balance("vic"), before - 10 + owed);
    assert_eq!(commission(&chain, "vic"), 0);
}

#[test]
fn rewards_go_where_their_owner_says_unless_that_is_a_modules_account() {
    let mut chain = chain();
    ok(&chain.run("vic", vec![set_withdraw_address("vic", &address("ada"))]));
    earn(&mut chain, 3_000_000);
    let (owed, before) = (earned(&chain, "vic", "vic"), chain.balance("ada"));
    ok(&chain.run("vic", vec![withdraw("vic", "vic")]));
    assert_eq!(chain.balance("ada"), before + owed);
    let ask = pb::QueryDelegatorWithdrawAddressRequest { delegator_address: address("vic").to_string() };
    let answer: pb::QueryDelegatorWithdrawAddressResponse =
        chain.ask("/cosmos.distribution.v1beta1.Query/DelegatorWithdrawAddress", &ask).expect("answers");
    assert_eq!(answer.withdraw_address, address("ada").to_string());
    let module = Address::module(super::ACCOUNT);
    assert_eq!(code(&chain.run("vic", vec![set_withdraw_address("vic", &module)])), ("sdk", 4));
}

#[test]
fn a_withdraw_address_cannot_be_set_where_that_is_switched_off() {
    let mut state = genesis(&[("ada", RICH)], &[]);
    state["distribution"]["params"]["withdraw_addr_enabled"] = false.into();
    let mut chain = TestChain::with_genesis(&["ada"], state);
    let result = chain.run("ada", vec![set_withdraw_address("ada", &address("bob"))]);
    assert_eq!(code(&result), ("distribution", 8));
}

#[test]
fn what_is_not_there_cannot_be_withdrawn() {
    let mut chain = chain();
    assert_eq!(code(&chain.run("ada", vec![withdraw("ada", "bob")])), ("distribution", 6));
    assert_eq!(code(&chain.run("ada", vec![withdraw("ada", "vic")])), ("distribution", 5));
    let given = |validator: &str| {
        any(&pb::MsgDepositValidatorRewardsPool {
            depositor: address("bob").to_string(),
            validator_address: operator(validator),
            amount: coins(1_000),
        })
    };
    assert_eq!(code(&chain.run("bob", vec![given("ada")])), ("distribution", 12));
    let total = pb::QueryDelegationTotalRewardsRequest { delegator_address: address("ada").to_string() };
    let answer: pb::QueryDelegationTotalRewardsResponse =
        chain.ask("/cosmos.distribution.v1beta1.Query/DelegationTotalRewards", &total).expect("answers");
    assert_eq!((answer.rewards.len(), answer.total.len()), (0, 0));
}

#[test]
fn anybody_can_give_to_the_community_and_only_governance_spends_it() {
    let mut chain = chain();
    let (depositor, before) = (address("ada").to_string(), pool(&chain));
    ok(&chain.run("ada", vec![any(&pb::MsgFundCommunityPool { amount: coins(500), depositor })]));
    assert_eq!(pool(&chain), before + 500);
    let (authority, recipient) = (address("ada").to_string(), address("ada").to_string());
    let spend = any(&pb::MsgCommunityPoolSpend { authority: authority.clone(), recipient, amount: coins(1) });
    assert_eq!(code(&chain.run("ada", vec![spend])), ("gov", 13));
    let params = Some(super::types::Params::start().wire());
    let update = any(&pb::MsgUpdateParams { authority: authority.clone(), params });
    assert_eq!(code(&chain.run("ada", vec![update])), ("gov", 13));
    let params = pb::Params { community_tax: "2000000000000000000".into(), ..Default::default() };
    let update = any(&pb::MsgUpdateParams { authority, params: Some(params) });
    assert_eq!(code(&chain.run("ada", vec![update])), ("sdk", 18));
}

#[test]
fn a_chain_without_validators_gives_all_fees_to_the_community() {
    let mut chain = TestChain::with_balances(&[("ada", 1_000), ("bob", 0)]);
    chain.run("ada", vec![send("ada", "bob", 1)]);
    chain.block(Vec::new());
    assert_eq!(pool(&chain), 10);
}

#[test]
fn a_validator_that_leaves_is_paid_its_commission_and_leaves_nothing_behind() {
    let mut chain = chain();
    earn(&mut chain, 3_000_000);
    let (owed, before) = (commission(&chain, "val"), chain.balance("val"));
    let rewards = earned(&chain, "val", "val");
    ok(&chain.run("val", vec![undelegate("val", "val", 5_000_000)]));
    chain.block(Vec::new());
    chain.skip_secs(2_000_000);
    chain.blocks(2);
    let paid = chain.balance("val") + 10 - before - 5_000_000;
    assert!((owed + rewards..=owed + rewards + 10).contains(&paid), "{paid} of {owed} and {rewards}");
    let exported = chain.export();
    let records = exported["distribution"]["validator_current_rewards"].as_array().expect("a list");
    assert_eq!(records.len(), 1);
}

#[test]
fn an_export_is_a_genesis_with_the_same_claims() {
    let mut chain = chain();
    ok(&chain
        .run("ada", vec![delegate("ada", "vic", 10_000_000), set_withdraw_address("ada", &address("bob"))]));
    earn(&mut chain, 5_000_000);
    chain.accuse("vic", chain.height, 20);
    chain.block(Vec::new());
    let exported = chain.export();
    let again = TestChain::with_genesis(&["ada"], exported.clone());
    assert_eq!(again.export()["distribution"], exported["distribution"]);
    assert_eq!(earned(&again, "ada", "vic"), earned(&chain, "ada", "vic"));
    let mut broken = exported;
    broken["distribution"]["fee_pool"]["community_pool"][0]["amount"] = "1".into();
    assert!(TestChain::try_genesis(&["ada"], broken).is_err());
}
