//! Who may.

use super::{keys::PARAMS, msgs::UpdateParams};
use crate::{ctx::Ctx, error::Result, modules::require_authority};

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &msg.params);
    Ok(())
}
