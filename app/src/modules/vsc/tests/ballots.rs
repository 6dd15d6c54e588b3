//! Ballots in batches.

use prost::Message;
use proto::lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb};

use super::acts::{commit, dataset, reveal, signing_key};
use super::{ACCEPT, REJECT, World, text};
use crate::testkit::{CHAIN_ID, address};

fn commits(commits: Vec<pb::SignedCommit>) -> pb::MsgSubmitCommits {
    pb::MsgSubmitCommits { carrier: text("bot"), commits }
}

fn reveals(reveals: Vec<pb::SignedReveal>) -> pb::MsgSubmitReveals {
    pb::MsgSubmitReveals { carrier: text("bot"), reveals }
}

fn skipped(answer: &[u8]) -> Vec<String> {
    pb::MsgSubmitCommitsResponse::decode(answer).expect("decodes").skipped
}

/// G37, peers 7.9: of two ballots of one seat the first counts.
#[test]
fn a_bad_ballot_is_skipped_and_the_first_good_one_counts() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    let seats = world.seats(task, 1);
    let good = |place: usize, said| commit(&seats[place], task, 1, said);
    let mut bent = good(1, ACCEPT);
    bent.signature[3] ^= 1;
    let mut short = good(2, ACCEPT);
    short.signature.pop();
    let mut other_round = good(2, ACCEPT);
    other_round.statement.as_mut().expect("there").round = 2;
    let stranger = commit("eve", task, 1, ACCEPT);
    let batch = vec![bent, short, other_round, stranger, good(0, ACCEPT), good(0, REJECT), good(1, ACCEPT)];
    let answer = skipped(&world.ok(&commits(batch)));
    assert_eq!(answer.iter().filter(|why| why.is_empty()).count(), 2);
    assert_eq!(answer[4], "");
    assert_eq!(answer[5], "committed already");
    assert_eq!(world.refused(&commits(vec![good(0, ACCEPT)])), 20);
    world.ok(&commits(vec![good(2, ACCEPT), good(3, ACCEPT)]));
    let said = |place: usize, said| reveal(&seats[place], task, 1, said);
    // Reject is not what the first committed to
    let answer = skipped(&world.ok(&reveals(vec![said(0, REJECT), said(1, ACCEPT), said(1, ACCEPT)])));
    assert_eq!(answer, ["not what was committed to", "", "revealed already"]);
    assert_eq!(world.refused(&commits(vec![good(0, ACCEPT)])), 20);
}

/// peers 7.1, G26.
#[test]
fn a_ballot_of_one_task_counts_for_no_other() {
    let mut world = World::new(false, false);
    let one = world.drawn("ada", dataset("one", 9_000));
    let two = world.drawn("ada", dataset("two", 9_000));
    let seat = world
        .seats(one, 1)
        .into_iter()
        .find(|name| world.seats(two, 1).contains(name))
        .expect("four of five");
    let mut moved = commit(&seat, one, 1, ACCEPT);
    moved.statement.as_mut().expect("there").task = two;
    assert_eq!(world.refused(&commits(vec![moved])), 20);
}

#[test]
fn the_verdict_on_a_ballot_does_not_depend_on_its_batch() {
    let mut outcomes = Vec::new();
    for size in [1, 2, 7] {
        let mut world = World::new(false, false);
        let task = world.drawn("ada", dataset("data", 9_000));
        let seats = world.seats(task, 1);
        let mut all: Vec<pb::SignedCommit> = Vec::new();
        for (place, name) in seats.iter().enumerate() {
            let mut bad = commit(name, task, 1, REJECT);
            bad.signature[place] ^= 0x40;
            all.push(bad);
            if place < 3 {
                all.push(commit(name, task, 1, ACCEPT));
            }
        }
        let mut verdicts = Vec::new();
        for batch in all.chunks(size) {
            match world.send(&commits(batch.to_vec())) {
                Ok(answer) => verdicts.extend(skipped(&answer).iter().map(String::is_empty)),
                Err(_) => verdicts.extend(batch.iter().map(|_| false)),
            }
        }
        outcomes.push((verdicts, world.round(task, 1).commits));
    }
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(outcomes[0].1, 3);
}

