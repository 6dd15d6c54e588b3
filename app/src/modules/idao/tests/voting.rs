//! Proposals, votes, execution.

use proto::lazchain::idao::v1 as pb;

use super::super::{
    keys::{CHECKPOINTS, PROPOSALS, VOTES},
    logic::{points::add_points, votes::power},
};
use super::{
    any, chain, create, ctx, executing, fund, idao, join, last_proposal, member, next_epoch, ok, pass,
    proposal, propose, proposing, refused, rules, sound, spend, text, treasury, vote, work,
};
use crate::{
    modules::scheduler,
    testkit::{TestChain, address},
};

/// Ada, ben and cleo, who all vote.
fn three() -> (TestChain, u64) {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    join(&mut chain, "ben", id, &["ada"]);
    join(&mut chain, "cleo", id, &["ada"]);
    next_epoch(&mut chain);
    (chain, id)
}

/// peers 4.9, lazai 7.11: no admin; a vote, and a time to leave before it counts.
#[test]
fn a_proposal_passes_waits_for_its_lock_and_runs_as_the_idaos_account_once() {
    let (mut chain, id) = three();
    fund(&mut chain, "dan", id, 1_000);
    let before = chain.balance("ben");
    let spending = propose(&mut chain, "ben", id, vec![spend(id, "eve", 300), spend(id, "eve", 200)]);
    for who in ["ada", "ben"] {
        vote(&mut chain, who, spending, pb::VoteOption::Yes);
    }
    assert_eq!(proposal(&chain, spending).status(), pb::ProposalStatus::Voting);
    chain.skip_secs(30);
    chain.blocks(1);
    assert_eq!(proposal(&chain, spending).status(), pb::ProposalStatus::Passed);
    assert_eq!(chain.balance("ben"), before - 20, "the deposit came back");
    assert_eq!(refused(&mut chain, "eve", &executing("eve", spending)), 24);
    chain.skip_secs(5);
    let low = pb::MsgExecuteProposal { gas_limit: 10_000, ..executing("eve", spending) };
    assert_eq!(refused(&mut chain, "eve", &low), 25);
    let eve = chain.balance("eve");
    ok(&mut chain, "eve", &executing("eve", spending));
    assert_eq!(chain.balance("eve"), eve + 500 - 10);
    assert_eq!(refused(&mut chain, "eve", &executing("eve", spending)), 24);
}

#[test]
fn a_vote_closes_as_soon_as_everybody_has_voted_in_person_and_not_before() {
    let (mut chain, id) = three();
    let first = propose(&mut chain, "ada", id, vec![spend(id, "ada", 1)]);
    for who in ["ada", "ben"] {
        vote(&mut chain, who, first, pb::VoteOption::Yes);
    }
    vote(&mut chain, "ben", first, pb::VoteOption::No); // changed, not added
    let open = proposal(&chain, first);
    assert_eq!((open.status(), open.tally.expect("counted").heads), (pb::ProposalStatus::Voting, 2));
    vote(&mut chain, "cleo", first, pb::VoteOption::No);
    assert_eq!(proposal(&chain, first).status(), pb::ProposalStatus::Rejected);
    let late = pb::MsgVote { voter: text("ada"), proposal: first, option: pb::VoteOption::No.into() };
    assert_eq!(refused(&mut chain, "ada", &late), 19);
}

#[test]
fn a_vetoed_proposal_loses_its_deposit_even_if_it_is_taken_back() {
    let (mut chain, id) = three();
    let before = chain.balance("ben");
    let one = propose(&mut chain, "ben", id, vec![spend(id, "ben", 1)]);
    vote(&mut chain, "ada", one, pb::VoteOption::Veto);
    ok(&mut chain, "ben", &pb::MsgWithdrawProposal { proposer: text("ben"), proposal: one });
    assert_eq!(proposal(&chain, one).status(), pb::ProposalStatus::Vetoed);
    assert_eq!(chain.balance("ben"), before - 100 - 20);
    let two = propose(&mut chain, "ben", id, vec![spend(id, "ben", 1)]);
    vote(&mut chain, "ada", two, pb::VoteOption::Veto);
    vote(&mut chain, "cleo", two, pb::VoteOption::Yes);
    vote(&mut chain, "ben", two, pb::VoteOption::Yes);
    let vetoed = proposal(&chain, two);
    assert_eq!(vetoed.status(), pb::ProposalStatus::Passed, "a third is less than 3,334 bps");
    let three = propose(&mut chain, "ben", id, vec![spend(id, "ben", 1)]);
    ok(&mut chain, "ben", &pb::MsgWithdrawProposal { proposer: text("ben"), proposal: three });
    assert_eq!(proposal(&chain, three).status(), pb::ProposalStatus::Withdrawn);
    let again = pb::MsgWithdrawProposal { proposer: text("ben"), proposal: three };
    assert_eq!(refused(&mut chain, "ben", &again), 19);
    assert_eq!(
        refused(&mut chain, "ada", &pb::MsgWithdrawProposal { proposer: text("ada"), proposal: two }),
        26
    );
}

