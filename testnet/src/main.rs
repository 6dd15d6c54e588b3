//! `lazchain-testnet`: makes, runs and torments networks of real nodes on this machine.

mod load;
mod manifest;
mod network;
mod perturb;
mod run;
mod setup;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use manifest::Manifest;
use network::{Network, Node};

/// How long a network may take to make its first blocks.
const FIRST_BLOCKS: Duration = Duration::from_secs(120);

/// Networks of real nodes on this machine
#[derive(Parser)]
#[command(name = "lazchain-testnet")]
struct Cli {
    /// Folder of the network
    #[arg(long, global = true, default_value = ".testnets")]
    dir: PathBuf,
    /// The lazd to run [default: the one beside this program]
    #[arg(long, global = true)]
    lazd: Option<PathBuf>,
    /// Added to every port, so that several networks can run at once
    #[arg(long, global = true, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..30_000))]
    port_offset: u16,
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    /// Make the network if it is not there, start it in the background, wait for blocks
    Up {
        /// What it is made of
        manifest: PathBuf,
    },
    /// Show every node's height
    Status,
    /// Stop the network; what it has stays
    Down {
        /// Also remove all it has
        #[arg(long)]
        remove: bool,
    },
    /// Stop one node in order; the others go on
    Stop {
        /// Its name
        name: String,
    },
    /// Start a node that was stopped, and wait until it has caught up
    Start {
        /// Its name
        name: String,
    },
    /// Add one more node that catches up from the others
    Join {
        /// Its name
        name: String,
        /// Take a snapshot of the state from the others instead of executing every block
        #[arg(long)]
        state_sync: bool,
    },
    /// Run a network, disturb its nodes as the manifest says, see that they recover, stop it
    Torment {
        /// What it is made of, and what happens
        manifest: PathBuf,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    match &cli.command {
        Commands::Up { manifest } => {
            let network = up(&cli, manifest).await?;
            welcome(&network, &cli.dir, &run::lazd(cli.lazd.as_ref())?);
            Ok(())
        }
        Commands::Status => status(&Network::load(&cli.dir)?).await,
        Commands::Down { remove } => down(&cli.dir, *remove).await,
        Commands::Stop { name } => {
            Network::load(&cli.dir)?.node(name)?.stop().await?;
            println!("testnet: {name} stopped");
            Ok(())
        }
        Commands::Start { name } => {
            let network = Network::load(&cli.dir)?;
            let node = network.node(name)?;
            node.start(&run::lazd(cli.lazd.as_ref())?)?;
            catch_up(&network, node).await
        }
        Commands::Join { name, state_sync } => join(&cli, name, *state_sync).await,
        Commands::Torment { manifest } => torment(&cli, manifest).await,
    }
}

async fn up(cli: &Cli, manifest: &Path) -> Result<Network> {
    let lazd = run::lazd(cli.lazd.as_ref())?;
    let network = if Network::exists(&cli.dir) {
        println!("testnet: going on with the network in {}", cli.dir.display());
        Network::load(&cli.dir)?
    } else {
        let manifest = Manifest::load(manifest)?;
        println!("testnet: making {} nodes in {}", manifest.names().len(), cli.dir.display());
        setup::set_up(&manifest, &cli.dir, cli.port_offset, &lazd)?
    };
    network.start(&lazd)?;
    println!("testnet: waiting for blocks");
    network.wait_for(1, FIRST_BLOCKS).await?;
    let before = perturb::highest(&network).await;
    network.wait_for(before + 2, FIRST_BLOCKS).await?;
    Ok(network)
}

fn welcome(network: &Network, folder: &Path, lazd: &Path) {
    println!("\n{} nodes of {} make blocks:", network.nodes.len(), network.chain_id);
    for node in &network.nodes {
        let ports = node.ports;
        println!(
            "  {:<6} RPC http://127.0.0.1:{}  REST http://127.0.0.1:{}  gRPC 127.0.0.1:{}  log {}",
            node.name,
            ports.rpc,
            ports.api,
            ports.grpc,
            node.log().display()
        );
    }
    let (first, home) = (&network.nodes[0], network.nodes[0].home.display());
    println!("\nThe key `faucet` in {home} has coins; its mnemonic is public, so it is for tests only.");
    println!("Go on with:");
    let lazd = lazd.display();
    println!("  {lazd} status --home {home}");
    println!("  {lazd} keys list --home {home}");
    println!("  {lazd} query bank balances faucet --home {home}");
    println!("  {lazd} tx bank send faucet node0 1000ulaz --home {home} --gas auto --wait -y");
    println!("  curl http://127.0.0.1:{}/cosmos/staking/v1beta1/validators", first.ports.api);
    let this = std::env::current_exe().unwrap_or_else(|_| "lazchain-testnet".into());
    let folder = folder.display();
    println!("  {} status --dir {folder}", this.display());
    println!("  {} join fifth --dir {folder}", this.display());
    println!("Stop it with `make testnet-stop`, which removes it, or keep what it has:");
    println!("  {} down --dir {folder}", this.display());
}

async fn status(network: &Network) -> Result<()> {
    for node in &network.nodes {
        let state = match (node.pid(), node.height().await) {
            (_, Some(height)) => format!("height {height}"),
            (Some(pid), None) => format!("process {pid} does not answer yet"),
            (None, None) => "stopped".into(),
        };
        println!("{:<8} {state}", node.name);
    }
    Ok(())
}

async fn down(folder: &Path, remove: bool) -> Result<()> {
    let network = Network::load(folder)?;
    network.stop().await?;
    if remove {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    println!("testnet: stopped{}", if remove { " and removed" } else { "" });
    Ok(())
}

async fn join(cli: &Cli, name: &str, state_sync: bool) -> Result<()> {
    let lazd = run::lazd(cli.lazd.as_ref())?;
    let mut network = Network::load(&cli.dir)?;
    let node = setup::add_node(&mut network, &cli.dir, name, &lazd)?;
    if state_sync {
        trust(&network, &node, &lazd).await?;
    }
    node.start(&lazd)?;
    catch_up(&network, &node).await?;
    println!("testnet: {name} is there; its home is {}", node.home.display());
    Ok(())
}

/// Waits until a node is where the others are, and of their mind.
async fn catch_up(network: &Network, node: &Node) -> Result<()> {
    let mut others = network.nodes.iter().filter(|other| other.name != node.name);
    let (other, target) = loop {
        let other = others.next().context("no other node answers; is the network up?")?;
        if let Some(height) = other.height().await {
            break (other, height);
        }
    };
    println!("testnet: {} catches up to height {target}", node.name);
    network.alone(node).wait_for(target, FIRST_BLOCKS).await?;
    // a node that took a snapshot has no block before it
    let at = node.height().await.with_context(|| format!("{} no longer answers", node.name))?;
    let both = Network { nodes: vec![other.clone(), node.clone()], ..network.alone(node) };
    both.wait_for(at, FIRST_BLOCKS).await?;
    both.must_agree(at).await
}

/// Tells a new node which header to trust: the latest of the first node.
async fn trust(network: &Network, node: &Node, lazd: &Path) -> Result<()> {
    use tendermint_rpc::Client;
    let first = &network.nodes[0];
    let commit = first.rpc()?.latest_commit().await?.signed_header;
    // CometBFT wants two servers, and takes the same one twice
    let second = network.nodes.iter().find(|peer| ![&first.name, &node.name].contains(&&peer.name));
    let servers = [first, second.unwrap_or(first)].map(|peer| format!("http://127.0.0.1:{}", peer.ports.rpc));
    for (key, value) in [
        ("statesync.enable", "true".into()),
        ("statesync.rpc_servers", servers.join(",")),
        ("statesync.trust_height", commit.header.height.to_string()),
        ("statesync.trust_hash", commit.header.hash().to_string()),
        ("statesync.discovery_time", "5s".into()),
    ] {
        setup::set(node, "config", key, &value, lazd)?;
    }
    Ok(())
}

async fn torment(cli: &Cli, path: &Path) -> Result<()> {
    let lazd = run::lazd(cli.lazd.as_ref())?;
    let manifest = Manifest::load(path)?;
    let network = up(cli, path).await?;
    let outcome = disturbed(&network, &manifest, &lazd).await;
    network.stop().await?;
    let top = outcome?;
    println!(
        "testnet: {} disturbances, all nodes recovered and have the same app hash at each of {top} heights",
        manifest.perturb.len()
    );
    Ok(())
}

/// Disturbs a running network; how high it is afterwards.
async fn disturbed(network: &Network, manifest: &Manifest, lazd: &Path) -> Result<u64> {
    let load = match manifest.load {
        0 => None,
        per_second => Some(load::Load::begin(network, per_second)?),
    };
    for (turn, perturb) in (1_u32..).zip(&manifest.perturb) {
        perturb::disturb(network, (turn, perturb), lazd).await?;
    }
    if let Some(load) = load {
        let report = load.end().await?;
        println!("load: {} payments taken, {} in blocks", report.taken, report.paid);
        if report.paid == 0 {
            bail!("not one payment got into a block");
        }
    }
    let top = perturb::highest(network).await;
    network.wait_for(top, FIRST_BLOCKS).await?;
    for height in 1..=top {
        network.must_agree(height).await?;
    }
    Ok(top)
}
