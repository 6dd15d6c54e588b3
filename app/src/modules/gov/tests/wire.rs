//! What clients of both versions and genesis files see.

use prost::Name;
use prost_types::{Any, Duration};
use proto::cosmos::gov::{v1 as pb, v1beta1 as old};

use super::{chain, code, coins, draft, ok, spend_too_much, stop_sending, submit, tally, vote};
use crate::testkit::{Odd, TestChain, address, any};

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
    let new = chain.sign("ada", vec![any(&draft(vec![stop_sending()], 400))], &amino());
    ok(&chain.block(vec![new])[0]);
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