fn signed_ballot(name: &str, task: u64, said: super::Said) -> quorum_pb::SignedBallot {
    let signed = commit(name, task, 1, said);
    quorum_pb::SignedBallot {
        phase: quorum_pb::BallotPhase::Commit.into(),
        statement: signed.statement.expect("there").encode_to_vec(),
        signature: signed.signature,
    }
}

fn equivocation(name: &str, task: u64) -> quorum_pb::MsgSubmitEquivocation {
    quorum_pb::MsgSubmitEquivocation {
        reporter: text("chad"),
        task,
        round: 1,
        member: address(name).operator().to_string(),
        first: Some(signed_ballot(name, task, ACCEPT)),
        second: Some(signed_ballot(name, task, REJECT)),
    }
}

/// G37: a conflict is one slash.
#[test]
fn who_signs_two_ballots_is_slashed_once_and_the_reporter_is_paid() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    let name = world.seats(task, 1)[0].clone();
    let chad = world.of("chad");
    let good = equivocation(&name, task);
    let mut same = good.clone();
    same.second.clone_from(&same.first);
    assert_eq!(world.refused(&same), 38);
    let mut forged = good.clone();
    forged.second.as_mut().expect("there").signature[1] ^= 1;
    assert_eq!(world.refused(&forged), 38);
    let mut elsewhere = good.clone();
    elsewhere.task = 9;
    assert_eq!(world.refused(&elsewhere), 38);
    assert_eq!(world.refused(&equivocation("eve", task)), 19);
    world.ok(&good);
    assert_eq!(world.refused(&good), 38);
    world.blocks(4);
    assert!(world.of("chad") > chad);
}

/// An address can be written in two ways: two ballots are two in either, and one ballot is one in both.
#[test]
fn a_ballot_in_capitals_is_a_ballot() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    let name = world.seats(task, 1)[0].clone();
    let loud = |said| {
        let mut statement = commit(&name, task, 1, said).statement.expect("there");
        statement.member = statement.member.to_uppercase();
        let digest = proto::signed::statement("commit", CHAIN_ID, &statement);
        let signature = signing_key(&name).sign(&digest).to_bytes().to_vec();
        let phase = quorum_pb::BallotPhase::Commit.into();
        Some(quorum_pb::SignedBallot { phase, statement: statement.encode_to_vec(), signature })
    };
    let good = equivocation(&name, task);
    assert_eq!(world.refused(&quorum_pb::MsgSubmitEquivocation { first: loud(REJECT), ..good.clone() }), 38);
    world.ok(&quorum_pb::MsgSubmitEquivocation { second: loud(REJECT), ..good });
}

#[test]
fn evidence_of_two_ballots_counts_until_liability_ends() {
    let mut world = World::new(false, false);
    let task = world.accepted("ada", dataset("data", 9_000));
    world.end_window();
    world.end_liability();
    let name = world.seats(task, 1)[0].clone();
    assert_eq!(world.refused(&equivocation(&name, task)), 39);
}

/// peers 7.1, lazai 7.5.
#[test]
fn statements_are_signed_for_one_chain() {
    let mut world = World::new(false, false);
    let task = world.drawn("ada", dataset("data", 9_000));
    let name = world.seats(task, 1)[0].clone();
    let mut foreign = commit(&name, task, 1, ACCEPT);
    let statement = foreign.statement.clone().expect("there");
    let digest = proto::signed::statement("commit", "another-chain", &statement);
    foreign.signature = signing_key(&name).sign(&digest).to_bytes().to_vec();
    assert_ne!(CHAIN_ID, "another-chain");
    assert_eq!(world.refused(&commits(vec![foreign])), 20);
}
