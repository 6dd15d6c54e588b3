//! The schema.

use proto::{address::ValAddress, lazchain::beacon::v1 as pb};
use state::{Item, Map, Pb};

/// beacon/params
pub(crate) const PARAMS: Item<Pb<pb::Params>> = Item::new("beacon/params");
/// beacon/value: 32 bytes. Absent means zeros.
pub(crate) const VALUE: Item<[u8; 32]> = Item::new("beacon/value");
/// beacon/chains/ validator -> its hash chain.
pub(crate) const CHAINS: Map<ValAddress, Pb<pb::Chain>> = Map::new("beacon/chains");
/// beacon/recent/ height | validator -> (). The last preimage of each validator.
pub(crate) const RECENT: Map<(u64, ValAddress), ()> = Map::new("beacon/recent");
