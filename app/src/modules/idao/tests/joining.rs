//! Coming in and going out.

use proto::{amount::Amount, lazchain::idao::v1 as pb};

use super::super::{
    keys::{AGENTS, DAT_MEMBERS},
    logic::{
        joining::unused,
        members::{Newcomer, admit, case_closed, case_opened, dat_moved},
        points::add_points,
    },
};
use super::{
    any, apply, chain, create, ctx, idao, join, last_proposal, member, next_epoch, ok, pass, proposal,
    refused, rules, sound, text, treasury, vote, work,
};
use crate::{
    modules::bank,
    testkit::{TestChain, address},
};
use proto::coin::Denom;

fn balance(ctx: &crate::ctx::Ctx, who: &str) -> u128 {
    bank::balance(&ctx.state, &address(who), &Denom::known("ulaz")).expect("reads").units()
}

#[test]
fn an_idao_of_one_person_works_from_the_first_block_and_its_deposits_come_back_at_the_end() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    assert_eq!(chain.balance("ada"), 1_000_000 - 10 - 1_000 - 10);
    let ada = member(&chain, id, "ada").expect("a member");
    assert_eq!((ada.roles.len(), ada.votes_from, idao(&chain, id).members), (3, 1, 1));
    super::fund(&mut chain, "ben", id, 500);
    pass(&mut chain, &["ada"], id, vec![super::spend(id, "ada", 200)]);
    assert_eq!(chain.balance("ada"), 1_000_000 - 1_010 + 200 - 4 * 10);
    ok(&mut chain, "ada", &pb::MsgLeaveIdao { member: text("ada"), idao: id });
    assert_eq!(chain.balance("ada"), 1_000_000 + 200 - 5 * 10);
    assert_eq!(idao(&chain, id).status(), pb::IdaoStatus::Closed);
    let pool = crate::modules::bank::balance(
        &chain.node.store().latest(),
        &super::super::account(id),
        &Denom::known("ulaz"),
    );
    assert!(pool.expect("reads").is_zero(), "the rest belongs to the community");
}

#[test]
fn an_applicant_is_admitted_by_more_yes_than_no_and_votes_from_the_next_epoch() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", pb::Rules { membership_deposit: "70".into(), ..rules() });
    join(&mut chain, "ben", id, &["ada"]);
    assert_eq!(chain.balance("ben"), 1_000_000 - 10 - 70 - 10);
    let ben = member(&chain, id, "ben").expect("a member");
    assert_eq!((ben.votes_from, ben.deposit.as_str()), (2, "70"));
    // nobody of both has more: ben's vote does not count yet, so ada's no decides
    ok(&mut chain, "cleo", &apply("cleo", id));
    let first = last_proposal(&chain);
    assert_eq!(proposal(&chain, first).voters, 1);
    let too_early = pb::MsgVote { voter: text("ben"), proposal: first, option: pb::VoteOption::Yes.into() };
    assert_eq!(refused(&mut chain, "ben", &too_early), 16);
    vote(&mut chain, "ada", first, pb::VoteOption::No);
    assert!(member(&chain, id, "cleo").is_none());
    assert_eq!(chain.balance("cleo"), 1_000_000 - 10);
    next_epoch(&mut chain);
    join(&mut chain, "cleo", id, &["ada", "ben"]);
    ok(&mut chain, "ben", &pb::MsgLeaveIdao { member: text("ben"), idao: id });
    assert_eq!(idao(&chain, id).voters.expect("counted").now, 1);
}

#[test]
fn an_application_nobody_answers_is_no_admission_and_can_be_taken_back() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    ok(&mut chain, "ben", &apply("ben", id));
    chain.skip_secs(31);
    chain.blocks(1);
    assert_eq!(proposal(&chain, 1).status(), pb::ProposalStatus::Rejected);
    assert!(member(&chain, id, "ben").is_none());
    ok(&mut chain, "ben", &apply("ben", id));
    ok(&mut chain, "ben", &pb::MsgWithdrawApplication { applicant: text("ben"), idao: id });
    assert_eq!(proposal(&chain, 2).status(), pb::ProposalStatus::Withdrawn);
    assert_eq!(chain.balance("ben"), 1_000_000 - 30);
    let late = pb::MsgVote { voter: text("ada"), proposal: 2, option: pb::VoteOption::Yes.into() };
    assert_eq!(refused(&mut chain, "ada", &late), 19);
}

