//! Rules that no other scenario breaks, and what is refused before it is looked at.

use proto::lazchain::idao::v1 as pb;

use super::super::{keys::EDGES, live_edges, logic::trust};
use super::{
    any, apply, chain, create, ctx, executing, idao, join, next_epoch, ok, pass, proposal, propose, refused,
    rules, sound, text, treasury, vote,
};
use crate::{
    error::Result,
    testkit::{TestChain, address},
    time::{Span, Time},
};

fn edge(idao: u64, quorum: u64) -> pb::TrustEdge {
    pb::TrustEdge {
        idao,
        quorum,
        kinds: vec![pb::UpdateKind::Dataset.into()],
        max_value_at_risk: "9000".into(),
        min_value_at_risk: "100".into(),
        mode: pb::TrustMode::DatBacked.into(),
        quorum_share_bps: 200,
        ..Default::default()
    }
}

#[test]
fn what_is_not_there_is_named() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    assert_eq!(refused(&mut chain, "ben", &apply("ben", 9)), 2);
    assert_eq!(refused(&mut chain, "ada", &executing("ada", 9)), 18);
    let leave = pb::MsgLeaveIdao { member: text("ben"), idao: id };
    assert_eq!(refused(&mut chain, "ben", &leave), 5);
    assert_eq!(refused(&mut chain, "ada", &apply("ada", id)), 6);
    let withdraw = pb::MsgWithdrawApplication { applicant: text("ben"), idao: id };
    assert_eq!(refused(&mut chain, "ben", &withdraw), 13);
    ok(&mut chain, "ben", &apply("ben", id));
    assert_eq!(refused(&mut chain, "ben", &apply("ben", id)), 12);
    let close = pb::MsgCloseIdao { idao_account: text("ada"), idao: id };
    assert_eq!(refused(&mut chain, "ada", &close), 4);
}

#[test]
fn nobody_leaves_a_higher_deposit_than_they_said() {
    let mut chain = chain();
    let dear = pb::Rules { membership_deposit: "500".into(), ..rules() };
    let id = create(&mut chain, "ada", dear);
    let cheap = pb::MsgApplyToJoin { max_deposit: "499".into(), ..apply("ben", id) };
    assert_eq!(refused(&mut chain, "ben", &cheap), 11);
    assert_eq!(chain.balance("ben"), 1_000_000 - 10);
    let by_token = pb::Rules { membership: pb::Membership::Token.into(), membership_asset: 5, ..rules() };
    let other = create(&mut chain, "ada", by_token);
    assert_eq!(refused(&mut chain, "ben", &apply("ben", other)), 8);
    assert_eq!(
        refused(
            &mut chain,
            "ada",
            &pb::MsgInvite { inviter: text("ada"), idao: other, account: text("ben") }
        ),
        4
    );
}

#[test]
fn rules_out_of_their_range_are_refused() {
    let mut chain = chain();
    let wrong: [fn(&mut pb::Rules); 13] = [
        |rules| rules.membership = 0,
        |rules| rules.voting = 0,
        |rules| rules.membership_asset = 3,
        |rules| rules.membership = pb::Membership::Token.into(),
        |rules| rules.points_cap = "5".into(),
        |rules| rules.voting = pb::Voting::Points.into(),
        |rules| rules.quorum_bps = 0,
        |rules| rules.threshold_bps = 5_000,
        |rules| rules.veto_bps = 10_001,
        |rules| rules.split_bps = 3_001,
        |rules| rules.voting_period = None,
        |rules| rules.voting_period = Some(Span::from_secs(4).wire()),
        |rules| rules.steward_messages = vec!["/lazchain.idao.v1.MsgSetRoles".into()],
    ];
    for (number, change) in wrong.into_iter().enumerate() {
        let mut rules = rules();
        change(&mut rules);
        let message = pb::MsgCreateIdao {
            founder: text("ada"),
            name: "x".into(),
            domain: "y".into(),
            rules: Some(rules),
            ..Default::default()
        };
        assert_eq!(refused(&mut chain, "ada", &message), 43, "{number}");
    }
    let longest = pb::Rules { time_lock: Some(Span::from_secs(31 * 86_400).wire()), ..rules() };
    let message = pb::MsgCreateIdao {
        founder: text("ada"),
        name: "x".into(),
        domain: "y".into(),
        rules: Some(longest),
        ..Default::default()
    };
    assert_eq!(refused(&mut chain, "ada", &message), 43);
    let default = pb::MsgCreateIdao { rules: None, ..message };
    ok(&mut chain, "ada", &default);
    assert_eq!(idao(&chain, 1).rules, Some(rules()));
}

