//! What was earned: anybody may send it on its way.

use proto::coin::Coins;
use state::Pb;

use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        dat::{
            errors::Error,
            keys::PARAMS,
            logic::{self, Expiry},
            msgs::{ClaimRevenue, SettleExpired, SettleRoyalties, UpdateParams},
            types::MAX_ANCESTORS,
        },
        require_authority,
    },
};

pub(crate) fn claim_revenue(ctx: &mut Ctx, msg: &ClaimRevenue) -> Result<Coins> {
    let mut paid = Coins::EMPTY;
    for (asset, serial) in &msg.dats {
        let dat = logic::dat(&ctx.state, *asset, *serial)?;
        paid = paid.plus(&logic::claim(ctx, &dat, &msg.denoms)?)?;
    }
    Ok(paid)
}

pub(crate) fn settle_royalties(ctx: &mut Ctx, msg: &SettleRoyalties) -> Result<()> {
    logic::version(&ctx.state, msg.asset, msg.version)?;
    let all = u32::try_from(MAX_ANCESTORS).unwrap_or(u32::MAX);
    for denom in &msg.denoms {
        logic::flow(ctx, msg.asset, msg.version, denom, all)?;
    }
    Ok(())
}

pub(crate) fn settle_expired(ctx: &mut Ctx, msg: &SettleExpired) -> Result<()> {
    for (asset, serial) in &msg.dats {
        logic::dat(&ctx.state, *asset, *serial)?;
        match logic::expire(ctx, *asset, *serial)? {
            Expiry::Done => {}
            Expiry::Waits => return Err(Error::NothingSettled(*asset, *serial).into()),
            Expiry::NotYet(_) | Expiry::Gone => return Err(Error::NotExpired(*asset, *serial).into()),
        }
    }
    Ok(())
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &Pb(msg.params.clone()));
    Ok(())
}
