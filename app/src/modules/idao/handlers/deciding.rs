//! Proposals and votes.

use proto::lazchain::idao::v1::{self as pb, ProposalStatus as Status};

use super::super::{
    errors::Error,
    events,
    logic::{
        account, active, agents, escrow, freezes, known_member, params, remember, rules, standing, trail,
        trail_of,
        votes::{self, Opening},
    },
    msgs::{ExecuteProposal, Propose, Vote, WithdrawProposal},
    proposable,
    tally::{Tally, judge},
};
use crate::{
    ctx::Ctx,
    error::{Reject, Result},
    modules::scheduler,
    msg::Gas,
    node::panicked,
    stored,
};

const PROPOSE: &str = "/lazchain.idao.v1.MsgPropose";
const VOTE: &str = "/lazchain.idao.v1.MsgVote";
const WITHDRAW: &str = "/lazchain.idao.v1.MsgWithdrawProposal";

/// Only who has a vote by now proposes: in an open iDAO everybody is a member, and would fill it with proposals.
pub(crate) fn propose(ctx: &mut Ctx, msg: &Propose) -> Result<u64> {
    let params = params(&ctx.state)?;
    let deposit = stored::amount(&params.proposal_deposit)?;
    let idao = active(&ctx.state, msg.idao)?;
    let actor = agents::acting(ctx, msg.idao, &msg.proposer, PROPOSE, deposit)?;
    let member = known_member(&ctx.state, msg.idao, &actor.member)?;
    if member.votes_from == 0 || member.votes_from > scheduler::epoch(&ctx.state)? {
        return Err(Error::NoVoteYet { idao: msg.idao, who: actor.member }.into());
    }
    if standing(&ctx.state, msg.idao, &actor.member)?.open_proposals >= params.max_open_proposals {
        let limit = params.max_open_proposals;
        return Err(Error::TooManyProposals { who: actor.member, limit }.into());
    }
    let Gas(gas) = proposable::cost(&proposable::parse(&msg.messages, &account(msg.idao))?);
    if gas > params.execution_gas {
        return Err(Error::TooExpensive { gas, limit: params.execution_gas }.into());
    }
    escrow(ctx, &actor.member, deposit)?;
    let opening = Opening {
        kind: proposable::kind(&msg.messages)?,
        proposer: actor.member,
        title: msg.title.clone(),
        summary: msg.summary.clone(),
        messages: msg.messages.clone(),
        period: stored::span(rules(&idao).voting_period.as_ref()),
        deposit,
        subject: (pb::SubjectKind::Unspecified, 0),
    };
    let id = votes::open(ctx, &idao, opening)?;
    remember(ctx, msg.idao, &actor.member, |standing| {
        standing.open_proposals = standing.open_proposals.saturating_add(1);
    })?;
    let proposal = votes::proposal(&ctx.state, id)?;
    trail_of(ctx, msg.idao, "idao.proposed", &actor, &proposal)?;
    Ok(id)
}

pub(crate) fn vote(ctx: &mut Ctx, msg: &Vote) -> Result<()> {
    let idao = votes::proposal(&ctx.state, msg.proposal)?.idao;
    let none = proto::amount::Amount::ZERO;
    let actor = agents::acting(ctx, idao, &msg.voter, VOTE, none)?;
    votes::cast(ctx, msg.proposal, &actor, msg.option)
}

/// A proposal that is being vetoed is not saved by taking it back: its deposit is lost all the same.
pub(crate) fn withdraw_proposal(ctx: &mut Ctx, msg: &WithdrawProposal) -> Result<()> {
    let proposal = votes::proposal(&ctx.state, msg.proposal)?;
    let none = proto::amount::Amount::ZERO;
    let actor = agents::acting_even_if_closed(ctx, proposal.idao, &msg.proposer, WITHDRAW, none)?;
    if !votes::by_member(proposal.kind()) || proposal.proposer != actor.member.to_string() {
        return Err(Error::NotProposer { proposal: msg.proposal, who: actor.member }.into());
    }
    let frozen = proposal.status() == Status::Voting && proposal.frozen_at.is_some();
    if !frozen && !votes::is_open(&proposal, ctx.block.time) {
        return Err(Error::NotVoting(msg.proposal).into());
    }
    let rules = proposal.rules.clone().unwrap_or_default();
    let tally = Tally::of(proposal.tally.as_ref())?;
    let vetoed = judge(proposal.kind(), &tally, proposal.voters, &rules).vetoed;
    let (status, text) = if vetoed {
        (Status::Vetoed, "vetoed when the proposer took it back")
    } else {
        (Status::Withdrawn, "the proposer took it back")
    };
    votes::conclude(ctx, proposal, status, text)
}

/// Runs all messages or none; what failed is noted and may be tried again. Returns why it failed.
pub(crate) fn execute(ctx: &mut Ctx, msg: &ExecuteProposal) -> Result<Option<String>> {
    let mut proposal = freezes::running(ctx, msg.proposal)?;
    let (id, idao, now) = (proposal.id, proposal.idao, ctx.block.time);
    active(&ctx.state, idao)?;
    let from = stored::time(proposal.executable_from.as_ref());
    let until = stored::time(proposal.executable_until.as_ref());
    if proposal.status() != Status::Passed || now < from || now >= until {
        return Err(Error::NotExecutable(id).into());
    }
    let messages = proposable::parse(&proposal.messages, &account(idao))?;
    let Gas(gas) = proposable::cost(&messages);
    let limit = params(&ctx.state)?.execution_gas;
    if gas > limit {
        return Err(Error::TooExpensive { gas, limit }.into());
    }
    if gas > msg.gas_limit {
        return Err(Error::GasLimitTooLow { gas, limit: msg.gas_limit }.into());
    }
    let mut at = 0_usize;
    let outcome = ctx.attempt_caught(
        |ctx| {
            for (index, message) in messages.iter().enumerate() {
                at = index;
                message.action.apply(ctx)?;
            }
            #[cfg(test)]
            crate::gauntlet::trip(&proposal.title, "a proposal");
            Ok(())
        },
        panicked,
    )?;
    match outcome {
        Ok(()) => {
            proposal.set_status(Status::Done);
            votes::finish(ctx, &proposal)?;
            trail(ctx, idao, "idao.executed", &msg.executor, &proposal)?;
            ctx.emit(events::Executed { idao, proposal: id, executor: &msg.executor });
            Ok(None)
        }
        // texts may change with the program, so state and answer hold the numbers
        Err(Reject { space, code, text, .. }) => {
            let reason = format!("message {at}: codespace {space}, code {code}");
            proposal.failed_runs = proposal.failed_runs.saturating_add(1);
            proposal.failed_reason.clone_from(&reason);
            votes::put(ctx, &proposal);
            ctx.emit(events::ExecutionFailed { idao, proposal: id, reason: &reason, log: &text });
            Ok(Some(reason))
        }
    }
}
