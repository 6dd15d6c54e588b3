//! `lazd config`: reading and changing configuration files without an editor.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::{
    home::Home,
    settings::{APP, CLIENT, COMET, Document, Flags, look_up},
};

/// Utilities for managing application configuration
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd config get app api.enable
  lazd config set config consensus.timeout_commit 500ms
  lazd config view client")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Config,
}

#[derive(clap::Subcommand)]
enum Config {
    /// Print a value as the node sees it, environment included
    Get { file: String, key: String },
    /// Change a value in a file
    Set { file: String, key: String, value: String },
    /// Print a configuration file
    View { file: String },
    /// Print the folder used as the binary home
    Home,
}

/// Runs a `lazd config` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    match &args.command {
        Config::Get { file, key } => {
            let (document, path) = named(home, file)?;
            document.setting(key)?;
            let table = document.table(&path, &Flags::new(), |name| std::env::var(name).ok())?;
            println!("{}", serde_json::to_string(&look_up(&table, key))?);
        }
        Config::Set { file, key, value } => {
            named(home, file)?.0.change(home, key, value)?;
        }
        Config::View { file } => print!("{}", home.read(&named(home, file)?.1)?),
        Config::Home => println!("{}", home.path().display()),
    }
    Ok(())
}

fn named(home: &Home, file: &str) -> Result<(Document, PathBuf)> {
    match file.trim_end_matches(".toml") {
        "app" => Ok((APP, home.app_toml())),
        "config" | "comet" => Ok((COMET, home.config_toml())),
        "client" => Ok((CLIENT, home.client_toml())),
        other => bail!("unknown configuration file {other:?}; there are app, config and client"),
    }
}
