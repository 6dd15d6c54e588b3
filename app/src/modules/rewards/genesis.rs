//! Tallies at the start.

use proto::lazchain::rewards::v1 as pb;
use state::{Pb, Read};

use super::{
    keys::{EMISSIONS, PARAMS, RUNNING, TALLIES},
    logic,
    types::{check, live},
};
use crate::{
    ctx::Ctx,
    entries::{self, Collection},
    error::Result,
    modules::scheduler,
};

const COLLECTIONS: &[&dyn Collection] = &[&RUNNING, &EMISSIONS, &TALLIES];

/// The first epoch begins with the chain, unless one is carried over.
pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.unwrap_or_else(live);
    check(&params)?;
    PARAMS.set(&mut ctx.state, &Pb(params));
    entries::import(&mut ctx.state, COLLECTIONS, &genesis.entries)?;
    if RUNNING.get(&ctx.state)?.is_none() {
        let (epoch, began) = (scheduler::epoch(&ctx.state)?, Some(ctx.block.time.wire()));
        RUNNING.set(&mut ctx.state, &Pb(pb::Running { epoch, began, ..Default::default() }));
    }
    Ok(())
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let params = Some(logic::params(state)?);
    Ok(pb::GenesisState { params, entries: entries::export(state, COLLECTIONS)? })
}
