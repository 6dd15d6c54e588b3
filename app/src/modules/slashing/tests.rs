//! Scenarios.

use proto::cosmos::{slashing::v1beta1 as pb, staking::v1beta1 as staking};
use serde_json::{Value as Json, json};

use crate::{
    modules::staking::tests::{delegate, redelegate, undelegate},
    node::ExecTxResult,
    testkit::{TestChain, address, any, cons, genesis},
};

const RICH: u64 = 100_000_000;

/// Of the last 10 blocks 5 may be missed; a miss too many costs a tenth.
fn params() -> Json {
    json!({
        "signed_blocks_window": "10", "min_signed_per_window": "0.5", "downtime_jail_duration": "60s",
        "slash_fraction_double_sign": "0.2", "slash_fraction_downtime": "0.1",
    })
}

/// Two validators of power 10 and 20; ada and bob have money.
fn chain() -> TestChain {
    let balances = [("ada", RICH), ("bob", RICH), ("vic", RICH), ("val", RICH)];
    let mut state = genesis(&balances, &[("vic", 10_000_000), ("val", 20_000_000)]);
    state["slashing"] = json!({"params": params()});
    TestChain::with_genesis(&["ada", "bob", "vic", "val"], state)
}

fn unjail(name: &str) -> prost_types::Any {
    any(&pb::MsgUnjail { validator_addr: address(name).operator().to_string() })
}

fn code(result: &ExecTxResult) -> (&str, u32) {
    (result.codespace.as_str(), result.code)
}

fn info(chain: &TestChain, name: &str) -> pb::ValidatorSigningInfo {
    let ask = pb::QuerySigningInfoRequest { cons_address: cons(name).to_string() };
    let answer: pb::QuerySigningInfoResponse =
        chain.ask("/cosmos.slashing.v1beta1.Query/SigningInfo", &ask).expect("is there");
    answer.val_signing_info.expect("is there")
}

fn validator(chain: &TestChain, name: &str) -> staking::Validator {
    let ask = staking::QueryValidatorRequest { validator_addr: address(name).operator().to_string() };
    let answer: staking::QueryValidatorResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/Validator", &ask).expect("is there");
    answer.validator.expect("is there")
}

fn tokens(chain: &TestChain, name: &str) -> u64 {
    validator(chain, name).tokens.parse().expect("a number")
}

/// Makes a validator miss blocks until it is jailed; returns how many it missed.
fn miss_until_jailed(chain: &mut TestChain, name: &str) -> u64 {
    chain.signs(name, false);
    let mut missed = 0;
    while !validator(chain, name).jailed {
        chain.blocks(1);
        missed += 1;
        assert!(missed < 50, "is never jailed");
    }
    chain.signs(name, true);
    missed
}

#[test]
fn who_misses_too_many_blocks_is_slashed_and_jailed_for_a_while() {
    let mut chain = chain();
    chain.blocks(12);
    assert_eq!(miss_until_jailed(&mut chain, "vic"), 6);
    assert_eq!(chain.updates(&["vic"]), [("vic".into(), 0)]);
    assert_eq!(tokens(&chain, "vic"), 9_000_000);
    let info = info(&chain, "vic");
    assert_eq!((info.missed_blocks_counter, info.index_offset, info.tombstoned), (0, 0, false));
    assert_eq!(code(&chain.run("vic", vec![unjail("vic")])), ("slashing", 4));
    chain.skip_secs(60);
    assert_eq!(chain.run("vic", vec![unjail("vic")]).code, 0);
    assert_eq!(chain.updates(&["vic"]), [("vic".into(), 9)]);
    assert_eq!(code(&chain.run("vic", vec![unjail("vic")])), ("slashing", 5));
    chain.blocks(15);
    assert!(!validator(&chain, "vic").jailed);
}

#[test]
fn nobody_is_jailed_before_a_whole_window_was_seen() {
    let mut chain = chain();
    assert_eq!(miss_until_jailed(&mut chain, "vic"), 10);
}

#[test]
fn misses_are_forgiven_as_the_window_moves_on() {
    let mut chain = chain();
    chain.blocks(12);
    for _ in 0..3 {
        chain.signs("vic", false);
        chain.blocks(5);
        assert_eq!(info(&chain, "vic").missed_blocks_counter, 5);
        chain.signs("vic", true);
        chain.blocks(10);
        assert_eq!(info(&chain, "vic").missed_blocks_counter, 0);
    }
    assert!(!validator(&chain, "vic").jailed);
    assert_eq!(tokens(&chain, "vic"), 10_000_000);
}

