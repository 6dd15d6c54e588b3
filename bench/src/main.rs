//! Side-by-side measurements: `make bench` builds both sides, and this program runs them one after the other on the
//! same transactions, each measurement in a process of its own, and prints one line per row of the bar.

mod bank;
mod empty;
mod jmt_tree;
mod meter;
mod report;
mod table;
mod tree;
mod workload;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::meter::Report;

#[derive(Parser)]
#[command(about = "Measures LazChain beside its peers")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything: both sides, then the table
    All(All),
    /// One measurement of our side, as JSON on stdout; `all` calls this
    Measure {
        #[arg(value_enum)]
        what: What,
        /// Where the workload is, and where it may write
        folder: PathBuf,
    },
}

#[derive(clap::Args)]
struct All {
    /// The built Go side
    #[arg(long)]
    peers: PathBuf,
    /// Where the table is written besides stdout
    #[arg(long)]
    out: PathBuf,
    /// Bank sends among a million accounts too: a quarter of an hour more
    #[arg(long)]
    long: bool,
    /// Only rows whose measurement has this in its name: bank, tree, empty
    #[arg(long)]
    only: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum What {
    /// Bank sends whose signatures the block checks first
    Bank,
    /// Bank sends that were in the pool before
    BankPooled,
    /// The same, with transactions made searchable
    BankIndexed,
    /// A million keys
    Tree,
    /// The same in the `jmt` crate, in memory
    Jmt,
    /// Empty blocks over our ABCI server
    Empty,
    /// Empty blocks of the same application over the server of the `tendermint-abci` crate
    EmptyStock,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::All(all) => report::run(&all),
        Command::Measure { what, folder } => {
            let report = measure(what, &folder)?;
            println!("{}", serde_json::to_string(&report)?);
            Ok(())
        }
    }
}

fn measure(what: What, folder: &std::path::Path) -> Result<Report> {
    match what {
        What::Bank => bank::measure(folder, bank::Style::Plain),
        What::BankPooled => bank::measure(folder, bank::Style::Pooled),
        What::BankIndexed => bank::measure(folder, bank::Style::Indexed),
        What::Tree => tree::measure(folder),
        What::Jmt => jmt_tree::measure(),
        What::Empty => empty::measure(folder, false),
        What::EmptyStock => empty::measure(folder, true),
    }
}
