//! Attacks that broke others, and what they come to here.

use proto::lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb};

use super::acts::{commit, dataset, reveal, submission};
use super::{ACCEPT, INVALID, REJECT, World, hash, text};
use crate::testkit::address;

/// peers 7.1, peers 4.4, lazai 7.5: a verdict is keyed by task, content and Quorum, and is used once.
#[test]
fn incident_1_a_verdict_for_one_file_anchors_no_second_one() {
    let mut world = World::new(false, false);
    let task = world.accepted("ada", dataset("one", 9_000));
    world.end_window();
    world.seal("ada", "one");
    world.pass(1);
    assert_eq!(world.refused(&submission("ada", dataset("one", 9_000))), 12);
    let other = world.drawn("ada", dataset("two", 9_000));
    let seats = world.seats(other, 1);
    // ballots of the first task, carried to the second
    let old = pb::MsgSubmitCommits {
        carrier: text("bot"),
        commits: seats.iter().map(|name| commit(name, task, 1, ACCEPT)).collect(),
    };
    assert_eq!(world.refused(&old), 20);
    assert_eq!(world.task(other).status(), pb::TaskStatus::Commit);
}

/// peers 7.5: a round goes on with the seats it was drawn with.
#[test]
fn incident_5_leaving_between_commit_and_reveal_changes_nothing_in_the_round() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    let seats = world.seats(task, 1);
    let commits = seats.iter().map(|name| commit(name, task, 1, ACCEPT)).collect();
    world.ok(&pb::MsgSubmitCommits { carrier: text("bot"), commits });
    world.ok(&quorum_pb::MsgLeaveQuorum { validator: address(&seats[0]).operator().to_string(), quorum: 1 });
    let reveals = seats.iter().map(|name| reveal(name, task, 1, ACCEPT)).collect();
    world.ok(&pb::MsgSubmitReveals { carrier: text("bot"), reveals });
    world.pass(1);
    assert_eq!(world.round(task, 1).accepts, 4);
}

/// peers 7.15.
#[test]
fn incident_15_who_leaves_after_honest_work_is_paid_for_it() {
    let mut world = World::new(false, false);
    let task = world.accepted("ada", dataset("data", 9_000));
    let name = world.seats(task, 1)[0].clone();
    world.ok(&quorum_pb::MsgLeaveQuorum { validator: address(&name).operator().to_string(), quorum: 1 });
    world.next_epoch();
    let had = world.of(&name);
    world.end_window();
    assert_eq!(world.of(&name) - had, 21_750_001 / 4);
}

/// peers 7.7, G38.
#[test]
fn incident_7_a_herd_of_deadlines_is_worked_in_order_and_within_the_budget() {
    let mut world = World::new(false, false);
    let before = world.of("ada");
    for number in 0..1_500_u32 {
        let seal = hash(&format!("seal {number}")).to_vec();
        let message = pb::MsgSealUpdate { owner: text("ada"), seal };
        let routed = crate::msg::route(&crate::testkit::any(&message)).expect("parses");
        world.ctx.attempt(|ctx| routed.action.apply(ctx)).expect("no fault").expect("sealed");
    }
    assert_eq!(before - world.of("ada"), 1_500_000_000);
    world.pass(3_600);
    let left = before - world.of("ada");
    assert!(left >= 500_000_000, "more than a block's budget was worked: {left}");
    world.pass(1);
    assert_eq!(world.of("ada"), before);
}

/// G37, peers 4.5: each seat once, strangers never, and two of four are no verdict.
#[test]
fn g37_double_votes_strangers_and_silence_do_not_move_a_tally() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    let seats = world.seats(task, 1);
    let outsider = world.first.iter().find(|name| !seats.contains(name)).expect("one of five").clone();
    let mut commits: Vec<_> = vec![commit(&seats[0], task, 1, ACCEPT); 3];
    commits.push(commit(&outsider, task, 1, ACCEPT));
    commits.push(commit(&seats[1], task, 1, ACCEPT));
    world.ok(&pb::MsgSubmitCommits { carrier: text("bot"), commits });
    assert_eq!(world.round(task, 1).commits, 2);
    world.blocks(11);
    let reveals = vec![reveal(&seats[0], task, 1, ACCEPT), reveal(&seats[1], task, 1, ACCEPT)];
    world.ok(&pb::MsgSubmitReveals { carrier: text("bot"), reveals });
    world.pass(1);
    // two of four seats, where three are needed
    assert_eq!(world.round(task, 1).verdict(), pb::Verdict::Unspecified);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Between);
}

