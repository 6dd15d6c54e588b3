//! Taking an amount from stake as it was when it was measured: the slash of validators that pledged it.
//!
//! Unlike [`super::slash`] it is by amount, goes in pages, and never fails for want of stake: what is gone is not taken.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    dec::Dec,
};
use state::Read;

use super::{
    super::{
        errors::Error,
        keys::{HOLDS, NEXT_ID, REDELEGATIONS, REDELEGATIONS_FROM, UNBONDINGS, UNBONDINGS_OF},
        types::{RedelegationEntry, Validator},
    },
    delegation, escrow, find_validator,
    moves::unbond,
    params,
    records::{Move, put_validator, set_unbonding},
};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::mul_div_floor,
    modules::hooks,
    time::{Span, Time},
};

/// The stage of a levy that is done.
pub(crate) const LEVIED: u32 = 3;
const UNBONDING: u32 = 0;
const MOVED: u32 = 1;

/// What is taken, from whom.
#[derive(Clone, Debug)]
pub(crate) struct Levy {
    pub operator: ValAddress,
    /// Height that the stake was measured at, at the end of the block.
    pub height: u64,
    /// Unbondings and redelegations with this number or a higher one began after that.
    pub entries_from: u64,
    /// The validator's tokens as measured; not 0.
    pub tokens: Amount,
    /// What is taken of them.
    pub amount: Amount,
    /// Who gets what comes out of the operator's own stake. What comes out of others' is burnt.
    pub own_to: Address,
}

/// How far it has got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// 0 unbondings, 1 redelegations, 2 the validator's stake, 3 done.
    pub stage: u32,
    /// The last entry of the stage that was visited.
    pub cursor: Vec<u8>,
    /// Not yet allotted to any stake.
    pub left: Amount,
    /// Taken from the operator.
    pub own: Amount,
    /// Taken from others, and burnt.
    pub others: Amount,
}

/// Stops everything that leaves a validator from maturing, and anything more from leaving, until as many
/// [`let_go`] as this.
pub(crate) fn hold(ctx: &mut Ctx, operator: &ValAddress) -> Result<()> {
    let count = HOLDS.get(&ctx.state, operator)?.unwrap_or(0);
    HOLDS.set(&mut ctx.state, operator, &count.saturating_add(1));
    Ok(())
}

/// Undoes one [`hold`].
pub(crate) fn let_go(ctx: &mut Ctx, operator: &ValAddress) -> Result<()> {
    match HOLDS.get(&ctx.state, operator)?.unwrap_or(0) {
        0 | 1 => HOLDS.remove(&mut ctx.state, operator),
        count => HOLDS.set(&mut ctx.state, operator, &count.saturating_sub(1)),
    }
    Ok(())
}

/// How many levies on a validator's stake are on their way.
pub(crate) fn holds(state: &dyn Read, operator: &ValAddress) -> Result<u64> {
    Ok(HOLDS.get(state, operator)?.unwrap_or(0))
}

/// Whether any validator's stake is held.
pub(crate) fn any_held(state: &dyn Read) -> Result<bool> {
    Ok(!HOLDS.page(state, &(), None, 1)?.is_empty())
}

/// Refuses to let anything leave a validator whose stake is held: what began to leave meanwhile would not pay its part.
pub(crate) fn check_free(state: &dyn Read, operator: &ValAddress) -> Result<()> {
    if holds(state, operator)? > 0 {
        return Err(Error::Held(*operator).into());
    }
    Ok(())
}

/// The number that the next unbonding or redelegation gets.
pub(crate) fn next_entry(state: &dyn Read) -> Result<u64> {
    Ok(NEXT_ID.get(state)?.unwrap_or(1))
}

/// Entries that begin from now on get this number or a higher one.
pub(crate) fn skip_entries(ctx: &mut Ctx, next: u64) -> Result<()> {
    if next > next_entry(&ctx.state)? {
        NEXT_ID.set(&mut ctx.state, &next);
    }
    Ok(())
}

