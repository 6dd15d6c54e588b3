//! Stake: put on, taken away, moved, put back.

use prost::Message;
use proto::cosmos::{base::v1beta1::Coin, staking::v1beta1 as pb};

use super::{
    UNBONDING_SECS, any, cancel, chain, code, create, delegate, kinds, pools, redelegate, redelegations,
    staked, unbonding, undelegate,
};

#[test]
fn a_delegation_moves_stake_and_raises_power() {
    let mut chain = chain();
    let result = chain.run("ada", vec![delegate("ada", "val", 6_000_000)]);
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(chain.updates(&["val"]), [("val".into(), 11)]);
    assert_eq!(staked(&chain, "ada", "val"), Some(6_000_000));
    assert_eq!(chain.balance("ada"), 100_000_000 - 6_000_000 - 10);
    let event = result.events.iter().find(|event| event.kind() == "delegate").expect("announced");
    let keys: Vec<_> = event.attributes().map(|(name, _)| name).collect();
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
