//! The same through real transactions: bytes, signatures, checks, commits, an export and its import.

use proto::{
    address::Address,
    lazchain::{idao::v1 as idao_pb, quorum::v1 as quorum_pb, vsc::v1 as pb},
    signed,
};

use super::acts::{commit, dataset, reveal, signing_key, submission};
use super::{ACCEPT, LAZ, hash, text};
use crate::{
    modules::{idao, scheduler},
    testkit::{Odd, TestChain, address, any, genesis},
};

const VALIDATORS: [&str; 5] = ["v1", "v2", "v3", "v4", "v5"];

fn run(chain: &mut TestChain, who: &str, message: prost_types::Any) {
    let tx = chain.sign(
        who,
        vec![message],
        &Odd { gas: Some(2_000_000), fee: Some(("ulaz", 100)), ..Odd::default() },
    );
    let result = chain.block(vec![tx]).remove(0);
    assert_eq!(result.code, 0, "{}", result.log);
}

fn task(chain: &TestChain) -> pb::Task {
    let ask = pb::QueryTaskRequest { task: 1 };
    chain
        .ask::<_, pb::QueryTaskResponse>("/lazchain.vsc.v1.Query/Task", &ask)
        .expect("is there")
        .task
        .expect("there")
}

fn await_status(chain: &mut TestChain, status: pb::TaskStatus) {
    for _ in 0..60 {
        if task(chain).status() == status {
            return;
        }
        chain.blocks(1);
    }
    panic!("task-1 is {:?}, not {status:?}", task(chain).status());
}

/// An iDAO of Ada's that trusts a Quorum of five validators, by proposal.
fn chain() -> TestChain {
    let stake = 1_000_000_000_000_u64;
    let mut balances = vec![("ada", stake), ("bot", stake)];
    balances.extend(VALIDATORS.map(|name| (name, 1_000_000_000)));
    let validators = VALIDATORS.map(|name| (name, stake));
    let mut app = genesis(&balances, &validators);
    app["slashing"] = serde_json::Value::Null;
    let names: Vec<&str> = balances.iter().map(|(name, _)| *name).collect();
    let mut chain = TestChain::with_genesis(&names, app);
    chain.roll_dice(&VALIDATORS);
    let fee = quorum_pb::Fee { kind: idao_pb::UpdateKind::Dataset.into(), base: "20000002".into(), bps: 10 };
    let rules = quorum_pb::Rules { domains: vec!["health".into()], fees: vec![fee], ..Default::default() };
    let create = quorum_pb::MsgCreateQuorum {
        creator: text("ada"),
        name: "Health".into(),
        description: String::new(),
        rules: Some(rules),
    };
    run(&mut chain, "ada", any(&create));
    for name in VALIDATORS {
        let join = quorum_pb::MsgJoinQuorum {
            validator: address(name).operator().to_string(),
            quorum: 1,
            allocation_bps: 5_000,
            attestation_key: signing_key(name).verification_key().to_bytes().to_vec(),
            sealing_key: hash(name).to_vec(),
            endpoint: format!("https://{name}.example.org"),
        };
        run(&mut chain, name, any(&join));
    }
    let found = idao_pb::MsgCreateIdao {
        founder: text("ada"),
        name: "Open Health".into(),
        domain: "health".into(),
        charter_uri: "https://example.org/charter".into(),
        charter_hash: vec![7; 32],
        rules: None,
    };
    run(&mut chain, "ada", any(&found));
    trust(&mut chain);
    chain
}

fn trust(chain: &mut TestChain) {
    let edge = idao_pb::TrustEdge {
        idao: 1,
        quorum: 1,
        kinds: vec![idao_pb::UpdateKind::Dataset.into()],
        max_value_at_risk: (50_000 * LAZ).to_string(),
        min_value_at_risk: "0".into(),
        mode: idao_pb::TrustMode::Fee.into(),
        ..idao_pb::TrustEdge::default()
    };
    let establish =
        idao_pb::MsgEstablishTrust { idao_account: Address::module("idao/1").to_string(), edge: Some(edge) };
    let propose = idao_pb::MsgPropose {
        proposer: text("ada"),
        idao: 1,
        title: "Trust".into(),
        summary: "Why".into(),
        messages: vec![any(&establish)],
    };
    run(chain, "ada", any(&propose));
    let yes = idao_pb::MsgVote { voter: text("ada"), proposal: 1, option: idao_pb::VoteOption::Yes.into() };
    run(chain, "ada", any(&yes));
    chain.skip_secs(10);
    let execute = idao_pb::MsgExecuteProposal { executor: text("ada"), proposal: 1, gas_limit: 110_000 };
    run(chain, "ada", any(&execute));
    let latest = chain.node.store().latest();
    assert_eq!(idao::live_edges(&latest, 1, chain.seen(Vec::new()).time).expect("reads").len(), 1);
    let before = scheduler::epoch(&latest).expect("reads");
    while scheduler::epoch(&chain.node.store().latest()).expect("reads") == before {
        chain.blocks(1);
    }
}

