//! What an operator sees of others: it reads every block, works out again what the chain decided by rule, and looks for
//! ballots that contradict each other and for acceptances of content that it knows to be other bytes.
//!
//! What it can prove is kept as a finding, logged as an error, counted and served; and, as far as the configuration says
//! so, taken to the chain. A block that the node no longer has is not watched. Of two different reveals both are seen
//! only if the one that counts came first: the chain keeps no other.

mod ballots;
mod carry;
mod findings;
mod rules;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use client::{Chain, Sender, light};
use proto::{address::ValAddress, lazchain::vsc::v1 as pb, tendermint::abci::Event};
use serde_json::json;

use super::{Config, door::Gauges, duties, journal::Journal, report::Report};
use crate::error::{Error, Result};
use carry::Tries;
pub(super) use findings::{Findings, Found, Kind};

/// Blocks that are read in one look, so that ballots never wait long.
const BLOCKS_A_LOOK: u64 = 20;
/// The same in time: a look is over after the block with which it took so long.
const LONGEST_LOOK: Duration = Duration::from_secs(3);
/// Who is further behind goes on from here: what was decided earlier is final soon or already.
const MOST_BEHIND: u64 = 20_000;

/// Reads block after block.
pub(super) struct Watch {
    chain: Arc<Chain>,
    chain_id: String,
    config: Config,
    own: BTreeSet<ValAddress>,
    gauges: Arc<Gauges>,
    findings: Findings,
    /// Where the next height is kept.
    path: PathBuf,
    next: u64,
    /// How often a finding was taken to the chain, and when it is again, by its name.
    tries: BTreeMap<String, Tries>,
}

/// What of a block is worth a look.
#[derive(Debug, PartialEq, Eq)]
enum Decided {
    Drawing(u64, u32),
    Tally(u64, u32, bool),
}

impl Watch {
    /// Goes on where it was in this folder, or begins with the next block.
    pub(super) async fn open(
        chain: Arc<Chain>,
        chain_id: &str,
        config: &Config,
        own: BTreeSet<ValAddress>,
        (gauges, folder): (Arc<Gauges>, &Path),
    ) -> Result<Watch> {
        let path = folder.join("watched");
        let latest = light::latest(chain.rpc()).await?;
        let before = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
        let next = before.unwrap_or(latest + 1);
        if next + MOST_BEHIND < latest {
            tracing::warn!(
                from = next,
                to = latest,
                "too far behind: what was decided between is not watched"
            );
        }
        let next = next.max(latest.saturating_sub(MOST_BEHIND)).min(latest + 1);
        let findings = Findings::open(folder)?;
        let (chain_id, config) = (chain_id.to_owned(), config.clone());
        let tries = BTreeMap::new();
        Ok(Watch { chain, chain_id, config, own, gauges, findings, path, next, tries })
    }

    /// Reads the blocks since the last look, and takes to the chain what waits for it.
    pub(super) async fn look(&mut self, height: u64, journal: &Journal, sender: &mut Sender) -> Result<()> {
        let chain = Arc::clone(&self.chain);
        let begun = Instant::now();
        // the engine has a block a moment before the state that it leads to can be asked for
        let height = height.saturating_sub(1);
        let to = height.min(self.next.saturating_add(BLOCKS_A_LOOK - 1));
        let mut follow = chain.follow(Some(self.next)).await?;
        while self.next <= to && begun.elapsed() < LONGEST_LOOK {
            match follow.next().await {
                Ok(happened) => {
                    let events = happened.txs.iter().flat_map(|(_, _, events)| events).chain(&happened.block);
                    let decided: Vec<Decided> = events.filter_map(decided).collect();
                    for decided in decided {
                        self.check(&decided, height, journal).await?;
                    }
                    if !happened.txs.is_empty() {
                        self.compare(happened.height).await?;
                    }
                }
                Err(client::Error::Rpc(why)) => {
                    tracing::warn!(height = self.next, why, "the node has not this block; not watched");
                    follow = chain.follow(Some(self.next + 1)).await?;
                }
                Err(error) => return Err(error.into()),
            }
            self.next += 1;
        }
        fs::write(&self.path, self.next.to_string()).map_err(Error::at(&self.path))?;
        self.carry(sender, Instant::now()).await
    }

