//! Stake whose time has come.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
};

use super::{
    super::{
        events,
        keys::{REDELEGATION_QUEUE, REDELEGATIONS, UNBONDING_QUEUE, UNBONDINGS},
    },
    escrow,
    records::{Move, set_redelegation, set_unbonding},
    stake,
};
use crate::{ctx::Ctx, error::Result};

/// Most unbondings that are paid out in one block; the rest waits for the next.
pub(crate) const MAX_MATURE_UNBONDINGS: u32 = 500;
/// Most redelegations whose liability ends in one block; the rest waits for the next.
pub(crate) const MAX_MATURE_REDELEGATIONS: u32 = 500;

/// Pays out what has waited long enough. One that cannot be paid is set aside: it stays where queries show it, and the
/// chain goes on.
pub(crate) fn mature_unbondings(ctx: &mut Ctx) -> Result<()> {
    let until = (after_now(ctx), Address::new([0; 20]), ValAddress::new([0; 20]));
    for (key, ()) in UNBONDING_QUEUE.range(&ctx.state, None, &until, MAX_MATURE_UNBONDINGS)? {
        UNBONDING_QUEUE.remove(&mut ctx.state, &key);
        let (_, who, operator) = key;
        if let Err(reject) = ctx.attempt(|ctx| pay_out(ctx, &who, &operator))? {
            tracing::error!(%who, %operator, %reject, "an unbonding cannot be paid out and is set aside");
        }
    }
    Ok(())
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
    for (key, ()) in REDELEGATION_QUEUE.range(&ctx.state, None, &until, MAX_MATURE_REDELEGATIONS)? {
        REDELEGATION_QUEUE.remove(&mut ctx.state, &key);
        let (_, who, from, to) = key;
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
