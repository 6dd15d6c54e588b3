//! What versions owe their ancestors: into a pot with each payment, out of it at the epoch.

use proto::{
    amount::Amount,
    coin::{Coin, Denom},
    lazchain::dat::v1 as pb,
};
use state::{Key, Pb, Read, key::encoded};

use super::{
    records::{find_fate, version},
    revenue::add_income,
};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::{bps_ceil, bps_floor},
    modules::{
        audit::{self, Subject},
        dat::{
            events,
            keys::{POTS, ROYALTIES},
        },
        scheduler,
    },
    stored,
};

/// What became of the work on a pot, and how many ancestors were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Everything owed is moved.
    Done(u32),
    /// The budget ended first.
    More(u32),
    /// Something is still owed: a verdict is not settled yet, or more was paid while ancestors were looked at.
    Waits(u32),
}

/// The height at which the next epoch begins.
pub(crate) fn next_epoch(state: &dyn Read) -> Result<u64> {
    scheduler::next_start(state)
}

/// Puts the ancestors' part of a payment into the version's pot: `ceil` on the running total, so that paying in pieces
/// saves nothing.
pub(super) fn into_pot(ctx: &mut Ctx, version: &pb::Version, base: &Coin) -> Result<Amount> {
    let bps = version.royalties.iter().fold(0_u32, |sum, royalty| sum.saturating_add(royalty.bps));
    if bps == 0 || base.amount.is_zero() {
        return Ok(Amount::ZERO);
    }
    let key = (version.asset, version.version, base.denom.clone());
    let mut pot = POTS.get(&ctx.state, &key)?.map_or_else(pb::Pot::default, |Pb(pot)| pot);
    let before = stored::amount(&pot.base)?;
    let after = before.plus(base.amount)?;
    let part = bps_ceil(after, bps)?.minus_or_zero(bps_ceil(before, bps)?);
    pot.base = after.to_string();
    pot.balance = stored::amount(&pot.balance)?.plus(part)?.to_string();
    if !pot.queued {
        pot.queued = true;
        let due = next_epoch(&ctx.state)?;
        scheduler::push(ctx, &ROYALTIES, due, &encoded(&key))?;
    }
    POTS.set(&mut ctx.state, &key, &Pb(pot));
    Ok(part)
}

/// Reads an entry of the queue of pots.
pub(crate) fn entry(mut bytes: &[u8]) -> Result<(u64, u64, Denom)> {
    Ok(<(u64, u64, Denom)>::decode(&mut bytes)?)
}

/// Where an ancestor's verdicts stand.
enum Standing {
    Settled,
    Liable,
    Fallen,
}

/// Moves what a pot owes to ancestors, at most `budget` of them. Nothing moves while the version or the ancestor's is
/// liable; a fallen ancestor's part goes to the payer's holders.
pub(crate) fn flow(ctx: &mut Ctx, asset: u64, number: u64, denom: &Denom, budget: u32) -> Result<Flow> {
    let key = (asset, number, denom.clone());
    let Some(Pb(mut pot)) = POTS.get(&ctx.state, &key)? else { return Ok(Flow::Done(1)) };
    let version = version(&ctx.state, asset, number)?;
    if version.status() != pb::VersionStatus::Settled {
        return Ok(Flow::Waits(1));
    }
    let base = stored::amount(&pot.base)?;
    let mut used = 0_u32;
    let begin = std::mem::take(&mut pot.cursor);
    let mut cursor = begin;
    for royalty in version.royalties.iter().filter(|royalty| royalty.asset > begin) {
        if used >= budget.max(1) {
            pot.cursor = cursor;
            POTS.set(&mut ctx.state, &key, &Pb(pot));
            return Ok(Flow::More(used));
        }
        used = used.saturating_add(1);
        let to = match standing(&ctx.state, &version, royalty.asset)? {
            Standing::Settled => Some(royalty.asset),
            Standing::Fallen => Some(asset),
            Standing::Liable => None,
        };
        if let Some(to) = to {
            move_part(ctx, (&key, &mut pot), royalty, bps_floor(base, royalty.bps)?, to)?;
        }
        cursor = royalty.asset;
    }
    let owes = owes(&pot, &version)?;
    POTS.set(&mut ctx.state, &key, &Pb(pot));
    Ok(if owes { Flow::Waits(used) } else { Flow::Done(used) })
}

/// Whether an ancestor has not got all that it is owed by now.
fn owes(pot: &pb::Pot, version: &pb::Version) -> Result<bool> {
    let base = stored::amount(&pot.base)?;
    for royalty in &version.royalties {
        if bps_floor(base, royalty.bps)? > moved_to(pot, royalty.asset)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What an ancestor has got out of a pot.
fn moved_to(pot: &pb::Pot, ancestor: u64) -> Result<Amount> {
    let moved = pot.moved.iter().find(|moved| moved.asset == ancestor);
    Ok(moved.map_or(Ok(Amount::ZERO), |moved| stored::amount(&moved.amount))?)
}

/// Moves what an ancestor is owed by now and has not got.
fn move_part(
    ctx: &mut Ctx,
    ((asset, version, denom), pot): (&(u64, u64, Denom), &mut pb::Pot),
    royalty: &pb::Royalty,
    owed: Amount,
    to: u64,
) -> Result<()> {
    let due = owed.minus_or_zero(moved_to(pot, royalty.asset)?);
    if due.is_zero() {
        return Ok(());
    }
    add_income(ctx, to, denom, due)?;
    pot.balance = stored::amount(&pot.balance)?.minus_or_zero(due).to_string();
    let record = pb::Moved { asset: royalty.asset, amount: owed.to_string() };
    match pot.moved.iter_mut().find(|moved| moved.asset == royalty.asset) {
        Some(moved) => *moved = record,
        None => pot.moved.push(record),
    }
    let digest = audit::digest_of(pot);
    audit::record(ctx, audit::Entry::by_rule(Subject::Asset(*asset), "dat.royalty_moved", digest))?;
    ctx.emit(events::RoyaltyMoved {
        asset: *asset,
        version: *version,
        ancestor: royalty.asset,
        to,
        amount: Coin::new(denom.clone(), due).to_string(),
    });
    Ok(())
}

/// An ancestor is paid once one of the versions that were used is settled and none is liable.
fn standing(state: &dyn Read, version: &pb::Version, ancestor: u64) -> Result<Standing> {
    let mut settled = false;
    for used in version.ancestors.iter().filter(|used| used.asset == ancestor) {
        let found = find_fate(state, used.asset, used.version)?.unwrap_or_default();
        match found.status() {
            pb::VersionStatus::Liable | pb::VersionStatus::Provisional => return Ok(Standing::Liable),
            pb::VersionStatus::Settled => settled = true,
            _ => {}
        }
    }
    Ok(if settled { Standing::Settled } else { Standing::Fallen })
}
