//! Proposals at the start.

use proto::{address::Address, coin::Coins, cosmos::gov::v1 as pb};
use state::Read;

use super::{
    ACCOUNT,
    keys::{
        CONSTITUTION, DEPOSIT_QUEUE, DEPOSITORS, DEPOSITS, NEXT_ID, PARAMS, PROPOSALS, RUNNING, VOTES,
        VOTING_QUEUE,
    },
    logic::{self, MAX_DEPOSITORS},
    params::Params,
    proposable,
    types::{Ballot, Deposited, Proposal},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{bank, staking},
    page,
};

fn refuse(text: String) -> Sdk {
    Sdk::InvalidRequest(format!("genesis section gov: {text}"))
}

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = match &genesis.params {
        Some(params) => Params::parse(params)?,
        None => Params::start(&staking::bond_denom(&ctx.state)?),
    };
    PARAMS.set(&mut ctx.state, &params);
    CONSTITUTION.set(&mut ctx.state, &genesis.constitution);
    for wire in &genesis.proposals {
        init_proposal(ctx, wire)?;
    }
    let above = genesis.proposals.iter().map(|proposal| proposal.id.saturating_add(1)).max();
    let next = genesis.starting_proposal_id.max(1).max(above.unwrap_or(1));
    NEXT_ID.set(&mut ctx.state, &next);
    for wire in &genesis.votes {
        let key = (wire.proposal_id, wire.voter.parse()?);
        if !PROPOSALS.has(&ctx.state, &key.0)? || VOTES.has(&ctx.state, &key)? {
            return Err(refuse(format!("a vote on {} is of no proposal or there twice", key.0)).into());
        }
        VOTES.set(&mut ctx.state, &key, &Ballot::parse(wire.clone())?);
    }
    init_deposits(ctx, &genesis.deposits)
}

fn init_proposal(ctx: &mut Ctx, wire: &pb::Proposal) -> Result<()> {
    let id = wire.id;
    if id == 0 || PROPOSALS.has(&ctx.state, &id)? {
        return Err(refuse(format!("proposal id {id} is 0 or there twice")).into());
    }
    let proposal = Proposal::parse(wire.clone())?;
    match (wire.status(), proposal.voting) {
        (pb::ProposalStatus::DepositPeriod, _) => {
            DEPOSIT_QUEUE.set(&mut ctx.state, &(proposal.deposit_end.nanos(), id), &());
        }
        (pb::ProposalStatus::VotingPeriod, Some(voting)) => {
            VOTING_QUEUE.set(&mut ctx.state, &(voting.end.nanos(), id), &());
        }
        _ => {}
    }
    if matches!(wire.status(), pb::ProposalStatus::DepositPeriod | pb::ProposalStatus::VotingPeriod) {
        proposable::parse(&proposal.messages)?;
    }
    PROPOSALS.set(&mut ctx.state, &id, &proposal);
    Ok(())
}

/// Deposits are of open proposals, and the account has their sum.
fn init_deposits(ctx: &mut Ctx, deposits: &[pb::Deposit]) -> Result<()> {
    let mut sum = Coins::EMPTY;
    for wire in deposits {
        let (id, who): (u64, Address) = (wire.proposal_id, wire.depositor.parse()?);
        let coins = Coins::parse_any(wire.amount.clone())?;
        if !PROPOSALS.has(&ctx.state, &id)? || DEPOSITS.has(&ctx.state, &(id, who))? {
            return Err(refuse(format!("a deposit on {id} is of no proposal or there twice")).into());
        }
        let count = DEPOSITORS.get(&ctx.state, &id)?.unwrap_or(0).saturating_add(1);
        if count > MAX_DEPOSITORS {
            return Err(refuse(format!("more than {MAX_DEPOSITORS} deposits on {id}")).into());
        }
        DEPOSITORS.set(&mut ctx.state, &id, &count);
        sum = sum.plus(&coins)?;
        DEPOSITS.set(&mut ctx.state, &(id, who), &Deposited(coins));
    }
    let have = bank::balances(&ctx.state, &Address::module(ACCOUNT))?;
    if have.minus(&sum).is_none() {
        return Err(refuse(format!("expected module account was {have} but we got {sum}")).into());
    }
    Ok(())
}

/// Refused while a count is running: the votes it has counted are used up, and there is no place for its result.
pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    if let Some(running) = RUNNING.get(state)? {
        let text =
            format!("proposal {} is being counted at this height; export another one", running.proposal);
        return Err(Sdk::InvalidRequest(text).into());
    }
    let mut genesis = pb::GenesisState {
        starting_proposal_id: NEXT_ID.get(state)?.unwrap_or(1),
        params: Some(logic::params(state)?.wire()),
        constitution: CONSTITUTION.get(state)?.unwrap_or_else(String::new),
        ..Default::default()
    };
    page::every(state, &PROPOSALS, &(), |id, proposal| {
        genesis.proposals.push(proposal.wire(id));
        Ok(())
    })?;
    page::every(state, &DEPOSITS, &(), |(id, who), deposit| {
        genesis.deposits.push(deposit.wire(id, &who));
        Ok(())
    })?;
    page::every(state, &VOTES, &(), |(id, who), ballot| {
        // those of cancelled proposals are about to be removed
        if PROPOSALS.has(state, &id)? {
            genesis.votes.push(ballot.wire(id, &who));
        }
        Ok(())
    })?;
    Ok(genesis)
}