#[test]
fn a_failed_run_changes_nothing_and_may_be_repeated_until_it_lapses() {
    let (mut chain, id) = three();
    fund(&mut chain, "dan", id, 250);
    let both = propose(&mut chain, "ada", id, vec![spend(id, "eve", 200), spend(id, "eve", 200)]);
    let forgotten = propose(&mut chain, "ada", id, vec![spend(id, "eve", 1)]);
    for who in ["ada", "ben", "cleo"] {
        vote(&mut chain, who, both, pb::VoteOption::Yes);
        vote(&mut chain, who, forgotten, pb::VoteOption::Yes);
    }
    chain.skip_secs(5);
    let eve = chain.balance("eve");
    ok(&mut chain, "dan", &executing("dan", both));
    let failed = proposal(&chain, both);
    assert_eq!((failed.status(), failed.failed_runs), (pb::ProposalStatus::Passed, 1));
    assert_eq!(failed.failed_reason, "message 1: codespace sdk, code 5");
    assert_eq!(chain.balance("eve"), eve);
    fund(&mut chain, "dan", id, 150);
    ok(&mut chain, "dan", &executing("dan", both));
    assert_eq!(chain.balance("eve"), eve + 400);
    chain.skip_secs(601);
    assert_eq!(refused(&mut chain, "dan", &executing("dan", forgotten)), 24);
    assert_eq!(proposal(&chain, forgotten).status(), pb::ProposalStatus::Lapsed);
    // and is removed with its votes when its time in state is over
    chain.skip_secs(3_601);
    chain.blocks(2);
    let latest = chain.node.store().latest();
    assert!(PROPOSALS.page(&latest, &(), None, 10).expect("reads").is_empty());
    assert!(VOTES.page(&latest, &(), None, 10).expect("reads").is_empty());
}

/// peers 7.5, G37.
#[test]
fn rules_frozen_with_a_proposal_decide_it_whatever_is_changed_meanwhile() {
    let (mut chain, id) = three();
    let change = pb::MsgUpdateIdao {
        idao_account: treasury(id),
        idao: id,
        name: "Other".into(),
        domain: "law".into(),
        charter_uri: String::new(),
        charter_hash: Vec::new(),
        rules: Some(pb::Rules { threshold_bps: 10_000, ..rules() }),
    };
    let old = propose(&mut chain, "ada", id, vec![spend(id, "eve", 1)]);
    vote(&mut chain, "ada", old, pb::VoteOption::Yes);
    vote(&mut chain, "ben", old, pb::VoteOption::No);
    pass(&mut chain, &["ada", "ben", "cleo"], id, vec![any(&change)]);
    assert_eq!((idao(&chain, id).rules_version, idao(&chain, id).domain.as_str()), (2, "law"));
    vote(&mut chain, "cleo", old, pb::VoteOption::Yes);
    assert_eq!(proposal(&chain, old).status(), pb::ProposalStatus::Passed, "two of three is enough for it");
    let new = propose(&mut chain, "ada", id, vec![spend(id, "eve", 1)]);
    for (who, option) in
        [("ada", pb::VoteOption::Yes), ("cleo", pb::VoteOption::Yes), ("ben", pb::VoteOption::No)]
    {
        vote(&mut chain, who, new, option);
    }
    assert_eq!(proposal(&chain, new).status(), pb::ProposalStatus::Rejected);
}

