//! Requests for access: answered by the owner, or by the iDAO's vote with the owner's refusal above it.

use super::*;
use crate::modules::idao;
use proto::lazchain::idao::v1 as idaos;

fn licensed(grantees: pb::Grantees) -> Option<pb::PolicyTerms> {
    let mut terms = terms();
    terms.set_grantees(grantees);
    Some(terms)
}

fn request(who: &str) -> pb::MsgRequestAccess {
    pb::MsgRequestAccess {
        account: text(who),
        asset: 1,
        policy_version: 1,
        purpose: pb::Purpose::Infer.into(),
        units: 10,
        grantee_key: vec![],
    }
}

fn decide(who: &str, request: u64, grant: bool) -> pb::MsgDecideAccess {
    pb::MsgDecideAccess { signer: text(who), request, grant, units: 10, expires_at: None }
}

fn ask(chain: &mut TestChain, who: &str) -> u64 {
    let made: pb::MsgRequestAccessResponse = ok(chain, who, &request(who));
    made.request
}

#[test]
fn the_owner_answers_and_who_asked_may_withdraw() {
    let mut chain = chain();
    settled(&mut chain, NewAnchor { policy: licensed(pb::Grantees::ByOwner), ..new("ada", "a") });
    assert_eq!(refused(&mut chain, "dan", &super::access::buy("dan", 1, 3)), 25);
    let id = ask(&mut chain, "dan");
    assert_eq!(refused(&mut chain, "eve", &decide("eve", id, true)), 7);
    let before = wealth(&chain, &address("dan"));
    let _: pb::MsgDecideAccessResponse = ok(&mut chain, "dan", &decide("dan", id, false));
    assert_eq!(wealth(&chain, &address("dan")) - before, 0, "deposit 1,000 less a fee of 1,000");
    assert_eq!(refused(&mut chain, "ada", &decide("ada", id, true)), 6);
    let id = ask(&mut chain, "dan");
    let too_many = pb::MsgDecideAccess { units: 11, ..decide("ada", id, true) };
    assert!(invalid(&mut chain, "ada", &too_many).contains("more than the 10 asked for"));
    let made: pb::MsgDecideAccessResponse = ok(&mut chain, "ada", &decide("ada", id, true));
    let token = dat(&chain, 1, made.serial);
    assert_eq!((token.owner, token.value, token.deposit), (text("dan"), 10, "1000".into()));
    let id = ask(&mut chain, "eve");
    let _: pb::MsgDecideAccessResponse = ok(&mut chain, "ada", &decide("ada", id, false));
    let train = pb::MsgRequestAccess { purpose: pb::Purpose::Train.into(), ..request("eve") };
    assert!(invalid(&mut chain, "eve", &train).contains("does not name this purpose"));
}

#[test]
fn a_request_that_nobody_answers_ends_with_its_deposit_back() {
    let mut chain = chain();
    settled(&mut chain, NewAnchor { policy: licensed(pb::Grantees::ByOwner), ..new("ada", "a") });
    let before = wealth(&chain, &address("dan"));
    let id = ask(&mut chain, "dan");
    chain.skip_secs(3_600);
    chain.blocks(1);
    assert_eq!(refused(&mut chain, "ada", &decide("ada", id, true)), 6);
    assert_eq!(before - wealth(&chain, &address("dan")), 1_000, "only the fee");
}

#[test]
fn where_the_licence_asks_the_idao_a_vote_grants_and_the_owner_may_still_refuse() {
    let mut chain = chain();
    let create = idaos::MsgCreateIdao {
        founder: text("ada"),
        name: "Open Health".into(),
        domain: "health".into(),
        charter_uri: String::new(),
        charter_hash: vec![7; 32],
        rules: idao::local().default_rules,
    };
    let _: idaos::MsgCreateIdaoResponse = ok(&mut chain, "ada", &create);
    settled(&mut chain, NewAnchor { idao: 1, policy: licensed(pb::Grantees::ByIdaoVote), ..new("ada", "a") });
    let grant = pb::MsgGrantAccess {
        owner: text("ada"),
        asset: 1,
        policy_version: 1,
        grantee: text("dan"),
        ..pb::MsgGrantAccess::default()
    };
    assert_eq!(refused(&mut chain, "ada", &grant), 33);
    let first = ask(&mut chain, "dan");
    assert_eq!(refused(&mut chain, "ada", &decide("ada", first, true)), 33);
    let _: pb::MsgDecideAccessResponse = ok(&mut chain, "ada", &decide("ada", first, false));
    assert!(chain.act(move |ctx| logic::decided(ctx, first, true)).is_ok(), "too late, and harmless");
    assert_eq!(asset(&chain, 1).tokens, 1);
    let second = ask(&mut chain, "dan");
    chain.act(move |ctx| logic::decided(ctx, second, true)).expect("grants");
    assert_eq!(dat(&chain, 1, 2).owner, text("dan"));
    let third = ask(&mut chain, "eve");
    chain.act(move |ctx| logic::decided(ctx, third, false)).expect("refuses");
    assert_eq!(refused(&mut chain, "ada", &decide("ada", third, true)), 6);
    // once the asset has left the iDAO, its vote is the owner's word
    let fourth = ask(&mut chain, "eve");
    let leave = pb::MsgMoveAsset { owner: text("ada"), asset: 1, idao: 0 };
    let _: pb::MsgMoveAssetResponse = ok(&mut chain, "ada", &leave);
    chain.act(move |ctx| logic::decided(ctx, fourth, true)).expect("leaves it to the owner");
    let _: pb::MsgDecideAccessResponse = ok(&mut chain, "ada", &decide("ada", fourth, true));
}
