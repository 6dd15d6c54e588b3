//! Second looks.

use proto::lazchain::vsc::v1 as pb;

use super::acts::dataset;
use super::{ACCEPT, LAZ, REJECT, World};

/// Looks fall always, and three seats make a committee of a Quorum of ten, so that others are left to look.
fn looked_at(world: &mut World) -> u64 {
    world.set_params(|params| params.look_bps = 10_000);
    world.fund_audit(1, 100 * LAZ);
    world.accepted("ada", dataset("data", 9_000))
}

#[test]
fn nobody_left_to_look_means_no_second_look() {
    let mut world = World::new(false, false);
    let task = looked_at(&mut world);
    world.blocks(3);
    let task = world.task(task);
    assert!(task.looked && task.rounds == 1);
}

#[test]
fn without_luck_there_is_no_look_and_the_seed_says_so() {
    let mut world = World::new(false, false);
    world.set_params(|params| params.look_bps = 0);
    let task = world.accepted("ada", dataset("data", 9_000));
    world.blocks(2);
    let task = world.task(task);
    assert_eq!((task.look_seed.len(), task.looked), (32, false));
}

#[test]
fn a_look_that_agrees_is_paid_by_the_audit_pool() {
    let mut world = World::larger();
    let task = looked_at(&mut world);
    world.await_round(task, 2);
    let look = world.round(task, 2);
    assert_eq!((look.purpose(), look.reserve.as_str()), (pb::Purpose::Look, "0"));
    let first = world.seats(task, 1);
    assert!(world.seats(task, 2).iter().all(|name| !first.contains(name)));
    let audit = world.pools(1).1;
    world.all_say(task, 2, ACCEPT);
    let count = u128::try_from(look.seats.len()).expect("few");
    assert_eq!(audit - world.pools(1).1, 21_750_001 / count * count);
    assert!(!world.task(task).case_open);
}

#[test]
fn a_look_that_rejects_is_a_challenge_by_the_audit_pool_without_a_bond() {
    let mut world = World::larger();
    let task = looked_at(&mut world);
    world.await_round(task, 2);
    world.all_say(task, 2, REJECT);
    let case = world.case(task, 1);
    assert!(case.by_look && world.task(task).case_open);
    assert_eq!(case.calls[0].parties[0].bond, "0");
    world.blocks(3);
    // whoever is left cannot fill a jury and no other Quorum is trusted: governance's
    assert_eq!(world.case(task, 1).status(), pb::CaseStatus::Governance);
    let audit = world.pools(1).1;
    world.ok(&world.rule(task, pb::Ruling::Overturned));
    world.pass(1);
    assert_eq!(world.task(task).outcome(), pb::Outcome::Overturned);
    // half of the deposit and the fee in escrow, less what those who looked are paid
    let count = u128::try_from(world.round(task, 2).seats.len()).expect("few");
    let looks = 21_750_001 / count * count;
    assert_eq!(world.pools(1).1 + looks - audit, 900 * LAZ + 29_000_002);
}