/// G37.
#[test]
fn ex_members_newcomers_and_those_who_came_back_have_no_vote_on_what_was_opened_before() {
    let (mut chain, id) = three();
    let opened = propose(&mut chain, "ada", id, vec![spend(id, "ada", 1)]);
    vote(&mut chain, "ben", opened, pb::VoteOption::Yes);
    ok(&mut chain, "ben", &pb::MsgLeaveIdao { member: text("ben"), idao: id });
    ok(&mut chain, "cleo", &pb::MsgLeaveIdao { member: text("cleo"), idao: id });
    let late =
        |who: &str| pb::MsgVote { voter: text(who), proposal: opened, option: pb::VoteOption::No.into() };
    assert_eq!(refused(&mut chain, "cleo", &late("cleo")), 5);
    join(&mut chain, "ben", id, &["ada"]);
    assert_eq!(refused(&mut chain, "ben", &late("ben")), 16);
    assert_eq!(refused(&mut chain, "eve", &late("eve")), 5);
    chain.skip_secs(30);
    chain.blocks(1);
    let closed = proposal(&chain, opened);
    assert_eq!(closed.voters, 3, "as of the opening");
    assert_eq!(closed.status(), pb::ProposalStatus::Passed, "a vote cast by a member stays cast");
}

#[test]
fn points_weigh_as_of_the_epoch_before_and_up_to_the_cap() {
    let mut chain = chain();
    let by_points = pb::Rules { voting: pb::Voting::Points.into(), points_cap: "1000".into(), ..rules() };
    let id = create(&mut chain, "ada", by_points);
    join(&mut chain, "ben", id, &["ada"]);
    next_epoch(&mut chain);
    let opened = propose(&mut chain, "ada", id, vec![spend(id, "ada", 1)]);
    let mut ctx = ctx(&chain);
    let (ada, ben) = (address("ada"), address("ben"));
    add_points(&mut ctx, id, &ada, 700).expect("adds");
    add_points(&mut ctx, id, &ben, 5_000).expect("adds");
    let now = super::super::logic::votes::proposal(&ctx.state, opened).expect("is there");
    assert_eq!(power(&ctx.state, &now, &ada).expect("votes"), 1, "points of this epoch do not count yet");
    let mut later = now.clone();
    later.epoch += 1;
    assert_eq!(power(&ctx.state, &later, &ada).expect("votes"), 700);
    assert_eq!(power(&ctx.state, &later, &ben).expect("votes"), 1_000);
    assert_eq!(
        super::super::points(&ctx.state, pb::UpdateKind::Dataset.into(), 8_200).expect("weighs"),
        16_400
    );
    assert_eq!(
        super::super::points(&ctx.state, pb::UpdateKind::Model.into(), 7_000).expect("weighs"),
        21_000
    );
    sound(&ctx);
}

#[test]
fn checkpoints_that_no_open_vote_needs_are_removed() {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    let mut ctx = ctx(&chain);
    let ada = address("ada");
    let count =
        |ctx: &crate::ctx::Ctx| CHECKPOINTS.page(&ctx.state, &(id, ada), None, 100).expect("reads").len();
    for _ in 0..30 {
        add_points(&mut ctx, id, &ada, 1).expect("adds");
        ctx.block.height += 20;
        work(&mut ctx);
    }
    assert!(scheduler::epoch(&ctx.state).expect("reads") > 20);
    assert!(count(&ctx) <= 3, "{}", count(&ctx));
    super::super::logic::members::leave(&mut ctx, id, &ada, "left").expect("leaves");
    work(&mut ctx);
    assert_eq!(count(&ctx), 0);
    sound(&ctx);
}

#[test]
fn gatekeepers_alone_decide_on_learning_and_all_voters_if_there_are_none() {
    let (chain, id) = three();
    let mut ctx = ctx(&chain);
    super::super::open_learning_vote(&mut ctx, id, 9).expect("opens");
    let last = super::super::keys::NEXT_PROPOSAL.get(&ctx.state).expect("reads").expect("opened") - 1;
    let learning = super::super::logic::votes::proposal(&ctx.state, last).expect("is there");
    assert_eq!((learning.voters, learning.gatekeepers_only, learning.subject), (1, true, 9));
    let refusal = power(&ctx.state, &learning, &address("ben")).expect_err("no gatekeeper").to_string();
    assert!(refusal.contains("decided by gatekeepers"), "{refusal}");
    assert_eq!(power(&ctx.state, &learning, &address("ada")).expect("votes"), 1);
    super::super::logic::members::take_role(&mut ctx, id, &address("ada"), pb::Role::Gatekeeper)
        .expect("takes");
    super::super::open_use_vote(&mut ctx, id, 4).expect("opens");
    super::super::open_learning_vote(&mut ctx, id, 10).expect("opens");
    let learning = super::super::logic::votes::proposal(&ctx.state, last + 2).expect("is there");
    assert_eq!((learning.voters, learning.gatekeepers_only), (3, false));
    ctx.block.time = ctx.block.time.plus(crate::time::Span::from_secs(31));
    work(&mut ctx);
    sound(&ctx);
    let silent = super::super::logic::votes::proposal(&ctx.state, last).expect("is there");
    assert_eq!(silent.status(), pb::ProposalStatus::Rejected, "silence is not consent");
}

