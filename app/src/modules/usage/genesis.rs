//! Providers and channels at the start.

use proto::lazchain::usage::v1 as pb;
use state::Read;

use super::{
    keys::{BY_ASSET, BY_CONSUMER, BY_PROVIDER, CHANNELS, COMPUTE_SOLD, LAST_CHANNEL, PARAMS, PROVIDERS},
    logic,
    types::Params,
};
use crate::{
    ctx::Ctx,
    entries::{self, Collection},
    error::Result,
};

const COLLECTIONS: &[&dyn Collection] =
    &[&PROVIDERS, &CHANNELS, &LAST_CHANNEL, &BY_CONSUMER, &BY_PROVIDER, &BY_ASSET, &COMPUTE_SOLD];

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.clone().map_or_else(|| Ok(Params::live()), Params::parse)?;
    PARAMS.set(&mut ctx.state, &params);
    entries::import(&mut ctx.state, COLLECTIONS, &genesis.entries)
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let params = Some(logic::params(state)?.wire());
    Ok(pb::GenesisState { params, entries: entries::export(state, COLLECTIONS)? })
}
