//! Rounds: silence, data keys, the next one.

use proto::lazchain::{dat::v1 as dat_pb, vsc::v1 as pb};

use super::acts::{dataset, manifest};
use super::{ACCEPT, LAZ, REJECT, World, text};
use crate::testkit::address;

fn sealed(name: &str) -> pb::Update {
    let encryption =
        Some(dat_pb::Encryption { scheme: "x25519-chacha20poly1305".into(), key_commitment: Vec::new() });
    pb::Update { manifest: Some(dat_pb::Manifest { encryption, ..manifest(name) }), ..dataset(name, 9_000) }
}

fn keys(world: &World, task: u64, round: u32, count: usize) -> pb::MsgShareKeys {
    let key =
        |name: &String| pb::WrappedKey { member: address(name).operator().to_string(), key: vec![7; 92] };
    let keys = world.seats(task, round).iter().take(count).map(key).collect();
    pb::MsgShareKeys { submitter: text("ada"), task, round, keys }
}

/// peers 4.6, lazai 7.8: work that nobody does times out and is refunded; nothing is stranded.
#[test]
fn silence_is_not_consent_and_goes_from_round_to_round_to_another_quorum_and_ends() {
    let mut world = World::new(false, true);
    let before = world.of("ada");
    let task = world.drawn("ada", dataset("data", 9_000));
    let first = world.task(task).quorum;
    let seats = world.seats(task, 1).len();
    assert_eq!(seats, 4);
    world.vote(task, 1, &[]);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Between);
    // one member of five is left; the later steps cannot be seated, so the other Quorum has it
    world.await_round(task, 2);
    let second = world.round(task, 2);
    assert_ne!(second.quorum, first);
    assert_eq!((second.step, second.purpose()), (0, pb::Purpose::Verdict));
    world.vote(task, 2, &[]);
    for _ in 0..30 {
        world.pass(1);
    }
    assert_eq!(world.task(task).outcome(), pb::Outcome::Expired);
    assert_eq!(world.of("ada"), before);
    let absent = world.round(task, 1).seats.iter().all(|seat| seat.conduct() == pb::Conduct::Absent);
    assert!(absent);
}

#[test]
fn a_divided_committee_is_followed_by_a_larger_one_and_all_who_were_right_are_paid() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    world.judge(task, 1, &[ACCEPT, ACCEPT, REJECT, REJECT]);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Between);
    world.await_round(task, 2);
    let round = world.round(task, 2);
    assert_eq!((round.step, round.seats.len(), round.needed), (1, 5, 4)); // 9 asked for, 5 are there
    let names: Vec<String> = world.first.clone();
    let had: Vec<u128> = names.iter().map(|name| world.of(name)).collect();
    world.all_say(task, 2, ACCEPT);
    world.end_window();
    let paid: Vec<u128> = names.iter().zip(had).map(|(name, had)| world.of(name) - had).collect();
    let each = 21_750_001 / 7; // two ballots of the first round and five of the second
    assert_eq!(paid.iter().sum::<u128>(), each * 7);
    assert_eq!(paid.iter().filter(|paid| **paid == 2 * each).count(), 2);
}

#[test]
fn sealed_content_waits_for_its_key_and_opens_when_every_seat_has_it() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", sealed("data"));
    assert_eq!(world.task(task).status(), pb::TaskStatus::Keys);
    let all = keys(&world, task, 1, 4);
    let mut strange = keys(&world, task, 1, 1);
    strange.keys[0].member = address("ada").operator().to_string();
    assert_eq!(world.refused(&strange), 19);
    assert_eq!(world.refused(&pb::MsgShareKeys { submitter: text("ben"), ..all.clone() }), 16);
    world.ok(&keys(&world, task, 1, 3));
    assert_eq!(world.task(task).status(), pb::TaskStatus::Keys);
    world.ok(&all);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Commit);
    assert_eq!(world.refused(&all), 18);
    world.all_say(task, 1, ACCEPT);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Provisional);
}

