//! What can be asked, in the present version.

use proto::{
    address::Address,
    cosmos::{
        base::query::v1beta1::PageResponse,
        gov::v1::{self as pb, ProposalStatus as Status},
    },
};
use state::Read;

use super::{
    keys::{CONSTITUTION, DEPOSITS, PROPOSALS, RUNNING, VOTES},
    logic,
    tally::Count,
    types::{Ballot, Counts, Deposited, Proposal},
};
use crate::{
    error::{Result, Sdk},
    page,
    query::{Query, answer},
};

/// Most votes and delegations of voters that one query counts.
const MAX_COUNTED: u32 = 100_000;

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/cosmos.gov.v1.Query/Constitution", |s, b| answer(s, b, constitution)),
    Query::new("/cosmos.gov.v1.Query/Proposal", |s, b| answer(s, b, proposal)),
    Query::new("/cosmos.gov.v1.Query/Proposals", |s, b| answer(s, b, proposals)),
    Query::new("/cosmos.gov.v1.Query/Vote", |s, b| answer(s, b, vote)),
    Query::new("/cosmos.gov.v1.Query/Votes", |s, b| answer(s, b, votes)),
    Query::new("/cosmos.gov.v1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/cosmos.gov.v1.Query/Deposit", |s, b| answer(s, b, deposit)),
    Query::new("/cosmos.gov.v1.Query/Deposits", |s, b| answer(s, b, deposits)),
    Query::new("/cosmos.gov.v1.Query/TallyResult", |s, b| answer(s, b, tally_result)),
];

/// A number that can be a proposal's.
fn known(id: u64) -> Result<u64> {
    if id == 0 { Err(Sdk::InvalidRequest("proposal id can not be 0".into()).into()) } else { Ok(id) }
}

fn person(text: &str, what: &str) -> Result<Address> {
    if text.is_empty() {
        return Err(Sdk::InvalidRequest(format!("empty {what} address")).into());
    }
    Ok(text.parse()?)
}

/// A proposal, or that there is none.
pub(crate) fn find(state: &dyn Read, id: u64) -> Result<Proposal> {
    let found = PROPOSALS.get(state, &known(id)?)?;
    Ok(found.ok_or_else(|| Sdk::NotFound(format!("proposal {id} doesn't exist")))?)
}

type Proposals = (Vec<(u64, Proposal)>, Option<PageResponse>);

/// One page of proposals that fit, each with its number.
pub(crate) fn list(state: &dyn Read, ask: &pb::QueryProposalsRequest) -> Result<Proposals> {
    let person = |text: &str| -> Result<Option<Address>> {
        if text.is_empty() { Ok(None) } else { Ok(Some(text.parse()?)) }
    };
    let (voter, depositor, status) = (person(&ask.voter)?, person(&ask.depositor)?, ask.proposal_status());
    page::collect(state, &PROPOSALS, &(), ask.pagination.as_ref(), |id, proposal| {
        let fits = (status == Status::Unspecified || proposal.status == status)
            && voter.map_or(Ok(true), |who| VOTES.has(state, &(id, who)))?
            && depositor.map_or(Ok(true), |who| DEPOSITS.has(state, &(id, who)))?;
        Ok(fits.then_some((id, proposal)))
    })
}

/// A vote, or that there is none.
pub(crate) fn find_vote(state: &dyn Read, id: u64, voter: &str) -> Result<(Address, Ballot)> {
    let (id, who) = (known(id)?, person(voter, "voter")?);
    let found = VOTES.get(state, &(id, who))?;
    let missing = || Sdk::InvalidRequest(format!("voter: {voter} not found for proposal: {id}"));
    Ok((who, found.ok_or_else(missing)?))
}

/// One page of a proposal's votes.
pub(crate) fn list_votes<T>(
    state: &dyn Read,
    id: u64,
    ask: Option<&page::Request>,
    row: impl Fn(&Address, &Ballot) -> T,
) -> Result<(Vec<T>, Option<PageResponse>)> {
    page::collect(state, &VOTES, &known(id)?, ask, |(_, voter), ballot| Ok(Some(row(&voter, &ballot))))
}

/// A deposit, or that there is none.
pub(crate) fn find_deposit(state: &dyn Read, id: u64, depositor: &str) -> Result<(Address, Deposited)> {
    let (id, who) = (known(id)?, person(depositor, "depositor")?);
    let found = DEPOSITS.get(state, &(id, who))?;
    let missing = || Sdk::NotFound(format!("depositor: {depositor} not found for proposal: {id}"));
    Ok((who, found.ok_or_else(missing)?))
}

