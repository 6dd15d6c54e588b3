//! An iDAO's income: the members' part by points, the rest to the treasury.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::idao::v1 as pb,
};
use state::{Pb, Read};

use super::super::{
    ACCOUNT,
    errors::Error,
    events,
    keys::{POTS, SHARES},
    types::MAX_POTS,
};
use super::{account, find, member, rules};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::{BPS, Share, Shared, product},
    modules::{bank, distribution},
    stored,
};

/// Income of an iDAO from `from`: claims of its DATs, emission. What the rules give to the members is shared by points;
/// the rest, and all while nobody has points, goes to the treasury. That of a closed iDAO, or of none, belongs to the
/// community.
pub(crate) fn income(ctx: &mut Ctx, id: u64, from: &Address, coins: &Coins) -> Result<()> {
    if coins.is_empty() {
        return Ok(());
    }
    let idao = find(&ctx.state, id)?.filter(|idao| idao.status() == pb::IdaoStatus::Active);
    let Some(idao) = idao else {
        return distribution::fund_community_pool(ctx, from, coins);
    };
    let (weights, part) = (stored::amount(&idao.total_points)?, rules(&idao).points_share_bps);
    let mut shared = Vec::new();
    for coin in coins {
        let amount = share_out(ctx, id, coin, part, weights)?;
        shared.push(Coin::new(coin.denom.clone(), amount));
    }
    let members = Coins::sum(shared)?;
    let treasury = coins.minus(&members).unwrap_or(Coins::EMPTY);
    if !members.is_empty() {
        bank::transfer(ctx, from, &Address::module(ACCOUNT), &members)?;
    }
    if !treasury.is_empty() {
        bank::transfer(ctx, from, &account(id), &treasury)?;
    }
    ctx.emit(events::Earned { idao: id, members: &members, treasury: &treasury });
    Ok(())
}

/// The members' part of one coin, added to their pot. What the division into parts leaves is carried on, so that the
/// part of many small incomes is that of their sum.
fn share_out(ctx: &mut Ctx, id: u64, coin: &Coin, part_bps: u32, weights: Amount) -> Result<Amount> {
    if weights.is_zero() || part_bps == 0 {
        return Ok(Amount::ZERO);
    }
    let key = (id, coin.denom.clone());
    let mut pot = match POTS.get(&ctx.state, &key)? {
        Some(Pb(pot)) => pot,
        None if full(&ctx.state, id)? => return Ok(Amount::ZERO),
        None => pb::Pot { shared: Some(Shared::default().record()), held: "0".into(), carry: 0 },
    };
    let (amount, carry) = divide(coin.amount, part_bps, pot.carry);
    let mut shared = Shared::of(&pot.shared.clone().unwrap_or_default())?;
    // an index that is full, after 2^128 units of income, leaves the rest to the treasury
    if shared.add(amount, weights.units()).is_err() {
        return Ok(Amount::ZERO);
    }
    pot.shared = Some(shared.record());
    pot.held = stored::amount(&pot.held)?.plus(amount)?.to_string();
    pot.carry = carry;
    POTS.set(&mut ctx.state, &key, &Pb(pot));
    Ok(amount)
}

/// `floor((amount x part + carry) / 10,000)`, at most the amount, and what that leaves.
fn divide(amount: Amount, part_bps: u32, carry: u32) -> (Amount, u32) {
    let whole = product(BPS.into(), 1);
    let sum = product(amount.units(), part_bps.into()).saturating_add(product(carry.into(), 1));
    let part = sum.checked_div(whole).unwrap_or_default();
    let rest = sum.checked_rem(whole).unwrap_or_default();
    let part = Amount::new(part.try_into().unwrap_or(u128::MAX)).min(amount);
    (part, rest.try_into().unwrap_or(0))
}

fn full(state: &dyn Read, id: u64) -> Result<bool> {
    let pots = POTS.page(state, &id, None, MAX_POTS)?.len();
    Ok(u32::try_from(pots).is_ok_and(|pots| pots >= MAX_POTS))
}