#[test]
fn stewards_invite_where_the_rules_say_so_and_an_invitation_expires_at_its_instant() {
    let mut chain = chain();
    let by_invite = pb::Rules {
        membership: pb::Membership::Invite.into(),
        steward_messages: vec!["/lazchain.idao.v1.MsgInvite".into()],
        ..rules()
    };
    let id = create(&mut chain, "ada", by_invite);
    assert_eq!(refused(&mut chain, "ben", &apply("ben", id)), 7);
    let invite =
        |who: &str, account: &str| pb::MsgInvite { inviter: text(who), idao: id, account: text(account) };
    ok(&mut chain, "ada", &invite("ada", "ben"));
    ok(&mut chain, "ada", &invite("ada", "cleo"));
    let accept = |who: &str| pb::MsgAcceptInvite { account: text(who), idao: id, max_deposit: "0".into() };
    ok(&mut chain, "ben", &accept("ben"));
    assert_eq!(refused(&mut chain, "ben", &invite("ben", "dan")), 4);
    assert_eq!(refused(&mut chain, "dan", &accept("dan")), 14);
    chain.skip_secs(600);
    assert_eq!(refused(&mut chain, "cleo", &accept("cleo")), 14);
    chain.blocks(1);
    let ada = chain.balance("ada");
    ok(&mut chain, "ada", &invite("ada", "cleo"));
    assert_eq!(chain.balance("ada"), ada - 20, "the expired one had come back already");
    // the iDAO itself may, and pays out of its treasury
    super::fund(&mut chain, "ada", id, 100);
    let own = pb::MsgInvite { inviter: treasury(id), idao: id, account: text("dan") };
    pass(&mut chain, &["ada"], id, vec![any(&own)]);
    ok(&mut chain, "dan", &accept("dan"));
}

#[test]
fn an_open_door_gives_no_vote_before_the_first_accepted_update() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", pb::Rules { membership: pb::Membership::Open.into(), ..rules() });
    for sybil in ["ben", "cleo", "dan"] {
        ok(&mut chain, sybil, &apply(sybil, id));
    }
    next_epoch(&mut chain);
    assert_eq!(idao(&chain, id).members, 4);
    assert_eq!(
        refused(&mut chain, "ben", &super::proposing("ben", id, vec![super::spend(id, "ben", 1)])),
        15
    );
    let proposed = super::propose(&mut chain, "ada", id, vec![super::spend(id, "ada", 1)]);
    assert_eq!(proposal(&chain, proposed).voters, 1);
    let mut ctx = ctx(&chain);
    add_points(&mut ctx, id, &address("ben"), 100).expect("adds");
    sound(&ctx);
    let ben = super::super::member(&ctx.state, id, &address("ben")).expect("reads").expect("a member");
    assert_eq!((ben.votes_from, ben.accepted), (3, 1));
    super::super::take_points(&mut ctx, id, &address("ben"), 200).expect("takes");
    sound(&ctx);
    let ben = super::super::member(&ctx.state, id, &address("ben")).expect("reads").expect("a member");
    assert_eq!((ben.votes_from, ben.points.as_str()), (0, "0"));
}

#[test]
fn a_membership_by_token_ends_when_the_dat_moves_and_one_dat_is_one_membership() {
    let mut chain = chain();
    let by_token = pb::Rules { membership: pb::Membership::Token.into(), membership_asset: 5, ..rules() };
    let id = create(&mut chain, "ada", by_token);
    let mut ctx = ctx(&chain);
    let newcomer = |who: &str| Newcomer {
        account: address(who),
        door: pb::Membership::Token,
        deposit: Amount::ZERO,
        record_deposit: Amount::ZERO,
        dat: Some((5, 1)),
    };
    admit(&mut ctx, id, newcomer("ben")).expect("admits");
    sound(&ctx);
    let used = unused(&ctx.state, id, (5, 1)).expect_err("used").to_string();
    assert!(used.contains("dat-5/1 is a membership of somebody already"), "{used}");
    for other in 100..107 {
        DAT_MEMBERS.set(&mut ctx.state, &(5, 1, other), &address("eve"));
    }
    let full = unused(&ctx.state, 99, (5, 1)).expect_err("used up").to_string();
    assert!(full.contains("at most 8 memberships"), "{full}");
    for other in 100..107 {
        DAT_MEMBERS.remove(&mut ctx.state, &(5, 1, other));
    }
    dat_moved(&mut ctx, 5, 1, &address("eve")).expect("not the member's");
    assert!(super::super::member(&ctx.state, id, &address("ben")).expect("reads").is_some());
    dat_moved(&mut ctx, 5, 1, &address("ben")).expect("ends it");
    assert!(super::super::member(&ctx.state, id, &address("ben")).expect("reads").is_none());
    unused(&ctx.state, id, (5, 1)).expect("free again");
    sound(&ctx);
}

