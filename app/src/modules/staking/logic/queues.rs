//! Stake whose time has come.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
};

use state::{Key, Map};

use super::{
    super::{
        events,
        keys::{REDELEGATION_QUEUE, REDELEGATIONS, UNBONDING_QUEUE, UNBONDINGS},
    },
    escrow, levy,
    records::{Move, set_redelegation, set_unbonding},
    stake,
};
use crate::{ctx::Ctx, error::Result};

/// Most entries that are looked at in one block: those of validators whose stake is held keep their places.
const MAX_LOOKED_AT: u32 = 5_000;
/// Most unbondings that are paid out in one block; the rest waits for the next.
pub(crate) const MAX_MATURE_UNBONDINGS: u32 = 500;
/// Most redelegations whose liability ends in one block; the rest waits for the next.
pub(crate) const MAX_MATURE_REDELEGATIONS: u32 = 500;

/// Pays out what has waited long enough. One that cannot be paid is set aside: it stays where queries show it, and the
/// chain goes on.
pub(crate) fn mature_unbondings(ctx: &mut Ctx) -> Result<()> {
    let until = (after_now(ctx), Address::new([0; 20]), ValAddress::new([0; 20]));
    let mut free = MAX_MATURE_UNBONDINGS;
    for (key, ()) in due(ctx, &UNBONDING_QUEUE, &until, MAX_MATURE_UNBONDINGS)? {
        let (_, who, operator) = key;
        if free == 0 || levy::holds(&ctx.state, &operator)? > 0 {
            continue;
        }
        free = free.saturating_sub(1);
        UNBONDING_QUEUE.remove(&mut ctx.state, &key);
        if let Err(reject) = ctx.attempt(|ctx| pay_out(ctx, &who, &operator))? {
            tracing::error!(%who, %operator, %reject, "an unbonding cannot be paid out and is set aside");
        }
    }
    Ok(())
}

/// What is due: as many as may mature, or more where some of those are held.
fn due<K: Key>(ctx: &Ctx, queue: &Map<K, ()>, until: &K, limit: u32) -> Result<Vec<(K, ())>> {
    let limit = if levy::any_held(&ctx.state)? { MAX_LOOKED_AT } else { limit };
    Ok(queue.range(&ctx.state, None, until, limit)?)
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
    let mut free = MAX_MATURE_REDELEGATIONS;
    for (key, ()) in due(ctx, &REDELEGATION_QUEUE, &until, MAX_MATURE_REDELEGATIONS)? {
        let (_, who, from, to) = key;
        if free == 0 || levy::holds(&ctx.state, &from)? > 0 {
            continue;
        }
        free = free.saturating_sub(1);
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
