//! What happens to nodes, and whether they get over it.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use tokio::time::sleep;

use crate::{
    manifest::{Kind, Perturb},
    network::{Network, Node},
    run::send,
};

/// Every disturbance comes this much later after a block than the one before, so that all parts of a block get theirs.
const PHASE: Duration = Duration::from_millis(53);
const PHASES: u32 = 12;
const PAUSE: Duration = Duration::from_secs(10);
/// How long a node may take to be back and abreast of the others.
const RECOVERY: Duration = Duration::from_secs(120);
/// Blocks after a disturbance before the node counts as recovered.
const BLOCKS_AFTER: u64 = 3;

/// Disturbs one node and waits until the whole network is ahead of where it was, and of one mind.
pub(crate) async fn disturb(network: &Network, (turn, perturb): (u32, &Perturb), lazd: &Path) -> Result<()> {
    network.wait_for(perturb.at_height, RECOVERY).await?;
    sleep(PHASE * (turn % PHASES)).await;
    let node = network.node(&perturb.node)?;
    println!("{turn}, height {}: {:?} {}", highest(network).await, perturb.kind, node.name);
    inflict(node, perturb.kind, lazd).await?;
    let top = highest(network).await;
    let context = || format!("after {:?} of {}", perturb.kind, node.name);
    network.wait_for(top + BLOCKS_AFTER, RECOVERY).await.with_context(context)?;
    network.must_agree(top + 1).await.with_context(context)
}

/// The height of the node that is furthest.
pub(crate) async fn highest(network: &Network) -> u64 {
    let mut top = 0;
    for node in &network.nodes {
        top = top.max(node.height().await.unwrap_or(0));
    }
    top
}

/// Does it, and sees that the node runs again.
pub(crate) async fn inflict(node: &Node, kind: Kind, lazd: &Path) -> Result<()> {
    let (Some(app), engine) = (node.pid(), node.engine()) else { bail!("{} does not run", node.name) };
    match kind {
        Kind::KillApp => {
            send(app, Signal::SIGKILL)?;
            gone(node).await?;
            node.start(lazd)
        }
        Kind::KillEngine => match engine {
            Some(engine) => send(engine, Signal::SIGKILL),
            None => bail!("{} has no CometBFT running", node.name),
        },
        Kind::KillBoth => {
            send(app, Signal::SIGKILL)?;
            engine.map_or(Ok(()), |engine| send(engine, Signal::SIGKILL))?;
            gone(node).await?;
            node.start(lazd)
        }
        Kind::Pause => {
            let both = || [Some(app), engine].into_iter().flatten();
            both().try_for_each(|pid| send(pid, Signal::SIGSTOP))?;
            sleep(PAUSE).await;
            both().try_for_each(|pid| send(pid, Signal::SIGCONT))
        }
        Kind::Restart => {
            node.stop().await?;
            node.start(lazd)
        }
    }
}

async fn gone(node: &Node) -> Result<()> {
    for _ in 0..100 {
        if node.pid().is_none() {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
    bail!("{} is still there after SIGKILL", node.name)
}
