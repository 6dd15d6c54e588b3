//! Challenges, appeals and rulings.

use proto::lazchain::vsc::v1 as pb;

use super::acts::{appeal, challenge, dataset, evidence};
use super::{ACCEPT, LAZ, REJECT, World, text};

/// A dataset of 9,000 LAZ that was accepted, challenged by Chad, and whose jury of the other Quorum sits.
fn challenged(world: &mut World) -> u64 {
    let task = world.accepted("ada", dataset("data", 9_000));
    world.ok(&challenge("chad", task));
    world.await_round(task, 2);
    task
}

#[test]
fn an_upheld_challenge_pays_the_jury_and_the_submitter() {
    let mut world = World::new(true, false);
    let task = challenged_with_other(&mut world);
    let (ada, chad, supply) = (world.of("ada"), world.of("chad"), world.supply());
    let jury = world.seats(task, 2);
    let had: Vec<u128> = jury.iter().map(|name| world.of(name)).collect();
    world.all_say(task, 2, ACCEPT);
    assert_eq!(world.case(task, 1).status(), pb::CaseStatus::Appealable);
    world.end_appeal();
    assert_eq!(world.case(task, 1).ruling(), pb::Ruling::Upheld);
    // a bond of 450 LAZ: 30 % burnt, 75 % of the fee to the jury, the rest to the submitter
    let paid: Vec<u128> = jury.iter().zip(had).map(|(name, had)| world.of(name) - had).collect();
    assert_eq!(paid, [21_750_001 / 5; 5]);
    assert_eq!(world.of("chad"), chad);
    assert!(supply - world.supply() >= 135 * LAZ);
    assert_eq!(world.of("ada") - ada, 315 * LAZ - 21_750_001);
    let status = world.task(task).status();
    assert!(matches!(status, pb::TaskStatus::Final), "{status:?}");
}

/// The same from a DAT-backed edge to Quorum 1, so that the jury is of Quorum 2.
fn challenged_with_other(world: &mut World) -> u64 {
    let task = world.accepted("ada", dataset("data", 9_000));
    world.trust(2, false);
    world.ok(&challenge("chad", task));
    world.await_round(task, 2);
    assert_eq!(world.round(task, 2).quorum, 2);
    task
}

/// lazai 7.6: a verdict can be challenged, and falls with all that it gave.
#[test]
fn an_overturned_acceptance_is_revoked_and_its_points_are_gone() {
    let mut world = World::new(true, false);
    let task = world.accepted("ada", dataset("data", 9_000));
    world.end_window();
    assert_eq!(world.task(task).points, "16000");
    world.trust(2, false);
    let chad = world.of("chad");
    world.ok(&challenge("chad", task)); // late: twice the bond
    assert_eq!(chad - world.of("chad"), 900 * LAZ);
    world.await_round(task, 2);
    world.all_say(task, 2, REJECT);
    world.end_appeal();
    assert_eq!(world.task(task).outcome(), pb::Outcome::Overturned);
    assert_eq!(world.of("chad") - chad, 900 * LAZ); // half of the deposit; the fee was paid before
}

#[test]
fn a_ruling_that_is_appealed_is_governances() {
    let mut world = World::new(true, false);
    let task = challenged_with_other(&mut world);
    world.all_say(task, 2, REJECT);
    assert_eq!(world.refused(&appeal("chad", task)), 31); // it won
    assert_eq!(world.refused(&appeal("eve", task)), 31);
    assert_eq!(world.refused(&world.rule(task, pb::Ruling::Upheld)), 36);
    let had = world.of("ada");
    world.ok(&appeal("ada", task));
    assert_eq!(had - world.of("ada"), 900 * LAZ);
    assert_eq!(world.case(task, 1).status(), pb::CaseStatus::Governance);
    assert_eq!(world.refused(&appeal("ada", task)), 30);
    assert_eq!(world.refused(&world.rule(task, pb::Ruling::SentBack)), 37);
    world.ok(&world.rule(task, pb::Ruling::Upheld));
    world.pass(1);
    assert_eq!(world.case(task, 1).ruling(), pb::Ruling::Upheld);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Provisional);
    // the bond of the appeal is back, and what is left of the challenger's is Ada's; the jury was wrong
    assert!(world.of("ada") >= had);
    world.end_window();
    assert_eq!(world.task(task).status(), pb::TaskStatus::Final);
}

