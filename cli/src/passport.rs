//! `lazd passport`: one file that shows what an asset is, without a node.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use client::passport::{Passport, export};
use serde_json::json;

use crate::{
    context::{Context, NodeFlags, OutputFlag, runtime},
    node::home::Home,
    offchain::{digest, id},
    output::Format,
};

/// Export an asset's passport, or check one without a node
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Write an asset's passport: record, versions, licences, verdicts with their ballots, trail, all proved
    #[command(after_help = "Example:\n  lazd passport export asset-12 --file asset-12.passport.json")]
    Export {
        /// The asset: 12 or asset-12
        asset: String,
        /// The file to write; asset-N.passport.json by default
        #[arg(long)]
        file: Option<PathBuf>,
        #[command(flatten)]
        node: NodeFlags,
    },
    /// Check a passport, and say what it proves and what it does not. Asks nobody
    #[command(
        after_help = "The trusted hash is that of the passport's header, or of its validator set, from a source of your own: another
node, a block explorer, a newspaper.

Examples:
  lazd passport verify asset-12.passport.json --trusted-hash 5D2A..
  lazd passport verify asset-12.passport.json --trusted-hash 5D2A.. -o json"
    )]
    Verify {
        file: PathBuf,
        /// 32 bytes in hex or base64
        #[arg(long)]
        trusted_hash: String,
        #[command(flatten)]
        output: OutputFlag,
    },
}

/// Runs a `lazd passport` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    match &args.command {
        Command::Export { asset, file, node } => {
            let context = Context::new(home, OutputFlag::default())?.with_node(node.clone());
            let (asset, chain) = (id("asset", asset)?, context.chain()?);
            let passport = runtime()?.block_on(export(&chain, asset))?;
            let path = file.clone().unwrap_or_else(|| PathBuf::from(format!("asset-{asset}.passport.json")));
            std::fs::write(&path, passport.bytes()?)
                .with_context(|| format!("cannot write {}", path.display()))?;
            eprintln!("asset-{asset}: {}", path.display());
            Ok(())
        }
        Command::Verify { file, trusted_hash, output } => {
            let context = Context::new(home, output.clone())?;
            let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let passport = Passport::parse(&bytes)?;
            let found = match passport.verify(&digest(trusted_hash)?) {
                Ok(found) => found,
                Err(error) => bail!("{} does not hold: {error}", file.display()),
            };
            if context.format() == Format::Json {
                let asset = passport.asset();
                return context
                    .format()
                    .print(&json!({ "asset": asset, "proved": found.proved, "open": found.open }));
            }
            println!("Proved:");
            found.proved.iter().for_each(|line| println!("  {line}"));
            println!("Not proved:");
            found.open.iter().for_each(|line| println!("  {line}"));
            Ok(())
        }
    }
}
