//! Verdicts in a passport: counted again from their ballots.

use prost::Message as _;
use proto::{
    address::ValAddress,
    lazchain::vsc::v1 as vsc,
    merkle::Hash,
    signed::{self, Ballot, statement},
};
use sha2::{Digest as _, Sha256};

use super::{
    Passport, key,
    verify::{Records, word, wrong},
};
use crate::error::Result;

impl Passport {
    /// Counts a round again from its ballots: all of them, each signed with its seat's key, each reveal opening its commitment.
    pub(super) fn check_round(&self, records: &mut Records, round: &vsc::Round) -> Result<String> {
        let (mut commits, mut said, mut scores) = (0_u32, Vec::new(), Vec::new());
        for seat in &round.seats {
            let member: ValAddress = seat.member.parse().map_err(|_| wrong("a seat of no validator"))?;
            let parts: [&[u8]; 3] =
                [&round.task.to_be_bytes(), &round.round.to_be_bytes(), member.as_bytes()];
            let Some(ballot) = records.take::<vsc::Ballot>("vsc", &key("ballots", &parts))? else { continue };
            commits += 1;
            if ballot.reveal_height == 0 {
                continue;
            }
            self.check_ballot(round, seat, &member, &ballot)?;
            said.push(ballot.verdict());
            if ballot.verdict() == vsc::Verdict::Accept {
                scores.push(ballot.score);
            }
        }
        let count = |verdict: vsc::Verdict| said.iter().filter(|said| **said == verdict).count() as u64;
        let all = said.len() as u64;
        if commits != round.commits || all != u64::from(round.reveals) {
            let text = format!(
                "round {} of task-{} has {} ballots, {} of them revealed; here are {commits} and {all}",
                round.round, round.task, round.commits, round.reveals
            );
            return Err(wrong(text));
        }
        // one that is on, or was called off
        let called_off = round.seats.iter().any(|seat| seat.conduct() == vsc::Conduct::Excused);
        if round.phase() != vsc::Phase::Over || called_off {
            return Ok(format!("quorum-{}, {all} ballots revealed and not counted", round.quorum));
        }
        let accepts = count(vsc::Verdict::Accept);
        let accepted = accepts * 10_000 >= u64::from(round.threshold_bps) * round.seats.len() as u64;
        let tally = [accepts, count(vsc::Verdict::Reject), count(vsc::Verdict::Invalid)];
        if accepted != (round.verdict() == vsc::Verdict::Accept)
            || tally != [round.accepts, round.rejects, round.invalids].map(u64::from)
        {
            let text =
                format!("round {} of task-{} has another verdict than its ballots", round.round, round.task);
            return Err(wrong(text));
        }
        scores.sort_unstable();
        let median = scores.get(scores.len().saturating_sub(1) / 2).copied().unwrap_or(0);
        if accepted && median != round.score {
            return Err(wrong(format!(
                "the score of round {} is {median}, not {}",
                round.round, round.score
            )));
        }
        let verdict = word(round.verdict().as_str_name(), "VERDICT_");
        let (seats, others) = (round.seats.len(), all - accepts);
        Ok(format!(
            "quorum-{}, {accepts} of {seats} seats accept, {others} say otherwise: {verdict}, score {}",
            round.quorum, round.score
        ))
    }

    fn check_ballot(
        &self,
        round: &vsc::Round,
        seat: &vsc::Seat,
        member: &ValAddress,
        ballot: &vsc::Ballot,
    ) -> Result<()> {
        let bad = |why: &str| wrong(format!("the ballot of {} in round {}: {why}", seat.member, round.round));
        if (ballot.task, ballot.round, &ballot.member) != (round.task, round.round, &seat.member) {
            return Err(bad("it is another round's or seat's"));
        }
        let digest = |bytes: &[u8]| Hash::try_from(bytes).map_err(|_| bad("a digest has not 32 bytes"));
        let (report, salt, attestation) =
            (digest(&ballot.report_hash)?, digest(&ballot.salt)?, digest(&seat.attestation_key)?);
        let opened = Ballot {
            chain_id: &self.chain_id,
            task: round.task,
            round: round.round,
            member: member.as_bytes(),
            verdict: u32::try_from(ballot.verdict).unwrap_or_default(),
            score: ballot.score,
            report: &report,
            salt: &salt,
        };
        if ballot.commit != opened.hash() {
            return Err(bad("it does not open its commitment"));
        }
        let signed = [
            (statement("commit", &self.chain_id, &ballot.committed()), &ballot.commit_signature),
            (statement("reveal", &self.chain_id, &ballot.revealed()), &ballot.reveal_signature),
        ];
        for (statement, signature) in signed {
            let signature =
                signature.as_slice().try_into().map_err(|_| bad("a signature has not 64 bytes"))?;
            if !signed::verify(&attestation, &statement, signature) {
                return Err(bad("it is not signed with the seat's key"));
            }
        }
        Ok(())
    }
}

/// Whether a round is the one of a certificate: its digest at the verdict, before its reserve was released.
pub(super) fn certifies(round: &vsc::Round, certificate: &[u8]) -> bool {
    let states = [(false, false), (false, true), (true, false), (true, true)];
    states.iter().any(|(reserved, held)| {
        let then = vsc::Round { reserved: *reserved, held: *held, ..round.clone() };
        Sha256::digest(then.encode_to_vec()).as_slice() == certificate
    })
}
