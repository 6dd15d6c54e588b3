//! The schema.

use proto::address::Address;
use state::{Item, Map};

use super::types::{Account, Params};

/// auth/accounts/ address -> account.
pub(crate) const ACCOUNTS: Map<Address, Account> = Map::new("auth/accounts");
/// auth/numbers/ account number -> address.
pub(crate) const NUMBERS: Map<u64, Address> = Map::new("auth/numbers");
/// auth/next_number
pub(crate) const NEXT_NUMBER: Item<u64> = Item::new("auth/next_number");
/// auth/params
pub(crate) const PARAMS: Item<Params> = Item::new("auth/params");
