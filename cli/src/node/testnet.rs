//! `lazd testnet init-files`: the homes of a whole network at once.

use std::{net::Ipv4Addr, path::PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use client::{
    keyring::{Backend, Keyring},
    mnemonic::{HdPath, Words},
};
use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    cosmos::staking::v1beta1::{CommissionRates, Description, MsgCreateValidator},
    dec::Dec,
};
use serde_json::{Value as Json, json};

use super::{
    genesis::{accounts::endow, collect::collect, document::Document, gentx},
    home::{Existing, Home, write_file},
    init,
    settings::{APP, CLIENT, COMET},
};

/// Nodes of one network.
const MAX_NODES: u8 = 100;
/// What an account has at the start: five million LAZ.
const BALANCE: u128 = 5_000_000_000_000;
/// What a validator bonds of it: a thousand LAZ.
const BOND: u128 = 1_000_000_000;
/// Everybody knows these words: whoever uses them outside a test gives coins away.
const FAUCET: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const COIN_TYPE: u32 = 118;

/// Subcommands for starting or configuring local testnets
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Testnet,
}

#[derive(clap::Subcommand)]
enum Testnet {
    InitFiles(InitFiles),
}

/// Initialize config directories & files for a multi-validator testnet
///
/// Makes the folders node0, node1, .. each with a home that `lazd start` can run: keys, configuration, one genesis for
/// all, and the peers' addresses. Keys are in the keyring `test`: never use them for a chain of value.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd testnet init-files --validator-count 4 --output-dir ./.testnets --starting-ip-address 192.168.10.2
  lazd testnet init-files --single-host --chain-id lazchain-local-1 --genesis gov.params.voting_period=60s")]