/// A proposer takes ballots before what came to it earlier.
fn ballots_go_first(chain: &TestChain, members: &[&str]) {
    let odd = Odd { gas: Some(500_000), fee: Some(("ulaz", 100)), ..Odd::default() };
    let plain = chain.sign("ada", vec![crate::testkit::send("ada", "bot", 1)], &odd);
    let reveals = members.iter().map(|name| reveal(name, 1, 1, ACCEPT)).collect();
    let ballots = any(&pb::MsgSubmitReveals { carrier: text("bot"), reveals });
    let ballots = chain.sign("bot", vec![ballots], &odd);
    let kept = chain.node.prepare(vec![plain.clone(), ballots.clone()], 1_000_000).expect("no fault");
    assert_eq!(kept, [ballots, plain]);
    // one that follows another transaction of its carrier still comes after that
    let first = chain.sign("bot", vec![crate::testkit::send("bot", "ada", 1)], &odd);
    let reveals = members.iter().map(|name| reveal(name, 1, 1, ACCEPT)).collect();
    let next = any(&pb::MsgSubmitReveals { carrier: text("bot"), reveals });
    let sequence = Some(chain.sequence("bot") + 1);
    let next = chain.sign("bot", vec![next], &Odd { sequence, ..odd });
    let kept = chain.node.prepare(vec![first.clone(), next.clone()], 1_000_000).expect("no fault");
    assert_eq!(kept, [first, next]);
}

#[test]
fn a_dataset_goes_its_whole_way_through_transactions_and_survives_an_export() {
    let mut chain = chain();
    let seal = signed::seal(&hash("data"), &address("ada"), &hash("ada")).to_vec();
    run(&mut chain, "ada", any(&pb::MsgSealUpdate { owner: text("ada"), seal }));
    run(&mut chain, "ada", any(&submission("ada", dataset("data", 9_000))));
    await_status(&mut chain, pb::TaskStatus::Commit);
    let ask = pb::QueryRoundRequest { task: 1, round: 1 };
    let round =
        chain.ask::<_, pb::QueryRoundResponse>("/lazchain.vsc.v1.Query/Round", &ask).expect("is there");
    let seats = round.round.expect("there").seats;
    let sits = |name: &&&str| seats.iter().any(|seat| seat.member == address(name).operator().to_string());
    let members: Vec<&str> = VALIDATORS.iter().filter(sits).copied().collect();
    let commits = members.iter().map(|name| commit(name, 1, 1, ACCEPT)).collect();
    run(&mut chain, "bot", any(&pb::MsgSubmitCommits { carrier: text("bot"), commits }));
    let duties =
        pb::QueryDutiesRequest { member: address(members[0]).operator().to_string(), pagination: None };
    let duties: pb::QueryDutiesResponse =
        chain.ask("/lazchain.vsc.v1.Query/Duties", &duties).expect("answers");
    assert_eq!(duties.rounds.len(), 1);
    let exported = chain.export();
    ballots_go_first(&chain, &members);
    let names = ["ada", "bot"];
    let copy = TestChain::with_genesis(&names, exported.clone());
    assert_eq!(copy.export()["vsc"], exported["vsc"]);
    let reveals = members.iter().map(|name| reveal(name, 1, 1, ACCEPT)).collect();
    run(&mut chain, "bot", any(&pb::MsgSubmitReveals { carrier: text("bot"), reveals }));
    await_status(&mut chain, pb::TaskStatus::Provisional);
    chain.skip_secs(60);
    await_status(&mut chain, pb::TaskStatus::Final);
    chain = chain.restart();
    chain.skip_secs(600);
    await_status(&mut chain, pb::TaskStatus::Closed);
    assert_eq!(task(&chain).outcome(), pb::Outcome::Settled);
}
