//! Changes of the rules, parameters, genesis.

use prost_types::Any;
use proto::lazchain::quorum::v1 as pb;

use super::{
    Stage, allocated, equal, join, laz, leave, measurement, next_epoch, ours, quorum, refused, rules, run,
    val,
};
use crate::{
    modules::{
        self,
        quorum::{self as module, Duty, Offence},
    },
    testkit::{TestChain, address, any},
};

fn propose(name: &str, rules: pb::Rules) -> Any {
    any(&pb::MsgProposeParams { validator: val(name).to_string(), quorum: 1, rules: Some(rules) })
}

fn vote(name: &str, number: u64, yes: bool) -> Any {
    any(&pb::MsgVoteParams { validator: val(name).to_string(), quorum: 1, number, yes })
}

fn tighter() -> pb::Rules {
    pb::Rules { cap_bps: 3_000, ..rules() }
}

#[test]
fn two_thirds_of_the_power_change_the_rules_from_the_next_epoch_but_one() {
    let mut chain = equal();
    assert_eq!(refused(&mut chain, "ada", vec![propose("ada", tighter())]), ours(24));
    let loose = pb::Rules { cap_bps: 4_001, ..rules() };
    assert_eq!(refused(&mut chain, "v1", vec![propose("v1", loose)]), ours(26));
    run(&mut chain, "v1", vec![propose("v1", tighter())]);
    assert_eq!(refused(&mut chain, "v2", vec![propose("v2", tighter())]), ours(22));
    assert_eq!(refused(&mut chain, "v1", vec![vote("v1", 1, true)]), ours(25));
    assert_eq!(refused(&mut chain, "v2", vec![vote("v2", 2, true)]), ours(23));
    run(&mut chain, "v2", vec![vote("v2", 1, true)]);
    run(&mut chain, "v5", vec![vote("v5", 1, false)]);
    run(&mut chain, "v3", vec![vote("v3", 1, true)]);
    // three of five are less than two thirds
    let change = |chain: &TestChain| -> pb::QueryRulesChangeResponse {
        let ask = pb::QueryRulesChangeRequest { quorum: 1 };
        chain.ask("/lazchain.quorum.v1.Query/RulesChange", &ask).expect("is there")
    };
    let now = change(&chain);
    assert_eq!((now.yes_power.as_str(), now.no_power.as_str()), ("1500000000", "500000000"));
    assert_eq!(now.change.expect("is there").applies, 0);
    let epoch = measurement(&chain, 1).epoch;
    run(&mut chain, "v4", vec![vote("v4", 1, true)]);
    assert_eq!(change(&chain).change.expect("is there").applies, epoch + 2);
    // passed, so nobody votes any more, and there is no second one until it applies
    assert_eq!(refused(&mut chain, "v2", vec![propose("v2", rules())]), ours(22));
    next_epoch(&mut chain);
    assert_eq!(quorum(&chain, 1).rules.expect("has").cap_bps, 4_000);
    next_epoch(&mut chain);
    let after = quorum(&chain, 1);
    assert_eq!((after.rules.expect("has").cap_bps, after.rules_version), (3_000, 2));
    assert_eq!(measurement(&chain, 1).cap_bps, 3_000);
}

#[test]
fn a_change_that_a_third_is_against_ends_and_one_that_waits_too_long_lapses() {
    let mut chain = equal();
    run(&mut chain, "v1", vec![propose("v1", tighter())]);
    run(&mut chain, "v2", vec![vote("v2", 1, false)]);
    run(&mut chain, "v3", vec![vote("v3", 1, false)]);
    assert_eq!(refused(&mut chain, "v4", vec![vote("v4", 1, true)]), ours(23));
    run(&mut chain, "v1", vec![propose("v1", tighter())]);
    chain.skip_secs(3_600);
    assert_eq!(refused(&mut chain, "v4", vec![vote("v4", 2, true)]), ours(23));
    run(&mut chain, "v4", vec![propose("v4", tighter())]);
    run(&mut chain, "v1", vec![vote("v1", 3, true)]);
}

#[test]
fn only_governance_sets_the_parameters() {
    let mut chain = equal();
    let authority = address("ada").to_string();
    let message = pb::MsgUpdateParams { authority: authority.clone(), params: Some(module::local()) };
    assert_eq!(refused(&mut chain, "ada", vec![any(&message)]), ("gov".to_owned(), 13));
    let wild = pb::Params { cap_bps: 10_001, ..module::local() };
    let message = pb::MsgUpdateParams { authority, params: Some(wild) };
    assert_eq!(refused(&mut chain, "ada", vec![any(&message)]), ("sdk".to_owned(), 18));
}

/// G36.
#[test]
fn a_jailed_or_unbonded_validator_pledges_nothing_and_a_tombstoned_one_is_out() {
    let mut chain = equal();
    let (height, power) = (chain.height - 1, 1_000);
    chain.accuse("v1", height, power);
    chain.blocks(2);
    let state = chain.node.store().latest();
    let measured = module::measured(&state, 1).expect("reads").expect("is there");
    // at once it is drawn no more, whatever was measured
    assert!(module::free(&state, 1, &val("v1"), &measured).expect("reads").is_zero());
    next_epoch(&mut chain);
    assert_eq!(measurement(&chain, 1).members.len(), 4);
    assert_eq!(allocated(&chain, "v1").allocated_bps, 0);
    assert_eq!(refused(&mut chain, "v1", vec![join("v1", 1, 100)]), ours(7));
}

#[test]
fn an_export_in_the_middle_of_everything_goes_on_where_it_stands() {
    let mut chain = equal();
    run(&mut chain, "v5", vec![leave("v5", 1)]);
    run(&mut chain, "v1", vec![propose("v1", tighter())]);
    let measured = measurement(&chain, 1).epoch;
    let mut stage = Stage::of(&chain, 0);
    let ctx = &mut stage.ctx;
    module::hold(ctx, 1, measured).expect("holds");
    module::begin_duty(ctx, 1, &val("v2"), Duty { task: 1, round: 1 }).expect("begins");
    module::reserve(ctx, 1, &val("v2"), laz(3)).expect("reserves");
    let offence = Offence {
        quorum: 1,
        measurement: measured,
        member: val("v3"),
        kind: pb::OffenceKind::Lazy,
        task: 2,
        round: 1,
        power_at_fault: laz(500),
        reporter: Some(address("poor")),
        at_least: laz(1),
        refund: None,
    };
    module::offend(ctx, &offence).expect("decides");
    let sections = modules::export(&stage.ctx.state).expect("exports");
    let app: serde_json::Map<_, _> =
        sections.into_iter().map(|(name, json)| (name.to_owned(), json)).collect();
    let init = crate::testkit::init_chain(app.clone().into(), Vec::new());
    let again = crate::genesis::try_out(&init).expect("a good genesis");
    assert_eq!(again.app_state["quorum"], app["quorum"]);
    assert_eq!(again.app_state["scheduler"], app["scheduler"]);
}

#[test]
fn a_genesis_with_records_of_others_or_bad_parameters_is_refused() {
    let chain = equal();
    let mut app = chain.export();
    app["quorum"]["entries"][0]["collection"] = "bank/supply".into();
    assert!(TestChain::try_genesis(&["ada"], app).is_err());
    let mut app = chain.export();
    app["quorum"]["params"]["cap_bps"] = 0.into();
    assert!(TestChain::try_genesis(&["ada"], app).is_err());
}
