//! Queries that CometBFT answers: transactions, blocks, validators.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use clap::{Arg, ArgMatches, Command, value_parser};
use client::rpc::Method;
use proto::address::ConsAddress;
use serde_json::{Value, json};

use crate::{
    context::{Context, runtime, seconds},
    output::json_of,
};

/// Most entries of a page, as CometBFT allows.
const MAX_LIMIT: i64 = 100;
const MAX_WAIT: u64 = 3600;

pub(super) fn commands() -> Vec<Command> {
    let paged = |command: Command, what: &str| {
        let number = |name: &'static str| Arg::new(name).long(name);
        command.args([
            number("page")
                .default_value("1")
                .value_parser(value_parser!(u32).range(1..))
                .help(format!("Page of {what}")),
            number("limit")
                .default_value("100")
                .value_parser(value_parser!(u32).range(1..=MAX_LIMIT))
                .help("Entries a page"),
        ])
    };
    let order = Arg::new("order_by")
        .long("order_by")
        .value_parser(["asc", "desc", "dsc"])
        .help("The ordering semantics (asc|desc)");
    let query = |help: &'static str| Arg::new("query").long("query").required(true).help(help);
    vec![
        Command::new("tx")
            .about("Query for a transaction by hash, \"<addr>/<seq>\" combination or comma-separated signatures in a committed block")
            .args([
                Arg::new("what").required(true),
                Arg::new("type").long("type").default_value("hash").value_parser(["hash", "acc_seq", "signature"]),
            ])
            .after_help("Examples:\n  lazd query tx <hash>\n  lazd query tx --type=acc_seq laz1.../5\n  lazd query tx --type=signature <base64 signature>"),
        paged(Command::new("txs"), "transactions")
            .about("Query for paginated transactions that match a set of events")
            .args([query("The transactions events query per CometBFT's query semantics"), order.clone()])
            .after_help("Example:\n  lazd query txs --query \"message.sender='laz1...' AND message.action='/cosmos.bank.v1beta1.MsgSend'\""),
        Command::new("wait-tx")
            .visible_alias("event-query-tx-for")
            .about("Wait for a transaction to be included in a block")
            .args([
                Arg::new("hash").required(true),
                Arg::new("timeout").long("timeout").default_value("15s").help("How long to wait, such as 15s or 2m"),
            ])
            .after_help("Example:\n  lazd query wait-tx <hash> --timeout 30s"),
        Command::new("block")
            .about("Query for a committed block by height, hash, or event(s)")
            .args([
                Arg::new("what"),
                Arg::new("type").long("type").default_value("height").value_parser(["height", "hash"]),
            ])
            .after_help("Examples:\n  lazd query block\n  lazd query block --type=height 5\n  lazd query block --type=hash <hash>"),
        paged(Command::new("blocks"), "blocks")
            .about("Query for paginated blocks that match a set of events")
            .args([query("The blocks events query per CometBFT's query semantics"), order]),
        Command::new("block-results")
            .about("Query for a committed block's results by height")
            .arg(Arg::new("what"))
            .after_help("Example:\n  lazd query block-results 5"),
        paged(Command::new("comet-validator-set"), "validators")
            .visible_aliases(["cometbft-validator-set", "tendermint-validator-set"])
            .about("Get the full CometBFT validator set at given height")
            .arg(Arg::new("what")),
    ]
}

pub(super) fn run(context: &Context, name: &str, matches: &ArgMatches) -> Result<()> {
    let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().map(String::as_str);
    let what = text("what").unwrap_or_default();
    let kind = text("type").unwrap_or_default();
    match name {
        "tx" => tx(context, kind, what),
        "txs" => txs(context, matches),
        "wait-tx" => {
            let patience = duration(text("timeout").unwrap_or_default())?;
            let hash = text("hash").unwrap_or_default();
            let found = runtime()?.block_on(context.chain()?.wait(hash, patience))?;
            context.format().print(&json_of(&found)?)
        }
        "block" => {
            let (method, params) = match (kind, what) {
                ("hash", hash) => {
                    let bytes = hex::decode(hash).context("a block's hash is hexadecimal")?;
                    (Method::BlockByHash, json!({ "hash": BASE64.encode(bytes) }))
                }
                (_, height) => (Method::Block, at(height)?),
            };
            let answer = call(context, method, params)?;
            if answer["block"].is_null() {
                bail!("there is no such block");
            }
            context.format().print(&answer["block"])
        }
        "blocks" => blocks(context, matches),
        "block-results" => context.format().print(&call(context, Method::BlockResults, at(what)?)?),
        "comet-validator-set" => validators(context, matches, what),
        _ => bail!("unknown command \"{name}\" for \"lazd query\""),
    }
}

/// Asks the node's RPC.
pub(super) fn call(context: &Context, method: Method, params: Value) -> Result<Value> {
    Ok(runtime()?.block_on(context.chain()?.rpc().call(method, params))?)
}

