//! Control of assets: the owner's, whatever anybody votes.

use super::*;
use crate::{
    modules::{dat::types::Use, idao},
    time::Time,
};
use proto::lazchain::idao::v1 as idaos;

fn offer(to: &str) -> pb::MsgTransferAsset {
    let to = if to.is_empty() { String::new() } else { text(to) };
    pb::MsgTransferAsset { owner: text("ada"), asset: 1, to }
}

fn accept(who: &str) -> pb::MsgAcceptAsset {
    pb::MsgAcceptAsset { new_owner: text(who), asset: 1 }
}

/// lazai 7.7: nobody is made an owner without a signature of their own.
#[test]
fn control_moves_in_two_steps_and_shares_stay() {
    let mut chain = chain();
    let made = anchor(&mut chain, new("ada", "a"));
    assert_eq!(refused(&mut chain, "ada", &offer("ben")), 10, "provisional");
    finalize(&mut chain, made);
    assert_eq!(refused(&mut chain, "ben", &accept("ben")), 9);
    let stranger = pb::MsgTransferAsset { owner: text("eve"), asset: 1, to: text("eve") };
    assert_eq!(refused(&mut chain, "eve", &stranger), 7);
    let _: pb::MsgTransferAssetResponse = ok(&mut chain, "ada", &offer("ben"));
    let _: pb::MsgTransferAssetResponse = ok(&mut chain, "ada", &offer(""));
    assert_eq!(refused(&mut chain, "ben", &accept("ben")), 9, "taken back");
    let _: pb::MsgTransferAssetResponse = ok(&mut chain, "ada", &offer("ben"));
    let _: pb::MsgAcceptAssetResponse = ok(&mut chain, "ben", &accept("ben"));
    assert_eq!((asset(&chain, 1).owner, dat(&chain, 1, 1).owner), (text("ben"), text("ada")));
    assert_eq!(refused(&mut chain, "ada", &offer("eve")), 7);
    assert_eq!(refused(&mut chain, "ada", &pb::MsgRetireAsset { owner: text("ada"), asset: 7 }), 2);
}

/// Nor of an update that somebody else consented to.
#[test]
fn a_version_lands_only_on_an_asset_of_the_owner_who_agreed_to_it() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let _: pb::MsgTransferAssetResponse = ok(&mut chain, "ada", &offer("ben"));
    let _: pb::MsgAcceptAssetResponse = ok(&mut chain, "ben", &accept("ben"));
    assert_eq!(code(chain.act(|ctx| logic::anchor(ctx, &next("ada", "a2", 1)))), 7);
    assert_eq!(anchor(&mut chain, next("ben", "b2", 1)), (1, 2));
}

#[test]
fn a_retired_asset_grants_nothing_new_and_goes_on() {
    let mut chain = chain();
    let made = settled(&mut chain, new("ada", "a"));
    let buy = pb::MsgBuyAccess {
        buyer: text("dan"),
        asset: 1,
        policy_version: 1,
        units: 5,
        max_price: Some(wire(15)),
        grantee_key: vec![],
    };
    let _: pb::MsgBuyAccessResponse = ok(&mut chain, "dan", &buy);
    let retire = pb::MsgRetireAsset { owner: text("ada"), asset: 1 };
    let _: pb::MsgRetireAssetResponse = ok(&mut chain, "ada", &retire);
    assert_eq!(refused(&mut chain, "ada", &retire), 10);
    assert_eq!(refused(&mut chain, "dan", &buy), 10);
    let may = |chain: &TestChain, who: &str| {
        let ask = pb::QueryAllowedRequest {
            asset: 1,
            account: text(who),
            purpose: pb::Purpose::Infer.into(),
            policy_version: 0,
        };
        let answer: pb::QueryAllowedResponse =
            chain.ask("/lazchain.dat.v1.Query/Allowed", &ask).expect("answers");
        answer.allowed
    };
    assert!(may(&chain, "dan") && !may(&chain, "eve"));
    pay(&mut chain, payment(made, 100));
    assert_eq!(claim(&mut chain, &[(1, 1)]), 60);
}

fn create(chain: &mut TestChain, founder: &str) -> u64 {
    let message = idaos::MsgCreateIdao {
        founder: text(founder),
        name: "Open Health".into(),
        domain: "health".into(),
        charter_uri: String::new(),
        charter_hash: vec![7; 32],
        rules: idao::local().default_rules,
    };
    let made: idaos::MsgCreateIdaoResponse = ok(chain, founder, &message);
    made.id
}

#[test]
fn an_asset_moves_to_another_idao_of_its_owner_or_to_none() {
    let mut chain = chain();
    let (first, second) = (create(&mut chain, "ada"), create(&mut chain, "ada"));
    let others = create(&mut chain, "ben");
    settled(&mut chain, NewAnchor { idao: first, ..new("ada", "a") });
    let to = |idao| pb::MsgMoveAsset { owner: text("ada"), asset: 1, idao };
    assert_eq!(refused(&mut chain, "ada", &to(others)), 19);
    let _: pb::MsgMoveAssetResponse = ok(&mut chain, "ada", &to(second));
    let _: pb::MsgMoveAssetResponse = ok(&mut chain, "ada", &to(0));
    assert_eq!(asset(&chain, 1).idao, 0);
    let same = run(&mut chain, "ada", &to(0));
    assert_eq!((same.codespace.as_str(), same.code), ("sdk", 18));
}