/// The pots of an iDAO, at most [`MAX_POTS`].
fn pots(state: &dyn Read, id: u64) -> Result<Vec<(Denom, pb::Pot)>> {
    let page = POTS.page(state, &id, None, MAX_POTS)?;
    Ok(page.into_iter().map(|((_, denom), Pb(pot))| (denom, pot)).collect())
}

/// A member's share of a pot, settled with these points.
fn settled(
    state: &dyn Read,
    (id, who): (u64, &Address),
    (denom, pot): (&Denom, &pb::Pot),
    points: Amount,
) -> Result<Share> {
    let record = SHARES.get(state, &(id, *who, denom.clone()))?.map(|Pb(share)| share).unwrap_or_default();
    let mut share = Share::of(&record)?;
    share.settle(&Shared::of(&pot.shared.clone().unwrap_or_default())?, points.units())?;
    Ok(share)
}

/// Credits a member with what these points earned so far. Before each change of them.
pub(crate) fn settle(ctx: &mut Ctx, id: u64, who: &Address, points: Amount) -> Result<()> {
    for (denom, pot) in pots(&ctx.state, id)? {
        let share = settled(&ctx.state, (id, who), (&denom, &pot), points)?;
        SHARES.set(&mut ctx.state, &(id, *who, denom), &Pb(share.record()));
    }
    Ok(())
}

/// What a member could claim.
pub(crate) fn claimable(state: &dyn Read, id: u64, who: &Address) -> Result<Coins> {
    let Some(member) = member(state, id, who)? else { return Ok(Coins::EMPTY) };
    let (points, mut found) = (stored::amount(&member.points)?, Vec::new());
    for (denom, pot) in pots(state, id)? {
        let amount = settled(state, (id, who), (&denom, &pot), points)?.whole()?;
        found.push(Coin::new(denom, amount));
    }
    Ok(Coins::sum(found)?)
}

/// Pays a member all whole units; fractions stay credited. `leaves` forgets them, as dust of the pot.
pub(crate) fn pay_out(ctx: &mut Ctx, id: u64, who: &Address, points: Amount, leaves: bool) -> Result<Coins> {
    let mut paid = Vec::new();
    for (denom, mut pot) in pots(&ctx.state, id)? {
        let mut share = settled(&ctx.state, (id, who), (&denom, &pot), points)?;
        let amount = share.take_whole()?;
        let key = (id, *who, denom.clone());
        if leaves {
            SHARES.remove(&mut ctx.state, &key);
        } else {
            SHARES.set(&mut ctx.state, &key, &Pb(share.record()));
        }
        pot.held = stored::amount(&pot.held)?.minus_or_zero(amount).to_string();
        POTS.set(&mut ctx.state, &(id, denom.clone()), &Pb(pot));
        paid.push(Coin::new(denom, amount));
    }
    let paid = Coins::sum(paid)?;
    if !paid.is_empty() {
        bank::transfer(ctx, &Address::module(ACCOUNT), who, &paid)?;
        ctx.emit(events::Claimed { idao: id, account: who, amount: &paid });
    }
    Ok(paid)
}

/// Pays a member's part of the income.
pub(crate) fn claim(ctx: &mut Ctx, id: u64, who: &Address, member: &pb::Member) -> Result<Coins> {
    let paid = pay_out(ctx, id, who, stored::amount(&member.points)?, false)?;
    if paid.is_empty() {
        return Err(Error::NothingToClaim.into());
    }
    Ok(paid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_incomes_give_the_members_the_part_of_their_sum() {
        let (mut sum, mut carry) = (0, 0);
        for _ in 0..10_000 {
            let (part, rest) = divide(Amount::new(3), 3_333, carry);
            (sum, carry) = (sum + part.units(), rest);
        }
        assert_eq!((sum, carry), (9_999, 0));
        assert_eq!(divide(Amount::MAX, 10_000, 9_999), (Amount::MAX, 9_999));
        assert_eq!(divide(Amount::ZERO, 10_000, 9_999), (Amount::ZERO, 9_999));
    }
}
