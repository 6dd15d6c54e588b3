//! `MsgSubmitCommits` and `MsgSubmitReveals`: many ballots in one transaction.

use proto::{
    address::{Address, ValAddress},
    lazchain::vsc::v1 as pb,
};

use super::super::{
    handlers,
    keys::{BALLOTS, ROUNDS},
    tally::MAX_SCORE,
    types::MAX_BALLOTS,
};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{self, refused},
    msg::{Gas, Msg},
};

/// One commitment, its signature not yet verified.
pub(crate) struct Commit {
    pub statement: pb::CommitStatement,
    pub member: ValAddress,
    /// The same, as records have it: an address can be written in two ways.
    pub name: String,
    pub commit: [u8; 32],
    pub signature: [u8; 64],
}

/// One ballot, its signature not yet verified.
pub(crate) struct Reveal {
    pub statement: pb::RevealStatement,
    pub member: ValAddress,
    /// The same, as records have it: an address can be written in two ways.
    pub name: String,
    pub verdict: pb::Verdict,
    pub score: u32,
    pub report: [u8; 32],
    pub salt: [u8; 32],
    pub signature: [u8; 64],
}

/// `MsgSubmitCommits`.
pub(crate) struct SubmitCommits {
    pub carrier: Address,
    /// For each, why it cannot count if that shows without state.
    pub commits: Vec<Result<Commit, &'static str>>,
}

/// `MsgSubmitReveals`.
pub(crate) struct SubmitReveals {
    pub carrier: Address,
    /// For each, why it cannot count if that shows without state.
    pub reveals: Vec<Result<Reveal, &'static str>>,
}

const MALFORMED: &str = "malformed";

fn fits(count: usize) -> Result<()> {
    if count == 0 || count > MAX_BALLOTS {
        return Err(refused(format!("{count} ballots; carry 1 to {MAX_BALLOTS}")));
    }
    Ok(())
}

fn bytes<const N: usize>(bytes: &[u8]) -> Result<[u8; N], &'static str> {
    bytes.try_into().map_err(|_| MALFORMED)
}

fn commit(wire: pb::SignedCommit) -> Result<Commit, &'static str> {
    let statement = wire.statement.ok_or(MALFORMED)?;
    let member: ValAddress = statement.member.parse().map_err(|_| MALFORMED)?;
    let (commit, signature) = (bytes(&statement.commit)?, bytes(&wire.signature)?);
    Ok(Commit { statement, name: member.to_string(), member, commit, signature })
}

fn reveal(wire: pb::SignedReveal) -> Result<Reveal, &'static str> {
    let statement = wire.statement.ok_or(MALFORMED)?;
    let member: ValAddress = statement.member.parse().map_err(|_| MALFORMED)?;
    let verdict = statement.verdict();
    if verdict == pb::Verdict::Unspecified || statement.score > MAX_SCORE {
        return Err("no verdict, or a score beyond 10,000");
    }
    let (report, salt) = (bytes(&statement.report_hash)?, bytes(&statement.salt)?);
    let (score, signature) = (statement.score, bytes(&wire.signature)?);
    Ok(Reveal { statement, name: member.to_string(), member, verdict, score, report, salt, signature })
}

/// Keys of rounds and ballots.
fn reads(places: impl Iterator<Item = (u64, u32, ValAddress)>, keys: &mut Vec<Vec<u8>>) {
    for place in places {
        keys.extend([ROUNDS.raw_key(&(place.0, place.1)), BALLOTS.raw_key(&place)]);
    }
}

impl Msg for SubmitCommits {
    type Wire = pb::MsgSubmitCommits;
    type Response = pb::MsgSubmitCommitsResponse;

    fn parse(wire: pb::MsgSubmitCommits) -> Result<SubmitCommits> {
        fits(wire.commits.len())?;
        let commits = wire.commits.into_iter().map(commit).collect();
        Ok(SubmitCommits { carrier: wire.carrier.parse()?, commits })
    }

    fn signer(&self) -> Address {
        self.carrier
    }

    fn cost(&self) -> Gas {
        Gas(20_000).plus(Gas(3_000).times(self.commits.len()))
    }

    fn reads(&self, keys: &mut Vec<Vec<u8>>) {
        let places =
            self.commits.iter().flatten().map(|one| (one.statement.task, one.statement.round, one.member));
        reads(places, keys);
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSubmitCommitsResponse> {
        Ok(pb::MsgSubmitCommitsResponse { skipped: handlers::submit_commits(ctx, self)? })
    }
}

impl Msg for SubmitReveals {
    type Wire = pb::MsgSubmitReveals;
    type Response = pb::MsgSubmitRevealsResponse;

    fn parse(wire: pb::MsgSubmitReveals) -> Result<SubmitReveals> {
        fits(wire.reveals.len())?;
        let reveals = wire.reveals.into_iter().map(reveal).collect();
        Ok(SubmitReveals { carrier: wire.carrier.parse()?, reveals })
    }

    fn signer(&self) -> Address {
        self.carrier
    }

    fn cost(&self) -> Gas {
        Gas(20_000).plus(Gas(3_000).times(self.reveals.len()))
    }

    fn reads(&self, keys: &mut Vec<Vec<u8>>) {
        let places =
            self.reveals.iter().flatten().map(|one| (one.statement.task, one.statement.round, one.member));
        reads(places, keys);
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSubmitRevealsResponse> {
        Ok(pb::MsgSubmitRevealsResponse { skipped: handlers::submit_reveals(ctx, self)? })
    }
}

/// A signature of an equivocation, as strict as in a ballot.
pub(super) fn signature(bytes: &[u8]) -> Result<[u8; 64]> {
    given::signature("signature", bytes)
}
