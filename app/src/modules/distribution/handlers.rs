//! Who may.

use proto::{address::Address, coin::Coins};

use super::{
    ACCOUNT, accrual,
    dec_coins::DecCoins,
    errors::Error,
    events,
    keys::{PARAMS, WITHDRAW_ADDRESS},
    logic,
    msgs::{
        DepositRewards, FundCommunityPool, SetWithdrawAddress, SpendCommunityPool, UpdateParams,
        WithdrawCommission, WithdrawReward,
    },
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{auth, bank, require_authority},
};

pub(crate) fn set_withdraw_address(ctx: &mut Ctx, msg: &SetWithdrawAddress) -> Result<()> {
    may_receive(ctx, &msg.to)?;
    if !logic::params(&ctx.state)?.withdraw_addr_enabled {
        return Err(Error::WithdrawAddressDisabled.into());
    }
    WITHDRAW_ADDRESS.set(&mut ctx.state, &msg.delegator, &msg.to);
    ctx.emit(events::WithdrawAddressSet(&msg.to));
    Ok(())
}

pub(crate) fn withdraw_reward(ctx: &mut Ctx, msg: &WithdrawReward) -> Result<Coins> {
    logic::withdraw_reward(ctx, &msg.delegator, &msg.validator)
}

pub(crate) fn withdraw_commission(ctx: &mut Ctx, msg: &WithdrawCommission) -> Result<Coins> {
    logic::withdraw_commission(ctx, &msg.validator)
}

pub(crate) fn fund_community_pool(ctx: &mut Ctx, msg: &FundCommunityPool) -> Result<()> {
    logic::fund_community_pool(ctx, &msg.depositor, &msg.coins)
}

pub(crate) fn deposit_rewards(ctx: &mut Ctx, msg: &DepositRewards) -> Result<()> {
    let validator = accrual::validator(&ctx.state, &msg.validator)?;
    let account = Address::module(ACCOUNT);
    bank::transfer(ctx, &msg.depositor, &account, &msg.coins)?;
    logic::allocate(ctx, &validator, &DecCoins::whole(&msg.coins))
}

pub(crate) fn spend_community_pool(ctx: &mut Ctx, msg: &SpendCommunityPool) -> Result<()> {
    require_authority(&msg.authority)?;
    may_receive(ctx, &msg.to)?;
    logic::spend_community_pool(ctx, &msg.to, &msg.coins)
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &msg.params);
    Ok(())
}

fn may_receive(ctx: &Ctx, to: &Address) -> Result<()> {
    if auth::is_module_account(&ctx.state, to)? {
        return Err(Sdk::Unauthorized(format!("{to} is not allowed to receive external funds")).into());
    }
    Ok(())
}
