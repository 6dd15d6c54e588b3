//! Accounts, found and made.

use proto::address::Address;
use state::Read;

use super::{
    keys::{ACCOUNTS, NEXT_NUMBER, NUMBERS, PARAMS},
    types::{Account, Module, Params},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
};

/// The account at `who`, if there is one.
pub(crate) fn find_account(state: &dyn Read, who: &Address) -> Result<Option<Account>> {
    Ok(ACCOUNTS.get(state, who)?)
}

/// Where the account at `who` is kept.
pub(crate) fn account_key(who: &Address) -> Vec<u8> {
    ACCOUNTS.raw_key(who)
}

/// Whether there is an account at `who`.
pub(crate) fn has_account(state: &dyn Read, who: &Address) -> Result<bool> {
    Ok(ACCOUNTS.has(state, who)?)
}

/// The account at `who`.
pub(crate) fn account(state: &dyn Read, who: &Address) -> Result<Account> {
    let found = find_account(state, who)?;
    Ok(found.ok_or_else(|| Sdk::UnknownAddress(format!("account {who} does not exist")))?)
}

/// Puts an account back, changed.
pub(crate) fn set_account(ctx: &mut Ctx, who: &Address, account: &Account) {
    ACCOUNTS.set(&mut ctx.state, who, account);
}

/// Makes an account at `who` if there is none.
pub(crate) fn ensure_account(ctx: &mut Ctx, who: &Address) -> Result<()> {
    if has_account(&ctx.state, who)? {
        return Ok(());
    }
    add(ctx, who, None)
}

/// Makes the account of a module at genesis.
pub(crate) fn add_module_account(ctx: &mut Ctx, name: &str, permissions: &[&str]) -> Result<()> {
    let who = Address::module(name);
    let permissions = permissions.iter().map(|permission| (*permission).to_owned()).collect();
    let module = Some(Module { name: name.to_owned(), permissions });
    match find_account(&ctx.state, &who)? {
        Some(account) => {
            set_account(ctx, &who, &Account { module, ..account });
            Ok(())
        }
        None => add(ctx, &who, module),
    }
}

fn add(ctx: &mut Ctx, who: &Address, module: Option<Module>) -> Result<()> {
    let number = NEXT_NUMBER.get(&ctx.state)?.unwrap_or(0);
    let next = number.checked_add(1).ok_or_else(|| Sdk::Logic("account numbers are used up".into()))?;
    NEXT_NUMBER.set(&mut ctx.state, &next);
    NUMBERS.set(&mut ctx.state, &number, who);
    set_account(ctx, who, &Account { number, sequence: 0, key: None, module });
    Ok(())
}

/// Whether `who` is a module's.
pub(crate) fn is_module_account(state: &dyn Read, who: &Address) -> Result<bool> {
    Ok(find_account(state, who)?.is_some_and(|account| account.module.is_some()))
}

/// Where the parameters are kept.
pub(crate) fn params_key() -> Vec<u8> {
    PARAMS.raw_key()
}

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<Params> {
    Ok(PARAMS.get(state)?.unwrap_or(Params::start()))
}
