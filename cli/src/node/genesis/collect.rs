//! `lazd genesis collect-gentxs`

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value as Json, json};

use super::{
    super::{home::Home, keys, settings::COMET},
    document::Document,
    open,
};

/// A genesis has at most so many first validators.
const MAX_GENTXS: usize = 1_000;

/// Collect genesis txs and output a genesis.json file
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of the genesis transactions [default: config/gentx in the home]
    #[arg(long)]
    gentx_dir: Option<PathBuf>,
}

pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let folder = args.gentx_dir.clone().unwrap_or_else(|| home.gentxs());
    let mut document = open(home, None)?;
    let peers = collect(&mut document, &read_folder(&folder)?)?;
    let own = keys::node(home)?.node_id();
    let others: Vec<&str> = peers.iter().map(String::as_str).filter(|peer| !peer.starts_with(&own)).collect();
    COMET.change(home, "p2p.persistent_peers", &others.join(","))?;
    document.save()?;
    let made = json!({
        "chain_id": document.chain_id()?,
        "gentxs_dir": folder,
        "node_id": own,
        "persistent_peers": others.join(","),
    });
    eprintln!("{}", serde_json::to_string(&made)?);
    Ok(())
}

/// Every transaction file of a folder, in the order of their names.
pub(crate) fn read_folder(folder: &PathBuf) -> Result<Vec<(String, Json)>> {
    let reading = || format!("cannot read {}; `lazd genesis gentx` writes there", folder.display());
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).with_context(reading)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    if paths.is_empty() {
        bail!("{} holds no genesis transaction; `lazd genesis gentx` writes one", folder.display());
    }
    if paths.len() > MAX_GENTXS {
        bail!("{} holds {} genesis transactions; at most {MAX_GENTXS}", folder.display(), paths.len());
    }
    paths
        .iter()
        .map(|path| {
            let reading = || format!("{} is not a genesis transaction", path.display());
            let text = fs::read_to_string(path).with_context(reading)?;
            Ok((path.display().to_string(), serde_json::from_str(&text).with_context(reading)?))
        })
        .collect()
}

/// Puts the transactions into the document and makes sure that they start a chain; returns where their nodes are.
pub(crate) fn collect(document: &mut Document, gentxs: &[(String, Json)]) -> Result<Vec<String>> {
    let mut peers = Vec::new();
    for (name, tx) in gentxs {
        let memo = tx.pointer("/body/memo").and_then(Json::as_str).unwrap_or_default();
        if !memo.contains('@') {
            return Err(anyhow!("{name}: failed to find node's address (NODEID@HOST:PORT) in its memo"));
        }
        peers.push(memo.to_owned());
    }
    document
        .section("genutil")?
        .insert("gen_txs".into(), Json::Array(gentxs.iter().map(|(_, tx)| tx.clone()).collect()));
    document.drop_engine_validators();
    let validators = document.try_out()?.validators;
    if validators.is_empty() {
        bail!("no genesis transaction makes a validator that bonds enough to have power");
    }
    Ok(peers)
}
