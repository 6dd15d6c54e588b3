//! Stake at the start.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    cosmos::staking::v1beta1 as pb,
    dec::Dec,
};
use state::Read;

use super::{
    keys::{
        DELEGATIONS, LAST_POWERS, LAST_TOTAL_POWER, NEXT_ID, PARAMS, REDELEGATION_QUEUE, REDELEGATIONS,
        UNBONDING_QUEUE, UNBONDINGS, VALIDATOR_QUEUE, VALIDATORS,
    },
    logic::{self, BONDED_POOL, NOT_BONDED_POOL, records, set},
    types::{MAX_TOTAL_POWER, MAX_VALIDATORS, Params, Redelegation, Status, Unbonding, Validator},
};
use crate::{
    ctx::Ctx,
    error::{Error, Result, Sdk},
    modules::{bank, hooks},
    page,
};

fn refused(text: String) -> Error {
    Sdk::InvalidRequest(format!("genesis section staking: {text}")).into()
}

/// Stake in the pool of the set, and in the other one.
#[derive(Default)]
struct Sums {
    bonded: Amount,
    other: Amount,
}

/// Fills the state; the pools must hold exactly what the records say. The set is that of the export, or the strongest.
pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.as_ref().map_or_else(|| Ok(Params::start()), Params::parse)?;
    PARAMS.set(&mut ctx.state, &params);
    let mut sums = Sums::default();
    let mut power = 0_u64;
    for wire in &genesis.validators {
        let validator = Validator::parse(wire.clone())?;
        power = power.saturating_add(validator.power());
        add_validator(ctx, &validator, genesis.exported, &mut sums)?;
    }
    if power > MAX_TOTAL_POWER {
        return Err(refused(format!("a total power of {power} is above the limit {MAX_TOTAL_POWER}")));
    }
    for wire in &genesis.delegations {
        add_delegation(ctx, wire, genesis.exported)?;
    }
    let mut ids = 0_u64;
    for wire in &genesis.unbonding_delegations {
        ids = ids.max(add_unbonding(ctx, wire, &mut sums)?);
    }
    for wire in &genesis.redelegations {
        ids = ids.max(add_redelegation(ctx, wire)?);
    }
    NEXT_ID.set(&mut ctx.state, &ids.saturating_add(1));
    check_pools(ctx, &sums)?;
    if genesis.exported {
        exported_set(ctx, genesis)?;
    } else {
        set::apply_updates(ctx)?;
    }
    check_set(ctx)
}

/// Whoever is said to be bonded must be in the set, and nobody else.
fn check_set(ctx: &Ctx) -> Result<()> {
    page::every(&ctx.state, &VALIDATORS, &(), |operator, validator| {
        let in_set = LAST_POWERS.has(&ctx.state, &operator)?;
        if validator.is_bonded() == in_set {
            return Ok(());
        }
        let (has, is) = if in_set { ("has", "not bonded") } else { ("has not", "bonded") };
        Err(refused(format!("validator {operator} {has} a place in the set and is {is}")))
    })
}

fn add_validator(ctx: &mut Ctx, validator: &Validator, exported: bool, sums: &mut Sums) -> Result<()> {
    records::add_validator(ctx, validator)?;
    if !exported {
        hooks::after_validator_created(ctx, &validator.cons(), &validator.operator)?;
    }
    if validator.status == Status::Unbonding {
        let key = (validator.unbonding_time.nanos(), validator.operator);
        VALIDATOR_QUEUE.set(&mut ctx.state, &key, &());
    }
    let sum = if validator.is_bonded() { &mut sums.bonded } else { &mut sums.other };
    *sum = sum.plus(validator.tokens)?;
    Ok(())
}

fn add_delegation(ctx: &mut Ctx, wire: &pb::Delegation, exported: bool) -> Result<()> {
    let who: Address = wire.delegator_address.parse()?;
    let operator: ValAddress = wire.validator_address.parse()?;
    let shares = Dec::from_wire(&wire.shares)?;
    logic::validator(&ctx.state, &operator)?;
    if shares.is_zero() || logic::delegation(&ctx.state, &who, &operator)?.is_some() {
        return Err(refused(format!("delegation of {who} to {operator} is empty or listed twice")));
    }
    if !exported {
        hooks::before_delegation_created(ctx, &who, &operator)?;
    }
    records::set_delegation(ctx, &who, &operator, shares);
    if !exported {
        hooks::after_delegation_modified(ctx, &who, &operator)?;
    }
    Ok(())
}

