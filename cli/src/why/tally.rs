//! `lazd why tally`

use anyhow::Result;
use app::why::{Finding, tally};
use proto::lazchain::vsc::v1 as pb;

use super::{Node, OfRound, id};

pub(super) fn find(node: &Node, args: &OfRound) -> Result<Finding> {
    let task = node.task(id("task", &args.task)?)?;
    node.check_round(&task, args.round)?;
    let ask = pb::QueryWhyTallyRequest { task: task.id, round: args.round };
    let answer: pb::QueryWhyTallyResponse = node.ask("/lazchain.vsc.v1.Query/WhyTally", &ask)?;
    Ok(tally(&answer, &node.chain_id()?)?)
}
