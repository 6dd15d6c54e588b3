//! `lazd`: the LazChain node and its command line.
#![allow(rustdoc::invalid_html_tags, reason = "doc comments of commands are help texts, with <values>")]

mod context;
mod debug;
mod keys;
mod node;
mod offchain;
mod operator;
mod output;
#[cfg(test)]
mod pages;
mod passport;
mod prompt;
mod provider;
mod query;
mod signer;
mod status;
mod tx;
mod version;
mod watch;
mod why;
mod wording;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use node::{home::Home, log};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// LazChain daemon (server) and command line
#[derive(Parser)]
#[command(name = "lazd", disable_help_subcommand = true)]
struct Cli {
    /// Directory for config and data [default: ~/.lazd]
    #[arg(long, global = true, env = "LAZD_HOME", default_value_os_t = Home::standard(), hide_default_value = true)]
    home: PathBuf,
    #[command(flatten)]
    log: log::Args,
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    Init(node::init::Args),
    Start(Box<node::start::Args>),
    #[command(visible_aliases = ["cometbft", "tendermint"])]
    Comet(node::comet::Args),
    Config(node::config_command::Args),
    Keys(Box<keys::Args>),
    Tx(Box<tx::Args>),
    #[command(visible_alias = "q")]
    Query(Box<query::Args>),
    Status(status::Args),
    Watch(watch::Args),
    Content(offchain::content::Args),
    Ballot(offchain::ballot::Args),
    Voucher(offchain::voucher::Args),
    Passport(passport::Args),
    Operator(Box<operator::Args>),
    Signer(Box<signer::Args>),
    Provider(Box<provider::Args>),
    Usage(provider::UsageArgs),
    Snapshots(node::snapshots::Args),
    Prune(node::prune::Args),
    Rollback(node::prune::RollbackArgs),
    Genesis(node::genesis::Args),
    Testnet(node::testnet::Args),
    Export(node::export::Args),
    Debug(debug::Args),
    Why(Box<why::Args>),
    Version(version::Args),
    /// Generate the autocompletion script for the specified shell
    Completion {
        shell: clap_complete::Shell,
    },
    #[command(name = node::engine::SHIM, hide = true)]
    RunEngine(node::engine::ShimArgs),
    #[command(name = services::operator::LOOK_APART, hide = true)]
    LookApart {
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    let parsed = Cli::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return wording::explain(&error, Cli::command(), std::env::args().collect()),
    };
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if cli.log.trace {
                eprintln!("Error: {error:?}");
            } else {
                eprintln!("Error: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let home = Home::new(&cli.home);
    match &cli.command {
        Commands::Start(_) => log::init_node(&home, &cli.log),
        Commands::Operator(_) | Commands::Signer(_) | Commands::Provider(_) | Commands::Usage(_) => {
            log::init_daemon(&cli.log)
        }
        _ => log::init_command(&cli.log),
    }
    match &cli.command {
        Commands::Init(args) => node::init::run(&home, args),
        Commands::Start(args) => node::start::run(&home, args),
        Commands::Comet(args) => node::comet::run(&home, args),
        Commands::Config(args) => node::config_command::run(&home, args),
        Commands::Keys(args) => keys::run(&home, args),
        Commands::Tx(args) => tx::run(&home, args),
        Commands::Query(args) => query::run(&home, args),
        Commands::Status(args) => status::run(&home, args),
        Commands::Watch(args) => watch::run(&home, args),
        Commands::Content(args) => offchain::content::run(&home, args),
        Commands::Ballot(args) => offchain::ballot::run(&home, args),
        Commands::Voucher(args) => offchain::voucher::run(&home, args),
        Commands::Passport(args) => passport::run(&home, args),
        Commands::Operator(args) => operator::run(&home, args),
        Commands::Signer(args) => signer::run(&home, args),
        Commands::Provider(args) => provider::run(&home, args),
        Commands::Usage(args) => provider::run_usage(&home, args),
        Commands::Snapshots(args) => node::snapshots::run(&home, args),
        Commands::Prune(args) => node::prune::run(&home, args),
        Commands::Rollback(args) => node::prune::rollback(&home, args),
        Commands::Genesis(args) => node::genesis::run(&home, args),
        Commands::Testnet(args) => node::testnet::run(args),
        Commands::Export(args) => node::export::run(&home, args),
        Commands::Debug(args) => debug::run(&home, args),
        Commands::Why(args) => why::run(&home, args),
        Commands::Version(args) => version::run(args),
        Commands::Completion { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "lazd", &mut std::io::stdout());
            Ok(())
        }
        Commands::RunEngine(args) => node::engine::run_shim(args),
        Commands::LookApart { file } => {
            println!("{}", services::operator::look_apart(file)?);
            Ok(())
        }
    }
}
