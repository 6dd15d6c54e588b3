//! What an enemy would try.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::idao::v1 as pb,
};

use super::super::{
    ACCOUNT, account, add_points, income,
    keys::{NEXT_PROPOSAL, PROPOSALS, VOTING},
    open_use_vote, take_points,
};
use super::{
    chain, create, ctx, join,
    money::{claim, held, ulaz},
    ok, propose, refused, rules, sound, spend, text, work,
};
use crate::{
    modules::bank,
    testkit::{TestChain, address, send},
    time::Span,
};

/// G33: more income than 128 bits can count, over and over: nothing wraps, nothing stops, the treasury gets the rest.
#[test]
fn an_overflow_of_the_income_index_leaves_the_rest_to_the_treasury() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", pb::Rules { points_share_bps: 10_000, ..rules() });
    let mut ctx = ctx(&chain);
    add_points(&mut ctx, id, &address("ada"), 1).expect("adds");
    let (donor, denom) = (Address::module("idao-test"), "huge".parse::<Denom>().expect("a name"));
    let all = Coins::one(Coin::new(denom.clone(), Amount::MAX));
    bank::mint(&mut ctx, &donor, &all).expect("mints");
    income(&mut ctx, id, &donor, &all).expect("comes in");
    sound(&ctx);
    claim(&mut ctx, id, "ada");
    bank::transfer(&mut ctx, &address("ada"), &donor, &all).expect("all of it was paid");
    income(&mut ctx, id, &donor, &all).expect("comes in");
    assert_eq!(bank::balance(&ctx.state, &account(id), &denom).expect("reads"), Amount::MAX);
    assert_eq!(claim(&mut ctx, id, "ada"), 0);
    add_points(&mut ctx, id, &address("ada"), u128::MAX).expect_err("more points than fit");
    take_points(&mut ctx, id, &address("ada"), u128::MAX).expect("not below 0");
    sound(&ctx);
}

/// G38: thousands of votes due in one instant are decided within the budget of each block, first come first served.
#[test]
fn a_herd_of_votes_that_close_at_once_is_worked_over_several_blocks() {
    const HERD: u64 = 2_000;
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    let mut ctx = ctx(&chain);
    (0..HERD).for_each(|request| open_use_vote(&mut ctx, id, request).expect("opens"));
    ctx.block.time = ctx.block.time.plus(Span::from_secs(31));
    let open = |ctx: &crate::ctx::Ctx| VOTING.page(&ctx.state, &id, None, 10_000).expect("reads").len();
    let mut before = open(&ctx);
    let mut blocks = 0;
    while before > 0 {
        work(&mut ctx);
        ctx.block.height += 1;
        let after = open(&ctx);
        assert!(before - after <= 250 && after < before, "{before} {after}");
        let first = VOTING.page(&ctx.state, &id, None, 1).expect("reads");
        assert_eq!(first.first().map(|((_, first), _)| *first), (after > 0).then(|| HERD - after as u64 + 1));
        before = after;
        blocks += 1;
    }
    assert!(blocks >= 8, "{blocks}");
    sound(&ctx);
    assert_eq!(NEXT_PROPOSAL.get(&ctx.state).expect("reads"), Some(HERD + 1));
    assert!(PROPOSALS.has(&ctx.state, &1).expect("reads"), "kept for a while");
}

/// G41: coins sent straight to an account of the module change no rate: the module's own takes none, an iDAO's are a gift.
#[test]
fn a_donation_to_the_accounts_changes_no_claim_and_no_invariant() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    let straight = |to: Address| {
        let mut message = proto::cosmos::bank::v1beta1::MsgSend {
            from_address: text("eve"),
            to_address: to.to_string(),
            amount: Vec::new(),
        };
        let coin = proto::cosmos::base::v1beta1::Coin { denom: "ulaz".into(), amount: "777".into() };
        message.amount.push(coin);
        message
    };
    let result = chain.run("eve", vec![super::any(&straight(Address::module(ACCOUNT)))]);
    assert_ne!(result.code, 0, "nobody sends to the escrow");
    ok(&mut chain, "eve", &straight(account(id)));
    // an iDAO that is still to come: its account has coins before it is there
    ok(&mut chain, "eve", &straight(account(id + 1)));
    let other = create(&mut chain, "ben", rules());
    assert_eq!(other, id + 1);
    let mut ctx = ctx(&chain);
    assert_eq!((held(&ctx, &account(id)), held(&ctx, &account(other))), (777, 777));
    add_points(&mut ctx, id, &address("ada"), 5).expect("adds");
    assert_eq!(claim(&mut ctx, id, "ada"), 0);
    income(&mut ctx, id, &address("dan"), &ulaz(100)).expect("comes in");
    assert_eq!(claim(&mut ctx, id, "ada"), 50);
    sound(&ctx);
}

