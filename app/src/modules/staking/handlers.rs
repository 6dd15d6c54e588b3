//! Who may.

use proto::{amount::Amount, coin::Coin, cosmos::staking::v1beta1 as pb, dec::Dec};

use super::{
    errors::Error,
    events,
    keys::PARAMS,
    logic::{self, levy, moves, records},
    msgs::{
        BeginRedelegate, CancelUnbonding, CreateValidator, Delegate, EditValidator, Undelegate, UpdateParams,
        check_description,
    },
    types::{Commission, Status, Validator},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{consensus, hooks, require_authority},
    time::{Span, Time},
};

/// What a field of an edit says to stay as it is.
const DO_NOT_MODIFY: &str = "[do-not-modify]";
/// Between two changes of a commission.
const COMMISSION_PAUSE: Span = Span::from_secs(86_400);

fn check_denom(ctx: &Ctx, coin: &Coin) -> Result<()> {
    let denom = logic::bond_denom(&ctx.state)?;
    if coin.denom != denom {
        let text = format!("invalid coin denomination: got {}, expected {denom}", coin.denom);
        return Err(Sdk::InvalidRequest(text).into());
    }
    Ok(())
}

pub(crate) fn create_validator(ctx: &mut Ctx, msg: &CreateValidator) -> Result<()> {
    let least = logic::params(&ctx.state)?.min_commission_rate;
    if msg.commission.rate < least {
        return Err(Error::CommissionBelowMinRate(least).into());
    }
    check_denom(ctx, &msg.value)?;
    if let Some(engine) = consensus::params(&ctx.state)?.validator
        && !engine.pub_key_types.iter().any(|kind| kind == "ed25519")
    {
        return Err(Error::PubKeyType("ed25519".into()).into());
    }
    let validator = Validator {
        operator: msg.operator,
        key: msg.key,
        jailed: false,
        status: Status::Unbonded,
        tokens: Amount::ZERO,
        shares: Dec::ZERO,
        description: msg.description.clone(),
        unbonding_height: 0,
        unbonding_time: Time::EPOCH,
        commission: Commission { updated: ctx.block.time, ..msg.commission },
        min_self_delegation: msg.min_self_delegation,
    };
    records::add_validator(ctx, &validator)?;
    hooks::after_validator_created(ctx, &validator.cons(), &msg.operator)?;
    let who = msg.operator.account();
    moves::delegate(ctx, &who, &msg.operator, msg.value.amount, moves::Source::Account)?;
    ctx.emit(events::CreatedValidator { operator: &msg.operator, amount: &msg.value });
    Ok(())
}

pub(crate) fn edit_validator(ctx: &mut Ctx, msg: &EditValidator) -> Result<()> {
    let least = logic::params(&ctx.state)?.min_commission_rate;
    if msg.commission_rate.is_some_and(|rate| rate < least) {
        let text = format!("commission rate cannot be less than the min commission rate {least}");
        return Err(Sdk::InvalidRequest(text).into());
    }
    let before = logic::validator(&ctx.state, &msg.operator)?;
    let mut after = before.clone();
    after.description = merged(&before.description, &msg.description)?;
    if let Some(rate) = msg.commission_rate {
        after.commission = changed(&before.commission, rate, ctx.block.time)?;
    }
    if let Some(least) = msg.min_self_delegation {
        if least <= before.min_self_delegation {
            return Err(Error::MinSelfDelegationDecreased.into());
        }
        if least > before.tokens {
            return Err(Error::SelfDelegationBelowMinimum.into());
        }
        after.min_self_delegation = least;
    }
    records::put_validator(ctx, Some(&before), &after);
    let (commission_rate, min_self_delegation) = (after.commission.rate, after.min_self_delegation);
    ctx.emit(events::EditedValidator { commission_rate, min_self_delegation });
    Ok(())
}

fn merged(old: &pb::Description, new: &pb::Description) -> Result<pb::Description> {
    let field = |old: &String, new: &String| if new == DO_NOT_MODIFY { old.clone() } else { new.clone() };
    let description = pb::Description {
        moniker: field(&old.moniker, &new.moniker),
        identity: field(&old.identity, &new.identity),
        website: field(&old.website, &new.website),
        security_contact: field(&old.security_contact, &new.security_contact),
        details: field(&old.details, &new.details),
    };
    check_description(&description)?;
    Ok(description)
}

fn changed(commission: &Commission, rate: Dec, now: Time) -> Result<Commission> {
    if now.since(commission.updated) < COMMISSION_PAUSE {
        return Err(Error::CommissionTooSoon.into());
    }
    if rate > commission.max_rate {
        return Err(Error::CommissionAboveMaxRate.into());
    }
    if rate.minus_or_zero(commission.rate) > commission.max_change_rate {
        return Err(Error::ChangeTooBig.into());
    }
    Ok(Commission { rate, updated: now, ..*commission })
}

pub(crate) fn delegate(ctx: &mut Ctx, msg: &Delegate) -> Result<()> {
    logic::validator(&ctx.state, &msg.operator)?;
    check_denom(ctx, &msg.amount)?;
    let amount = msg.amount.amount;
    let new_shares = moves::delegate(ctx, &msg.who, &msg.operator, amount, moves::Source::Account)?;
    let (operator, who) = (&msg.operator, &msg.who);
    ctx.emit(events::Delegated { operator, who, amount: &msg.amount, new_shares });
    Ok(())
}

pub(crate) fn begin_redelegate(ctx: &mut Ctx, msg: &BeginRedelegate) -> Result<Time> {
    levy::check_free(&ctx.state, &msg.from)?;
    let shares = moves::shares_to_unbond(&ctx.state, &msg.who, &msg.from, msg.amount.amount)?;
    check_denom(ctx, &msg.amount)?;
    let due = moves::redelegate(ctx, (msg.who, msg.from, msg.to), shares)?;
    ctx.emit(events::Redelegated { from: &msg.from, to: &msg.to, amount: &msg.amount, due });
    Ok(due)
}

pub(crate) fn undelegate(ctx: &mut Ctx, msg: &Undelegate) -> Result<(Time, Coin)> {
    levy::check_free(&ctx.state, &msg.operator)?;
    let shares = moves::shares_to_unbond(&ctx.state, &msg.who, &msg.operator, msg.amount.amount)?;
    check_denom(ctx, &msg.amount)?;
    let (due, amount) = moves::undelegate(ctx, &msg.who, &msg.operator, shares)?;
    let amount = Coin::new(msg.amount.denom.clone(), amount);
    ctx.emit(events::Undelegated { operator: &msg.operator, who: &msg.who, amount: &amount, due });
    Ok((due, amount))
}

pub(crate) fn cancel_unbonding(ctx: &mut Ctx, msg: &CancelUnbonding) -> Result<()> {
    levy::check_free(&ctx.state, &msg.operator)?;
    check_denom(ctx, &msg.amount)?;
    let (operator, who, height) = (&msg.operator, &msg.who, msg.height);
    moves::cancel_unbonding(ctx, who, operator, height, msg.amount.amount)?;
    ctx.emit(events::CancelledUnbonding { amount: &msg.amount, operator, who, height });
    Ok(())
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    let denom = logic::bond_denom(&ctx.state)?;
    if msg.params.bond_denom != denom {
        let text = format!("the bond denom of a running chain is fixed: {denom}");
        return Err(Sdk::InvalidRequest(text).into());
    }
    let before = logic::params(&ctx.state)?.unbonding_time;
    hooks::unbonding_time_changes(ctx, before, msg.params.unbonding_time)?;
    PARAMS.set(&mut ctx.state, &msg.params);
    Ok(())
}
