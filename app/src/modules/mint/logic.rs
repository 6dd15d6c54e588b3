//! The yearly rate, and the one door that new coins come through. Formulas and roundings are those of Cosmos.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    dec::{Dec, DecError},
};
use state::Read;

use super::{
    ACCOUNT, events,
    keys::{MINTER, PARAMS},
    types::{Minter, Params},
};
use crate::{
    checks::FEE_COLLECTOR,
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{bank, staking},
};

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<Params> {
    match PARAMS.get(state)? {
        Some(params) => Ok(params),
        None => Ok(Params::start(staking::bond_denom(state)?)),
    }
}

/// The rate as it stands.
pub(crate) fn minter(state: &dyn Read) -> Result<Minter> {
    Ok(MINTER.get(state)?.unwrap_or(Minter::start()))
}

/// The yearly rate of the next block.
pub(crate) fn next_inflation(params: &Params, inflation: Dec, bonded: Dec) -> Result<Dec, DecError> {
    let blocks = Dec::whole(Amount::new(params.blocks_per_year.into()));
    let part = bonded.over_round(params.goal)?;
    let step = |distance: Dec| distance.times_round(params.rate_change)?.over_round(blocks);
    let moved = match Dec::ONE.minus(part) {
        Some(missing) => inflation.plus(step(missing)?)?,
        None => inflation.minus_or_zero(step(part.minus_or_zero(Dec::ONE))?),
    };
    Ok(moved.min(params.max).max(params.min))
}

/// Rates after one more block, with so much bonded and so much of the staking token there.
pub(crate) fn next(params: &Params, minter: &Minter, bonded: Dec, supply: Amount) -> Result<Minter> {
    let inflation = next_inflation(params, minter.inflation, bonded)?;
    // a rate of at most 1 times 128 bits fits a decimal
    let annual_provisions = inflation
        .times_amount(supply)
        .map_err(|why| Sdk::Logic(format!("annual provisions of {supply}: {why}")))?;
    Ok(Minter { inflation, annual_provisions })
}

/// Makes so much of a token for somebody, or as much as its supply has room for: an error here could stop the chain.
/// Returns what was made.
pub(crate) fn make(ctx: &mut Ctx, to: &Address, denom: &Denom, amount: Amount) -> Result<Coins> {
    let room = Amount::MAX.minus_or_zero(bank::supply(&ctx.state, denom)?);
    let coins = Coins::one(Coin::new(denom.clone(), amount.min(room)));
    if !coins.is_empty() {
        let account = Address::module(ACCOUNT);
        bank::mint(ctx, &account, &coins)?;
        bank::transfer(ctx, &account, to, &coins)?;
    }
    Ok(coins)
}

/// Makes so much of the staking token and puts it to the fees, which stakers share. Returns what was made.
pub(crate) fn provide(ctx: &mut Ctx, amount: Amount) -> Result<Amount> {
    let denom = params(&ctx.state)?.denom;
    let coins = make(ctx, &Address::module(FEE_COLLECTOR), &denom, amount)?;
    let (minter, amount) = (minter(&ctx.state)?, coins.amount_of(&denom));
    let bonded = staking::bonded_ratio(&ctx.state)?;
    ctx.emit(events::Minted { bonded, minter, amount });
    Ok(amount)
}

/// What is minted: its token, the supply that the rate is of, and the rate a year.
pub(crate) fn rate(state: &dyn Read) -> Result<(Denom, Amount, Dec)> {
    let denom = params(state)?.denom;
    let supply = bank::supply(state, &denom)?;
    Ok((denom, supply, minter(state)?.inflation))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Dec {
        text.parse().expect("a decimal")
    }

    /// Cosmos' own.
    fn params() -> Params {
        Params {
            rate_change: Dec::percent(13),
            max: Dec::percent(20),
            min: Dec::percent(7),
            ..Params::start(Denom::known("ulaz"))
        }
    }

    // the table of the SDK's `TestNextInflation`, whose changes are of 1/blocks_per_year
    #[test]
    fn inflation_moves_as_in_cosmos() {
        let blocks = Dec::whole(Amount::new(params().blocks_per_year.into()));
        let step = |distance: &str| {
            let change = dec(distance).times_round(params().rate_change).expect("fits");
            change.over_round(blocks).expect("divides")
        };
        let cases = [
            ("0", "0.07", dec("0.07").plus(step("1")).expect("fits")),
            ("1", "0.2", dec("0.2").minus(step("0.492537313432835821")).expect("less")),
            ("0.5", "0.1", dec("0.1").plus(step("0.253731343283582090")).expect("fits")),
            ("1", "0.07", dec("0.07")),
            ("0", "0.2", dec("0.2")),
            ("0.67", "0.15", dec("0.15")),
        ];
        for (bonded, inflation, expected) in cases {
            let next = next_inflation(&params(), dec(inflation), dec(bonded)).expect("computes");
            assert_eq!(next, expected, "{bonded} bonded at {inflation}");
        }
    }

    /// G33.
    #[test]
    fn the_largest_supply_and_rate_do_not_overflow() {
        let params = Params { max: Dec::ONE, min: Dec::ONE, blocks_per_year: 1, ..params() };
        let minter = next(&params, &Minter::start(), Dec::ZERO, Amount::MAX).expect("fits");
        assert_eq!(minter.annual_provisions.floor(), Ok(Amount::MAX));
    }
}
