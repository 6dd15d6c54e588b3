//! What a delegation has earned: reading only, for withdrawals, queries and invariants alike.

use proto::{
    address::{Address, ValAddress},
    dec::{Dec, DecError},
};
use state::Read;

use super::{
    dec_coins::DecCoins,
    errors::Error,
    keys::{ENDED, RUNNING, SLASHES, STARTS},
    types::{Ended, Running},
};
use crate::{
    error::{Result, Sdk},
    modules::staking::{self, Validator},
};

/// Slashes read at a time.
const CHUNK: u32 = 100;

/// The validator, which must be there.
pub(crate) fn validator(state: &dyn Read, who: &ValAddress) -> Result<Validator> {
    Ok(staking::find_validator(state, who)?.ok_or(Error::NoSuchValidator(*who))?)
}

/// The period of a validator that runs.
pub(crate) fn running(state: &dyn Read, who: &ValAddress) -> Result<Running> {
    Ok(RUNNING.get(state, who)?.ok_or(Error::NoValidatorInfo)?)
}

/// A period that ended and is still referred to.
pub(crate) fn ended(state: &dyn Read, who: &ValAddress, period: u64) -> Result<Ended> {
    Ok(ENDED.get(state, &(*who, period))?.ok_or(Error::NoValidatorInfo)?)
}

/// The rewards per token that would be remembered if the running period ended now.
///
/// A validator without tokens has nobody to reward: its period's income goes to the community instead.
pub(crate) fn ratio_now(state: &dyn Read, who: &ValAddress, validator: &Validator) -> Result<DecCoins> {
    let running = running(state, who)?;
    let before = ended(state, who, running.last())?.ratio;
    if validator.tokens.is_zero() {
        return Ok(before);
    }
    let tokens = Dec::whole(validator.tokens);
    Ok(before.plus(&running.rewards.each(|amount| amount.over_floor(tokens))?)?)
}

/// What a delegation has earned since it began, if the running period ended with this ratio.
///
/// The stake is carried through each slash since then, rounded down each time. Where that comes out above what the
/// shares are worth now, by a last place that staking rounded otherwise, the worth counts.
pub(crate) fn earned(
    state: &dyn Read,
    (who, delegator): (&ValAddress, &Address),
    validator: &Validator,
    ratio: &DecCoins,
) -> Result<DecCoins> {
    let start = STARTS.get(state, &(*who, *delegator))?.ok_or(Error::NoDelegationInfo)?;
    let shares = staking::delegation(state, delegator, who)?.ok_or(Error::NoSuchDelegation)?;
    let (mut stake, mut since, mut sum) = (start.stake, start.period, DecCoins::default());
    let mut from = ended(state, who, since)?.ratio;
    loop {
        let slashes = SLASHES.page(state, who, Some(&(*who, since)), CHUNK)?;
        for ((_, period), slash) in &slashes {
            let until = ended(state, who, *period)?.ratio;
            sum = sum.plus(&between(&from, &until, stake)?)?;
            stake = stake.times_floor(Dec::ONE.minus_or_zero(slash.fraction))?;
            (from, since) = (until, *period);
        }
        if u32::try_from(slashes.len()).is_ok_and(|found| found < CHUNK) {
            break;
        }
    }
    let stake = stake.min(validator.tokens_of(shares)?);
    Ok(sum.plus(&between(&from, ratio, stake)?)?)
}

/// As [`earned`], with the running period ended now.
pub(crate) fn earned_now(state: &dyn Read, who: &ValAddress, delegator: &Address) -> Result<DecCoins> {
    let validator = validator(state, who)?;
    let ratio = ratio_now(state, who, &validator)?;
    earned(state, (who, delegator), &validator, &ratio)
}

/// Stake times the difference of two sums, rounded down.
fn between(from: &DecCoins, until: &DecCoins, stake: Dec) -> Result<DecCoins> {
    let difference = until.minus(from).ok_or_else(|| Sdk::Logic("rewards per token went down".into()))?;
    let rewards: Result<DecCoins, DecError> = difference.each(|amount| amount.times_floor(stake));
    Ok(rewards?)
}
