//! Proposals and the reasons of their outcome, edges, freezes.

use proto::lazchain::idao::v1::{self as pb, ProposalStatus as Status};
use state::{Pb, Read};

use super::{
    super::{
        keys::{EDGES, FREEZES, PROPOSALS, PROPOSALS_OF, VOTES},
        logic::{freezes as freezing, trust, votes as voting},
        tally::{Tally, judge, reason},
        types::Subject,
    },
    address, there,
};
use crate::{
    error::{Result, split},
    page,
};

pub(super) fn proposal(state: &dyn Read, ask: pb::QueryProposalRequest) -> Result<pb::QueryProposalResponse> {
    Ok(pb::QueryProposalResponse { proposal: Some(voting::proposal(state, ask.id)?) })
}

pub(super) fn proposals(
    state: &dyn Read,
    ask: pb::QueryProposalsRequest,
) -> Result<pb::QueryProposalsResponse> {
    let wanted = ask.status();
    let (proposals, pagination) =
        page::collect(state, &PROPOSALS_OF, &ask.idao, ask.pagination.as_ref(), |(_, id), ()| {
            let found = PROPOSALS.get(state, &id)?.map(|Pb(proposal)| proposal);
            Ok(found.filter(|found| wanted == Status::Unspecified || found.status() == wanted))
        })?;
    Ok(pb::QueryProposalsResponse { proposals, pagination })
}

pub(super) fn vote(state: &dyn Read, ask: pb::QueryVoteRequest) -> Result<pb::QueryVoteResponse> {
    let found = VOTES.get(state, &(ask.proposal, address(&ask.member)?))?;
    Ok(pb::QueryVoteResponse { vote: Some(there(found, "vote")?.0) })
}

pub(super) fn votes(state: &dyn Read, ask: pb::QueryVotesRequest) -> Result<pb::QueryVotesResponse> {
    let row = |_, Pb(vote)| Ok(Some(vote));
    let (votes, pagination) = page::collect(state, &VOTES, &ask.proposal, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryVotesResponse { votes, pagination })
}

pub(super) fn outcome(state: &dyn Read, ask: pb::QueryOutcomeRequest) -> Result<pb::QueryOutcomeResponse> {
    let proposal = voting::proposal(state, ask.proposal)?;
    let rules = proposal.rules.clone().unwrap_or_default();
    let (kind, tally) = (proposal.kind(), Tally::of(proposal.tally.as_ref())?);
    let verdict = judge(kind, &tally, proposal.voters, &rules);
    let outcome = pb::Outcome {
        kind: kind.into(),
        tally: Some(tally.record()),
        voters: proposal.voters,
        quorum_bps: rules.quorum_bps,
        threshold_bps: rules.threshold_bps,
        veto_bps: rules.veto_bps,
        quorum_reached: verdict.quorum,
        threshold_reached: verdict.threshold,
        vetoed: verdict.vetoed,
        passes: verdict.passes,
        complete: tally.complete(proposal.voters),
        reason: reason(kind, &verdict).to_owned(),
    };
    Ok(pb::QueryOutcomeResponse { outcome: Some(outcome) })
}

pub(super) fn voting_power(
    state: &dyn Read,
    ask: pb::QueryVotingPowerRequest,
) -> Result<pb::QueryVotingPowerResponse> {
    let (proposal, who) = (voting::proposal(state, ask.proposal)?, address(&ask.member)?);
    Ok(match split(voting::power(state, &proposal, &who))? {
        Ok(power) => {
            let points = proposal.rules.as_ref().is_some_and(|rules| rules.voting() == pb::Voting::Points);
            let reason = if points {
                format!("points at the end of the epoch before {}, from 1 to the cap", proposal.epoch)
            } else {
                "one member, one vote".to_owned()
            };
            pb::QueryVotingPowerResponse { may_vote: true, power: power.to_string(), reason }
        }
        Err(reject) => {
            pb::QueryVotingPowerResponse { may_vote: false, power: "0".to_owned(), reason: reject.text }
        }
    })
}

pub(super) fn trust_edges(
    state: &dyn Read,
    ask: pb::QueryTrustEdgesRequest,
) -> Result<pb::QueryTrustEdgesResponse> {
    let row = |_, Pb(edge)| Ok(Some(edge));
    let (edges, pagination) = page::collect(state, &EDGES, &ask.idao, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryTrustEdgesResponse { edges, pagination })
}

pub(super) fn trust_edge(
    state: &dyn Read,
    ask: pb::QueryTrustEdgeRequest,
) -> Result<pb::QueryTrustEdgeResponse> {
    let found = trust::edge(state, ask.idao, ask.quorum)?;
    Ok(pb::QueryTrustEdgeResponse { edge: Some(there(found, "trust edge")?) })
}

pub(super) fn freeze(state: &dyn Read, ask: pb::QueryFreezeRequest) -> Result<pb::QueryFreezeResponse> {
    let found = freezing::find(state, ask.idao, Subject::of(ask.kind(), ask.subject)?)?;
    Ok(pb::QueryFreezeResponse { freeze: Some(there(found, "freeze")?) })
}

pub(super) fn freezes(state: &dyn Read, ask: pb::QueryFreezesRequest) -> Result<pb::QueryFreezesResponse> {
    let row = |_, Pb(freeze)| Ok(Some(freeze));
    let (freezes, pagination) = page::collect(state, &FREEZES, &ask.idao, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryFreezesResponse { freezes, pagination })
}
