//! Each rule that is broken nowhere else.

use proto::lazchain::{dat::v1 as dat_pb, idao::v1::UpdateKind, vsc::v1 as pb};

use super::acts::{appeal, challenge, dataset, evidence, manifest, policy, submission};
use super::{ACCEPT, LAZ, World, hash, text};

fn sdk(world: &mut World, update: pb::Update) -> String {
    let reject = world.send(&submission("ada", update)).expect_err("refused");
    assert_eq!((reject.space, reject.code), ("sdk", 18), "{reject}");
    reject.text
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut world = World::new(false, false);
    assert_eq!(world.refused(&challenge("chad", 9)), 2);
    let task = world.drawn("ada", dataset("data", 9_000));
    let keys =
        vec![pb::WrappedKey { member: crate::testkit::address("ada").operator().to_string(), key: vec![1] }];
    assert_eq!(world.refused(&pb::MsgShareKeys { submitter: text("ada"), task, round: 4, keys }), 3);
    let asked = pb::QueryCaseRequest { task, number: 1 };
    let answer: crate::error::Result<pb::QueryCaseResponse> =
        world.try_ask("/lazchain.vsc.v1.Query/Case", &asked);
    assert_eq!(answer.expect_err("none").reject().expect("no fault").code, 4);
    assert_eq!(world.refused(&challenge("chad", task)), 21);
    assert_eq!(world.refused(&appeal("chad", task)), 29);
    let add = pb::MsgAddEvidence { party: text("ada"), task, evidence: evidence("x") };
    assert_eq!(world.refused(&add), 29);
    assert_eq!(world.refused(&world.rule(task, pb::Ruling::Upheld)), 29);
}

#[test]
fn an_update_is_checked_before_anything_is_taken() {
    let mut world = World::new(false, false);
    let before = world.of("ada");
    let good = || dataset("data", 9_000);
    assert!(sdk(&mut world, pb::Update { kind: 0, ..good() }).contains("kind"));
    assert!(sdk(&mut world, pb::Update { policy: None, ..good() }).contains("policy"));
    assert!(sdk(&mut world, pb::Update { manifest: None, ..good() }).contains("manifest"));
    assert!(sdk(&mut world, pb::Update { dropped: vec![1], ..good() }).contains("drop"));
    assert!(sdk(&mut world, pb::Update { dropped: vec![1, 1], ..good() }).contains("twice"));
    let ben = |share| pb::Beneficiary { account: text("ben"), share };
    let both = vec![ben(1), ben(2)];
    assert!(sdk(&mut world, pb::Update { beneficiaries: both, ..good() }).contains("twice"));
    assert!(sdk(&mut world, pb::Update { beneficiaries: vec![ben(0)], ..good() }).contains("share"));
    let many = vec![ben(1); 17];
    assert!(sdk(&mut world, pb::Update { beneficiaries: many, ..good() }).contains("16"));
    let target = pb::Update { target: 1, beneficiaries: vec![ben(1)], ..good() };
    assert!(sdk(&mut world, target).contains("minted once"));
    let mut content = submission("ada", good());
    content.content = vec![1];
    let reject = world.send(&content).expect_err("refused");
    assert!(reject.text.contains("only a point of view"));
    content.content = vec![0; 32 * 1_024 + 1];
    content.update.as_mut().expect("there").kind = UpdateKind::Pov.into();
    assert!(world.send(&content).expect_err("refused").text.contains("at most 32768"));
    assert_eq!(world.refused(&submission("ada", dataset("data", 99))), 9);
    assert_eq!(world.refused(&submission("ada", good())), 5);
    assert_eq!(world.of("ada"), before);
}

/// lazai 7.7, G39: nothing is registered in another's name.
#[test]
fn nobody_is_a_beneficiary_or_gets_a_new_version_without_a_signature_of_their_own() {
    let mut world = World::new(false, false);
    world.member("mallory");
    world.seal("ada", "data");
    world.pass(1);
    let ben = pb::Beneficiary { account: text("ben"), share: 80_000 };
    let update = pb::Update { beneficiaries: vec![ben], ..dataset("data", 9_000) };
    let mut message = submission("ada", update);
    assert_eq!(world.refused(&message), 14);
    let consent = pb::Consent { account: text("ben"), pub_key: vec![2; 33], signature: vec![7; 64] };
    message.consents = vec![consent];
    assert_eq!(world.refused(&message), 14);
    let too_much = pb::Beneficiary { account: text("ada"), share: 800_000 };
    let update = pb::Update { beneficiaries: vec![too_much], ..dataset("data", 9_000) };
    assert!(sdk(&mut world, update).contains("can be given"));
    // an asset of Ada's, and Mallory's new version of it
    let task = world.submit("ada", dataset("base", 9_000));
    world.await_round(task, 1);
    world.all_say(task, 1, ACCEPT);
    world.end_window();
    world.seal("mallory", "next");
    world.pass(1);
    let next = pb::Update { target: 1, policy: None, ..dataset("next", 9_000) };
    assert_eq!(world.refused(&submission("mallory", next.clone())), 14);
    world.seal("ada", "next");
    world.pass(1);
    world.ok(&submission("ada", next));
}

