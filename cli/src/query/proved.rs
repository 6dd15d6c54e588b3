//! Queries that prove their answer: `query store` for any key, and `--prove` for whatever is about one record.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use client::light::{self, Trust};
use serde_json::json;

use crate::context::{Context, runtime};

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

/// The record that a typed query is about.
pub(super) fn record(
    context: &Context,
    height: Option<u64>,
    matches: &ArgMatches,
    (name, request): (&str, &[u8]),
) -> Result<()> {
    let trust = trust(matches)?;
    let chain = context.chain()?;
    let read = runtime()?.block_on(async {
        // not the block before, which can be proved at once: who has just sent something wants to see it
        let height = match height {
            Some(height) => height,
            None => light::latest(chain.rpc()).await?,
        };
        chain.read_bytes(name, request, Some(height), trust.as_ref()).await
    })?;
    let Some(record) = read.record else {
        bail!("proved: there is no such {} in the state after block {}", read.field, read.height)
    };
    eprintln!("proved in the state after block {}", read.height);
    let record = proto::json::to_json(&read.kind, &record)?;
    context.format().print(&json!({ read.field: record }))
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
