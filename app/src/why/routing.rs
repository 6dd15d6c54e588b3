//! Why a Quorum was chosen.

use proto::{amount::Amount, lazchain::vsc::v1 as pb};

use super::{Finding, sum, word};
use crate::{
    error::Result,
    fixed::product,
    given::refused,
    modules::{
        beacon,
        quorum::power::reliability,
        vsc::{
            routing::{Weighed, choose},
            types::CONFLICT_THIRDS,
        },
    },
    stored::{amount, digest},
};

/// What a choice among Quorums is recomputed from.
pub struct Routed<'a> {
    /// The receipt.
    pub answer: &'a pb::QueryWhyRoutingResponse,
    /// What was submitted.
    pub task: &'a pb::Task,
    /// Draws of that round and of the next: one of them was made in the same block from the Quorum chosen.
    pub drawings: &'a [pb::Drawing],
}

/// A choice among Quorums.
///
/// # Errors
/// If a part of the answers is missing or cannot be read.
pub fn routing(routed: &Routed<'_>) -> Result<Finding> {
    let receipt = routed.answer.receipt.as_ref().ok_or_else(|| refused("the answer has no receipt"))?;
    let pb::Receipt { task, round, height, beacon, seed, candidates, chosen } = receipt;
    let what = if *round == 0 {
        format!("routing of task-{task}")
    } else {
        format!("routing for round {round} of task-{task}")
    };
    let mut finding = Finding::new(what);
    finding.fact("beacon", hex::encode(beacon));
    finding.fact("at height", height);
    finding.table("candidates", &["quorum", "bar", "free power", "reliability bps", "fee"], rows(candidates));
    let again = beacon::seed(&digest(beacon)?, *task, *round);
    finding.check("seed: H(lazchain/seed/v1, beacon, task, round)", hex::encode(again), hex::encode(seed));
    let rate = |one: &pb::Candidate| -> Result<(String, String, String)> {
        // a Quorum that is gone has no record
        let by_rule = if one.bar() == pb::Bar::QuorumStatus && one.reliability_bps == 0 {
            0
        } else {
            reliability(one.verdicts, one.failed, one.overturned)?
        };
        Ok((format!("quorum-{}", one.quorum), by_rule.to_string(), one.reliability_bps.to_string()))
    };
    let rates = candidates.iter().map(rate).collect::<Result<Vec<_>>>()?;
    finding.each("reliability: 10,000 x (v + 1) / (v + 1 + f + 10 x o)", rates);
    let open = candidates.iter().filter(|one| one.bar() == pb::Bar::None);
    let weighed = open.map(weigh).collect::<Result<Vec<_>>>()?;
    let picked = choose(&again, &weighed).unwrap_or(0);
    finding.check("choice: by weight (free power x reliability), from the seed", name(picked), name(*chosen));
    if *round == 0 {
        within_the_limit(&mut finding, routed.task, candidates)?;
    }
    if *chosen != 0 {
        drawn(&mut finding, receipt, routed.drawings)?;
    }
    finding.check("what the query says it comes to", name(picked), name(routed.answer.recomputed));
    Ok(finding)
}

fn name(quorum: u64) -> String {
    if quorum == 0 { "none".into() } else { format!("quorum-{quorum}") }
}

fn weigh(candidate: &pb::Candidate) -> Result<Weighed> {
    let (quorum, reliability_bps) = (candidate.quorum, candidate.reliability_bps);
    Ok(Weighed { quorum, budget: amount(&candidate.budget)?, reliability_bps })
}

fn rows(candidates: &[pb::Candidate]) -> Vec<Vec<String>> {
    let row = |one: &pb::Candidate| {
        vec![
            name(one.quorum),
            word(one.bar().as_str_name()),
            one.budget.clone(),
            one.reliability_bps.to_string(),
            one.fee.clone(),
        ]
    };
    candidates.iter().map(row).collect()
}

/// Of the first choice it is known what could be paid: all that the submitter offered.
fn within_the_limit(finding: &mut Finding, task: &pb::Task, candidates: &[pb::Candidate]) -> Result<()> {
    let most = amount(&task.update.clone().unwrap_or_default().max_fee)?;
    finding.fact("the most that the submitter pays", most);
    let mut limits = Vec::new();
    for one in candidates {
        let too_dear = amount(&one.fee)? > most;
        let said = match one.bar() {
            pb::Bar::Fee => true,
            pb::Bar::None | pb::Bar::Conflicts | pb::Bar::Seats => false,
            _ => too_dear, // something else came first
        };
        let text = |dear: bool| if dear { "too dear" } else { "within it" }.to_owned();
        limits.push((name(one.quorum), text(too_dear), text(said)));
    }
    finding.each("fee against what the submitter pays", limits);
    Ok(())
}

/// The committee comes from the Quorum chosen, in the same block, and its members' free power is what weighed.
fn drawn(finding: &mut Finding, receipt: &pb::Receipt, drawings: &[pb::Drawing]) -> Result<()> {
    let drawing = drawings.iter().find(|one| one.height == receipt.height && one.task == receipt.task);
    let quorum = drawing.map_or(0, |one| one.quorum);
    finding.check("a committee of it was drawn in the same block", name(receipt.chosen), name(quorum));
    let chosen = receipt.candidates.iter().find(|one| one.quorum == receipt.chosen);
    let (Some(drawing), Some(chosen)) = (drawing, chosen) else { return Ok(()) };
    let free = drawing.runners.iter().map(|one| amount(&one.free)).collect::<Result<Vec<_>, _>>()?;
    finding.check("free power of its members together", sum(free)?, amount(&chosen.budget)?);
    let (mut all, mut lost) = (Amount::ZERO, Amount::ZERO);
    for runner in &drawing.runners {
        let power = amount(&runner.power)?;
        all = all.plus(power)?;
        if runner.bar() == pb::Bar::Conflict {
            lost = lost.plus(power)?;
        }
    }
    let fits = product(lost.units(), CONFLICT_THIRDS) <= product(all.units(), 1);
    finding.check("conflicts remove at most a third of its power", fits, true);
    Ok(())
}
