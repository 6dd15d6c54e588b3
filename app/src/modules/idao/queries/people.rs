//! iDAOs, their members, what those earned.

use proto::{coin::Coins, lazchain::idao::v1 as pb};
use state::{Pb, Read};

use super::{
    super::{
        keys::{
            AGENTS, AGENTS_OF, APPLICATIONS, CHECKPOINTS, IDAOS, INVITATIONS, MEMBERS, MEMBERSHIPS, POTS,
        },
        logic::{self, account, income},
    },
    address, there,
};
use crate::{error::Result, modules::bank, page};

/// Most denominations of a treasury that are shown.
const MAX_SHOWN: usize = 64;

pub(super) fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?) })
}

pub(super) fn idao(state: &dyn Read, ask: pb::QueryIdaoRequest) -> Result<pb::QueryIdaoResponse> {
    Ok(pb::QueryIdaoResponse { idao: Some(logic::idao(state, ask.id)?) })
}

pub(super) fn idaos(state: &dyn Read, ask: pb::QueryIdaosRequest) -> Result<pb::QueryIdaosResponse> {
    let row = |_, Pb(idao)| Ok(Some(idao));
    let (idaos, pagination) = page::collect(state, &IDAOS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryIdaosResponse { idaos, pagination })
}

pub(super) fn treasury(state: &dyn Read, ask: pb::QueryTreasuryRequest) -> Result<pb::QueryTreasuryResponse> {
    logic::idao(state, ask.idao)?;
    let account = account(ask.idao);
    let held = bank::balances(state, &account)?;
    let held = Coins::sum(held.iter().take(MAX_SHOWN).cloned())?;
    Ok(pb::QueryTreasuryResponse { account: account.to_string(), balances: held.wire() })
}

pub(super) fn member(state: &dyn Read, ask: pb::QueryMemberRequest) -> Result<pb::QueryMemberResponse> {
    let who = address(&ask.account)?;
    let member = there(logic::member(state, ask.idao, &who)?, "member")?;
    let offered = logic::members::offered(state, ask.idao, &who)?;
    let standing = Some(logic::standing(state, ask.idao, &who)?);
    Ok(pb::QueryMemberResponse { member: Some(member), offered, standing })
}

pub(super) fn members(state: &dyn Read, ask: pb::QueryMembersRequest) -> Result<pb::QueryMembersResponse> {
    let row = |_, Pb(member)| Ok(Some(member));
    let (members, pagination) = page::collect(state, &MEMBERS, &ask.idao, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryMembersResponse { members, pagination })
}

pub(super) fn memberships(
    state: &dyn Read,
    ask: pb::QueryMembershipsRequest,
) -> Result<pb::QueryMembershipsResponse> {
    let who = address(&ask.account)?;
    let (memberships, pagination) =
        page::collect(state, &MEMBERSHIPS, &who, ask.pagination.as_ref(), |(who, idao), ()| {
            logic::member(state, idao, &who)
        })?;
    Ok(pb::QueryMembershipsResponse { memberships, pagination })
}

pub(super) fn points(state: &dyn Read, ask: pb::QueryPointsRequest) -> Result<pb::QueryPointsResponse> {
    let prefix = (ask.idao, address(&ask.account)?);
    let (checkpoints, pagination) =
        page::collect(state, &CHECKPOINTS, &prefix, ask.pagination.as_ref(), |(_, _, epoch), points| {
            Ok(Some(pb::Checkpoint { epoch, points: points.to_string() }))
        })?;
    Ok(pb::QueryPointsResponse { checkpoints, pagination })
}

pub(super) fn member_rewards(
    state: &dyn Read,
    ask: pb::QueryMemberRewardsRequest,
) -> Result<pb::QueryMemberRewardsResponse> {
    let amount = income::claimable(state, ask.idao, &address(&ask.account)?)?.wire();
    Ok(pb::QueryMemberRewardsResponse { amount })
}

pub(super) fn pots(state: &dyn Read, ask: pb::QueryPotsRequest) -> Result<pb::QueryPotsResponse> {
    let (pots, pagination) =
        page::collect(state, &POTS, &ask.idao, ask.pagination.as_ref(), |(_, denom), Pb(pot)| {
            Ok(Some(pb::DenomPot { denom: denom.to_string(), pot: Some(pot) }))
        })?;
    Ok(pb::QueryPotsResponse { pots, pagination })
}

pub(super) fn agent(state: &dyn Read, ask: pb::QueryAgentRequest) -> Result<pb::QueryAgentResponse> {
    let found = AGENTS.get(state, &(ask.idao, address(&ask.account)?))?;
    Ok(pb::QueryAgentResponse { agent: Some(there(found, "agent")?.0) })
}

pub(super) fn agents(state: &dyn Read, ask: pb::QueryAgentsRequest) -> Result<pb::QueryAgentsResponse> {
    let prefix = (ask.idao, address(&ask.member)?);
    let (agents, pagination) =
        page::collect(state, &AGENTS_OF, &prefix, ask.pagination.as_ref(), |(idao, _, agent), ()| {
            Ok(AGENTS.get(state, &(idao, agent))?.map(|Pb(agent)| agent))
        })?;
    Ok(pb::QueryAgentsResponse { agents, pagination })
}

pub(super) fn application(
    state: &dyn Read,
    ask: pb::QueryApplicationRequest,
) -> Result<pb::QueryApplicationResponse> {
    let found = APPLICATIONS.get(state, &(ask.idao, address(&ask.applicant)?))?;
    Ok(pb::QueryApplicationResponse { application: Some(there(found, "application")?.0) })
}

pub(super) fn applications(
    state: &dyn Read,
    ask: pb::QueryApplicationsRequest,
) -> Result<pb::QueryApplicationsResponse> {
    let row = |_, Pb(application)| Ok(Some(application));
    let (applications, pagination) =
        page::collect(state, &APPLICATIONS, &ask.idao, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryApplicationsResponse { applications, pagination })
}

pub(super) fn invitations(
    state: &dyn Read,
    ask: pb::QueryInvitationsRequest,
) -> Result<pb::QueryInvitationsResponse> {
    let row = |_, Pb(invitation)| Ok(Some(invitation));
    let (invitations, pagination) =
        page::collect(state, &INVITATIONS, &ask.idao, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryInvitationsResponse { invitations, pagination })
}
