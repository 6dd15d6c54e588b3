//! Who may.

use state::Pb;

use super::{
    keys::{CHANGED, PARAMS},
    logic,
    msgs::UpdateParams,
};
use crate::{ctx::Ctx, error::Result, modules::require_authority};

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    let mut params = logic::params(&ctx.state)?;
    params.block = Some(msg.block);
    params.evidence = Some(msg.evidence);
    params.validator = Some(msg.validator.clone());
    PARAMS.set(&mut ctx.state, &Pb(params));
    CHANGED.set(&mut ctx.state, &true);
    Ok(())
}
