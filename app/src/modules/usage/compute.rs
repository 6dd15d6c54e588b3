//! The token that pays for compute: made at a listed price, up to a cap an epoch.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::usage::v1 as pb,
};
use state::{Pb, Read};

use super::{
    COMPUTE,
    errors::Error,
    events,
    keys::COMPUTE_SOLD,
    logic::{self, account},
    types::Price,
};
use crate::{
    checks::FEE_DENOM,
    ctx::Ctx,
    error::Result,
    fixed::mul_div_floor,
    modules::{bank, distribution, mint, scheduler},
    stored,
};

/// What was sold in the present epoch, and what can still be.
pub(crate) fn sold(state: &dyn Read) -> Result<(Amount, Amount)> {
    let cap = logic::params(state)?.compute_cap;
    let sold = match COMPUTE_SOLD.get(state)? {
        Some(Pb(sold)) if sold.epoch == scheduler::epoch(state)? => stored::amount(&sold.amount)?,
        _ => Amount::ZERO,
    };
    Ok((sold, cap.minus_or_zero(sold)))
}

/// What so much of `ulaz` would buy, as rewards reckon what providers get: `ucpt` for `per`.
pub(crate) fn price_of_fees(state: &dyn Read) -> Result<(u64, u64)> {
    let params = logic::params(state)?;
    let price = params.price(&Denom::known(FEE_DENOM));
    Ok(price.map_or((1, 1), |price| (price.ucpt, price.per)))
}

/// What a payment buys, rounded down.
fn buys(price: &Price, payment: Amount) -> Result<Amount> {
    Ok(Amount::new(mul_div_floor(payment.units(), price.ucpt.into(), price.per.into())?))
}

/// Sells `ucpt`: `ulaz` is burnt, another token is the community's. Returns how much was bought.
pub(crate) fn buy(ctx: &mut Ctx, buyer: &Address, payment: &Coin, least: Amount) -> Result<Amount> {
    let params = logic::params(&ctx.state)?;
    let price = params.price(&payment.denom).ok_or_else(|| Error::NotForSale(payment.denom.clone()))?;
    let bought = buys(price, payment.amount)?;
    if bought.is_zero() || bought < least {
        return Err(Error::BuysLess { payment: payment.clone(), bought, least }.into());
    }
    let (sold, left) = sold(&ctx.state)?;
    if bought > left {
        return Err(Error::SoldOut { left }.into());
    }
    let coins = Coins::one(payment.clone());
    if payment.denom.as_str() == FEE_DENOM {
        bank::transfer(ctx, buyer, &account(), &coins)?;
        bank::burn(ctx, &account(), &coins)?;
    } else {
        distribution::fund_community_pool(ctx, buyer, &coins)?;
    }
    let made = mint::make(ctx, buyer, &Denom::known(COMPUTE), bought)?.amount_of(&Denom::known(COMPUTE));
    if made < bought {
        return Err(Error::SoldOut { left: made }.into()); // the supply has no room for more
    }
    let epoch = scheduler::epoch(&ctx.state)?;
    let sold = pb::ComputeSold { epoch, amount: sold.plus(bought)?.to_string() };
    COMPUTE_SOLD.set(&mut ctx.state, &Pb(sold));
    ctx.emit(events::ComputeBought { buyer, payment, bought });
    Ok(bought)
}
