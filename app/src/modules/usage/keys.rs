//! The schema.

use proto::{address::Address, lazchain::usage::v1 as pb};
use state::{Item, Map, Pb};

use super::types::Params;
use crate::modules::scheduler::Queue;

/// usage/params
pub(crate) const PARAMS: Item<Params> = Item::new("usage/params");
/// usage/providers/ address -> provider.
pub(crate) const PROVIDERS: Map<Address, Pb<pb::Provider>> = Map::new("usage/providers");
/// usage/channels/ id -> channel. Closed ones stay while their version may fall.
pub(crate) const CHANNELS: Map<u64, Pb<pb::Channel>> = Map::new("usage/channels");
/// usage/last_channel: the highest id there was. Ids are never used again.
pub(crate) const LAST_CHANNEL: Item<u64> = Item::new("usage/last_channel");
/// usage/by_consumer/ consumer | channel -> ().
pub(crate) const BY_CONSUMER: Map<(Address, u64), ()> = Map::new("usage/by_consumer");
/// usage/by_provider/ provider | channel -> ().
pub(crate) const BY_PROVIDER: Map<(Address, u64), ()> = Map::new("usage/by_provider");
/// usage/by_asset/ asset | channel -> ().
pub(crate) const BY_ASSET: Map<(u64, u64), ()> = Map::new("usage/by_asset");
/// usage/compute_sold: what was bought of `ucpt` in the last epoch in which somebody bought.
pub(crate) const COMPUTE_SOLD: Item<Pb<pb::ComputeSold>> = Item::new("usage/compute_sold");

/// Channels to settle, then to forget; an entry is a channel's id.
pub(crate) const CLOSINGS: Queue = Queue::by_time("usage/closings");
