//! What can be asked.

use proto::{
    address::Address,
    coin::{Coin, Denom},
    cosmos::{bank::v1beta1 as pb, base::v1beta1::Coin as WireCoin},
};
use state::{Pb, Read};

use super::{
    keys::{BALANCES, METADATA, OWNERS, PARAMS, SEND_ENABLED, SUPPLY},
    logic,
};
use crate::{
    error::{Result, Sdk},
    page,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/cosmos.bank.v1beta1.Query/Balance", |s, b| answer(s, b, balance)),
    Query::new("/cosmos.bank.v1beta1.Query/AllBalances", |s, b| answer(s, b, all_balances)),
    Query::new("/cosmos.bank.v1beta1.Query/SpendableBalances", |s, b| answer(s, b, spendable_balances)),
    Query::new("/cosmos.bank.v1beta1.Query/SpendableBalanceByDenom", |s, b| {
        answer(s, b, spendable_balance_by_denom)
    }),
    Query::new("/cosmos.bank.v1beta1.Query/TotalSupply", |s, b| answer(s, b, total_supply)),
    Query::new("/cosmos.bank.v1beta1.Query/SupplyOf", |s, b| answer(s, b, supply_of)),
    Query::new("/cosmos.bank.v1beta1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/cosmos.bank.v1beta1.Query/DenomMetadata", |s, b| answer(s, b, denom_metadata)),
    Query::new("/cosmos.bank.v1beta1.Query/DenomMetadataByQueryString", |s, b| {
        answer(s, b, denom_metadata_by_query_string)
    }),
    Query::new("/cosmos.bank.v1beta1.Query/DenomsMetadata", |s, b| answer(s, b, denoms_metadata)),
    Query::new("/cosmos.bank.v1beta1.Query/DenomOwners", |s, b| answer(s, b, denom_owners)),
    Query::new("/cosmos.bank.v1beta1.Query/DenomOwnersByQuery", |s, b| answer(s, b, denom_owners_by_query)),
    Query::new("/cosmos.bank.v1beta1.Query/SendEnabled", |s, b| answer(s, b, send_enabled)),
];

fn address(text: &str) -> Result<Address> {
    Ok(text.parse().map_err(|error| Sdk::InvalidRequest(format!("invalid address: {error}")))?)
}

fn balance(state: &dyn Read, ask: pb::QueryBalanceRequest) -> Result<pb::QueryBalanceResponse> {
    let (who, denom): (_, Denom) = (address(&ask.address)?, ask.denom.parse()?);
    let amount = logic::balance(state, &who, &denom)?;
    Ok(pb::QueryBalanceResponse { balance: Some(Coin { denom, amount }.into()) })
}

type Balances = (Vec<WireCoin>, Option<proto::cosmos::base::query::v1beta1::PageResponse>);

fn page_of_balances(state: &dyn Read, who: &str, ask: Option<page::Request>) -> Result<Balances> {
    let who = address(who)?;
    page::collect(state, &BALANCES, &who, ask.as_ref(), |(_, denom), amount| {
        Ok(Some(Coin { denom, amount }.into()))
    })
}

fn all_balances(state: &dyn Read, ask: pb::QueryAllBalancesRequest) -> Result<pb::QueryAllBalancesResponse> {
    let (balances, pagination) = page_of_balances(state, &ask.address, ask.pagination)?;
    Ok(pb::QueryAllBalancesResponse { balances, pagination })
}

fn spendable_balances(
    state: &dyn Read,
    ask: pb::QuerySpendableBalancesRequest,
) -> Result<pb::QuerySpendableBalancesResponse> {
    let (balances, pagination) = page_of_balances(state, &ask.address, ask.pagination)?;
    Ok(pb::QuerySpendableBalancesResponse { balances, pagination })
}

fn spendable_balance_by_denom(
    state: &dyn Read,
    ask: pb::QuerySpendableBalanceByDenomRequest,
) -> Result<pb::QuerySpendableBalanceByDenomResponse> {
    let ask = pb::QueryBalanceRequest { address: ask.address, denom: ask.denom };
    Ok(pb::QuerySpendableBalanceByDenomResponse { balance: balance(state, ask)?.balance })
}