/// G39: a single winner by rule.
#[test]
fn g39_the_same_content_twice_in_a_block_has_one_task() {
    let mut world = World::new(false, false);
    world.member("mallory");
    world.seal("mallory", "data");
    world.seal("ada", "data");
    world.pass(1);
    world.ok(&submission("mallory", dataset("data", 9_000)));
    assert_eq!(world.refused(&submission("ada", dataset("data", 9_000))), 13);
    assert_eq!(world.tasks(), 1);
}

/// peers 4.5, lazai 7.6: a score of 0 leaves nothing open that could be asked for again.
#[test]
fn lazai_a_score_of_nothing_is_a_verdict_like_any_other() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    world.all_say(task, 1, (pb::Verdict::Accept, 0));
    world.end_window();
    assert_eq!((world.task(task).status(), world.task(task).points.as_str()), (pb::TaskStatus::Final, "0"));
    world.seal("ada", "data");
    world.pass(1);
    assert_eq!(world.refused(&submission("ada", dataset("data", 9_000))), 12);
}

/// G39, peers 4.7: nobody judges what is their own.
#[test]
fn a_founder_or_somebody_with_a_role_never_judges() {
    let mut world = World::new(false, false);
    let judge = world.first[0].clone();
    world.member(&judge);
    let members: state::Map<(u64, proto::address::Address), state::Pb<proto::lazchain::idao::v1::Member>> =
        state::Map::new("idao/members");
    let key = (1, address(&judge));
    let state::Pb(mut member) = members.get(world.overlay(), &key).expect("reads").expect("is there");
    member.roles = vec![proto::lazchain::idao::v1::Role::Steward.into()];
    members.set(&mut world.ctx.state, &key, &state::Pb(member));
    let task = world.drawn("ada", dataset("data", 9_000));
    assert!(!world.seats(task, 1).contains(&judge));
    let asked = pb::QueryWhyDrawingRequest { task, round: 1 };
    let why: pb::QueryWhyDrawingResponse = world.ask("/lazchain.vsc.v1.Query/WhyDrawing", &asked);
    let runners = why.drawing.expect("there").runners;
    assert_eq!(runners.iter().filter(|one| one.bar() == pb::Bar::Conflict).count(), 1);
}

/// G39: nor what was made from it, whether a version names its parent or inherits it.
#[test]
fn the_owner_of_an_inherited_parent_never_judges() {
    let mut world = World::new(false, false);
    let judge = world.first[4].clone();
    world.member(&judge);
    let task = world.drawn(&judge, dataset("data", 100));
    world.all_say(task, 1, ACCEPT);
    world.end_window();
    let parent = proto::lazchain::dat::v1::Parent { asset: 1, version: 1, policy_version: 1 };
    world.accepted("ada", pb::Update { parents: vec![parent], ..dataset("derived", 100) });
    world.end_window();
    let task = world.drawn("ada", pb::Update { target: 2, policy: None, ..dataset("second", 100) });
    assert!(world.task(task).conflicts.contains(&text(&judge)));
    assert!(!world.seats(task, 1).contains(&judge));
}

/// lazai 7.10: nor does collusion between submitter and challenger.
#[test]
fn planting_a_flaw_and_finding_it_oneself_does_not_pay() {
    let mut world = World::new(true, false);
    world.member("mallory");
    let all = |world: &World| world.of("mallory") + world.of("chad");
    let before = all(&world);
    let task = world.accepted("mallory", dataset("flawed", 9_000));
    world.trust(2, false);
    world.ok(&super::acts::challenge("chad", task)); // a friend of hers
    world.await_round(task, 2);
    world.all_say(task, 2, REJECT);
    world.end_appeal();
    assert!(all(&world) < before);
}

/// G37: one seat, one vote.
#[test]
fn a_committee_that_finds_it_invalid_is_not_outvoted_by_power() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    let mut seats = world.seats(task, 1);
    // the three with least power against the one with most
    let power = |name: &String| {
        let member = address(name).operator().to_string();
        let round = world.round(task, 1);
        let seat = round.seats.iter().find(|seat| seat.member == member).expect("sits").clone();
        seat.power.parse::<u128>().expect("a number")
    };
    seats.sort_by_key(power);
    let said: Vec<_> = seats
        .into_iter()
        .enumerate()
        .map(|(place, name)| (name, if place < 3 { INVALID } else { ACCEPT }))
        .collect();
    world.vote(task, 1, &said);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Invalid);
}
