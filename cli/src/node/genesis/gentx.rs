//! `lazd genesis gentx`: the transaction that makes a first validator.

use std::{net::UdpSocket, path::PathBuf};

use anyhow::{Context, Result, bail};
use client::{
    Secret,
    sign::{Mode, Place},
};
use prost::{Message, Name};
use prost_types::Any;
use proto::{
    address::Address,
    amount::Amount,
    coin::Coin,
    cosmos::{
        crypto::ed25519,
        staking::v1beta1::{CommissionRates, Description, MsgCreateValidator},
        tx::v1beta1::{Fee, Tx, TxBody},
    },
    dec::Dec,
};
use serde_json::Value as Json;

use super::{
    super::{
        home::{Existing, Home, write_file},
        keys,
        settings::{COMET, Flags, look_up},
    },
    document::Document,
    open,
};
use crate::context::{Context as Settings, KeyringFlags, OutputFlag};

/// Gas that a genesis transaction states; nobody pays for it.
const GAS: u64 = 200_000;

/// Generate a genesis tx carrying a self delegation
#[derive(clap::Args)]
#[command(after_help = "Example:
  lazd genesis gentx my-key 1000000ulaz --chain-id lazchain-1 --keyring-backend test --commission-rate 0.07")]
pub(crate) struct Args {
    /// Key of the account that bonds; it becomes the validator's operator
    key_name: String,
    /// What it bonds, as 1000000ulaz
    amount: Coin,
    /// The chain's id [default: that of the genesis file]
    #[arg(long)]
    chain_id: Option<String>,
    /// The validator's name [default: the node's moniker]
    #[arg(long)]
    moniker: Option<String>,
    /// The optional identity signature (ex. UPort or Keybase)
    #[arg(long, default_value = "")]
    identity: String,
    /// The validator's (optional) website
    #[arg(long, default_value = "")]
    website: String,
    /// The validator's (optional) security contact email
    #[arg(long, default_value = "")]
    security_contact: String,
    /// The validator's (optional) details
    #[arg(long, default_value = "")]
    details: String,
    /// The initial commission rate percentage
    #[arg(long, default_value = "0.1")]
    commission_rate: Dec,
    /// The maximum commission rate percentage
    #[arg(long, default_value = "0.2")]
    commission_max_rate: Dec,
    /// The maximum commission change rate percentage (per day)
    #[arg(long, default_value = "0.01")]
    commission_max_change_rate: Dec,
    /// The minimum self delegation required on the validator
    #[arg(long, default_value = "1")]
    min_self_delegation: Amount,
    /// The validator's Protobuf JSON encoded public key [default: this node's]
    #[arg(long)]
    pubkey: Option<String>,
    /// The node's NodeID [default: this node's]
    #[arg(long)]
    node_id: Option<String>,
    /// The node's public P2P IP [default: this machine's]
    #[arg(long)]
    ip: Option<String>,
    /// The node's public P2P port
    #[arg(long, default_value_t = 26656)]
    p2p_port: u16,
    /// Write the genesis transaction JSON document to the given file instead of the default location
    #[arg(long)]
    output_document: Option<PathBuf>,
    #[command(flatten)]
    keyring: KeyringFlags,
}

pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let document = open(home, None)?;
    let chain_id = document.chain_id()?;
    if args.chain_id.as_deref().is_some_and(|asked| asked != chain_id) {
        bail!("--chain-id is not that of {}: {chain_id}", document.path().display());
    }
    let settings = Settings::new(home, OutputFlag::default())?.with_keyring(args.keyring.clone());
    let ring = settings.keyring();
    let key = ring.get(&args.key_name)?;
    let from = key.address();
    check_funds(&document, &from, &args.amount)?;
    let node_id = match &args.node_id {
        Some(id) => id.clone(),
        None => keys::node(home)?.node_id(),
    };
    let ip = args.ip.clone().unwrap_or_else(own_ip);
    let memo = format!("{node_id}@{ip}:{}", args.p2p_port);
    let tx = sign(vec![message(home, args, &from)?], memo, &settings.unlock(&ring, &key)?, chain_id)?;
    let path =
        args.output_document.clone().unwrap_or_else(|| home.gentxs().join(format!("gentx-{node_id}.json")));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    write_file(&path, serde_json::to_string(&tx)?.as_bytes(), 0o644, Existing::Replace)?;
    eprintln!("Genesis transaction written to {:?}", path.display().to_string());
    Ok(())
}

fn check_funds(document: &Document, from: &Address, bond: &Coin) -> Result<()> {
    let denom = document.bond_denom()?;
    if bond.denom != denom {
        bail!("{bond} is not of the denomination that validators bond: {denom}");
    }
    let has = document.balance(from)?.amount_of(&denom);
    if has < bond.amount {
        bail!(
            "{from} has {has}{denom} in {}, less than {bond}; `lazd genesis add-genesis-account` gives it more",
            document.path().display()
        );
    }
    Ok(())
}

fn message(home: &Home, args: &Args, from: &Address) -> Result<Any> {
    let key = match &args.pubkey {
        Some(json) => {
            let bytes = proto::json::from_json("google.protobuf.Any", &serde_json::from_str(json)?);
            Any::decode(bytes.context("--pubkey")?.as_slice())?
        }
        None => consensus_key(&keys::validator(home)?),
    };
    let moniker = match &args.moniker {
        Some(moniker) => moniker.clone(),
        None => {
            let config = COMET.table(&home.config_toml(), &Flags::new(), |name| std::env::var(name).ok())?;
            look_up(&config, "moniker").and_then(|value| value.as_str()).unwrap_or_default().to_owned()
        }
    };
    let create = MsgCreateValidator {
        description: Some(Description {
            moniker,
            identity: args.identity.clone(),
            website: args.website.clone(),
            security_contact: args.security_contact.clone(),
            details: args.details.clone(),
        }),
        commission: Some(CommissionRates {
            rate: args.commission_rate.wire(),
            max_rate: args.commission_max_rate.wire(),
            max_change_rate: args.commission_max_change_rate.wire(),
        }),
        min_self_delegation: args.min_self_delegation.to_string(),
        validator_address: from.operator().to_string(),
        pubkey: Some(key),
        value: Some(args.amount.clone().into()),
        ..MsgCreateValidator::default()
    };
    Ok(client::sign::any(&create))
}

/// A node's validator key as messages name it.
pub(crate) fn consensus_key(key: &keys::Key) -> Any {
    client::sign::any(&ed25519::PubKey { key: key.public().to_vec() })
}

/// A transaction for the chain's start, where account number and sequence are 0, in Cosmos JSON.
pub(crate) fn sign(messages: Vec<Any>, memo: String, secret: &Secret, chain_id: &str) -> Result<Json> {
    let body = TxBody { messages, memo, ..TxBody::default() };
    let mut tx = client::sign::unsigned(body, Fee { gas_limit: GAS, ..Fee::default() });
    let place = Place { chain_id, account_number: 0, sequence: 0 };
    client::sign::add_signature(&mut tx, secret, place, Mode::Direct)?;
    Ok(proto::json::to_json(&Tx::full_name(), &tx.encode_to_vec())?)
}

/// The address by which this machine would reach others. No packet is sent.
fn own_ip() -> String {
    let socket = UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    socket.map_or_else(|_| "127.0.0.1".into(), |address| address.ip().to_string())
}
