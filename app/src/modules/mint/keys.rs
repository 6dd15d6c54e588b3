//! The schema.

use state::Item;

use super::types::{Minter, Params};

/// mint/params
pub(crate) const PARAMS: Item<Params> = Item::new("mint/params");
/// mint/minter: the rate as it stands.
pub(crate) const MINTER: Item<Minter> = Item::new("mint/minter");
