//! `lazd status`

use anyhow::Result;
use client::rpc::Method;
use serde_json::json;

use crate::{
    context::{Context, NodeFlags, OutputFlag, runtime},
    node::home::Home,
    output::Format,
};

/// Query remote node for status
#[derive(clap::Args)]
#[command(after_help = "Example:\n  lazd status --node tcp://localhost:26657")]
pub(crate) struct Args {
    #[command(flatten)]
    output: OutputFlag,
    #[command(flatten)]
    node: NodeFlags,
}

/// Prints `node_info`, `sync_info` and `validator_info`: as JSON unless text is asked for, because Cosmovisor and
/// scripts read it.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let context = Context::new(home, args.output.clone())?.with_node(args.node.clone());
    let chain = context.chain()?;
    let status = runtime()?.block_on(chain.rpc().call(Method::Status, json!({})))?;
    let format = if context.format_is_explicit() { context.format() } else { Format::Json };
    format.print(&status)
}
