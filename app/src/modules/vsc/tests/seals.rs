//! Seals: who sealed first has it.

use proto::lazchain::vsc::v1::{
    self as pb,
    TaskStatus::{Commit, Provisional, Rival},
};

use super::acts::{challenge, dataset, submission};
use super::{ACCEPT, REJECT, World, text};

fn two() -> World {
    let mut world = World::new(false, true);
    world.member("mallory");
    world
}

/// G39: front-running an asset.
#[test]
fn a_front_runner_is_displaced_by_the_older_seal_and_nobody_is_at_fault() {
    let mut world = two();
    let had = world.of("mallory");
    world.seal("ada", "data");
    world.seal("mallory", "data");
    world.pass(1);
    world.ok(&submission("mallory", dataset("data", 9_000)));
    world.ok(&submission("ada", dataset("data", 9_000)));
    assert_eq!(world.task(1).outcome(), pb::Outcome::Displaced);
    assert_eq!(world.of("mallory"), had);
    world.await_round(2, 1);
    world.all_say(2, 1, ACCEPT);
    assert_eq!(world.task(2).status(), Provisional);
}

/// G39.
#[test]
fn even_what_was_accepted_falls_to_an_older_seal_until_it_is_final() {
    let mut world = two();
    let had = world.of("mallory");
    world.seal("ada", "data");
    world.seal("mallory", "data");
    world.pass(1);
    world.ok(&submission("mallory", dataset("data", 9_000)));
    world.await_round(1, 1);
    world.all_say(1, 1, ACCEPT);
    world.ok(&submission("ada", dataset("data", 9_000)));
    // a second look or a challenge may still come: nobody withdraws from them
    assert_eq!((world.task(1).status(), world.task(2).status()), (Provisional, Rival));
    world.end_window();
    assert_eq!((world.task(1).outcome(), world.of("mallory")), (pb::Outcome::Displaced, had));
    world.await_round(2, 1);
    world.all_say(2, 1, ACCEPT);
    world.end_window();
    world.seal("mallory", "data");
    world.pass(1);
    assert_eq!(world.refused(&submission("mallory", dataset("data", 9_000))), 12);
}

#[test]
fn a_younger_seal_does_not_displace_and_a_used_one_is_gone() {
    let mut world = two();
    world.seal("ada", "data");
    world.seal("mallory", "data");
    world.pass(1);
    world.ok(&submission("ada", dataset("data", 9_000)));
    assert_eq!(world.refused(&submission("mallory", dataset("data", 9_000))), 13);
    assert_eq!(world.refused(&submission("ada", dataset("data", 9_000))), 5);
}

#[test]
fn a_seal_is_a_block_old_and_not_too_old_and_its_deposit_comes_back() {
    let mut world = two();
    let had = world.of("ada");
    world.seal("ada", "data");
    assert_eq!(world.refused(&submission("ada", dataset("data", 9_000))), 6);
    let seal =
        proto::signed::seal(&super::hash("data"), &crate::testkit::address("ada"), &super::hash("ada"));
    assert_eq!(world.refused(&pb::MsgSealUpdate { owner: text("ada"), seal: seal.to_vec() }), 8);
    assert_eq!(had - world.of("ada"), 1_000_000);
    world.ctx.block.height += 1;
    world.ctx.block.time = world.ctx.block.time.plus(crate::time::Span::from_secs(3_600));
    assert_eq!(world.refused(&submission("ada", dataset("data", 9_000))), 7);
    world.pass(0);
    assert_eq!(world.of("ada"), had);
    assert_eq!(world.refused(&submission("ada", dataset("data", 9_000))), 5);
}

/// The same content, sealed by one account many times: a committee that does not suit is not thrown again.
#[test]
fn nobody_has_a_committee_thrown_again_by_an_older_seal_of_their_own() {
    let mut world = two();
    let had = world.of("ada");
    let (digest, older) = (super::hash("data"), super::hash("older"));
    let seal = proto::signed::seal(&digest, &crate::testkit::address("ada"), &older);
    world.ok(&pb::MsgSealUpdate { owner: text("ada"), seal: seal.to_vec() });
    world.seal("ada", "data");
    world.pass(1);
    world.ok(&submission("ada", dataset("data", 9_000)));
    world.await_round(1, 1);
    let again = pb::MsgSubmitUpdate { salt: older.to_vec(), ..submission("ada", dataset("data", 9_000)) };
    world.ok(&again);
    assert_eq!((world.task(1).status(), world.task(2).status()), (Commit, Rival));
    world.all_say(1, 1, REJECT);
    world.end_window();
    assert_eq!(world.task(1).outcome(), pb::Outcome::Rejected);
    assert_ne!(world.task(2).status(), Rival);
    let held: u128 = world.task(2).fee_held.parse().expect("a number");
    let deposit: u128 = world.task(2).deposit_held.parse().expect("a number");
    assert!(world.of("ada") + held + deposit < had, "those who judged are paid");
}

/// And with a second account, not by that one's either.
#[test]
fn an_older_seal_waits_for_a_round_that_failed_too() {
    let mut world = two();
    world.seal("ada", "data");
    world.seal("mallory", "data");
    world.pass(1);
    world.ok(&submission("mallory", dataset("data", 9_000)));
    world.await_round(1, 1);
    world.vote(1, 1, &[]);
    world.ok(&submission("ada", dataset("data", 9_000)));
    assert_eq!((world.task(1).outcome(), world.task(2).status()), (pb::Outcome::Unspecified, Rival));
    world.await_round(1, 2);
    world.all_say(1, 2, ACCEPT);
    assert_eq!(world.task(1).outcome(), pb::Outcome::Displaced, "decided, and nothing is anchored");
    assert_ne!(world.task(2).status(), Rival);
}

#[test]
fn nobody_flees_from_a_verdict_to_an_older_seal_of_their_own() {
    let mut world = two();
    world.seal("ada", "junk");
    world.seal("mallory", "junk");
    world.pass(1);
    world.ok(&submission("mallory", dataset("junk", 9_000)));
    world.await_round(1, 1);
    world.all_say(1, 1, super::INVALID);
    world.ok(&submission("ada", dataset("junk", 9_000)));
    assert_eq!(world.task(2).status(), Rival);
    assert_eq!(world.task(1).status(), pb::TaskStatus::Invalid);
    world.end_window();
    assert_eq!(world.task(1).outcome(), pb::Outcome::Invalid); // its deposit is burnt all the same
    assert_ne!(world.task(2).status(), Rival); // and the other's turn has come
}

#[test]
fn a_case_on_a_stolen_update_runs_to_its_end_before_the_older_seal_has_it() {
    let mut world = two();
    world.seal("ada", "data");
    world.seal("mallory", "data");
    world.pass(1);
    world.ok(&submission("mallory", dataset("data", 9_000)));
    world.await_round(1, 1);
    world.all_say(1, 1, ACCEPT);
    world.ok(&challenge("chad", 1));
    world.ok(&submission("ada", dataset("data", 9_000)));
    assert_eq!(world.task(2).status(), Rival);
    world.await_round(1, 2);
    world.all_say(1, 2, REJECT);
    world.end_appeal();
    assert_eq!(world.task(1).outcome(), pb::Outcome::Overturned);
    assert_ne!(world.task(2).status(), Rival);
}
