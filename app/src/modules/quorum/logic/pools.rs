//! A Quorum's money: insurance, audits, and the income that its members share by power.

use std::collections::BTreeMap;

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::quorum::v1 as pb,
};
use state::{Pb, Read};

use super::{
    super::{
        errors::Error,
        events,
        keys::{MEMBERS_POOLS, POOLS, SHARES},
        types::MAX_DENOMS,
    },
    exists, find, measuring, purse, quorum, trail,
};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::{Share, Shared},
    modules::{bank, distribution, staking},
    stored,
};

/// What a Quorum's insurance and audit pools hold.
pub(crate) fn pools(state: &dyn Read, id: u64) -> Result<pb::Pools> {
    let found = POOLS.get(state, &id)?.map(|Pb(pools)| pools);
    Ok(found.unwrap_or_else(|| pb::Pools { insurance: "0".into(), audit: "0".into() }))
}

fn level(pools: &pb::Pools, pool: pb::Pool) -> Result<Amount> {
    let text = if pool == pb::Pool::Audit { &pools.audit } else { &pools.insurance };
    Ok(stored::amount(text)?)
}

fn set_level(ctx: &mut Ctx, id: u64, pool: pb::Pool, amount: Amount) -> Result<()> {
    let mut pools = pools(&ctx.state, id)?;
    let text = if pool == pb::Pool::Audit { &mut pools.audit } else { &mut pools.insurance };
    *text = amount.to_string();
    POOLS.set(&mut ctx.state, &id, &Pb(pools));
    Ok(())
}

/// Pays stake out of the module's account.
pub(crate) fn pay(ctx: &mut Ctx, to: &Address, amount: Amount) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let coins = staking::stake(&ctx.state, amount)?;
    bank::transfer(ctx, &purse(), to, &coins)
}

/// Fills a pool. What is meant for a Quorum that is closed is the community's.
pub(crate) fn fund(ctx: &mut Ctx, id: u64, pool: pb::Pool, from: &Address, amount: Amount) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let coins = staking::stake(&ctx.state, amount)?;
    if !exists(&ctx.state, id)? {
        quorum(&ctx.state, id)?;
        return distribution::fund_community_pool(ctx, from, &coins);
    }
    bank::transfer(ctx, from, &purse(), &coins)?;
    let sum = level(&pools(&ctx.state, id)?, pool)?.plus(amount)?;
    set_level(ctx, id, pool, sum)?;
    ctx.emit(events::Funded { quorum: id, pool: pool.as_str_name(), from, amount });
    trail(ctx, id, "quorum.funded", Some(from), &pools(&ctx.state, id)?)
}

/// Pays out of a pool as far as it reaches; returns what was paid.
pub(crate) fn draw(ctx: &mut Ctx, id: u64, pool: pb::Pool, to: &Address, amount: Amount) -> Result<Amount> {
    let have = level(&pools(&ctx.state, id)?, pool)?;
    let paid = have.min(amount);
    if paid.is_zero() {
        return Ok(paid);
    }
    set_level(ctx, id, pool, have.minus_or_zero(paid))?;
    pay(ctx, to, paid)?;
    ctx.emit(events::Drawn { quorum: id, pool: pool.as_str_name(), to, amount: paid });
    trail(ctx, id, "quorum.drawn", None, &pools(&ctx.state, id)?)?;
    Ok(paid)
}

/// Fills the insurance pool from an account.
pub(crate) fn fund_insurance(ctx: &mut Ctx, id: u64, from: &Address, amount: Amount) -> Result<()> {
    fund(ctx, id, pb::Pool::Insurance, from, amount)
}

/// Fills the audit pool from an account.
pub(crate) fn fund_audit(ctx: &mut Ctx, id: u64, from: &Address, amount: Amount) -> Result<()> {
    fund(ctx, id, pb::Pool::Audit, from, amount)
}

/// Pays out of the insurance pool as far as it reaches; returns what was paid.
pub(crate) fn draw_insurance(ctx: &mut Ctx, id: u64, to: &Address, amount: Amount) -> Result<Amount> {
    draw(ctx, id, pb::Pool::Insurance, to, amount)
}

/// Pays out of the audit pool as far as it reaches; returns what was paid.
pub(crate) fn draw_audit(ctx: &mut Ctx, id: u64, to: &Address, amount: Amount) -> Result<Amount> {
    draw(ctx, id, pb::Pool::Audit, to, amount)
}

/// Puts stake that the module's account holds already into the insurance pool.
pub(crate) fn keep_insurance(ctx: &mut Ctx, id: u64, amount: Amount) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    if !exists(&ctx.state, id)? {
        let coins = staking::stake(&ctx.state, amount)?;
        return distribution::fund_community_pool(ctx, &purse(), &coins);
    }
    let sum = level(&pools(&ctx.state, id)?, pb::Pool::Insurance)?.plus(amount)?;
    set_level(ctx, id, pb::Pool::Insurance, sum)
}

