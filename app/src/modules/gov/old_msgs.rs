//! The messages in their old version, which wallets that sign amino JSON still send. Each does what its successor does;
//! a proposal of that version is a text.

use prost::{Message, Name};
use proto::{address::Address, coin::Coins, cosmos::gov::v1beta1 as pb, dec::Dec};

use super::{
    errors::Error,
    handlers,
    msgs::{Draft, VOTE_COST},
    types::Ballot,
};
use crate::{
    ctx::Ctx,
    error::Result,
    msg::{Gas, Msg},
};

/// Most characters of an old proposal's title.
const MAX_TITLE: usize = 140;
/// Most characters of an old proposal's description.
const MAX_DESCRIPTION: usize = 10_000;

/// `v1beta1.MsgSubmitProposal`: propose a text.
pub(crate) struct OldSubmit {
    draft: Draft,
}

fn text_of(wire: &pb::MsgSubmitProposal) -> Result<pb::TextProposal> {
    let invalid = |text: &str| Error::InvalidContent(text.into());
    let content = wire.content.as_ref().ok_or_else(|| invalid("missing content"))?;
    if content.type_url != pb::TextProposal::type_url() {
        let url: String = content.type_url.chars().take(200).collect();
        return Err(Error::NoHandler(format!("{url}: propose its messages instead")).into());
    }
    let text = pb::TextProposal::decode(content.value.as_slice());
    let text = text.map_err(|error| invalid(&format!("text proposal: {error}")))?;
    if text.title.trim().is_empty() {
        return Err(invalid("proposal title cannot be blank").into());
    }
    if text.title.len() > MAX_TITLE {
        return Err(invalid(&format!("proposal title is longer than max length of {MAX_TITLE}")).into());
    }
    if text.description.is_empty() {
        return Err(invalid("proposal description cannot be blank").into());
    }
    if text.description.len() > MAX_DESCRIPTION {
        let words = format!("proposal description is longer than max length of {MAX_DESCRIPTION}");
        return Err(invalid(&words).into());
    }
    Ok(text)
}

impl Msg for OldSubmit {
    type Wire = pb::MsgSubmitProposal;
    type Response = pb::MsgSubmitProposalResponse;

    fn parse(wire: pb::MsgSubmitProposal) -> Result<OldSubmit> {
        let text = text_of(&wire)?;
        let draft = Draft {
            messages: Vec::new(),
            deposit: Coins::parse_any(wire.initial_deposit)?,
            proposer: wire.proposer.parse()?,
            metadata: String::new(),
            title: text.title,
            summary: text.description,
            expedited: false,
        };
        Ok(OldSubmit { draft: draft.check()? })
    }

    fn signer(&self) -> Address {
        self.draft.proposer
    }

    fn cost(&self) -> Gas {
        self.draft.cost()
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSubmitProposalResponse> {
        Ok(pb::MsgSubmitProposalResponse { proposal_id: handlers::submit(ctx, &self.draft)? })
    }
}

/// `v1beta1.MsgDeposit`.
pub(crate) struct OldDeposit {
    id: u64,
    depositor: Address,
    coins: Coins,
}

impl Msg for OldDeposit {
    type Wire = pb::MsgDeposit;
    type Response = pb::MsgDepositResponse;

    fn parse(wire: pb::MsgDeposit) -> Result<OldDeposit> {
        let coins = Coins::parse(wire.amount)?;
        Ok(OldDeposit { id: wire.proposal_id, depositor: wire.depositor.parse()?, coins })
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

/// `v1beta1.MsgVote`.
pub(crate) struct OldVote {
    id: u64,
    voter: Address,
    ballot: Ballot,
}

impl Msg for OldVote {
    type Wire = pb::MsgVote;
    type Response = pb::MsgVoteResponse;

    fn parse(wire: pb::MsgVote) -> Result<OldVote> {
        let ballot = Ballot::whole(wire.option, String::new())?;
        Ok(OldVote { id: wire.proposal_id, voter: wire.voter.parse()?, ballot })
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

/// `v1beta1.MsgVoteWeighted`, whose weights have no dot.
pub(crate) struct OldVoteWeighted {
    id: u64,
    voter: Address,
    ballot: Ballot,
}

impl Msg for OldVoteWeighted {
    type Wire = pb::MsgVoteWeighted;
    type Response = pb::MsgVoteWeightedResponse;

    fn parse(wire: pb::MsgVoteWeighted) -> Result<OldVoteWeighted> {
        let options = wire.options.iter().map(|option| (option.option, Dec::from_wire(&option.weight)));
        let ballot = Ballot::split(options, String::new())?;
        Ok(OldVoteWeighted { id: wire.proposal_id, voter: wire.voter.parse()?, ballot })
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
