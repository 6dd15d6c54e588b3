//! Prepaid use and quotas: in one place at a time, in a token or in a channel.

use super::{
    deadlines::to_revenue,
    permission::{not_frozen, over},
    records::{account, asset, dat, find_asset, find_dat, standing_policy},
    stops::stopped,
    tokens::{Mint, may_hold, mint, put, take_deposit},
};
use crate::{
    checks::FEE_DENOM,
    ctx::Ctx,
    error::Result,
    fixed::{mul_div_ceil, product},
    modules::{
        bank,
        dat::{errors::Error, events, keys::QUOTAS},
        distribution,
    },
    stored,
    time::Time,
};
use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::dat::v1 as pb,
};

/// The money behind a token's value.
pub(super) fn paid(dat: &pb::Dat) -> Result<Option<Coin>> {
    Ok(dat.paid.as_ref().map(|paid| stored::coin(Some(paid))).transpose()?)
}

pub(super) fn put_paid(dat: &mut pb::Dat, denom: Denom, amount: Amount) {
    dat.paid = (!amount.is_zero()).then(|| Coin::new(denom, amount).into());
}

/// Takes units out of a token with their part of the money. A price is whole, so the part is exact; were it not, the
/// part that leaves would be rounded up, or units could be used whose money stays refundable.
fn take_out(dat: &mut pb::Dat, units: u64) -> Result<Coin> {
    let (have, serial) = (dat.value, dat.serial);
    let left = have.checked_sub(units).filter(|_| units > 0);
    let left = left.ok_or(Error::ValueTooSmall { asset: dat.asset, serial, have, need: units })?;
    let Some(paid) = paid(dat)? else {
        dat.value = left;
        return Ok(Coin::new(Denom::known(FEE_DENOM), Amount::ZERO));
    };
    let part = Amount::new(mul_div_ceil(paid.amount.units(), units.into(), have.into())?);
    dat.value = left;
    put_paid(dat, paid.denom.clone(), paid.amount.minus_or_zero(part));
    Ok(Coin::new(paid.denom, part))
}

/// Takes prepaid use out of its owner's token for a channel; the money behind it goes to `to`.
pub(crate) fn take_value(
    ctx: &mut Ctx,
    (asset_id, serial): (u64, u64),
    owner: &Address,
    units: u64,
    to: &Address,
) -> Result<Coin> {
    let asset = asset(&ctx.state, asset_id)?;
    let mut dat = dat(&ctx.state, asset_id, serial)?;
    if dat.owner != owner.to_string() {
        return Err(Error::NotOwner { asset: asset_id, serial, who: *owner }.into());
    }
    let grants = dat.policy_version > 0;
    if !grants || over(&dat, ctx.block.time) || stopped(&ctx.state, &asset, &dat)?.is_some() {
        return Err(Error::AccessOver(asset_id, serial).into());
    }
    not_frozen(&ctx.state, &asset, ctx.block.time)?;
    let part = take_out(&mut dat, units)?;
    dat.lent = dat.lent.saturating_add(units);
    let coins = Coins::one(part.clone());
    if !coins.is_empty() {
        bank::transfer(ctx, &account(), to, &coins)?;
    }
    put(ctx, &dat, "dat.value_taken", owner)?;
    Ok(part)
}

/// Takes back what a channel did not use. Where access has ended meanwhile, or the token's money is of another
/// denomination, the money goes to the token's owner; where its time is over, to revenue.
pub(crate) fn give_back_value(
    ctx: &mut Ctx,
    (asset_id, serial): (u64, u64),
    taken: u64,
    (unused, money): (u64, &Coin),
    from: &Address,
) -> Result<()> {
    let coins = Coins::one(money.clone());
    let (Some(asset), Some(mut dat)) =
        (find_asset(&ctx.state, asset_id)?, find_dat(&ctx.state, asset_id, serial)?)
    else {
        return if coins.is_empty() { Ok(()) } else { distribution::fund_community_pool(ctx, from, &coins) };
    };
    let owner = stored::address(&dat.owner)?;
    dat.lent = dat.lent.saturating_sub(taken);
    // one token's money is of one denomination: added up, amounts of two would be owed in one of them
    let foreign = !coins.is_empty() && paid(&dat)?.is_some_and(|paid| paid.denom != money.denom);
    if foreign || stopped(&ctx.state, &asset, &dat)?.is_some() {
        if !coins.is_empty() {
            bank::transfer(ctx, from, &owner, &coins)?;
        }
        return put(ctx, &dat, "dat.value_returned", &owner);
    }
    if !coins.is_empty() {
        bank::transfer(ctx, from, &account(), &coins)?;
        let have = paid(&dat)?.map_or(Amount::ZERO, |paid| paid.amount);
        put_paid(&mut dat, money.denom.clone(), have.plus(money.amount)?);
    }
    dat.value = dat.value.saturating_add(unused);
    if over(&dat, ctx.block.time) {
        dat.value = 0;
        dat.expired = to_revenue(ctx, &asset, &mut dat)?;
    }
    put(ctx, &dat, "dat.value_returned", &owner)
}

