//! Scenarios.

mod rules;
mod wire;

use prost::{Message, Name};
use prost_types::Any;
use proto::{
    address::Address,
    cosmos::{
        bank::v1beta1 as bank, base::v1beta1::Coin, distribution::v1beta1 as distribution, gov::v1 as pb,
    },
};
use serde_json::{Value as Json, json};

use super::ACCOUNT;
use crate::{
    modules::staking::tests::delegate,
    node::ExecTxResult,
    testkit::{TestChain, address, any, genesis, send},
};

const RICH: u64 = 100_000_000;

fn params() -> Json {
    json!({
        "min_deposit": [{"denom": "ulaz", "amount": "1000"}],
        "expedited_min_deposit": [{"denom": "ulaz", "amount": "5000"}],
        "max_deposit_period": "20s", "voting_period": "10s", "expedited_voting_period": "5s",
        "quorum": "0.334", "threshold": "0.5", "expedited_threshold": "0.667", "veto_threshold": "0.334",
        "min_initial_deposit_ratio": "0", "proposal_cancel_ratio": "0.5", "min_deposit_ratio": "0.1",
        "burn_vote_veto": true,
    })
}

/// Validators of power 10 and 5; ada and bob have money.
fn chain_with(change: impl Fn(&mut Json)) -> TestChain {
    let balances = [("ada", RICH), ("bob", RICH), ("vic", RICH), ("val", RICH)];
    let mut state = genesis(&balances, &[("vic", 10_000_000), ("val", 5_000_000)]);
    state["gov"] = json!({"params": params(), "constitution": "we the stakers"});
    change(&mut state["gov"]["params"]);
    TestChain::with_genesis(&["ada", "bob", "vic", "val"], state)
}

fn chain() -> TestChain {
    chain_with(|_| {})
}

fn coins(amount: u64) -> Vec<Coin> {
    if amount == 0 { Vec::new() } else { vec![Coin { denom: "ulaz".into(), amount: amount.to_string() }] }
}

fn draft(messages: Vec<Any>, deposit: u64) -> pb::MsgSubmitProposal {
    pb::MsgSubmitProposal {
        messages,
        initial_deposit: coins(deposit),
        proposer: address("ada").to_string(),
        metadata: "ipfs://x".into(),
        title: "A title".into(),
        summary: "A summary".into(),
        expedited: false,
    }
}

fn submit(chain: &mut TestChain, messages: Vec<Any>, deposit: u64) -> u64 {
    let result = chain.run("ada", vec![any(&draft(messages, deposit))]);
    ok(&result);
    let data =
        proto::cosmos::base::abci::v1beta1::TxMsgData::decode(result.data.as_slice()).expect("decodes");
    let response = pb::MsgSubmitProposalResponse::decode(data.msg_responses[0].value.as_slice());
    response.expect("decodes").proposal_id
}

fn vote(who: &str, proposal_id: u64, option: pb::VoteOption) -> Any {
    let voter = address(who).to_string();
    any(&pb::MsgVote { proposal_id, voter, option: option.into(), metadata: String::new() })
}

fn deposit(who: &str, proposal_id: u64, amount: u64) -> Any {
    any(&pb::MsgDeposit { proposal_id, depositor: address(who).to_string(), amount: coins(amount) })
}

fn cancel(who: &str, proposal_id: u64) -> Any {
    any(&pb::MsgCancelProposal { proposal_id, proposer: address(who).to_string() })
}

/// Governance's own: nobody may send any more.
fn stop_sending() -> Any {
    let authority = Address::module(ACCOUNT).to_string();
    any(&bank::MsgUpdateParams { authority, params: Some(bank::Params::default()) })
}

/// Governance's own: more than the community has.
fn spend_too_much() -> Any {
    let (authority, recipient) = (Address::module(ACCOUNT).to_string(), address("bob").to_string());
    any(&distribution::MsgCommunityPoolSpend { authority, recipient, amount: coins(RICH) })
}

fn code(result: &ExecTxResult) -> (&str, u32) {
    (result.codespace.as_str(), result.code)
}

fn ok(result: &ExecTxResult) {
    assert_eq!(result.code, 0, "{}", result.log);
}

fn proposal(chain: &TestChain, proposal_id: u64) -> pb::Proposal {
    let ask = pb::QueryProposalRequest { proposal_id };
    let answer: pb::QueryProposalResponse =
        chain.ask("/cosmos.gov.v1.Query/Proposal", &ask).expect("is there");
    answer.proposal.expect("is there")
}

fn tally(chain: &TestChain, proposal_id: u64) -> [String; 4] {
    let ask = pb::QueryTallyResultRequest { proposal_id };
    let answer: pb::QueryTallyResultResponse =
        chain.ask("/cosmos.gov.v1.Query/TallyResult", &ask).expect("answers");
    let tally = answer.tally.expect("is there");
    [tally.yes_count, tally.abstain_count, tally.no_count, tally.no_with_veto_count]
}

