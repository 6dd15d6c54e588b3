//! What can be asked.

use proto::{
    amount::Amount,
    coin::{Coin, Coins},
    lazchain::rewards::v1 as pb,
};
use state::{Pb, Read};

use super::{
    emission::{self, Due},
    keys::{EMISSIONS, TALLIES},
    logic,
    types::Party,
};
use crate::{
    error::Result,
    fixed::bps_floor,
    given::refused,
    page,
    query::{Query, answer},
    stored,
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/lazchain.rewards.v1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/lazchain.rewards.v1.Query/Running", |s, b| answer(s, b, running)),
    Query::new("/lazchain.rewards.v1.Query/Emission", |s, b| answer(s, b, one_emission)),
    Query::new("/lazchain.rewards.v1.Query/Emissions", |s, b| answer(s, b, emissions)),
    Query::new("/lazchain.rewards.v1.Query/Tally", |s, b| answer(s, b, tally)),
    Query::new("/lazchain.rewards.v1.Query/Tallies", |s, b| answer(s, b, tallies)),
];

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?) })
}

fn running(state: &dyn Read, _: pb::QueryRunningRequest) -> Result<pb::QueryRunningResponse> {
    Ok(pb::QueryRunningResponse { running: Some(logic::running(state)?) })
}

fn one_emission(state: &dyn Read, ask: pb::QueryEmissionRequest) -> Result<pb::QueryEmissionResponse> {
    Ok(pb::QueryEmissionResponse { emission: Some(logic::emission(state, ask.epoch)?) })
}

fn emissions(state: &dyn Read, ask: pb::QueryEmissionsRequest) -> Result<pb::QueryEmissionsResponse> {
    let row = |_, Pb(emission)| Ok(Some(emission));
    let (emissions, pagination) = page::collect(state, &EMISSIONS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryEmissionsResponse { emissions, pagination })
}

fn tally(state: &dyn Read, ask: pb::QueryTallyRequest) -> Result<pb::QueryTallyResponse> {
    let party: Party = ask.party.parse().map_err(refused)?;
    let tally = logic::tally(state, &party)?;
    let sunk = stored::amount(&tally.sunk)?;
    if tally.epoch == logic::running(state)?.epoch {
        let params = logic::params(state)?;
        let cap_bps = match party {
            Party::Member(_) => params.quorums_cap_bps,
            Party::Idao(_) => params.idaos_cap_bps,
            Party::Provider(_) => params.providers_cap_bps,
        };
        return Ok(pb::QueryTallyResponse {
            tally: Some(tally),
            emission: None,
            by_use: Amount::ZERO.to_string(),
            by_cap: bps_floor(sunk, cap_bps)?.to_string(),
            due: Vec::new(),
        });
    }
    let emission = logic::emission(state, tally.epoch)?;
    let Due { by_use, by_cap, due } = emission::due(&emission, party.part(), sunk)?;
    let due = Coins::one(Coin::new(logic::token(state, &party)?, due));
    Ok(pb::QueryTallyResponse {
        tally: Some(tally),
        emission: Some(emission),
        by_use: by_use.to_string(),
        by_cap: by_cap.to_string(),
        due: due.wire(),
    })
}

fn tallies(state: &dyn Read, ask: pb::QueryTalliesRequest) -> Result<pb::QueryTalliesResponse> {
    let row = |_, Pb(tally)| Ok(Some(tally));
    let (tallies, pagination) = page::collect(state, &TALLIES, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryTalliesResponse { tallies, pagination })
}