/// One page of a proposal's deposits.
pub(crate) fn list_deposits<T>(
    state: &dyn Read,
    id: u64,
    ask: Option<&page::Request>,
    row: impl Fn(&Address, &Deposited) -> T,
) -> Result<(Vec<T>, Option<PageResponse>)> {
    page::collect(state, &DEPOSITS, &known(id)?, ask, |(_, who), deposit| Ok(Some(row(&who, &deposit))))
}

/// What was counted, or what would be if the vote ended now.
pub(crate) fn counts(state: &dyn Read, id: u64) -> Result<Counts> {
    let proposal = find(state, id)?;
    if proposal.status != Status::VotingPeriod {
        return Ok(proposal.counts);
    }
    let running = RUNNING.get(state)?.filter(|running| running.proposal == id);
    let mut count = running.map_or_else(|| Count::begin(state), |running| Ok(running.count))?;
    let mut work = MAX_COUNTED;
    if !count.advance(state, id, &mut work)? {
        let text =
            format!("more than {MAX_COUNTED} votes and delegations to count; the vote's end counts all");
        return Err(Sdk::InvalidRequest(text).into());
    }
    Ok(count.finish(&logic::params(state)?, proposal.expedited)?.counts)
}

fn constitution(state: &dyn Read, _: pb::QueryConstitutionRequest) -> Result<pb::QueryConstitutionResponse> {
    let constitution = CONSTITUTION.get(state)?.unwrap_or_else(String::new);
    Ok(pb::QueryConstitutionResponse { constitution })
}

fn proposal(state: &dyn Read, ask: pb::QueryProposalRequest) -> Result<pb::QueryProposalResponse> {
    let proposal = find(state, ask.proposal_id)?.wire(ask.proposal_id);
    Ok(pb::QueryProposalResponse { proposal: Some(proposal) })
}

fn proposals(state: &dyn Read, ask: pb::QueryProposalsRequest) -> Result<pb::QueryProposalsResponse> {
    let (found, pagination) = list(state, &ask)?;
    let proposals = found.iter().map(|(id, proposal)| proposal.wire(*id)).collect();
    Ok(pb::QueryProposalsResponse { proposals, pagination })
}

fn vote(state: &dyn Read, ask: pb::QueryVoteRequest) -> Result<pb::QueryVoteResponse> {
    let (voter, ballot) = find_vote(state, ask.proposal_id, &ask.voter)?;
    Ok(pb::QueryVoteResponse { vote: Some(ballot.wire(ask.proposal_id, &voter)) })
}

fn votes(state: &dyn Read, ask: pb::QueryVotesRequest) -> Result<pb::QueryVotesResponse> {
    let id = ask.proposal_id;
    let row = |voter: &Address, ballot: &Ballot| ballot.wire(id, voter);
    let (votes, pagination) = list_votes(state, id, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryVotesResponse { votes, pagination })
}

#[allow(deprecated, reason = "the old parts are on the wire and clients read them")]
fn params(state: &dyn Read, ask: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    let params = logic::params(state)?.wire();
    let mut found = pb::QueryParamsResponse { params: Some(params.clone()), ..Default::default() };
    match ask.params_type.as_str() {
        "" => {}
        "deposit" => {
            let (min_deposit, max_deposit_period) = (params.min_deposit, params.max_deposit_period);
            found.deposit_params = Some(pb::DepositParams { min_deposit, max_deposit_period });
        }
        "voting" => found.voting_params = Some(pb::VotingParams { voting_period: params.voting_period }),
        "tallying" => {
            found.tally_params = Some(pb::TallyParams {
                quorum: params.quorum,
                threshold: params.threshold,
                veto_threshold: params.veto_threshold,
            });
        }
        other => return Err(Sdk::InvalidRequest(format!("unknown params type: {other}")).into()),
    }
    Ok(found)
}

fn deposit(state: &dyn Read, ask: pb::QueryDepositRequest) -> Result<pb::QueryDepositResponse> {
    let (depositor, deposit) = find_deposit(state, ask.proposal_id, &ask.depositor)?;
    Ok(pb::QueryDepositResponse { deposit: Some(deposit.wire(ask.proposal_id, &depositor)) })
}

fn deposits(state: &dyn Read, ask: pb::QueryDepositsRequest) -> Result<pb::QueryDepositsResponse> {
    let id = ask.proposal_id;
    let row = |depositor: &Address, deposit: &Deposited| deposit.wire(id, depositor);
    let (deposits, pagination) = list_deposits(state, id, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryDepositsResponse { deposits, pagination })
}

fn tally_result(state: &dyn Read, ask: pb::QueryTallyResultRequest) -> Result<pb::QueryTallyResultResponse> {
    Ok(pb::QueryTallyResultResponse { tally: Some(counts(state, ask.proposal_id)?.wire()) })
}
