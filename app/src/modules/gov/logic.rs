//! Proposals, from being made to being closed.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins},
    cosmos::gov::v1::ProposalStatus as Status,
    dec::Dec,
};
use state::Read;

use super::{
    ACCOUNT,
    errors::Error,
    events,
    keys::{DEPOSIT_QUEUE, DEPOSITORS, DEPOSITS, LEFTOVER, NEXT_ID, PARAMS, PROPOSALS, VOTES, VOTING_QUEUE},
    msgs::Draft,
    params::{Params, at_least},
    types::{Counts, Deposited, Proposal, Voting},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{auth, bank, distribution, staking},
};

/// Most accounts that can deposit on one proposal: so many payments are made at most when it closes.
pub(crate) const MAX_DEPOSITORS: u32 = 256;

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<Params> {
    match PARAMS.get(state)? {
        Some(params) => Ok(params),
        None => Ok(Params::start(&staking::bond_denom(state)?)),
    }
}

/// A proposal that is there.
pub(crate) fn proposal(state: &dyn Read, id: u64) -> Result<Proposal> {
    Ok(PROPOSALS.get(state, &id)?.ok_or(Error::UnknownProposal(id))?)
}

/// Makes a proposal that waits for deposits; returns its number.
pub(crate) fn open(ctx: &mut Ctx, draft: &Draft) -> Result<u64> {
    let id = NEXT_ID.get(&ctx.state)?.unwrap_or(1);
    let next = id.checked_add(1).ok_or_else(|| Sdk::Logic("proposal ids are used up".into()))?;
    let submitted = ctx.block.time;
    let deposit_end = submitted.plus(params(&ctx.state)?.max_deposit_period);
    let proposal = Proposal {
        messages: draft.messages.clone(),
        status: Status::DepositPeriod,
        counts: Counts::default(),
        submitted,
        deposit_end,
        deposit: Coins::EMPTY,
        voting: None,
        metadata: draft.metadata.clone(),
        title: draft.title.clone(),
        summary: draft.summary.clone(),
        proposer: draft.proposer,
        expedited: draft.expedited,
        failed_reason: String::new(),
    };
    NEXT_ID.set(&mut ctx.state, &next);
    PROPOSALS.set(&mut ctx.state, &id, &proposal);
    DEPOSIT_QUEUE.set(&mut ctx.state, &(deposit_end.nanos(), id), &());
    let messages = draft.messages.iter().map(|any| format!(",{}", any.type_url)).collect();
    ctx.emit(events::Submitted::Proposal { id, proposer: &draft.proposer, messages });
    Ok(id)
}

/// Adds a deposit; returns whether it started the vote.
pub(crate) fn deposit(ctx: &mut Ctx, id: u64, from: &Address, coins: &Coins) -> Result<bool> {
    let mut proposal = proposal(&ctx.state, id)?;
    if !proposal.is_open(ctx.block.time) {
        return Err(Error::InactiveProposal(id).into());
    }
    let params = params(&ctx.state)?;
    let need = params.deposit(proposal.expedited);
    check_denoms(&params, coins)?;
    check_ratio(params.min_deposit_ratio, need, coins)?;
    let before = DEPOSITS.get(&ctx.state, &(id, *from))?;
    if before.is_none() {
        let count = DEPOSITORS.get(&ctx.state, &id)?.unwrap_or(0);
        if count >= MAX_DEPOSITORS {
            return Err(Error::TooManyDepositors { limit: MAX_DEPOSITORS }.into());
        }
        DEPOSITORS.set(&mut ctx.state, &id, &count.saturating_add(1));
    }
    bank::transfer(ctx, from, &Address::module(ACCOUNT), coins)?;
    let sum = before.map_or(Coins::EMPTY, |Deposited(coins)| coins).plus(coins)?;
    DEPOSITS.set(&mut ctx.state, &(id, *from), &Deposited(sum));
    proposal.deposit = proposal.deposit.plus(coins)?;
    let starts = proposal.status == Status::DepositPeriod && at_least(&proposal.deposit, need);
    if starts {
        start_vote(ctx, id, &mut proposal, &params);
    }
    PROPOSALS.set(&mut ctx.state, &id, &proposal);
    ctx.emit(events::Deposited::Coins { id, depositor: from, amount: coins });
    Ok(starts)
}

fn start_vote(ctx: &mut Ctx, id: u64, proposal: &mut Proposal, params: &Params) {
    let start = ctx.block.time;
    let end = start.plus(params.voting(proposal.expedited));
    proposal.voting = Some(Voting { start, end });
    proposal.status = Status::VotingPeriod;
    DEPOSIT_QUEUE.remove(&mut ctx.state, &(proposal.deposit_end.nanos(), id));
    VOTING_QUEUE.set(&mut ctx.state, &(end.nanos(), id), &());
}

/// Deposits are of the tokens that the minimum is in.
pub(crate) fn check_denoms(params: &Params, coins: &Coins) -> Result<()> {
    let accepted: Vec<_> = params.min_deposit.iter().map(|coin| coin.denom.to_string()).collect();
    if coins.iter().all(|coin| accepted.iter().any(|denom| denom == coin.denom.as_str())) {
        return Ok(());
    }
    let accepted = accepted.join(" ");
    let text = format!("deposited {coins}, but gov accepts only the following denom(s): [{accepted}]");
    Err(Error::InvalidDepositDenom(text).into())
}

