//! `lazd watch`: what happens, as it happens.

use anyhow::Result;
use proto::tendermint::abci::Event;
use serde_json::{Map, Value, json};

use crate::{
    context::{Context, NodeFlags, OutputFlag, runtime},
    node::home::Home,
};

/// Print events as blocks come, one JSON object a line
///
/// Goes on where it stood when the node is away for a while: each block is seen once and in order.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd watch                                    # from the next block on
  lazd watch --from-height 1 --kind vsc.        # every event of updates and verdicts so far, and what comes
  lazd watch --kind dat. --kind usage. | jq .")]
pub(crate) struct Args {
    /// The first height; the next block if there is none
    #[arg(long)]
    from_height: Option<u64>,
    /// The last height; without one it goes on
    #[arg(long)]
    to_height: Option<u64>,
    /// Only events whose kind begins with this; may be repeated
    #[arg(long = "kind")]
    kinds: Vec<String>,
    #[command(flatten)]
    node: NodeFlags,
}

/// Runs until the last height, or until it is interrupted.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let context = Context::new(home, OutputFlag::default())?.with_node(args.node.clone());
    let chain = context.chain()?;
    runtime()?.block_on(async {
        let mut follow = chain.follow(args.from_height).await?;
        while args.to_height.is_none_or(|last| follow.height() <= last) {
            let happened = follow.next().await?;
            for (tx, code, events) in &happened.txs {
                let about = json!({ "height": happened.height, "tx": tx, "code": code });
                events.iter().for_each(|event| print(args, &about, event));
            }
            let about = json!({ "height": happened.height });
            happened.block.iter().for_each(|event| print(args, &about, event));
        }
        Ok(())
    })
}

fn print(args: &Args, about: &Value, event: &Event) {
    if !args.kinds.is_empty() && !args.kinds.iter().any(|kind| event.r#type.starts_with(kind.as_str())) {
        return;
    }
    let attributes: Map<String, Value> =
        event.attributes.iter().map(|pair| (pair.key.clone(), pair.value.clone().into())).collect();
    let mut line = about.clone();
    line["kind"] = event.r#type.clone().into();
    line["attributes"] = attributes.into();
    println!("{line}");
}