#[test]
fn unjailing_follows_the_rules() {
    let mut chain = chain();
    assert_eq!(code(&chain.run("ada", vec![unjail("ada")])), ("slashing", 2));
    assert_eq!(code(&chain.run("val", vec![unjail("val")])), ("slashing", 5));
    chain.run("ada", vec![delegate("ada", "vic", 5_000_000)]);
    chain.run("vic", vec![undelegate("vic", "vic", 10_000_000)]);
    assert_eq!(code(&chain.run("vic", vec![unjail("vic")])), ("slashing", 6));
    let edit = staking::MsgEditValidator {
        description: Some(staking::Description { moniker: "vic".into(), ..Default::default() }),
        validator_address: address("vic").operator().to_string(),
        min_self_delegation: "1000".into(),
        ..Default::default()
    };
    chain.run("vic", vec![any(&edit)]);
    chain.run("vic", vec![delegate("vic", "vic", 999)]);
    assert_eq!(code(&chain.run("vic", vec![unjail("vic")])), ("slashing", 7));
    chain.run("vic", vec![delegate("vic", "vic", 1)]);
    let result = chain.run("vic", vec![unjail("vic")]);
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(chain.updates(&["vic"]), [("vic".into(), 5)]);
}

/// G36: unbonding and redelegating around the infraction.
#[test]
fn stake_that_left_after_a_double_sign_pays_its_part_and_stake_that_left_before_pays_nothing() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "vic", 10_000_000)]);
    chain.run("bob", vec![delegate("bob", "vic", 10_000_000), undelegate("bob", "vic", 5_000_000)]);
    chain.blocks(2);
    let height = chain.height; // ada 10, bob 5 and vic 10 are on vic here
    chain.blocks(1);
    chain.run("ada", vec![undelegate("ada", "vic", 4_000_000)]);
    chain.run("ada", vec![redelegate("ada", "vic", "val", 6_000_000)]);
    chain.accuse("vic", height, 25);
    chain.blocks(1);
    // a fifth of 25: 0.8 from what is leaving, 1.2 from what moved, 3 from the 15 that stayed
    assert_eq!(tokens(&chain, "vic"), 12_000_000);
    assert_eq!(tokens(&chain, "val"), 24_800_000);
    let leaving = |who: &str| {
        let (delegator_addr, validator_addr) =
            (address(who).to_string(), address("vic").operator().to_string());
        let ask = staking::QueryUnbondingDelegationRequest { delegator_addr, validator_addr };
        let answer: staking::QueryUnbondingDelegationResponse =
            chain.ask("/cosmos.staking.v1beta1.Query/UnbondingDelegation", &ask).expect("is there");
        answer.unbond.expect("is there").entries[0].balance.clone()
    };
    assert_eq!((leaving("ada").as_str(), leaving("bob").as_str()), ("3200000", "5000000"));
    chain.skip_secs(1_814_400);
    chain.blocks(1);
    assert_eq!(chain.balance("ada"), u128::from(RICH - 10_000_000 + 3_200_000 - 30));
}

/// G36.
#[test]
fn stake_that_moved_and_then_left_the_new_validator_still_pays() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "vic", 10_000_000)]);
    chain.blocks(2);
    let height = chain.height;
    chain.blocks(1);
    chain.run("ada", vec![redelegate("ada", "vic", "val", 10_000_000)]);
    chain.run("ada", vec![undelegate("ada", "val", 10_000_000)]);
    chain.accuse("vic", height, 20);
    chain.blocks(1);
    assert_eq!((tokens(&chain, "vic"), tokens(&chain, "val")), (8_000_000, 20_000_000));
    chain.skip_secs(1_814_400);
    chain.blocks(1);
    assert_eq!(chain.balance("ada"), u128::from(RICH - 2_000_000 - 30));
}

/// peers 7.3.
#[test]
fn a_slash_of_everything_leaves_a_validator_that_nobody_can_stake_on() {
    let balances = [("ada", RICH), ("vic", RICH), ("val", RICH)];
    let mut state = genesis(&balances, &[("vic", 10_000_000), ("val", 20_000_000)]);
    state["slashing"] = json!({"params": params()});
    state["slashing"]["params"]["slash_fraction_double_sign"] = "1".into();
    let mut chain = TestChain::with_genesis(&["ada", "vic"], state);
    chain.blocks(1);
    chain.accuse("vic", 1, 10);
    chain.blocks(1);
    assert_eq!(tokens(&chain, "vic"), 0);
    assert_eq!(code(&chain.run("ada", vec![delegate("ada", "vic", 5)])), ("staking", 34));
    assert_eq!(code(&chain.run("vic", vec![undelegate("vic", "vic", 5)])), ("staking", 22));
}

