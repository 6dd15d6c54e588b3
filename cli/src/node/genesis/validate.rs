//! `lazd genesis validate`

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::{super::home::Home, open};

/// Validates the genesis file at the default location or at the location passed as an arg
///
/// The whole first state is built in memory, as every node builds it, and every invariant is checked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Another genesis file
    file: Option<PathBuf>,
}

pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let document = open(home, args.file.as_ref())?;
    let trial = document.try_out()?;
    if trial.validators.is_empty() {
        bail!(
            "{} names no validator: collect genesis transactions with `lazd genesis collect-gentxs`",
            document.path().display()
        );
    }
    println!("File at {} is a valid genesis file", document.path().display());
    Ok(())
}
