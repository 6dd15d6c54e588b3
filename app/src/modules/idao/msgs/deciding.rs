//! Proposals and votes.

use prost_types::Any;
use proto::{address::Address, lazchain::idao::v1 as pb};

use super::super::{errors::Error, handlers, types::MAX_MESSAGES};
use crate::{
    ctx::Ctx,
    error::Result,
    given,
    msg::{Gas, Msg},
};

/// `MsgPropose`: open a vote on messages.
pub(crate) struct Propose {
    pub proposer: Address,
    pub idao: u64,
    pub title: String,
    pub summary: String,
    pub messages: Vec<Any>,
}

impl Msg for Propose {
    type Wire = pb::MsgPropose;
    type Response = pb::MsgProposeResponse;

    fn parse(wire: pb::MsgPropose) -> Result<Propose> {
        if wire.messages.is_empty() || wire.messages.len() > MAX_MESSAGES {
            return Err(Error::NotProposable(format!("give 1 to {MAX_MESSAGES} messages")).into());
        }
        Ok(Propose {
            proposer: wire.proposer.parse()?,
            idao: wire.idao,
            title: given::name("title", wire.title)?,
            summary: given::description("summary", wire.summary)?,
            messages: wire.messages,
        })
    }

    fn signer(&self) -> Address {
        self.proposer
    }

    fn cost(&self) -> Gas {
        Gas(40_000).plus(Gas(5_000).times(self.messages.len()))
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgProposeResponse> {
        Ok(pb::MsgProposeResponse { proposal: handlers::propose(ctx, self)? })
    }
}

/// `MsgVote`: vote, or change a vote.
pub(crate) struct Vote {
    pub voter: Address,
    pub proposal: u64,
    pub option: pb::VoteOption,
}

impl Msg for Vote {
    type Wire = pb::MsgVote;
    type Response = pb::MsgVoteResponse;

    fn parse(wire: pb::MsgVote) -> Result<Vote> {
        let option = match pb::VoteOption::try_from(wire.option) {
            Ok(option) if option != pb::VoteOption::Unspecified => option,
            _ => return Err(given::refused(format!("{} is no option", wire.option))),
        };
        Ok(Vote { voter: wire.voter.parse()?, proposal: wire.proposal, option })
    }

    fn signer(&self) -> Address {
        self.voter
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgVoteResponse> {
        handlers::vote(ctx, self)?;
        Ok(pb::MsgVoteResponse {})
    }
}

/// `MsgExecuteProposal`: run a passed proposal. Its cost is stated, so that it follows from the message alone.
pub(crate) struct ExecuteProposal {
    pub executor: Address,
    pub proposal: u64,
    pub gas_limit: u64,
}

impl Msg for ExecuteProposal {
    type Wire = pb::MsgExecuteProposal;
    type Response = pb::MsgExecuteProposalResponse;

    fn parse(wire: pb::MsgExecuteProposal) -> Result<ExecuteProposal> {
        let (proposal, gas_limit) = (wire.proposal, wire.gas_limit);
        Ok(ExecuteProposal { executor: wire.executor.parse()?, proposal, gas_limit })
    }

    fn signer(&self) -> Address {
        self.executor
    }

    fn cost(&self) -> Gas {
        Gas(30_000).plus(Gas(self.gas_limit))
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgExecuteProposalResponse> {
        let failed = handlers::execute(ctx, self)?;
        let executed = failed.is_none();
        Ok(pb::MsgExecuteProposalResponse { executed, reason: failed.unwrap_or_default() })
    }
}

/// `MsgWithdrawProposal`: take a proposal back.
pub(crate) struct WithdrawProposal {
    pub proposer: Address,
    pub proposal: u64,
}

impl Msg for WithdrawProposal {
    type Wire = pb::MsgWithdrawProposal;
    type Response = pb::MsgWithdrawProposalResponse;

    fn parse(wire: pb::MsgWithdrawProposal) -> Result<WithdrawProposal> {
        Ok(WithdrawProposal { proposer: wire.proposer.parse()?, proposal: wire.proposal })
    }

    fn signer(&self) -> Address {
        self.proposer
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgWithdrawProposalResponse> {
        handlers::withdraw_proposal(ctx, self)?;
        Ok(pb::MsgWithdrawProposalResponse {})
    }
}
