//! The schema. Numbers in keys: asset, then version, policy, serial or channel.

use proto::{address::Address, coin::Denom, lazchain::dat::v1 as pb};
use state::{Item, Map, Pb};

use crate::modules::scheduler::Queue;

/// dat/params
pub(crate) const PARAMS: Item<Pb<pb::Params>> = Item::new("dat/params");
/// dat/next_asset: the id of the next one.
pub(crate) const NEXT_ASSET: Item<u64> = Item::new("dat/next_asset");
/// dat/next_request: the id of the next one.
pub(crate) const NEXT_REQUEST: Item<u64> = Item::new("dat/next_request");

/// dat/assets/ asset
pub(crate) const ASSETS: Map<u64, Pb<pb::Asset>> = Map::new("dat/assets");
/// dat/assets_by_owner/ owner | asset
pub(crate) const BY_OWNER: Map<(Address, u64), ()> = Map::new("dat/assets_by_owner");
/// dat/assets_by_idao/ iDAO | asset
pub(crate) const BY_IDAO: Map<(u64, u64), ()> = Map::new("dat/assets_by_idao");
/// dat/versions/ asset | version
pub(crate) const VERSIONS: Map<(u64, u64), Pb<pb::Version>> = Map::new("dat/versions");
/// dat/finals/ asset | version: those that are liable or settled.
pub(crate) const FINALS: Map<(u64, u64), ()> = Map::new("dat/finals");
/// dat/anchors/ SHA-256 of the content -> the version that stands for it.
pub(crate) const ANCHORS: Map<[u8; 32], Pb<pb::VersionRef>> = Map::new("dat/anchors");

/// dat/policies/ asset | number
pub(crate) const POLICIES: Map<(u64, u64), Pb<pb::Policy>> = Map::new("dat/policies");
/// dat/revoked_accounts/ asset | account -> since when, in nanoseconds.
pub(crate) const REVOKED_ACCOUNTS: Map<(u64, Address), u64> = Map::new("dat/revoked_accounts");
/// dat/quotas/ asset | policy | account -> units taken. Absent means none.
pub(crate) const QUOTAS: Map<(u64, u64, Address), u64> = Map::new("dat/quotas");
/// dat/requests/ request
pub(crate) const REQUESTS: Map<u64, Pb<pb::AccessRequest>> = Map::new("dat/requests");
/// dat/requests_by_asset/ asset | request
pub(crate) const ASKED: Map<(u64, u64), ()> = Map::new("dat/requests_by_asset");

/// dat/dats/ asset | serial
pub(crate) const DATS: Map<(u64, u64), Pb<pb::Dat>> = Map::new("dat/dats");
/// dat/dats_by_owner/ owner | asset | serial
pub(crate) const OWNED: Map<(Address, u64, u64), ()> = Map::new("dat/dats_by_owner");

/// dat/incomes/ asset | denom
pub(crate) const INCOMES: Map<(u64, Denom), Pb<pb::Income>> = Map::new("dat/incomes");
/// dat/credits/ asset | serial | denom. Absent: marked at 0, nothing credited.
pub(crate) const CREDITS: Map<(u64, u64, Denom), Pb<pb::Credit>> = Map::new("dat/credits");
/// dat/pots/ asset | version | denom
pub(crate) const POTS: Map<(u64, u64, Denom), Pb<pb::Pot>> = Map::new("dat/pots");
/// dat/held/ asset | version | denom
pub(crate) const HELD: Map<(u64, u64, Denom), Pb<pb::Held>> = Map::new("dat/held");
/// dat/liabilities/ asset | version: of those that are not settled.
pub(crate) const LIABILITIES: Map<(u64, u64), Pb<pb::Liability>> = Map::new("dat/liabilities");
/// dat/payments/ asset | version | channel: what was paid while the version was liable.
pub(crate) const PAYMENTS: Map<(u64, u64, u64), Pb<pb::Payment>> = Map::new("dat/payments");
/// dat/refunds/ asset | version | denom
pub(crate) const REFUNDS: Map<(u64, u64, Denom), Pb<pb::Refund>> = Map::new("dat/refunds");

/// Pots that owe something: (asset, version, denom), due at the next epoch.
pub(crate) const ROYALTIES: Queue = Queue::by_height("dat/royalties");
/// Settled versions whose providers are to be paid what was held: (asset, version).
pub(crate) const RELEASES: Queue = Queue::by_height("dat/releases");
/// Tokens whose prepaid use ends: (asset, serial).
pub(crate) const EXPIRIES: Queue = Queue::by_time("dat/expiries");
/// Requests that nobody answered: request.
pub(crate) const UNANSWERED: Queue = Queue::by_time("dat/unanswered");
