//! How many coins a block makes. Formulas and roundings are those of Cosmos.

use proto::{
    amount::{Amount, AmountError},
    dec::{Dec, DecError},
};
use state::Read;

use super::{
    keys::{MINTER, PARAMS},
    types::{Minter, Params},
};
use crate::{
    error::{Result, Sdk},
    modules::staking,
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

/// The coins of one block, rounded down.
pub(crate) fn provision(params: &Params, annual: Dec) -> Result<Amount, AmountError> {
    let blocks = Dec::whole(Amount::new(params.blocks_per_year.into()));
    annual.over_floor(blocks)?.floor()
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

#[cfg(test)]
mod tests {
    use proto::coin::Denom;

    use super::*;

    fn dec(text: &str) -> Dec {
        text.parse().expect("a decimal")
    }

    fn params() -> Params {
        Params::start(Denom::known("ulaz"))
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

    // the table of the SDK's `TestBlockProvision`, with its 6,311,520 blocks a year
    #[test]
    fn a_block_makes_its_part_of_the_year_rounded_down() {
        let seconds_per_year = params().blocks_per_year.saturating_mul(5);
        for (annual, expected) in [
            (u128::from(seconds_per_year.saturating_div(5)), 1),
            (u128::from(seconds_per_year.saturating_div(5)).saturating_add(1), 1),
            (u128::from(seconds_per_year.saturating_div(5)).saturating_mul(2), 2),
            (u128::from(seconds_per_year.saturating_div(5)).saturating_div(2), 0),
        ] {
            let annual = Dec::whole(Amount::new(annual));
            assert_eq!(provision(&params(), annual), Ok(Amount::new(expected)));
        }
    }

    #[test]
    fn the_largest_supply_and_rate_do_not_overflow() {
        let params = Params { max: Dec::ONE, min: Dec::ONE, blocks_per_year: 1, ..params() };
        let minter = next(&params, &Minter::start(), Dec::ZERO, Amount::MAX).expect("fits");
        assert_eq!(provision(&params, minter.annual_provisions), Ok(Amount::MAX));
    }
}
