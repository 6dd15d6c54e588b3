//! Queries that prove their answer: `query store` for any key, and `query bank balance --prove`.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use client::light::Trust;
use proto::{address::Address, coin::Denom};
use serde_json::{Value, json};

use crate::context::{Context, runtime};

/// The one typed query that reads one key.
pub(super) const BALANCE: &str = "/cosmos.bank.v1beta1.Query/Balance";
/// A day less than two weeks: shorter than the unbonding time of three weeks.
const TRUST_HOURS: u64 = 312;

pub(super) fn store_command() -> Command {
    Command::new("store")
        .about("Query the raw value of a key in a store, with --prove verified against a header")
        .args([
            Arg::new("store").required(true).help("Name of the store, such as bank"),
            Arg::new("key").required(true).help("Key within the store, in hexadecimal"),
        ])
        .after_help("Example:\n  lazd query store bank 706172616d73 --prove --trust-height 100 --trust-hash <hash>\n\nKeys are described in docs/proofs.md and app/src/modules/*/keys.rs.")
}

/// The flags of whatever can be proved.
pub(super) fn flags(command: Command) -> Command {
    command.args([
        Arg::new("prove").long("prove").action(ArgAction::SetTrue).help("Verify the answer against a header"),
        Arg::new("trust-height")
            .long("trust-height")
            .value_parser(value_parser!(u64).range(1..))
            .requires("trust-hash")
            .help("Height of a header that is known to be right"),
        Arg::new("trust-hash")
            .long("trust-hash")
            .requires("trust-height")
            .help("Its hash, from another source than the node"),
        Arg::new("trust-hours")
            .long("trust-hours")
            .default_value(TRUST_HOURS.to_string())
            .value_parser(value_parser!(u64).range(1..=100_000))
            .help("How long the header's validators are trusted; less than the unbonding time"),
    ])
}

fn trust(matches: &ArgMatches) -> Result<Option<Trust>> {
    let Some(height) = matches.get_one::<u64>("trust-height") else {
        eprintln!(
            "note: without --trust-height and --trust-hash the header is only known to be signed by validators of its own choice"
        );
        return Ok(None);
    };
    let text = matches.get_one::<String>("trust-hash").map(String::as_str).unwrap_or_default();
    let hash = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    let hash = hash.context("--trust-hash must have 64 hexadecimal digits")?;
    let hours = matches.get_one::<u64>("trust-hours").copied().unwrap_or(TRUST_HOURS);
    Ok(Some(Trust { height: *height, hash, period: Duration::from_secs(hours.saturating_mul(3600)) }))
}

pub(super) fn balance(
    context: &Context,
    height: Option<u64>,
    matches: &ArgMatches,
    request: &Value,
) -> Result<()> {
    let who: Address = request["address"].as_str().unwrap_or_default().parse()?;
    let denom: Denom = request["denom"].as_str().unwrap_or_default().parse()?;
    let trust = trust(matches)?;
    let chain = context.chain()?;
    let read = runtime()?.block_on(chain.verified_balance(&who, &denom, height, trust.as_ref()));
    let (amount, height) = read?;
    eprintln!("proved in the state after block {height}");
    context.format().print(&json!({ "balance": { "denom": denom.as_str(), "amount": amount.to_string() } }))
}

pub(super) fn store(context: &Context, height: Option<u64>, matches: &ArgMatches) -> Result<()> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let (store, key) = (text("store"), hex::decode(text("key")).context("the key is hexadecimal")?);
    if store.is_empty() || store.contains('/') {
        bail!("{store:?} is not the name of a store");
    }
    let chain = context.chain()?;
    let (value, height) = match matches.get_flag("prove") {
        true => {
            let trust = trust(matches)?;
            let read = runtime()?.block_on(chain.verified(store, &key, height, trust.as_ref()))?;
            (read.value.unwrap_or_default(), Some(read.height))
        }
        false => (runtime()?.block_on(chain.query(&format!("/store/{store}/key"), &key, height))?, height),
    };
    context.format().print(&json!({
        "key": hex::encode(&key),
        "value": BASE64.encode(&value),
        "height": height.map(|height| height.to_string()),
        "proved": matches.get_flag("prove"),
    }))
}
