//! `lazd why payout`

use anyhow::Result;
use app::why::{Finding, Paid, payout};
use prost::Message as _;
use proto::lazchain::vsc::v1 as pb;

use super::{Flags, Node, id};

/// Where the money of a task went: fee, deposit, bonds, juries
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd why payout task-9")]
pub(super) struct Args {
    /// The task: 9 or task-9
    task: String,
    #[command(flatten)]
    pub(super) flags: Flags,
}

pub(super) fn find(node: &Node, args: &Args) -> Result<Finding> {
    let task = node.task(id("task", &args.task)?)?;
    let number = task.id;
    let payouts = node.all(
        "/lazchain.vsc.v1.Query/WhyPayout",
        |pagination| pb::QueryWhyPayoutRequest { task: number, pagination }.encode_to_vec(),
        |answer: pb::QueryWhyPayoutResponse| (answer.payouts, answer.pagination),
    )?;
    let cases = node.all(
        "/lazchain.vsc.v1.Query/Cases",
        |pagination| pb::QueryCasesRequest { task: number, pagination }.encode_to_vec(),
        |answer: pb::QueryCasesResponse| (answer.cases, answer.pagination),
    )?;
    let rounds = node.rounds(number)?;
    Ok(payout(&Paid { payouts: &payouts, task: &task, rounds: &rounds, cases: &cases })?)
}
