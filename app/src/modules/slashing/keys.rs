//! The schema.

use proto::address::ConsAddress;
use state::{Item, Map};

use super::types::{Params, SigningInfo};

/// Blocks in one piece of the record of misses.
pub(crate) const CHUNK_BLOCKS: u64 = 1_024;
/// The same in bytes, a bit a block.
pub(crate) const CHUNK_BYTES: usize = 128;

/// slashing/signing_infos/ address of the consensus key -> how well it signs.
pub(crate) const SIGNING_INFOS: Map<ConsAddress, SigningInfo> = Map::new("slashing/signing_infos");
/// slashing/missed/ address of the consensus key | piece of the window -> a bit a block, set where it was missed.
pub(crate) const MISSED: Map<(ConsAddress, u64), [u8; CHUNK_BYTES]> = Map::new("slashing/missed");
/// slashing/params
pub(crate) const PARAMS: Item<Params> = Item::new("slashing/params");