    /// Works it out again.
    async fn check(&mut self, decided: &Decided, height: u64, journal: &Journal) -> Result<()> {
        let chain = Arc::clone(&self.chain);
        let node = rules::Node { chain: &chain, height };
        let (task, round, worked) = match decided {
            Decided::Drawing(task, round) => (*task, *round, node.drawn(*task, *round).await?),
            Decided::Tally(task, round, accepted) => {
                if *accepted {
                    self.doubt(*task, *round, journal).await?;
                }
                (*task, *round, node.counted(*task, *round, &self.chain_id).await?)
            }
        };
        for finding in worked {
            self.gauges.rechecked.inc();
            if !finding.is_right() {
                let checks = finding.checks.iter().filter(|check| !check.is_right());
                let checks = checks
                    .map(|one| json!({ "rule": one.rule, "recomputed": one.recomputed, "chain": one.chain }));
                let proof = json!({ "checks": checks.collect::<Vec<_>>() });
                let because = format!("{}: {}", finding.title, finding.verdict());
                self.found(Found::new(Kind::Rule, (task, round), because, proof))?;
            }
        }
        Ok(())
    }

    /// Others accepted what this operator knows to be other bytes.
    async fn doubt(&mut self, task: u64, round: u32, journal: &Journal) -> Result<()> {
        for before in (1..=round).rev() {
            let other = |report: &Report| report.is_of_other_bytes();
            if !journal.judged(task, before)?.as_ref().is_some_and(other) {
                continue;
            }
            let record = duties::task(&self.chain, task).await?;
            let Some(report) = journal.judged_of(task, before, duties::sha256(&record))? else { continue };
            let because = format!("task-{task} was accepted, and {}", report.because);
            let proof = json!({ "report": hex::encode(report.hash()) });
            return self.found(Found::new(Kind::Verdict, (task, round), because, proof));
        }
        Ok(())
    }

    /// Ballots in a block's transactions against those that count.
    async fn compare(&mut self, height: u64) -> Result<()> {
        let signed = ballots::in_block(&self.chain, height).await?;
        for pair in ballots::contradictions(&self.chain, &self.chain_id, signed).await? {
            let about = (pair.task, pair.round);
            let because = format!(
                "{} signed two different {} in round {} of task-{}",
                pair.member, pair.what, pair.round, pair.task
            );
            let mut found = Found::new(Kind::Equivocation, about, because, pair.proof());
            found.member = Some(pair.member);
            self.found(found)?;
        }
        Ok(())
    }

    fn found(&mut self, mut found: Found) -> Result<()> {
        found.outcome = self.stays(&found);
        if self.findings.add(&found)? {
            self.gauges.findings.with_label_values(&[found.kind.name()]).inc();
            tracing::error!(kind = found.kind.name(), because = found.because, "found; see /findings");
        }
        Ok(())
    }

    /// Why a finding is not taken to the chain, if it is not.
    fn stays(&self, found: &Found) -> Option<String> {
        let own = |member: &String| member.parse().is_ok_and(|member| self.own.contains(&member));
        match found.kind {
            Kind::Rule => Some("nothing on the chain can decide it; tell other operators".into()),
            Kind::Equivocation if found.member.as_ref().is_some_and(own) => {
                Some("a member of this operator's: another one signs with its key".into())
            }
            Kind::Equivocation => (!self.config.report).then(|| "not reported: report = false".into()),
            Kind::Verdict => {
                (self.config.challenge_bond == 0).then(|| "not challenged: challenge_bond = 0".into())
            }
        }
    }
}

/// What an event says was decided.
fn decided(event: &Event) -> Option<Decided> {
    let value = |key: &str| {
        event.attributes.iter().find(|attribute| attribute.key == key).map(|found| found.value.as_str())
    };
    let task = value("task")?.strip_prefix("task-")?.parse().ok()?;
    let round = value("round")?.parse().ok()?;
    match event.r#type.as_str() {
        "vsc.committee_drawn" => Some(Decided::Drawing(task, round)),
        "vsc.round_counted" => {
            Some(Decided::Tally(task, round, value("verdict")? == pb::Verdict::Accept.as_str_name()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