#[test]
fn a_signer_of_the_verdict_may_appeal_too() {
    let mut world = World::new(true, false);
    let task = challenged_with_other(&mut world);
    world.all_say(task, 2, REJECT);
    let signer = world.seats(task, 1)[0].clone();
    world.ok(&appeal(&signer, task));
    world.ok(&world.rule(task, pb::Ruling::Overturned));
    world.pass(1);
    assert_eq!(world.task(task).outcome(), pb::Outcome::Overturned);
}

#[test]
fn what_nobody_rules_in_time_is_upheld_for_a_part_of_the_bonds() {
    let mut world = World::new(true, false);
    let task = world.accepted("ada", dataset("data", 9_000));
    let chad = world.of("chad");
    world.ok(&challenge("chad", task)); // no other Quorum is trusted: governance's
    world.blocks(2);
    assert_eq!(world.case(task, 1).status(), pb::CaseStatus::Governance);
    world.pass(21 * 86_400);
    world.blocks(2);
    assert_eq!(world.case(task, 1).ruling(), pb::Ruling::Unruled);
    assert_eq!(chad - world.of("chad"), 135 * LAZ);
    assert_eq!(world.task(task).outcome(), pb::Outcome::Settled);
}

#[test]
fn friends_of_the_challenger_do_not_shut_others_out() {
    let mut world = World::new(true, false);
    let task = world.accepted("ada", dataset("data", 9_000));
    world.trust(2, false);
    let had = [world.of("chad"), world.of("eve")];
    world.ok(&challenge("chad", task));
    assert_eq!(world.refused(&challenge("chad", task)), 23);
    world.ok(&challenge("eve", task));
    world.await_round(task, 2);
    world.ok(&pb::MsgAddEvidence { party: text("eve"), task, evidence: evidence("more") });
    assert_eq!(world.refused(&pb::MsgAddEvidence { party: text("dan"), task, evidence: evidence("x") }), 32);
    let juror = world.seats(task, 2)[0].clone();
    assert_eq!(world.refused(&challenge(&juror, task)), 26);
    world.all_say(task, 2, REJECT);
    assert_eq!(world.refused(&challenge("dan", task)), 25);
    world.end_appeal();
    // half of the deposit of 1,800 LAZ and what the jury leaves of the fee, in two parts
    let rest = 29_000_002 - 21_750_001;
    assert_eq!(world.of("chad") - had[0], 450 * LAZ + rest / 2 + rest % 2);
    assert_eq!(world.of("eve") - had[1], 450 * LAZ + rest / 2);
    assert_eq!(world.refused(&pb::MsgAddEvidence { party: text("eve"), task, evidence: evidence("x") }), 29);
}

