//! A version while its verdict can still fall: what it earns is held, then released, or refunded if it falls.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::dat::v1 as pb,
};
use state::{Key, Pb, Read, key::encoded};

use super::{
    records::{account, asset, exposure, keep_version, version},
    revenue::add_income,
    tokens::{put, treasury_of},
};
use crate::{
    checks::FEE_DENOM,
    ctx::Ctx,
    error::Result,
    fixed::mul_div_floor,
    modules::{
        audit::{self, Subject},
        bank,
        dat::{
            errors::Error,
            events,
            keys::{
                ANCHORS, ASSETS, DATS, FINALS, HELD, LIABILITIES, OWNED, PAYMENTS, POTS, REFUNDS, RELEASES,
            },
            types::{MAX_INCOMES, Payment, Split},
        },
        distribution, idao, scheduler,
    },
    stored,
};

/// The tokens of a first version that are looked at for a Quorum's pool: owner, beneficiaries, treasury, pool.
const FIRST_TOKENS: u32 = 19;

/// A version may be used from now on; what it earns is held.
pub(crate) fn finalize(ctx: &mut Ctx, id: u64, number: u64) -> Result<()> {
    let mut version = in_status(&ctx.state, id, number, pb::VersionStatus::Provisional)?;
    let mut asset = asset(&ctx.state, id)?;
    version.set_status(pb::VersionStatus::Liable);
    FINALS.set(&mut ctx.state, &(id, number), &());
    asset.final_version = asset.final_version.max(number);
    if asset.status() == pb::AssetStatus::Provisional {
        asset.set_status(pb::AssetStatus::Active);
    }
    ASSETS.set(&mut ctx.state, &id, &Pb(asset));
    ctx.emit(events::Finalized { asset: id, version: number });
    put_version(ctx, version, "dat.finalized")
}

/// The verdict can no longer fall: held income is released.
pub(crate) fn settle(ctx: &mut Ctx, id: u64, number: u64) -> Result<()> {
    let mut version = in_status(&ctx.state, id, number, pb::VersionStatus::Liable)?;
    version.set_status(pb::VersionStatus::Settled);
    let mut providers = false;
    for ((_, _, denom), Pb(mut held)) in HELD.page(&ctx.state, &(id, number), None, MAX_INCOMES)? {
        add_income(ctx, id, &denom, stored::amount(&held.holders)?)?;
        held.holders = "0".into();
        providers |= held.channels > 0;
        HELD.set(&mut ctx.state, &(id, number, denom), &Pb(held));
    }
    if providers {
        let height = ctx.block.height;
        scheduler::push(ctx, &RELEASES, height, &encoded(&(id, number)))?;
    }
    LIABILITIES.remove(&mut ctx.state, &(id, number));
    ctx.emit(events::Settled { asset: id, version: number });
    put_version(ctx, version, "dat.settled")
}

/// The verdict fell: the version loses its anchor, and the asset its standing if it has no other. What was held, and
/// `top_up` in `ulaz` as far as there is a shortfall, is refunded to the channels that paid. Returns what was taken.
pub(crate) fn revoke(ctx: &mut Ctx, id: u64, number: u64, top_up: Amount, from: &Address) -> Result<Amount> {
    let mut version = version(&ctx.state, id, number)?;
    if !matches!(version.status(), pb::VersionStatus::Provisional | pb::VersionStatus::Liable) {
        return Err(wrong_status(&version));
    }
    let now = ctx.block.time.wire();
    version.set_status(pb::VersionStatus::Revoked);
    version.revoked_at = Some(now);
    let taken = pool_refunds(ctx, &version, top_up, from)?;
    LIABILITIES.remove(&mut ctx.state, &(id, number));
    FINALS.remove(&mut ctx.state, &(id, number));
    let sha256 = version.manifest.as_ref().map(|manifest| stored::digest(&manifest.sha256)).transpose()?;
    if let Some(sha256) = sha256 {
        ANCHORS.remove(&mut ctx.state, &sha256);
    }
    let mut asset = asset(&ctx.state, id)?;
    asset.standing = asset.standing.saturating_sub(1);
    let newest = FINALS.page_back(&ctx.state, &id, None, 1)?;
    asset.final_version = newest.first().map_or(0, |((_, number), ())| *number);
    if asset.standing == 0 {
        asset.set_status(pb::AssetStatus::Revoked);
        asset.revoked_at = Some(now);
        asset.pending_owner = String::new();
    } else if number == 1 {
        void_pool(ctx, &asset)?;
    }
    ASSETS.set(&mut ctx.state, &id, &Pb(asset));
    ctx.emit(events::Revoked { asset: id, version: number });
    put_version(ctx, version, "dat.revoked")?;
    Ok(taken)
}

