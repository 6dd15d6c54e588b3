//! The schema.

use proto::address::{Address, ValAddress};
use state::{Item, Map};

use super::{
    dec_coins::DecCoins,
    types::{Ended, Params, Running, Slash, Start},
};

/// distribution/params
pub(crate) const PARAMS: Item<Params> = Item::new("distribution/params");
/// distribution/community_pool: what the community owns, on the module's account.
pub(crate) const COMMUNITY_POOL: Item<DecCoins> = Item::new("distribution/community_pool");
/// distribution/outstanding/ validator -> all that it and its delegators have not withdrawn yet.
pub(crate) const OUTSTANDING: Map<ValAddress, DecCoins> = Map::new("distribution/outstanding");
/// distribution/commission/ validator -> its part of that. Absent means none.
pub(crate) const COMMISSION: Map<ValAddress, DecCoins> = Map::new("distribution/commission");
/// distribution/running/ validator -> the period that runs. There is one for every validator.
pub(crate) const RUNNING: Map<ValAddress, Running> = Map::new("distribution/running");
/// distribution/ended/ validator | period -> rewards per token up to its end.
pub(crate) const ENDED: Map<(ValAddress, u64), Ended> = Map::new("distribution/ended");
/// distribution/starts/ validator | delegator -> from when a delegation earns.
pub(crate) const STARTS: Map<(ValAddress, Address), Start> = Map::new("distribution/starts");
/// distribution/slashes/ validator | period that it ended -> the slash.
pub(crate) const SLASHES: Map<(ValAddress, u64), Slash> = Map::new("distribution/slashes");
/// distribution/withdraw_address/ delegator -> who gets its rewards. Absent means itself.
pub(crate) const WITHDRAW_ADDRESS: Map<Address, Address> = Map::new("distribution/withdraw_address");
