//! Chains at the start.

use proto::lazchain::beacon::v1 as pb;
use state::{Pb, Read};

use super::{
    keys::{CHAINS, PARAMS, RECENT, VALUE},
    logic,
    types::{self, live},
};
use crate::{
    ctx::Ctx,
    entries::{self, Collection},
    error::Result,
};

const COLLECTIONS: &[&dyn Collection] = &[&VALUE, &CHAINS, &RECENT];

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.unwrap_or_else(live);
    types::check(&params)?;
    PARAMS.set(&mut ctx.state, &Pb(params));
    entries::import(&mut ctx.state, COLLECTIONS, &genesis.entries)
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let params = Some(logic::params(state)?);
    Ok(pb::GenesisState { params, entries: entries::export(state, COLLECTIONS)? })
}
