//! Ballots, carried by anyone.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use proto::{
    amount::Amount,
    lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb},
    signed::{self, statement},
};
use state::Pb;

use super::super::{
    errors::Error,
    events,
    keys::{BALLOTS, ROUNDS},
    logic,
    msgs::{Commit, Reveal, Said, SubmitCommits, SubmitEquivocation, SubmitReveals},
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        audit::{self, Subject},
        quorum::{self, Offence},
    },
    signatures::{Signed, verify_all},
    stored,
};

/// The rounds that the ballots of a message are about. Each is read once, and written once after the last ballot.
#[derive(Default)]
struct Rounds {
    read: BTreeMap<(u64, u32), Option<pb::Round>>,
    changed: BTreeSet<(u64, u32)>,
}

impl Rounds {
    /// The key of a seat, if the round is there and waits for that.
    fn seat_key(
        &mut self,
        ctx: &Ctx,
        (about, member): ((u64, u32), &str),
        phase: pb::Phase,
    ) -> Result<Result<[u8; 32], &'static str>> {
        let round = match self.read.entry(about) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(ROUNDS.get(&ctx.state, &about)?.map(|Pb(round)| round)),
        };
        let Some(round) = round else { return Ok(Err("no such round")) };
        if round.phase() != phase || ctx.block.height > round.until {
            return Ok(Err("the round does not wait for that now"));
        }
        match round.seats.iter().find(|seat| seat.member == member) {
            Some(seat) => Ok(Ok(stored::digest(&seat.attestation_key)?)),
            None => Ok(Err("no seat in this round")),
        }
    }

    /// A round in which a seat was found.
    fn found(&mut self, (task, round): (u64, u32)) -> Result<&mut pb::Round> {
        let found = self.read.get_mut(&(task, round)).and_then(Option::as_mut);
        Ok(found.ok_or(Error::NoSuchRound { task, round })?)
    }

    /// The same, to be changed.
    fn change(&mut self, about: (u64, u32)) -> Result<&mut pb::Round> {
        self.changed.insert(about);
        self.found(about)
    }

    /// Writes those that were changed.
    fn save(&self, ctx: &mut Ctx) {
        let changed = self.changed.iter().filter_map(|about| self.read.get(about)?.as_ref());
        changed.for_each(|round| logic::save_round(ctx, round));
    }
}

/// What shows without signatures, then all signatures at once: one verdict for each, whatever the batch.
fn verified(found: Vec<Result<Signed, &'static str>>) -> Vec<Result<(), &'static str>> {
    let signed: Vec<Signed> = found.iter().filter_map(|one| one.as_ref().ok()).copied().collect();
    let mut verdicts = verify_all(&signed).into_iter();
    let one = |one: Result<Signed, &'static str>| {
        one.and_then(|_| if verdicts.next().unwrap_or(false) { Ok(()) } else { Err("wrong signature") })
    };
    found.into_iter().map(one).collect()
}

/// At least one must count, or carrying rubbish would be free of blame.
fn some_good(skipped: Vec<String>) -> Result<Vec<String>> {
    match skipped.first() {
        Some(first) if skipped.iter().all(|why| !why.is_empty()) => {
            Err(Error::NoGoodBallot(first.clone()).into())
        }
        _ => Ok(skipped),
    }
}

pub(crate) fn submit_commits(ctx: &mut Ctx, msg: &SubmitCommits) -> Result<Vec<String>> {
    let chain_id = ctx.block.chain_id.clone();
    let (mut rounds, mut found) = (Rounds::default(), Vec::with_capacity(msg.commits.len()));
    for commit in &msg.commits {
        found.push(match commit {
            Err(why) => Err(*why),
            Ok(commit) => {
                let about = (commit.statement.task, commit.statement.round);
                let said = statement("commit", &chain_id, &commit.statement);
                let key = rounds.seat_key(ctx, (about, &commit.name), pb::Phase::Commit)?;
                key.map(|key| Signed { key, statement: said, signature: commit.signature })
            }
        });
    }
    let mut skipped = Vec::with_capacity(msg.commits.len());
    for (commit, verdict) in msg.commits.iter().zip(verified(found)) {
        skipped.push(match (commit, verdict) {
            (Ok(commit), Ok(())) => take_commit(ctx, &mut rounds, commit)?.to_owned(),
            (Err(why), _) => (*why).to_owned(),
            (_, Err(why)) => why.to_owned(),
        });
    }
    rounds.save(ctx);
    some_good(skipped)
}

/// Takes a commitment whose signature is right; why not, or nothing.
fn take_commit(ctx: &mut Ctx, rounds: &mut Rounds, commit: &Commit) -> Result<&'static str> {
    let (task, round) = (commit.statement.task, commit.statement.round);
    let place = (task, round, commit.member);
    if BALLOTS.has(&ctx.state, &place)? {
        return Ok("committed already");
    }
    if rounds.found((task, round))?.phase() != pb::Phase::Commit {
        return Ok("the round does not wait for that now"); // an earlier one in this list was the last awaited
    }
    let ballot = pb::Ballot {
        task,
        round,
        member: commit.name.clone(),
        commit: commit.commit.to_vec(),
        commit_signature: commit.signature.to_vec(),
        commit_height: ctx.block.height,
        ..pb::Ballot::default()
    };
    BALLOTS.set(&mut ctx.state, &place, &Pb(ballot));
    ctx.emit(events::Balloted { task, round, member: &commit.name, phase: pb::Phase::Commit });
    let record = rounds.change((task, round))?;
    record.commits = record.commits.saturating_add(1);
    if u32::try_from(record.seats.len()) == Ok(record.commits) {
        logic::all_committed(ctx, record)?;
    }
    Ok("")
}