/// Ada, a guardian, freezes the asset.
fn freeze(chain: &mut TestChain, home: u64) {
    let freeze = idaos::MsgFreezeSubject {
        guardian: text("ada"),
        idao: home,
        kind: idaos::SubjectKind::Asset.into(),
        subject: 1,
        reason_hash: vec![7; 32],
    };
    let _: idaos::MsgFreezeSubjectResponse = ok(chain, "ada", &freeze);
}

/// When Dan's use of the asset ended, for work of one instant that is charged at another.
fn use_ends(chain: &TestChain, when: (Time, Time)) -> Option<Time> {
    let consumer = &address("dan");
    let use_ = Use { asset: 1, version: 1, policy_version: 1, consumer, serial: None };
    logic::use_ends(&state(chain), &use_, when).expect("reads")
}

#[test]
fn what_a_guardian_freezes_takes_no_use_and_pays_no_claims_until_its_owner_leaves() {
    let mut chain = chain();
    let home = create(&mut chain, "ada");
    let made = settled(&mut chain, NewAnchor { idao: home, ..new("ada", "a") });
    pay(&mut chain, payment(made, 100));
    freeze(&mut chain, home);
    let claim_it = pb::MsgClaimRevenue {
        sender: text("zoe"),
        dats: vec![pb::DatRef { asset: 1, serial: 1 }],
        denoms: vec!["ulaz".into()],
    };
    assert_eq!(refused(&mut chain, "zoe", &claim_it), 13);
    let buy = pb::MsgBuyAccess {
        buyer: text("dan"),
        asset: 1,
        policy_version: 1,
        units: 5,
        max_price: Some(wire(15)),
        grantee_key: vec![],
    };
    assert_eq!(refused(&mut chain, "dan", &buy), 14);
    let ask = pb::QueryAssetRequest { asset: 1 };
    let shown: pb::QueryAssetResponse = chain.ask("/lazchain.dat.v1.Query/Asset", &ask).expect("answers");
    assert_eq!(shown.status(), pb::AssetStatus::Frozen);
    let now = chain.seen(vec![]).time;
    assert!(use_ends(&chain, (now, now)).expect("since the freeze") < now);
    let leave = idaos::MsgLeaveIdao { member: text("ada"), idao: home };
    let _: idaos::MsgLeaveIdaoResponse = ok(&mut chain, "ada", &leave);
    assert_eq!(claim(&mut chain, &[(1, 1)]), 60);
}

/// Nobody works while an asset is frozen, to be paid for it after the thaw.
#[test]
fn work_done_during_a_freeze_stays_unpaid_after_it() {
    let mut chain = chain();
    let home = create(&mut chain, "ada");
    settled(&mut chain, NewAnchor { idao: home, ..new("ada", "a") });
    let before = chain.seen(vec![]).time;
    chain.blocks(1);
    freeze(&mut chain, home);
    let during = chain.seen(vec![]).time;
    chain.skip_secs(1_000_000);
    chain.blocks(3);
    let now = chain.seen(vec![]).time;
    assert!(!logic::frozen(&state(&chain), &asset(&chain, 1), now).expect("reads"), "it is over");
    assert!(use_ends(&chain, (during, now)).is_some_and(|ended| ended <= during));
    assert_eq!([before, now].map(|work| use_ends(&chain, (work, now))), [None, None]);
}

/// G39: no permission grows by being passed on.
#[test]
fn an_agent_of_the_owner_may_do_what_it_is_registered_for_and_never_gives_control_away() {
    let mut chain = chain();
    let home = create(&mut chain, "ada");
    settled(&mut chain, NewAnchor { idao: home, ..new("ada", "a") });
    let publish = |who: &str| pb::MsgPublishPolicy { owner: text(who), asset: 1, terms: Some(terms()) };
    assert_eq!(refused(&mut chain, "bot", &publish("bot")), 7);
    let register = idaos::MsgRegisterAgent {
        member: text("ada"),
        idao: home,
        account: text("bot"),
        message_types: vec!["/lazchain.dat.v1.MsgPublishPolicy".into()],
        spend_limit: "0".into(),
        expires: Some(chain.seen(vec![]).time.plus(crate::time::Span::from_secs(1_000)).wire()),
    };
    let _: idaos::MsgRegisterAgentResponse = ok(&mut chain, "ada", &register);
    let made: pb::MsgPublishPolicyResponse = ok(&mut chain, "bot", &publish("bot"));
    assert_eq!(made.policy_version, 2);
    let offer = pb::MsgTransferAsset { owner: text("bot"), asset: 1, to: text("bot") };
    assert_eq!(refused(&mut chain, "bot", &offer), 7);
    let retire = pb::MsgRetireAsset { owner: text("bot"), asset: 1 };
    assert_eq!(refused(&mut chain, "bot", &retire), 7);
}