#[test]
fn a_bond_is_not_more_than_one_says() {
    let mut world = World::new(false, false);
    let task = world.accepted("ada", dataset("data", 9_000));
    let cheap = pb::MsgChallenge { max_bond: (449 * LAZ).to_string(), ..challenge("chad", task) };
    assert_eq!(world.refused(&cheap), 28);
    let reject = world.send(&challenge("poor", task)).expect_err("refused");
    assert_eq!((reject.space, reject.code), ("sdk", 5));
    let asked = pb::QueryChallengeCostRequest { task };
    let cost: pb::QueryChallengeCostResponse = world.ask("/lazchain.vsc.v1.Query/ChallengeCost", &asked);
    assert_eq!((cost.bond, cost.joins), ((450 * LAZ).to_string(), false));
    let empty = pb::MsgChallenge { evidence: None, ..challenge("chad", task) };
    assert_eq!(world.send(&empty).expect_err("refused").space, "sdk");
}

#[test]
fn a_case_has_room_for_nine_challengers_and_a_verdict_for_eight_cases() {
    let mut world = World::new(true, false);
    let task = world.accepted("ada", dataset("data", 9_000));
    world.trust(2, false);
    world.ok(&challenge("chad", task));
    let mut case = world.case(task, 1);
    let party = case.calls[0].parties[0].clone();
    world.bent = true;
    let zero = proto::lazchain::vsc::v1::Party { bond: "0".into(), ..party };
    case.calls[0].parties.extend(vec![zero; 8]);
    super::super::logic::save_case(&mut world.ctx, &case);
    assert_eq!(world.refused(&challenge("eve", task)), 24);
    case.calls[0].parties.truncate(1);
    case.evidence = vec![case.evidence[0].clone(); 32];
    super::super::logic::save_case(&mut world.ctx, &case);
    let add = pb::MsgAddEvidence { party: text("chad"), task, evidence: evidence("x") };
    assert_eq!(world.refused(&add), 33);
    let other = world.accepted("ada", dataset("other", 9_000));
    let mut record = world.task(other);
    record.cases = 8;
    super::super::logic::save(&mut world.ctx, &record);
    assert_eq!(world.refused(&challenge("eve", other)), 27);
}

/// lazai 7.11.
#[test]
fn governance_alone_rules_and_sets_parameters_within_their_ranges() {
    let mut world = World::new(false, false);
    let rule = pb::MsgRule {
        authority: text("ada"),
        task: 1,
        ruling: pb::Ruling::Upheld.into(),
        reason: String::new(),
    };
    assert_eq!(world.send(&rule).expect_err("refused").space, "gov");
    let params = super::super::logic::params(world.overlay()).expect("reads");
    let mine = pb::MsgUpdateParams { authority: text("ada"), params: Some(params.clone()) };
    assert_eq!(world.send(&mine).expect_err("refused").space, "gov");
    let authority = proto::address::Address::module("gov").to_string();
    let wild = pb::Params { reserve_bps: 1, ..params };
    let wild = pb::MsgUpdateParams { authority, params: Some(wild) };
    assert_eq!(world.send(&wild).expect_err("refused").space, "sdk");
    assert_eq!(world.refused(&world.rule(1, pb::Ruling::PassedUp)), 37);
}

#[test]
fn a_target_is_of_the_same_idao() {
    let mut world = World::new(false, false);
    let task = world.accepted("ada", dataset("base", 9_000));
    world.end_window();
    let assets: state::Map<u64, state::Pb<dat_pb::Asset>> = state::Map::new("dat/assets");
    let asset = world.task(task).asset;
    let state::Pb(mut record) = assets.get(world.overlay(), &asset).expect("reads").expect("is there");
    record.idao = 0;
    assets.set(&mut world.ctx.state, &asset, &state::Pb(record));
    world.seal("ada", "next");
    world.ctx.block.height += 1;
    let next = pb::Update {
        target: asset,
        policy: Some(policy()),
        manifest: Some(manifest("next")),
        ..dataset("next", 9_000)
    };
    assert_eq!(world.refused(&submission("ada", next)), 15);
    assert_eq!(hash("next").to_vec(), manifest("next").sha256);
}
