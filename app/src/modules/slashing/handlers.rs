//! Who may.

use super::{
    errors::Error,
    keys::PARAMS,
    logic,
    msgs::{Unjail, UpdateParams},
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{require_authority, staking},
};

pub(crate) fn unjail(ctx: &mut Ctx, msg: &Unjail) -> Result<()> {
    let validator = staking::find_validator(&ctx.state, &msg.operator)?;
    let validator = validator.ok_or(Error::NoValidatorForAddress)?;
    let shares = staking::delegation(&ctx.state, &msg.operator.account(), &msg.operator)?;
    let has = validator.tokens_of(shares.ok_or(Error::MissingSelfDelegation)?)?.floor()?;
    let least = validator.min_self_delegation;
    if has < least {
        return Err(Error::SelfDelegationTooLow { has, least }.into());
    }
    if !validator.jailed {
        return Err(Error::NotJailed.into());
    }
    let cons = validator.cons();
    if let Some(info) = logic::signing_info(&ctx.state, &cons)?
        && (info.tombstoned || ctx.block.time.nanos() < info.jailed_until)
    {
        return Err(Error::StillJailed.into());
    }
    staking::unjail(ctx, &cons)
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &msg.params);
    Ok(())
}
