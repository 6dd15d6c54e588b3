//! Accounts at the start.

use std::collections::BTreeMap;

use prost::{Message, Name};
use prost_types::Any;
use proto::{address::Address, cosmos::auth::v1beta1 as pb, pubkey::PubKey};
use state::Read;

use super::{
    keys::{ACCOUNTS, NEXT_NUMBER, NUMBERS, PARAMS},
    logic,
    types::{Account, Module, Params},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::MODULE_ACCOUNTS,
    page,
};

/// Accounts keep the numbers they bring; new ones of the same number, which is what tools write for all (0), get the
/// next free number in the order of the list.
pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.as_ref().map_or(Ok(Params::start()), Params::parse)?;
    PARAMS.set(&mut ctx.state, &params);
    let mut taken: BTreeMap<u64, Address> = BTreeMap::new();
    let mut unnumbered = Vec::new();
    for any in &genesis.accounts {
        let (who, account) = parse(any)?;
        if ACCOUNTS.has(&ctx.state, &who)? {
            return Err(Sdk::InvalidRequest(format!("account {who} is listed twice")).into());
        }
        logic::set_account(ctx, &who, &account);
        if account.number == 0 || taken.contains_key(&account.number) {
            unnumbered.push((who, account));
        } else {
            taken.insert(account.number, who);
        }
    }
    let mut next = 0_u64;
    for (who, account) in unnumbered {
        while taken.contains_key(&next) {
            next = next.saturating_add(1);
        }
        taken.insert(next, who);
        logic::set_account(ctx, &who, &Account { number: next, ..account });
    }
    let next = taken.last_key_value().map_or(0, |(last, _)| last.saturating_add(1));
    for (number, who) in &taken {
        NUMBERS.set(&mut ctx.state, number, who);
    }
    NEXT_NUMBER.set(&mut ctx.state, &next);
    MODULE_ACCOUNTS
        .iter()
        .try_for_each(|(name, permissions)| logic::add_module_account(ctx, name, permissions))
}

fn parse(any: &Any) -> Result<(Address, Account)> {
    let unreadable = |error: prost::DecodeError| Sdk::InvalidRequest(format!("genesis account: {error}"));
    let (base, module) = if any.type_url == pb::ModuleAccount::type_url() {
        let account = pb::ModuleAccount::decode(any.value.as_slice()).map_err(unreadable)?;
        let module = Module { name: account.name, permissions: account.permissions };
        (account.base_account.unwrap_or_default(), Some(module))
    } else if any.type_url == pb::BaseAccount::type_url() {
        (pb::BaseAccount::decode(any.value.as_slice()).map_err(unreadable)?, None)
    } else {
        return Err(Sdk::InvalidRequest(format!("genesis account of type {}", any.type_url)).into());
    };
    let who: Address = base.address.parse()?;
    let key = base.pub_key.as_ref().map(PubKey::parse).transpose();
    let key = key.map_err(|error| Sdk::InvalidPubKey(error.to_string()))?;
    if module.as_ref().is_some_and(|module| Address::module(&module.name) != who) {
        return Err(Sdk::InvalidAddress(format!("{who} is not the module account's address")).into());
    }
    Ok((who, Account { number: base.account_number, sequence: base.sequence, key, module }))
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let mut accounts = Vec::new();
    page::every(state, &NUMBERS, &(), |_, who| {
        let account = logic::account(state, &who)?;
        accounts.push(account.wire(&who));
        Ok(())
    })?;
    Ok(pb::GenesisState { params: Some(logic::params(state)?.into()), accounts })
}
