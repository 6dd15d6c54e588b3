//! The schema.

use proto::{address::Address, amount::Amount, coin::Denom, cosmos::bank::v1beta1 as pb};
use state::{Item, Map, Pb};

use super::types::Params;

/// bank/balances/ address | denom -> amount. Absent means zero; zero is never stored.
pub(crate) const BALANCES: Map<(Address, Denom), Amount> = Map::new("bank/balances");
/// bank/owners/ denom | address -> (). The balances again, by denomination.
pub(crate) const OWNERS: Map<(Denom, Address), ()> = Map::new("bank/owners");
/// bank/supply/ denom -> amount. Absent means zero; zero is never stored.
pub(crate) const SUPPLY: Map<Denom, Amount> = Map::new("bank/supply");
/// bank/metadata/ denom -> how wallets show it.
pub(crate) const METADATA: Map<Denom, Pb<pb::Metadata>> = Map::new("bank/metadata");
/// bank/send_enabled/ denom -> whether people may send it.
pub(crate) const SEND_ENABLED: Map<Denom, bool> = Map::new("bank/send_enabled");
/// bank/params
pub(crate) const PARAMS: Item<Params> = Item::new("bank/params");
