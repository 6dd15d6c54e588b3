//! `lazd why drawing`

use anyhow::{Result, anyhow};
use app::why::{Drawn, Finding, drawing};
use proto::lazchain::vsc::v1 as pb;

use super::{Node, OfRound, beacon, id};

pub(super) fn find(node: &Node, args: &OfRound) -> Result<Finding> {
    let task = node.task(id("task", &args.task)?)?;
    node.check_round(&task, args.round)?;
    let ask = pb::QueryWhyDrawingRequest { task: task.id, round: args.round };
    let answer: pb::QueryWhyDrawingResponse = node.ask("/lazchain.vsc.v1.Query/WhyDrawing", &ask)?;
    let rounds = node.rounds(task.id)?;
    let round = rounds.iter().find(|round| round.round == args.round);
    let round = round.ok_or_else(|| anyhow!("the node has no round {} of task-{}", args.round, task.id))?;
    let measurement = node.measurement(round.quorum, round.measurement)?;
    let drawn = Drawn { answer: &answer, task: &task, rounds: &rounds, measurement: measurement.as_ref() };
    let mut finding = drawing(&drawn)?;
    if let Some(drawing) = &answer.drawing {
        beacon::explain(node, &mut finding, &drawing.beacon, drawing.height)?;
    }
    Ok(finding)
}
