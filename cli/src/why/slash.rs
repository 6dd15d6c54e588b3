//! `lazd why slash`

use anyhow::{Context as _, Result, anyhow};
use app::why::{Finding, Slashed, slash};
use prost::Message as _;
use proto::lazchain::quorum::v1 as pb;

use super::{Flags, Node};

/// Why a member was slashed so much, and where it went
#[derive(clap::Args)]
#[command(
    after_help = "The numbers of slashes: `lazd query quorum slashes`. They can be asked for a week after everything is over.

Examples:
  lazd why slash 4"
)]
pub(super) struct Args {
    /// The number of the slash
    slash: u64,
    #[command(flatten)]
    pub(super) flags: Flags,
}

pub(super) fn find(node: &Node, args: &Args) -> Result<Finding> {
    let ask = pb::QuerySlashRequest { id: args.slash };
    let answer: pb::QuerySlashResponse = node.ask("/lazchain.quorum.v1.Query/Slash", &ask)?;
    let one = answer.slash.ok_or_else(|| anyhow!("the answer about slash {} is empty", args.slash))?;
    let rounds = node.rounds(one.task).with_context(|| format!("the rounds of task-{}", one.task))?;
    let measurement = node.measurement(one.quorum, one.measurement)?;
    let all = node.all(
        "/lazchain.quorum.v1.Query/Slashes",
        |pagination| pb::QuerySlashesRequest { quorum: 0, pagination }.encode_to_vec(),
        |answer: pb::QuerySlashesResponse| (answer.slashes, answer.pagination),
    )?;
    let slashed = Slashed {
        slash: &one,
        round: rounds.iter().find(|round| round.round == one.round),
        measurement: measurement.as_ref(),
        all: &all,
    };
    Ok(slash(&slashed)?)
}
