//! What can be asked, and why the chain decided as it did.

use proto::{address::ValAddress, lazchain::quorum::v1 as pb};
use state::{Pb, Read};

use super::{
    errors::Error,
    keys::{BANNED, BOUND, BOUND_OF, MEASUREMENTS, MEMBERS, MEMBERSHIPS, QUORUMS, REFERENCES, SLASHES},
    logic::{self, changes, duties, measuring, offences, pools, reserves, seats},
    types::{MAX_MEMBERSHIPS, marks},
};
use crate::{
    error::Result,
    modules::scheduler,
    page,
    query::{Query, answer},
    stored,
};

/// Most bound allocations that one answer lists.
const MAX_BOUND: u32 = 500;

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/lazchain.quorum.v1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/lazchain.quorum.v1.Query/Quorum", |s, b| answer(s, b, quorum)),
    Query::new("/lazchain.quorum.v1.Query/Quorums", |s, b| answer(s, b, quorums)),
    Query::new("/lazchain.quorum.v1.Query/Member", |s, b| answer(s, b, member)),
    Query::new("/lazchain.quorum.v1.Query/Members", |s, b| answer(s, b, members)),
    Query::new("/lazchain.quorum.v1.Query/Allocations", |s, b| answer(s, b, allocations)),
    Query::new("/lazchain.quorum.v1.Query/Measurement", |s, b| answer(s, b, measurement)),
    Query::new("/lazchain.quorum.v1.Query/Budget", |s, b| answer(s, b, budget)),
    Query::new("/lazchain.quorum.v1.Query/RulesChange", |s, b| answer(s, b, rules_change)),
    Query::new("/lazchain.quorum.v1.Query/Pools", |s, b| answer(s, b, pools_of)),
    Query::new("/lazchain.quorum.v1.Query/Claimable", |s, b| answer(s, b, claimable)),
    Query::new("/lazchain.quorum.v1.Query/Reliability", |s, b| answer(s, b, reliability)),
    Query::new("/lazchain.quorum.v1.Query/Slash", |s, b| answer(s, b, slash)),
    Query::new("/lazchain.quorum.v1.Query/Slashes", |s, b| answer(s, b, slashes)),
];

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?) })
}

fn quorum(state: &dyn Read, ask: pb::QueryQuorumRequest) -> Result<pb::QueryQuorumResponse> {
    Ok(pb::QueryQuorumResponse { quorum: Some(logic::quorum(state, ask.id)?) })
}

fn quorums(state: &dyn Read, ask: pb::QueryQuorumsRequest) -> Result<pb::QueryQuorumsResponse> {
    let row = |_, Pb(quorum): Pb<pb::Quorum>| {
        Ok((ask.status == 0 || quorum.status == ask.status).then_some(quorum))
    };
    let (quorums, pagination) = page::collect(state, &QUORUMS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryQuorumsResponse { quorums, pagination })
}

fn member(state: &dyn Read, ask: pb::QueryMemberRequest) -> Result<pb::QueryMemberResponse> {
    let (id, who): (u64, ValAddress) = (ask.quorum, ask.validator.parse()?);
    logic::quorum(state, id)?;
    let banned = BANNED.has(state, &(id, who))?;
    let found = seats::find_member(state, id, &who)?;
    if found.is_none() && !banned {
        seats::member(state, id, &who)?; // says so
    }
    let record = seats::record(state, id, &who)?;
    let (points, abstentions) = marks(&record);
    let free = match measuring::measured(state, id)? {
        Some(measured) => reserves::free(state, id, &who, &measured)?,
        None => proto::amount::Amount::ZERO,
    };
    Ok(pb::QueryMemberResponse {
        member: found,
        record: Some(record),
        points,
        abstentions,
        reserved: reserves::reserved(state, id, &who)?.to_string(),
        free: free.to_string(),
        slashed: offences::slashed(state, id, &who)?.to_string(),
        banned,
    })
}

fn members(state: &dyn Read, ask: pb::QueryMembersRequest) -> Result<pb::QueryMembersResponse> {
    logic::quorum(state, ask.quorum)?;
    let row = |_, Pb(member)| Ok(Some(member));
    let (members, pagination) = page::collect(state, &MEMBERS, &ask.quorum, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryMembersResponse { members, pagination })
}

