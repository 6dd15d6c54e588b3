//! What can be asked.

use proto::{address::ValAddress, lazchain::beacon::v1 as pb};
use state::Read;

use super::{
    errors::Error,
    keys::{CHAINS, RECENT},
    logic,
};
use crate::{
    error::Result,
    page,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/lazchain.beacon.v1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/lazchain.beacon.v1.Query/Beacon", |s, b| answer(s, b, beacon)),
    Query::new("/lazchain.beacon.v1.Query/Chain", |s, b| answer(s, b, chain)),
    Query::new("/lazchain.beacon.v1.Query/Chains", |s, b| answer(s, b, chains)),
];

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?) })
}

fn beacon(state: &dyn Read, _: pb::QueryBeaconRequest) -> Result<pb::QueryBeaconResponse> {
    let newest = RECENT.page_back(state, &(), None, 1)?;
    let height = newest.first().map_or(0, |((height, _), ())| *height);
    Ok(pb::QueryBeaconResponse { value: logic::value(state)?.to_vec(), height })
}

fn chain(state: &dyn Read, ask: pb::QueryChainRequest) -> Result<pb::QueryChainResponse> {
    let operator: ValAddress = ask.validator.parse()?;
    let chain = logic::chain(state, &operator)?.ok_or(Error::NoChain(operator))?;
    Ok(pb::QueryChainResponse { chain: Some(chain) })
}

fn chains(state: &dyn Read, ask: pb::QueryChainsRequest) -> Result<pb::QueryChainsResponse> {
    let row = |operator: ValAddress, _| logic::chain(state, &operator);
    let (chains, pagination) = page::collect(state, &CHAINS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryChainsResponse { chains, pagination })
}