fn may_send(chain: &TestChain) -> bool {
    let ask = bank::QueryParamsRequest {};
    let answer: bank::QueryParamsResponse =
        chain.ask("/cosmos.bank.v1beta1.Query/Params", &ask).expect("answers");
    answer.params.expect("is there").default_send_enabled
}

fn deposited(chain: &TestChain) -> u128 {
    let latest = chain.node.store().latest();
    let denom = proto::coin::Denom::known("ulaz");
    crate::modules::bank::balance(&latest, &Address::module(ACCOUNT), &denom).expect("reads").units()
}

#[test]
fn a_proposal_changes_a_parameter_of_the_bank_is_voted_through_and_executes() {
    let mut chain = chain();
    let id = submit(&mut chain, vec![stop_sending()], 400);
    assert_eq!(proposal(&chain, id).status(), pb::ProposalStatus::DepositPeriod);
    ok(&chain.run("bob", vec![deposit("bob", id, 600)]));
    assert_eq!(proposal(&chain, id).status(), pb::ProposalStatus::VotingPeriod);
    ok(&chain.run("vic", vec![vote("vic", id, pb::VoteOption::Yes)]));
    ok(&chain.run("val", vec![vote("val", id, pb::VoteOption::No)]));
    assert_eq!(tally(&chain, id), ["10000000", "0", "5000000", "0"]);
    assert!(may_send(&chain));
    let before = chain.balance("bob");
    chain.skip_secs(10);
    chain.block(Vec::new());
    assert_eq!(proposal(&chain, id).status(), pb::ProposalStatus::Passed);
    assert_eq!(tally(&chain, id), ["10000000", "0", "5000000", "0"]);
    assert_eq!((chain.balance("bob"), deposited(&chain)), (before + 600, 0));
    assert!(!may_send(&chain));
    assert_eq!(code(&chain.run("ada", vec![send("ada", "bob", 1)])), ("bank", 5));
}

#[test]
fn a_passed_proposal_that_fails_leaves_nothing_but_its_reason() {
    let mut chain = chain();
    let id = submit(&mut chain, vec![stop_sending(), spend_too_much()], 1_000);
    ok(&chain.run("vic", vec![vote("vic", id, pb::VoteOption::Yes)]));
    chain.skip_secs(10);
    chain.block(Vec::new());
    let found = proposal(&chain, id);
    assert_eq!(found.status(), pb::ProposalStatus::Failed);
    let url = distribution::MsgCommunityPoolSpend::type_url();
    assert_eq!(found.failed_reason, format!("message 1 ({url}): codespace distribution, code 9"));
    assert!(may_send(&chain));
    assert_eq!(deposited(&chain), 0);
}

/// peers 7.6: a message that panics at the end of a block is its proposal's failure too.
#[test]
fn a_passed_proposal_that_panics_leaves_nothing_and_the_chain_goes_on() {
    let mut chain = chain();
    let title = "panic in a proposal".to_owned();
    let draft = pb::MsgSubmitProposal { title, ..draft(vec![stop_sending()], 1_000) };
    ok(&chain.run("ada", vec![any(&draft)]));
    ok(&chain.run("vic", vec![vote("vic", 1, pb::VoteOption::Yes)]));
    chain.skip_secs(10);
    chain.block(Vec::new());
    assert_eq!(proposal(&chain, 1).status(), pb::ProposalStatus::Failed);
    assert!(may_send(&chain));
    chain.blocks(2);
}

#[test]
fn without_a_quorum_deposits_come_back_and_after_a_veto_they_burn() {
    let mut chain = chain();
    let quiet = submit(&mut chain, vec![stop_sending()], 1_000);
    let before = chain.balance("ada");
    chain.skip_secs(10);
    chain.block(Vec::new());
    assert_eq!(proposal(&chain, quiet).status(), pb::ProposalStatus::Rejected);
    assert_eq!(chain.balance("ada"), before + 1_000);
    let hated = submit(&mut chain, vec![stop_sending()], 1_000);
    ok(&chain.run("vic", vec![vote("vic", hated, pb::VoteOption::NoWithVeto)]));
    let before = chain.balance("ada");
    chain.skip_secs(10);
    chain.block(Vec::new());
    assert_eq!(proposal(&chain, hated).failed_reason, "proposal did not get enough votes to pass");
    assert_eq!((chain.balance("ada"), deposited(&chain)), (before, 0));
}

