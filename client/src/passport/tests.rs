use std::collections::BTreeMap;

use prost::Message;
use proto::{
    address::{Address, ValAddress},
    lazchain::{audit::v1 as audit, dat::v1 as dat, vsc::v1 as vsc},
    merkle::{self, Frontier},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{verify::Records, *};
use crate::{
    offchain::{Judgement, attestation, commit, reveal},
    secret::Secret,
};

const CHAIN: &str = "lazchain-7";
const ASSET: u64 = 2;

type State = BTreeMap<(String, Vec<u8>), Vec<u8>>;

fn put(state: &mut State, store: &str, key: Vec<u8>, record: &impl Message) {
    state.insert((store.into(), key), record.encode_to_vec());
}

fn member(place: u8) -> ValAddress {
    Address::module(&format!("member {place}")).operator()
}

fn ballot(task: u64, round: u32, place: u8, verdict: vsc::Verdict) -> vsc::Ballot {
    let key = attestation(&Secret::from_slice(&[place + 1; 32]).unwrap(), 0);
    let (chain_id, member) = (CHAIN.to_owned(), member(place));
    let judgement = Judgement { chain_id, task, round, member, verdict, score: 8_000, report: [3; 32] };
    let (committed, revealed) = (commit(&judgement, &key), reveal(&judgement, &key));
    let said = revealed.statement.unwrap();
    vsc::Ballot {
        task,
        round,
        member: said.member,
        commit: committed.statement.unwrap().commit,
        commit_signature: committed.signature,
        commit_height: 5,
        verdict: said.verdict,
        score: said.score,
        report_hash: said.report_hash,
        salt: said.salt,
        reveal_signature: revealed.signature,
        reveal_height: 6,
    }
}

fn seats() -> Vec<vsc::Seat> {
    let seat = |place: u8| {
        let key = attestation(&Secret::from_slice(&[place + 1; 32]).unwrap(), 0);
        let attestation_key = key.public().to_vec();
        vsc::Seat { member: member(place).to_string(), attestation_key, ..vsc::Seat::default() }
    };
    (0..4).map(seat).collect()
}

/// Where a ballot is.
fn place_of(task: u64, round: u32, place: u8) -> Vec<u8> {
    key("ballots", &[&task.to_be_bytes(), &round.to_be_bytes(), member(place).as_bytes()])
}

/// A round of four seats: three accept, one rejects.
fn judged(state: &mut State, task: u64, number: u32) -> vsc::Round {
    for place in 0..4 {
        let verdict = if place == 3 { vsc::Verdict::Reject } else { vsc::Verdict::Accept };
        put(state, "vsc", place_of(task, number, place), &ballot(task, number, place, verdict));
    }
    let mut round = vsc::Round { task, round: number, quorum: 1, seats: seats(), ..vsc::Round::default() };
    (round.threshold_bps, round.commits, round.reveals, round.accepts, round.rejects) = (6_667, 4, 4, 3, 1);
    round.set_phase(vsc::Phase::Over);
    round.set_verdict(vsc::Verdict::Accept);
    round.score = 8_000;
    let place = key("rounds", &[&task.to_be_bytes(), &number.to_be_bytes()]);
    put(state, "vsc", place, &round);
    round
}

/// An asset with so many versions, each from its own task, so many licences, and a trail of one entry.
fn state(versions: u64, policies: u64) -> (Passport, State) {
    let mut state = State::new();
    let id = ASSET.to_be_bytes();
    let asset = dat::Asset { id: ASSET, versions, policies, ..dat::Asset::default() };
    put(&mut state, "dat", key("assets", &[&id]), &asset);
    for number in latest(versions) {
        let task = 10 + number;
        let round = judged(&mut state, task, 1);
        let manifest = Some(dat::Manifest { size: number, ..dat::Manifest::default() });
        let mut version = dat::Version { asset: ASSET, version: number, task, ..dat::Version::default() };
        version.manifest = manifest.clone();
        version.certificate = Sha256::digest(round.encode_to_vec()).to_vec();
        put(&mut state, "dat", key("versions", &[&id, &number.to_be_bytes()]), &version);
        let mut record =
            vsc::Task { id: task, asset: ASSET, version: number, rounds: 1, ..vsc::Task::default() };
        record.update = Some(vsc::Update { manifest, ..vsc::Update::default() });
        put(&mut state, "vsc", key("tasks", &[&task.to_be_bytes()]), &record);
    }
    for number in latest(policies) {
        let policy = dat::Policy { asset: ASSET, number, ..dat::Policy::default() };
        put(&mut state, "dat", key("policies", &[&id, &number.to_be_bytes()]), &policy);
    }
    let subject = format!("asset-{ASSET}");
    let entry = audit::Entry { subject: subject.clone(), ..audit::Entry::default() }.encode_to_vec();
    let mut frontier = Frontier::default();
    frontier.push(merkle::leaf(&entry));
    let roots = frontier.roots().iter().map(|root| root.to_vec()).collect();
    let trail = audit::Trail { count: 1, frontier: roots };
    put(&mut state, "audit", key("trails", &[subject.as_bytes(), &[0, 1]]), &trail);
    (passport(&entry), state)
}

/// Its header is checked elsewhere, over a network's.
fn passport(entry: &[u8]) -> Passport {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let hash = "AB".repeat(32);
    let block = json!({ "hash": hash, "parts": { "total": 1, "hash": hash } });
    let header = json!({
        "version": { "block": "11", "app": "0" }, "chain_id": CHAIN, "height": "9",
        "time": "2026-01-01T00:00:00Z", "last_block_id": block, "last_commit_hash": hash, "data_hash": hash,
        "validators_hash": hash, "next_validators_hash": hash, "consensus_hash": hash, "app_hash": hash,
        "last_results_hash": hash, "evidence_hash": hash, "proposer_address": "AB".repeat(20),
    });
    let commit = json!({ "height": "9", "round": 0, "block_id": block, "signatures": [] });
    let passport = json!({
        "form": FORM, "chain_id": CHAIN, "asset": ASSET, "height": 8,
        "header": { "header": header, "commit": commit },
        "validators": [], "records": [], "trail": [STANDARD.encode(entry)],
    });
    serde_json::from_value(passport).unwrap()
}

fn checked(passport: &Passport, state: &State) -> Result<Findings> {
    let mut findings = Findings::default();
    passport.check_asset(Records(state.clone()), &mut findings).map(|()| findings)
}

fn refused(passport: &Passport, state: &State) -> String {
    checked(passport, state).unwrap_err().to_string()
}

#[test]
fn a_passport_without_one_of_its_records_does_not_hold() {
    let (passport, state) = state(3, 2);
    let whole = checked(&passport, &state).unwrap();
    assert!(whole.open.is_empty(), "{whole:?}");
    let of = |words: &str| whole.proved.iter().filter(|line| line.contains(words)).count();
    assert_eq!((of("3 of 4 seats accept, 1 say otherwise"), of("licence")), (3, 2), "{whole:?}");
    // an older version, a licence, a ballot against it: whatever is left out is missed
    for gone in state.keys() {
        let mut less = state.clone();
        less.remove(gone);
        let why = refused(&passport, &less);
        assert!(why.contains("is missing, and the chain counts it") || why.contains("here are"), "{why}");
    }
}

#[test]
fn a_passport_with_a_record_that_is_not_its_own_does_not_hold() {
    let (passport, own) = state(1, 1);
    let of = |asset: u64, number: u64| [asset.to_be_bytes(), number.to_be_bytes()].concat();
    let policy = dat::Policy { asset: 3, number: 1, ..dat::Policy::default() };
    let version = dat::Version { asset: 3, version: 1, ..dat::Version::default() };
    for (name, more) in [
        ("dat/policies/", ("dat", key("policies", &[&of(3, 1)]), policy.encode_to_vec())),
        ("dat/versions/", ("dat", key("versions", &[&of(3, 1)]), version.encode_to_vec())),
        ("vsc/tasks/", ("vsc", key("tasks", &[&99_u64.to_be_bytes()]), vec![8, 99])),
        ("bank/balances/", ("bank", key("balances", &[b"somebody"]), vec![8, 1])),
    ] {
        let mut state = own.clone();
        state.insert((more.0.into(), more.1), more.2);
        let why = refused(&passport, &state);
        assert!(why.contains(name) && why.contains("does not belong in this passport"), "{why}");
    }
    // another round of the same task, and a ballot of nobody's seat
    let mut state = own.clone();
    judged(&mut state, 11, 2);
    assert!(refused(&passport, &state).contains("does not belong"));
    let mut state = own;
    put(&mut state, "vsc", place_of(11, 1, 9), &ballot(11, 1, 9, vsc::Verdict::Accept));
    assert!(refused(&passport, &state).contains("vsc/ballots/"));
}

#[test]
fn what_a_passport_has_no_place_for_is_said() {
    let (passport, state) = state(MAX_OF_EACH + 2, MAX_OF_EACH + 1);
    let open = checked(&passport, &state).unwrap().open;
    assert_eq!(open.len(), 2, "{open:?}");
    assert!(open[0].contains("the first 2 of 66 versions") && open[1].contains("the first 1 of 65 licences"));
}

#[test]
fn a_round_that_is_on_or_was_called_off_is_not_counted() {
    let (passport, mut state) = state(1, 0);
    let mut task = vsc::Task { id: 11, asset: ASSET, version: 1, rounds: 3, ..vsc::Task::default() };
    let manifest = Some(dat::Manifest { size: 1, ..dat::Manifest::default() });
    task.update = Some(vsc::Update { manifest, ..vsc::Update::default() });
    put(&mut state, "vsc", key("tasks", &[&11_u64.to_be_bytes()]), &task);
    for number in [2, 3] {
        let mut round = judged(&mut state, 11, number);
        (round.accepts, round.rejects, round.score) = (0, 0, 0);
        round.set_verdict(vsc::Verdict::Unspecified);
        match number {
            2 => round.seats.iter_mut().for_each(|seat| seat.set_conduct(vsc::Conduct::Excused)),
            _ => round.set_phase(vsc::Phase::Reveal),
        }
        put(&mut state, "vsc", key("rounds", &[&11_u64.to_be_bytes(), &u32::to_be_bytes(number)]), &round);
    }
    let proved = checked(&passport, &state).unwrap().proved;
    let not_counted = proved.iter().filter(|line| line.contains("4 ballots revealed and not counted"));
    assert_eq!(not_counted.count(), 2, "{proved:?}");
    // the same of a round that was counted is a lie
    let mut round = judged(&mut state, 11, 2);
    (round.accepts, round.rejects) = (4, 0);
    put(&mut state, "vsc", key("rounds", &[&11_u64.to_be_bytes(), &2_u32.to_be_bytes()]), &round);
    assert!(refused(&passport, &state).contains("another verdict than its ballots"));
}
