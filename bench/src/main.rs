//! Side-by-side measurements: `make bench` builds both sides, and this program runs them one after the other on the
//! same transactions, each measurement in a process of its own, and prints one line per row of the bar.

mod bank;
mod empty;
mod engine;
mod jmt_tree;
mod live;
mod meter;
mod report;
mod table;
mod tree;
mod work;
mod workload;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum as _};

use crate::{meter::Report, work::Work};

/// That of `lazd`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
        #[arg(value_parser = named)]
        what: Measured,
        /// Where the workload is, and where it may write
        folder: PathBuf,
        /// The built Go side, for what it serves
        #[arg(long)]
        peers: Option<PathBuf>,
    },
    /// Our application by itself on a socket, until it is killed; a measurement calls this
    #[command(hide = true)]
    Serve { folder: PathBuf, address: String },
    /// Only the transactions, for measuring one side by itself
    Workload {
        /// Where they are written; made if it is not there
        folder: PathBuf,
        /// Accounts of the genesis, at least the 20,000 that send
        #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(20_000..))]
        accounts: u64,
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
    /// Bank sends among a million accounts and ten million keys too: half an hour more
    #[arg(long)]
    long: bool,
    /// Only rows whose measurement has this in its name: bank, live, tree, empty, work
    #[arg(long)]
    only: Option<String>,
}

/// A measurement beside a peer, or of the protocol's own work.
#[derive(Clone, Copy, Debug)]
enum Measured {
    Beside(What),
    Own(Work),
}

fn named(name: &str) -> Result<Measured, String> {
    let own = Work::from_str(name, false).map(Measured::Own);
    own.or_else(|_| What::from_str(name, false).map(Measured::Beside))
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum What {
    /// Bank sends whose signatures the block checks first
    Bank,
    /// Bank sends that were in the pool before
    BankPooled,
    /// The same, with transactions made searchable
    BankIndexed,
    /// Bank sends end to end over CometBFT: our application, or with --peers the SDK's
    Live,
    /// A million keys
    Tree,
    /// Ten million
    LargeTree,
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
        Command::Measure { what, folder, peers } => {
            let report = match what {
                Measured::Beside(what) => measure(what, &folder, peers.as_deref())?,
                Measured::Own(work) => work::measure(work, &folder)?,
            };
            println!("{}", serde_json::to_string(&report)?);
            Ok(())
        }
        Command::Serve { folder, address } => live::serve(&folder, &address),
        Command::Workload { folder, accounts } => {
            std::fs::create_dir_all(&folder)?;
            workload::write(&folder, workload::Size(accounts))
        }
    }
}

fn measure(what: What, folder: &Path, peers: Option<&Path>) -> Result<Report> {
    match what {
        What::Bank => bank::measure(folder, bank::Style::Plain),
        What::BankPooled => bank::measure(folder, bank::Style::Pooled),
        What::BankIndexed => bank::measure(folder, bank::Style::Indexed),
        What::Live => live::measure(folder, peers),
        What::Tree => tree::measure(folder, tree::KEYS),
        What::LargeTree => tree::measure(folder, tree::MANY_KEYS),
        What::Jmt => jmt_tree::measure(),
        What::Empty => empty::measure(folder, false),
        What::EmptyStock => empty::measure(folder, true),
    }
}