#[test]
fn who_keeps_the_key_pays_the_seats_that_waited() {
    let mut world = World::new(false, false);
    let before = world.of("ada");
    let task = world.drawn("ada", sealed("data"));
    let seats = world.seats(task, 1);
    let had: Vec<u128> = seats.iter().map(|name| world.of(name)).collect();
    world.blocks(7);
    assert_eq!(world.task(task).outcome(), pb::Outcome::Undelivered);
    assert_eq!(before - world.of("ada"), 29_000_002);
    let paid: Vec<u128> = seats.iter().zip(had).map(|(name, had)| world.of(name) - had).collect();
    assert_eq!(paid, [5_437_500; 4]);
}

#[test]
fn a_round_ends_as_soon_as_everybody_has_spoken() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    let height = world.ctx.block.height;
    world.all_say(task, 1, ACCEPT);
    assert!(world.ctx.block.height - height <= 1);
    assert_eq!(world.revealed(task, 1), 4);
}

/// peers 4.7: who judges is bonded for it.
#[test]
fn reserves_are_given_back_without_an_acceptance_and_at_the_end_of_liability() {
    let mut world = World::new(false, false);
    let reserved = |world: &World| -> u128 {
        let map: state::Map<(u64, proto::address::ValAddress), proto::amount::Amount> =
            state::Map::new("quorum/reserved");
        let page = map.page(world.overlay(), &(), None, 100).expect("reads");
        page.iter().map(|(_, amount)| amount.units()).sum()
    };
    let task = world.drawn("ada", dataset("one", 9_000));
    assert_eq!(reserved(&world), 12_000 * LAZ);
    world.judge(task, 1, &[REJECT, REJECT, REJECT, REJECT]);
    assert_eq!(reserved(&world), 0);
    world.accepted("ada", dataset("two", 9_000));
    world.end_window();
    assert_eq!(reserved(&world), 12_000 * LAZ);
    world.end_liability();
    assert_eq!(reserved(&world), 0);
}

/// peers 4.7, lazai 7.8: who judges is drawn from a seed, and can be recomputed.
#[test]
fn why_queries_recompute_routing_drawing_and_tally() {
    let mut world = World::new(false, true);
    let task = world.drawn("ada", dataset("data", 9_000));
    world.judge(task, 1, &[ACCEPT, ACCEPT, ACCEPT, REJECT]);
    world.end_window();
    let asked = pb::QueryWhyRoutingRequest { task, round: 0 };
    let routing: pb::QueryWhyRoutingResponse = world.ask("/lazchain.vsc.v1.Query/WhyRouting", &asked);
    assert_eq!(routing.receipt.expect("there").chosen, routing.recomputed);
    assert_eq!(routing.recomputed, world.task(task).quorum);
    let asked = pb::QueryWhyDrawingRequest { task, round: 1 };
    let drawing: pb::QueryWhyDrawingResponse = world.ask("/lazchain.vsc.v1.Query/WhyDrawing", &asked);
    assert_eq!(drawing.drawing.expect("there").drawn, drawing.recomputed);
    let asked = pb::QueryWhyTallyRequest { task, round: 1 };
    let tally: pb::QueryWhyTallyResponse = world.ask("/lazchain.vsc.v1.Query/WhyTally", &asked);
    assert_eq!((tally.recomputed(), tally.recomputed_score), (pb::Verdict::Accept, 8_000));
    let asked = pb::QueryWhyPayoutRequest { task, pagination: None };
    let payout: pb::QueryWhyPayoutResponse = world.ask("/lazchain.vsc.v1.Query/WhyPayout", &asked);
    let reasons: Vec<&str> = payout.payouts.iter().map(|payout| payout.reason.as_str()).collect();
    assert_eq!(reasons, ["refund", "verdict"]);
}
