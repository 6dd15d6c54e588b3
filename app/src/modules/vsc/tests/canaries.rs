//! Canaries.

use proto::{
    lazchain::{dat::v1 as dat_pb, vsc::v1 as pb},
    signed,
};

use super::acts::{challenge, dataset, manifest};
use super::{ACCEPT, INVALID, LAZ, REJECT, World, hash, text};

fn canary(name: &str) -> pb::Update {
    let root = signed::canary_root(&hash("song")).to_vec();
    pb::Update {
        manifest: Some(dat_pb::Manifest { merkle_root: root, ..manifest(name) }),
        ..dataset(name, 9_000)
    }
}

fn sing(who: &str, task: u64) -> pb::MsgRevealCanary {
    pb::MsgRevealCanary { planter: text(who), task, salt: hash("song").to_vec() }
}

/// lazai 7.10: who answers without looking pays for it.
#[test]
fn who_accepted_a_canary_is_slashed_and_gets_no_fee_and_the_planter_gets_it_back() {
    let mut world = World::new(false, false);
    world.fund_audit(1, 100 * LAZ);
    let before = world.of("ada");
    let task = world.drawn("ada", canary("canary"));
    assert_eq!(world.refused(&sing("ada", task)), 35);
    world.judge(task, 1, &[ACCEPT, ACCEPT, ACCEPT, INVALID]);
    let seats = world.seats(task, 1);
    let had: Vec<u128> = seats.iter().map(|name| world.of(name)).collect();
    assert_eq!(world.refused(&sing("ben", task)), 16);
    assert_eq!(world.refused(&pb::MsgRevealCanary { salt: hash("hum").to_vec(), ..sing("ada", task) }), 34);
    world.ok(&sing("ada", task));
    assert_eq!(world.refused(&sing("ada", task)), 35);
    assert_eq!(world.refused(&challenge("chad", task)), 21);
    world.pass(1);
    assert_eq!(world.task(task).outcome(), pb::Outcome::Canary);
    let paid: Vec<u128> = seats.iter().zip(had).map(|(name, had)| world.of(name) - had).collect();
    assert_eq!(paid, [0, 0, 0, 21_750_001]);
    world.blocks(4);
    // all of it is back, and half of the operators' own parts of the slashes
    assert!(world.of("ada") > before);
}

#[test]
fn a_canary_that_was_found_out_costs_nothing_and_one_revealed_late_its_deposit() {
    let mut world = World::new(false, false);
    world.fund_audit(1, 100 * LAZ);
    let before = world.of("ada");
    let task = world.drawn("ada", canary("first"));
    world.judge(task, 1, &[INVALID, INVALID, INVALID, INVALID]);
    world.ok(&sing("ada", task));
    world.pass(1);
    assert_eq!((world.task(task).outcome(), world.of("ada")), (pb::Outcome::Canary, before));
    let task = world.accepted("ada", canary("second"));
    world.end_window();
    let (held, supply) = (world.of("ada"), world.supply());
    world.ok(&sing("ada", task));
    world.pass(1);
    assert!(supply - world.supply() >= 1_800 * LAZ);
    assert_eq!(world.task(task).outcome(), pb::Outcome::Canary);
    assert!(world.of("ada") >= held);
    assert_eq!(world.refused(&sing("ada", task)), 35);
}

#[test]
fn a_canary_is_late_from_the_windows_end_on_however_far_the_queue_is() {
    let mut world = World::new(false, false);
    world.fund_audit(1, 100 * LAZ);
    let rejected = world.drawn("ada", canary("rejected"));
    world.all_say(rejected, 1, REJECT);
    let accepted = world.accepted("ada", canary("accepted"));
    let window = world.task(accepted).window_until.expect("has one");
    world.ctx.block.time = crate::time::Time::from_wire(&window); // no queue was worked since
    assert_eq!(world.refused(&sing("ada", rejected)), 35);
    let supply = world.supply();
    world.ok(&sing("ada", accepted));
    world.pass(0);
    assert_eq!(world.task(accepted).outcome(), pb::Outcome::Canary);
    assert!(supply - world.supply() >= 1_800 * LAZ, "its deposit is burnt");
    assert_eq!(world.task(rejected).outcome(), pb::Outcome::Rejected);
}

#[test]
fn a_canary_ends_the_case_on_it_and_the_bond_goes_back() {
    let mut world = World::new(true, false);
    let task = world.accepted("ada", canary("canary"));
    world.trust(2, false);
    let chad = world.of("chad");
    world.ok(&challenge("chad", task));
    world.await_round(task, 2);
    world.ok(&sing("ada", task));
    world.pass(1);
    assert_eq!(world.of("chad"), chad);
    assert_eq!(world.case(task, 1).ruling(), pb::Ruling::Dropped);
    assert_eq!(world.round(task, 2).phase(), pb::Phase::Over);
}

#[test]
fn the_audit_pool_pays_for_so_many_canaries_in_an_epoch() {
    let mut world = World::new(false, false);
    world.fund_audit(1, 1_000 * LAZ);
    world.set_params(|params| params.canaries = 1);
    world.next_epoch();
    let mut costs = Vec::new();
    for name in ["first", "second"] {
        let before = world.of("ada");
        let task = world.drawn("ada", canary(name));
        world.judge(task, 1, &[REJECT, REJECT, REJECT, REJECT]);
        world.ok(&sing("ada", task));
        world.pass(1);
        costs.push(before - world.of("ada"));
    }
    assert_eq!(costs, [0, 29_000_002]);
}
