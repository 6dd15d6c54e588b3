//! What can be asked in the old version. A proposal of that version has exactly one content: a proposal with one message
//! shows that, any other a text of its title and summary.

use prost::{Message, Name};
use prost_types::Any;
use proto::{
    address::Address,
    cosmos::gov::{v1, v1beta1 as pb},
};
use state::Read;

use super::{
    logic, queries,
    types::{Ballot, Counts, Deposited, Proposal},
};
use crate::{
    error::{Result, Sdk},
    query::{Query, answer},
};

pub(crate) const OLD_QUERIES: &[Query] = &[
    Query::new("/cosmos.gov.v1beta1.Query/Proposal", |s, b| answer(s, b, proposal)),
    Query::new("/cosmos.gov.v1beta1.Query/Proposals", |s, b| answer(s, b, proposals)),
    Query::new("/cosmos.gov.v1beta1.Query/Vote", |s, b| answer(s, b, vote)),
    Query::new("/cosmos.gov.v1beta1.Query/Votes", |s, b| answer(s, b, votes)),
    Query::new("/cosmos.gov.v1beta1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/cosmos.gov.v1beta1.Query/Deposit", |s, b| answer(s, b, deposit)),
    Query::new("/cosmos.gov.v1beta1.Query/Deposits", |s, b| answer(s, b, deposits)),
    Query::new("/cosmos.gov.v1beta1.Query/TallyResult", |s, b| answer(s, b, tally_result)),
];

fn old(id: u64, proposal: &Proposal) -> pb::Proposal {
    let content = match proposal.messages.as_slice() {
        [only] => only.clone(),
        _ => {
            let (title, description) = (proposal.title.clone(), proposal.summary.clone());
            let text = pb::TextProposal { title, description };
            Any { type_url: pb::TextProposal::type_url(), value: text.encode_to_vec() }
        }
    };
    let wire = proposal.wire(id);
    pb::Proposal {
        proposal_id: id,
        content: Some(content),
        status: wire.status,
        final_tally_result: Some(old_counts(&proposal.counts)),
        submit_time: wire.submit_time,
        deposit_end_time: wire.deposit_end_time,
        total_deposit: wire.total_deposit,
        voting_start_time: wire.voting_start_time,
        voting_end_time: wire.voting_end_time,
    }
}

fn old_counts(counts: &Counts) -> pb::TallyResult {
    pb::TallyResult {
        yes: counts.yes.to_string(),
        abstain: counts.abstain.to_string(),
        no: counts.no.to_string(),
        no_with_veto: counts.veto.to_string(),
    }
}

fn old_vote(proposal_id: u64, voter: &Address, ballot: &Ballot) -> pb::Vote {
    let option = |(option, weight): &(v1::VoteOption, proto::dec::Dec)| pb::WeightedVoteOption {
        option: (*option).into(),
        weight: weight.wire(),
    };
    let options = ballot.options().iter().map(option).collect();
    pb::Vote { proposal_id, voter: voter.to_string(), options, ..Default::default() }
}

fn old_deposit(proposal_id: u64, depositor: &Address, deposit: &Deposited) -> pb::Deposit {
    pb::Deposit { proposal_id, depositor: depositor.to_string(), amount: deposit.0.wire() }
}

fn proposal(state: &dyn Read, ask: pb::QueryProposalRequest) -> Result<pb::QueryProposalResponse> {
    let proposal = old(ask.proposal_id, &queries::find(state, ask.proposal_id)?);
    Ok(pb::QueryProposalResponse { proposal: Some(proposal) })
}

fn proposals(state: &dyn Read, ask: pb::QueryProposalsRequest) -> Result<pb::QueryProposalsResponse> {
    let ask = v1::QueryProposalsRequest {
        proposal_status: ask.proposal_status,
        voter: ask.voter,
        depositor: ask.depositor,
        pagination: ask.pagination,
    };
    let (found, pagination) = queries::list(state, &ask)?;
    let proposals = found.iter().map(|(id, proposal)| old(*id, proposal)).collect();
    Ok(pb::QueryProposalsResponse { proposals, pagination })
}

fn vote(state: &dyn Read, ask: pb::QueryVoteRequest) -> Result<pb::QueryVoteResponse> {
    let (voter, ballot) = queries::find_vote(state, ask.proposal_id, &ask.voter)?;
    Ok(pb::QueryVoteResponse { vote: Some(old_vote(ask.proposal_id, &voter, &ballot)) })
}

fn votes(state: &dyn Read, ask: pb::QueryVotesRequest) -> Result<pb::QueryVotesResponse> {
    let id = ask.proposal_id;
    let row = |voter: &Address, ballot: &Ballot| old_vote(id, voter, ballot);
    let (votes, pagination) = queries::list_votes(state, id, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryVotesResponse { votes, pagination })
}

fn params(state: &dyn Read, ask: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    let params = logic::params(state)?;
    let mut found = pb::QueryParamsResponse::default();
    match ask.params_type.as_str() {
        "deposit" => {
            found.deposit_params = Some(pb::DepositParams {
                min_deposit: params.min_deposit.wire(),
                max_deposit_period: Some(params.max_deposit_period.wire()),
            });
        }
        "voting" => {
            let voting_period = Some(params.voting_period.wire());
            found.voting_params = Some(pb::VotingParams { voting_period });
        }
        "tallying" => {
            found.tally_params = Some(pb::TallyParams {
                quorum: params.quorum.wire().into_bytes(),
                threshold: params.threshold.wire().into_bytes(),
                veto_threshold: params.veto_threshold.wire().into_bytes(),
            });
        }
        other => {
            return Err(Sdk::InvalidRequest(format!("{other} is not a valid parameter type")).into());
        }
    }
    Ok(found)
}

fn deposit(state: &dyn Read, ask: pb::QueryDepositRequest) -> Result<pb::QueryDepositResponse> {
    let (depositor, deposit) = queries::find_deposit(state, ask.proposal_id, &ask.depositor)?;
    Ok(pb::QueryDepositResponse { deposit: Some(old_deposit(ask.proposal_id, &depositor, &deposit)) })
}

fn deposits(state: &dyn Read, ask: pb::QueryDepositsRequest) -> Result<pb::QueryDepositsResponse> {
    let id = ask.proposal_id;
    let row = |depositor: &Address, deposit: &Deposited| old_deposit(id, depositor, deposit);
    let (deposits, pagination) = queries::list_deposits(state, id, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryDepositsResponse { deposits, pagination })
}

fn tally_result(state: &dyn Read, ask: pb::QueryTallyResultRequest) -> Result<pb::QueryTallyResultResponse> {
    let tally = Some(old_counts(&queries::counts(state, ask.proposal_id)?));
    Ok(pb::QueryTallyResultResponse { tally })
}
