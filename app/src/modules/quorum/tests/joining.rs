//! Who comes, goes and changes.

use prost_types::Any;
use proto::lazchain::quorum::v1 as pb;

use super::{
    LAZ, Stage, allocate, allocated, attestation_key, create, equal, five, join, join_message, leave,
    measurement, member, next_epoch, ours, quorum, refused, rules, run, val,
};
use crate::{
    modules::quorum::{self as module, Conduct, Duty},
    testkit::{TestChain, address, any, genesis, section},
};

fn admit(who: &str, quorum: u64, applicant: &str) -> Any {
    any(&pb::MsgAdmitMember {
        admitter: address(who).to_string(),
        quorum,
        applicant: val(applicant).to_string(),
    })
}

fn rotate(name: &str, attestation_key: Vec<u8>, endpoint: &str) -> Any {
    any(&pb::MsgRotateKeys {
        validator: val(name).to_string(),
        quorum: 1,
        attestation_key,
        sealing_key: Vec::new(),
        endpoint: endpoint.into(),
    })
}

#[test]
fn a_quorum_forms_as_its_members_come_and_judges_once_there_are_enough() {
    let mut chain = five([1_000 * LAZ; 5]);
    let before = chain.balance("ada");
    run(&mut chain, "ada", vec![create("ada", rules())]);
    assert_eq!(before - chain.balance("ada"), u128::from(10 * LAZ) + 10);
    for name in ["v1", "v2", "v3"] {
        run(&mut chain, name, vec![join(name, 1, 5_000)]);
    }
    assert_eq!(
        member(&chain, 1, "v1").expect("is there").member.expect("one").status(),
        pb::MemberStatus::Pending
    );
    next_epoch(&mut chain);
    assert_eq!(
        member(&chain, 1, "v1").expect("is there").member.expect("one").status(),
        pb::MemberStatus::Active
    );
    assert_eq!(quorum(&chain, 1).status(), pb::Status::Forming);
    run(&mut chain, "v4", vec![join("v4", 1, 5_000)]);
    next_epoch(&mut chain);
    assert_eq!(quorum(&chain, 1).status(), pb::Status::Active);
    // one leaves at the boundary: no longer enough
    run(&mut chain, "v4", vec![leave("v4", 1)]);
    assert_eq!(refused(&mut chain, "v4", vec![leave("v4", 1)]), ours(19));
    assert_eq!(refused(&mut chain, "v4", vec![allocate("v4", 1, 100)]), ours(19));
    next_epoch(&mut chain);
    assert!(member(&chain, 1, "v4").is_none());
    assert_eq!(quorum(&chain, 1).status(), pb::Status::Degraded);
    assert_eq!(allocated(&chain, "v4").allocated_bps, 0);
}

#[test]
fn who_may_not_join_is_told_why() {
    let mut chain = five([1_000 * LAZ; 5]);
    run(&mut chain, "ada", vec![create("ada", pb::Rules { seats: 4, ..rules() })]);
    run(&mut chain, "ada", vec![create("ada", rules())]);
    assert_eq!(refused(&mut chain, "v1", vec![join("v1", 9, 100)]), ours(2));
    assert_eq!(refused(&mut chain, "ada", vec![join("ada", 1, 100)]), ours(7));
    assert_eq!(refused(&mut chain, "v1", vec![join("v1", 1, 99)]), ours(9));
    assert_eq!(refused(&mut chain, "v1", vec![join("v1", 1, 5_001)]), ours(10));
    let bad = |change: fn(&mut pb::MsgJoinQuorum)| {
        let mut message = join_message("v1", 1, 100);
        change(&mut message);
        any(&message)
    };
    let sdk = ("sdk".to_owned(), 18);
    assert_eq!(refused(&mut chain, "v1", vec![bad(|join| join.allocation_bps = 10_001)]), sdk);
    assert_eq!(refused(&mut chain, "v1", vec![bad(|join| join.sealing_key = vec![0; 32])]), sdk);
    assert_eq!(refused(&mut chain, "v1", vec![bad(|join| join.attestation_key = vec![7; 31])]), sdk);
    run(&mut chain, "v1", vec![join("v1", 1, 3_000)]);
    assert_eq!(refused(&mut chain, "v1", vec![join("v1", 1, 100)]), ours(5));
    // all Quorums together
    assert_eq!(refused(&mut chain, "v1", vec![join("v1", 2, 2_001)]), ours(10));
    run(&mut chain, "v1", vec![join("v1", 2, 2_000)]);
    let stolen = pb::MsgJoinQuorum { attestation_key: attestation_key("v1"), ..join_message("v2", 1, 100) };
    assert_eq!(refused(&mut chain, "v2", vec![any(&stolen)]), ours(21));
    for name in ["v2", "v3", "v4"] {
        run(&mut chain, name, vec![join(name, 1, 100)]);
    }
    assert_eq!(refused(&mut chain, "v5", vec![join("v5", 1, 100)]), ours(6));
    assert_eq!(refused(&mut chain, "v5", vec![leave("v5", 1)]), ours(4));
    assert_eq!(refused(&mut chain, "poor", vec![create("poor", rules())]), ("sdk".to_owned(), 5));
    let steep = pb::Rules { smallest_pledge: (501 * LAZ).to_string(), ..rules() };
    run(&mut chain, "ada", vec![create("ada", steep)]);
    assert_eq!(refused(&mut chain, "v5", vec![join("v5", 3, 5_000)]), ours(13));
    let lax = pb::Rules { threshold_bps: 6_000, ..rules() };
    assert_eq!(refused(&mut chain, "ada", vec![create("ada", lax)]), ours(26));
}