/// A closed Quorum's pools: what is to go to the community.
pub(crate) fn empty(ctx: &mut Ctx, id: u64) -> Result<Coins> {
    let pools = pools(&ctx.state, id)?;
    let mut left = level(&pools, pb::Pool::Insurance)?.plus(level(&pools, pb::Pool::Audit)?)?;
    let denom = staking::bond_denom(&ctx.state)?;
    let mut coins = Vec::new();
    for ((_, denom_of, mut pool), waiting) in waiting(&ctx.state, id)? {
        pool.waiting = "0".into();
        pool.claimed = stored::amount(&pool.claimed)?.plus(waiting)?.to_string();
        MEMBERS_POOLS.set(&mut ctx.state, &(id, denom_of.clone()), &Pb(pool));
        if denom_of == denom {
            left = left.plus(waiting)?;
        } else {
            coins.push(Coin::new(denom_of, waiting));
        }
    }
    coins.push(Coin::new(denom, left));
    Ok(Coins::sum(coins.into_iter().filter(|coin| !coin.amount.is_zero()))?)
}

type Waiting = ((u64, Denom, pb::MembersPool), Amount);

fn waiting(state: &dyn Read, id: u64) -> Result<Vec<Waiting>> {
    let mut found = Vec::new();
    for ((_, denom), Pb(pool)) in MEMBERS_POOLS.page(state, &id, None, MAX_DENOMS)? {
        let waiting = stored::amount(&pool.waiting)?;
        if !waiting.is_zero() {
            found.push(((id, denom, pool), waiting));
        }
    }
    Ok(found)
}

fn shared(pool: &pb::MembersPool) -> Result<Shared> {
    Ok(Shared::of(&pool.shared.clone().unwrap_or_default())?)
}

fn credited(pool: &pb::MembersPool) -> Result<Shared> {
    Ok(Shared::of(&pool.credited.clone().unwrap_or_default())?)
}

/// Income that a Quorum's members share by the power they have now. While nobody has any it waits for the next
/// measurement with some; of one denomination too many, or for a closed Quorum, it is the community's.
pub(crate) fn fund_members(ctx: &mut Ctx, id: u64, from: &Address, coins: &Coins) -> Result<()> {
    let last = match find(&ctx.state, id)? {
        Some(quorum) if quorum.status() != pb::Status::Closed => measuring::last(&ctx.state, &quorum)?,
        _ => return distribution::fund_community_pool(ctx, from, coins),
    };
    let weights = last.map_or(Ok(Amount::ZERO), |last| stored::amount(&last.total))?;
    for coin in coins {
        let one = Coins::one(coin.clone());
        let key = (id, coin.denom.clone());
        let known = MEMBERS_POOLS.get(&ctx.state, &key)?.map(|Pb(pool)| pool);
        let count = MEMBERS_POOLS.page(&ctx.state, &id, None, MAX_DENOMS)?.len();
        if known.is_none() && u32::try_from(count).is_ok_and(|count| count >= MAX_DENOMS) {
            distribution::fund_community_pool(ctx, from, &one)?;
            continue;
        }
        bank::transfer(ctx, from, &purse(), &one)?;
        let mut pool = known.unwrap_or_default();
        pool.received = stored::amount(&pool.received)?.plus(coin.amount)?.to_string();
        if weights.is_zero() {
            pool.waiting = stored::amount(&pool.waiting)?.plus(coin.amount)?.to_string();
        } else {
            let mut shared = shared(&pool)?;
            shared.add(coin.amount, weights.units())?;
            pool.shared = Some(shared.record());
        }
        MEMBERS_POOLS.set(&mut ctx.state, &key, &Pb(pool));
        ctx.emit(events::Funded { quorum: id, pool: "POOL_MEMBERS", from, amount: coin.amount });
    }
    Ok(())
}

/// Credits all members with what came since the last time, by the powers of the measurement that ends. Returns how many
/// records that took.
pub(crate) fn credit(ctx: &mut Ctx, last: &pb::Measurement) -> Result<u32> {
    let mut used = 0_u32;
    for ((id, denom), Pb(mut pool)) in MEMBERS_POOLS.page(&ctx.state, &last.quorum, None, MAX_DENOMS)? {
        if pool.shared == pool.credited {
            continue;
        }
        let (shared, credited) = (shared(&pool)?, credited(&pool)?);
        for row in last.members.iter().filter(|row| row.power != "0") {
            let who = stored::val_address(&row.validator)?;
            let mut share = share(&ctx.state, (id, denom.clone()), &who, &credited)?;
            share.settle(&shared, stored::amount(&row.power)?.units())?;
            SHARES.set(&mut ctx.state, &((id, denom.clone()), who), &Pb(share.record()));
            used = used.saturating_add(1);
        }
        pool.credited.clone_from(&pool.shared);
        MEMBERS_POOLS.set(&mut ctx.state, &(id, denom), &Pb(pool));
    }
    Ok(used)
}