#[test]
fn a_member_has_three_open_proposals_and_what_nests_or_is_another_persons_is_not_proposable() {
    let (mut chain, id) = three();
    let inner = any(&proposing("ada", id, vec![spend(id, "ada", 1)]));
    let nested = refused(&mut chain, "ada", &proposing("ada", id, vec![inner]));
    let foreign =
        refused(&mut chain, "ada", &proposing("ada", id, vec![crate::testkit::send("eve", "ada", 1)]));
    let other = refused(&mut chain, "ada", &proposing("ada", id, vec![spend(id + 1, "ada", 1)]));
    assert_eq!([nested, foreign, other], [22, 22, 22]);
    let execute = any(&pb::MsgExecuteProposal { executor: treasury(id), proposal: 1, gas_limit: 1 });
    assert_eq!(refused(&mut chain, "ada", &proposing("ada", id, vec![execute])), 22);
    assert_eq!(refused(&mut chain, "ada", &proposing("ada", id, Vec::new())), 22);
    let nine = (0..9).map(|_| spend(id, "ada", 1)).collect();
    assert_eq!(refused(&mut chain, "ada", &proposing("ada", id, nine)), 22);
    let remove = any(&pb::MsgRemoveMember { idao_account: treasury(id), idao: id, account: text("ben") });
    let mixed = vec![remove, spend(id, "ada", 1)];
    assert_eq!(refused(&mut chain, "ada", &proposing("ada", id, mixed)), 22);
    for _ in 0..3 {
        ok(&mut chain, "ada", &proposing("ada", id, vec![spend(id, "ada", 1)]));
    }
    assert_eq!(refused(&mut chain, "ada", &proposing("ada", id, vec![spend(id, "ada", 1)])), 21);
    let last = last_proposal(&chain);
    ok(&mut chain, "ada", &pb::MsgWithdrawProposal { proposer: text("ada"), proposal: last });
    ok(&mut chain, "ada", &proposing("ada", id, vec![spend(id, "ada", 1)]));
}

#[test]
fn the_reasons_of_a_count_can_be_asked_and_done_again() {
    let (mut chain, id) = three();
    let opened = propose(&mut chain, "ada", id, vec![spend(id, "ada", 1)]);
    vote(&mut chain, "ada", opened, pb::VoteOption::Yes);
    vote(&mut chain, "ben", opened, pb::VoteOption::No);
    let ask = pb::QueryOutcomeRequest { proposal: opened };
    let answer: pb::QueryOutcomeResponse =
        chain.ask("/lazchain.idao.v1.Query/Outcome", &ask).expect("answers");
    let outcome = answer.outcome.expect("an outcome");
    assert!(outcome.quorum_reached && !outcome.threshold_reached && !outcome.passes && !outcome.complete);
    assert_eq!((outcome.voters, outcome.reason.as_str()), (3, "too little yes"));
    let power = |who: &str| -> pb::QueryVotingPowerResponse {
        let ask = pb::QueryVotingPowerRequest { proposal: opened, member: text(who) };
        chain.ask("/lazchain.idao.v1.Query/VotingPower", &ask).expect("answers")
    };
    assert!(power("cleo").may_vote && power("cleo").power == "1");
    assert!(!power("eve").may_vote && power("eve").reason.contains("no member"));
    assert!(member(&chain, id, "ada").is_some());
}

#[test]
fn messages_that_cost_more_than_the_ceiling_are_not_proposable() {
    let mut genesis = crate::testkit::genesis(&[("ada", 1_000_000)], &[]);
    genesis["idao"]["params"]["execution_gas"] = "100000".into();
    let mut chain = TestChain::with_genesis(&["ada"], genesis);
    let id = create(&mut chain, "ada", rules());
    let coin = |n: u32| proto::cosmos::base::v1beta1::Coin { denom: format!("coin{n}"), amount: "1".into() };
    let gift = |coins: u32| {
        any(&pb::MsgFundTreasury { sender: treasury(id), idao: id, amount: (1..=coins).map(coin).collect() })
    };
    assert_eq!(refused(&mut chain, "ada", &proposing("ada", id, vec![gift(9), gift(1)])), 23);
    ok(&mut chain, "ada", &proposing("ada", id, vec![gift(9)]));
}
