//! The engine's parameters, kept and handed on.

use proto::tendermint::types::{ConsensusParams, VersionParams};
use state::{Pb, Read};

use super::keys::{CHAIN_ID, CHANGED, PARAMS};
use crate::{ctx::Ctx, error::Result};

/// What the engine runs with; nothing before genesis.
pub(crate) fn params(state: &dyn Read) -> Result<ConsensusParams> {
    Ok(PARAMS.get(state)?.map(|Pb(params)| params).unwrap_or_default())
}

/// The chain's id, once there is a genesis.
pub(crate) fn chain_id(state: &dyn Read) -> Result<Option<String>> {
    Ok(CHAIN_ID.get(state)?)
}

/// The protocol version that headers carry. Headers, parameters and Info must agree on it: CometBFT takes it from the
/// parameters after a change and after a rollback, and from Info before the first block.
pub(crate) const APP_VERSION: u64 = 1;

/// At genesis: what the engine was started with.
pub(crate) fn init(ctx: &mut Ctx, mut params: ConsensusParams) {
    params.version = Some(VersionParams { app: APP_VERSION });
    PARAMS.set(&mut ctx.state, &Pb(params));
    let chain_id = ctx.block.chain_id.clone();
    CHAIN_ID.set(&mut ctx.state, &chain_id);
}

/// The parameters the engine must be told, if they changed in this block.
pub(crate) fn take_update(ctx: &mut Ctx) -> Result<Option<ConsensusParams>> {
    if CHANGED.get(&ctx.state)?.is_none() {
        return Ok(None);
    }
    CHANGED.remove(&mut ctx.state);
    params(&ctx.state).map(Some)
}
