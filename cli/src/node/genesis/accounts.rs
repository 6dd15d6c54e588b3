//! Accounts and balances at the start.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use proto::{
    address::Address,
    coin::{Coin, Coins},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    super::home::Home,
    document::{Document, coins, coins_json},
    open,
};
use crate::context::{Context as Settings, KeyringFlags, OutputFlag};

/// Add a genesis account to genesis.json
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd genesis add-genesis-account alice 1000000000ulaz --keyring-backend test
  lazd genesis add-genesis-account laz1... 5000ulaz,10other --append")]
pub(crate) struct Args {
    /// An address, or the name of a key in the keyring
    #[arg(value_name = "ADDRESS_OR_KEY_NAME")]
    account: String,
    /// Coins, as 1000000ulaz,5other
    #[arg(value_name = "COIN,...")]
    coins: String,
    /// Append the coins to an account already in the genesis.json file
    #[arg(long)]
    append: bool,
    #[command(flatten)]
    keyring: KeyringFlags,
}

/// Bulk add genesis accounts to genesis.json
#[derive(clap::Args)]
#[command(
    after_help = "The file: [{\"address\": \"laz1...\", \"coins\": [{\"denom\": \"ulaz\", \"amount\": \"2000\"}]}, ...]"
)]
pub(crate) struct BulkArgs {
    /// A JSON file with a list of accounts
    file: PathBuf,
    /// Append the coins to accounts already in the genesis.json file
    #[arg(long)]
    append: bool,
}

#[derive(Deserialize)]
struct Entry {
    address: String,
    coins: Json,
}

pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let settings = Settings::new(home, OutputFlag::default())?.with_keyring(args.keyring.clone());
    let who = settings.address(&args.account)?;
    let mut document = open(home, None)?;
    endow(&mut document, &who, &parse_coins(&args.coins)?, args.append)?;
    document.save()
}

pub(crate) fn run_bulk(home: &Home, args: &BulkArgs) -> Result<()> {
    let reading = || format!("cannot read {}", args.file.display());
    let text = fs::read_to_string(&args.file).with_context(reading)?;
    let entries: Vec<Entry> = serde_json::from_str(&text).with_context(reading)?;
    let mut document = open(home, None)?;
    for entry in &entries {
        let who: Address = entry.address.parse().with_context(|| entry.address.clone())?;
        endow(&mut document, &who, &coins(&entry.coins)?, args.append)?;
    }
    document.save()
}

/// `1000ulaz,5other`, in any order.
pub(crate) fn parse_coins(text: &str) -> Result<Coins> {
    let list = text.split(',').map(|part| part.trim().parse::<Coin>());
    let list = list.collect::<Result<Vec<Coin>, _>>().map_err(|error| anyhow!("coins {text:?}: {error}"))?;
    if list.iter().any(|coin| coin.amount.is_zero()) {
        bail!("coins {text:?}: an amount is zero");
    }
    Ok(Coins::sum(list)?)
}

/// Puts coins on an account, with its share of the supply.
pub(crate) fn endow(document: &mut Document, who: &Address, given: &Coins, append: bool) -> Result<()> {
    let address = who.to_string();
    let known =
        document.list("auth", "accounts")?.iter().any(|account| account["address"] == address.as_str());
    if known && !append {
        bail!("cannot add account at existing address {address}; --append adds coins to it");
    }
    let has = document.balance(who)?.plus(given)?;
    let supply = match document.section("bank")?.get("supply") {
        Some(supply) if !supply.is_null() => coins(supply)?,
        _ => Coins::default(),
    };
    let supply = supply.plus(given)?;
    if !known {
        document.list("auth", "accounts")?.push(json!({
            "@type": "/cosmos.auth.v1beta1.BaseAccount",
            "address": address,
            "pub_key": null,
            "account_number": "0",
            "sequence": "0",
        }));
    }
    let balances = document.list("bank", "balances")?;
    balances.retain(|entry| entry["address"] != address.as_str());
    balances.push(json!({ "address": address, "coins": coins_json(&has) }));
    document.section("bank")?.insert("supply".into(), coins_json(&supply));
    Ok(())
}
