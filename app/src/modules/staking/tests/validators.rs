//! Validators: made, changed, in the set and out of it.

use prost_types::Any;
use proto::cosmos::{base::v1beta1::Coin, staking::v1beta1 as pb};

use super::operator;
use super::{
    UNBONDING_SECS, cancel, chain, code, coin, create, delegate, edit, kinds, pools, redelegate,
    redelegations, undelegate, validator,
};
use crate::{
    modules::staking::types::key_any,
    testkit::{TestChain, any, cons_key},
};

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
