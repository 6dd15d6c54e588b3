//! Who may.

use state::Pb;

use super::{
    errors::Error,
    keys::PARAMS,
    logic,
    msgs::{RegisterBeacon, UpdateParams},
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        audit::{self, Subject},
        require_authority, staking,
    },
};

pub(crate) fn register_beacon(ctx: &mut Ctx, msg: &RegisterBeacon) -> Result<u64> {
    let operator = msg.operator.operator();
    if staking::find_validator(&ctx.state, &operator)?.is_none() {
        return Err(Error::NoValidator(msg.operator).into());
    }
    let epoch = logic::register(ctx, &operator, &msg.tip)?;
    let subject = Subject::Validator(operator);
    audit::record(ctx, audit::Entry::new(subject, "beacon.registered", &msg.operator, msg.tip))?;
    Ok(epoch)
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &Pb(msg.params));
    Ok(())
}