/// A height as RPC takes it; none is the latest.
fn at(height: &str) -> Result<Value> {
    if height.is_empty() {
        return Ok(json!({}));
    }
    let height: u64 =
        height.parse().ok().filter(|height| *height > 0).context("a height is a positive number")?;
    Ok(json!({ "height": height.to_string() }))
}

fn duration(text: &str) -> Result<Duration> {
    match seconds(text)? {
        seconds @ ..=MAX_WAIT => Ok(Duration::from_secs(seconds)),
        _ => bail!("{text:?} is more than an hour"),
    }
}

fn tx(context: &Context, kind: &str, what: &str) -> Result<()> {
    let chain = context.chain()?;
    let quoted = |text: &str| -> Result<String> {
        if text.contains('\'') || text.is_empty() {
            bail!("{text:?} is not of the kind {kind}");
        }
        Ok(format!("'{text}'"))
    };
    let query = match kind {
        "acc_seq" => format!("tx.acc_seq={}", quoted(what)?),
        "signature" => {
            let all: Result<Vec<String>> =
                what.split(',').map(|one| Ok(format!("tx.signature={}", quoted(one)?))).collect();
            all?.join(" AND ")
        }
        _ => {
            let found = runtime()?.block_on(chain.tx(what))?;
            let found = found.with_context(|| format!("no transaction found with hash {what}"))?;
            return context.format().print(&json_of(&found)?);
        }
    };
    let mut found = runtime()?.block_on(chain.txs(&query, 1, 2, false))?.txs;
    match (found.pop(), found.is_empty()) {
        (None, _) => bail!("found no txs matching given {kind} {what}"),
        (Some(_), false) => bail!("found more txs than one matching given {kind} {what}"),
        (Some(tx), true) => context.format().print(&json_of(&tx)?),
    }
}

fn paging(matches: &ArgMatches) -> (u32, u32, bool) {
    let number = |name: &str| matches.get_one::<u32>(name).copied().unwrap_or(1);
    let order = matches.try_get_one::<String>("order_by").ok().flatten();
    (number("page"), number("limit"), order.is_some_and(|order| order.starts_with('d')))
}

fn txs(context: &Context, matches: &ArgMatches) -> Result<()> {
    let (page, limit, newest_first) = paging(matches);
    let query = matches.get_one::<String>("query").map(String::as_str).unwrap_or_default();
    let found = runtime()?.block_on(context.chain()?.txs(query, page, limit, newest_first))?;
    context.format().print(&json_of(&found)?)
}

fn blocks(context: &Context, matches: &ArgMatches) -> Result<()> {
    let (page, limit, newest_first) = paging(matches);
    let query = matches.get_one::<String>("query").map(String::as_str).unwrap_or_default();
    let params = json!({
        "query": query, "page": page.to_string(), "per_page": limit.to_string(),
        "order_by": if newest_first { "desc" } else { "asc" },
    });
    let answer = call(context, Method::BlockSearch, params)?;
    let found = answer["blocks"].as_array().cloned().unwrap_or_default();
    let blocks: Vec<Value> = found.into_iter().map(|one| one["block"].clone()).collect();
    let total: u64 = answer["total_count"].as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
    context.format().print(&json!({
        "total_count": total.to_string(), "count": blocks.len().to_string(), "page_number": page.to_string(),
        "page_total": total.div_ceil(limit.into()).to_string(), "limit": limit.to_string(), "blocks": blocks,
    }))
}

fn validators(context: &Context, matches: &ArgMatches, height: &str) -> Result<()> {
    let (page, limit, _) = paging(matches);
    let mut params = at(height)?;
    params["page"] = page.to_string().into();
    params["per_page"] = limit.to_string().into();
    let answer = call(context, Method::Validators, params)?;
    let view = |one: &Value| -> Result<Value> {
        let bytes = hex::decode(one["address"].as_str().unwrap_or_default())?;
        Ok(json!({
            "address": ConsAddress::from_slice(&bytes)?.to_string(),
            "pub_key": { "@type": "/cosmos.crypto.ed25519.PubKey", "key": one["pub_key"]["value"] },
            "voting_power": one["voting_power"],
            "proposer_priority": one["proposer_priority"],
        }))
    };
    let found = answer["validators"].as_array().map(Vec::as_slice).unwrap_or_default();
    let validators: Vec<Value> = found.iter().map(view).collect::<Result<_>>()?;
    context.format().print(&json!({
        "block_height": answer["block_height"],
        "validators": validators,
        "pagination": { "next_key": null, "total": answer["total"] },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_heights_are_read() {
        assert_eq!(duration("15s").unwrap(), Duration::from_secs(15));
        assert_eq!(duration("2m").unwrap(), Duration::from_secs(120));
        assert!(duration("x").is_err() && duration("9999h").is_err() && duration("1d").is_err());
        assert_eq!(at("").unwrap(), json!({}));
        assert_eq!(at("5").unwrap(), json!({ "height": "5" }));
        assert!(at("0").is_err() && at("-1").is_err());
    }
}