#[test]
fn stake_that_signing_twice_may_cost_is_not_pledged() {
    let mut app = genesis(&[("ada", 2_000_000 * LAZ), ("v1", 1_000 * LAZ)], &[("v1", 1_000 * LAZ)]);
    app["slashing"] = serde_json::json!({"params": {
        "signed_blocks_window": "100", "min_signed_per_window": "0.5", "downtime_jail_duration": "600s",
        "slash_fraction_double_sign": "0.6", "slash_fraction_downtime": "0.01",
    }});
    let mut chain = TestChain::with_genesis(&["ada", "v1"], app);
    run(&mut chain, "ada", vec![create("ada", rules())]);
    assert_eq!(refused(&mut chain, "v1", vec![join("v1", 1, 4_001)]), ours(11));
    run(&mut chain, "v1", vec![join("v1", 1, 4_000)]);
}

#[test]
fn a_validator_has_at_most_fifty_memberships() {
    let mut chain = five([1_000 * LAZ; 5]);
    for _ in 0..17 {
        run(&mut chain, "ada", vec![create("ada", rules()), create("ada", rules()), create("ada", rules())]);
    }
    for first in (1..=50).step_by(2) {
        run(&mut chain, "v1", vec![join("v1", first, 100), join("v1", first + 1, 100)]);
    }
    assert_eq!(refused(&mut chain, "v1", vec![join("v1", 51, 100)]), ours(12));
    assert_eq!(allocated(&chain, "v1").memberships.len(), 50);
}

#[test]
fn where_members_admit_more_than_half_of_the_power_must_speak_for_an_applicant() {
    let mut chain = five([1_000 * LAZ; 5]);
    let closed = pb::Rules { admission: pb::Admission::Members.into(), ..rules() };
    run(&mut chain, "ada", vec![create("ada", closed)]);
    for name in ["v1", "v2", "v3", "v4"] {
        run(&mut chain, name, vec![join(name, 1, 5_000)]);
        // while nobody has power only the creator admits
        assert_eq!(refused(&mut chain, "del", vec![admit("del", 1, name)]), ours(15));
        run(&mut chain, "ada", vec![admit("ada", 1, name)]);
    }
    next_epoch(&mut chain);
    assert_eq!(refused(&mut chain, "v1", vec![admit("v1", 1, "v5")]), ours(14));
    run(&mut chain, "v5", vec![join("v5", 1, 5_000)]);
    assert_eq!(refused(&mut chain, "ada", vec![admit("ada", 1, "v5")]), ours(15));
    run(&mut chain, "v1", vec![admit("v1", 1, "v5")]);
    assert_eq!(refused(&mut chain, "v1", vec![admit("v1", 1, "v5")]), ours(16));
    // two of four are no more than half
    run(&mut chain, "v2", vec![admit("v2", 1, "v5")]);
    let status = |chain: &TestChain| member(chain, 1, "v5").map(|found| found.member.expect("one").status());
    assert_eq!(status(&chain), Some(pb::MemberStatus::Applicant));
    run(&mut chain, "v3", vec![admit("v3", 1, "v5")]);
    assert_eq!(status(&chain), Some(pb::MemberStatus::Pending));
    next_epoch(&mut chain);
    assert_eq!(measurement(&chain, 1).members.len(), 5);
    // an applicant takes its application back, and one that nobody admits lapses
    run(&mut chain, "v5", vec![leave("v5", 1)]);
    next_epoch(&mut chain);
    run(&mut chain, "v5", vec![join("v5", 1, 5_000)]);
    run(&mut chain, "v5", vec![leave("v5", 1)]);
    assert_eq!(status(&chain), None);
    run(&mut chain, "v5", vec![join("v5", 1, 5_000)]);
    chain.skip_secs(3_600);
    next_epoch(&mut chain);
    assert_eq!(status(&chain), None);
    assert_eq!(allocated(&chain, "v5").allocated_bps, 0);
}