struct InitFiles {
    /// Number of validators to initialize the testnet with
    #[arg(long, visible_alias = "v", default_value_t = 4)]
    validator_count: u8,
    /// Number of nodes that only follow: full0, full1, ..
    #[arg(long, default_value_t = 0)]
    full_node_count: u8,
    /// Directory to store initialization data for the testnet
    #[arg(short, long, default_value = "./.testnets")]
    output_dir: PathBuf,
    /// Prefix for the name of per-validator subdirectories
    #[arg(long, default_value = "node")]
    node_dir_prefix: String,
    /// Home directory of the node's daemon configuration
    #[arg(long, default_value = "lazd")]
    node_daemon_home: String,
    /// Genesis file chain-id
    #[arg(long, default_value = init::LOCAL_CHAIN)]
    chain_id: String,
    /// Minimum gas prices to accept for transactions
    #[arg(long)]
    minimum_gas_prices: Option<String>,
    /// Address of node0; the others count up from it
    #[arg(long, default_value = "192.168.0.1", conflicts_with = "single_host")]
    starting_ip_address: Ipv4Addr,
    /// All nodes run on this machine, each with ports of its own: p2p and RPC + 10 per node, REST and gRPC + 1
    #[arg(long)]
    single_host: bool,
    /// Added to every port
    #[arg(long, default_value_t = 0, requires = "single_host", value_parser = clap::value_parser!(u16).range(0..30_000))]
    port_offset: u16,
    /// Time to wait after a block commit before starting on the new height
    #[arg(long, default_value = "5s")]
    commit_timeout: String,
    /// Select keyring's backend
    #[arg(long, default_value = "test", value_parser = ["test"])]
    keyring_backend: String,
    /// Parameters of the protocol: local has epochs of 20 blocks, windows of seconds and committees of four; live is what
    /// a chain of value runs with
    #[arg(long, default_value = "local", value_parser = ["local", "live"])]
    protocol: String,
    /// Give the key `faucet` of node0, whose mnemonic everybody knows, coins too
    #[arg(long)]
    faucet: bool,
    /// Set a key of app.toml or config.toml for every node, as state-sync.snapshot-interval=20
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    config: Vec<(String, String)>,
    /// Set a value of the genesis file's app_state, as gov.params.voting_period=60s
    #[arg(long, value_name = "PATH=VALUE", value_parser = pair)]
    genesis: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("must be KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// One node of the network being made.
struct Node {
    name: String,
    home: Home,
    /// Where its peers find it.
    ip: Ipv4Addr,
    p2p_port: u16,
    id: String,
}

/// Runs a `lazd testnet` command.
pub(crate) fn run(args: &Args) -> Result<()> {
    let Testnet::InitFiles(args) = &args.command;
    if args.validator_count == 0 || args.validator_count.saturating_add(args.full_node_count) > MAX_NODES {
        bail!("--validator-count must be at least 1, and all nodes together at most {MAX_NODES}");
    }
    let names = (0..args.validator_count).map(|index| format!("{}{index}", args.node_dir_prefix));
    let names = names.chain((0..args.full_node_count).map(|index| format!("full{index}")));
    let nodes: Vec<Node> =
        (0_u16..).zip(names).map(|(index, name)| make_node(args, index, name)).collect::<Result<_>>()?;
    let first = nodes.first().expect("a validator was asked for");
    let mut document = genesis(args, &first.home)?;
    let mut gentxs = Vec::new();
    for node in nodes.iter().take(args.validator_count.into()) {
        gentxs.push((node.name.clone(), validate(args, node, &mut document)?));
    }
    if args.faucet {
        let faucet = account(&first.home, "faucet", &Words::parse(FAUCET)?)?;
        endow(&mut document, &faucet.0, &coins(BALANCE)?, false)?;
    }
    keep_gentxs(args, &gentxs)?;
    collect(&mut document, &gentxs)?;
    for node in &nodes {
        Document::new(node.home.genesis(), document.json().clone()).save()?;
        configure(args, node, &nodes)?;
    }
    eprintln!("Successfully initialized {} node directories", nodes.len());
    if args.faucet {
        eprintln!("Key \"faucet\" of {}, for tests only because everybody knows it: {FAUCET}", first.name);
    }
    Ok(())
}

fn make_node(args: &InitFiles, index: u16, name: String) -> Result<Node> {
    let home = Home::new(args.output_dir.join(&name).join(&args.node_daemon_home));
    let made = init::make(&home, &name, &args.chain_id)?;
    let (ip, p2p_port) = if args.single_host {
        (Ipv4Addr::LOCALHOST, port(args, 26_656, index * 10))
    } else {
        let ip = u32::from(args.starting_ip_address).checked_add(index.into());
        (ip.context("--starting-ip-address leaves no room for all nodes")?.into(), 26_656)
    };
    Ok(Node { name, home, ip, p2p_port, id: made.node_id() })
}

const fn port(args: &InitFiles, base: u16, step: u16) -> u16 {
    base + step + args.port_offset
}

/// The genesis that `init` made, without its validator and with the values asked for.
fn genesis(args: &InitFiles, home: &Home) -> Result<Document> {
    let mut document = Document::parse(&home.read(&home.genesis())?, home.genesis())?;
    document.drop_engine_validators();
    if args.protocol == "local" {
        for (module, params) in app::genesis::local_params()? {
            document.section(module)?.insert("params".into(), params);
        }
        document.set("beacon.params.givers", &args.validator_count.min(3).to_string())?;
        document.set("staking.params.unbonding_time", "3600s")?;
    }
    for (path, value) in &args.genesis {
        document.set(path, value)?;
    }
    Ok(document)
}

/// Gives a validator's account its coins and signs the transaction that makes it one.
fn validate(args: &InitFiles, node: &Node, document: &mut Document) -> Result<Json> {
    let words = Words::generate();
    let (operator, secret) = account(&node.home, &node.name, &words)?;
    let seed = json!({ "secret": words.expose() }).to_string();
    write_file(&node.home.path().join("key_seed.json"), seed.as_bytes(), 0o600, Existing::Refuse)?;
    endow(document, &operator, &coins(BALANCE)?, false)?;
    let percent = |text: &str| text.parse::<Dec>().map(|dec| dec.wire());
    let create = MsgCreateValidator {
        description: Some(Description { moniker: node.name.clone(), ..Description::default() }),
        commission: Some(CommissionRates {
            rate: percent("0.1")?,
            max_rate: percent("0.2")?,
            max_change_rate: percent("0.01")?,
        }),
        min_self_delegation: "1".into(),
        validator_address: operator.operator().to_string(),
        pubkey: Some(gentx::consensus_key(&super::keys::validator(&node.home)?)),
        value: Some(Coin { denom: denom()?, amount: Amount::new(BOND) }.into()),
        ..MsgCreateValidator::default()
    };
    let memo = format!("{}@{}:{}", node.id, node.ip, node.p2p_port);
    gentx::sign(vec![client::sign::any(&create)], memo, &secret, &args.chain_id)
}

/// Puts a key into the home's keyring.
fn account(home: &Home, name: &str, words: &Words) -> Result<(Address, client::Secret)> {
    let secret = words.derive("", &HdPath::bip44(COIN_TYPE, 0, 0)?)?;
    let passphrase =
        Backend::Test.known_passphrase().ok_or_else(|| anyhow!("the keyring test asks nothing"))?;
    let record = Keyring::open(home.path(), Backend::Test).add(name, &secret, &passphrase)?;
    Ok((record.address(), secret))
}

fn coins(amount: u128) -> Result<Coins> {
    Ok(Coins::one(Coin { denom: denom()?, amount: Amount::new(amount) }))
}

fn denom() -> Result<Denom> {
    Ok("ulaz".parse()?)
}

fn keep_gentxs(args: &InitFiles, gentxs: &[(String, Json)]) -> Result<()> {
    let folder = args.output_dir.join("gentxs");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    gentxs.iter().try_for_each(|(name, tx)| {
        write_file(&folder.join(format!("{name}.json")), tx.to_string().as_bytes(), 0o644, Existing::Refuse)
    })
}

/// Peers, ports, and what was asked for.
fn configure(args: &InitFiles, node: &Node, nodes: &[Node]) -> Result<()> {
    let others = nodes.iter().filter(|peer| peer.id != node.id);
    let peers: Vec<String> =
        others.map(|peer| format!("{}@{}:{}", peer.id, peer.ip, peer.p2p_port)).collect();
    let change = |document: &super::settings::Document, key: &str, value: &str| {
        document.change(&node.home, key, value)
    };
    change(&COMET, "p2p.persistent_peers", &peers.join(","))?;
    change(&COMET, "p2p.addr_book_strict", "false")?;
    change(&COMET, "p2p.allow_duplicate_ip", "true")?;
    change(&COMET, "consensus.timeout_commit", &args.commit_timeout)?;
    change(&CLIENT, "keyring-backend", &args.keyring_backend)?;
    if let Some(prices) = &args.minimum_gas_prices {
        change(&APP, "minimum-gas-prices", prices)?;
    }
    if args.single_host {
        let index = u16::try_from(nodes.iter().position(|peer| peer.id == node.id).unwrap_or(0))?;
        let rpc = format!("tcp://127.0.0.1:{}", port(args, 26_657, index * 10));
        change(&COMET, "p2p.laddr", &format!("tcp://127.0.0.1:{}", node.p2p_port))?;
        change(&COMET, "rpc.laddr", &rpc)?;
        change(&CLIENT, "node", &rpc)?;
        change(&APP, "api.address", &format!("tcp://127.0.0.1:{}", port(args, 1_317, index)))?;
        change(&APP, "grpc.address", &format!("127.0.0.1:{}", port(args, 9_090, index)))?;
    } else {
        change(&COMET, "rpc.laddr", "tcp://0.0.0.0:26657")?;
        change(&APP, "api.address", "tcp://0.0.0.0:1317")?;
        change(&APP, "grpc.address", "0.0.0.0:9090")?;
    }
    for (key, value) in &args.config {
        let document = if APP.setting(key).is_ok() { &APP } else { &COMET };
        change(document, key, value)?;
    }
    Ok(())
}
