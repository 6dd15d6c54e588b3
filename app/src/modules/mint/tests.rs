//! Scenarios.

use proto::{amount::Amount, coin::Denom, cosmos::mint::v1beta1 as pb, dec::Dec};
use serde_json::json;

use crate::{
    modules::bank,
    testkit::{TestChain, address, any, genesis},
};

fn supply(chain: &TestChain) -> Amount {
    bank::supply(&chain.node.store().latest(), &Denom::known("ulaz")).expect("reads")
}

fn inflation(chain: &TestChain) -> Dec {
    let answer: pb::QueryInflationResponse =
        chain.ask("/cosmos.mint.v1beta1.Query/Inflation", &pb::QueryInflationRequest {}).expect("answers");
    Dec::from_wire(std::str::from_utf8(&answer.inflation).expect("text")).expect("a decimal")
}

/// A quarter is bonded; parameters are those of a new chain.
fn chain() -> TestChain {
    let mut state = genesis(&[("ada", 30_000_000_000)], &[("vic", 10_000_000_000)]);
    state["mint"] = json!({});
    TestChain::with_genesis(&["ada", "vic"], state)
}

#[test]
fn each_block_makes_its_provision_and_the_rate_climbs_while_little_is_bonded() {
    let mut chain = chain();
    let (before, rate) = (supply(&chain), inflation(&chain));
    chain.block(Vec::new());
    // 13 percent of 40,000,000,000 a year in 6,311,520 blocks
    assert_eq!(supply(&chain), before.plus(Amount::new(823)).expect("fits"));
    assert!(inflation(&chain) > rate && rate > Dec::percent(13));
    let answer: pb::QueryAnnualProvisionsResponse = chain
        .ask("/cosmos.mint.v1beta1.Query/AnnualProvisions", &pb::QueryAnnualProvisionsRequest {})
        .expect("answers");
    let annual = Dec::from_wire(std::str::from_utf8(&answer.annual_provisions).expect("text"));
    let annual = annual.expect("a decimal").floor().expect("fits");
    assert!((5_200_000_000..5_201_000_000).contains(&annual.units()));
}

#[test]
fn a_supply_at_its_limit_gets_no_more_and_the_chain_goes_on() {
    let mut state = genesis(&[("ada", 1)], &[]);
    state["mint"] = json!({});
    state["bank"]["balances"][0]["coins"][0]["amount"] = u128::MAX.to_string().into();
    let mut chain = TestChain::with_genesis(&["ada"], state);
    chain.blocks(3);
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
fn an_export_is_a_genesis_with_the_same_rates() {
    let mut chain = chain();
    chain.blocks(3);
    let exported = chain.export();
    let again = TestChain::with_genesis(&["ada"], exported.clone());
    assert_eq!(again.export()["mint"]["params"], exported["mint"]["params"]);
    assert!(inflation(&again) > inflation(&chain));
}
