//! `lazd signer`: a member's keys, in a process apart from the operator.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use services::operator::serve_signer;

use crate::{
    context::{Context, KeyringFlags, NodeFlags, OutputFlag, runtime, stopped},
    node::home::Home,
    operator::{MemberFlags, socket},
};

/// Sign ballots and open data keys for an operator, over a Unix socket
///
/// Holds the keys of its members and keeps, in the folder `signer` of the home, what it has signed: for one round it
/// never signs a second, different ballot, whoever asks.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd signer --from validator
  lazd signer --from validator --socket unix:///run/lazd-signer/socket
  lazd operator --from hot-wallet --signer unix:///run/lazd-signer/socket")]
pub(crate) struct Args {
    #[command(flatten)]
    members: MemberFlags,
    /// Where it is asked; unix://HOME/signer/socket by default
    #[arg(long, value_parser = socket)]
    socket: Option<PathBuf>,
    #[command(flatten)]
    keyring: KeyringFlags,
    #[command(flatten)]
    node: NodeFlags,
}

/// Runs until it is told to stop.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let context = Context::new(home, OutputFlag::default())?
        .with_keyring(args.keyring.clone())
        .with_node(args.node.clone());
    let members = args.members.unlock(&context)?;
    let chain_id = context.offline_chain_id()?.to_owned();
    let folder = home.path().join("signer");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let socket = args.socket.clone().unwrap_or_else(|| folder.join("socket"));
    Ok(runtime()?.block_on(serve_signer(members, chain_id, &folder, &socket, stopped()))?)
}
