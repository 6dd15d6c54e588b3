//! Each rule with its number, and the count that takes many blocks.

use prost_types::Any;
use proto::{
    address::Address,
    cosmos::{bank::v1beta1 as bank, base::v1beta1::Coin, gov::v1 as pb},
};
use state::Overlay;

use super::{
    super::{ACCOUNT, block, keys, logic},
    cancel, chain, chain_with, code, coins, deposit, draft, ok, stop_sending, submit, tally, vote,
};
use crate::{
    ctx::{Block, Ctx},
    modules::staking::tests::delegate,
    testkit::{Odd, TestChain, address, any},
    time::Time,
};

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