#[test]
fn trust_is_established_by_proposal_only_and_to_a_quorum_that_is_there() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    let establish =
        |account: String| pb::MsgEstablishTrust { idao_account: account, edge: Some(edge(id, 3)) };
    assert_eq!(refused(&mut chain, "ada", &establish(text("ada"))), 4);
    let opened = propose(&mut chain, "ada", id, vec![any(&establish(treasury(id)))]);
    assert_eq!(proposal(&chain, opened).kind(), pb::ProposalKind::Trust);
    vote(&mut chain, "ada", opened, pb::VoteOption::Yes);
    chain.skip_secs(10);
    ok(&mut chain, "ada", &executing("ada", opened));
    assert_eq!(proposal(&chain, opened).failed_reason, "message 0: codespace idao, code 39");
    let end = any(&pb::MsgEndTrust { idao_account: treasury(id), idao: id, quorum: 3 });
    let ending = propose(&mut chain, "ada", id, vec![end]);
    vote(&mut chain, "ada", ending, pb::VoteOption::Yes);
    chain.skip_secs(10);
    ok(&mut chain, "ada", &executing("ada", ending));
    assert_eq!(proposal(&chain, ending).failed_reason, "message 0: codespace idao, code 41");
}

#[test]
fn an_idao_has_sixteen_edges_one_for_each_quorum_and_expired_ones_make_room() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    let mut ctx = ctx(&chain);
    let soon = ctx.block.time.plus(Span::from_secs(5));
    for quorum in 1..=16 {
        let expires = (quorum == 2).then(|| soon.wire());
        trust::establish(&mut ctx, pb::TrustEdge { expires, ..edge(id, quorum) }).expect("room");
    }
    trust::establish(&mut ctx, edge(id, 16)).expect("replaced");
    let full = trust::establish(&mut ctx, edge(id, 17)).expect_err("full").to_string();
    assert!(full.contains("at most 16 trust edges"), "{full}");
    let live = |now: Time| live_edges(&ctx.state, id, now).expect("reads").len();
    assert_eq!((live(Time::from_nanos(soon.nanos() - 1)), live(soon)), (16, 15));
    ctx.block.time = soon;
    trust::establish(&mut ctx, edge(id, 17)).expect("the expired one made room");
    assert!(!EDGES.has(&ctx.state, &(id, 2)).expect("reads"));
    trust::end_all(&mut ctx, id).expect("ends");
    assert!(live_edges(&ctx.state, id, soon).expect("reads").is_empty());
    sound(&ctx);
}

#[test]
fn edges_that_make_no_sense_are_refused_before_anybody_votes_on_them() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    let wrong: [fn(&mut pb::TrustEdge); 8] = [
        |edge| edge.kinds.clear(),
        |edge| edge.kinds = vec![2, 2],
        |edge| edge.quorum = 0,
        |edge| edge.max_value_at_risk = "99".into(),
        |edge| edge.mode = pb::TrustMode::Fee.into(),
        |edge| edge.min_committee = 65,
        |edge| edge.min_threshold_bps = 10_001,
        |edge| edge.established = Some(Time::EPOCH.wire()),
    ];
    for (number, change) in wrong.into_iter().enumerate() {
        let mut edge = edge(id, 3);
        change(&mut edge);
        let message = pb::MsgEstablishTrust { idao_account: treasury(id), edge: Some(edge) };
        let proposing = super::proposing("ada", id, vec![any(&message)]);
        assert_eq!(refused(&mut chain, "ada", &proposing), 22, "{number}");
    }
}

