//! `lazchain.quorum.v1.MsgSubmitEquivocation`: the wire is the Quorum's, what it proves is ours.

use proto::{
    address::{Address, ValAddress},
    lazchain::{quorum::v1 as wire, vsc::v1 as pb},
    strict,
};

use super::super::{errors::Error, handlers};
use super::ballots::signature;
use crate::{
    ctx::Ctx,
    error::Result,
    given::refused,
    msg::{Gas, Msg},
};

/// What a member signed.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    Commit(pb::CommitStatement),
    Reveal(pb::RevealStatement),
}

impl Said {
    /// What it is about: task, round, member.
    fn about(&self) -> (u64, u32, &str) {
        match self {
            Said::Commit(said) => (said.task, said.round, &said.member),
            Said::Reveal(said) => (said.task, said.round, &said.member),
        }
    }

    const fn is_commit(&self) -> bool {
        matches!(self, Said::Commit(_))
    }
}

/// `MsgSubmitEquivocation`: two different signed ballots of one task, round, member and phase.
pub(crate) struct SubmitEquivocation {
    pub reporter: Address,
    pub task: u64,
    pub round: u32,
    pub member: ValAddress,
    pub ballots: [(Said, [u8; 64]); 2],
}

fn said(ballot: Option<wire::SignedBallot>) -> Result<(Said, [u8; 64])> {
    let ballot = ballot.ok_or_else(|| refused("two ballots are needed"))?;
    let said = match ballot.phase() {
        wire::BallotPhase::Commit => Said::Commit(strict::decode(&ballot.statement)?),
        wire::BallotPhase::Reveal => Said::Reveal(strict::decode(&ballot.statement)?),
        wire::BallotPhase::Unspecified => return Err(Error::NotEquivocation("no phase is named").into()),
    };
    Ok((said, signature(&ballot.signature)?))
}

impl Msg for SubmitEquivocation {
    type Wire = wire::MsgSubmitEquivocation;
    type Response = wire::MsgSubmitEquivocationResponse;

    fn parse(wire: wire::MsgSubmitEquivocation) -> Result<SubmitEquivocation> {
        let member: ValAddress = wire.member.parse()?;
        let (task, round) = (wire.task, wire.round);
        let ballots = [said(wire.first)?, said(wire.second)?];
        let [(first, _), (second, _)] = &ballots;
        if first.is_commit() != second.is_commit() {
            return Err(Error::NotEquivocation("the ballots are of different phases").into());
        }
        if first == second {
            return Err(Error::NotEquivocation("the ballots say the same").into());
        }
        let about = (task, round, wire.member.as_str());
        if first.about() != about || second.about() != about {
            return Err(Error::NotEquivocation("a ballot is about something else").into());
        }
        Ok(SubmitEquivocation { reporter: wire.reporter.parse()?, task, round, member, ballots })
    }

    fn signer(&self) -> Address {
        self.reporter
    }

    fn cost(&self) -> Gas {
        Gas(50_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<wire::MsgSubmitEquivocationResponse> {
        handlers::submit_equivocation(ctx, self)?;
        Ok(wire::MsgSubmitEquivocationResponse {})
    }
}