/// Moves prepaid use to another token under the same licence, or to a new one with the same expiry.
pub(crate) fn move_value(
    ctx: &mut Ctx,
    asset: &mut pb::Asset,
    mut from: pb::Dat,
    units: u64,
    (to, to_serial): (&Address, u64),
) -> Result<u64> {
    let owner = stored::address(&from.owner)?;
    let now = ctx.block.time;
    if from.policy_version == 0 || over(&from, now) || stopped(&ctx.state, asset, &from)?.is_some() {
        return Err(Error::AccessOver(asset.id, from.serial).into());
    }
    may_hold(ctx, asset, from.policy_version, to)?;
    let (value, money) = (from.value, paid(&from)?);
    let part = take_out(&mut from, units)?;
    let into = if to_serial == 0 {
        let deposit = take_deposit(ctx, &owner)?;
        let new = Mint {
            value: units,
            paid: Some(part),
            policy_version: from.policy_version,
            expires_at: from.expires_at,
            deposit,
            ..Mint::of(*to)
        };
        mint(ctx, asset, new)?
    } else {
        let mut into = dat(&ctx.state, asset.id, to_serial)?;
        let differs = |why| Error::ValueDiffers { asset: asset.id, serial: to_serial, why };
        if into.serial == from.serial || into.owner != to.to_string() {
            return Err(differs("it is the same token, or not that account's").into());
        }
        if over(&into, now) || stopped(&ctx.state, asset, &into)?.is_some() {
            return Err(differs("it grants no access any more").into());
        }
        if into.policy_version != from.policy_version {
            return Err(differs("it is under another licence").into());
        }
        if later(&into, &from) {
            return Err(differs("it expires later").into());
        }
        if into.lent > 0 {
            return Err(differs("a channel has units of it, whose price comes back with them").into());
        }
        if into.value > 0 && !same_price((value, &money), (into.value, &paid(&into)?)) {
            return Err(differs("its units were bought at another price").into());
        }
        into.value = into.value.checked_add(units).ok_or_else(|| differs("too many units"))?;
        let have = paid(&into)?.map_or(Amount::ZERO, |paid| paid.amount);
        put_paid(&mut into, part.denom, have.plus(part.amount)?);
        put(ctx, &into, "dat.value_moved", &owner)?;
        to_serial
    };
    ctx.emit(events::ValueMoved { asset: asset.id, serial: from.serial, into, units });
    put(ctx, &from, "dat.value_moved", &owner)?;
    Ok(into)
}

/// Whether the first token's time ends after the second's.
fn later(one: &pb::Dat, other: &pb::Dat) -> bool {
    let end = |dat: &pb::Dat| dat.expires_at.as_ref().map_or(Time::FOREVER, Time::from_wire);
    end(one) > end(other)
}

/// Whether the same was paid for a unit, in the same token.
fn same_price((value, paid): (u64, &Option<Coin>), (other, money): (u64, &Option<Coin>)) -> bool {
    match (paid, money) {
        (None, None) => true,
        (Some(paid), Some(money)) => {
            paid.denom == money.denom
                && product(paid.amount.units(), other.into()) == product(money.amount.units(), value.into())
        }
        _ => false,
    }
}

/// Takes units out of an account's quota under a licence.
pub(crate) fn take_quota(ctx: &mut Ctx, asset: u64, policy: u64, who: &Address, units: u64) -> Result<()> {
    let (_, terms) = standing_policy(&ctx.state, asset, policy)?;
    let key = (asset, policy, *who);
    let most = terms.max_units_per_grantee;
    let taken = QUOTAS.get(&ctx.state, &key)?.unwrap_or(0).checked_add(units);
    let taken = taken.filter(|taken| most == 0 || *taken <= most).ok_or(Error::QuotaPassed { most })?;
    if taken > 0 {
        QUOTAS.set(&mut ctx.state, &key, &taken);
    }
    Ok(())
}

/// Gives units back to an account's quota.
pub(crate) fn give_back_quota(
    ctx: &mut Ctx,
    asset: u64,
    policy: u64,
    who: &Address,
    units: u64,
) -> Result<()> {
    let key = (asset, policy, *who);
    match QUOTAS.get(&ctx.state, &key)?.unwrap_or(0).saturating_sub(units) {
        0 => QUOTAS.remove(&mut ctx.state, &key),
        left => QUOTAS.set(&mut ctx.state, &key, &left),
    }
    Ok(())
}