#[test]
fn a_rejection_that_falls_is_anchored_on_the_jurys_seats() {
    let mut world = World::new(true, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    world.judge(task, 1, &[REJECT, REJECT, REJECT, ACCEPT]);
    world.trust(2, false);
    assert_eq!(world.refused(&challenge("chad", task)), 22);
    let had = world.of("ada");
    world.ok(&challenge("ada", task));
    world.await_round(task, 2);
    assert_eq!(world.round(task, 2).reserve, (9_000 * LAZ / 4).to_string());
    world.all_say(task, 2, ACCEPT);
    world.end_appeal();
    let end = world.task(task);
    assert_eq!((end.status(), end.quorum, end.round), (pb::TaskStatus::Final, 2, 2));
    assert!(end.asset > 0);
    world.blocks(5);
    // the bond is back, and the fee: a quarter of it from escrow, the rest from the rejectors' own part
    assert!(world.of("ada") > had);
    world.pass(660); // its window and its liability are counted from the ruling
    assert_eq!(world.task(task).outcome(), pb::Outcome::Settled);
}

#[test]
fn a_rejection_that_stands_leaves_the_bond_to_the_insurance_pool() {
    let mut world = World::new(true, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    world.judge(task, 1, &[REJECT, REJECT, REJECT, ACCEPT]);
    world.trust(2, false);
    world.ok(&challenge("ada", task));
    world.await_round(task, 2);
    let insured = world.pools(1).0;
    world.all_say(task, 2, REJECT);
    world.end_appeal();
    assert!(world.pools(1).0 - insured >= 315 * LAZ - 21_750_001);
    assert_eq!(world.task(task).outcome(), pb::Outcome::Rejected);
}

#[test]
fn governance_sends_a_rejection_back_to_routing() {
    let mut world = World::new(true, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    world.judge(task, 1, &[REJECT, REJECT, REJECT, ACCEPT]);
    let had = world.of("ada");
    world.ok(&challenge("ada", task));
    world.blocks(2);
    assert_eq!(world.refused(&world.rule(task, pb::Ruling::Overturned)), 37);
    world.ok(&world.rule(task, pb::Ruling::SentBack));
    world.pass(1);
    assert_eq!(world.of("ada"), had);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Queued);
    assert_eq!(world.refused(&pb::MsgWithdrawUpdate { submitter: text("ada"), task }), 17);
    // nobody judges it twice: another Quorum is needed
    world.trust(2, false);
    world.await_round(task, 2);
    assert_eq!(world.round(task, 2).quorum, 2);
}

#[test]
fn a_jury_of_which_too_few_reveal_passes_the_case_up_for_free() {
    let mut world = World::new(true, false);
    let task = challenged_with_other(&mut world);
    let chad = world.of("chad");
    world.judge(task, 2, &[REJECT, REJECT]);
    assert_eq!(world.case(task, 1).status(), pb::CaseStatus::Governance);
    assert_eq!(world.case(task, 1).calls[0].ruling(), pb::Ruling::PassedUp);
    assert_eq!(world.of("chad"), chad);
    world.ok(&world.rule(task, pb::Ruling::Upheld));
    world.pass(1);
    assert_eq!(world.of("chad"), chad);
}

#[test]
fn a_case_goes_up_where_its_quorum_has_too_few_left_for_a_jury() {
    let mut world = World::new(false, true);
    let task = challenged(&mut world); // four of five judged it
    assert_ne!(world.round(task, 2).quorum, world.task(task).quorum);
    assert_eq!(world.case(task, 1).rung, 2);
}

#[test]
fn the_first_jury_is_of_the_same_quorum_and_of_others_than_those_who_judged() {
    let mut world = World::larger();
    let task = challenged(&mut world);
    let jury = world.round(task, 2);
    assert_eq!((jury.quorum, jury.step, jury.seats.len()), (1, 1, 6)); // 2n+1 = 9; six of ten are left
    let judged = world.seats(task, 1);
    assert!(world.seats(task, 2).iter().all(|name| !judged.contains(name)));
    world.all_say(task, 2, REJECT);
    let chad = world.of("chad");
    world.ok(&appeal("ada", task));
    world.blocks(2); // no other Quorum is trusted
    assert_eq!(world.case(task, 1).status(), pb::CaseStatus::Governance);
    world.ok(&world.rule(task, pb::Ruling::Upheld));
    world.pass(1);
    assert_eq!(world.of("chad"), chad);
    world.blocks(3);
    // the jury that would have overturned it was wrong itself
    let slashes: state::Map<u64, state::Pb<proto::lazchain::quorum::v1::Slash>> =
        state::Map::new("quorum/slashes");
    let slashes = slashes.page(world.overlay(), &(), None, 100).expect("reads");
    let wrong = |slash: &proto::lazchain::quorum::v1::Slash| slash.task == task && slash.round == 2;
    assert_eq!(slashes.iter().filter(|(_, state::Pb(slash))| wrong(slash)).count(), 6);
    world.end_window();
    assert_eq!(world.task(task).status(), pb::TaskStatus::Final);
}

#[test]
fn one_loser_after_another_may_challenge_and_each_loses_its_bond() {
    let mut world = World::new(true, false);
    let task = challenged_with_other(&mut world);
    world.all_say(task, 2, ACCEPT);
    world.end_appeal();
    assert_eq!(world.task(task).status(), pb::TaskStatus::Final);
    assert_eq!(world.refused(&challenge("chad", task)), 23);
    world.ok(&challenge("eve", task));
    world.blocks(2);
    // both Quorums have judged it: governance's
    assert_eq!(world.case(task, 2).status(), pb::CaseStatus::Governance);
    let eve = world.of("eve");
    world.ok(&world.rule(task, pb::Ruling::Upheld));
    world.pass(1);
    assert_eq!(world.of("eve"), eve);
    world.end_liability();
    assert_eq!(world.task(task).outcome(), pb::Outcome::Settled);
}
