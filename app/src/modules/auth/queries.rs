//! What can be asked.

use proto::{
    address::{ACCOUNT_PREFIX, Address},
    cosmos::auth::v1beta1 as pb,
};
use state::Read;

use super::{
    keys::{ACCOUNTS, NUMBERS},
    logic,
    types::Account,
};
use crate::{
    error::{Result, Sdk},
    modules::MODULE_ACCOUNTS,
    page,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/cosmos.auth.v1beta1.Query/Account", |s, b| answer(s, b, account)),
    Query::new("/cosmos.auth.v1beta1.Query/Accounts", |s, b| answer(s, b, accounts)),
    Query::new("/cosmos.auth.v1beta1.Query/AccountInfo", |s, b| answer(s, b, account_info)),
    Query::new("/cosmos.auth.v1beta1.Query/AccountAddressByID", |s, b| answer(s, b, account_address_by_id)),
    Query::new("/cosmos.auth.v1beta1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/cosmos.auth.v1beta1.Query/ModuleAccounts", |s, b| answer(s, b, module_accounts)),
    Query::new("/cosmos.auth.v1beta1.Query/ModuleAccountByName", |s, b| answer(s, b, module_account_by_name)),
    Query::new("/cosmos.auth.v1beta1.Query/Bech32Prefix", |s, b| answer(s, b, bech32_prefix)),
    Query::new("/cosmos.auth.v1beta1.Query/AddressBytesToString", |s, b| {
        answer(s, b, address_bytes_to_string)
    }),
    Query::new("/cosmos.auth.v1beta1.Query/AddressStringToBytes", |s, b| {
        answer(s, b, address_string_to_bytes)
    }),
];

fn known(state: &dyn Read, who: &Address) -> Result<Account> {
    // CosmJS takes an account for new only by these words
    let found = logic::find_account(state, who)?;
    Ok(found.ok_or_else(|| Sdk::KeyNotFound(format!("account {who} not found")))?)
}

fn account(state: &dyn Read, ask: pb::QueryAccountRequest) -> Result<pb::QueryAccountResponse> {
    let who: Address = ask.address.parse()?;
    Ok(pb::QueryAccountResponse { account: Some(known(state, &who)?.wire(&who)) })
}

fn accounts(state: &dyn Read, ask: pb::QueryAccountsRequest) -> Result<pb::QueryAccountsResponse> {
    let row = |who: Address, account: Account| Ok(Some(account.wire(&who)));
    let (accounts, pagination) = page::collect(state, &ACCOUNTS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryAccountsResponse { accounts, pagination })
}

fn account_info(state: &dyn Read, ask: pb::QueryAccountInfoRequest) -> Result<pb::QueryAccountInfoResponse> {
    let who: Address = ask.address.parse()?;
    Ok(pb::QueryAccountInfoResponse { info: Some(known(state, &who)?.base(&who)) })
}

#[allow(deprecated, reason = "old clients send `id`, new ones `account_id`")]
fn account_address_by_id(
    state: &dyn Read,
    ask: pb::QueryAccountAddressByIdRequest,
) -> Result<pb::QueryAccountAddressByIdResponse> {
    let number = if ask.account_id > 0 { ask.account_id } else { u64::try_from(ask.id).unwrap_or(u64::MAX) };
    let who = NUMBERS.get(state, &number)?;
    let who = who
        .ok_or_else(|| Sdk::KeyNotFound(format!("account address not found with account number {number}")))?;
    Ok(pb::QueryAccountAddressByIdResponse { account_address: who.to_string() })
}

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?.into()) })
}

fn module_accounts(
    state: &dyn Read,
    _: pb::QueryModuleAccountsRequest,
) -> Result<pb::QueryModuleAccountsResponse> {
    let mut accounts = Vec::new();
    for (name, _) in MODULE_ACCOUNTS {
        let who = Address::module(name);
        if let Some(account) = logic::find_account(state, &who)? {
            accounts.push(account.wire(&who));
        }
    }
    Ok(pb::QueryModuleAccountsResponse { accounts })
}

fn module_account_by_name(
    state: &dyn Read,
    ask: pb::QueryModuleAccountByNameRequest,
) -> Result<pb::QueryModuleAccountByNameResponse> {
    let who = Address::module(&ask.name);
    let found = logic::find_account(state, &who)?.filter(|account| account.module.is_some());
    let found = found.ok_or_else(|| Sdk::KeyNotFound(format!("account {} not found", ask.name)))?;
    Ok(pb::QueryModuleAccountByNameResponse { account: Some(found.wire(&who)) })
}

fn bech32_prefix(_: &dyn Read, _: pb::Bech32PrefixRequest) -> Result<pb::Bech32PrefixResponse> {
    Ok(pb::Bech32PrefixResponse { bech32_prefix: ACCOUNT_PREFIX.to_owned() })
}

fn address_bytes_to_string(
    _: &dyn Read,
    ask: pb::AddressBytesToStringRequest,
) -> Result<pb::AddressBytesToStringResponse> {
    let address_string = Address::from_slice(&ask.address_bytes)?.to_string();
    Ok(pb::AddressBytesToStringResponse { address_string })
}

fn address_string_to_bytes(
    _: &dyn Read,
    ask: pb::AddressStringToBytesRequest,
) -> Result<pb::AddressStringToBytesResponse> {
    let who: Address = ask.address_string.parse()?;
    Ok(pb::AddressStringToBytesResponse { address_bytes: who.as_bytes().to_vec() })
}
