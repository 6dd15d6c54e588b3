//! The lives of tasks.

use proto::lazchain::{dat::v1 as dat_pb, idao::v1::UpdateKind, vsc::v1 as pb};

use super::acts::{dataset, manifest};
use super::{ACCEPT, INVALID, LAZ, REJECT, World, text};

#[test]
fn an_accepted_dataset_becomes_final_and_is_settled() {
    let mut world = World::new(false, false);
    let before = world.of("ada");
    let task = world.submit("ada", dataset("data", 9_000));
    assert_eq!(world.task(task).status(), pb::TaskStatus::Queued);
    assert_eq!(before - world.of("ada"), 1_840 * LAZ); // the seal's deposit is back
    world.await_round(task, 1);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Commit);
    world.all_say(task, 1, ACCEPT);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Provisional);
    world.end_window();
    assert_eq!(world.task(task).status(), pb::TaskStatus::Final);
    world.end_liability();
    assert_eq!(world.task(task).outcome(), pb::Outcome::Settled);
    assert_eq!(before - world.of("ada"), 29_000_002);
}

/// The owner's consent was the old owner's: on somebody else's asset nothing lands that was submitted before.
#[test]
fn an_update_of_an_asset_that_has_changed_hands_is_refunded() {
    let mut world = World::new(false, false);
    world.member("ben");
    world.accepted("ada", dataset("data", 9_000));
    world.end_window();
    let before = world.of("ada");
    let task = world.drawn("ada", pb::Update { target: 1, policy: None, ..dataset("next", 9_000) });
    world.ok(&dat_pb::MsgTransferAsset { owner: text("ada"), asset: 1, to: text("ben") });
    world.ok(&dat_pb::MsgAcceptAsset { new_owner: text("ben"), asset: 1 });
    world.all_say(task, 1, ACCEPT);
    assert_eq!((world.task(task).outcome(), world.of("ada")), (pb::Outcome::Unanchored, before));
    let asset = crate::modules::dat::asset(world.overlay(), 1).expect("is there");
    assert_eq!((asset.owner, asset.versions), (text("ben"), 1));
}

#[test]
fn a_rejected_update_pays_its_fee_and_gets_its_deposit_back() {
    let mut world = World::new(false, false);
    let before = world.of("ada");
    let task = world.drawn("ada", dataset("data", 9_000));
    let seats = world.seats(task, 1);
    let had: Vec<u128> = seats.iter().map(|name| world.of(name)).collect();
    world.judge(task, 1, &[REJECT, REJECT, INVALID, ACCEPT]);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Rejected);
    world.end_window();
    assert_eq!(world.task(task).outcome(), pb::Outcome::Rejected);
    assert_eq!(before - world.of("ada"), 29_000_002);
    let paid: Vec<u128> = seats.iter().zip(&had).map(|(name, had)| world.of(name) - had).collect();
    assert_eq!(paid, [7_250_000, 7_250_000, 7_250_000, 0]);
    // the content is free again
    world.drawn("ada", dataset("data", 9_000));
}

#[test]
fn an_invalid_update_loses_its_deposit() {
    let mut world = World::new(false, false);
    let (before, supply) = (world.of("ada"), world.supply());
    let task = world.drawn("ada", dataset("data", 9_000));
    world.judge(task, 1, &[INVALID, INVALID, INVALID, ACCEPT]);
    world.end_window();
    assert_eq!(world.task(task).outcome(), pb::Outcome::Invalid);
    assert_eq!(before - world.of("ada"), 1_800 * LAZ + 29_000_002);
    assert_eq!(supply - world.supply(), 1_800 * LAZ + 2_900_000);
}

/// peers 4.6, lazai 7.8.
#[test]
fn without_a_quorum_an_update_expires_and_is_refunded_whole() {
    let mut world = World::new(false, false);
    let before = world.of("ada");
    let task = world.submit("ada", dataset("data", 60_000)); // beyond what the edge covers
    world.blocks(3);
    let asked = pb::QueryWhyRoutingRequest { task, round: 0 };
    let answer: pb::QueryWhyRoutingResponse = world.ask("/lazchain.vsc.v1.Query/WhyRouting", &asked);
    let receipt = answer.receipt.expect("a receipt");
    assert_eq!((receipt.chosen, answer.recomputed), (0, 0));
    assert_eq!(receipt.candidates[0].bar(), pb::Bar::Value);
    world.pass(3_600);
    assert_eq!(world.task(task).outcome(), pb::Outcome::Expired);
    assert_eq!(world.of("ada"), before);
}

#[test]
fn an_update_is_withdrawn_before_the_draw_and_not_after_it() {
    let mut world = World::new(false, false);
    let before = world.of("ada");
    let task = world.submit("ada", dataset("data", 9_000));
    world.ok(&pb::MsgWithdrawUpdate { submitter: text("ada"), task });
    assert_eq!((world.task(task).outcome(), world.of("ada")), (pb::Outcome::Withdrawn, before));
    let task = world.drawn("ada", dataset("data", 9_000));
    assert_eq!(world.refused(&pb::MsgWithdrawUpdate { submitter: text("ada"), task }), 17);
    assert_eq!(world.refused(&pb::MsgWithdrawUpdate { submitter: text("ben"), task }), 16);
}

