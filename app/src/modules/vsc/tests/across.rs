//! What a message of one module does in another, with an asset that a committee accepted.

use prost::Message;
use proto::{
    cosmos::base::v1beta1::Coin,
    lazchain::{dat::v1 as dat_pb, idao::v1 as idao_pb, usage::v1 as usage_pb},
};

use super::acts::{dataset, signing_key};
use super::{World, text};
use crate::{modules::idao, testkit::address};

/// Ada's dataset, `asset-1`, usable and still liable. She is guardian and only voter of its iDAO.
fn world() -> World {
    let mut world = World::new(false, false);
    let task = world.accepted("ada", dataset("data", 9_000));
    world.end_window();
    assert_eq!(world.task(task).asset, 1);
    world
}

fn is_member(world: &World, idao: u64, who: &str) -> bool {
    idao::member(&world.ctx.state, idao, &address(who)).expect("reads").is_some()
}

/// What a message is refused with.
fn refusal<M: Message + prost::Name>(world: &mut World, message: &M) -> (&'static str, u32) {
    let reject = world.send(message).expect_err("refused");
    (reject.space, reject.code)
}

fn give(from: &str, serial: u64, to: &str) -> dat_pb::MsgTransferDat {
    dat_pb::MsgTransferDat { sender: text(from), asset: 1, serial, to: text(to) }
}

#[test]
fn a_membership_by_token_begins_and_ends_with_the_transfer_of_a_real_dat() {
    let mut world = world();
    let rules = idao_pb::Rules {
        membership: idao_pb::Membership::Token.into(),
        membership_asset: 1,
        ..world.idao_rules()
    };
    world.ok(&idao_pb::MsgCreateIdao {
        founder: text("ben"),
        name: "Holders of asset-1".into(),
        domain: "health".into(),
        charter_uri: "https://example.org/charter".into(),
        charter_hash: vec![7; 32],
        rules: Some(rules),
    });
    let answer = world.ok(&dat_pb::MsgSplitDat { owner: text("ada"), asset: 1, serial: 1, share: 100_000 });
    let serial = dat_pb::MsgSplitDatResponse::decode(answer.as_slice()).expect("decodes").serial;
    let apply = |who: &str| idao_pb::MsgApplyToJoin {
        applicant: text(who),
        idao: 2,
        max_deposit: "0".into(),
        dat_serial: serial,
        ..idao_pb::MsgApplyToJoin::default()
    };
    assert_eq!(refusal(&mut world, &apply("chad")), ("idao", 8), "it is still Ada's");
    world.ok(&give("ada", serial, "chad"));
    world.ok(&apply("chad"));
    assert!(is_member(&world, 2, "chad"));
    assert_eq!(refusal(&mut world, &apply("ada")), ("idao", 8));
    world.ok(&give("chad", serial, "dan"));
    assert!(!is_member(&world, 2, "chad"), "the membership ends with the token");
    world.ok(&apply("dan"));
    // a merge takes the token out of the world, and the membership with it
    let answer = world.ok(&dat_pb::MsgSplitDat { owner: text("dan"), asset: 1, serial, share: 1 });
    let into = dat_pb::MsgSplitDatResponse::decode(answer.as_slice()).expect("decodes").serial;
    assert!(is_member(&world, 2, "dan"), "a split leaves it where it is");
    world.ok(&dat_pb::MsgMergeDats { owner: text("dan"), asset: 1, into, from: vec![serial] });
    assert!(!is_member(&world, 2, "dan"));
}

#[test]
fn a_guardians_freeze_of_a_real_asset_stops_use_sale_and_claims_until_the_members_lift_it() {
    let mut world = world();
    world.ok(&usage_pb::MsgRegisterProvider {
        provider: text("eve"),
        endpoint: "https://gpu.example.org".into(),
        services: vec![usage_pb::Service::Infer.into()],
        signing_key: vec![7; 32],
        close_delay: None,
    });
    let coin = |amount: u64| Coin { denom: "ulaz".into(), amount: amount.to_string() };
    let open = usage_pb::MsgOpenChannel {
        consumer: text("dan"),
        provider: text("eve"),
        asset: 1,
        version: 1,
        policy_version: 1,
        purposes: vec![dat_pb::Purpose::Infer.into()],
        channel_key: signing_key("dan").verification_key().to_bytes().to_vec(),
        deposit: Some(coin(3_000)),
        units_cap: 1_000,
        ..usage_pb::MsgOpenChannel::default()
    };
    let buy = dat_pb::MsgBuyAccess {
        buyer: text("dan"),
        asset: 1,
        policy_version: 1,
        units: 10,
        max_price: Some(coin(30)),
        ..dat_pb::MsgBuyAccess::default()
    };
    let dats = vec![dat_pb::DatRef { asset: 1, serial: 1 }];
    let claim = dat_pb::MsgClaimRevenue { sender: text("ada"), dats, denoms: vec!["ulaz".into()] };
    let freeze = idao_pb::MsgFreezeSubject {
        guardian: text("ada"),
        idao: 1,
        kind: idao_pb::SubjectKind::Asset.into(),
        subject: 1,
        reason_hash: vec![7; 32],
    };
    world.ok(&claim);
    let answer = world.ok(&freeze);
    let vote = idao_pb::MsgFreezeSubjectResponse::decode(answer.as_slice()).expect("decodes").proposal;
    assert_eq!(refusal(&mut world, &open), ("usage", 8));
    assert_eq!(refusal(&mut world, &buy), ("dat", 14));
    assert_eq!(refusal(&mut world, &claim), ("dat", 13));
    assert_eq!(
        refusal(&mut world, &give("ada", 1, "chad")),
        ("dat", 13),
        "its share does not get away either"
    );
    world.ok(&idao_pb::MsgVote {
        voter: text("ada"),
        proposal: vote,
        option: idao_pb::VoteOption::No.into(),
    });
    world.pass(1);
    world.ok(&open);
    world.ok(&buy);
    world.ok(&claim);
    assert_eq!(refusal(&mut world, &freeze), ("idao", 36), "once for each subject");
}