/// What of a validator's tokens is its operator's own, rounded down.
pub(crate) fn own_tokens(state: &dyn Read, validator: &Validator) -> Result<Amount> {
    let shares = delegation(state, &validator.operator.account(), &validator.operator)?;
    Ok(validator.tokens_of_floor(shares.unwrap_or(Dec::ZERO))?.floor()?)
}

/// How long stake that leaves now takes: a lower parameter applies once the old one has passed.
pub(crate) fn unbonding_time(state: &dyn Read, now: Time) -> Result<Span> {
    Ok(params(state)?.unbonding_time.max(hooks::slowest_exit(state, now)?))
}

/// Takes a page: first from what began to leave since the measurement, each the same part of what it was, in order and
/// until the amount is reached, then the rest from the validator's present tokens. Returns the units of work.
pub(crate) fn levy(ctx: &mut Ctx, levy: &Levy, progress: &mut Progress, budget: u32) -> Result<u32> {
    let mut used = 0_u32;
    while used < budget && progress.stage < LEVIED {
        if progress.left.is_zero() {
            progress.stage = LEVIED;
            break;
        }
        let left = budget.saturating_sub(used);
        used = used.saturating_add(match progress.stage {
            UNBONDING => from_unbondings(ctx, levy, progress, left)?,
            MOVED => from_redelegations(ctx, levy, progress, left)?,
            _ => from_present(ctx, levy, progress)?,
        });
    }
    if progress.left.is_zero() {
        progress.stage = LEVIED;
    }
    Ok(used.max(1))
}

impl Levy {
    /// What stake owes that was `initial` when it left, at most what is left to take.
    fn part(&self, initial: Amount, progress: &Progress) -> Result<Amount> {
        let part = mul_div_floor(initial.units(), self.amount.units(), self.tokens.units())?;
        Ok(Amount::new(part).min(progress.left))
    }

    /// Stake of `whose` was taken out of a pool: the operator's own is handed over, others' burnt.
    fn took(
        &self,
        ctx: &mut Ctx,
        progress: &mut Progress,
        whose: &Address,
        (amount, bonded): (Amount, bool),
    ) -> Result<()> {
        if *whose == self.operator.account() {
            progress.own = progress.own.plus(amount)?;
            escrow::hand_over(ctx, &self.own_to, amount, bonded)
        } else {
            progress.others = progress.others.plus(amount)?;
            escrow::burn(ctx, amount, bonded)
        }
    }
}

fn next_stage(progress: &mut Progress, visited: usize, budget: u32) -> u32 {
    let visited = u32::try_from(visited).unwrap_or(u32::MAX);
    if visited < budget {
        progress.stage = progress.stage.saturating_add(1);
        progress.cursor = Vec::new();
    }
    visited.max(1)
}

fn from_unbondings(ctx: &mut Ctx, levy: &Levy, progress: &mut Progress, budget: u32) -> Result<u32> {
    let after = Address::from_slice(&progress.cursor).ok().map(|who| (levy.operator, who));
    let page = UNBONDINGS_OF.page(&ctx.state, &levy.operator, after.as_ref(), budget)?;
    for ((_, who), latest) in &page {
        progress.cursor = who.as_bytes().to_vec();
        if *latest < levy.height {
            continue;
        }
        let mut unbonding = UNBONDINGS.get(&ctx.state, &(*who, levy.operator))?.unwrap_or_default();
        let mut taken = Amount::ZERO;
        for entry in unbonding.0.iter_mut().filter(|entry| entry.id >= levy.entries_from) {
            let owed = levy.part(entry.initial, progress)?;
            let cut = owed.min(entry.balance);
            entry.balance = entry.balance.minus_or_zero(cut);
            progress.left = progress.left.minus_or_zero(owed);
            taken = taken.plus(cut)?;
        }
        set_unbonding(ctx, who, &levy.operator, &unbonding);
        levy.took(ctx, progress, who, (taken, false))?;
    }
    Ok(next_stage(progress, page.len(), budget))
}

