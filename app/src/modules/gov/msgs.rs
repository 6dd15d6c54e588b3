//! The messages, in their present version.

use prost_types::Any;
use proto::{address::Address, coin::Coins, cosmos::gov::v1 as pb, dec::Dec};
use serde_json::Value as Json;

use super::{
    errors::Error,
    handlers,
    params::Params,
    proposable,
    types::{Ballot, MAX_METADATA, MAX_SUMMARY},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    msg::{Gas, Msg},
};

/// A proposal before it is one.
pub(crate) struct Draft {
    pub messages: Vec<Any>,
    pub deposit: Coins,
    pub proposer: Address,
    pub metadata: String,
    pub title: String,
    pub summary: String,
    pub expedited: bool,
}

impl Draft {
    /// Checks what people read.
    pub(crate) fn check(self) -> Result<Draft> {
        if self.title.is_empty() {
            return Err(Sdk::InvalidRequest("proposal title cannot be empty".into()).into());
        }
        if self.summary.is_empty() {
            return Err(Sdk::InvalidRequest("proposal summary cannot be empty".into()).into());
        }
        for text in [&self.metadata, &self.title] {
            if text.len() > MAX_METADATA {
                return Err(Error::MetadataTooLong(text.len()).into());
            }
        }
        if self.summary.len() > MAX_SUMMARY {
            return Err(Error::SummaryTooLong(self.summary.len()).into());
        }
        self.check_metadata()?;
        Ok(self)
    }

    /// Metadata in the recommended form says what the proposal says; in any other form it says what it likes.
    fn check_metadata(&self) -> Result<()> {
        let Ok(Json::Object(metadata)) = serde_json::from_str(&self.metadata) else { return Ok(()) };
        for (name, stated) in [("title", &self.title), ("summary", &self.summary)] {
            let found = match metadata.get(name) {
                None => "",
                Some(Json::String(found)) => found,
                Some(_) => return Ok(()),
            };
            if found != stated {
                let text = format!("metadata {name} '{found}' must equal proposal {name} '{stated}'");
                return Err(Error::InvalidContent(text).into());
            }
        }
        Ok(())
    }

    /// What making it costs, without what executing it does.
    pub(crate) fn cost(&self) -> Gas {
        Gas(50_000).plus(Gas(10_000).times(self.deposit.count()))
    }
}

/// `MsgSubmitProposal`: propose messages, or only a text.
pub(crate) struct Submit {
    draft: Draft,
    execution: Gas,
}

impl Msg for Submit {
    type Wire = pb::MsgSubmitProposal;
    type Response = pb::MsgSubmitProposalResponse;

    fn parse(wire: pb::MsgSubmitProposal) -> Result<Submit> {
        if wire.messages.is_empty() && wire.metadata.is_empty() {
            return Err(Error::NoMessages.into());
        }
        let execution = proposable::cost(&proposable::parse(&wire.messages)?);
        let draft = Draft {
            messages: wire.messages,
            deposit: Coins::parse_any(wire.initial_deposit)?,
            proposer: wire.proposer.parse()?,
            metadata: wire.metadata,
            title: wire.title,
            summary: wire.summary,
            expedited: wire.expedited,
        };
        Ok(Submit { draft: draft.check()?, execution })
    }

    fn signer(&self) -> Address {
        self.draft.proposer
    }

    fn cost(&self) -> Gas {
        self.draft.cost().plus(self.execution)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSubmitProposalResponse> {
        Ok(pb::MsgSubmitProposalResponse { proposal_id: handlers::submit(ctx, &self.draft)? })
    }
}

/// `MsgDeposit`: deposit on a proposal.
pub(crate) struct Deposit {
    pub id: u64,
    pub depositor: Address,
    pub coins: Coins,
}

impl Msg for Deposit {
    type Wire = pb::MsgDeposit;
    type Response = pb::MsgDepositResponse;

    fn parse(wire: pb::MsgDeposit) -> Result<Deposit> {
        let coins = Coins::parse(wire.amount)?;
        Ok(Deposit { id: wire.proposal_id, depositor: wire.depositor.parse()?, coins })
    }

    fn signer(&self) -> Address {
        self.depositor
    }

