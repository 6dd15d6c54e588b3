//! The end of an iDAO, and what is removed in pages.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins},
    lazchain::idao::v1 as pb,
};
use state::Pb;

use super::super::{
    ACCOUNT, events,
    keys::{CHECKPOINTS, FREEZES, LEFTOVERS, POTS, PROPOSALS, PROPOSALS_OF, VOTES},
    types::{MAX_POTS, Subject},
    waiting::Leftover,
};
use super::{account, find, give_back, member, put, trail_by_rule, trust};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        bank, distribution,
        scheduler::{self, Step},
        staking::{self, Undelegate},
    },
    msg::Msg,
    stored,
    time::Time,
};

/// Most denominations that one step sweeps.
const MAX_SWEPT: usize = 16;
/// Most stakes that one step lets go.
const MAX_STAKES: u32 = 32;
/// Units of work that letting one stake go takes.
const STAKE_UNITS: u32 = 8;

/// Closes an iDAO for good: its edges end, the founder gets the deposit back, the treasury goes to the community pool.
/// Members that are left take out what is theirs by leaving.
pub(crate) fn close(ctx: &mut Ctx, mut idao: pb::Idao) -> Result<()> {
    if idao.status() == pb::IdaoStatus::Active {
        let (founder, deposit) = (stored::address(&idao.founder)?, stored::amount(&idao.deposit)?);
        idao.set_status(pb::IdaoStatus::Closed);
        idao.deposit = "0".into();
        put(ctx, &idao);
        trust::end_all(ctx, idao.id)?;
        give_back(ctx, &founder, deposit)?;
        trail_by_rule(ctx, idao.id, "idao.closed", &idao)?;
        ctx.emit(events::Closed { idao: idao.id });
    }
    let now = ctx.block.time.nanos();
    scheduler::push(ctx, &LEFTOVERS, now, &Leftover::Treasury(idao.id).encode())?;
    Ok(())
}

/// One step of removing something.
pub(crate) fn work(ctx: &mut Ctx, entry: &[u8], budget: u32) -> Result<Step> {
    match Leftover::decode(entry)? {
        Leftover::Proposal(id) => forget_proposal(ctx, id, budget),
        Leftover::Points(id, who) => forget_points(ctx, id, &who, budget),
        Leftover::Treasury(id) => sweep(ctx, id),
        Leftover::Stakes(id) => {
            // stakes are paid out after the queues, so what comes in is there in the next block
            let next = ctx.block.time.nanos().saturating_add(1);
            scheduler::push(ctx, &LEFTOVERS, next, &Leftover::Treasury(id).encode())?;
            Ok(Step::Done(1))
        }
    }
}

/// A proposal whose time in state is over goes with its votes, and with the mark that it was frozen.
fn forget_proposal(ctx: &mut Ctx, id: u64, budget: u32) -> Result<Step> {
    let Some(Pb(proposal)) = PROPOSALS.get(&ctx.state, &id)? else { return Ok(Step::Done(1)) };
    let mark = Subject::Proposal(id).key(proposal.idao);
    if let Some(Pb(freeze)) = FREEZES.get(&ctx.state, &mark)?
        && !freeze.ended
    {
        let until = stored::time(freeze.until.as_ref()).max(ctx.block.time).nanos();
        return Ok(Step::Later(until.saturating_add(1), 1));
    }
    let votes = VOTES.page(&ctx.state, &id, None, budget.max(1))?;
    let count = u32::try_from(votes.len()).unwrap_or(u32::MAX);
    votes.iter().for_each(|(key, _)| VOTES.remove(&mut ctx.state, key));
    if count >= budget.max(1) {
        return Ok(Step::More(count));
    }
    PROPOSALS.remove(&mut ctx.state, &id);
    PROPOSALS_OF.remove(&mut ctx.state, &(proposal.idao, id));
    FREEZES.remove(&mut ctx.state, &mark);
    Ok(Step::Done(count.saturating_add(1)))
}

/// Checkpoints of somebody who left, unless they came back.
fn forget_points(ctx: &mut Ctx, id: u64, who: &Address, budget: u32) -> Result<Step> {
    if member(&ctx.state, id, who)?.is_some() {
        return Ok(Step::Done(1));
    }
    let points = CHECKPOINTS.page(&ctx.state, &(id, *who), None, budget.max(1))?;
    let count = u32::try_from(points.len()).unwrap_or(u32::MAX);
    points.iter().for_each(|(key, _)| CHECKPOINTS.remove(&mut ctx.state, key));
    Ok(if count >= budget.max(1) { Step::More(count) } else { Step::Done(count.saturating_add(1)) })
}

/// What a closed iDAO has goes to the community pool; its stakes begin to unbond and follow when that is over. Once
/// nobody is left, so do the fractions that members left in the pots.
fn sweep(ctx: &mut Ctx, id: u64) -> Result<Step> {
    let (from, mut used) = (account(id), 1_u32);
    let mut due = None;
    for (operator, shares) in staking::delegations(&ctx.state, &from, None, MAX_STAKES)? {
        used = used.saturating_add(STAKE_UNITS);
        // one that cannot go now is tried again when the others have gone
        let end = ctx.attempt(|ctx| let_go(ctx, &from, operator, shares))?;
        let end = end.unwrap_or_else(|_| ctx.block.time.plus(crate::time::Span::from_secs(86_400)));
        due = due.max(Some(end));
    }
    if let Some(due) = due {
        scheduler::push(ctx, &LEFTOVERS, due.nanos(), &Leftover::Stakes(id).encode())?;
    }
    let held = bank::balances(&ctx.state, &from)?;
    let part = Coins::sum(held.iter().take(MAX_SWEPT).cloned())?;
    if !part.is_empty() {
        distribution::fund_community_pool(ctx, &from, &part)?;
    }
    used = used.saturating_add(u32::try_from(part.count()).unwrap_or(u32::MAX));
    if held.count() > MAX_SWEPT {
        return Ok(Step::More(used));
    }
    if find(&ctx.state, id)?.is_some_and(|idao| idao.members == 0) {
        sweep_pots(ctx, id)?;
    }
    Ok(Step::Done(used))
}

fn let_go(
    ctx: &mut Ctx,
    from: &Address,
    operator: proto::address::ValAddress,
    shares: proto::dec::Dec,
) -> Result<Time> {
    let validator = staking::find_validator(&ctx.state, &operator)?;
    let tokens = validator.map_or(Ok(Amount::ZERO), |validator| {
        Ok::<_, crate::error::Error>(validator.tokens_of(shares)?.floor()?)
    })?;
    let amount = Coin::new(staking::bond_denom(&ctx.state)?, tokens);
    let done = Undelegate { who: *from, operator, amount }.apply(ctx)?;
    Ok(stored::time(done.completion_time.as_ref()))
}

/// Fractions of units that nobody owns any more.
fn sweep_pots(ctx: &mut Ctx, id: u64) -> Result<()> {
    let mut left = Vec::new();
    for ((_, denom), Pb(pot)) in POTS.page(&ctx.state, &id, None, MAX_POTS)? {
        left.push(Coin::new(denom.clone(), stored::amount(&pot.held)?));
        POTS.remove(&mut ctx.state, &(id, denom));
    }
    let left = Coins::sum(left)?;
    if left.is_empty() {
        return Ok(());
    }
    distribution::fund_community_pool(ctx, &Address::module(ACCOUNT), &left)
}
