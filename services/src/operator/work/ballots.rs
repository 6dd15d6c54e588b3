//! Ballots: which the chain still lacks, and how they are said.

use std::time::{Duration, Instant};

use client::{offchain::Judgement, sign::any};
use prost_types::Any;
use proto::{address::ValAddress, lazchain::vsc::v1 as pb};

use super::{Keys, Operator, Place, duties};
use crate::error::{Error, Result};

/// Ballots in one transaction, as many as the chain takes.
const MAX_BATCH: usize = 64;
/// A ballot that was sent is not sent again for so long: it is on its way into a block.
const RESEND: Duration = Duration::from_secs(15);

impl Operator {
    /// Ballots of a phase that the chain does not have yet.
    pub(super) async fn due(
        &mut self,
        round: &pb::Round,
        members: &[ValAddress],
        phase: pb::Phase,
    ) -> Result<Vec<Place>> {
        let (task, number) = (round.task, round.round);
        if self.journal.judged(task, number)?.is_none() {
            return Ok(Vec::new());
        }
        let now = Instant::now();
        let waits = |place: &Place| {
            let ballot = (*place, phase);
            let recently = self.sent.get(&ballot).is_some_and(|sent| now - *sent < RESEND);
            !self.done.contains(&ballot) && !recently
        };
        let places: Vec<Place> = members.iter().map(|member| (task, number, *member)).filter(waits).collect();
        if places.is_empty() {
            return Ok(places);
        }
        let on_chain = duties::ballots(&self.chain, task, number).await?;
        let mut due = Vec::new();
        for place in places {
            let member = place.2.to_string();
            let ballot = on_chain.iter().find(|ballot| ballot.member == member);
            if self.is_missing(&place, phase, ballot).await? {
                due.push(place);
            } else {
                self.done.insert((place, phase));
            }
        }
        Ok(due)
    }

    /// Whether a ballot waits to be sent: it is not on the chain, and its commitment there is ours.
    async fn is_missing(&self, place: &Place, phase: pb::Phase, ballot: Option<&pb::Ballot>) -> Result<bool> {
        if phase == pb::Phase::Commit {
            return Ok(ballot.is_none());
        }
        let Some(ballot) = ballot.filter(|ballot| ballot.reveal_height == 0) else { return Ok(false) };
        let ours = self.is_ours(place, ballot).await?;
        if !ours {
            let (task, round, member) = (place.0, place.1, &ballot.member);
            tracing::error!(
                task,
                round,
                member,
                "the commitment on chain is not this operator's: another one signs with this key; not revealing"
            );
        }
        Ok(ours)
    }

    fn judgement(&self, (task, round, member): &Place) -> Result<Option<(Judgement, &Keys)>> {
        let (Some(report), Some(keys)) = (self.journal.judged(*task, *round)?, self.members.get(member))
        else {
            return Ok(None);
        };
        let judgement = Judgement {
            chain_id: self.sender.chain_id().to_owned(),
            task: *task,
            round: *round,
            member: *member,
            verdict: report.counted(),
            score: report.score,
            report: report.hash(),
        };
        Ok(Some((judgement, keys)))
    }

    async fn is_ours(&self, place: &Place, ballot: &pb::Ballot) -> Result<bool> {
        let Some((judgement, keys)) = self.judgement(place)? else { return Ok(false) };
        let ours = match keys.commit(&judgement).await {
            Ok(signed) => signed.statement.map(|said| said.commit),
            Err(Error::Refused(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(ours.as_ref() == Some(&ballot.commit))
    }

    pub(super) async fn send(&mut self, places: Vec<Place>, phase: pb::Phase) -> Result<()> {
        for batch in places.chunks(MAX_BATCH) {
            let Some(message) = self.message(batch, phase).await? else { continue };
            let name = if phase == pb::Phase::Commit { "commit" } else { "reveal" };
            match self.sender.send(&self.chain, vec![message]).await {
                Ok(hash) => {
                    tracing::info!(ballots = batch.len(), phase = name, hash, "sent");
                    self.gauges.sent.with_label_values(&[name]).inc_by(batch.len() as u64);
                    let now = Instant::now();
                    for place in batch {
                        self.sent.insert((*place, phase), now);
                    }
                }
                // the round may have moved on meanwhile; the next look tells
                Err(error @ client::Error::Refused { .. }) => {
                    self.gauges.failed.with_label_values(&[name]).inc();
                    tracing::warn!(%error, phase = name, "ballots refused");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// What carries these ballots; nothing if none of them may be signed.
    async fn message(&mut self, batch: &[Place], phase: pb::Phase) -> Result<Option<Any>> {
        let carrier = self.sender.address().to_string();
        let (mut commits, mut reveals, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for place in batch {
            let Some((judgement, keys)) = self.judgement(place)? else { continue };
            let signed = match phase {
                pb::Phase::Commit => keys.commit(&judgement).await.map(|signed| commits.push(signed)),
                _ => keys.reveal(&judgement).await.map(|signed| reveals.push(signed)),
            };
            match signed {
                Ok(()) => {}
                Err(Error::Refused(why)) => {
                    tracing::error!(why, "the signer does not sign this ballot; it is not sent");
                    refused.push((*place, phase));
                }
                Err(error) => return Err(error),
            }
        }
        self.done.extend(refused);
        Ok(match phase {
            pb::Phase::Commit if !commits.is_empty() => Some(any(&pb::MsgSubmitCommits { carrier, commits })),
            pb::Phase::Reveal if !reveals.is_empty() => Some(any(&pb::MsgSubmitReveals { carrier, reveals })),
            _ => None,
        })
    }
}