    fn cost(&self) -> Gas {
        Gas(20_000).plus(Gas(10_000).times(self.coins.count()))
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgDepositResponse> {
        handlers::deposit(ctx, self.id, &self.depositor, &self.coins)?;
        Ok(pb::MsgDepositResponse {})
    }
}

/// Gas of a vote; counting it is paid with it.
pub(crate) const VOTE_COST: Gas = Gas(30_000);

/// `MsgVote`: vote for one option.
pub(crate) struct Vote {
    pub id: u64,
    pub voter: Address,
    pub ballot: Ballot,
}

impl Msg for Vote {
    type Wire = pb::MsgVote;
    type Response = pb::MsgVoteResponse;

    fn parse(wire: pb::MsgVote) -> Result<Vote> {
        let ballot = Ballot::whole(wire.option, wire.metadata)?;
        Ok(Vote { id: wire.proposal_id, voter: wire.voter.parse()?, ballot })
    }

    fn signer(&self) -> Address {
        self.voter
    }

    fn cost(&self) -> Gas {
        VOTE_COST
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgVoteResponse> {
        handlers::vote(ctx, self.id, &self.voter, &self.ballot)?;
        Ok(pb::MsgVoteResponse {})
    }
}

/// `MsgVoteWeighted`: share a vote among options.
pub(crate) struct VoteWeighted {
    pub id: u64,
    pub voter: Address,
    pub ballot: Ballot,
}

impl Msg for VoteWeighted {
    type Wire = pb::MsgVoteWeighted;
    type Response = pb::MsgVoteWeightedResponse;

    fn parse(wire: pb::MsgVoteWeighted) -> Result<VoteWeighted> {
        let options = wire.options.iter().map(|option| (option.option, option.weight.parse::<Dec>()));
        let ballot = Ballot::split(options, wire.metadata)?;
        Ok(VoteWeighted { id: wire.proposal_id, voter: wire.voter.parse()?, ballot })
    }

    fn signer(&self) -> Address {
        self.voter
    }

    fn cost(&self) -> Gas {
        VOTE_COST
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgVoteWeightedResponse> {
        handlers::vote(ctx, self.id, &self.voter, &self.ballot)?;
        Ok(pb::MsgVoteWeightedResponse {})
    }
}

/// `MsgCancelProposal`: take one's proposal back while it is open.
pub(crate) struct Cancel {
    pub id: u64,
    pub proposer: Address,
}

impl Msg for Cancel {
    type Wire = pb::MsgCancelProposal;
    type Response = pb::MsgCancelProposalResponse;

    fn parse(wire: pb::MsgCancelProposal) -> Result<Cancel> {
        Ok(Cancel { id: wire.proposal_id, proposer: wire.proposer.parse()? })
    }

    fn signer(&self) -> Address {
        self.proposer
    }

    fn cost(&self) -> Gas {
        Gas(100_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgCancelProposalResponse> {
        handlers::cancel(ctx, self)?;
        Ok(pb::MsgCancelProposalResponse {
            proposal_id: self.id,
            canceled_time: Some(ctx.block.time.wire()),
            canceled_height: ctx.block.height,
        })
    }
}

/// `MsgExecLegacyContent`, which is refused: what it wrapped is proposed as messages now.
pub(crate) struct ExecuteOldContent {
    pub authority: Address,
}

impl Msg for ExecuteOldContent {
    type Wire = pb::MsgExecLegacyContent;
    type Response = pb::MsgExecLegacyContentResponse;

    fn parse(wire: pb::MsgExecLegacyContent) -> Result<ExecuteOldContent> {
        Ok(ExecuteOldContent { authority: wire.authority.parse()? })
    }

    fn signer(&self) -> Address {
        self.authority
    }

    fn cost(&self) -> Gas {
        Gas(10_000)
    }

    fn apply(&self, _: &mut Ctx) -> Result<pb::MsgExecLegacyContentResponse> {
        handlers::execute_old_content(&self.authority)?;
        Ok(pb::MsgExecLegacyContentResponse {})
    }
}

/// `MsgUpdateParams`, by governance.
pub(crate) struct UpdateParams {
    pub authority: Address,
    pub params: Params,
}

impl Msg for UpdateParams {
    type Wire = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;

    fn parse(wire: pb::MsgUpdateParams) -> Result<UpdateParams> {
        let params = wire.params.ok_or_else(|| Sdk::InvalidRequest("params are missing".into()))?;
        Ok(UpdateParams { authority: wire.authority.parse()?, params: Params::parse(&params)? })
    }

    fn signer(&self) -> Address {
        self.authority
    }

    fn cost(&self) -> Gas {
        Gas(10_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUpdateParamsResponse> {
        handlers::update_params(ctx, self)?;
        Ok(pb::MsgUpdateParamsResponse {})
    }
}
