//! Stake whose time has come.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
};

use state::{Item, Key, Map};

use super::{
    super::{
        events,
        keys::{
            REDELEGATION_CURSOR, REDELEGATION_QUEUE, REDELEGATIONS, UNBONDING_CURSOR, UNBONDING_QUEUE,
            UNBONDINGS,
        },
    },
    escrow, levy,
    records::{Move, set_redelegation, set_unbonding},
    stake,
};
use crate::{ctx::Ctx, error::Result};

/// Most entries that are looked at in one block while some validator's stake is held.
pub(crate) const MAX_LOOKED_AT: u32 = 5_000;
/// Most unbondings that are paid out in one block; the rest waits for the next.
pub(crate) const MAX_MATURE_UNBONDINGS: u32 = 500;
/// Most redelegations whose liability ends in one block; the rest waits for the next.
pub(crate) const MAX_MATURE_REDELEGATIONS: u32 = 500;

/// A queue, and where looking at it stopped while stake was held.
type Queue<'a, K> = (&'a Map<K, ()>, &'a Item<Vec<u8>>);

/// Pays out what has waited long enough. One that cannot be paid is set aside: it stays where queries show it, and the
/// chain goes on.
pub(crate) fn mature_unbondings(ctx: &mut Ctx) -> Result<()> {
    let until = (after_now(ctx), Address::new([0; 20]), ValAddress::new([0; 20]));
    let queue = (&UNBONDING_QUEUE, &UNBONDING_CURSOR);
    for key in due(ctx, queue, &until, MAX_MATURE_UNBONDINGS, |(_, _, operator)| operator)? {
        let (_, who, operator) = key;
        UNBONDING_QUEUE.remove(&mut ctx.state, &key);
        if let Err(reject) = ctx.attempt(|ctx| pay_out(ctx, &who, &operator))? {
            tracing::error!(%who, %operator, %reject, "an unbonding cannot be paid out and is set aside");
        }
    }
    Ok(())
}

/// What is due, at most `limit`, and not from a validator whose stake is held. Those rows keep their places; so that
/// they keep nobody behind them waiting for long, each block goes on where the one before stopped looking, and from the
/// beginning once the end was reached.
fn due<K: Key>(
    ctx: &mut Ctx,
    (queue, cursor): Queue<'_, K>,
    until: &K,
    limit: u32,
    from: impl Fn(&K) -> &ValAddress,
) -> Result<Vec<K>> {
    let stopped = cursor.get(&ctx.state)?;
    if !levy::any_held(&ctx.state)? {
        if stopped.is_some() {
            cursor.remove(&mut ctx.state);
        }
        let rows = queue.range(&ctx.state, None, until, limit)?;
        return Ok(rows.into_iter().map(|(key, ())| key).collect());
    }
    let start = stopped.map(|bytes| K::decode(&mut bytes.as_slice())).transpose()?;
    let rows = queue.range(&ctx.state, start.as_ref(), until, MAX_LOOKED_AT)?;
    let (limit, full) = (
        usize::try_from(limit).unwrap_or(0),
        u32::try_from(rows.len()).is_ok_and(|count| count >= MAX_LOOKED_AT),
    );
    let (mut free, mut last, mut more) = (Vec::new(), Vec::new(), full);
    for (key, ()) in rows {
        if free.len() >= limit {
            more = true;
            break;
        }
        last.clear();
        key.encode(&mut last);
        if levy::holds(&ctx.state, from(&key))? == 0 {
            free.push(key);
        }
    }
    if more {
        cursor.set(&mut ctx.state, &last);
    } else {
        cursor.remove(&mut ctx.state);
    }
    Ok(free)
}

fn after_now(ctx: &Ctx) -> u64 {
    ctx.block.time.nanos().saturating_add(1)
}

fn pay_out(ctx: &mut Ctx, who: &Address, operator: &ValAddress) -> Result<()> {
    let mut unbonding = UNBONDINGS.get(&ctx.state, &(*who, *operator))?.unwrap_or_default();
    let (mut paid, mut mature) = (Amount::ZERO, false);
    for entry in unbonding.0.iter().filter(|entry| entry.due <= ctx.block.time) {
        mature = true;
        paid = paid.plus(entry.balance)?;
    }
    if !mature {
        return Ok(()); // it was put back on its validator meanwhile
    }
    unbonding.0.retain(|entry| entry.due > ctx.block.time);
    set_unbonding(ctx, who, operator, &unbonding);
    if !paid.is_zero() {
        escrow::give_back(ctx, who, paid)?;
    }
    let amount = stake(&ctx.state, paid)?;
    ctx.emit(events::CompletedUnbonding { amount: &amount, operator, who });
    Ok(())
}

/// Ends the liability of what has moved long enough ago.
pub(crate) fn mature_redelegations(ctx: &mut Ctx) -> Result<()> {
    let nobody = ValAddress::new([0; 20]);
    let until = (after_now(ctx), Address::new([0; 20]), nobody, nobody);
    let queue = (&REDELEGATION_QUEUE, &REDELEGATION_CURSOR);
    for key in due(ctx, queue, &until, MAX_MATURE_REDELEGATIONS, |(_, _, from, _)| from)? {
        let (_, who, from, to) = key;
        REDELEGATION_QUEUE.remove(&mut ctx.state, &key);
        settle(ctx, (who, from, to))?;
    }
    Ok(())
}

fn settle(ctx: &mut Ctx, (who, from, to): Move) -> Result<()> {
    let mut redelegation = REDELEGATIONS.get(&ctx.state, &(who, from, to))?.unwrap_or_default();
    let mut moved = Amount::ZERO;
    for entry in redelegation.0.iter().filter(|entry| entry.due <= ctx.block.time) {
        moved = moved.plus(entry.initial)?;
    }
    redelegation.0.retain(|entry| entry.due > ctx.block.time);
    set_redelegation(ctx, (who, from, to), &redelegation);
    let amount = stake(&ctx.state, moved)?;
    ctx.emit(events::CompletedRedelegation { amount: &amount, who: &who, from: &from, to: &to });
    Ok(())
}
