//! What can be asked.

use proto::cosmos::mint::v1beta1 as pb;
use state::Read;

use super::logic;
use crate::{
    error::Result,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/cosmos.mint.v1beta1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/cosmos.mint.v1beta1.Query/Inflation", |s, b| answer(s, b, inflation)),
    Query::new("/cosmos.mint.v1beta1.Query/AnnualProvisions", |s, b| answer(s, b, annual_provisions)),
];

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?.wire()) })
}

fn inflation(state: &dyn Read, _: pb::QueryInflationRequest) -> Result<pb::QueryInflationResponse> {
    let inflation = logic::minter(state)?.inflation.wire().into_bytes();
    Ok(pb::QueryInflationResponse { inflation })
}

fn annual_provisions(
    state: &dyn Read,
    _: pb::QueryAnnualProvisionsRequest,
) -> Result<pb::QueryAnnualProvisionsResponse> {
    let annual_provisions = logic::minter(state)?.annual_provisions.wire().into_bytes();
    Ok(pb::QueryAnnualProvisionsResponse { annual_provisions })
}