pub(crate) fn submit_reveals(ctx: &mut Ctx, msg: &SubmitReveals) -> Result<Vec<String>> {
    let chain_id = ctx.block.chain_id.clone();
    let (mut rounds, mut found) = (Rounds::default(), Vec::with_capacity(msg.reveals.len()));
    for reveal in &msg.reveals {
        found.push(match reveal {
            Err(why) => Err(*why),
            Ok(reveal) => {
                let about = (reveal.statement.task, reveal.statement.round);
                let said = statement("reveal", &chain_id, &reveal.statement);
                let key = rounds.seat_key(ctx, (about, &reveal.name), pb::Phase::Reveal)?;
                key.map(|key| Signed { key, statement: said, signature: reveal.signature })
            }
        });
    }
    let mut skipped = Vec::with_capacity(msg.reveals.len());
    for (reveal, verdict) in msg.reveals.iter().zip(verified(found)) {
        skipped.push(match (reveal, verdict) {
            (Ok(reveal), Ok(())) => take_reveal(ctx, &mut rounds, reveal)?.to_owned(),
            (Err(why), _) => (*why).to_owned(),
            (_, Err(why)) => why.to_owned(),
        });
    }
    rounds.save(ctx);
    some_good(skipped)
}

/// Takes a ballot whose signature is right; why not, or nothing.
fn take_reveal(ctx: &mut Ctx, rounds: &mut Rounds, reveal: &Reveal) -> Result<&'static str> {
    let (task, round) = (reveal.statement.task, reveal.statement.round);
    let place = (task, round, reveal.member);
    let Some(Pb(mut ballot)) = BALLOTS.get(&ctx.state, &place)? else { return Ok("not committed") };
    if ballot.reveal_height > 0 {
        return Ok("revealed already");
    }
    let opened = signed::Ballot {
        chain_id: &ctx.block.chain_id,
        task,
        round,
        member: reveal.member.as_bytes(),
        verdict: u32::try_from(i32::from(reveal.verdict)).unwrap_or_default(),
        score: reveal.score,
        report: &reveal.report,
        salt: &reveal.salt,
    };
    if opened.hash().as_slice() != ballot.commit {
        return Ok("not what was committed to");
    }
    ballot.set_verdict(reveal.verdict);
    (ballot.score, ballot.reveal_height) = (reveal.score, ctx.block.height);
    (ballot.report_hash, ballot.salt) = (reveal.report.to_vec(), reveal.salt.to_vec());
    ballot.reveal_signature = reveal.signature.to_vec();
    BALLOTS.set(&mut ctx.state, &place, &Pb(ballot));
    ctx.emit(events::Balloted { task, round, member: &reveal.name, phase: pb::Phase::Reveal });
    let record = rounds.change((task, round))?;
    record.reveals = record.reveals.saturating_add(1);
    if record.reveals == record.commits {
        logic::all_revealed(ctx, record)?;
    }
    Ok("")
}

pub(crate) fn submit_equivocation(ctx: &mut Ctx, msg: &SubmitEquivocation) -> Result<()> {
    let (task, number) = (msg.task, msg.round);
    let round = logic::round(&ctx.state, task, number)?;
    if !round.held {
        return Err(Error::NotLiable { task, round: number }.into());
    }
    let text = msg.member.to_string();
    let seat = round.seats.iter().find(|seat| seat.member == text);
    let seat = seat.ok_or(Error::NoSeat { member: msg.member, task, round: number })?;
    let key = stored::digest(&seat.attestation_key)?;
    let chain_id = &ctx.block.chain_id;
    let both = msg.ballots.each_ref().map(|(said, signature)| {
        let statement = match said {
            Said::Commit(said) => statement("commit", chain_id, said),
            Said::Reveal(said) => statement("reveal", chain_id, said),
        };
        Signed { key, statement, signature: *signature }
    });
    if verify_all(&both).contains(&false) {
        return Err(Error::NotEquivocation("a signature is not that of the seat").into());
    }
    let offence = Offence {
        quorum: round.quorum,
        measurement: round.measurement,
        member: msg.member,
        kind: quorum_pb::OffenceKind::Equivocation,
        task,
        round: number,
        power_at_fault: stored::amount(&seat.power)?,
        reporter: Some(msg.reporter),
        at_least: Amount::ZERO,
        refund: None,
    };
    if quorum::offend(ctx, &offence)?.is_zero() {
        return Err(Error::NotEquivocation("it was punished already").into());
    }
    let member = &msg.member;
    ctx.emit(events::Equivocated { task, round: number, member, reporter: &msg.reporter });
    let digest = audit::digest_of(&round);
    let kind = "vsc.member_equivocated";
    audit::record(ctx, audit::Entry::new(Subject::Task(task), kind, &msg.reporter, digest))?;
    audit::record(ctx, audit::Entry::new(Subject::Validator(msg.member), kind, &msg.reporter, digest))
}