/// G28: nobody takes an iDAO's money or name by calling themselves its account, and no proposal of one iDAO speaks for
/// another.
#[test]
fn nobody_speaks_for_an_idao_without_its_vote() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    super::fund(&mut chain, "ada", id, 1_000);
    let result = chain.run("eve", vec![spend(id, "eve", 1_000)]);
    assert_ne!(result.code, 0);
    let mine = create(&mut chain, "eve", rules());
    assert_eq!(refused(&mut chain, "eve", &super::proposing("eve", mine, vec![spend(id, "eve", 1)])), 22);
    let close = pb::MsgCloseIdao { idao_account: super::treasury(mine), idao: id };
    let opened = propose(&mut chain, "eve", mine, vec![super::any(&close)]);
    super::vote(&mut chain, "eve", opened, pb::VoteOption::Yes);
    chain.skip_secs(10);
    ok(&mut chain, "eve", &super::executing("eve", opened));
    assert_eq!(super::proposal(&chain, opened).failed_reason, "message 0: codespace idao, code 4");
    assert_eq!(super::idao(&chain, id).status(), pb::IdaoStatus::Active);
}

/// A stranger's open door: sybils of an open iDAO neither vote nor propose, and leave it as they found it.
#[test]
fn sybils_of_an_open_idao_decide_nothing() {
    let mut chain =
        TestChain::with_balances(&[("ada", 1_000_000), ("s1", 1_000), ("s2", 1_000), ("s3", 1_000)]);
    let id = create(&mut chain, "ada", pb::Rules { membership: pb::Membership::Open.into(), ..rules() });
    for sybil in ["s1", "s2", "s3"] {
        ok(&mut chain, sybil, &super::apply(sybil, id));
    }
    super::next_epoch(&mut chain);
    let opened = propose(&mut chain, "ada", id, vec![spend(id, "ada", 1)]);
    for sybil in ["s1", "s2", "s3"] {
        let veto = pb::MsgVote { voter: text(sybil), proposal: opened, option: pb::VoteOption::Veto.into() };
        assert_eq!(refused(&mut chain, sybil, &veto), 16);
        ok(&mut chain, sybil, &pb::MsgLeaveIdao { member: text(sybil), idao: id });
    }
    super::vote(&mut chain, "ada", opened, pb::VoteOption::Yes);
    assert_eq!(super::proposal(&chain, opened).status(), pb::ProposalStatus::Passed);
    assert_eq!(super::idao(&chain, id).members, 1);
}

/// peers 7.6: what fails in a proposal is that proposal's failure, not the chain's end, however often it is tried.
#[test]
fn what_fails_in_a_proposal_leaves_the_chain_and_the_other_proposals_alone() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    join(&mut chain, "ben", id, &["ada"]);
    let broke = propose(&mut chain, "ada", id, vec![spend(id, "eve", u64::MAX)]);
    super::vote(&mut chain, "ada", broke, pb::VoteOption::Yes);
    chain.skip_secs(10);
    for times in 1..=3 {
        ok(&mut chain, "eve", &super::executing("eve", broke));
        assert_eq!(super::proposal(&chain, broke).failed_runs, times);
    }
    assert_eq!(chain.run("eve", vec![send("eve", "dan", 5)]).code, 0);
}

/// peers 7.6: nor is a message that panics; what the messages before it wrote is gone.
#[test]
fn a_panic_in_a_proposal_is_its_failure_and_leaves_nothing() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    super::fund(&mut chain, "ada", id, 1_000);
    let title = "panic in a proposal".to_owned();
    ok(
        &mut chain,
        "ada",
        &pb::MsgPropose { title, ..super::proposing("ada", id, vec![spend(id, "eve", 400)]) },
    );
    let broke = super::last_proposal(&chain);
    super::vote(&mut chain, "ada", broke, pb::VoteOption::Yes);
    chain.skip_secs(10);
    let before = chain.balance("eve");
    ok(&mut chain, "dan", &super::executing("dan", broke));
    assert_eq!((super::proposal(&chain, broke).failed_runs, chain.balance("eve")), (1, before));
    assert_eq!(chain.run("eve", vec![send("eve", "dan", 5)]).code, 0);
}
