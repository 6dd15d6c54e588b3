//! Where income goes.

use proto::{
    address::{Address, ValAddress},
    coin::Coins,
};
use state::Read;

use super::{
    ACCOUNT, accrual,
    dec_coins::DecCoins,
    errors::Error,
    events,
    keys::{COMMISSION, COMMUNITY_POOL, OUTSTANDING, PARAMS, RUNNING, WITHDRAW_ADDRESS},
    periods,
    types::Params,
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{
        auth, bank,
        staking::{self, Validator},
    },
};

/// Who is to get some income, and who does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    /// The owner's withdraw address.
    pub wanted: Address,
    /// Nobody means the community pool.
    pub to: Option<Address>,
}

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<Params> {
    Ok(PARAMS.get(state)?.unwrap_or(Params::start()))
}

/// What the community owns.
pub(crate) fn community_pool(state: &dyn Read) -> Result<DecCoins> {
    Ok(COMMUNITY_POOL.get(state)?.unwrap_or_default())
}

/// Who gets the income of `owner`.
pub(crate) fn withdraw_address(state: &dyn Read, owner: &Address) -> Result<Address> {
    Ok(WITHDRAW_ADDRESS.get(state, owner)?.unwrap_or(*owner))
}

/// The withdraw address; refused if it is a module's.
pub(crate) fn destination(state: &dyn Read, owner: &Address) -> Result<Destination> {
    let wanted = withdraw_address(state, owner)?;
    if auth::is_module_account(state, &wanted)? {
        return Err(Sdk::Unauthorized(format!("{wanted} is not allowed to receive funds")).into());
    }
    Ok(Destination { wanted, to: Some(wanted) })
}

/// The withdraw address, else the owner, else the community pool: whichever is nobody's module account.
pub(crate) fn destination_or_pool(state: &dyn Read, owner: &Address) -> Result<Destination> {
    let wanted = withdraw_address(state, owner)?;
    for candidate in [wanted, *owner] {
        if !auth::is_module_account(state, &candidate)? {
            return Ok(Destination { wanted, to: Some(candidate) });
        }
    }
    Ok(Destination { wanted, to: None })
}

/// Adds to what the community owns; the coins are on the module's account already.
pub(crate) fn add_to_pool(ctx: &mut Ctx, coins: &DecCoins) -> Result<()> {
    if !coins.is_empty() {
        let pool = community_pool(&ctx.state)?.plus(coins)?;
        COMMUNITY_POOL.set(&mut ctx.state, &pool);
    }
    Ok(())
}

/// Pays whole coins; what is less than one goes to the community.
pub(crate) fn pay(ctx: &mut Ctx, coins: &DecCoins, destination: &Destination) -> Result<Coins> {
    let (whole, rest) = coins.split()?;
    match &destination.to {
        Some(to) if !whole.is_empty() => bank::transfer(ctx, &Address::module(ACCOUNT), to, &whole)?,
        Some(_) => {}
        None => add_to_pool(ctx, &DecCoins::whole(&whole))?,
    }
    add_to_pool(ctx, &rest)?;
    Ok(whole)
}

/// Gives a validator income that is on the module's account: its commission, and the rest to its delegators.
pub(crate) fn allocate(ctx: &mut Ctx, validator: &Validator, tokens: &DecCoins) -> Result<()> {
    let who = validator.operator;
    let mut running = accrual::running(&ctx.state, &who)?;
    let rate = validator.commission.rate;
    let commission = tokens.each(|amount| amount.times_round(rate))?;
    let shared = tokens.minus(&commission).ok_or_else(|| Sdk::Logic("a commission above 1".into()))?;
    ctx.emit(events::Commission { amount: &commission, validator: &who });
    if !commission.is_empty() {
        let sum = COMMISSION.get(&ctx.state, &who)?.unwrap_or_default().plus(&commission)?;
        COMMISSION.set(&mut ctx.state, &who, &sum);
    }
    running.rewards = running.rewards.plus(&shared)?;
    RUNNING.set(&mut ctx.state, &who, &running);
    ctx.emit(events::Rewards { amount: tokens, validator: &who });
    let outstanding = OUTSTANDING.get(&ctx.state, &who)?.unwrap_or_default().plus(tokens)?;
    OUTSTANDING.set(&mut ctx.state, &who, &outstanding);
    Ok(())
}

/// Pays out what a delegation earned, to its withdraw address alone.
pub(crate) fn withdraw_reward(ctx: &mut Ctx, delegator: &Address, who: &ValAddress) -> Result<Coins> {
    staking::find_validator(&ctx.state, who)?.ok_or(Error::NoValidatorInfo)?;
    staking::delegation(&ctx.state, delegator, who)?.ok_or(Error::NoDelegationInfo)?;
    let destination = destination(&ctx.state, delegator)?;
    let paid = periods::withdraw(ctx, delegator, who, &destination)?;
    periods::begin_delegation(ctx, delegator, who)?;
    Ok(paid)
}

/// Pays out a validator's commission; what is less than one coin stays.
pub(crate) fn withdraw_commission(ctx: &mut Ctx, who: &ValAddress) -> Result<Coins> {
    let (whole, rest) = COMMISSION.get(&ctx.state, who)?.ok_or(Error::NoCommission)?.split()?;
    let outstanding = OUTSTANDING.get(&ctx.state, who)?.unwrap_or_default();
    let outstanding = outstanding.minus(&DecCoins::whole(&whole));
    let outstanding = outstanding.ok_or_else(|| Sdk::Logic("commission above what is outstanding".into()))?;
    let destination = destination(&ctx.state, &who.account())?;
    if rest.is_empty() {
        COMMISSION.remove(&mut ctx.state, who);
    } else {
        COMMISSION.set(&mut ctx.state, who, &rest);
    }
    OUTSTANDING.set(&mut ctx.state, who, &outstanding);
    pay(ctx, &DecCoins::whole(&whole), &destination)?;
    ctx.emit(events::WithdrewCommission(&whole));
    Ok(whole)
}

/// Takes coins from an account into the community pool.
pub(crate) fn fund_community_pool(ctx: &mut Ctx, from: &Address, coins: &Coins) -> Result<()> {
    bank::transfer(ctx, from, &Address::module(ACCOUNT), coins)?;
    add_to_pool(ctx, &DecCoins::whole(coins))
}

/// Pays out of the community pool.
pub(crate) fn spend_community_pool(ctx: &mut Ctx, to: &Address, coins: &Coins) -> Result<()> {
    let left = community_pool(&ctx.state)?.minus(&DecCoins::whole(coins)).ok_or(Error::PoolTooSmall)?;
    COMMUNITY_POOL.set(&mut ctx.state, &left);
    bank::transfer(ctx, &Address::module(ACCOUNT), to, coins)
}
