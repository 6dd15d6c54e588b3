//! `lazd comet`: what concerns the engine's files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use proto::address::ConsAddress;
use serde_json::{Value as Json, json};

use super::{
    engine::Engine,
    home::{Existing, Home, write_file},
    keys,
};

/// CometBFT subcommands
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Comet,
}

#[derive(clap::Subcommand)]
enum Comet {
    /// Show this node's ID
    #[command(visible_alias = "show-node_id")]
    ShowNodeId,
    /// Show this node's CometBFT validator info
    ShowValidator,
    /// Show this node's CometBFT validator consensus address
    ShowAddress,
    /// Show the end of this validator's hash chain for the beacon, in base64, as `tx beacon register-beacon` takes it
    ShowBeacon {
        /// Which chain: 0 is the first; a later one takes the place of one that is used up
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..8))]
        generation: u32,
    },
    /// Make a validator key where there is none
    #[command(
        after_help = "For a node that has never been a validator: one that has signed something needs its own key
back, from a backup. With --lost it becomes another validator, and the old one is jailed for its absence."
    )]
    NewValidatorKey {
        /// The key of the validator that this node was is lost for good
        #[arg(long)]
        lost: bool,
    },
    /// Print CometBFT libraries' version
    Version,
    /// (unsafe) Remove all the data and WAL, reset this node's validator to genesis state
    #[command(
        after_help = "A validator that forgets what it signed may sign twice and be slashed for good: never do
this to one whose chain goes on."
    )]
    UnsafeResetAll {
        /// Keep the address book intact
        #[arg(long)]
        keep_addr_book: bool,
    },
    /// Remove all the data and WAL, but keep what the validator has signed
    ResetState,
}

/// Runs a `lazd comet` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    match args.command {
        Comet::ShowNodeId => println!("{}", keys::node(home)?.node_id()),
        Comet::ShowValidator => {
            let key = STANDARD.encode(keys::validator(home)?.public());
            println!("{}", json!({ "@type": "/cosmos.crypto.ed25519.PubKey", "key": key }));
        }
        Comet::ShowAddress => println!("{}", ConsAddress::new(keys::validator(home)?.address())),
        Comet::ShowBeacon { generation } => {
            println!("{}", STANDARD.encode(keys::validator(home)?.dice().chain(generation).tip()));
        }
        Comet::NewValidatorKey { lost } => new_validator_key(home, lost)?,
        Comet::Version => {
            let version = Engine::find()?.version;
            println!("ABCI: 2.0.0\nBlockProtocol: 11\nCometBFT: {version}\nP2PProtocol: 8");
        }
        Comet::UnsafeResetAll { keep_addr_book } => reset_all(home, keep_addr_book)?,
        Comet::ResetState => drop(reset_data(home)?),
    }
    Ok(())
}

/// Makes the key that was never there, or never used.
fn new_validator_key(home: &Home, lost: bool) -> Result<()> {
    home.make()?;
    let _held = home.lock()?;
    let path = home.validator_state();
    if path.exists() {
        let state: Json = serde_json::from_str(&home.read(&path)?)
            .with_context(|| format!("{} is not what CometBFT wrote", path.display()))?;
        let height = state["height"].as_str().unwrap_or("0");
        if height != "0" && !lost {
            bail!(
                "this node has signed up to height {height} ({}), so its key was a validator's: put the key back \
                 from your backup; if it is lost for good, --lost makes this node another validator",
                path.display()
            );
        }
    } else {
        write_file(&path, keys::NOTHING_SIGNED.as_bytes(), 0o600, Existing::Refuse)?;
    }
    let key = keys::Key::generate();
    keys::write_validator(home, &key)?;
    eprintln!("{}: {}", home.validator_key().display(), ConsAddress::new(key.address()));
    Ok(())
}

fn reset_all(home: &Home, keep_addr_book: bool) -> Result<()> {
    home.make()?;
    let _held = reset_data(home)?;
    if !keep_addr_book {
        remove(&home.address_book())?;
    }
    write_file(&home.validator_state(), keys::NOTHING_SIGNED.as_bytes(), 0o600, Existing::Replace)
}

/// Removes everything in `data/` except what the validator has signed, and our locks.
fn reset_data(home: &Home) -> Result<Option<fs::File>> {
    let held = home.lock_if_made()?;
    let Some(_) = &held else { return Ok(None) };
    let kept: [PathBuf; 3] = [home.validator_state(), home.data().join("lazd.lock"), home.engine_lock()];
    let entries =
        fs::read_dir(home.data()).with_context(|| format!("cannot read {}", home.data().display()))?;
    for entry in entries {
        let path = entry?.path();
        if !kept.contains(&path) {
            remove(&path)?;
            eprintln!("Removed {}", path.display());
        }
    }
    Ok(held)
}

fn remove(path: &Path) -> Result<()> {
    let done = match fs::symlink_metadata(path) {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    done.with_context(|| format!("cannot remove {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_validator_key_is_only_for_a_node_that_has_signed_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        new_validator_key(&home, false).unwrap();
        let made = keys::validator(&home).unwrap().address();
        assert_eq!(fs::read_to_string(home.validator_state()).unwrap(), keys::NOTHING_SIGNED);
        assert!(new_validator_key(&home, false).is_err(), "a key is never replaced");
        assert_eq!(keys::validator(&home).unwrap().address(), made);
        fs::remove_file(home.validator_key()).unwrap();
        fs::write(home.validator_state(), r#"{"height": "12", "round": 0, "step": 3}"#).unwrap();
        let error = new_validator_key(&home, false).unwrap_err().to_string();
        assert!(error.contains("height 12") && error.contains("backup"), "{error}");
        new_validator_key(&home, true).unwrap();
        assert!(fs::read_to_string(home.validator_state()).unwrap().contains("12"), "what was signed stays");
    }

    #[test]
    fn a_reset_removes_data_and_the_gentle_one_keeps_what_was_signed() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        home.make().unwrap();
        let fill = || {
            fs::create_dir_all(home.store().join("inner")).unwrap();
            fs::write(home.data().join("blockstore.db"), "x").unwrap();
            fs::write(home.address_book(), "x").unwrap();
            fs::write(home.validator_state(), "signed").unwrap();
        };
        fill();
        drop(reset_data(&home).unwrap());
        assert!(!home.store().exists() && !home.data().join("blockstore.db").exists());
        assert_eq!(fs::read_to_string(home.validator_state()).unwrap(), "signed");
        fill();
        reset_all(&home, true).unwrap();
        assert!(home.address_book().exists() && !home.store().exists());
        assert_eq!(fs::read_to_string(home.validator_state()).unwrap(), keys::NOTHING_SIGNED);
        reset_all(&home, false).unwrap();
        assert!(!home.address_book().exists());
        let _held = home.lock().unwrap();
        assert!(reset_all(&home, false).is_err(), "not under a running node");
    }
}