#[test]
fn leaving_takes_agents_and_offers_along_and_a_removed_member_gets_everything_back() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    join(&mut chain, "ben", id, &["ada"]);
    let set = pb::MsgSetRoles {
        idao_account: treasury(id),
        idao: id,
        account: text("ben"),
        roles: vec![pb::Role::Gatekeeper.into(), pb::Role::Guardian.into()],
    };
    pass(&mut chain, &["ada"], id, vec![any(&set)]);
    let accept = pb::MsgAcceptRole { member: text("ben"), idao: id, role: pb::Role::Gatekeeper.into() };
    ok(&mut chain, "ben", &accept);
    assert_eq!(refused(&mut chain, "ben", &accept), 34);
    let agent = pb::MsgRegisterAgent {
        member: text("ben"),
        idao: id,
        account: text("bot"),
        message_types: vec!["/lazchain.idao.v1.MsgVote".into()],
        spend_limit: "0".into(),
        expires: Some(prost_types::Timestamp { seconds: 2_000_000_000, nanos: 0 }),
    };
    ok(&mut chain, "ben", &agent);
    let ben = chain.balance("ben");
    let remove = pb::MsgRemoveMember { idao_account: treasury(id), idao: id, account: text("ben") };
    next_epoch(&mut chain);
    let id2 = super::propose(&mut chain, "ada", id, vec![any(&remove)]);
    vote(&mut chain, "ada", id2, pb::VoteOption::Yes);
    vote(&mut chain, "ben", id2, pb::VoteOption::Abstain);
    chain.skip_secs(10);
    ok(&mut chain, "ada", &super::executing("ada", id2));
    assert!(member(&chain, id, "ben").is_none());
    assert_eq!(chain.balance("ben"), ben + 20 - 10, "two records, less the fee of a vote");
    assert!(AGENTS.get(&chain.node.store().latest(), &(id, address("bot"))).expect("reads").is_none());
}

#[test]
fn a_membership_deposit_waits_for_open_challenges_and_is_burnt_if_an_update_falls() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", pb::Rules { membership_deposit: "70".into(), ..rules() });
    join(&mut chain, "ben", id, &["ada"]);
    join(&mut chain, "cleo", id, &["ada"]);
    let mut ctx = ctx(&chain);
    let (ben, cleo) = (address("ben"), address("cleo"));
    for who in [&ben, &ben, &cleo] {
        case_opened(&mut ctx, id, who).expect("opens");
    }
    let before = balance(&ctx, "ben");
    super::super::logic::members::leave(&mut ctx, id, &ben, "left").expect("leaves");
    assert_eq!(balance(&ctx, "ben"), before + 10, "the record's deposit only");
    sound(&ctx);
    case_closed(&mut ctx, id, &ben, false).expect("closes");
    assert_eq!(balance(&ctx, "ben"), before + 10);
    case_closed(&mut ctx, id, &ben, false).expect("closes");
    assert_eq!(balance(&ctx, "ben"), before + 80);
    sound(&ctx);
    case_closed(&mut ctx, id, &cleo, true).expect("closes");
    sound(&ctx);
    let before = balance(&ctx, "cleo");
    super::super::logic::members::leave(&mut ctx, id, &cleo, "left").expect("leaves");
    assert_eq!(balance(&ctx, "cleo"), before + 10, "the membership deposit is gone");
    work(&mut ctx);
    sound(&ctx);
}

#[test]
fn a_closed_idao_lets_its_members_take_out_what_is_theirs() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    join(&mut chain, "ben", id, &["ada"]);
    super::fund(&mut chain, "ben", id, 300);
    let close = pb::MsgCloseIdao { idao_account: treasury(id), idao: id };
    pass(&mut chain, &["ada"], id, vec![any(&close)]);
    assert_eq!(idao(&chain, id).status(), pb::IdaoStatus::Closed);
    assert_eq!(refused(&mut chain, "cleo", &apply("cleo", id)), 3);
    let before = chain.balance("ben");
    ok(&mut chain, "ben", &pb::MsgLeaveIdao { member: text("ben"), idao: id });
    assert_eq!(chain.balance("ben"), before + 10 - 10);
    ok(&mut chain, "ada", &pb::MsgLeaveIdao { member: text("ada"), idao: id });
    chain.blocks(2);
    check_nothing_left(&chain);
}

fn check_nothing_left(chain: &TestChain) {
    let held =
        bank::balances(&chain.node.store().latest(), &proto::address::Address::module(super::super::ACCOUNT));
    assert!(held.expect("reads").is_empty());
}