fn from_redelegations(ctx: &mut Ctx, levy: &Levy, progress: &mut Progress, budget: u32) -> Result<u32> {
    let after = progress.cursor.split_at_checked(20).and_then(|(who, to)| {
        Some((levy.operator, Address::from_slice(who).ok()?, ValAddress::from_slice(to).ok()?))
    });
    let page = REDELEGATIONS_FROM.page(&ctx.state, &levy.operator, after.as_ref(), budget)?;
    for ((from, who, to), latest) in &page {
        progress.cursor = [who.as_bytes().as_slice(), to.as_bytes()].concat();
        if *latest < levy.height {
            continue;
        }
        let redelegation = REDELEGATIONS.get(&ctx.state, &(*who, *from, *to))?.unwrap_or_default();
        for entry in redelegation.0.iter().filter(|entry| entry.id >= levy.entries_from) {
            let owed = levy.part(entry.initial, progress)?;
            progress.left = progress.left.minus_or_zero(owed);
            from_moved(ctx, levy, progress, ((*who, *from, *to), entry, owed))?;
        }
    }
    Ok(next_stage(progress, page.len(), budget))
}

/// First from what is leaving the new validator since, the rest from the shares there.
fn from_moved(
    ctx: &mut Ctx,
    levy: &Levy,
    progress: &mut Progress,
    ((who, _, to), entry, owed): (Move, &RedelegationEntry, Amount),
) -> Result<()> {
    let mut left = owed;
    let mut unbonding = UNBONDINGS.get(&ctx.state, &(who, to))?.unwrap_or_default();
    for leaving in unbonding.0.iter_mut().filter(|leaving| leaving.id > entry.id) {
        let cut = left.min(leaving.balance);
        leaving.balance = leaving.balance.minus_or_zero(cut);
        left = left.minus_or_zero(cut);
    }
    set_unbonding(ctx, &who, &to, &unbonding);
    levy.took(ctx, progress, &who, (owed.minus_or_zero(left), false))?;
    if left.is_zero() || entry.initial.is_zero() {
        return Ok(());
    }
    let shares = entry.shares.times_ratio_floor(Dec::whole(left), Dec::whole(entry.initial))?;
    let (Some(has), Some(there)) = (delegation(&ctx.state, &who, &to)?, find_validator(&ctx.state, &to)?)
    else {
        return Ok(());
    };
    let shares = shares.min(has);
    if shares.is_zero() {
        return Ok(());
    }
    let lost = unbond(ctx, &who, &to, shares)?;
    levy.took(ctx, progress, &who, (lost, there.is_bonded()))
}

fn from_present(ctx: &mut Ctx, levy: &Levy, progress: &mut Progress) -> Result<u32> {
    progress.stage = LEVIED;
    let Some(before) = find_validator(&ctx.state, &levy.operator)? else { return Ok(1) };
    let lost = progress.left.min(before.tokens);
    if lost.is_zero() {
        return Ok(1);
    }
    let own = own_tokens(&ctx.state, &before)?;
    let own = Amount::new(mul_div_floor(lost.units(), own.units(), before.tokens.units())?);
    let fraction = Dec::whole(lost).over_ceil(Dec::whole(before.tokens))?.min(Dec::ONE);
    hooks::before_validator_slashed(ctx, &levy.operator, fraction)?;
    let Some(before) = find_validator(&ctx.state, &levy.operator)? else { return Ok(1) };
    let after = Validator { tokens: before.tokens.minus_or_zero(lost), ..before.clone() };
    put_validator(ctx, Some(&before), &after);
    let bonded = after.is_bonded();
    progress.left = progress.left.minus_or_zero(lost);
    levy.took(ctx, progress, &levy.operator.account(), (own, bonded))?;
    progress.others = progress.others.plus(lost.minus_or_zero(own))?;
    escrow::burn(ctx, lost.minus_or_zero(own), bonded)?;
    Ok(1)
}
