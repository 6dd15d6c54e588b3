//! Income at the start.

use proto::{
    address::{Address, ValAddress},
    coin::Coins,
    cosmos::distribution::v1beta1 as pb,
    dec::Dec,
};
use state::Read;

use super::{
    ACCOUNT,
    dec_coins::DecCoins,
    keys::{
        COMMISSION, COMMUNITY_POOL, ENDED, OUTSTANDING, PARAMS, RUNNING, SLASHES, STARTS, WITHDRAW_ADDRESS,
    },
    logic,
    types::{Ended, Params, Running, Slash, Start},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::bank,
    page,
};

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.as_ref().map_or(Ok(Params::start()), Params::parse)?;
    PARAMS.set(&mut ctx.state, &params);
    let pool = genesis.fee_pool.as_ref().map_or(&[][..], |pool| &pool.community_pool);
    let mut holdings = DecCoins::parse(pool)?;
    COMMUNITY_POOL.set(&mut ctx.state, &holdings);
    for info in &genesis.delegator_withdraw_infos {
        let (who, to) = (info.delegator_address.parse()?, info.withdraw_address.parse()?);
        WITHDRAW_ADDRESS.set(&mut ctx.state, &who, &to);
    }
    for record in &genesis.outstanding_rewards {
        let rewards = DecCoins::parse(&record.outstanding_rewards)?;
        OUTSTANDING.set(&mut ctx.state, &record.validator_address.parse()?, &rewards);
        holdings = holdings.plus(&rewards)?;
    }
    init_validators(ctx, genesis)?;
    for record in &genesis.delegator_starting_infos {
        let info = record.starting_info.as_ref().ok_or_else(|| missing("starting_info"))?;
        let key = (record.validator_address.parse()?, record.delegator_address.parse()?);
        STARTS.set(&mut ctx.state, &key, &Start::parse(info)?);
    }
    check_balance(ctx, &holdings)
}

fn init_validators(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    for record in &genesis.validator_accumulated_commissions {
        let accumulated = record.accumulated.as_ref().ok_or_else(|| missing("accumulated"))?;
        let commission = DecCoins::parse(&accumulated.commission)?;
        if !commission.is_empty() {
            COMMISSION.set(&mut ctx.state, &record.validator_address.parse()?, &commission);
        }
    }
    for record in &genesis.validator_historical_rewards {
        let rewards = record.rewards.as_ref().ok_or_else(|| missing("rewards"))?;
        let key = (record.validator_address.parse()?, record.period);
        ENDED.set(&mut ctx.state, &key, &Ended::parse(rewards)?);
    }
    for record in &genesis.validator_current_rewards {
        let rewards = record.rewards.as_ref().ok_or_else(|| missing("rewards"))?;
        RUNNING.set(&mut ctx.state, &record.validator_address.parse()?, &Running::parse(rewards)?);
    }
    for record in &genesis.validator_slash_events {
        let event = record.validator_slash_event.as_ref().ok_or_else(|| missing("validator_slash_event"))?;
        let slash = Slash { height: record.height, fraction: Dec::from_wire(&event.fraction)? };
        SLASHES.set(&mut ctx.state, &(record.validator_address.parse()?, record.period), &slash);
    }
    Ok(())
}

fn missing(field: &str) -> Sdk {
    Sdk::InvalidRequest(format!("genesis section distribution: {field} is missing"))
}

/// The account has what the section says is waiting on it, in whole coins.
fn check_balance(ctx: &Ctx, holdings: &DecCoins) -> Result<()> {
    let have: Coins = bank::balances(&ctx.state, &Address::module(ACCOUNT))?;
    let (need, _) = holdings.split()?;
    if have != need {
        let text =
            format!("distribution module balance does not match the module holdings: {have} <-> {need}");
        return Err(Sdk::InvalidRequest(text).into());
    }
    Ok(())
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let mut genesis = pb::GenesisState {
        params: Some(logic::params(state)?.wire()),
        fee_pool: Some(pb::FeePool { community_pool: logic::community_pool(state)?.wire() }),
        ..Default::default()
    };
    page::every(state, &WITHDRAW_ADDRESS, &(), |who, to| {
        let (delegator_address, withdraw_address) = (who.to_string(), to.to_string());
        let info = pb::DelegatorWithdrawInfo { delegator_address, withdraw_address };
        genesis.delegator_withdraw_infos.push(info);
        Ok(())
    })?;
    page::every(state, &STARTS, &(), |(validator, delegator), start| {
        genesis.delegator_starting_infos.push(pb::DelegatorStartingInfoRecord {
            delegator_address: delegator.to_string(),
            validator_address: validator.to_string(),
            starting_info: Some(start.wire()),
        });
        Ok(())
    })?;
    export_validators(state, &mut genesis)?;
    Ok(genesis)
}

fn export_validators(state: &dyn Read, genesis: &mut pb::GenesisState) -> Result<()> {
    page::every(state, &OUTSTANDING, &(), |validator: ValAddress, rewards| {
        let validator_address = validator.to_string();
        let outstanding_rewards = rewards.wire();
        let record = pb::ValidatorOutstandingRewardsRecord { validator_address, outstanding_rewards };
        genesis.outstanding_rewards.push(record);
        Ok(())
    })?;
    page::every(state, &COMMISSION, &(), |validator, commission| {
        let accumulated = Some(pb::ValidatorAccumulatedCommission { commission: commission.wire() });
        let validator_address = validator.to_string();
        let record = pb::ValidatorAccumulatedCommissionRecord { validator_address, accumulated };
        genesis.validator_accumulated_commissions.push(record);
        Ok(())
    })?;
    page::every(state, &ENDED, &(), |(validator, period), ended| {
        let (validator_address, rewards) = (validator.to_string(), Some(ended.wire()));
        let record = pb::ValidatorHistoricalRewardsRecord { validator_address, period, rewards };
        genesis.validator_historical_rewards.push(record);
        Ok(())
    })?;
    page::every(state, &RUNNING, &(), |validator, running| {
        let (validator_address, rewards) = (validator.to_string(), Some(running.wire()));
        let record = pb::ValidatorCurrentRewardsRecord { validator_address, rewards };
        genesis.validator_current_rewards.push(record);
        Ok(())
    })?;
    page::every(state, &SLASHES, &(), |(validator, period), slash| {
        let fraction = slash.fraction.wire();
        genesis.validator_slash_events.push(pb::ValidatorSlashEventRecord {
            validator_address: validator.to_string(),
            height: slash.height,
            period,
            validator_slash_event: Some(pb::ValidatorSlashEvent { validator_period: period, fraction }),
        });
        Ok(())
    })
}
