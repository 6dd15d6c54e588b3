//! What is true after every block.

use proto::address::Address;
use state::Read;

use super::ACCOUNT;
use crate::{error::Result, invariant::Invariant, modules::bank};

pub(crate) const INVARIANTS: &[Invariant] = &[("mint/account-is-empty", account_is_empty)];

fn account_is_empty(state: &dyn Read) -> Result<Option<String>> {
    let left = bank::balances(state, &Address::module(ACCOUNT))?;
    Ok((!left.is_empty()).then(|| format!("{left} stayed on the minting account")))
}
