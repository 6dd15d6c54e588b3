//! `lazd why tally`

use anyhow::Result;
use app::why::{Finding, tally};
use proto::lazchain::vsc::v1 as pb;

use super::{Flags, Node, id};

/// Why a round came to its verdict: signatures, commitments, counts
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd why tally task-9 1")]
pub(super) struct Args {
    /// The task: 9 or task-9
    task: String,
    /// The round, from 1
    round: u32,
    #[command(flatten)]
    pub(super) flags: Flags,
}

pub(super) fn find(node: &Node, args: &Args) -> Result<Finding> {
    let task = node.task(id("task", &args.task)?)?;
    node.check_round(&task, args.round)?;
    let ask = pb::QueryWhyTallyRequest { task: task.id, round: args.round };
    let answer: pb::QueryWhyTallyResponse = node.ask("/lazchain.vsc.v1.Query/WhyTally", &ask)?;
    Ok(tally(&answer, &node.chain_id()?)?)
}
