//! Ballots, carried by anyone.

use proto::{
    address::ValAddress,
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

/// The key of a seat, if the round is there and waits for that.
fn seat_key(
    ctx: &Ctx,
    (task, round): (u64, u32),
    member: &ValAddress,
    phase: pb::Phase,
) -> Result<Result<[u8; 32], &'static str>> {
    let Some(Pb(round)) = ROUNDS.get(&ctx.state, &(task, round))? else { return Ok(Err("no such round")) };
    if round.phase() != phase || ctx.block.height > round.until {
        return Ok(Err("the round does not wait for that now"));
    }
    let text = member.to_string();
    match round.seats.iter().find(|seat| seat.member == text) {
        Some(seat) => Ok(Ok(stored::digest(&seat.attestation_key)?)),
        None => Ok(Err("no seat in this round")),
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
    let mut found = Vec::with_capacity(msg.commits.len());
    for commit in &msg.commits {
        found.push(match commit {
            Err(why) => Err(*why),
            Ok(commit) => {
                let about = (commit.statement.task, commit.statement.round);
                let said = statement("commit", &chain_id, &commit.statement);
                let key = seat_key(ctx, about, &commit.member, pb::Phase::Commit)?;
                key.map(|key| Signed { key, statement: said, signature: commit.signature })
            }
        });
    }
    let mut skipped = Vec::with_capacity(msg.commits.len());
    for (commit, verdict) in msg.commits.iter().zip(verified(found)) {
        skipped.push(match (commit, verdict) {
            (Ok(commit), Ok(())) => take_commit(ctx, commit)?.to_owned(),
            (Err(why), _) => (*why).to_owned(),
            (_, Err(why)) => why.to_owned(),
        });
    }
    some_good(skipped)
}

/// Takes a commitment whose signature is right; why not, or nothing.
fn take_commit(ctx: &mut Ctx, commit: &Commit) -> Result<&'static str> {
    let (task, round) = (commit.statement.task, commit.statement.round);
    let place = (task, round, commit.member);
    if BALLOTS.has(&ctx.state, &place)? {
        return Ok("committed already");
    }
    let mut record = logic::round(&ctx.state, task, round)?;
    if record.phase() != pb::Phase::Commit {
        return Ok("the round does not wait for that now"); // an earlier one in this list was the last awaited
    }
    let ballot = pb::Ballot {
        task,
        round,
        member: commit.member.to_string(),
        commit: commit.commit.to_vec(),
        commit_signature: commit.signature.to_vec(),
        commit_height: ctx.block.height,
        ..pb::Ballot::default()
    };
    BALLOTS.set(&mut ctx.state, &place, &Pb(ballot));
    ctx.emit(events::Balloted { task, round, member: &commit.member, phase: pb::Phase::Commit });
    record.commits = record.commits.saturating_add(1);
    if u32::try_from(record.seats.len()) == Ok(record.commits) {
        logic::all_committed(ctx, &mut record)?;
    } else {
        logic::save_round(ctx, &record);
    }
    Ok("")
}

pub(crate) fn submit_reveals(ctx: &mut Ctx, msg: &SubmitReveals) -> Result<Vec<String>> {
    let chain_id = ctx.block.chain_id.clone();
    let mut found = Vec::with_capacity(msg.reveals.len());
    for reveal in &msg.reveals {
        found.push(match reveal {
            Err(why) => Err(*why),
            Ok(reveal) => {
                let about = (reveal.statement.task, reveal.statement.round);
                let said = statement("reveal", &chain_id, &reveal.statement);
                let key = seat_key(ctx, about, &reveal.member, pb::Phase::Reveal)?;
                key.map(|key| Signed { key, statement: said, signature: reveal.signature })
            }
        });
    }
    let mut skipped = Vec::with_capacity(msg.reveals.len());
    for (reveal, verdict) in msg.reveals.iter().zip(verified(found)) {
        skipped.push(match (reveal, verdict) {
            (Ok(reveal), Ok(())) => take_reveal(ctx, reveal)?.to_owned(),
            (Err(why), _) => (*why).to_owned(),
            (_, Err(why)) => why.to_owned(),
        });
    }
    some_good(skipped)
}

/// Takes a ballot whose signature is right; why not, or nothing.
fn take_reveal(ctx: &mut Ctx, reveal: &Reveal) -> Result<&'static str> {
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
    ctx.emit(events::Balloted { task, round, member: &reveal.member, phase: pb::Phase::Reveal });
    let mut record = logic::round(&ctx.state, task, round)?;
    record.reveals = record.reveals.saturating_add(1);
    logic::save_round(ctx, &record);
    if record.reveals == record.commits {
        logic::all_revealed(ctx, &record)?;
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
