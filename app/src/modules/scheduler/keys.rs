//! The schema.

use proto::lazchain::scheduler::v1 as pb;
use state::{Item, Map, Pb};

/// scheduler/params
pub(crate) const PARAMS: Item<Pb<pb::Params>> = Item::new("scheduler/params");
/// scheduler/time: of the last block, in nanoseconds since 1970.
pub(crate) const TIME: Item<u64> = Item::new("scheduler/time");
/// scheduler/epoch
pub(crate) const EPOCH: Item<Pb<pb::Epoch>> = Item::new("scheduler/epoch");
/// scheduler/next_sequence: what the next entry gets.
pub(crate) const NEXT_SEQUENCE: Item<u64> = Item::new("scheduler/next_sequence");
/// scheduler/due/ queue | due | sequence -> entry.
pub(crate) const DUE: Map<(String, u64, u64), Vec<u8>> = Map::new("scheduler/due");
/// scheduler/depths/ queue -> how many entries it has. Absent means none.
pub(crate) const DEPTHS: Map<String, u64> = Map::new("scheduler/depths");
/// scheduler/set_aside/ sequence -> what was refused, and why.
pub(crate) const SET_ASIDE: Map<u64, Pb<pb::SetAside>> = Map::new("scheduler/set_aside");
