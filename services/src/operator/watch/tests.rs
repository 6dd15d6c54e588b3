use client::{Secret, offchain::attestation};
use proto::{lazchain::quorum::v1::BallotPhase, tendermint::abci::EventAttribute};

use super::{ballots::Pair, *};

const CHAIN: &str = "lazchain-7";

fn key(seed: u8) -> client::offchain::Ed25519 {
    attestation(&Secret::from_slice(&[seed; 32]).unwrap(), 0)
}

fn judgement(score: u32) -> client::offchain::Judgement {
    client::offchain::Judgement {
        chain_id: CHAIN.into(),
        task: 9,
        round: 1,
        member: proto::address::Address::module("v").operator(),
        verdict: pb::Verdict::Accept,
        score,
        report: [3; 32],
    }
}

/// As a block's transaction carries it.
fn carried(score: u32, seed: u8) -> ballots::Carried {
    let commits = vec![client::offchain::commit(&judgement(score), &key(seed))];
    let message = any(&pb::MsgSubmitCommits { carrier: String::new(), commits });
    let body = proto::cosmos::tx::v1beta1::TxBody { messages: vec![message], ..Default::default() };
    let tx = proto::cosmos::tx::v1beta1::Tx { body: Some(body), ..Default::default() };
    ballots::in_tx(&prost::Message::encode_to_vec(&tx)).remove(0)
}

#[test]
fn two_ballots_of_one_seat_are_a_proof_only_if_they_differ_and_both_are_its_own() {
    let seat = key(1).public();
    let pair = |counted, other| Pair::of(CHAIN, &seat, counted, other);
    assert_eq!(pair(carried(1, 1), carried(1, 1)), None, "the same again");
    assert_eq!(pair(carried(1, 1), carried(2, 2)), None, "somebody else's signature");
    let chain = Pair::of("lazchain-8", &seat, carried(1, 1), carried(2, 1));
    assert_eq!(chain, None, "said on another chain");
    let pair = pair(carried(1, 1), carried(2, 1)).unwrap();
    assert_eq!((pair.task, pair.round, pair.what), (9, 1, "commitments"));
    let mut found = Found::new(Kind::Equivocation, (9, 1), "twice".into(), pair.proof());
    found.member = Some(pair.member);
    let message = ballots::report(&found, "laz1reporter").unwrap();
    let said: proto::lazchain::quorum::v1::MsgSubmitEquivocation =
        prost::Message::decode(message.value.as_slice()).unwrap();
    let (first, second) = (said.first.unwrap(), said.second.unwrap());
    assert_eq!((first.phase(), second.phase()), (BallotPhase::Commit, BallotPhase::Commit));
    assert_ne!(first.statement, second.statement);
    found.proof["second"]["statement"] = "no hex".into();
    assert!(ballots::report(&found, "laz1reporter").is_err());
}

#[test]
fn transactions_that_cannot_be_read_carry_nothing() {
    assert!(ballots::in_tx(b"nonsense").is_empty());
    assert!(ballots::in_tx(b"").is_empty());
}

#[test]
fn a_finding_is_kept_once_and_waits_until_something_became_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Findings::open(folder.path()).unwrap();
    let mut found = Found::new(Kind::Verdict, (9, 1), "other bytes".into(), json!({ "report": "00" }));
    assert!(open().add(&found).unwrap());
    let mut findings = open();
    assert!(!findings.add(&found).unwrap(), "it is known");
    assert_eq!(findings.waiting(), [found.clone()]);
    found.outcome = Some("sent in ABC".into());
    findings.settle(&found).unwrap();
    assert!(findings.waiting().is_empty() && open().waiting().is_empty());
    assert_eq!(Findings::read(&folder.path().join("findings")).unwrap(), [found]);
}

#[test]
fn events_say_what_was_decided() {
    let event = |kind: &str, attributes: &[(&str, &str)]| Event {
        r#type: kind.into(),
        attributes: attributes
            .iter()
            .map(|(key, value)| EventAttribute { key: (*key).into(), value: (*value).into(), index: true })
            .collect(),
    };
    let place = [("task", "task-9"), ("round", "2")];
    assert_eq!(decided(&event("vsc.committee_drawn", &place)), Some(Decided::Drawing(9, 2)));
    let counted = [place[0], place[1], ("verdict", "VERDICT_ACCEPT")];
    assert_eq!(decided(&event("vsc.round_counted", &counted)), Some(Decided::Tally(9, 2, true)));
    let counted = [place[0], place[1], ("verdict", "VERDICT_REJECT")];
    assert_eq!(decided(&event("vsc.round_counted", &counted)), Some(Decided::Tally(9, 2, false)));
    assert_eq!(decided(&event("vsc.task_moved", &place)), None);
    assert_eq!(decided(&event("vsc.committee_drawn", &[("task", "nine"), ("round", "2")])), None);
}
