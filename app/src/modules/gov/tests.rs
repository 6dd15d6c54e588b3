//! Scenarios.

use prost::{Message, Name};
use prost_types::{Any, Duration};
use proto::{
    address::Address,
    cosmos::{
        bank::v1beta1 as bank,
        base::v1beta1::Coin,
        distribution::v1beta1 as distribution,
        gov::{v1 as pb, v1beta1 as old},
    },
};
use serde_json::{Value as Json, json};
use state::Overlay;
use tendermint_proto::v0_38::abci::ExecTxResult;

use super::{ACCOUNT, block, keys, logic};
use crate::{
    ctx::{Block, Ctx},
    modules::staking::tests::delegate,
    testkit::{Odd, TestChain, address, any, genesis, send},
    time::Time,
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
    let data = proto::cosmos::base::abci::v1beta1::TxMsgData::decode(result.data).expect("decodes");
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

#[test]
fn each_rule_of_a_proposal_has_its_number() {
    let mut chain = chain();
    let good = draft(vec![stop_sending()], 1_000);
    let with = |messages| draft(messages, 1_000);
    let by_ada = any(&bank::MsgUpdateParams {
        authority: address("ada").to_string(),
        params: Some(bank::Params::default()),
    });
    let unparsable =
        any(&bank::MsgUpdateParams { authority: Address::module(ACCOUNT).to_string(), params: None });
    let unknown = Any { type_url: "/cosmos.none.v1.MsgNone".into(), value: Vec::new() };
    let legacy =
        any(&pb::MsgExecLegacyContent { content: None, authority: Address::module(ACCOUNT).to_string() });
    let nested =
        any(&pb::MsgSubmitProposal { proposer: Address::module(ACCOUNT).to_string(), ..good.clone() });
    let other = vec![Coin { denom: "uother".into(), amount: "5".into() }];
    let metadata = r#"{"title":"Another","summary":"A summary"}"#;
    let cases = [
        (
            pb::MsgSubmitProposal { messages: Vec::new(), metadata: String::new(), ..good.clone() },
            ("gov", 11),
        ),
        (pb::MsgSubmitProposal { title: String::new(), ..good.clone() }, ("sdk", 18)),
        (pb::MsgSubmitProposal { summary: String::new(), ..good.clone() }, ("sdk", 18)),
        (pb::MsgSubmitProposal { metadata: "x".repeat(256), ..good.clone() }, ("gov", 15)),
        (pb::MsgSubmitProposal { title: "x".repeat(256), ..good.clone() }, ("gov", 15)),
        (pb::MsgSubmitProposal { summary: "x".repeat(10_201), ..good.clone() }, ("gov", 22)),
        (pb::MsgSubmitProposal { metadata: metadata.into(), ..good.clone() }, ("gov", 5)),
        (pb::MsgSubmitProposal { initial_deposit: other, ..good.clone() }, ("gov", 23)),
        (pb::MsgSubmitProposal { initial_deposit: coins(99), ..good.clone() }, ("gov", 16)),
        (with(vec![by_ada]), ("gov", 13)),
        (with(vec![unparsable]), ("gov", 12)),
        (with(vec![nested]), ("gov", 12)),
        (with(vec![unknown]), ("gov", 10)),
        (with(vec![legacy]), ("gov", 9)),
        (with(vec![Any { value: vec![0xff], ..stop_sending() }]), ("sdk", 2)),
        (with(vec![stop_sending(); 17]), ("gov", 24)),
    ];
    for (message, expected) in cases {
        let odd = Odd { gas: Some(10_000_000), fee: Some(("ulaz", 1_000)), ..Odd::default() };
        let tx = chain.sign("ada", vec![any(&message)], &odd);
        let result = chain.block(vec![tx]).remove(0);
        assert_eq!(code(&result), expected, "{}", result.log);
    }
    let authority = address("ada").to_string();
    let legacy = pb::MsgExecLegacyContent { content: None, authority: authority.clone() };
    assert_eq!(code(&chain.run("ada", vec![any(&legacy)])), ("gov", 13));
    let params = Some(logic::params(&chain.node.store().latest()).expect("reads").wire());
    let update = any(&pb::MsgUpdateParams { authority: authority.clone(), params });
    assert_eq!(code(&chain.run("ada", vec![update])), ("gov", 13));
    let update = any(&pb::MsgUpdateParams { authority, params: Some(pb::Params::default()) });
    assert_eq!(code(&chain.run("ada", vec![update])), ("sdk", 10));
}

#[test]
fn a_proposal_brings_along_what_the_parameters_ask_for() {
    let mut chain = chain_with(|params| params["min_initial_deposit_ratio"] = "0.25".into());
    assert_eq!(code(&chain.run("ada", vec![any(&draft(vec![stop_sending()], 249))])), ("gov", 16));
    ok(&chain.run("ada", vec![any(&draft(vec![stop_sending()], 250))]));
}

#[test]
fn votes_and_deposits_are_for_open_proposals_and_clear_options() {
    let mut chain = chain();
    let id = submit(&mut chain, vec![stop_sending()], 400);
    assert_eq!(code(&chain.run("vic", vec![vote("vic", id, pb::VoteOption::Yes)])), ("gov", 3));
    assert_eq!(code(&chain.run("ada", vec![deposit("ada", id, 99)])), ("gov", 16));
    ok(&chain.run("ada", vec![deposit("ada", id, 600)]));
    let unclear = vote("vic", id, pb::VoteOption::Unspecified);
    assert_eq!(code(&chain.run("vic", vec![unclear])), ("gov", 7));
    chain.skip_secs(10);
    chain.block(Vec::new());
    assert_eq!(code(&chain.run("vic", vec![vote("vic", id, pb::VoteOption::Yes)])), ("gov", 3));
    assert_eq!(code(&chain.run("ada", vec![deposit("ada", id, 600)])), ("gov", 3));
}

#[test]
fn the_old_messages_propose_and_vote_on_texts_in_amino_json_too() {
    let mut chain = chain();
    let text = old::TextProposal { title: "Old".into(), description: "Words".into() };
    let propose = |content: Option<Any>| {
        let proposer = address("ada").to_string();
        any(&old::MsgSubmitProposal { content, initial_deposit: coins(400), proposer })
    };
    let amino = || Odd { amino: true, ..Odd::default() };
    let tx = chain.sign("ada", vec![propose(Some(any(&text)))], &amino());
    ok(&chain.block(vec![tx])[0]);
    let amount = coins(600);
    let more = old::MsgDeposit { proposal_id: 1, depositor: address("ada").to_string(), amount };
    let voter = address("vic").to_string();
    let tx = chain.sign("ada", vec![any(&more)], &amino());
    ok(&chain.block(vec![tx])[0]);
    let plain = old::MsgVote { proposal_id: 1, voter: voter.clone(), option: 1 };
    let tx = chain.sign("vic", vec![any(&plain)], &amino());
    ok(&chain.block(vec![tx])[0]);
    let half = |option| old::WeightedVoteOption { option, weight: "500000000000000000".into() };
    let split = old::MsgVoteWeighted { proposal_id: 1, voter, options: vec![half(1), half(3)] };
    let tx = chain.sign("vic", vec![any(&split)], &amino());
    ok(&chain.block(vec![tx])[0]);
    assert_eq!(tally(&chain, 1), ["5000000", "0", "5000000", "0"]);
    let other = Any { type_url: "/cosmos.params.v1beta1.ParameterChangeProposal".into(), value: Vec::new() };
    assert_eq!(code(&chain.run("ada", vec![propose(Some(other))])), ("gov", 9));
    assert_eq!(code(&chain.run("ada", vec![propose(None)])), ("gov", 5));
}

#[test]
fn the_old_list_shows_proposals_with_any_number_of_messages() {
    let mut chain = chain();
    submit(&mut chain, Vec::new(), 400);
    submit(&mut chain, vec![stop_sending()], 400);
    submit(&mut chain, vec![stop_sending(), spend_too_much()], 400);
    let ask = old::QueryProposalsRequest::default();
    let answer: old::QueryProposalsResponse =
        chain.ask("/cosmos.gov.v1beta1.Query/Proposals", &ask).expect("answers");
    let urls: Vec<_> =
        answer.proposals.iter().map(|proposal| &proposal.content.as_ref().expect("has").type_url).collect();
    let text = old::TextProposal::type_url();
    assert_eq!(urls, [&text, &stop_sending().type_url, &text]);
    let ask = pb::QueryProposalsRequest { depositor: address("bob").to_string(), ..Default::default() };
    let answer: pb::QueryProposalsResponse =
        chain.ask("/cosmos.gov.v1.Query/Proposals", &ask).expect("answers");
    assert!(answer.proposals.is_empty());
}

/// A block's context on the latest state, so many seconds after it.
fn context(chain: &TestChain, secs: u64) -> Ctx {
    let height = chain.height + 1;
    let block = Block { height, time: Time::from_secs(1_700_000_000 + height + secs), ..Block::default() };
    Ctx::new(block, Overlay::new(chain.node.store().latest()))
}

#[test]
fn a_count_over_many_blocks_has_the_result_of_the_block_the_vote_ended_in() {
    let mut chain = chain();
    ok(&chain.run("ada", vec![delegate("ada", "vic", 10_000_000), delegate("ada", "val", 1_000_000)]));
    ok(&chain.run("bob", vec![delegate("bob", "val", 2_000_000)]));
    let id = submit(&mut chain, vec![stop_sending()], 1_000);
    for (who, option) in [("vic", 1), ("val", 3), ("ada", 2), ("bob", 4)] {
        let option = pb::VoteOption::try_from(option).expect("an option");
        ok(&chain.run(who, vec![vote(who, id, option)]));
    }
    let expected = tally(&chain, id);
    assert_eq!(expected, ["10000000", "11000000", "5000000", "2000000"]);
    let mut ctx = context(&chain, 20);
    for round in 0..10 {
        block::count_ended(&mut ctx, &mut 1).expect("counts");
        let running = keys::RUNNING.get(&ctx.state).expect("reads").is_some();
        assert_eq!(running, round < 4, "round {round}");
        // stake moves while the count is running, to where it would be counted twice
        for who in ["vic", "val", "ada", "bob"] {
            let moved = 100_000 * (round + 1);
            let message = crate::msg::route(&delegate(who, "val", moved)).expect("parses");
            message.action.apply(&mut ctx).expect("delegates");
        }
        if !running {
            break;
        }
    }
    let found = keys::PROPOSALS.get(&ctx.state, &id).expect("reads").expect("is there");
    assert_eq!(found.counts.wire(), {
        let [yes_count, abstain_count, no_count, no_with_veto_count] = expected;
        pb::TallyResult { yes_count, abstain_count, no_count, no_with_veto_count }
    });
    assert!(keys::MOVED.page(&ctx.state, &(), None, 1).expect("reads").is_empty());
    assert!(keys::VOTES.page(&ctx.state, &(), None, 1).expect("reads").is_empty());
}

#[test]
fn a_proposal_whose_count_is_running_is_closed_to_its_proposer_and_so_many_deposit_at_most() {
    let mut chain = chain();
    let id = submit(&mut chain, vec![stop_sending()], 1_000);
    let apply = |ctx: &mut Ctx, message: Any| {
        let routed = crate::msg::route(&message).expect("parses");
        routed.action.apply(ctx).expect_err("refused").reject().expect("no fault").code
    };
    let mut ctx = context(&chain, 20);
    assert_eq!(apply(&mut ctx, cancel("ada", id)), 20);
    assert_eq!(apply(&mut ctx, vote("vic", id, pb::VoteOption::Yes)), 3);
    let mut ctx = context(&chain, 0);
    keys::DEPOSITORS.set(&mut ctx.state, &id, &logic::MAX_DEPOSITORS);
    assert_eq!(apply(&mut ctx, deposit("bob", id, 1_000)), 25);
}

#[test]
fn an_export_is_a_genesis_with_the_same_proposals() {
    let mut chain = chain();
    let id = submit(&mut chain, vec![stop_sending()], 1_000);
    submit(&mut chain, Vec::new(), 400);
    ok(&chain.run("vic", vec![vote("vic", id, pb::VoteOption::Yes)]));
    let exported = chain.export();
    let again = TestChain::with_genesis(&["ada"], exported.clone());
    assert_eq!(again.export()["gov"], exported["gov"]);
    let ask = pb::QueryConstitutionRequest {};
    let answer: pb::QueryConstitutionResponse =
        again.ask("/cosmos.gov.v1.Query/Constitution", &ask).expect("answers");
    assert_eq!(answer.constitution, "we the stakers");
    let mut broken = exported;
    broken["gov"]["deposits"][0]["amount"][0]["amount"] = "999999".into();
    assert!(TestChain::try_genesis(&["ada"], broken).is_err());
}

#[test]
fn parameters_are_shown_in_the_parts_that_clients_ask_for() {
    let chain = chain();
    let ask = |part: &str| pb::QueryParamsRequest { params_type: part.into() };
    let answer: pb::QueryParamsResponse =
        chain.ask("/cosmos.gov.v1.Query/Params", &ask("tallying")).expect("answers");
    #[allow(deprecated, reason = "clients read it")]
    let tally = answer.tally_params.expect("is there");
    assert_eq!(tally.quorum, "0.334000000000000000");
    assert_eq!(answer.params.expect("is there").voting_period, Some(Duration { seconds: 10, nanos: 0 }));
    let wrong = chain.ask::<_, pb::QueryParamsResponse>("/cosmos.gov.v1.Query/Params", &ask("x"));
    assert!(wrong.is_err());
    let ask = old::QueryParamsRequest { params_type: "tallying".into() };
    let answer: old::QueryParamsResponse =
        chain.ask("/cosmos.gov.v1beta1.Query/Params", &ask).expect("answers");
    assert_eq!(answer.tally_params.expect("is there").quorum, b"334000000000000000");
}