fn allocations(state: &dyn Read, ask: pb::QueryAllocationsRequest) -> Result<pb::QueryAllocationsResponse> {
    let who: ValAddress = ask.validator.parse()?;
    let (mut memberships, mut bound) = (Vec::new(), Vec::new());
    for ((_, id), ()) in MEMBERSHIPS.page(state, &who, None, MAX_MEMBERSHIPS)? {
        memberships.push(seats::member(state, id, &who)?);
    }
    for ((_, quorum, measurement), ()) in BOUND_OF.page(state, &who, None, MAX_BOUND)? {
        let allocation_bps = BOUND.get(state, &(quorum, measurement, who))?.unwrap_or(0);
        bound.push(pb::Bound { quorum, measurement, allocation_bps });
    }
    Ok(pb::QueryAllocationsResponse {
        memberships,
        allocated_bps: seats::allocated(state, &who)?,
        bound,
        max_restake_bps: logic::params(state)?.max_restake_bps,
    })
}

fn measurement(state: &dyn Read, ask: pb::QueryMeasurementRequest) -> Result<pb::QueryMeasurementResponse> {
    let quorum = logic::quorum(state, ask.quorum)?;
    let epoch = if ask.epoch == 0 { quorum.measured } else { ask.epoch };
    let measurement = measuring::measurement(state, quorum.id, epoch)?;
    Ok(pb::QueryMeasurementResponse {
        measurement: Some(measurement),
        references: REFERENCES.get(state, &(quorum.id, epoch))?.unwrap_or(0),
        current: epoch == scheduler::epoch(state)?,
    })
}

fn budget(state: &dyn Read, ask: pb::QueryBudgetRequest) -> Result<pb::QueryBudgetResponse> {
    let id = logic::quorum(state, ask.quorum)?.id;
    let measured = measuring::measured(state, id)?;
    let mut members = Vec::new();
    for row in measured.iter().flat_map(|measured| &measured.members) {
        let who = stored::val_address(&row.validator)?;
        let free = match &measured {
            Some(measured) => reserves::free(state, id, &who, measured)?,
            None => proto::amount::Amount::ZERO,
        };
        members.push(pb::FreePower {
            validator: row.validator.clone(),
            power: row.power.clone(),
            reserved: reserves::reserved(state, id, &who)?.to_string(),
            free: free.to_string(),
            open_duties: duties::open_duties(state, id, &who)?,
        });
    }
    let budget = reserves::budget(state, id)?.to_string();
    Ok(pb::QueryBudgetResponse { budget, measured: measured.is_some(), members })
}

fn rules_change(state: &dyn Read, ask: pb::QueryRulesChangeRequest) -> Result<pb::QueryRulesChangeResponse> {
    let quorum = logic::quorum(state, ask.quorum)?;
    let change = changes::change(state, quorum.id)?;
    let change = change.ok_or(Error::NoChange { quorum: quorum.id, number: quorum.changes })?;
    let last = MEASUREMENTS.get(state, &(quorum.id, quorum.measured))?.map(|Pb(last)| last);
    let (yes, no, total) = changes::tally(&change, &last.unwrap_or_default())?;
    Ok(pb::QueryRulesChangeResponse {
        change: Some(change),
        yes_power: yes.to_string(),
        no_power: no.to_string(),
        total_power: total.to_string(),
    })
}

fn pools_of(state: &dyn Read, ask: pb::QueryPoolsRequest) -> Result<pb::QueryPoolsResponse> {
    let id = logic::quorum(state, ask.quorum)?.id;
    let members = pools::unclaimed(state, id)?.wire();
    Ok(pb::QueryPoolsResponse { pools: Some(pools::pools(state, id)?), members })
}

fn claimable(state: &dyn Read, ask: pb::QueryClaimableRequest) -> Result<pb::QueryClaimableResponse> {
    let who: ValAddress = ask.validator.parse()?;
    Ok(pb::QueryClaimableResponse { amount: pools::claimable(state, ask.quorum, &who)?.wire() })
}

fn reliability(state: &dyn Read, ask: pb::QueryReliabilityRequest) -> Result<pb::QueryReliabilityResponse> {
    let id = logic::quorum(state, ask.quorum)?.id;
    let counted = logic::reliability(state, id)?;
    let bps = logic::reliability_bps(&counted)?;
    Ok(pb::QueryReliabilityResponse { counted: Some(counted), bps })
}

fn slash(state: &dyn Read, ask: pb::QuerySlashRequest) -> Result<pb::QuerySlashResponse> {
    let found = SLASHES.get(state, &ask.id)?.map(|Pb(slash)| slash);
    Ok(pb::QuerySlashResponse { slash: Some(found.ok_or(Error::NoSlash(ask.id))?) })
}

fn slashes(state: &dyn Read, ask: pb::QuerySlashesRequest) -> Result<pb::QuerySlashesResponse> {
    let row =
        |_, Pb(slash): Pb<pb::Slash>| Ok((ask.quorum == 0 || slash.quorum == ask.quorum).then_some(slash));
    let (slashes, pagination) = page::collect(state, &SLASHES, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QuerySlashesResponse { slashes, pagination })
}