/// The share of the Quorum that judged wrongly goes to the asset's owner: shares always sum to the whole.
fn void_pool(ctx: &mut Ctx, asset: &pb::Asset) -> Result<()> {
    let owner = stored::address(&asset.owner)?;
    for ((_, serial), Pb(mut dat)) in DATS.page(&ctx.state, &asset.id, None, FIRST_TOKENS)? {
        if dat.quorum == 0 {
            continue;
        }
        let pool = stored::address(&dat.owner)?;
        (dat.idao, dat.quorum) = (treasury_of(asset, &owner), 0);
        dat.owner = owner.to_string();
        OWNED.remove(&mut ctx.state, &(pool, asset.id, serial));
        OWNED.set(&mut ctx.state, &(owner, asset.id, serial), &());
        ctx.emit(events::Given { asset: asset.id, serial, from: &pool, to: &owner });
        put(ctx, &dat, "dat.transferred", &pool)?;
        idao::dat_moved(ctx, asset.id, serial, &pool)?;
    }
    Ok(())
}

fn in_status(state: &dyn Read, id: u64, number: u64, status: pb::VersionStatus) -> Result<pb::Version> {
    let version = version(state, id, number)?;
    if version.status() == status { Ok(version) } else { Err(wrong_status(&version)) }
}

fn wrong_status(version: &pb::Version) -> crate::error::Error {
    let status = match version.status() {
        pb::VersionStatus::Provisional => "provisional",
        pb::VersionStatus::Liable => "liable",
        pb::VersionStatus::Settled => "settled",
        _ => "revoked",
    };
    Error::WrongVersionStatus { asset: version.asset, version: version.version, status }.into()
}

/// Stores a version and notes in the asset's trail what became of it.
pub(super) fn put_version(ctx: &mut Ctx, version: pb::Version, kind: &'static str) -> Result<()> {
    let digest = audit::digest_of(&version);
    let asset = version.asset;
    keep_version(ctx, version);
    audit::record(ctx, audit::Entry::by_rule(Subject::Asset(asset), kind, digest))
}

/// Holds the holders' part of a payment, and the provider's as far as it passes what providers can be paid at once.
/// Returns how much of the provider's is held.
pub(super) fn hold(ctx: &mut Ctx, payment: &Payment, split: &Split) -> Result<Amount> {
    let denom = &payment.base.denom;
    let now = payable(ctx, payment, split.provider)?;
    let held_back = split.provider.minus_or_zero(now);
    let key = (payment.asset, payment.version, payment.channel);
    let earlier = PAYMENTS.get(&ctx.state, &key)?.map(|Pb(record)| record);
    let first = earlier.is_none();
    let mut record = earlier.unwrap_or_else(|| pb::Payment {
        provider: payment.provider.to_string(),
        denom: denom.to_string(),
        ..pb::Payment::default()
    });
    record.paid = stored::amount(&record.paid)?.plus(payment.paid)?.to_string();
    record.held = stored::amount(&record.held)?.plus(held_back)?.to_string();
    PAYMENTS.set(&mut ctx.state, &key, &Pb(record));
    let key = (payment.asset, payment.version, denom.clone());
    let mut held = HELD.get(&ctx.state, &key)?.map_or_else(pb::Held::default, |Pb(held)| held);
    held.holders = stored::amount(&held.holders)?.plus(split.holders)?.to_string();
    held.providers = stored::amount(&held.providers)?.plus(held_back)?.to_string();
    held.paid = stored::amount(&held.paid)?.plus(payment.paid)?.to_string();
    held.channels = held.channels.saturating_add(u64::from(first));
    HELD.set(&mut ctx.state, &key, &Pb(held));
    Ok(held_back)
}

