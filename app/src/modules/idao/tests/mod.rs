//! Scenarios.

mod agents;
mod attacks;
mod freezing;
mod joining;
mod money;
mod refusals;
mod voting;

use prost::{Message, Name};
use prost_types::Any;
use proto::{
    address::Address,
    cosmos::{bank::v1beta1::MsgSend, base::v1beta1::Coin},
    lazchain::idao::v1 as pb,
};
use state::Overlay;

use super::{keys::NEXT_PROPOSAL, logic, types::local};
use crate::{
    ctx::{Block, Ctx},
    invariant,
    modules::scheduler,
    node::ExecTxResult,
    testkit::{TestChain, address, any},
};

/// Everybody in these scenarios.
pub(crate) const PEOPLE: [&str; 6] = ["ada", "ben", "cleo", "dan", "eve", "bot"];
const WEALTH: u64 = 1_000_000;

pub(crate) fn chain() -> TestChain {
    TestChain::with_balances(&PEOPLE.map(|name| (name, WEALTH)))
}

/// The rules of an iDAO that is made without any.
pub(crate) fn rules() -> pb::Rules {
    local().default_rules.expect("has some")
}

pub(crate) fn text(name: &str) -> String {
    address(name).to_string()
}

/// The account of an iDAO.
pub(crate) fn treasury(id: u64) -> String {
    Address::module(&format!("idao/{id}")).to_string()
}

/// Runs a message that must succeed.
pub(crate) fn ok<M: Message + Name>(chain: &mut TestChain, who: &str, message: &M) -> ExecTxResult {
    let result = chain.run(who, vec![any(message)]);
    assert_eq!(result.code, 0, "{}: {}", M::NAME, result.log);
    result
}

/// Runs a message that must be refused by this module; returns the number.
pub(crate) fn refused<M: Message + Name>(chain: &mut TestChain, who: &str, message: &M) -> u32 {
    let result = chain.run(who, vec![any(message)]);
    assert_ne!(result.code, 0, "{} passed", M::NAME);
    assert_eq!(result.codespace, "idao", "{}: {}", M::NAME, result.log);
    result.code
}

/// An iDAO of this founder.
pub(crate) fn create(chain: &mut TestChain, founder: &str, rules: pb::Rules) -> u64 {
    let message = pb::MsgCreateIdao {
        founder: text(founder),
        name: "Open Health".into(),
        domain: "health".into(),
        charter_uri: "https://example.org/charter".into(),
        charter_hash: vec![7; 32],
        rules: Some(rules),
    };
    ok(chain, founder, &message);
    let latest = chain.node.store().latest();
    super::keys::NEXT_ID.get(&latest).expect("reads").expect("one was made") - 1
}

/// The proposal that was opened last.
pub(crate) fn last_proposal(chain: &TestChain) -> u64 {
    NEXT_PROPOSAL.get(&chain.node.store().latest()).expect("reads").expect("one was opened") - 1
}

pub(crate) fn vote(chain: &mut TestChain, who: &str, proposal: u64, option: pb::VoteOption) {
    ok(chain, who, &pb::MsgVote { voter: text(who), proposal, option: option.into() });
}

pub(crate) fn apply(who: &str, idao: u64) -> pb::MsgApplyToJoin {
    pb::MsgApplyToJoin { applicant: text(who), idao, max_deposit: "1000".into(), ..Default::default() }
}

/// Somebody becomes a member of an iDAO whose members, all of them, say yes.
pub(crate) fn join(chain: &mut TestChain, who: &str, idao: u64, members: &[&str]) {
    ok(chain, who, &apply(who, idao));
    let proposal = last_proposal(chain);
    members.iter().for_each(|member| vote(chain, member, proposal, pb::VoteOption::Yes));
    assert!(member(chain, idao, who).is_some(), "{who} was not admitted");
}

pub(crate) fn member(chain: &TestChain, idao: u64, who: &str) -> Option<pb::Member> {
    logic::member(&chain.node.store().latest(), idao, &address(who)).expect("reads")
}

pub(crate) fn idao(chain: &TestChain, id: u64) -> pb::Idao {
    logic::idao(&chain.node.store().latest(), id).expect("is there")
}

pub(crate) fn proposal(chain: &TestChain, id: u64) -> pb::Proposal {
    logic::votes::proposal(&chain.node.store().latest(), id).expect("is there")
}

/// Runs blocks until the next epoch has begun: who came in has a vote.
pub(crate) fn next_epoch(chain: &mut TestChain) {
    let epoch = |chain: &TestChain| scheduler::epoch(&chain.node.store().latest()).expect("reads");
    let before = epoch(chain);
    while epoch(chain) == before {
        chain.blocks(1);
    }
}

/// A payment out of an iDAO's treasury.
pub(crate) fn spend(idao: u64, to: &str, amount: u64) -> Any {
    let coin = Coin { denom: "ulaz".into(), amount: amount.to_string() };
    any(&MsgSend { from_address: treasury(idao), to_address: text(to), amount: vec![coin] })
}

pub(crate) fn fund(chain: &mut TestChain, who: &str, idao: u64, amount: u64) {
    let amount = vec![Coin { denom: "ulaz".into(), amount: amount.to_string() }];
    ok(chain, who, &pb::MsgFundTreasury { sender: text(who), idao, amount });
}

pub(crate) fn proposing(who: &str, idao: u64, messages: Vec<Any>) -> pb::MsgPropose {
    pb::MsgPropose { proposer: text(who), idao, title: "A title".into(), summary: "Why".into(), messages }
}

/// Opens a proposal and returns its number.
pub(crate) fn propose(chain: &mut TestChain, who: &str, idao: u64, messages: Vec<Any>) -> u64 {
    ok(chain, who, &proposing(who, idao, messages));
    last_proposal(chain)
}

pub(crate) fn executing(who: &str, proposal: u64) -> pb::MsgExecuteProposal {
    pb::MsgExecuteProposal { executor: text(who), proposal, gas_limit: 110_000 }
}

/// Proposes, lets everybody say yes, waits for the time lock, and executes; all has to go well.
pub(crate) fn pass(chain: &mut TestChain, voters: &[&str], idao: u64, messages: Vec<Any>) {
    let id = propose(chain, voters[0], idao, messages);
    voters.iter().for_each(|who| vote(chain, who, id, pb::VoteOption::Yes));
    chain.skip_secs(10);
    ok(chain, voters[0], &executing(voters[0], id));
    let done = proposal(chain, id);
    assert_eq!(done.status(), pb::ProposalStatus::Done, "{}", done.failed_reason);
}

/// The next block of a chain, to call what other modules call. Nothing of it is kept.
pub(crate) fn ctx(chain: &TestChain) -> Ctx {
    let seen = chain.seen(Vec::new());
    let block = Block { height: seen.height, time: seen.time, ..Block::default() };
    Ctx::new(block, Overlay::new(chain.node.store().latest()))
}

/// What was done leaves every invariant whole.
pub(crate) fn sound(ctx: &Ctx) {
    assert_eq!(invariant::broken(&ctx.state).expect("reads"), Vec::<String>::new());
}

/// Works the queues as the end of a block does.
pub(crate) fn work(ctx: &mut Ctx) {
    scheduler::end_block(ctx).expect("works");
}
