//! `lazd genesis`: who has what, and who validates, when a chain starts.

pub(crate) mod accounts;
pub(crate) mod collect;
pub(crate) mod document;
pub(crate) mod gentx;
mod validate;

use std::path::PathBuf;

use anyhow::Result;

use super::home::Home;
use document::Document;

/// Application's genesis-related subcommands
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Genesis,
}

#[derive(clap::Subcommand)]
enum Genesis {
    AddGenesisAccount(accounts::Args),
    BulkAddGenesisAccount(accounts::BulkArgs),
    Gentx(Box<gentx::Args>),
    CollectGentxs(collect::Args),
    #[command(visible_alias = "validate-genesis")]
    Validate(validate::Args),
}

/// Runs a `lazd genesis` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    match &args.command {
        Genesis::AddGenesisAccount(args) => accounts::run(home, args),
        Genesis::BulkAddGenesisAccount(args) => accounts::run_bulk(home, args),
        Genesis::Gentx(args) => gentx::run(home, args),
        Genesis::CollectGentxs(args) => collect::run(home, args),
        Genesis::Validate(args) => validate::run(home, args),
    }
}

/// The genesis file of a home, or another one.
fn open(home: &Home, other: Option<&PathBuf>) -> Result<Document> {
    let path = other.cloned().unwrap_or_else(|| home.genesis());
    Document::parse(&home.read(&path)?, path)
}
