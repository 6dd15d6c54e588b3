//! How duties are done, and what becomes of those who do them badly.

use prost_types::Any;
use proto::{address::ValAddress, amount::Amount, lazchain::quorum::v1 as pb};

use super::{Stage, equal, laz, measurement, member, ours, refused, slash_record, val};
use crate::{
    modules::quorum::{self as module, Conduct, Duty, Offence},
    testkit::any,
};

fn unjail(name: &str) -> Any {
    any(&pb::MsgUnjailMember { validator: val(name).to_string(), quorum: 1 })
}

fn serve(stage: &mut Stage, who: &ValAddress, task: u64, conduct: Conduct) {
    let duty = Duty { task, round: 1 };
    module::begin_duty(&mut stage.ctx, 1, who, duty).expect("begins");
    module::end_duty(&mut stage.ctx, 1, who, duty, conduct).expect("ends");
    // the end of a duty that is over changes nothing
    module::end_duty(&mut stage.ctx, 1, who, duty, Conduct::Absent).expect("ends");
}

fn found(stage: &Stage, who: &ValAddress) -> pb::Member {
    module::logic::seats::member(&stage.ctx.state, 1, who).expect("is there")
}

fn offence(measurement: u64, name: &str, kind: pb::OffenceKind, task: u64) -> Offence {
    Offence {
        quorum: 1,
        measurement,
        member: val(name),
        kind,
        task,
        round: 1,
        power_at_fault: laz(500),
        reporter: None,
        at_least: Amount::ZERO,
        refund: None,
    }
}

#[test]
fn absence_costs_a_thousandth_and_a_ballot_not_revealed_a_hundredth() {
    let mut stage = Stage::of(&equal(), 0);
    let (v1, v2) = (val("v1"), val("v2"));
    serve(&mut stage, &v1, 1, Conduct::Absent);
    serve(&mut stage, &v2, 1, Conduct::Unrevealed);
    let amount = |number| slash_record(&stage.ctx.state, number).expect("is there").amount;
    assert_eq!((amount(1), amount(2)), ("500000".to_owned(), "5000000".to_owned()));
    assert!(slash_record(&stage.ctx.state, 3).is_none());
    stage.block();
    let slash = slash_record(&stage.ctx.state, 2).expect("is there");
    assert_eq!((slash.own.as_str(), slash.own_burnt.as_str()), ("5000000", "1000000"));
    assert_eq!(slash.to_insurance, "4000000");
}

#[test]
fn twelve_points_or_sixteen_abstentions_remove_a_member_and_time_brings_it_back() {
    let chain = equal();
    let mut stage = Stage::of(&chain, 0);
    let (v1, v2, v3) = (val("v1"), val("v2"), val("v3"));
    for task in 1..=11 {
        serve(&mut stage, &v1, task, Conduct::Absent);
    }
    for task in 1..=15 {
        serve(&mut stage, &v2, task, Conduct::Abstained);
    }
    for task in 1..=5 {
        serve(&mut stage, &v3, task, Conduct::Unrevealed);
    }
    for who in [v1, v2, v3] {
        assert_eq!(found(&stage, &who).status(), pb::MemberStatus::Active);
    }
    stage.kinds();
    serve(&mut stage, &v1, 20, Conduct::Absent);
    serve(&mut stage, &v2, 20, Conduct::Abstained);
    serve(&mut stage, &v3, 20, Conduct::Unrevealed);
    assert_eq!(stage.kinds().iter().filter(|kind| *kind == "quorum.jailed").count(), 3);
    let measured = module::measured(&stage.ctx.state, 1).expect("reads").expect("is there");
    for who in [v1, v2, v3] {
        assert_eq!(found(&stage, &who).status(), pb::MemberStatus::Jailed);
        assert_eq!(module::free(&stage.ctx.state, 1, &who, &measured).expect("reads"), Amount::ZERO);
    }
    assert_eq!(module::budget(&stage.ctx.state, 1).expect("reads"), laz(1_000));
    stage.next_epoch();
    let again = module::logic::members::unjail;
    assert!(again(&mut stage.ctx, &v1, 1).expect_err("too soon").to_string().contains("until"));
    stage.skip_secs(600);
    again(&mut stage.ctx, &v1, 1).expect("comes back");
    stage.next_epoch();
    assert_eq!(found(&stage, &v1).status(), pb::MemberStatus::Active);
    let record = module::logic::seats::record(&stage.ctx.state, 1, &v1).expect("reads");
    assert_eq!(record.absent, 0);
    // who does not come back loses the seat
    stage.skip_secs(600);
    stage.next_epoch();
    assert!(module::logic::seats::find_member(&stage.ctx.state, 1, &v2).expect("reads").is_none());
}

