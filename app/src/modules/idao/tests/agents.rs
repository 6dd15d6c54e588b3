//! AI agents under their members.

use proto::{amount::Amount, lazchain::idao::v1 as pb};

use super::super::logic::agents::acting;
use super::{
    chain, create, ctx, join, last_proposal, next_epoch, ok, proposal, propose, proposing, refused, rules,
    spend, text, vote,
};
use crate::{
    modules::audit,
    testkit::{TestChain, address},
    time::Time,
};

const VOTE: &str = "/lazchain.idao.v1.MsgVote";
const PROPOSE: &str = "/lazchain.idao.v1.MsgPropose";

pub(super) fn agent(member: &str, idao: u64, agent: &str) -> pb::MsgRegisterAgent {
    pb::MsgRegisterAgent {
        member: text(member),
        idao,
        account: text(agent),
        message_types: vec![VOTE.into(), PROPOSE.into()],
        spend_limit: "150".into(),
        expires: Some(Time::from_secs(1_700_010_000).wire()),
    }
}

/// Ada and ben vote, bot is ben's agent.
fn with_agent() -> (TestChain, u64) {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    join(&mut chain, "ben", id, &["ada"]);
    ok(&mut chain, "ben", &agent("ben", id, "bot"));
    next_epoch(&mut chain);
    (chain, id)
}

#[test]
fn an_agents_vote_is_its_members_until_the_member_votes_and_closes_nothing_early() {
    let (mut chain, id) = with_agent();
    let voted = propose(&mut chain, "ada", id, vec![spend(id, "ada", 1)]);
    vote(&mut chain, "ada", voted, pb::VoteOption::Yes);
    vote(&mut chain, "bot", voted, pb::VoteOption::No);
    let open = proposal(&chain, voted);
    let tally = open.tally.clone().expect("counted");
    assert_eq!(open.status(), pb::ProposalStatus::Voting, "not everybody voted in person");
    assert_eq!((tally.heads, tally.in_person, tally.no.as_str()), (2, 1, "1"));
    vote(&mut chain, "ben", voted, pb::VoteOption::Yes);
    let closed = proposal(&chain, voted);
    assert_eq!(closed.status(), pb::ProposalStatus::Passed);
    assert_eq!(closed.tally.expect("counted").heads, 2, "an agent adds no vote");

    let again = propose(&mut chain, "ada", id, vec![spend(id, "ada", 1)]);
    vote(&mut chain, "ben", again, pb::VoteOption::No);
    let second = pb::MsgVote { voter: text("bot"), proposal: again, option: pb::VoteOption::Yes.into() };
    assert_eq!(refused(&mut chain, "bot", &second), 27);
}

#[test]
fn an_agent_stays_within_its_types_its_limit_of_each_epoch_and_its_time() {
    let (mut chain, id) = with_agent();
    ok(&mut chain, "bot", &proposing("bot", id, vec![spend(id, "ada", 1)]));
    let opened = last_proposal(&chain);
    assert_eq!(proposal(&chain, opened).proposer, text("ben"), "it acts under its member");
    assert_eq!(chain.balance("bot"), 1_000_000 - 10, "whose money it is");
    assert_eq!(refused(&mut chain, "bot", &proposing("bot", id, vec![spend(id, "ada", 1)])), 30);
    // to register it anew is no new limit
    ok(&mut chain, "ben", &agent("ben", id, "bot"));
    assert_eq!(refused(&mut chain, "bot", &proposing("bot", id, vec![spend(id, "ada", 1)])), 30);
    next_epoch(&mut chain);
    ok(&mut chain, "bot", &proposing("bot", id, vec![spend(id, "ada", 1)]));
    let withdraw = pb::MsgWithdrawProposal { proposer: text("bot"), proposal: opened };
    assert_eq!(refused(&mut chain, "bot", &withdraw), 29);
    chain.skip_secs(10_000);
    let late = pb::MsgVote { voter: text("bot"), proposal: opened, option: pb::VoteOption::Yes.into() };
    assert_eq!(refused(&mut chain, "bot", &late), 28);
}

#[test]
fn an_agent_is_revoked_at_once_by_its_member_or_by_itself_and_nobody_else() {
    let (mut chain, id) = with_agent();
    let before = chain.balance("ben");
    let revoke = |who: &str| pb::MsgRevokeAgent { sender: text(who), idao: id, account: text("bot") };
    assert_eq!(refused(&mut chain, "ada", &revoke("ada")), 33);
    assert_eq!(refused(&mut chain, "ada", &agent("ada", id, "bot")), 32);
    ok(&mut chain, "bot", &revoke("bot"));
    assert_eq!(chain.balance("ben"), before + 10);
    let voted = propose(&mut chain, "ada", id, vec![spend(id, "ada", 1)]);
    let vote = pb::MsgVote { voter: text("bot"), proposal: voted, option: pb::VoteOption::Yes.into() };
    assert_eq!(refused(&mut chain, "bot", &vote), 5);
    ok(&mut chain, "ben", &agent("ben", id, "bot"));
    ok(&mut chain, "ben", &revoke("ben"));
}

#[test]
fn a_member_has_at_most_eight_agents_and_a_member_is_nobodys_agent() {
    let (mut chain, id) = with_agent();
    let others = ["a1", "a2", "a3", "a4", "a5", "a6", "a7"];
    for other in others {
        ok(&mut chain, "ben", &agent("ben", id, other));
    }
    assert_eq!(refused(&mut chain, "ben", &agent("ben", id, "a8")), 31);
    assert_eq!(refused(&mut chain, "ada", &agent("ada", id, "ben")), 6);
    let asked = pb::QueryAgentsRequest { idao: id, member: text("ben"), pagination: None };
    let found: pb::QueryAgentsResponse =
        chain.ask("/lazchain.idao.v1.Query/Agents", &asked).expect("answers");
    assert_eq!(found.agents.len(), 8);
}

#[test]
fn what_an_agent_does_is_marked_as_its_doing_in_the_trail() {
    let (chain, id) = with_agent();
    let mut ctx = ctx(&chain);
    let actor = acting(&mut ctx, id, &address("bot"), VOTE, Amount::ZERO).expect("acts");
    assert_eq!((actor.member, actor.agent), (address("ben"), Some(address("bot"))));
    let own = super::super::account(id);
    let itself = acting(&mut ctx, id, &own, VOTE, Amount::MAX).expect("acts");
    assert_eq!((itself.member, itself.agent), (own, None));
    let trail = audit::trail(&ctx.state, &audit::Subject::Idao(id)).expect("reads");
    assert!(trail.count > 4, "{}", trail.count);
}
