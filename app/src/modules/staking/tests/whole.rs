//! Parameters, queries, genesis, queues.

use proto::{address::Address, cosmos::staking::v1beta1 as pb};
use state::Overlay;

use super::{
    UNBONDING_SECS, chain, code, delegate, operator, pools, redelegate, redelegations, unbonding, undelegate,
};
use crate::{
    ctx::{Block, Ctx},
    modules::staking::{
        NOT_BONDED_POOL,
        keys::{REDELEGATION_CURSOR, REDELEGATION_QUEUE, UNBONDING_CURSOR, UNBONDING_QUEUE},
        logic::{self, levy, queues},
    },
    testkit::{CHAIN_ID, TestChain, address, any},
    time::Time,
};

#[test]
fn only_governance_changes_the_parameters() {
    let mut chain = chain();
    let answer: pb::QueryParamsResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/Params", &pb::QueryParamsRequest {}).expect("answers");
    let authority = address("ada").to_string();
    let message = pb::MsgUpdateParams { authority, params: answer.params.clone() };
    assert_eq!(code(&chain.run("ada", vec![any(&message)])), ("gov", 13));
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
    let pool = Address::module(NOT_BONDED_POOL).to_string();
    let balances = state["bank"]["balances"].as_array_mut().expect("a list");
    balances.retain(|balance| balance["address"] != pool.as_str());
    assert!(TestChain::try_genesis(&["ada"], state).is_err());
    let mut state = crate::testkit::genesis(&[("ada", 5)], &[("vic", 10_000_000)]);
    state["staking"]["validators"][0]["status"] = "BOND_STATUS_BONDED".into();
    assert!(TestChain::try_genesis(&["ada"], state).is_err());
}

/// G38.
#[test]
fn a_crowd_that_matures_at_once_is_paid_in_portions() {
    let crowd = logic::queues::MAX_MATURE_UNBONDINGS + 100;
    let mut state = crate::testkit::genesis(&[("ada", 5)], &[("vic", 10_000_000)]);
    let pool = Address::module(NOT_BONDED_POOL).to_string();
    let balances = state["bank"]["balances"].as_array_mut().expect("a list");
    balances.retain(|balance| balance["address"] != pool.as_str());
    let held = (10_000_000 + crowd).to_string();
    balances.push(serde_json::json!({"address": pool, "coins": [{"denom": "ulaz", "amount": held}]}));
    let leaving = |index: u32| {
        serde_json::json!({
            "delegator_address": address(&format!("crowd {index}")).to_string(),
            "validator_address": operator("vic"),
            "entries": [{
                "creation_height": "0", "completion_time": "2023-11-14T22:13:25Z",
                "initial_balance": "1", "balance": "1", "unbonding_id": (index + 1).to_string(),
            }],
        })
    };
    state["staking"]["unbonding_delegations"] = (0..crowd).map(leaving).collect();
    let mut chain = TestChain::with_genesis(&["ada"], state);
    let waiting = |chain: &TestChain| pools(chain).1;
    chain.blocks(3);
    assert_eq!(waiting(&chain), u64::from(crowd));
    chain.blocks(1);
    assert_eq!(waiting(&chain), 100);
    chain.blocks(1);
    assert_eq!(waiting(&chain), 0);
}

/// Stake that leaves a validator which is being slashed waits; what leaves another does not wait with it.
#[test]
fn a_crowd_whose_stake_is_held_keeps_nobody_else_waiting() {
    let mut chain = chain();
    chain.run("ada", vec![delegate("ada", "val", 1_000_000)]);
    chain.run("ada", vec![undelegate("ada", "val", 600_000), redelegate("ada", "val", "vic", 200_000)]);
    assert_eq!((unbonding(&chain, "ada", "val").len(), redelegations(&chain, "ada").len()), (1, 1));
    let block = Block {
        height: chain.height + 1,
        time: Time::from_secs(1_700_000_100 + UNBONDING_SECS),
        chain_id: CHAIN_ID.into(),
        proposer: None,
    };
    let mut ctx = Ctx::new(block, Overlay::new(chain.node.store().latest()));
    let (vic, val) = (address("vic").operator(), address("val").operator());
    let crowd = 2 * queues::MAX_LOOKED_AT + 10;
    for index in 0..crowd {
        let who = address(&format!("crowd {index}"));
        UNBONDING_QUEUE.set(&mut ctx.state, &(1, who, vic), &());
        REDELEGATION_QUEUE.set(&mut ctx.state, &(1, who, vic, val), &());
    }
    levy::hold(&mut ctx, &vic).expect("holds");
    let until = (u64::MAX, Address::new([0; 20]), vic);
    let waiting = |ctx: &Ctx| {
        let unbondings = UNBONDING_QUEUE.range(&ctx.state, None, &until, u32::MAX).expect("reads").len();
        let until = (until.0, until.1, vic, vic);
        let moves = REDELEGATION_QUEUE.range(&ctx.state, None, &until, u32::MAX).expect("reads").len();
        (u32::try_from(unbondings).expect("few"), u32::try_from(moves).expect("few"))
    };
    let mature = |ctx: &mut Ctx| {
        queues::mature_unbondings(ctx).expect("works");
        queues::mature_redelegations(ctx).expect("works");
        waiting(ctx)
    };
    let mut seen: Vec<_> = (0..3).map(|_| mature(&mut ctx)).collect();
    assert_eq!(seen, [(crowd + 1, crowd + 1), (crowd + 1, crowd + 1), (crowd, crowd)]);
    assert_eq!(super::unbonding_balance(&ctx.state, &address("ada"), &val), 0);
    // whoever comes due later is found too, in the next round
    UNBONDING_QUEUE.set(&mut ctx.state, &(2, address("bob"), val), &());
    seen = (0..3).map(|_| mature(&mut ctx)).collect();
    assert_eq!(seen.last(), Some(&(crowd, crowd)));
    // once nothing is held the crowd goes its way from the beginning, and no place is kept
    mature(&mut ctx);
    assert!(UNBONDING_CURSOR.get(&ctx.state).expect("reads").is_some());
    levy::let_go(&mut ctx, &vic).expect("lets go");
    let left = crowd - queues::MAX_MATURE_UNBONDINGS;
    assert_eq!(mature(&mut ctx), (left, crowd - queues::MAX_MATURE_REDELEGATIONS));
    assert_eq!(UNBONDING_CURSOR.get(&ctx.state).expect("reads"), None);
    assert_eq!(REDELEGATION_CURSOR.get(&ctx.state).expect("reads"), None);
    ctx.state.discard();
}
