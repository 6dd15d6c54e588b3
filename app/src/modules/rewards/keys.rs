//! The schema.

use proto::lazchain::rewards::v1 as pb;
use state::{Item, Map, Pb};

use super::types::Party;

/// rewards/params
pub(crate) const PARAMS: Item<Pb<pb::Params>> = Item::new("rewards/params");
/// rewards/running: the epoch that runs.
pub(crate) const RUNNING: Item<Pb<pb::Running>> = Item::new("rewards/running");
/// rewards/emissions/ epoch -> what it is computed from. Kept for a while, and while a party's part is not minted.
pub(crate) const EMISSIONS: Map<u64, Pb<pb::Emission>> = Map::new("rewards/emissions");
/// rewards/tallies/ party -> what it sank in the last epoch in which it sank something, until its part is minted.
pub(crate) const TALLIES: Map<Party, Pb<pb::Tally>> = Map::new("rewards/tallies");
