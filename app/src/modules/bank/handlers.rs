//! Who may.

use proto::{address::Address, coin::Coins};

use super::{
    errors::Error,
    keys::{PARAMS, SEND_ENABLED},
    logic,
    msgs::{MultiTransfer, SetSendEnabled, Transfer, UpdateParams},
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{auth, require_authority},
};

pub(crate) fn transfer(ctx: &mut Ctx, msg: &Transfer) -> Result<()> {
    may_send(ctx, &msg.coins)?;
    may_receive(ctx, &msg.to)?;
    logic::transfer(ctx, &msg.from, &msg.to, &msg.coins)
}

pub(crate) fn multi_transfer(ctx: &mut Ctx, msg: &MultiTransfer) -> Result<()> {
    for (to, coins) in &msg.outputs {
        may_send(ctx, coins)?;
        may_receive(ctx, to)?;
    }
    msg.outputs.iter().try_for_each(|(to, coins)| logic::transfer(ctx, &msg.from, to, coins))
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &msg.params);
    Ok(())
}

pub(crate) fn set_send_enabled(ctx: &mut Ctx, msg: &SetSendEnabled) -> Result<()> {
    require_authority(&msg.authority)?;
    for (denom, enabled) in &msg.set {
        SEND_ENABLED.set(&mut ctx.state, denom, enabled);
    }
    for denom in &msg.use_default {
        SEND_ENABLED.remove(&mut ctx.state, denom);
    }
    Ok(())
}

fn may_send(ctx: &Ctx, coins: &Coins) -> Result<()> {
    for coin in coins {
        if !logic::send_enabled(&ctx.state, &coin.denom)? {
            return Err(Error::SendDisabled(coin.denom.clone()).into());
        }
    }
    Ok(())
}

fn may_receive(ctx: &Ctx, to: &Address) -> Result<()> {
    if auth::is_module_account(&ctx.state, to)? {
        return Err(Error::NotAllowedToReceive(*to).into());
    }
    Ok(())
}