/// A deposit reaches the parameter's part of the minimum in one token at least.
fn check_ratio(ratio: Dec, need: &Coins, coins: &Coins) -> Result<()> {
    if ratio.is_zero() {
        return Ok(());
    }
    let mut thresholds = Vec::new();
    for coin in need {
        let threshold = Dec::whole(coin.amount).times_round(ratio)?.floor()?;
        let have = coins.amount_of(&coin.denom);
        if !have.is_zero() && have >= threshold {
            return Ok(());
        }
        thresholds.push(Coin::new(coin.denom.clone(), threshold).to_string());
    }
    let thresholds = thresholds.join(",");
    let text = format!("received {coins} but need at least one of the following: {thresholds}");
    Err(Error::DepositTooSmall(text).into())
}

/// A proposal brings the parameter's part of the minimum along.
pub(crate) fn check_initial(params: &Params, expedited: bool, coins: &Coins) -> Result<()> {
    let ratio = params.min_initial_deposit_ratio;
    if ratio.is_zero() {
        return Ok(());
    }
    let mut need = Vec::new();
    for coin in params.deposit(expedited) {
        let part = Dec::whole(coin.amount).times_round(ratio)?;
        // the nearest whole number, a half to the even one
        let nearest = part.times_round(Dec::raw(1))?;
        let units = u128::try_from(nearest.to_raw()).map_err(|_| Sdk::Logic("deposit".into()))?;
        need.push(Coin::new(coin.denom.clone(), Amount::new(units)));
    }
    let need = Coins::sum(need)?;
    if at_least(coins, &need) {
        return Ok(());
    }
    Err(Error::DepositTooSmall(format!("was ({coins}), need ({need})")).into())
}

/// The deposits of a proposal, which are at most [`MAX_DEPOSITORS`].
fn deposits(state: &dyn Read, id: u64) -> Result<Vec<(Address, Coins)>> {
    let page = DEPOSITS.page(state, &id, None, MAX_DEPOSITORS)?;
    Ok(page.into_iter().map(|((_, who), Deposited(coins))| (who, coins)).collect())
}

fn forget_deposits(ctx: &mut Ctx, id: u64, deposits: &[(Address, Coins)]) {
    for (who, _) in deposits {
        DEPOSITS.remove(&mut ctx.state, &(id, *who));
    }
    DEPOSITORS.remove(&mut ctx.state, &id);
}

/// Pays all deposits of a proposal back.
pub(crate) fn refund(ctx: &mut Ctx, id: u64) -> Result<()> {
    let deposits = deposits(&ctx.state, id)?;
    for (who, coins) in &deposits {
        bank::transfer(ctx, &Address::module(ACCOUNT), who, coins)?;
    }
    forget_deposits(ctx, id, &deposits);
    Ok(())
}

/// Burns all deposits of a proposal.
pub(crate) fn burn(ctx: &mut Ctx, id: u64) -> Result<()> {
    let deposits = deposits(&ctx.state, id)?;
    let sum = Coins::sum(deposits.iter().flat_map(|(_, coins)| coins.iter().cloned()))?;
    if !sum.is_empty() {
        bank::burn(ctx, &Address::module(ACCOUNT), &sum)?;
    }
    forget_deposits(ctx, id, &deposits);
    Ok(())
}

/// Closes a proposal for its proposer: a part of each deposit is lost, the rest is paid back.
pub(crate) fn cancel(ctx: &mut Ctx, id: u64, proposal: &Proposal) -> Result<()> {
    let params = params(&ctx.state)?;
    let (deposits, account) = (deposits(&ctx.state, id)?, Address::module(ACCOUNT));
    let mut lost = Coins::EMPTY;
    for (who, coins) in &deposits {
        let mut charge = Vec::new();
        for coin in coins {
            let amount = Dec::whole(coin.amount).times_round(params.proposal_cancel_ratio)?.floor()?;
            charge.push(Coin::new(coin.denom.clone(), amount));
        }
        let charge = Coins::sum(charge)?;
        let back = coins.minus(&charge).ok_or_else(|| Sdk::Logic("a charge above its deposit".into()))?;
        if !back.is_empty() {
            bank::transfer(ctx, &account, who, &back)?;
        }
        lost = lost.plus(&charge)?;
    }
    forget_deposits(ctx, id, &deposits);
    lose(ctx, &lost, params.proposal_cancel_dest)?;
    if proposal.voting.is_some() {
        LEFTOVER.set(&mut ctx.state, &id, &());
    }
    remove(ctx, id, proposal);
    Ok(())
}

/// Burns what a cancellation costs, or gives it to whom the parameters name; a module other than the community pool is
/// never given anything.
fn lose(ctx: &mut Ctx, coins: &Coins, to: Option<Address>) -> Result<()> {
    let account = Address::module(ACCOUNT);
    match to {
        _ if coins.is_empty() => Ok(()),
        Some(to) if to == Address::module(distribution::ACCOUNT) => {
            distribution::fund_community_pool(ctx, &account, coins)
        }
        Some(to) if !auth::is_module_account(&ctx.state, &to)? => bank::transfer(ctx, &account, &to, coins),
        _ => bank::burn(ctx, &account, coins),
    }
}

/// Removes a proposal and its places in the queues.
pub(crate) fn remove(ctx: &mut Ctx, id: u64, proposal: &Proposal) {
    DEPOSIT_QUEUE.remove(&mut ctx.state, &(proposal.deposit_end.nanos(), id));
    if let Some(voting) = proposal.voting {
        VOTING_QUEUE.remove(&mut ctx.state, &(voting.end.nanos(), id));
    }
    PROPOSALS.remove(&mut ctx.state, &id);
}

/// Removes up to so many votes of a proposal; returns how many there were.
pub(crate) fn remove_votes(ctx: &mut Ctx, id: u64, limit: u32) -> Result<u32> {
    let votes = VOTES.page(&ctx.state, &id, None, limit)?;
    votes.iter().for_each(|(key, _)| VOTES.remove(&mut ctx.state, key));
    Ok(u32::try_from(votes.len()).unwrap_or(u32::MAX))
}
