//! The schema.

use proto::tendermint::types::ConsensusParams;
use state::{Item, Pb};

/// consensus/params: what the engine runs with.
pub(crate) const PARAMS: Item<Pb<ConsensusParams>> = Item::new("consensus/params");
/// consensus/changed: whether the engine must still be told; written and removed within a block.
pub(crate) const CHANGED: Item<bool> = Item::new("consensus/changed");
/// consensus/chain_id
pub(crate) const CHAIN_ID: Item<String> = Item::new("consensus/chain_id");
