//! `lazd query vsc`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "lazchain.vsc.v1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Params", "params", &[], "Query the current vsc parameters"),
    row(SERVICE, "Task", "task [task]", &["task"], "Query a task"),
    row(SERVICE, "Tasks", "tasks", &[], "Query all tasks"),
    row(SERVICE, "TasksByIdao", "tasks-by-idao [idao]", &["idao"], "Query the tasks of an iDAO"),
    row(SERVICE, "TasksByAccount", "tasks-by-account [account]", &["account"], "Query the tasks that a member submitted"),
    row(SERVICE, "Content", "content [task]", &["task"], "Query the content that an open task carries"),
    row(SERVICE, "Seal", "seal [owner] [seal]", &["owner", "seal"], "Query a seal"),
    row(SERVICE, "Seals", "seals [owner]", &["owner"], "Query the seals of an owner"),
    row(SERVICE, "Claim", "claim [digest]", &["digest"], "Query the open task that has some content"),
    row(SERVICE, "Round", "round [task] [round]", &["task", "round"], "Query a round: seats, phase, tally"),
    row(SERVICE, "Rounds", "rounds [task]", &["task"], "Query all rounds of a task"),
    row(SERVICE, "Ballots", "ballots [task] [round]", &["task", "round"], "Query the ballots of a round"),
    row(SERVICE, "Keys", "keys [task] [round]", &["task", "round"], "Query the wrapped data keys of a round"),
    row(SERVICE, "Duties", "duties [member]", &["member"], "Query the rounds that wait for a member"),
    row(SERVICE, "Case", "case [task] [number]", &["task", "number"], "Query a case"),
    row(SERVICE, "Cases", "cases [task]", &["task"], "Query all cases of a task"),
    row(SERVICE, "ChallengeCost", "challenge-cost [task]", &["task"], "Query what it costs to challenge a verdict now"),
    row(SERVICE, "WhyRouting", "why-routing [task] [round]", &["task", "round"], "Query why a Quorum was chosen; round 0 is the routing of the update"),
    row(SERVICE, "WhyDrawing", "why-drawing [task] [round]", &["task", "round"], "Query why these members were drawn"),
    row(SERVICE, "WhyTally", "why-tally [task] [round]", &["task", "round"], "Query why a round came to its verdict"),
    row(SERVICE, "WhyPayout", "why-payout [task]", &["task"], "Query where the money of a task went"),
];
