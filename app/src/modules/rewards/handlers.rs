//! Who may.

use proto::coin::Coins;
use state::Pb;

use super::{
    keys::PARAMS,
    logic,
    msgs::{ClaimEmission, UpdateParams},
};
use crate::{ctx::Ctx, error::Result, modules::require_authority};

/// Anybody: it pays the party.
pub(crate) fn claim_emission(ctx: &mut Ctx, msg: &ClaimEmission) -> Result<Coins> {
    logic::claim(ctx, &msg.party)
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &Pb(msg.params));
    Ok(())
}