/// How much of a provider's part can be paid while the version is liable: up to the limit, at exposure rates; nothing of
/// a token without a rate.
fn payable(ctx: &mut Ctx, payment: &Payment, part: Amount) -> Result<Amount> {
    let rate = super::token(&ctx.state, &payment.base.denom)?.and_then(|token| token.rate);
    let Some(rate) = rate else { return Ok(Amount::ZERO) };
    let key = (payment.asset, payment.version);
    let Some(Pb(mut liability)) = LIABILITIES.get(&ctx.state, &key)? else { return Ok(Amount::ZERO) };
    let paid_out = stored::amount(&liability.paid_out)?;
    let left = stored::amount(&liability.limit)?.minus_or_zero(paid_out);
    let most = Amount::new(mul_div_floor(left.units(), 1_000_000, rate.into()).unwrap_or(u128::MAX));
    let now = part.min(most);
    let counts = exposure(&ctx.state, &Coin::new(payment.base.denom.clone(), now))?.unwrap_or(Amount::ZERO);
    liability.paid_out = paid_out.plus(counts)?.to_string();
    LIABILITIES.set(&mut ctx.state, &key, &Pb(liability));
    Ok(now)
}

/// Reads an entry of the queue of releases.
pub(crate) fn released(mut bytes: &[u8]) -> Result<(u64, u64)> {
    Ok(<(u64, u64)>::decode(&mut bytes)?)
}

/// Pays providers of a settled version what was held, at most `budget` of them; returns how many, and whether that was
/// all.
pub(crate) fn release_held(ctx: &mut Ctx, id: u64, number: u64, budget: u32) -> Result<(u32, bool)> {
    let limit = budget.max(1);
    let page = PAYMENTS.page(&ctx.state, &(id, number), None, limit)?;
    let count = u32::try_from(page.len()).unwrap_or(limit);
    for ((_, _, channel), Pb(payment)) in page {
        PAYMENTS.remove(&mut ctx.state, &(id, number, channel));
        let denom = stored::denom(&payment.denom)?;
        let amount = stored::amount(&payment.held)?;
        let key = (id, number, denom.clone());
        if let Some(Pb(mut held)) = HELD.get(&ctx.state, &key)? {
            held.providers = stored::amount(&held.providers)?.minus_or_zero(amount).to_string();
            held.channels = held.channels.saturating_sub(1);
            if held.channels == 0 {
                HELD.remove(&mut ctx.state, &key);
            } else {
                HELD.set(&mut ctx.state, &key, &Pb(held));
            }
        }
        let coin = Coin::new(denom, amount);
        if !amount.is_zero() {
            let provider = stored::address(&payment.provider)?;
            bank::transfer(ctx, &account(), &provider, &Coins::one(coin.clone()))?;
            let amount = coin.to_string();
            ctx.emit(events::HeldReleased {
                asset: id,
                version: number,
                channel,
                provider: &provider,
                amount,
            });
        }
    }
    Ok((count, count < limit))
}

/// What is held of a version in one denomination, and what is missing in it to pay everything back.
struct Fallen {
    denom: Denom,
    pool: Amount,
    held: pb::Held,
    /// In `ulaz`, at exposure rates.
    short: Amount,
}

fn fallen(state: &dyn Read, id: u64, number: u64) -> Result<Vec<Fallen>> {
    let mut list = Vec::new();
    for ((_, _, denom), Pb(held)) in HELD.page(state, &(id, number), None, MAX_INCOMES)? {
        let pot = POTS.get(state, &(id, number, denom.clone()))?;
        let pot = pot.map_or(Ok(Amount::ZERO), |Pb(pot)| stored::amount(&pot.balance))?;
        let pool = stored::amount(&held.holders)?.plus(stored::amount(&held.providers)?)?.plus(pot)?;
        let short = stored::amount(&held.paid)?.minus_or_zero(pool);
        let short = exposure(state, &Coin::new(denom.clone(), short))?.unwrap_or(Amount::ZERO);
        list.push(Fallen { denom, pool, held, short });
    }
    Ok(list)
}

/// How much `ulaz` would make everybody whole who paid for a version, if its verdict fell now.
pub(crate) fn shortfall(state: &dyn Read, id: u64, number: u64) -> Result<Amount> {
    let mut sum = Amount::ZERO;
    for fallen in fallen(state, id, number)? {
        sum = sum.plus(fallen.short)?;
    }
    Ok(sum)
}