#[test]
fn only_who_is_in_the_jail_comes_back_from_it() {
    let mut chain = equal();
    assert_eq!(refused(&mut chain, "v1", vec![unjail("v1")]), ours(18));
    assert_eq!(refused(&mut chain, "ada", vec![unjail("ada")]), ours(4));
}

#[test]
fn a_proposer_that_withholds_its_preimage_is_noted_absent_without_a_slash() {
    let mut stage = Stage::of(&equal(), 0);
    for _ in 0..12 {
        module::preimage_left_out(&mut stage.ctx, &val("v1")).expect("notes");
    }
    assert_eq!(found(&stage, &val("v1")).status(), pb::MemberStatus::Jailed);
    assert!(slash_record(&stage.ctx.state, 1).is_none());
    stage.block();
}

/// G37: the same offence is punished once.
#[test]
fn two_ballots_of_one_round_cost_a_tenth_and_the_place_for_ever() {
    let chain = equal();
    let measured = measurement(&chain, 1).epoch;
    let mut stage = Stage::of(&chain, 0);
    let reporter = crate::testkit::address("poor");
    let offence =
        Offence { reporter: Some(reporter), ..offence(measured, "v1", pb::OffenceKind::Equivocation, 1) };
    // alone: a fifth of the power
    let amount = module::offend(&mut stage.ctx, &offence).expect("decides");
    assert_eq!(amount.units(), 500_000_000 / 10 * 14_000 / 10_000);
    assert_eq!(module::offend(&mut stage.ctx, &offence).expect("decides"), Amount::ZERO);
    let entry = module::logic::members::Entry {
        validator: val("v1"),
        quorum: 1,
        allocation_bps: 100,
        attestation_key: [1; 32],
        sealing_key: [1; 32],
        endpoint: String::new(),
    };
    let back = module::logic::members::join(&mut stage.ctx, &entry).expect_err("refused");
    assert!(back.to_string().contains("for ever"));
    stage.block();
    let slash = slash_record(&stage.ctx.state, 1).expect("is there");
    assert_eq!(slash.own, "70000000");
    let parts = (slash.own_burnt.as_str(), slash.to_reporter.as_str(), slash.to_insurance.as_str());
    assert_eq!(parts, ("14000000", "35000000", "21000000"));
    // another member that does the same in this epoch or the next pays more
    let next = Offence { member: val("v2"), ..offence };
    let more = module::offend(&mut stage.ctx, &next).expect("decides");
    assert_eq!(more.units(), 500_000_000 / 10 * 18_000 / 10_000);
    stage.block();
}

#[test]
fn faults_count_together_for_this_and_the_last_epoch_only() {
    let chain = equal();
    let first = measurement(&chain, 1).epoch;
    let mut stage = Stage::of(&chain, 0);
    module::hold(&mut stage.ctx, 1, first).expect("holds");
    let factor = |stage: &mut Stage, name: &str, task: u64| {
        module::offend(&mut stage.ctx, &offence(first, name, pb::OffenceKind::Lazy, task)).expect("decides");
        slash_record(&stage.ctx.state, task).expect("is there").factor_bps
    };
    assert_eq!(factor(&mut stage, "v1", 1), 14_000);
    stage.next_epoch();
    assert_eq!(factor(&mut stage, "v2", 2), 18_000);
    stage.next_epoch();
    stage.next_epoch();
    assert_eq!(factor(&mut stage, "v3", 3), 14_000);
    stage.block();
}

