//! What happens to coins.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
};
use state::Read;

use super::{
    events,
    keys::{BALANCES, OWNERS, PARAMS, SEND_ENABLED, SUPPLY},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::auth,
};

/// Most denominations of one account that a list shows at once.
const MAX_BALANCES: u32 = 1_000;

/// How much `who` has of `denom`.
pub(crate) fn balance(state: &dyn Read, who: &Address, denom: &Denom) -> Result<Amount> {
    Ok(BALANCES.get(state, &(*who, denom.clone()))?.unwrap_or(Amount::ZERO))
}

/// Where it is kept how much `who` has of `denom`.
pub(crate) fn balance_key(who: &Address, denom: &Denom) -> Vec<u8> {
    BALANCES.raw_key(&(*who, denom.clone()))
}

/// All that `who` has, at most [`MAX_BALANCES`] denominations.
pub(crate) fn balances(state: &dyn Read, who: &Address) -> Result<Coins> {
    let page = BALANCES.page(state, who, None, MAX_BALANCES)?;
    Ok(Coins::sum(page.into_iter().map(|((_, denom), amount)| Coin { denom, amount }))?)
}

/// How much there is of `denom`.
pub(crate) fn supply(state: &dyn Read, denom: &Denom) -> Result<Amount> {
    Ok(SUPPLY.get(state, denom)?.unwrap_or(Amount::ZERO))
}

/// Whether people may send `denom`.
pub(crate) fn send_enabled(state: &dyn Read, denom: &Denom) -> Result<bool> {
    match SEND_ENABLED.get(state, denom)? {
        Some(enabled) => Ok(enabled),
        None => Ok(PARAMS.get(state)?.unwrap_or_default().default_send_enabled),
    }
}

/// Where it is kept whether people may send `denom`.
pub(crate) fn send_enabled_keys(denom: &Denom) -> [Vec<u8>; 2] {
    [SEND_ENABLED.raw_key(denom), PARAMS.raw_key()]
}

/// Moves coins and announces it. The receiver's account is made if it is not there.
pub(crate) fn transfer(ctx: &mut Ctx, from: &Address, to: &Address, coins: &Coins) -> Result<()> {
    for coin in coins {
        take(ctx, from, coin)?;
        give(ctx, to, coin)?; // read after the write: `to` may be `from`
    }
    auth::ensure_account(ctx, to)?;
    let (from, to, amount) = (&*ctx.spelled(from), &*ctx.spelled(to), &*coins.to_string());
    ctx.emit(events::CoinSpent { spender: from, amount });
    ctx.emit(events::CoinReceived { receiver: to, amount });
    ctx.emit(events::Transferred { from, to, amount });
    ctx.emit(events::Sender(from));
    Ok(())
}

/// Moves coins into a stake or out of it: spent and received, as Cosmos announces it, but no transfer.
pub(crate) fn escrow(ctx: &mut Ctx, from: &Address, to: &Address, coins: &Coins) -> Result<()> {
    for coin in coins {
        take(ctx, from, coin)?;
        give(ctx, to, coin)?;
    }
    auth::ensure_account(ctx, to)?;
    let (from, to, amount) = (&*ctx.spelled(from), &*ctx.spelled(to), &*coins.to_string());
    ctx.emit(events::CoinSpent { spender: from, amount });
    ctx.emit(events::CoinReceived { receiver: to, amount });
    Ok(())
}

/// Makes new coins on a module's account.
pub(crate) fn mint(ctx: &mut Ctx, to: &Address, coins: &Coins) -> Result<()> {
    for coin in coins {
        let supply = supply(&ctx.state, &coin.denom)?.plus(coin.amount)?;
        set_supply(ctx, &coin.denom, supply);
        give(ctx, to, coin)?;
    }
    let (to, amount) = (&*ctx.spelled(to), &*coins.to_string());
    ctx.emit(events::CoinReceived { receiver: to, amount });
    ctx.emit(events::Minted { minter: to, amount });
    Ok(())
}

/// Destroys coins of a module's account.
pub(crate) fn burn(ctx: &mut Ctx, from: &Address, coins: &Coins) -> Result<()> {
    for coin in coins {
        take(ctx, from, coin)?;
        let have = supply(&ctx.state, &coin.denom)?;
        let left = have.minus(coin.amount).ok_or_else(|| too_little(have, coin))?;
        set_supply(ctx, &coin.denom, left);
    }
    let (from, amount) = (&*ctx.spelled(from), &*coins.to_string());
    ctx.emit(events::CoinSpent { spender: from, amount });
    ctx.emit(events::Burnt { burner: from, amount });
    Ok(())
}

/// Puts a balance in place at genesis, with its share of the supply.
pub(crate) fn endow(ctx: &mut Ctx, who: &Address, coin: &Coin) -> Result<()> {
    let supply = supply(&ctx.state, &coin.denom)?.plus(coin.amount)?;
    set_supply(ctx, &coin.denom, supply);
    give(ctx, who, coin)
}

fn take(ctx: &mut Ctx, from: &Address, coin: &Coin) -> Result<()> {
    change_balance(ctx, from, &coin.denom, |have| {
        Ok(have.minus(coin.amount).ok_or_else(|| too_little(have, coin))?)
    })
}

fn give(ctx: &mut Ctx, to: &Address, coin: &Coin) -> Result<()> {
    change_balance(ctx, to, &coin.denom, |had| Ok(had.plus(coin.amount)?))
}

/// That somebody has less than a payment takes.
pub(crate) fn too_little(have: Amount, coin: &Coin) -> Sdk {
    Sdk::InsufficientFunds(format!("spendable balance {have}{} is smaller than {coin}", coin.denom))
}

fn change_balance(
    ctx: &mut Ctx,
    who: &Address,
    denom: &Denom,
    change: impl FnOnce(Amount) -> Result<Amount>,
) -> Result<()> {
    let place = BALANCES.at(&(*who, denom.clone()));
    let had = place.get(&ctx.state)?.unwrap_or(Amount::ZERO);
    let has = change(had)?;
    if has.is_zero() {
        place.remove(&mut ctx.state);
        OWNERS.remove(&mut ctx.state, &(denom.clone(), *who));
        return Ok(());
    }
    place.set(&mut ctx.state, &has);
    if had.is_zero() {
        OWNERS.set(&mut ctx.state, &(denom.clone(), *who), &());
    }
    Ok(())
}

fn set_supply(ctx: &mut Ctx, denom: &Denom, amount: Amount) {
    if amount.is_zero() {
        SUPPLY.remove(&mut ctx.state, denom);
    } else {
        SUPPLY.set(&mut ctx.state, denom, &amount);
    }
}
