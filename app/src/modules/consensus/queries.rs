//! What can be asked.

use proto::cosmos::consensus::v1 as pb;
use state::Read;

use super::logic;
use crate::{
    error::Result,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] =
    &[Query::new("/cosmos.consensus.v1.Query/Params", |s, b| answer(s, b, params))];

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?) })
}