fn total_supply(state: &dyn Read, ask: pb::QueryTotalSupplyRequest) -> Result<pb::QueryTotalSupplyResponse> {
    let row = |denom, amount| Ok(Some(Coin { denom, amount }.into()));
    let (supply, pagination) = page::collect(state, &SUPPLY, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryTotalSupplyResponse { supply, pagination })
}

fn supply_of(state: &dyn Read, ask: pb::QuerySupplyOfRequest) -> Result<pb::QuerySupplyOfResponse> {
    let denom: Denom = ask.denom.parse()?;
    let amount = logic::supply(state, &denom)?;
    Ok(pb::QuerySupplyOfResponse { amount: Some(Coin { denom, amount }.into()) })
}

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(PARAMS.get(state)?.unwrap_or_default().into()) })
}

fn metadata(state: &dyn Read, denom: &str) -> Result<pb::Metadata> {
    let denom: Denom = denom.parse()?;
    let found = METADATA.get(state, &denom)?.map(|Pb(metadata)| metadata);
    Ok(found.ok_or_else(|| Sdk::KeyNotFound(format!("client metadata for denom {denom}")))?)
}

fn denom_metadata(
    state: &dyn Read,
    ask: pb::QueryDenomMetadataRequest,
) -> Result<pb::QueryDenomMetadataResponse> {
    Ok(pb::QueryDenomMetadataResponse { metadata: Some(metadata(state, &ask.denom)?) })
}

fn denom_metadata_by_query_string(
    state: &dyn Read,
    ask: pb::QueryDenomMetadataByQueryStringRequest,
) -> Result<pb::QueryDenomMetadataByQueryStringResponse> {
    Ok(pb::QueryDenomMetadataByQueryStringResponse { metadata: Some(metadata(state, &ask.denom)?) })
}

fn denoms_metadata(
    state: &dyn Read,
    ask: pb::QueryDenomsMetadataRequest,
) -> Result<pb::QueryDenomsMetadataResponse> {
    let row = |_, Pb(metadata)| Ok(Some(metadata));
    let (metadatas, pagination) = page::collect(state, &METADATA, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryDenomsMetadataResponse { metadatas, pagination })
}

type Owners = (Vec<pb::DenomOwner>, Option<proto::cosmos::base::query::v1beta1::PageResponse>);

fn owners(state: &dyn Read, denom: &str, ask: Option<page::Request>) -> Result<Owners> {
    let denom: Denom = denom.parse()?;
    page::collect(state, &OWNERS, &denom, ask.as_ref(), |(denom, who), ()| {
        let amount = logic::balance(state, &who, &denom)?;
        Ok(Some(pb::DenomOwner { address: who.to_string(), balance: Some(Coin { denom, amount }.into()) }))
    })
}

fn denom_owners(state: &dyn Read, ask: pb::QueryDenomOwnersRequest) -> Result<pb::QueryDenomOwnersResponse> {
    let (denom_owners, pagination) = owners(state, &ask.denom, ask.pagination)?;
    Ok(pb::QueryDenomOwnersResponse { denom_owners, pagination })
}

fn denom_owners_by_query(
    state: &dyn Read,
    ask: pb::QueryDenomOwnersByQueryRequest,
) -> Result<pb::QueryDenomOwnersByQueryResponse> {
    let (denom_owners, pagination) = owners(state, &ask.denom, ask.pagination)?;
    Ok(pb::QueryDenomOwnersByQueryResponse { denom_owners, pagination })
}

fn send_enabled(state: &dyn Read, ask: pb::QuerySendEnabledRequest) -> Result<pb::QuerySendEnabledResponse> {
    if ask.denoms.is_empty() {
        let row = |denom: Denom, enabled| Ok(Some(pb::SendEnabled { denom: denom.to_string(), enabled }));
        let (send_enabled, pagination) =
            page::collect(state, &SEND_ENABLED, &(), ask.pagination.as_ref(), row)?;
        return Ok(pb::QuerySendEnabledResponse { send_enabled, pagination });
    }
    let mut send_enabled = Vec::new();
    for denom in ask.denoms.iter().take(page::MAX_ROWS) {
        let denom: Denom = denom.parse()?;
        if let Some(enabled) = SEND_ENABLED.get(state, &denom)? {
            send_enabled.push(pb::SendEnabled { denom: denom.to_string(), enabled });
        }
    }
    Ok(pb::QuerySendEnabledResponse { send_enabled, pagination: None })
}