/// Turns what is held and the pots into what channels can claim; returns how much of the top-up was taken.
fn pool_refunds(ctx: &mut Ctx, version: &pb::Version, top_up: Amount, from: &Address) -> Result<Amount> {
    let (id, number) = (version.asset, version.version);
    let list = fallen(&ctx.state, id, number)?;
    let short = shortfall(&ctx.state, id, number)?;
    let mut left = top_up.min(short);
    let taken = left;
    let coins = Coins::one(Coin::new(Denom::known(FEE_DENOM), taken));
    if !coins.is_empty() {
        bank::transfer(ctx, from, &account(), &coins)?;
    }
    let mut short_left = short;
    for fallen in list {
        // the last one takes what rounding left: no unit is without an owner
        let part = if short_left.is_zero() {
            Amount::ZERO
        } else {
            left.times_ratio_floor(fallen.short.units(), short_left.units())?
        };
        left = left.minus_or_zero(part);
        short_left = short_left.minus_or_zero(fallen.short);
        let key = (id, number, fallen.denom);
        let refund = pb::Refund {
            pool: fallen.pool.to_string(),
            top_up: part.to_string(),
            paid: fallen.held.paid,
            channels: fallen.held.channels,
            pool_left: fallen.pool.to_string(),
            top_up_left: part.to_string(),
        };
        REFUNDS.set(&mut ctx.state, &key, &Pb(refund));
        HELD.remove(&mut ctx.state, &key);
        POTS.remove(&mut ctx.state, &key);
    }
    Ok(taken)
}

/// What a channel gets back for a fallen version: its part of the pool, and of the top-up in `ulaz`.
pub(crate) fn refundable(payment: &pb::Payment, refund: &pb::Refund) -> Result<(Amount, Amount)> {
    let (paid, all) = (stored::amount(&payment.paid)?, stored::amount(&refund.paid)?);
    if all.is_zero() {
        return Ok((Amount::ZERO, Amount::ZERO));
    }
    let part = |pool: &str| -> Result<Amount> {
        Ok(stored::amount(pool)?.times_ratio_floor(paid.units(), all.units())?)
    };
    Ok((part(&refund.pool)?, part(&refund.top_up)?))
}

/// Pays a channel its part, once. What rounding leaves after the last one belongs to the community pool.
pub(crate) fn refund(ctx: &mut Ctx, id: u64, number: u64, channel: u64, to: &Address) -> Result<Coins> {
    let key = (id, number, channel);
    let not_paid = Error::NotPaid(id, number, channel);
    if version(&ctx.state, id, number)?.status() != pb::VersionStatus::Revoked {
        return Err(not_paid.into());
    }
    let Pb(payment) = PAYMENTS.get(&ctx.state, &key)?.ok_or(not_paid)?;
    let denom = stored::denom(&payment.denom)?;
    let pool_key = (id, number, denom.clone());
    let Pb(mut pool) = REFUNDS.get(&ctx.state, &pool_key)?.ok_or(Error::NotPaid(id, number, channel))?;
    let (part, top_up) = refundable(&payment, &pool)?;
    let fee = Denom::known(FEE_DENOM);
    let coins = Coins::sum([Coin::new(denom.clone(), part), Coin::new(fee.clone(), top_up)])?;
    let left = stored::amount(&pool.pool_left)?.minus_or_zero(part);
    let top_up_left = stored::amount(&pool.top_up_left)?.minus_or_zero(top_up);
    pool.channels = pool.channels.saturating_sub(1);
    PAYMENTS.remove(&mut ctx.state, &key);
    if !coins.is_empty() {
        bank::transfer(ctx, &account(), to, &coins)?;
    }
    if pool.channels == 0 {
        REFUNDS.remove(&mut ctx.state, &pool_key);
        let dust = Coins::sum([Coin::new(denom, left), Coin::new(fee, top_up_left)])?;
        if !dust.is_empty() {
            distribution::fund_community_pool(ctx, &account(), &dust)?;
        }
    } else {
        (pool.pool_left, pool.top_up_left) = (left.to_string(), top_up_left.to_string());
        REFUNDS.set(&mut ctx.state, &pool_key, &Pb(pool));
    }
    let digest = audit::digest_of(&payment);
    audit::record(ctx, audit::Entry::new(Subject::Asset(id), "dat.refunded", to, digest))?;
    ctx.emit(events::Refunded { asset: id, version: number, channel, amount: coins.to_string() });
    Ok(coins)
}