/// lazai 7.16: a slash is a part of what was pledged, never more.
#[test]
fn all_slashes_since_a_measurement_stay_within_the_pledge() {
    let chain = equal();
    let measured = measurement(&chain, 1).epoch;
    let mut stage = Stage::of(&chain, 0);
    let big = |task| Offence { at_least: laz(300), ..offence(measured, "v1", pb::OffenceKind::Wrong, task) };
    let decide = |stage: &mut Stage, task| module::offend(&mut stage.ctx, &big(task)).expect("decides");
    assert_eq!(decide(&mut stage, 1), laz(300));
    assert_eq!(decide(&mut stage, 2), laz(200));
    assert_eq!(decide(&mut stage, 3), Amount::ZERO);
    stage.block();
    let tokens = crate::modules::staking::find_validator(&stage.ctx.state, &val("v1"));
    assert_eq!(tokens.expect("reads").expect("is there").tokens, laz(500));
}

/// peers 7.12: a reserve smaller than what it is for.
#[test]
fn an_offence_needs_a_measured_member_and_a_reserve_needs_free_power() {
    let chain = equal();
    let measured = measurement(&chain, 1);
    let mut stage = Stage::of(&chain, 0);
    let ctx = &mut stage.ctx;
    let code = |error: crate::error::Error| error.reject().expect("a refusal").code;
    let stranger = offence(measured.epoch, "ada", pb::OffenceKind::Wrong, 1);
    assert_eq!(code(module::offend(ctx, &stranger).expect_err("refused")), 4);
    let elsewhere = offence(99, "v1", pb::OffenceKind::Wrong, 1);
    assert_eq!(code(module::offend(ctx, &elsewhere).expect_err("refused")), 29);
    assert_eq!(code(module::hold(ctx, 1, 99).expect_err("refused")), 29);
    module::reserve(ctx, 1, &val("v1"), laz(400)).expect("reserves");
    assert_eq!(code(module::reserve(ctx, 1, &val("v1"), laz(101)).expect_err("refused")), 28);
    assert_eq!(module::free(&ctx.state, 1, &val("v1"), &measured).expect("reads"), laz(100));
    assert_eq!(module::budget(&ctx.state, 1).expect("reads"), laz(2_100));
    module::release(ctx, 1, &val("v1"), laz(500)).expect("releases");
    assert_eq!(module::budget(&ctx.state, 1).expect("reads"), laz(2_500));
    // until the first block of an epoch is over nothing can be reserved
    let before = crate::modules::scheduler::epoch(&ctx.state).expect("reads");
    while crate::modules::scheduler::epoch(&stage.ctx.state).expect("reads") == before {
        stage.block();
    }
    let early = module::reserve(&mut stage.ctx, 1, &val("v1"), laz(1)).expect_err("refused");
    assert_eq!(code(early), 27);
    stage.block();
    module::reserve(&mut stage.ctx, 1, &val("v1"), laz(1)).expect("reserves");
}

#[test]
fn reliability_is_halved_every_hundred_epochs() {
    let chain = equal();
    let mut stage = Stage::of(&chain, 0);
    let bps = |stage: &Stage| {
        let counted = module::reliability(&stage.ctx.state, 1).expect("reads");
        module::reliability_bps(&counted).expect("fits")
    };
    assert_eq!(bps(&stage), 10_000);
    for _ in 0..8 {
        module::verdict(&mut stage.ctx, 1).expect("counts");
    }
    module::failed_round(&mut stage.ctx, 1).expect("counts");
    module::failed_round(&mut stage.ctx, 1).expect("counts");
    module::overturned(&mut stage.ctx, 1).expect("counts");
    assert_eq!(bps(&stage), 90_000 / 21);
    while crate::modules::scheduler::epoch(&stage.ctx.state).expect("reads") < 100 {
        crate::modules::scheduler::end_block(&mut stage.ctx).expect("works");
        stage.ctx.block.height += 1;
    }
    // 4 verdicts, 1 failed round, no overturned one
    assert_eq!(bps(&stage), 50_000 / 6);
    assert!(member(&chain, 1, "v1").is_some());
}