fn add_unbonding(ctx: &mut Ctx, wire: &pb::UnbondingDelegation, sums: &mut Sums) -> Result<u64> {
    let who: Address = wire.delegator_address.parse()?;
    let operator: ValAddress = wire.validator_address.parse()?;
    let unbonding = Unbonding::parse(&wire.entries)?;
    records::set_unbonding(ctx, &who, &operator, &unbonding);
    for entry in &unbonding.0 {
        UNBONDING_QUEUE.set(&mut ctx.state, &(entry.due.nanos(), who, operator), &());
        sums.other = sums.other.plus(entry.balance)?;
    }
    Ok(unbonding.0.iter().map(|entry| entry.id).max().unwrap_or(0))
}

fn add_redelegation(ctx: &mut Ctx, wire: &pb::Redelegation) -> Result<u64> {
    let who: Address = wire.delegator_address.parse()?;
    let from: ValAddress = wire.validator_src_address.parse()?;
    let to: ValAddress = wire.validator_dst_address.parse()?;
    let redelegation = Redelegation::parse(&wire.entries)?;
    records::set_redelegation(ctx, (who, from, to), &redelegation);
    for entry in &redelegation.0 {
        REDELEGATION_QUEUE.set(&mut ctx.state, &(entry.due.nanos(), who, from, to), &());
    }
    Ok(redelegation.0.iter().map(|entry| entry.id).max().unwrap_or(0))
}

fn check_pools(ctx: &Ctx, sums: &Sums) -> Result<()> {
    let denom = logic::bond_denom(&ctx.state)?;
    for (name, pool, sum) in
        [("bonded", BONDED_POOL, sums.bonded), ("not bonded", NOT_BONDED_POOL, sums.other)]
    {
        let held = bank::balance(&ctx.state, &Address::module(pool), &denom)?;
        if held != sum {
            let text =
                format!("{name} pool balance is different from {name} coins: {held}{denom} <-> {sum}{denom}");
            return Err(refused(text));
        }
    }
    Ok(())
}

fn exported_set(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let mut total = 0_u64;
    for last in &genesis.last_validator_powers {
        let operator: ValAddress = last.address.parse()?;
        logic::validator(&ctx.state, &operator)?;
        let power = super::types::height(last.power)?;
        LAST_POWERS.set(&mut ctx.state, &operator, &power);
        total = total.saturating_add(power);
    }
    LAST_TOTAL_POWER.set(&mut ctx.state, &total);
    Ok(())
}

/// All of it, as a genesis that goes on where this one stands.
pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let mut genesis = pb::GenesisState {
        params: Some(logic::params(state)?.wire()),
        last_total_power: LAST_TOTAL_POWER.get(state)?.unwrap_or(0).to_string().into_bytes(),
        exported: true,
        ..Default::default()
    };
    for (operator, power) in LAST_POWERS.page(state, &(), None, MAX_VALIDATORS)? {
        let power = crate::node::signed(power);
        genesis.last_validator_powers.push(pb::LastValidatorPower { address: operator.to_string(), power });
    }
    page::every(state, &VALIDATORS, &(), |_, validator| {
        genesis.validators.push(validator.wire());
        Ok(())
    })?;
    page::every(state, &DELEGATIONS, &(), |(who, operator), shares| {
        genesis.delegations.push(super::queries::delegation_wire(&who, &operator, shares));
        Ok(())
    })?;
    page::every(state, &UNBONDINGS, &(), |(who, operator), unbonding| {
        genesis.unbonding_delegations.push(super::queries::unbonding_wire(&who, &operator, &unbonding));
        Ok(())
    })?;
    page::every(state, &REDELEGATIONS, &(), |(who, from, to), redelegation| {
        genesis.redelegations.push(pb::Redelegation {
            delegator_address: who.to_string(),
            validator_src_address: from.to_string(),
            validator_dst_address: to.to_string(),
            entries: redelegation.wire(),
        });
        Ok(())
    })?;
    Ok(genesis)
}
