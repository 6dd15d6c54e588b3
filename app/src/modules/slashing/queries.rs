//! What can be asked.

use proto::{address::ConsAddress, cosmos::slashing::v1beta1 as pb};
use state::Read;

use super::{keys::SIGNING_INFOS, logic, types::SigningInfo};
use crate::{
    error::{Result, Sdk},
    page,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/cosmos.slashing.v1beta1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/cosmos.slashing.v1beta1.Query/SigningInfo", |s, b| answer(s, b, signing_info)),
    Query::new("/cosmos.slashing.v1beta1.Query/SigningInfos", |s, b| answer(s, b, signing_infos)),
];

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?.wire()) })
}

fn signing_info(state: &dyn Read, ask: pb::QuerySigningInfoRequest) -> Result<pb::QuerySigningInfoResponse> {
    if ask.cons_address.is_empty() {
        return Err(Sdk::InvalidRequest("invalid request".into()).into());
    }
    let cons: ConsAddress = ask.cons_address.parse()?;
    let Some(info) = logic::signing_info(state, &cons)? else {
        return Err(Sdk::KeyNotFound(format!("SigningInfo not found for validator {cons}")).into());
    };
    Ok(pb::QuerySigningInfoResponse { val_signing_info: Some(info.wire(&cons)) })
}

fn signing_infos(
    state: &dyn Read,
    ask: pb::QuerySigningInfosRequest,
) -> Result<pb::QuerySigningInfosResponse> {
    let row = |cons, info: SigningInfo| Ok(Some(info.wire(&cons)));
    let (info, pagination) = page::collect(state, &SIGNING_INFOS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QuerySigningInfosResponse { info, pagination })
}
