//! Records and their indexes, written together.

use proto::{
    address::{Address, ValAddress},
    dec::Dec,
};

use super::super::{
    errors::Error,
    keys::{
        BY_CONS, BY_POWER, DELEGATIONS, DELEGATORS, NEXT_ID, REDELEGATIONS, REDELEGATIONS_FROM,
        REDELEGATIONS_TO, UNBONDINGS, UNBONDINGS_OF, VALIDATORS,
    },
    types::{Redelegation, Status, Unbonding, Validator},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::hooks,
};

/// The place of a validator in the order of power: strongest first, then by operator.
pub(crate) fn rank(validator: &Validator) -> (u64, ValAddress) {
    (u64::MAX.saturating_sub(validator.power()), validator.operator)
}

/// Writes a validator and its place; `before` is what is stored now, if anything.
pub(crate) fn put_validator(ctx: &mut Ctx, before: Option<&Validator>, after: &Validator) {
    if let Some(before) = before {
        BY_POWER.remove(&mut ctx.state, &rank(before));
    }
    if !after.jailed {
        BY_POWER.set(&mut ctx.state, &rank(after), &());
    }
    VALIDATORS.set(&mut ctx.state, &after.operator, after);
}

/// A validator that was not there before.
pub(crate) fn add_validator(ctx: &mut Ctx, validator: &Validator) -> Result<()> {
    if VALIDATORS.has(&ctx.state, &validator.operator)? {
        return Err(Error::OperatorExists.into());
    }
    let cons = validator.cons();
    if BY_CONS.has(&ctx.state, &cons)? {
        return Err(Error::PubKeyExists.into());
    }
    put_validator(ctx, None, validator);
    BY_CONS.set(&mut ctx.state, &cons, &validator.operator);
    Ok(())
}

/// Forgets a validator that is out of the set and has no shares left.
pub(crate) fn remove_validator(ctx: &mut Ctx, validator: &Validator) -> Result<()> {
    if validator.status != Status::Unbonded || !validator.tokens.is_zero() {
        let text = format!("validator {} is removed with stake on it", validator.operator);
        return Err(Sdk::Logic(text).into());
    }
    let cons = validator.cons();
    VALIDATORS.remove(&mut ctx.state, &validator.operator);
    BY_CONS.remove(&mut ctx.state, &cons);
    BY_POWER.remove(&mut ctx.state, &rank(validator));
    hooks::after_validator_removed(ctx, &cons, &validator.operator)
}

/// Writes the shares of a delegator; none at all removes the line.
pub(crate) fn set_delegation(ctx: &mut Ctx, who: &Address, operator: &ValAddress, shares: Dec) {
    let (key, mirrored) = ((*who, *operator), (*operator, *who));
    if shares.is_zero() {
        DELEGATIONS.remove(&mut ctx.state, &key);
        DELEGATORS.remove(&mut ctx.state, &mirrored);
    } else {
        DELEGATIONS.set(&mut ctx.state, &key, &shares);
        DELEGATORS.set(&mut ctx.state, &mirrored, &());
    }
}

/// Writes what is leaving; no entries removes the line.
pub(crate) fn set_unbonding(ctx: &mut Ctx, who: &Address, operator: &ValAddress, unbonding: &Unbonding) {
    let (key, mirrored) = ((*who, *operator), (*operator, *who));
    if unbonding.0.is_empty() {
        UNBONDINGS.remove(&mut ctx.state, &key);
        UNBONDINGS_OF.remove(&mut ctx.state, &mirrored);
    } else {
        UNBONDINGS.set(&mut ctx.state, &key, unbonding);
        UNBONDINGS_OF.set(&mut ctx.state, &mirrored, &unbonding.latest());
    }
}

/// Who moved stake, from where to where.
pub(crate) type Move = (Address, ValAddress, ValAddress);

/// Writes what has moved; no entries removes the line.
pub(crate) fn set_redelegation(ctx: &mut Ctx, (who, from, to): Move, redelegation: &Redelegation) {
    if redelegation.0.is_empty() {
        REDELEGATIONS.remove(&mut ctx.state, &(who, from, to));
        REDELEGATIONS_FROM.remove(&mut ctx.state, &(from, who, to));
        REDELEGATIONS_TO.remove(&mut ctx.state, &(who, to, from));
    } else {
        REDELEGATIONS.set(&mut ctx.state, &(who, from, to), redelegation);
        REDELEGATIONS_FROM.set(&mut ctx.state, &(from, who, to), &redelegation.latest());
        REDELEGATIONS_TO.set(&mut ctx.state, &(who, to, from), &());
    }
}

/// The number of the next entry, used up.
pub(crate) fn take_id(ctx: &mut Ctx) -> Result<u64> {
    let id = NEXT_ID.get(&ctx.state)?.unwrap_or(1);
    let next = id.checked_add(1).ok_or_else(|| Sdk::Logic("entry numbers are used up".into()))?;
    NEXT_ID.set(&mut ctx.state, &next);
    Ok(id)
}
