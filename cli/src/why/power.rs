//! `lazd why power`

use anyhow::{Result, anyhow};
use app::why::{Finding, power};
use proto::lazchain::quorum::v1 as pb;

use super::{Flags, Node, id};

/// Why the members of a Quorum weigh so much: pledges from stake, cut by the cap
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd why power quorum-3
  lazd why power quorum-3 17")]
pub(super) struct Args {
    /// The Quorum: 3 or quorum-3
    quorum: String,
    /// The epoch of the measurement; the last one unless given
    epoch: Option<u64>,
    #[command(flatten)]
    pub(super) flags: Flags,
}

pub(super) fn find(node: &Node, args: &Args) -> Result<Finding> {
    let number = id("quorum", &args.quorum)?;
    let answer: pb::QueryQuorumResponse =
        node.ask("/lazchain.quorum.v1.Query/Quorum", &pb::QueryQuorumRequest { id: number })?;
    let last = answer.quorum.map_or(0, |quorum| quorum.measured);
    let epoch = args.epoch.unwrap_or(last);
    let found = node.measurement(number, epoch)?.ok_or_else(|| match last {
        0 => anyhow!("quorum-{number} was never measured; that happens once an epoch"),
        last => anyhow!(
            "no measurement of quorum-{number} in epoch {epoch} is kept; the last is of epoch {last}, and older ones \
             go when no task refers to them: ask with --height"
        ),
    })?;
    Ok(power(&found)?)
}