#[test]
fn a_staker_that_votes_takes_its_stake_out_of_its_validators_vote() {
    let mut chain = chain();
    ok(&chain.run("ada", vec![delegate("ada", "vic", 10_000_000)]));
    chain.block(Vec::new());
    let id = submit(&mut chain, vec![stop_sending()], 1_000);
    ok(&chain.run("vic", vec![vote("vic", id, pb::VoteOption::Yes)]));
    assert_eq!(tally(&chain, id), ["20000000", "0", "0", "0"]);
    let options = [(pb::VoteOption::No, "0.7"), (pb::VoteOption::Abstain, "0.3")];
    let options = options
        .map(|(option, weight)| pb::WeightedVoteOption { option: option.into(), weight: weight.into() });
    let (voter, options) = (address("ada").to_string(), options.to_vec());
    let split = pb::MsgVoteWeighted { proposal_id: id, voter, options, metadata: String::new() };
    ok(&chain.run("ada", vec![any(&split)]));
    assert_eq!(tally(&chain, id), ["10000000", "3000000", "7000000", "0"]);
}

#[test]
fn a_proposal_without_enough_deposits_is_dropped_and_they_come_back_or_burn() {
    for burns in [false, true] {
        let mut chain = chain_with(|params| params["burn_proposal_deposit_prevote"] = burns.into());
        let id = submit(&mut chain, vec![stop_sending()], 400);
        let before = chain.balance("ada");
        chain.skip_secs(20);
        chain.block(Vec::new());
        let ask = pb::QueryProposalRequest { proposal_id: id };
        let gone = chain.ask::<_, pb::QueryProposalResponse>("/cosmos.gov.v1.Query/Proposal", &ask);
        assert!(gone.is_err());
        assert_eq!(chain.balance("ada"), before + if burns { 0 } else { 400 });
        assert_eq!(code(&chain.run("ada", vec![deposit("ada", id, 400)])), ("gov", 2));
    }
}

#[test]
fn an_expedited_proposal_that_fails_is_voted_on_again_as_an_ordinary_one() {
    let mut chain = chain();
    let message = pb::MsgSubmitProposal { expedited: true, ..draft(vec![stop_sending()], 5_000) };
    ok(&chain.run("ada", vec![any(&message)]));
    // ten of fifteen are not more than 0.667
    ok(&chain.run("vic", vec![vote("vic", 1, pb::VoteOption::Yes)]));
    ok(&chain.run("val", vec![vote("val", 1, pb::VoteOption::No)]));
    chain.skip_secs(4);
    chain.block(Vec::new());
    let found = proposal(&chain, 1);
    assert_eq!((found.status(), found.expedited), (pb::ProposalStatus::VotingPeriod, false));
    assert_eq!((tally(&chain, 1), deposited(&chain)), (["0", "0", "0", "0"].map(Into::into), 5_000));
    ok(&chain.run("vic", vec![vote("vic", 1, pb::VoteOption::Yes)]));
    chain.skip_secs(5);
    chain.block(Vec::new());
    assert_eq!(proposal(&chain, 1).status(), pb::ProposalStatus::Passed);
}

#[test]
fn a_proposer_can_cancel_at_half_the_deposit() {
    let mut chain = chain();
    let id = submit(&mut chain, vec![stop_sending()], 1_001);
    ok(&chain.run("vic", vec![vote("vic", id, pb::VoteOption::Yes)]));
    assert_eq!(code(&chain.run("bob", vec![cancel("bob", id)])), ("gov", 18));
    let before = chain.balance("ada");
    ok(&chain.run("ada", vec![cancel("ada", id)]));
    assert_eq!((chain.balance("ada"), deposited(&chain)), (before - 10 + 501, 0));
    assert_eq!(code(&chain.run("ada", vec![cancel("ada", id)])), ("gov", 2));
    let ask = pb::QueryVotesRequest { proposal_id: id, pagination: None };
    let votes: pb::QueryVotesResponse = chain.ask("/cosmos.gov.v1.Query/Votes", &ask).expect("answers");
    assert!(votes.votes.is_empty());
    let id = submit(&mut chain, vec![stop_sending()], 1_000);
    chain.skip_secs(10);
    chain.block(Vec::new());
    assert_eq!(code(&chain.run("ada", vec![cancel("ada", id)])), ("gov", 21));
}

#[test]
fn what_cancelling_costs_goes_to_the_community_if_the_parameters_say_so() {
    let pool = Address::module(crate::modules::distribution::ACCOUNT).to_string();
    let mut chain = chain_with(|params| params["proposal_cancel_dest"] = pool.clone().into());
    let id = submit(&mut chain, vec![stop_sending()], 1_000);
    let funds = |chain: &TestChain| chain.export()["distribution"]["fee_pool"]["community_pool"].clone();
    let before = funds(&chain);
    ok(&chain.run("ada", vec![cancel("ada", id)]));
    assert_ne!(funds(&chain), before);
    assert_eq!(deposited(&chain), 0);
}
