//! Why a round came to its verdict.

use proto::{
    lazchain::vsc::v1 as pb,
    signed::{self, statement},
};

use super::{Finding, count, word};
use crate::{
    error::Result,
    given::refused,
    modules::vsc::{
        committee::needed,
        tally::{MAX_SCORE, Tally},
    },
    signatures::{Signed, verify_all},
    stored::{digest, val_address},
};

/// A round's tally, on the chain of this id: the ballots are what the seats signed and committed to, and are counted.
///
/// # Errors
/// If the round is not counted yet, or a part of the answer cannot be read.
pub fn tally(answer: &pb::QueryWhyTallyResponse, chain_id: &str) -> Result<Finding> {
    let round = answer.round.as_ref().ok_or_else(|| refused("the answer has no round"))?;
    let (task, number) = (round.task, round.round);
    if round.phase() != pb::Phase::Over {
        let (phase, until) = (word(round.phase().as_str_name()), round.until);
        let text = format!(
            "round {number} of task-{task} is not counted yet: it waits for {phase} until height {until}"
        );
        return Err(refused(text));
    }
    let mut finding = Finding::new(format!("tally of round {number} of task-{task}"));
    finding.fact("threshold bps", round.threshold_bps);
    let ballots = |seat: &pb::Seat| answer.ballots.iter().find(|ballot| ballot.member == seat.member);
    let strangers = answer.ballots.iter().filter(|ballot| {
        let about = (ballot.task, ballot.round) == (task, number);
        !about || !round.seats.iter().any(|seat| seat.member == ballot.member)
    });
    finding.check("ballots without a seat in this round", 0, strangers.count());
    signatures(&mut finding, round, &answer.ballots, chain_id)?;
    openings(&mut finding, &answer.ballots, chain_id)?;
    let called_off = round.seats.iter().any(|seat| seat.conduct() == pb::Conduct::Excused);
    let counted = seats(&mut finding, round, called_off, ballots);
    let needed = needed(count(&round.seats), round.threshold_bps);
    finding.check("ballots that decide: ceil(seats x threshold)", needed, round.needed);
    let mut tally = Tally::of(&counted, needed);
    if called_off {
        finding.fact("ended", "called off before it could be counted");
        tally = Tally::default();
    }
    let counts = |accepts, rejects, invalids, abstains| format!("{accepts} {rejects} {invalids} {abstains}");
    finding.check(
        "accept, reject, invalid, abstain",
        counts(tally.accepts, tally.rejects, tally.invalids, tally.abstains),
        counts(round.accepts, round.rejects, round.invalids, round.abstains),
    );
    let verdict = |verdict: pb::Verdict| match verdict {
        pb::Verdict::Unspecified => "none".to_owned(),
        other => word(other.as_str_name()),
    };
    finding.check("verdict", verdict(tally.verdict.unwrap_or_default()), verdict(round.verdict()));
    finding.check("score: lower median of those who accept", tally.score, round.score);
    if !called_off {
        finding.check(
            "what the query says it comes to",
            format!("{} {}", verdict(tally.verdict.unwrap_or_default()), tally.score),
            format!("{} {}", verdict(answer.recomputed()), answer.recomputed_score),
        );
    }
    Ok(finding)
}

fn key_of(round: &pb::Round, member: &str) -> Result<[u8; 32]> {
    let seat = round.seats.iter().find(|seat| seat.member == member);
    Ok(seat.map_or(Ok([0; 32]), |seat| digest(&seat.attestation_key))?)
}