#[test]
fn joins_and_increases_wait_for_their_notice_and_decreases_for_the_boundary_alone() {
    let names = ["ada", "v1"];
    let mut app = genesis(&[("ada", 2_000_000 * LAZ), ("v1", 1_000 * LAZ)], &[("v1", 1_000 * LAZ)]);
    let mut params = module::local();
    params.notice = Some(prost_types::Duration { seconds: 1_000, nanos: 0 });
    app["quorum"]["params"] = section(&params);
    let mut chain = TestChain::with_genesis(&names, app);
    run(&mut chain, "ada", vec![create("ada", rules())]);
    run(&mut chain, "v1", vec![join("v1", 1, 2_000)]);
    let bps =
        |chain: &TestChain| member(chain, 1, "v1").expect("is there").member.expect("one").allocation_bps;
    next_epoch(&mut chain);
    assert_eq!(bps(&chain), 0);
    chain.skip_secs(1_000);
    next_epoch(&mut chain);
    assert_eq!(bps(&chain), 2_000);
    assert_eq!(refused(&mut chain, "v1", vec![allocate("v1", 1, 2_000)]), ours(20));
    assert_eq!(refused(&mut chain, "v1", vec![allocate("v1", 1, 5_001)]), ours(10));
    run(&mut chain, "v1", vec![allocate("v1", 1, 3_000)]);
    assert_eq!(allocated(&chain, "v1").allocated_bps, 3_000);
    next_epoch(&mut chain);
    assert_eq!(bps(&chain), 2_000);
    // withdrawn before it took effect
    run(&mut chain, "v1", vec![allocate("v1", 1, 1_000)]);
    assert_eq!(allocated(&chain, "v1").allocated_bps, 2_000);
    next_epoch(&mut chain);
    assert_eq!((bps(&chain), allocated(&chain, "v1").allocated_bps), (1_000, 1_000));
}

#[test]
fn keys_rotate_at_the_boundary_and_the_endpoint_at_once() {
    let mut chain = equal();
    let new = attestation_key("another");
    assert_eq!(refused(&mut chain, "v1", vec![rotate("v1", attestation_key("v2"), "")]), ours(21));
    assert_eq!(refused(&mut chain, "v1", vec![rotate("v1", Vec::new(), "")]), ("sdk".to_owned(), 18));
    run(&mut chain, "v1", vec![rotate("v1", new.clone(), "https://elsewhere.example.org")]);
    let now = member(&chain, 1, "v1").expect("is there").member.expect("one");
    assert_eq!(
        (now.attestation_key, now.endpoint.as_str()),
        (attestation_key("v1"), "https://elsewhere.example.org")
    );
    next_epoch(&mut chain);
    let measured = measurement(&chain, 1);
    let row = module::row(&measured, &val("v1")).expect("is measured");
    assert_eq!(row.attestation_key, new);
}

#[test]
fn stake_that_left_is_bound_until_the_liability_of_the_last_duty_has_ended() {
    let mut chain = equal();
    let measured = measurement(&chain, 1).epoch;
    let mut stage = Stage::of(&chain, 0);
    let (v1, duty) = (val("v1"), Duty { task: 7, round: 1 });
    module::hold(&mut stage.ctx, 1, measured).expect("holds");
    module::begin_duty(&mut stage.ctx, 1, &v1, duty).expect("begins");
    assert_eq!(module::open_duties(&stage.ctx.state, 1, &v1).expect("reads"), 1);
    module::end_duty(&mut stage.ctx, 1, &v1, duty, Conduct::Good).expect("ends");
    let seats = |stage: &Stage| module::logic::seats::allocated(&stage.ctx.state, &v1).expect("reads");
    let members = &module::logic::members::leave;
    members(&mut stage.ctx, &v1, 1).expect("leaves");
    stage.next_epoch();
    assert!(module::logic::seats::find_member(&stage.ctx.state, 1, &v1).expect("reads").is_none());
    assert_eq!(seats(&stage), 5_000);
    // all that while it may not pledge the same stake elsewhere
    let check = module::logic::seats::check_limit(&stage.ctx.state, &v1, 100, 5_000);
    assert!(check.expect_err("refused").to_string().contains("bound by liabilities"));
    module::let_go(&mut stage.ctx, 1, measured).expect("lets go");
    assert_eq!(seats(&stage), 0);
    stage.block();
    run(&mut chain, "v2", vec![leave("v2", 1)]);
}

#[test]
fn a_quorum_that_nobody_joined_closes_and_one_that_all_have_left_too() {
    let mut chain = five([1_000 * LAZ; 5]);
    run(&mut chain, "ada", vec![create("ada", rules()), create("ada", rules())]);
    run(&mut chain, "v1", vec![join("v1", 2, 5_000)]);
    let fund = any(&pb::MsgFundQuorum {
        funder: address("ada").to_string(),
        quorum: 2,
        pool: pb::Pool::Audit.into(),
        amount: "77".into(),
    });
    run(&mut chain, "ada", vec![fund.clone()]);
    let before = chain.balance("ada");
    next_epoch(&mut chain);
    run(&mut chain, "v1", vec![leave("v1", 2)]);
    assert_eq!(quorum(&chain, 1).status(), pb::Status::Forming);
    next_epoch(&mut chain);
    assert_eq!(quorum(&chain, 2).status(), pb::Status::Closed);
    assert_eq!(chain.balance("ada") - before, u128::from(10 * LAZ));
    chain.skip_secs(3_600);
    next_epoch(&mut chain);
    assert_eq!(quorum(&chain, 1).status(), pb::Status::Closed);
    assert_eq!(refused(&mut chain, "v1", vec![join("v1", 1, 100)]), ours(3));
    assert_eq!(refused(&mut chain, "ada", vec![fund]), ours(3));
}
