//! `lazd export`: the state of a stopped node as the genesis of a chain that goes on from it.

use std::{
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, anyhow, bail};
use app::export::{Exported, Listed, Sections};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use proto::{address::ConsAddress, tendermint::types::ConsensusParams};
use serde_json::{Map, Value as Json, json};
use state::{Snapshot, Store};

use super::{
    home::{Existing, Home, write_file_by},
    snapshots,
};

/// Export state to JSON
#[derive(clap::Args)]
#[command(
    after_help = "The node must be stopped. The output is a genesis file: its first block is the next height, its time is that
of the genesis it came from. Put it in place of config/genesis.json of homes that have no data.

Examples:
  lazd export --output-document genesis.json
  lazd export --height 1000 --modules-to-export bank,auth"
)]
pub(crate) struct Args {
    /// Export state from a particular height (-1 means latest height)
    #[arg(long, default_value_t = -1, allow_negative_numbers = true)]
    height: i64,
    /// Export state to start at height zero (perform preproccessing)
    #[arg(long)]
    for_zero_height: bool,
    /// Comma-separated list of modules to export. If empty, will export all modules
    #[arg(long, value_delimiter = ',')]
    modules_to_export: Vec<String>,
    /// Exported state is written to the given file instead of STDOUT
    #[arg(long)]
    output_document: Option<PathBuf>,
}

/// Runs `lazd export`.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    if args.for_zero_height {
        bail!(
            "--for-zero-height is not offered: it would have to pay out, unbond and reset what belongs to heights; \
             without it the new chain goes on at the next height"
        );
    }
    let (store, _held) = snapshots::open(home)?;
    let text = home.read(&home.genesis())?;
    if store.height() == 0 {
        eprintln!("WARNING: State is not initialized. Returning genesis file.");
        return deliver(args, |out| Ok(out.write_all(text.trim_end().as_bytes())?));
    }
    let mut document: Map<String, Json> =
        serde_json::from_str(&text).with_context(|| format!("{}", home.genesis().display()))?;
    let exported = app::export::export(&state_at(&store, args.height)?, &args.modules_to_export)
        .map_err(|error| anyhow!("error exporting state: {error}"))?;
    let app_state = fill(&mut document, exported);
    deliver(args, |out| write(&document, app_state, out))
}

/// The document, its state last and section by section.
fn write(head: &Map<String, Json>, app_state: Sections, out: &mut dyn Write) -> Result<()> {
    out.write_all(b"{")?;
    for (name, value) in head {
        serde_json::to_writer(&mut *out, name)?;
        out.write_all(b":")?;
        serde_json::to_writer(&mut *out, value)?;
        out.write_all(b",")?;
    }
    out.write_all(b"\"app_state\":{")?;
    for (place, section) in app_state.enumerate() {
        let (module, section) = section.map_err(|error| anyhow!("error exporting state: {error}"))?;
        write!(out, "{}\"{module}\":", if place == 0 { "" } else { "," })?;
        serde_json::to_writer(&mut *out, &section)?;
    }
    Ok(out.write_all(b"}}")?)
}

/// The newest state, or that of a height.
pub(crate) fn state_at(store: &Store, height: i64) -> Result<Snapshot> {
    if height == -1 {
        return Ok(store.latest());
    }
    let asked = u64::try_from(height).ok().filter(|height| *height > 0);
    Ok(store.at(asked.with_context(|| format!("--height {height} is no height"))?)?)
}

/// Takes the state that the document began with out of it, and gives the one for its place. What else it says stays.
fn fill(document: &mut Map<String, Json>, exported: Exported) -> Sections {
    let mut set = |name: &str, value: Json| drop(document.insert(name.to_owned(), value));
    set("chain_id", exported.chain_id.into());
    set("initial_height", (exported.height + 1).to_string().into());
    set("consensus_params", params(&exported.params));
    // a chain whose staking knows no validator is run by those that its first genesis lists
    if !exported.validators.is_empty() {
        set("validators", exported.validators.iter().map(validator).collect());
    }
    set("app_hash", "".into());
    document.shift_remove("app_state");
    exported.app_state
}

fn validator(listed: &Listed) -> Json {
    json!({
        "address": hex::encode_upper(ConsAddress::of_ed25519(&listed.key).as_bytes()),
        "pub_key": { "type": "tendermint/PubKeyEd25519", "value": STANDARD.encode(listed.key) },
        "power": listed.power.to_string(),
        "name": listed.name,
    })
}

/// As CometBFT writes them: 64-bit numbers in quotes, durations in nanoseconds.
fn params(params: &ConsensusParams) -> Json {
    let block = params.block.unwrap_or_default();
    let evidence = params.evidence.unwrap_or_default();
    let age = evidence.max_age_duration.unwrap_or_default();
    let nanos = i128::from(age.seconds) * 1_000_000_000 + i128::from(age.nanos);
    let validator = params.validator.clone().unwrap_or_default();
    let enabled = params.abci.unwrap_or_default().vote_extensions_enable_height;
    json!({
        "block": { "max_bytes": block.max_bytes.to_string(), "max_gas": block.max_gas.to_string() },
        "evidence": {
            "max_age_num_blocks": evidence.max_age_num_blocks.to_string(),
            "max_age_duration": nanos.to_string(),
            "max_bytes": evidence.max_bytes.to_string(),
        },
        "validator": { "pub_key_types": validator.pub_key_types },
        "version": { "app": params.version.unwrap_or_default().app.to_string() },
        "abci": { "vote_extensions_enable_height": enabled.to_string() },
    })
}

fn deliver(args: &Args, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let line = |out: &mut dyn Write| write(out).and_then(|()| Ok(out.write_all(b"\n")?));
    match &args.output_document {
        Some(path) => write_file_by(path, 0o644, Existing::Replace, line),
        None => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            line(&mut out)?;
            Ok(out.flush()?)
        }
    }
}