/// Both signatures of a ballot, by the key of its seat; of one that was not revealed the commitment's.
fn signatures(
    finding: &mut Finding,
    round: &pb::Round,
    ballots: &[pb::Ballot],
    chain_id: &str,
) -> Result<()> {
    let (mut names, mut all) = (Vec::new(), Vec::new());
    let mut sign = |what: &str, ballot: &pb::Ballot, statement: [u8; 32], signature: &[u8]| -> Result<()> {
        let signature = signature.try_into().unwrap_or([0; 64]);
        all.push(Signed { key: key_of(round, &ballot.member)?, statement, signature });
        names.push(format!("the {what} of {}", ballot.member));
        Ok(())
    };
    for ballot in ballots {
        let said = statement("commit", chain_id, &ballot.committed());
        sign("commitment", ballot, said, &ballot.commit_signature)?;
        if ballot.reveal_height > 0 {
            let said = statement("reveal", chain_id, &ballot.revealed());
            sign("ballot", ballot, said, &ballot.reveal_signature)?;
        }
    }
    let verdicts = verify_all(&all);
    let both = names.into_iter().zip(verdicts).map(|(name, good)| (name, "right".to_owned(), right(good)));
    finding.each("signature by the key of the seat", both.collect::<Vec<_>>());
    Ok(())
}

fn right(good: bool) -> String {
    if good { "right" } else { "wrong" }.to_owned()
}

/// Each ballot that was revealed is the one that was committed to.
fn openings(finding: &mut Finding, ballots: &[pb::Ballot], chain_id: &str) -> Result<()> {
    let mut all = Vec::new();
    for ballot in ballots.iter().filter(|ballot| ballot.reveal_height > 0) {
        let (report, salt) = (digest(&ballot.report_hash)?, digest(&ballot.salt)?);
        let member = val_address(&ballot.member)?;
        let opened = signed::Ballot {
            chain_id,
            task: ballot.task,
            round: ballot.round,
            member: member.as_bytes(),
            verdict: u32::try_from(ballot.verdict).unwrap_or_default(),
            score: ballot.score,
            report: &report,
            salt: &salt,
        };
        all.push((ballot.member.clone(), hex::encode(opened.hash()), hex::encode(&ballot.commit)));
        if ballot.score > MAX_SCORE || ballot.verdict() == pb::Verdict::Unspecified {
            finding.check(&format!("verdict and score of {} are possible", ballot.member), true, false);
        }
    }
    finding.each("commitment: hash of verdict, score, report and salt", all);
    Ok(())
}

/// What each seat is said to have done is what its ballot says; returns what counts.
fn seats<'a>(
    finding: &mut Finding,
    round: &pb::Round,
    called_off: bool,
    ballot_of: impl Fn(&pb::Seat) -> Option<&'a pb::Ballot>,
) -> Vec<(pb::Verdict, u32)> {
    let (mut rows, mut all, mut counted) = (Vec::new(), Vec::new(), Vec::new());
    let (mut commits, mut reveals) = (0_u32, 0_u32);
    for seat in &round.seats {
        let ballot = ballot_of(seat);
        let shown = ballot.filter(|ballot| ballot.reveal_height > 0);
        commits = commits.saturating_add(u32::from(ballot.is_some()));
        reveals = reveals.saturating_add(u32::from(shown.is_some()));
        let conduct = match (ballot, shown) {
            _ if called_off => pb::Conduct::Excused,
            (None, _) => pb::Conduct::Absent,
            (Some(_), None) => pb::Conduct::Unrevealed,
            (_, Some(ballot)) if ballot.verdict() == pb::Verdict::Abstain => pb::Conduct::Abstained,
            _ => pb::Conduct::Good,
        };
        let said = shown.filter(|_| !called_off).map(|ballot| (ballot.verdict(), ballot.score));
        counted.extend(said);
        let (verdict, score) = said.unwrap_or_default();
        let line = |conduct: pb::Conduct, verdict: pb::Verdict, score: u32| {
            format!("{} {} {score}", word(conduct.as_str_name()), word(verdict.as_str_name()))
        };
        let (by_rule, said) =
            (line(conduct, verdict, score), line(seat.conduct(), seat.verdict(), seat.score));
        let cells = [word(conduct.as_str_name()), word(verdict.as_str_name()), score.to_string()];
        rows.push([vec![seat.member.clone(), seat.power.clone()], cells.to_vec()].concat());
        all.push((seat.member.clone(), by_rule, said));
    }
    finding.table("seats", &["member", "power", "conduct", "verdict", "score"], rows);
    finding.each("conduct, verdict and score of the seat", all);
    finding.check(
        "commitments and ballots",
        format!("{commits} {reveals}"),
        format!("{} {}", round.commits, round.reveals),
    );
    counted
}