/// peers 7.2: the shares of who was slashed to a single unit are worth next to nothing, and who stakes after them gets back
/// what they staked, to the unit.
#[test]
fn a_slash_to_a_single_unit_takes_nothing_from_who_stakes_afterwards() {
    let balances = [("ada", RICH), ("vic", RICH), ("val", RICH)];
    let mut state = genesis(&balances, &[("vic", 10_000_000), ("val", 20_000_000)]);
    state["slashing"] = json!({"params": params()});
    state["slashing"]["params"]["slash_fraction_downtime"] = "0.9999999".into();
    let mut chain = TestChain::with_genesis(&["ada", "vic"], state);
    miss_until_jailed(&mut chain, "vic");
    assert_eq!(tokens(&chain, "vic"), 1);
    assert_eq!(chain.run("ada", vec![delegate("ada", "vic", 5_000_000)]).code, 0);
    assert_eq!(tokens(&chain, "vic"), 5_000_001);
    assert_eq!(code(&chain.run("ada", vec![undelegate("ada", "vic", 5_000_001)])), ("sdk", 18));
    assert_eq!(chain.run("ada", vec![undelegate("ada", "vic", 5_000_000)]).code, 0);
    assert_eq!(chain.run("vic", vec![undelegate("vic", "vic", 1)]).code, 0);
    chain.skip_secs(1_814_400);
    chain.blocks(2);
    assert_eq!(chain.balance("ada"), u128::from(RICH - 30));
}

/// peers 7.3: a slash of everything while stake is leaving and moving: nothing is left of either, what is nothing is paid
/// out without trouble, and nobody else pays.
#[test]
fn a_slash_of_everything_reaches_what_is_leaving_and_the_queue_pays_nothing() {
    let balances = [("ada", RICH), ("bob", RICH), ("vic", RICH), ("val", RICH)];
    let mut state = genesis(&balances, &[("vic", 10_000_000), ("val", 20_000_000)]);
    state["slashing"] = json!({"params": params()});
    state["slashing"]["params"]["slash_fraction_double_sign"] = "1".into();
    let mut chain = TestChain::with_genesis(&["ada", "bob"], state);
    chain.run("ada", vec![delegate("ada", "vic", 10_000_000)]);
    chain.run("bob", vec![delegate("bob", "val", 1_000_000)]);
    chain.blocks(2);
    let height = chain.height;
    chain.blocks(1);
    chain.run("ada", vec![undelegate("ada", "vic", 4_000_000)]);
    chain.run("ada", vec![redelegate("ada", "vic", "val", 6_000_000)]);
    chain.accuse("vic", height, 20);
    chain.blocks(1);
    assert_eq!((tokens(&chain, "vic"), tokens(&chain, "val")), (0, 21_000_000));
    chain.skip_secs(1_814_400);
    chain.blocks(2);
    assert_eq!(chain.balance("ada"), u128::from(RICH - 10_000_000 - 30));
    assert_eq!(chain.run("bob", vec![undelegate("bob", "val", 1_000_000)]).code, 0);
}

#[test]
fn only_governance_changes_the_parameters() {
    let mut chain = chain();
    let answer: pb::QueryParamsResponse =
        chain.ask("/cosmos.slashing.v1beta1.Query/Params", &pb::QueryParamsRequest {}).expect("answers");
    let authority = address("ada").to_string();
    let params = answer.params.expect("is there");
    let message = pb::MsgUpdateParams { authority: authority.clone(), params: Some(params.clone()) };
    assert_eq!(code(&chain.run("ada", vec![any(&message)])), ("gov", 13));
    let params = Some(pb::Params { signed_blocks_window: 0, ..params });
    let message = pb::MsgUpdateParams { authority, params };
    assert_eq!(code(&chain.run("ada", vec![any(&message)])), ("sdk", 18));
}

#[test]
fn an_export_carries_every_miss() {
    let mut chain = chain();
    chain.signs("vic", false);
    chain.blocks(4);
    let exported = chain.export();
    assert_eq!(info(&chain, "vic").missed_blocks_counter, 4);
    let again = TestChain::with_genesis(&["ada"], exported.clone());
    assert_eq!(again.export()["slashing"], exported["slashing"]);
    let answer: pb::QuerySigningInfosResponse = again
        .ask("/cosmos.slashing.v1beta1.Query/SigningInfos", &pb::QuerySigningInfosRequest::default())
        .expect("answers");
    assert_eq!(answer.info.len(), 2);
}

#[test]
fn what_rounds_to_nothing_cannot_be_moved() {
    let balances = [("ada", RICH), ("vic", RICH), ("val", RICH)];
    let mut state = genesis(&balances, &[("vic", 10_000_000), ("val", 20_000_000)]);
    state["slashing"] = json!({"params": params()});
    state["slashing"]["params"]["slash_fraction_double_sign"] = "0.03".into();
    let mut chain = TestChain::with_genesis(&["ada"], state);
    chain.run("ada", vec![delegate("ada", "vic", 10_000_000)]);
    chain.blocks(1);
    chain.accuse("vic", chain.height, 20);
    chain.blocks(1);
    assert_eq!(tokens(&chain, "vic"), 19_400_000);
    assert_eq!(code(&chain.run("ada", vec![redelegate("ada", "vic", "val", 1)])), ("staking", 30));
}