fn share(state: &dyn Read, pool: (u64, Denom), who: &ValAddress, credited: &Shared) -> Result<Share> {
    match SHARES.get(state, &(pool, *who))? {
        Some(Pb(record)) => Ok(Share::of(&record)?),
        None => Ok(Share::from_now(credited)),
    }
}

/// Marks those who had no power before and have some now, so that they share what comes from now on, and shares what has
/// waited for members with power. Returns how many records that took.
pub(crate) fn welcome(ctx: &mut Ctx, last: Option<&pb::Measurement>, next: &pb::Measurement) -> Result<u32> {
    let (mut used, total) = (0_u32, stored::amount(&next.total)?);
    let had: BTreeMap<&str, bool> = last.map_or_else(BTreeMap::new, |last| {
        last.members.iter().map(|row| (row.validator.as_str(), row.power != "0")).collect()
    });
    for ((id, denom), Pb(mut pool)) in MEMBERS_POOLS.page(&ctx.state, &next.quorum, None, MAX_DENOMS)? {
        let mut shared = shared(&pool)?;
        let newcomers = next
            .members
            .iter()
            .filter(|row| row.power != "0" && !had.get(row.validator.as_str()).copied().unwrap_or(false));
        for row in newcomers {
            let key = ((id, denom.clone()), stored::val_address(&row.validator)?);
            if let Some(Pb(record)) = SHARES.get(&ctx.state, &key)? {
                let mut share = Share::of(&record)?;
                share.settle(&shared, 0)?;
                SHARES.set(&mut ctx.state, &key, &Pb(share.record()));
                used = used.saturating_add(1);
            }
        }
        let waiting = stored::amount(&pool.waiting)?;
        if !waiting.is_zero() && !total.is_zero() {
            shared.add(waiting, total.units())?;
            (pool.shared, pool.waiting) = (Some(shared.record()), "0".into());
            MEMBERS_POOLS.set(&mut ctx.state, &(id, denom), &Pb(pool));
        }
    }
    Ok(used)
}

type Part = ((u64, Denom), pb::MembersPool, Share);

/// A validator's part of each denomination, settled up to now.
fn parts(state: &dyn Read, id: u64, who: &ValAddress) -> Result<Vec<Part>> {
    let quorum = quorum(state, id)?;
    let last = measuring::last(state, &quorum)?;
    let power = last.map_or(Ok(Amount::ZERO), |last| measuring::power_of(&last, who))?;
    let mut found = Vec::new();
    for (key, Pb(pool)) in MEMBERS_POOLS.page(state, &id, None, MAX_DENOMS)? {
        let mut share = share(state, key.clone(), who, &credited(&pool)?)?;
        if !power.is_zero() {
            share.settle(&shared(&pool)?, power.units())?;
        }
        found.push((key, pool, share));
    }
    Ok(found)
}

/// What a validator could claim now.
pub(crate) fn claimable(state: &dyn Read, id: u64, who: &ValAddress) -> Result<Coins> {
    let mut coins = Vec::new();
    for ((_, denom), _, share) in parts(state, id, who)? {
        coins.push(Coin::new(denom, share.whole()?));
    }
    Ok(Coins::sum(coins.into_iter().filter(|coin| !coin.amount.is_zero()))?)
}

/// Pays a validator its part, to the operator's account.
pub(crate) fn claim(ctx: &mut Ctx, id: u64, who: &ValAddress) -> Result<Coins> {
    let amount = claimable(&ctx.state, id, who)?;
    if amount.is_empty() {
        return Err(Error::NothingToClaim.into());
    }
    for (key, mut pool, mut share) in parts(&ctx.state, id, who)? {
        let taken = share.take_whole()?;
        if taken.is_zero() {
            continue;
        }
        pool.claimed = stored::amount(&pool.claimed)?.plus(taken)?.to_string();
        SHARES.set(&mut ctx.state, &(key.clone(), *who), &Pb(share.record()));
        MEMBERS_POOLS.set(&mut ctx.state, &key, &Pb(pool));
    }
    bank::transfer(ctx, &purse(), &who.account(), &amount)?;
    ctx.emit(events::Claimed { quorum: id, validator: who, amount: &amount });
    trail(ctx, id, "quorum.claimed", Some(&who.account()), &pb::Quorum { id, ..pb::Quorum::default() })?;
    Ok(amount)
}

/// Income of the members that nobody has claimed.
pub(crate) fn unclaimed(state: &dyn Read, id: u64) -> Result<Coins> {
    let mut coins = Vec::new();
    for ((_, denom), Pb(pool)) in MEMBERS_POOLS.page(state, &id, None, MAX_DENOMS)? {
        let left = stored::amount(&pool.received)?.minus_or_zero(stored::amount(&pool.claimed)?);
        coins.push(Coin::new(denom, left));
    }
    Ok(Coins::sum(coins.into_iter().filter(|coin| !coin.amount.is_zero()))?)
}
