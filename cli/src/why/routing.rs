//! `lazd why routing`

use anyhow::{Result, anyhow};
use app::why::{Finding, Routed, routing};
use proto::lazchain::vsc::v1 as pb;

use super::{Flags, Node, beacon, id};

/// Why a Quorum was chosen for an update, or for a later round of it
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd why routing task-9
  lazd why routing task-9 --round 3")]
pub(super) struct Args {
    /// The task: 9 or task-9
    task: String,
    /// The round that a Quorum was chosen for; 0 is the routing of the update
    #[arg(long, default_value_t = 0)]
    round: u32,
    #[command(flatten)]
    pub(super) flags: Flags,
}

pub(super) fn find(node: &Node, args: &Args) -> Result<Finding> {
    let (task, round) = (node.task(id("task", &args.task)?)?, args.round);
    let ask = pb::QueryWhyRoutingRequest { task: task.id, round };
    let answer: Option<pb::QueryWhyRoutingResponse> = node.find("/lazchain.vsc.v1.Query/WhyRouting", &ask)?;
    let answer = answer.ok_or_else(|| {
        anyhow!(
            "no Quorum was chosen for round {round} of task-{}; later rounds of a verdict and juries of the same \
             Quorum are drawn without a choice: `lazd why drawing` tells",
            task.id
        )
    })?;
    let mut drawings = Vec::new();
    for round in [round, round.saturating_add(1)] {
        let ask = pb::QueryWhyDrawingRequest { task: task.id, round };
        let found: Option<pb::QueryWhyDrawingResponse> =
            node.find("/lazchain.vsc.v1.Query/WhyDrawing", &ask)?;
        drawings.extend(found.and_then(|answer| answer.drawing));
    }
    let mut finding = routing(&Routed { answer: &answer, task: &task, drawings: &drawings })?;
    if let Some(receipt) = &answer.receipt {
        beacon::explain(node, &mut finding, &receipt.beacon, receipt.height)?;
    }
    Ok(finding)
}
