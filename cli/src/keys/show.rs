//! `lazd keys list`, `show` and `parse`.

use anyhow::{Result, anyhow, bail};
use client::{
    keyring::{Kind, Record},
    multisig,
};
use proto::address::{Address, ConsAddress, ValAddress};
use serde_json::{Value, json};

use crate::{
    context::{Context, OutputFlag},
    output::Format,
};

/// List all keys
#[derive(clap::Args)]
pub(super) struct ListArgs {
    /// List names only
    #[arg(short = 'n', long)]
    list_names: bool,
    #[command(flatten)]
    pub(super) output: OutputFlag,
}

/// Retrieve key information by name or address
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd keys show alice
  lazd keys show alice -a
  lazd keys show alice -a --bech val")]
pub(super) struct ShowArgs {
    /// Several keys are shown as the multisig that they make
    #[arg(required = true)]
    names: Vec<String>,
    /// Output the address only (cannot be used with --output)
    #[arg(short, long)]
    address: bool,
    /// Output the public key only (cannot be used with --output)
    #[arg(short, long)]
    pubkey: bool,
    /// The Bech32 prefix encoding for a key (acc|val|cons)
    #[arg(long, default_value = "acc", value_parser = ["acc", "val", "cons"])]
    bech: String,
    /// K out of N required signatures
    #[arg(long, default_value_t = 1)]
    multisig_threshold: u32,
    #[command(flatten)]
    pub(super) output: OutputFlag,
}

/// Parse address from hex to bech32 and vice versa
#[derive(clap::Args)]
pub(super) struct ParseArgs {
    /// <hex-or-bech32-address>
    text: String,
    #[command(flatten)]
    pub(super) output: OutputFlag,
}

pub(super) fn list(context: &Context, args: &ListArgs) -> Result<()> {
    let records = context.keyring().list()?;
    if args.list_names {
        records.iter().for_each(|record| println!("{}", record.name));
        return Ok(());
    }
    if records.is_empty() && context.format() == Format::Text {
        println!("No records were found in keyring");
        return Ok(());
    }
    let views: Result<Vec<Value>> =
        records.iter().map(|record| super::view(record, record.address().to_string())).collect();
    context.format().print(&Value::Array(views?))
}

pub(super) fn show(context: &Context, args: &ShowArgs) -> Result<()> {
    let ring = context.keyring();
    let mut records: Vec<Record> = Vec::new();
    for name in &args.names {
        let found =
            ring.find(name).map_err(|error| anyhow!("{name} is not a valid name or address: {error}"))?;
        records.push(found.ok_or_else(|| anyhow!("{name} is not a valid name or address: key not found"))?);
    }
    let record = match records.len() {
        1 => records.remove(0),
        _ => {
            let keys = records.into_iter().map(|record| record.key).collect();
            let key = multisig::key(args.multisig_threshold, keys, true)?;
            Record { name: "multi".into(), kind: Kind::Multi, key }
        }
    };
    if args.address && args.pubkey {
        bail!("cannot use both --address and --pubkey at once");
    }
    if (args.address || args.pubkey) && context.format_is_explicit() {
        bail!("cannot use --output with --address or --pubkey");
    }
    let address = spelled(record.address(), &args.bech);
    let view = super::view(&record, address.clone())?;
    if args.address {
        println!("{address}");
        return Ok(());
    }
    if args.pubkey {
        println!("{}", view["pubkey"].as_str().unwrap_or_default());
        return Ok(());
    }
    match context.format() {
        Format::Json => Format::Json.print(&view),
        Format::Text => Format::Text.print(&Value::Array(vec![view])),
    }
}

fn spelled(address: Address, prefix: &str) -> String {
    match prefix {
        "val" => address.operator().to_string(),
        "cons" => ConsAddress::new(*address.as_bytes()).to_string(),
        _ => address.to_string(),
    }
}

pub(super) fn parse(context: &Context, args: &ParseArgs) -> Result<()> {
    let text = args.text.trim();
    let account = text.parse::<Address>().map(|a| ("laz", *a.as_bytes()));
    let operator = || text.parse::<ValAddress>().map(|a| ("lazvaloper", *a.as_bytes()));
    let consensus = || text.parse::<ConsAddress>().map(|a| ("lazvalcons", *a.as_bytes()));
    if let Ok((human, bytes)) = account.or_else(|_| operator()).or_else(|_| consensus()) {
        return context.format().print(&json!({ "human": human, "bytes": hex::encode_upper(bytes) }));
    }
    let bytes = hex::decode(text).ok().and_then(|bytes| Address::from_slice(&bytes).ok());
    let address = bytes.ok_or_else(|| anyhow!("couldn't find valid bech32 nor hex data"))?;
    let formats = ["acc", "val", "cons"].map(|prefix| spelled(address, prefix));
    context.format().print(&json!({ "formats": formats }))
}