#[test]
fn parameters_are_governances_and_each_has_a_range() {
    let mut chain = chain();
    let wrong: [fn(&mut pb::Params); 5] = [
        |params| params.freeze_vote_period = params.max_voting_period,
        |params| params.execution_gas = 1,
        |params| params.weights = None,
        |params| params.default_rules = None,
        |params| params.max_split_bps = 6_000,
    ];
    let check = |params: pb::Params| -> Result<()> { super::super::types::check(&params) };
    for (number, change) in wrong.into_iter().enumerate() {
        let mut params = super::local();
        change(&mut params);
        assert!(check(params).is_err(), "{number}");
    }
    check(super::local()).expect("fine");
    check(super::super::types::live()).expect("fine");
    let update = pb::MsgUpdateParams { authority: text("ada"), params: Some(super::local()) };
    let result = chain.run("ada", vec![any(&update)]);
    assert_eq!((result.codespace.as_str(), result.code), ("gov", 13));
}

#[test]
fn a_role_is_taken_on_by_its_holder_and_needs_a_vote() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", pb::Rules { membership: pb::Membership::Open.into(), ..rules() });
    ok(&mut chain, "ben", &apply("ben", id));
    let set = pb::MsgSetRoles {
        idao_account: treasury(id),
        idao: id,
        account: text("ben"),
        roles: vec![pb::Role::Guardian.into()],
    };
    pass(&mut chain, &["ada"], id, vec![any(&set)]);
    let accept = pb::MsgAcceptRole { member: text("ben"), idao: id, role: pb::Role::Guardian.into() };
    assert_eq!(refused(&mut chain, "ben", &accept), 15);
    let stranger = pb::MsgSetRoles { account: text("eve"), ..set.clone() };
    let opened = propose(&mut chain, "ada", id, vec![any(&stranger)]);
    vote(&mut chain, "ada", opened, pb::VoteOption::Yes);
    chain.skip_secs(10);
    ok(&mut chain, "ada", &executing("ada", opened));
    assert_eq!(proposal(&chain, opened).failed_reason, "message 0: codespace idao, code 5");
    let held = super::super::holds_role_or_founded(&chain.node.store().latest(), id, &address("ben"));
    assert!(!held.expect("reads"));
}

#[test]
fn a_stake_of_the_treasury_goes_to_the_community_after_its_unbonding() {
    let mut chain = TestChain::with_validators(
        &[("ada", 1_000_000), ("ben", 1_000_000), ("vic", 100)],
        &[("vic", 10_000_000)],
    );
    let id = create(&mut chain, "ada", rules());
    super::fund(&mut chain, "ben", id, 5_000);
    let delegate = proto::cosmos::staking::v1beta1::MsgDelegate {
        delegator_address: treasury(id),
        validator_address: address("vic").operator().to_string(),
        amount: Some(proto::cosmos::base::v1beta1::Coin { denom: "ulaz".into(), amount: "4000".into() }),
    };
    pass(&mut chain, &["ada"], id, vec![any(&delegate)]);
    ok(&mut chain, "ada", &pb::MsgLeaveIdao { member: text("ada"), idao: id });
    let own = super::super::account(id);
    let stakes = |chain: &TestChain| {
        crate::modules::staking::delegations(&chain.node.store().latest(), &own, None, 10)
            .expect("reads")
            .len()
    };
    chain.blocks(1);
    assert_eq!(stakes(&chain), 0, "it unbonds");
    chain.skip_secs(22 * 86_400);
    chain.blocks(3);
    let left = crate::modules::bank::balances(&chain.node.store().latest(), &own).expect("reads");
    assert!(left.is_empty(), "{left}");
}

#[test]
fn who_came_in_twice_by_two_doors_is_a_member_once() {
    let mut chain = chain();
    let stewards = pb::Rules { steward_messages: vec!["/lazchain.idao.v1.MsgInvite".into()], ..rules() };
    let id = create(&mut chain, "ada", stewards);
    ok(&mut chain, "ben", &apply("ben", id));
    ok(&mut chain, "ada", &pb::MsgInvite { inviter: text("ada"), idao: id, account: text("ben") });
    ok(&mut chain, "ben", &pb::MsgAcceptInvite { account: text("ben"), idao: id, max_deposit: "0".into() });
    let before = chain.balance("ben");
    vote(&mut chain, "ada", 1, pb::VoteOption::Yes);
    assert_eq!(chain.balance("ben"), before + 10, "the application's deposit came back");
    assert_eq!(idao(&chain, id).members, 2);
    join(&mut chain, "cleo", id, &["ada"]);
    next_epoch(&mut chain);
}
