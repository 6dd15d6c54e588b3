//! Rates at the start.

use proto::cosmos::mint::v1beta1 as pb;
use state::Read;

use super::{
    keys::{MINTER, PARAMS},
    logic,
    types::{Minter, Params},
};
use crate::{ctx::Ctx, error::Result, modules::staking};

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = match &genesis.params {
        Some(params) => Params::parse(params)?,
        None => Params::start(staking::bond_denom(&ctx.state)?),
    };
    let minter = genesis.minter.as_ref().map_or(Ok(Minter::start()), Minter::parse)?;
    PARAMS.set(&mut ctx.state, &params);
    MINTER.set(&mut ctx.state, &minter);
    Ok(())
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let (minter, params) = (logic::minter(state)?, logic::params(state)?);
    Ok(pb::GenesisState { minter: Some(minter.wire()), params: Some(params.wire()) })
}