#[test]
fn members_vote_first_where_the_rules_say_so() {
    let mut world = World::new(false, false);
    let mut rules = world.rules();
    rules.vote_needed = vec![UpdateKind::Model.into()];
    world.set_rules(rules);
    let model = |name: &str| pb::Update { kind: UpdateKind::Model.into(), ..dataset(name, 9_000) };
    for (name, passed) in [("good", true), ("bad", false)] {
        let before = world.of("ada");
        let task = world.submit("ada", model(name));
        assert_eq!(world.task(task).status(), pb::TaskStatus::Awaiting);
        super::super::learning_decided(&mut world.ctx, task, passed).expect("decides");
        if passed {
            assert_eq!(world.task(task).status(), pb::TaskStatus::Queued);
            // a second word changes nothing
            super::super::learning_decided(&mut world.ctx, task, false).expect("decides");
            assert_eq!(world.task(task).status(), pb::TaskStatus::Queued);
        } else {
            assert_eq!((world.task(task).outcome(), world.of("ada")), (pb::Outcome::Declined, before));
        }
    }
}

#[test]
fn a_point_of_view_carries_its_content_and_the_chain_checks_it() {
    use sha2::{Digest, Sha256};
    let mut world = World::new(false, false);
    let content = vec![7_u8; 3_000];
    let leaves: Vec<_> = content.chunks(1_024).map(proto::merkle::leaf).collect();
    let mut tree = proto::merkle::Frontier::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    let manifest = proto::lazchain::dat::v1::Manifest {
        sha256: Sha256::digest(&content).to_vec(),
        size: 3_000,
        chunk_size: 1_024,
        merkle_root: tree.root().to_vec(),
        ..manifest("view")
    };
    let update =
        pb::Update { kind: UpdateKind::Pov.into(), manifest: Some(manifest), ..dataset("view", 9_000) };
    let digest: [u8; 32] = update.manifest.clone().expect("there").sha256.try_into().expect("32");
    let seal = proto::signed::seal(&digest, &crate::testkit::address("ada"), &super::hash("ada")).to_vec();
    world.ok(&pb::MsgSealUpdate { owner: text("ada"), seal });
    world.pass(1);
    let mut message = super::acts::submission("ada", update);
    message.content = content[1..].to_vec();
    assert_eq!(world.refused(&message), 11);
    message.content = content.clone();
    message.content[5] = 8;
    assert_eq!(world.refused(&message), 11);
    message.content.clone_from(&content);
    world.ok(&message);
    let asked = pb::QueryContentRequest { task: 1 };
    let answer: pb::QueryContentResponse = world.ask("/lazchain.vsc.v1.Query/Content", &asked);
    assert_eq!(answer.content, content);
}

/// G38: what waits is bounded by who made it.
#[test]
fn an_account_and_an_idao_have_only_so_many_open_tasks() {
    let mut world = World::new(false, false);
    world.set_params(|params| params.max_open_account = 1);
    world.seal("ada", "two");
    let task = world.submit("ada", dataset("one", 9_000));
    assert_eq!(world.refused(&super::acts::submission("ada", dataset("two", 9_000))), 10);
    world.set_params(|params| (params.max_open_account, params.max_open_idao) = (2, 1));
    assert_eq!(world.refused(&super::acts::submission("ada", dataset("two", 9_000))), 10);
    world.ok(&pb::MsgWithdrawUpdate { submitter: text("ada"), task });
    world.ok(&super::acts::submission("ada", dataset("two", 9_000)));
}

#[test]
fn an_agent_acts_for_its_member_within_its_limit_and_the_money_is_the_members() {
    let mut world = World::new(false, false);
    let register = |types: &[&str], limit: u128| proto::lazchain::idao::v1::MsgRegisterAgent {
        member: text("ada"),
        idao: 1,
        account: text("bot"),
        message_types: types.iter().map(|url| (*url).to_owned()).collect(),
        spend_limit: (limit * LAZ).to_string(),
        expires: Some(prost_types::Timestamp { seconds: 2_000_000_000, nanos: 0 }),
    };
    let urls = ["/lazchain.vsc.v1.MsgSubmitUpdate", "/lazchain.vsc.v1.MsgWithdrawUpdate"];
    world.ok(&register(&urls, 1_840));
    let (ada, bot) = (world.of("ada"), world.of("bot"));
    let task = world.submit("bot", dataset("data", 9_000));
    let record = world.task(task);
    assert_eq!((record.submitter, record.agent, record.owner), (text("ada"), text("bot"), text("ada")));
    assert_eq!((ada - world.of("ada"), bot), (1_840 * LAZ, world.of("bot")));
    world.seal("bot", "more");
    world.ctx.block.height += 1;
    let more = super::acts::submission("bot", dataset("more", 9_000));
    assert_eq!(world.send(&more).expect_err("refused").space, "idao");
    world.ok(&pb::MsgWithdrawUpdate { submitter: text("bot"), task });
    assert_eq!(world.of("ada"), ada);
    let task = world.submit("ada", dataset("other", 9_000));
    let keys = pb::MsgRevealCanary { planter: text("bot"), task, salt: vec![7; 32] };
    assert_eq!(world.refused(&keys), 16); // it may not send that type
}

/// Across modules: a guardian freezes a real task.
#[test]
fn a_frozen_task_is_not_drawn_until_the_freeze_is_over() {
    use proto::lazchain::idao::v1::{MsgFreezeSubject, SubjectKind};
    let mut world = World::new(false, false);
    let task = world.submit("ada", dataset("data", 9_000));
    world.ok(&MsgFreezeSubject {
        guardian: text("ada"),
        idao: 1,
        kind: SubjectKind::Task.into(),
        subject: task,
        reason_hash: vec![7; 32],
    });
    world.blocks(4);
    assert_eq!(world.task(task).status(), pb::TaskStatus::Queued);
    let freezes: state::Map<(u64, u32, u64), state::Pb<proto::lazchain::idao::v1::Freeze>> =
        state::Map::new("idao/freezes");
    let page = freezes.page(world.overlay(), &(), None, 10).expect("reads");
    let until = crate::stored::time(page[0].1.0.until.as_ref());
    world.pass(until.since(world.ctx.block.time).secs());
    world.await_round(task, 1);
}
