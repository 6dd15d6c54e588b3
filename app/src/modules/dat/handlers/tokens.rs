//! Tokens: their owner's, or for one transfer the approved operator's.

use state::Pb;

use super::owned;
use crate::{
    ctx::Ctx,
    error::Result,
    modules::dat::{
        errors::Error,
        events,
        keys::ASSETS,
        logic,
        msgs::{ApproveOperator, BurnDat, MergeDats, SplitDat, TransferDat, TransferValue},
    },
};

pub(crate) fn transfer_dat(ctx: &mut Ctx, msg: &TransferDat) -> Result<()> {
    let asset = logic::asset(&ctx.state, msg.asset)?;
    let dat = logic::dat(&ctx.state, msg.asset, msg.serial)?;
    let sender = msg.sender.to_string();
    if dat.owner != sender && dat.approved_operator != sender {
        return Err(Error::NotOwner { asset: msg.asset, serial: msg.serial, who: msg.sender }.into());
    }
    logic::transfer(ctx, &asset, dat, &msg.to)
}

pub(crate) fn split_dat(ctx: &mut Ctx, msg: &SplitDat) -> Result<u64> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let dat = owned(ctx, msg.asset, msg.serial, &msg.owner)?;
    let serial = logic::split_off(ctx, &mut asset, dat, msg.share)?;
    ASSETS.set(&mut ctx.state, &msg.asset, &Pb(asset));
    Ok(serial)
}

pub(crate) fn merge_dats(ctx: &mut Ctx, msg: &MergeDats) -> Result<()> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let into = owned(ctx, msg.asset, msg.into, &msg.owner)?;
    let from = msg.from.iter().map(|serial| owned(ctx, msg.asset, *serial, &msg.owner));
    let from = from.collect::<Result<Vec<_>>>()?;
    logic::merge(ctx, &mut asset, into, from)?;
    ASSETS.set(&mut ctx.state, &msg.asset, &Pb(asset));
    Ok(())
}

pub(crate) fn transfer_value(ctx: &mut Ctx, msg: &TransferValue) -> Result<u64> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let from = owned(ctx, msg.asset, msg.serial, &msg.owner)?;
    let serial = logic::move_value(ctx, &mut asset, from, msg.units, (&msg.to, msg.to_serial))?;
    ASSETS.set(&mut ctx.state, &msg.asset, &Pb(asset));
    Ok(serial)
}

pub(crate) fn approve_operator(ctx: &mut Ctx, msg: &ApproveOperator) -> Result<()> {
    let mut dat = owned(ctx, msg.asset, msg.serial, &msg.owner)?;
    dat.approved_operator = msg.operator.map(|who| who.to_string()).unwrap_or_default();
    let (asset, serial) = (msg.asset, msg.serial);
    ctx.emit(events::OperatorApproved { asset, serial, operator: &dat.approved_operator });
    logic::put(ctx, &dat, "dat.operator_approved", &msg.owner)
}

pub(crate) fn burn_dat(ctx: &mut Ctx, msg: &BurnDat) -> Result<()> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let dat = owned(ctx, msg.asset, msg.serial, &msg.owner)?;
    logic::burn(ctx, &mut asset, dat)?;
    ASSETS.set(&mut ctx.state, &msg.asset, &Pb(asset));
    Ok(())
}
