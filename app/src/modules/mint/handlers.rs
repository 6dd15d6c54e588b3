//! Who may.

use proto::dec::Dec;

use super::{keys::PARAMS, msgs::UpdateParams};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::require_authority,
};

/// Least and most percent a year that governance can set.
const RATES: (u64, u64) = (2, 10);

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    let (least, most) = (Dec::percent(RATES.0), Dec::percent(RATES.1));
    let (min, max) = (msg.params.min, msg.params.max);
    if min < least || max > most {
        let text = format!("inflation must stay between {least} and {most}; got {min} to {max}");
        return Err(Sdk::InvalidRequest(text).into());
    }
    PARAMS.set(&mut ctx.state, &msg.params);
    Ok(())
}
