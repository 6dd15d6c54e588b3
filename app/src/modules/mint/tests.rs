//! Scenarios.

use proto::{address::Address, amount::Amount, coin::Denom, cosmos::mint::v1beta1 as pb, dec::Dec};
use serde_json::json;

use crate::{
    modules::{GOVERNANCE, bank},
    testkit::{TestChain, World, address, any, genesis},
};

fn supply(chain: &TestChain) -> Amount {
    bank::supply(&chain.node.store().latest(), &Denom::known("ulaz")).expect("reads")
}

fn inflation(chain: &TestChain) -> Dec {
    let answer: pb::QueryInflationResponse =
        chain.ask("/cosmos.mint.v1beta1.Query/Inflation", &pb::QueryInflationRequest {}).expect("answers");
    Dec::from_wire(std::str::from_utf8(&answer.inflation).expect("text")).expect("a decimal")
}

/// A quarter is bonded; the rate moves as in Cosmos.
fn chain() -> TestChain {
    let mut state = genesis(&[("ada", 30_000_000_000)], &[("vic", 10_000_000_000)]);
    state["mint"] = json!({
        "minter": {"inflation": "0.13", "annual_provisions": "0"},
        "params": {
            "mint_denom": "ulaz", "inflation_rate_change": "0.13", "inflation_max": "0.2", "inflation_min": "0.07",
            "goal_bonded": "0.67", "blocks_per_year": "6311520",
        },
    });
    TestChain::with_genesis(&["ada", "vic"], state)
}

#[test]
fn a_new_chain_makes_seven_percent_a_year_until_governance_says_otherwise() {
    let mut state = genesis(&[("ada", 30_000_000_000)], &[("vic", 10_000_000_000)]);
    state["mint"] = json!({});
    let mut chain = TestChain::with_genesis(&["ada", "vic"], state);
    chain.blocks(3);
    assert_eq!(inflation(&chain), Dec::percent(7));
}

#[test]
fn a_block_makes_nothing_by_itself_while_the_rate_climbs_where_little_is_bonded() {
    let mut chain = chain();
    let (before, rate) = (supply(&chain), inflation(&chain));
    chain.block(Vec::new());
    assert_eq!(supply(&chain), before, "coins are made at the end of an epoch");
    assert!(inflation(&chain) > rate && rate > Dec::percent(13));
    let answer: pb::QueryAnnualProvisionsResponse = chain
        .ask("/cosmos.mint.v1beta1.Query/AnnualProvisions", &pb::QueryAnnualProvisionsRequest {})
        .expect("answers");
    let annual = Dec::from_wire(std::str::from_utf8(&answer.annual_provisions).expect("text"));
    let annual = annual.expect("a decimal").floor().expect("fits");
    assert!((5_200_000_000..5_201_000_000).contains(&annual.units()));
}

/// G33.
#[test]
fn a_supply_at_its_limit_gets_no_more_and_the_chain_goes_on() {
    let mut state = genesis(&[("ada", 1)], &[]);
    state["mint"] = json!({});
    state["bank"]["balances"][0]["coins"][0]["amount"] = u128::MAX.to_string().into();
    let mut chain = TestChain::with_genesis(&["ada"], state);
    chain.blocks(25); // an epoch has 20
    assert_eq!(supply(&chain), Amount::MAX);
}

#[test]
fn only_governance_changes_the_parameters_and_only_within_their_ranges() {
    let mut chain = chain();
    let answer: pb::QueryParamsResponse =
        chain.ask("/cosmos.mint.v1beta1.Query/Params", &pb::QueryParamsRequest {}).expect("answers");
    let params = answer.params.expect("is there");
    let mut update = |params: pb::Params| {
        let authority = address("ada").to_string();
        let message = any(&pb::MsgUpdateParams { authority, params: Some(params) });
        let result = chain.run("ada", vec![message]);
        (result.codespace, result.code)
    };
    assert_eq!(update(params.clone()), ("gov".into(), 13));
    for wrong in [
        pb::Params { goal_bonded: "0".into(), ..params.clone() },
        pb::Params { blocks_per_year: 0, ..params.clone() },
        pb::Params { inflation_max: "0".into(), ..params.clone() },
        pb::Params { inflation_min: "1000000000000000001".into(), ..params },
    ] {
        assert_eq!(update(wrong), ("sdk".into(), 18));
    }
}

#[test]
fn governance_keeps_the_rate_between_two_and_ten_percent() {
    let mut world = World::new(genesis(&[("ada", 1_000_000)], &[]));
    let authority = Address::module(GOVERNANCE).to_string();
    let params = |min: &str, max: &str| pb::Params {
        mint_denom: "ulaz".into(),
        inflation_rate_change: "0".into(),
        inflation_max: max.into(),
        inflation_min: min.into(),
        goal_bonded: "670000000000000000".into(),
        blocks_per_year: 6_311_520,
    };
    let (two, three, ten) = ("20000000000000000", "30000000000000000", "100000000000000000");
    let mut update = |min: &str, max: &str| {
        let message = pb::MsgUpdateParams { authority: authority.clone(), params: Some(params(min, max)) };
        let outcome: Result<pb::MsgUpdateParamsResponse, _> = world.send(&message);
        outcome.map(drop).map_err(|reject| reject.code)
    };
    assert_eq!(update("0", "0"), Err(18));
    assert_eq!(update("19999999999999999", ten), Err(18));
    assert_eq!(update(two, "100000000000000001"), Err(18));
    assert_eq!(update(two, ten), Ok(()));
    assert_eq!(update(three, three), Ok(()));
    let begin = |world: &mut World| super::begin_block(&mut world.ctx).expect("works");
    begin(&mut world);
    assert_eq!(super::rate(&world.ctx.state).expect("reads").2, Dec::percent(3), "the rate follows at once");
}

#[test]
fn an_export_is_a_genesis_with_the_same_rates() {
    let mut chain = chain();
    chain.blocks(3);
    let exported = chain.export();
    let again = TestChain::with_genesis(&["ada"], exported.clone());
    assert_eq!(again.export()["mint"]["params"], exported["mint"]["params"]);
    assert!(inflation(&again) > inflation(&chain));
}
