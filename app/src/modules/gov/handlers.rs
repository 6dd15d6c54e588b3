//! Who may.

use super::{
    ACCOUNT,
    errors::Error,
    events,
    keys::{PARAMS, PROPOSALS, VOTES},
    logic,
    msgs::{Cancel, Draft, UpdateParams},
    types::{Ballot, Proposal},
};
use proto::{address::Address, coin::Coins, cosmos::gov::v1::ProposalStatus as Status};

use crate::{ctx::Ctx, error::Result, modules::require_authority};

pub(crate) fn submit(ctx: &mut Ctx, draft: &Draft) -> Result<u64> {
    let params = logic::params(&ctx.state)?;
    logic::check_initial(&params, draft.expedited, &draft.deposit)?;
    logic::check_denoms(&params, &draft.deposit)?;
    let id = logic::open(ctx, draft)?;
    if logic::deposit(ctx, id, &draft.proposer, &draft.deposit)? {
        ctx.emit(events::Submitted::VotingStarted(id));
    }
    Ok(id)
}

pub(crate) fn deposit(ctx: &mut Ctx, id: u64, depositor: &Address, coins: &Coins) -> Result<()> {
    if logic::deposit(ctx, id, depositor, coins)? {
        ctx.emit(events::Deposited::VotingStarted(id));
    }
    Ok(())
}

pub(crate) fn vote(ctx: &mut Ctx, id: u64, voter: &Address, ballot: &Ballot) -> Result<()> {
    let now = ctx.block.time;
    let open = |found: &Proposal| found.status == Status::VotingPeriod && !found.is_over(now);
    if !PROPOSALS.get(&ctx.state, &id)?.as_ref().is_some_and(open) {
        return Err(Error::InactiveProposal(id).into());
    }
    VOTES.set(&mut ctx.state, &(id, *voter), ballot);
    ctx.emit(events::Voted { id, voter, ballot });
    Ok(())
}

pub(crate) fn cancel(ctx: &mut Ctx, msg: &Cancel) -> Result<()> {
    let proposal = logic::proposal(&ctx.state, msg.id)?;
    if proposal.proposer != msg.proposer {
        return Err(Error::InvalidProposer(msg.proposer.to_string()).into());
    }
    if !matches!(proposal.status, Status::DepositPeriod | Status::VotingPeriod) {
        return Err(
            Error::InvalidProposal("proposal should be in the deposit or voting period".into()).into()
        );
    }
    if proposal.is_over(ctx.block.time) {
        return Err(Error::VotingPeriodEnded(msg.id).into());
    }
    logic::cancel(ctx, msg.id, &proposal)?;
    ctx.emit(events::Cancelled { id: msg.id, proposer: &msg.proposer });
    Ok(())
}

/// Nothing is executed that way any more, by nobody.
pub(crate) fn execute_old_content(authority: &Address) -> Result<()> {
    let expected = Address::module(ACCOUNT);
    if *authority != expected {
        return Err(Error::InvalidSigner(format!("expected {expected} got {authority}")).into());
    }
    let text = "old content is not executed on this chain; propose the messages themselves";
    Err(Error::NoHandler(text.into()).into())
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &msg.params);
    Ok(())
}
