use axum::{Json, Router, routing::post};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::{Secret, offchain::attestation, rpc::Rpc, sign::any};
use prost::Message as _;
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
    findings.keep(&found).unwrap();
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

/// A node whose only round is counted as it says, without a ballot.
async fn node(verdict: pb::Verdict) -> Chain {
    let mut round = pb::Round { task: 9, round: 1, threshold_bps: 6_667, ..pb::Round::default() };
    (round.phase, round.verdict) = (pb::Phase::Over.into(), verdict.into());
    let tally = pb::QueryWhyTallyResponse { round: Some(round), ..Default::default() }.encode_to_vec();
    let answer = |Json(asked): Json<serde_json::Value>| async move {
        let result = match (asked["method"].as_str(), asked["params"]["path"].as_str()) {
            (Some("status"), _) => json!({ "sync_info": { "latest_block_height": "10" } }),
            (_, Some("/lazchain.vsc.v1.Query/WhyTally")) => {
                json!({ "response": { "code": 0, "value": BASE64.encode(&tally) } })
            }
            _ => json!({ "response": { "code": 22, "codespace": "sdk", "log": "it is not there" } }),
        };
        Json(json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result }))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(post(answer))).await });
    Chain::new(Rpc::new(&format!("http://{at}")).unwrap())
}

#[tokio::test]
async fn a_verdict_that_its_ballots_do_not_give_is_found_and_a_right_one_is_not() {
    for (verdict, findings) in [(pb::Verdict::Accept, 1), (pb::Verdict::Unspecified, 0)] {
        let folder = tempfile::tempdir().unwrap();
        let (chain, gauges) = (Arc::new(node(verdict).await), Arc::new(Gauges::new()));
        let at = (Arc::clone(&gauges), folder.path());
        let mut watch = Watch::open(chain, CHAIN, &Config::default(), BTreeSet::new(), at).await.unwrap();
        let own = folder.path().join("own");
        let journal = Journal::open(crate::folder::Folder::claim(&own).unwrap(), CHAIN).unwrap();
        watch.check(&Decided::Tally(9, 1, true), 10, &journal).await.unwrap();
        let found = Findings::read(&folder.path().join("findings")).unwrap();
        assert_eq!((found.len(), gauges.rechecked.get()), (findings, 1), "{found:?}");
        for one in found {
            assert_eq!((one.kind, one.task, one.round), (Kind::Rule, 9, 1));
            assert!(one.because.contains("verdict: none by rule, accept by the chain"), "{}", one.because);
            assert!(one.outcome.unwrap().contains("nothing on the chain can decide it"));
        }
    }
}
