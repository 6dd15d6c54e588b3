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
    /// What it is about: task, round, member, however that one is spelt.
    fn about(&self) -> Result<(u64, u32, ValAddress)> {
        let (task, round, member) = match self {
            Said::Commit(said) => (said.task, said.round, &said.member),
            Said::Reveal(said) => (said.task, said.round, &said.member),
        };
        Ok((task, round, member.parse()?))
    }

    /// Whether it says the same as another about the same, in whatever spelling.
    fn same(&self, other: &Said) -> bool {
        match (self, other) {
            (Said::Commit(one), Said::Commit(other)) => one.commit == other.commit,
            (Said::Reveal(one), Said::Reveal(other)) => {
                let said = |said: &pb::RevealStatement| (said.verdict, said.score);
                said(one) == said(other) && one.report_hash == other.report_hash && one.salt == other.salt
            }
            _ => false,
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
        if first.same(second) {
            return Err(Error::NotEquivocation("the ballots say the same").into());
        }
        let about = (task, round, member);
        if first.about()? != about || second.about()? != about {
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
