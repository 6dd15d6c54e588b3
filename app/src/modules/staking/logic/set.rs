//! The set: who is in it, who comes and who goes.

use std::collections::BTreeMap;

use proto::{
    address::{ConsAddress, ValAddress},
    amount::Amount,
};
use state::Read;
use tendermint_proto::v0_38::{
    abci::ValidatorUpdate,
    crypto::{PublicKey, public_key},
};

use super::{
    super::{
        keys::{BY_POWER, LAST_POWERS, LAST_TOTAL_POWER, VALIDATOR_QUEUE},
        types::{MAX_TOTAL_POWER, MAX_VALIDATORS, Status, Validator},
    },
    escrow::move_pools,
    levy, params,
    records::{put_validator, remove_validator},
    validator, validator_by_cons,
};
use crate::{ctx::Ctx, error::Result, modules::hooks, node::signed};

/// Most validators whose liability ends in one block; the rest waits for the next.
pub(crate) const MAX_MATURE_VALIDATORS: u32 = 100;

/// What the engine is told of one validator.
pub(crate) fn update(key: &[u8; 32], power: u64) -> ValidatorUpdate {
    let key = PublicKey { sum: Some(public_key::Sum::Ed25519(key.to_vec())) };
    ValidatorUpdate { pub_key: Some(key), power: signed(power) }
}

/// The strongest that may be in the set, as many as there are seats and the engine can count.
fn chosen(state: &dyn Read, seats: u32) -> Result<Vec<Validator>> {
    let (mut chosen, mut total) = (Vec::new(), 0_u64);
    for ((_, operator), ()) in BY_POWER.page(state, &(), None, seats)? {
        let validator = validator(state, &operator)?;
        total = total.saturating_add(validator.power());
        if validator.power() == 0 || total > MAX_TOTAL_POWER {
            break;
        }
        chosen.push(validator);
    }
    Ok(chosen)
}

/// Makes the strongest the set, and returns what changes for the engine.
///
/// The engine cannot run with nobody: while there is no one to choose, those who are in the set stay.
pub(crate) fn apply_updates(ctx: &mut Ctx) -> Result<Vec<ValidatorUpdate>> {
    let chosen = chosen(&ctx.state, params(&ctx.state)?.max_validators)?;
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let last = LAST_POWERS.page(&ctx.state, &(), None, MAX_VALIDATORS)?;
    let mut last: BTreeMap<ValAddress, u64> = last.into_iter().collect();
    let (mut updates, mut total) = (Vec::new(), 0_u64);
    let (mut joined, mut left) = (Amount::ZERO, Amount::ZERO);
    for validator in chosen {
        if !validator.is_bonded() {
            joined = joined.plus(validator.tokens)?;
            bond(ctx, &validator)?;
        }
        let power = validator.power();
        total = total.saturating_add(power);
        if last.remove(&validator.operator) != Some(power) {
            LAST_POWERS.set(&mut ctx.state, &validator.operator, &power);
            updates.push(update(&validator.key, power));
        }
    }
    for operator in last.keys() {
        let validator = validator(&ctx.state, operator)?;
        left = left.plus(validator.tokens)?;
        begin_unbonding(ctx, &validator)?;
        LAST_POWERS.remove(&mut ctx.state, operator);
        updates.push(update(&validator.key, 0));
    }
    move_pools(ctx, joined.minus_or_zero(left), true)?;
    move_pools(ctx, left.minus_or_zero(joined), false)?;
    if !updates.is_empty() {
        LAST_TOTAL_POWER.set(&mut ctx.state, &total);
    }
    Ok(updates)
}

/// All of the set as the engine was told it, strongest first.
pub(crate) fn set(state: &dyn Read) -> Result<Vec<ValidatorUpdate>> {
    let mut last = LAST_POWERS.page(state, &(), None, MAX_VALIDATORS)?;
    last.sort_by_key(|(operator, power)| (std::cmp::Reverse(*power), *operator));
    last.into_iter().map(|(operator, power)| Ok(update(&validator(state, &operator)?.key, power))).collect()
}

fn bond(ctx: &mut Ctx, validator: &Validator) -> Result<()> {
    if validator.status == Status::Unbonding {
        VALIDATOR_QUEUE.remove(&mut ctx.state, &(validator.unbonding_time.nanos(), validator.operator));
    }
    put_validator(ctx, Some(validator), &Validator { status: Status::Bonded, ..validator.clone() });
    hooks::after_validator_bonded(ctx, &validator.cons(), &validator.operator)
}

fn begin_unbonding(ctx: &mut Ctx, validator: &Validator) -> Result<()> {
    let due = ctx.block.time.plus(levy::unbonding_time(&ctx.state, ctx.block.time)?);
    let after = Validator {
        status: Status::Unbonding,
        unbonding_height: ctx.block.height,
        unbonding_time: due,
        ..validator.clone()
    };
    put_validator(ctx, Some(validator), &after);
    VALIDATOR_QUEUE.set(&mut ctx.state, &(due.nanos(), validator.operator), &());
    hooks::after_validator_unbonding(ctx, &validator.cons(), &validator.operator)
}

/// Ends the liability of validators whose time has come; one without shares is forgotten.
pub(crate) fn mature_validators(ctx: &mut Ctx) -> Result<()> {
    let until = (ctx.block.time.nanos().saturating_add(1), ValAddress::new([0; 20]));
    let due = VALIDATOR_QUEUE.range(&ctx.state, None, &until, MAX_MATURE_VALIDATORS)?;
    for (key, ()) in due {
        if levy::holds(&ctx.state, &key.1)? > 0 {
            continue; // its stake must not become free to go
        }
        VALIDATOR_QUEUE.remove(&mut ctx.state, &key);
        let validator = validator(&ctx.state, &key.1)?;
        let after = Validator { status: Status::Unbonded, ..validator.clone() };
        put_validator(ctx, Some(&validator), &after);
        if after.shares.is_zero() {
            remove_validator(ctx, &after)?;
        }
    }
    Ok(())
}

/// Keeps a validator out of the set from the end of this block on. One that is out or unknown stays as it is.
pub(crate) fn jail(ctx: &mut Ctx, cons: &ConsAddress) -> Result<()> {
    set_jailed(ctx, cons, true)
}

/// Lets a validator back into the set, if it is strong enough.
pub(crate) fn unjail(ctx: &mut Ctx, cons: &ConsAddress) -> Result<()> {
    set_jailed(ctx, cons, false)
}

fn set_jailed(ctx: &mut Ctx, cons: &ConsAddress, jailed: bool) -> Result<()> {
    if let Some(validator) = validator_by_cons(&ctx.state, cons)? {
        put_validator(ctx, Some(&validator), &Validator { jailed, ..validator.clone() });
    }
    Ok(())
}
