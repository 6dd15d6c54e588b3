//! Access: sold, or granted without a sale.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins},
    lazchain::dat::v1 as pb,
};
use state::{Pb, Read, key::encoded};

use super::{
    permission::{admits, grantable, open_to_grants},
    records::{account, belongs, standing_policy},
    tokens::{Mint, mint, take_deposit},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{
        bank,
        dat::{
            errors::Error,
            events,
            keys::{ASSETS, EXPIRIES, REVOKED_ACCOUNTS},
        },
        scheduler,
    },
    stored,
    time::Time,
};

/// A sale.
pub(crate) struct Purchase<'a> {
    pub buyer: &'a Address,
    pub policy_version: u64,
    pub units: u64,
    pub max_price: &'a Coin,
    pub grantee_key: &'a [u8],
}

/// Access without a sale.
pub(crate) struct Grant<'a> {
    pub grantee: &'a Address,
    pub policy_version: u64,
    pub units: u64,
    pub expires_at: Option<Time>,
    pub grantee_key: &'a [u8],
    pub wrapped_key: &'a [u8],
    /// On the module's account already.
    pub deposit: Amount,
}

/// Sells prepaid use under the newest licence; returns the token and its price.
pub(crate) fn buy(ctx: &mut Ctx, asset: &mut pb::Asset, purchase: &Purchase) -> Result<(u64, Coin)> {
    let now = ctx.block.time;
    open_to_grants(&ctx.state, asset, now)?;
    let number = newest(asset, purchase.policy_version)?;
    let terms = grantable(&ctx.state, asset, number, now)?;
    let buyer = purchase.buyer;
    let not_admitted = |why| Error::NotAdmitted { asset: asset.id, who: *buyer, why };
    if REVOKED_ACCOUNTS.has(&ctx.state, &(asset.id, *buyer))? {
        return Err(not_admitted("access of the account is revoked").into());
    }
    admits(&ctx.state, asset, &terms, buyer)?.map_err(not_admitted)?;
    let most = terms.max_units_per_grantee;
    if most > 0 && purchase.units > most {
        return Err(Error::QuotaPassed { most }.into());
    }
    check_key(asset, purchase.grantee_key)?;
    let price = price_of(&ctx.state, asset.id, &terms, purchase)?;
    let coins = Coins::one(price.clone());
    if !coins.is_empty() {
        bank::transfer(ctx, buyer, &account(), &coins)?;
    }
    let deposit = take_deposit(ctx, buyer)?;
    let new = Mint {
        value: purchase.units,
        paid: Some(price.clone()),
        policy_version: number,
        expires_at: terms.valid_until,
        deposit,
        grantee_key: purchase.grantee_key.to_vec(),
        ..Mint::of(*buyer)
    };
    let serial = mint_access(ctx, asset, new)?;
    let (units, shown) = (purchase.units, price.to_string());
    ctx.emit(events::Bought { asset: asset.id, serial, buyer, units, price: &shown });
    Ok((serial, price))
}

pub(super) fn newest(asset: &pb::Asset, number: u64) -> Result<u64> {
    if number == asset.policies {
        return Ok(number);
    }
    let newest = asset.policies;
    Err(Error::PolicySuperseded { asset: asset.id, policy: number, newest }.into())
}

fn price_of(state: &dyn Read, asset: u64, terms: &pb::PolicyTerms, purchase: &Purchase) -> Result<Coin> {
    let most = purchase.max_price;
    let no_price = || Error::NoPrice(asset, most.denom.clone());
    let price = terms.prices.iter().find(|price| price.denom == most.denom.as_str()).ok_or_else(no_price)?;
    super::accepted(state, &most.denom)?;
    let amount = stored::amount(&price.amount)?.times(purchase.units.into())?;
    let price = Coin::new(most.denom.clone(), amount);
    if amount > most.amount {
        return Err(Error::PriceTooHigh { price: price.to_string(), most: most.to_string() }.into());
    }
    Ok(price)
}

/// Sealed content is of no use without a key to wrap its key to.
pub(super) fn check_key(asset: &pb::Asset, grantee_key: &[u8]) -> Result<()> {
    let missing = asset.key_epoch > 0 && grantee_key.is_empty();
    if missing { Err(Error::NeedsKey(asset.id).into()) } else { Ok(()) }
}

/// Makes a token that grants access, and has its time end on time.
fn mint_access(ctx: &mut Ctx, asset: &mut pb::Asset, new: Mint) -> Result<u64> {
    let expires_at = new.expires_at;
    let serial = mint(ctx, asset, new)?;
    if let Some(until) = expires_at {
        let due = Time::from_wire(&until).nanos();
        scheduler::push(ctx, &EXPIRIES, due, &encoded(&(asset.id, serial)))?;
    }
    ASSETS.set(&mut ctx.state, &asset.id, &Pb(asset.clone()));
    Ok(serial)
}

/// Refuses an owner's grant where the asset's iDAO decides.
pub(crate) fn may_grant(state: &dyn Read, asset: &pb::Asset, number: u64) -> Result<()> {
    let (_, terms) = standing_policy(state, asset.id, number)?;
    let voted = terms.grantees() == pb::Grantees::ByIdaoVote && belongs(state, asset)?;
    if voted { Err(Error::NeedsVote(asset.id).into()) } else { Ok(()) }
}

/// Grants access without a sale, to an account whose access may have been revoked before.
pub(crate) fn grant(ctx: &mut Ctx, asset: &mut pb::Asset, grant: &Grant) -> Result<u64> {
    let now = ctx.block.time;
    open_to_grants(&ctx.state, asset, now)?;
    let terms = grantable(&ctx.state, asset, grant.policy_version, now)?;
    if grant.expires_at.is_some_and(|until| until <= now) {
        return Err(Sdk::InvalidRequest("expires_at is not in the future".into()).into());
    }
    if asset.key_epoch == 0 && !grant.wrapped_key.is_empty() {
        return Err(Error::WrongKeyEpoch(asset.id, 0).into());
    }
    let valid_until = terms.valid_until.as_ref().map(Time::from_wire);
    let until = [grant.expires_at, valid_until].into_iter().flatten().min();
    REVOKED_ACCOUNTS.remove(&mut ctx.state, &(asset.id, *grant.grantee));
    let new = Mint {
        value: grant.units,
        policy_version: grant.policy_version,
        expires_at: until.map(Time::wire),
        deposit: grant.deposit,
        grantee_key: grant.grantee_key.to_vec(),
        wrapped_key: grant.wrapped_key.to_vec(),
        ..Mint::of(*grant.grantee)
    };
    let serial = mint_access(ctx, asset, new)?;
    let (grantee, units) = (grant.grantee, grant.units);
    ctx.emit(events::Granted { asset: asset.id, serial, grantee, units });
    Ok(serial)
}
