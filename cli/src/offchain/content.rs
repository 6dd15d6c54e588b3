//! `lazd content`: manifests, seals and canaries.

use std::{io::IsTerminal, path::PathBuf, time::Instant};

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::offchain::{CHUNK_BYTES, Content, MAX_LOCATORS, read};
use proto::{lazchain::dat::v1 as dat, signed};
use rand::RngCore as _;
use serde_json::json;

use super::digest;
use crate::{
    context::{Context, KeyringFlags, OutputFlag},
    node::home::Home,
    output::json_of,
};

/// Manifests of content, seals on it, canaries
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Read a file and print its manifest: digest, size, Merkle root over chunks of 256 KiB
    #[command(after_help = "Examples:
  lazd content manifest table.csv --media-type text/csv --locator https://example.org/table.csv > manifest.json")]
    Manifest {
        file: PathBuf,
        /// What kind of content it is
        #[arg(long, default_value = "application/octet-stream")]
        media_type: String,
        /// Where it can be fetched; up to four
        #[arg(long = "locator")]
        locators: Vec<String>,
        #[command(flatten)]
        output: OutputFlag,
    },
    /// Print the seal to lay on content before it is submitted, and the salt that opens it
    #[command(
        after_help = "Keep the salt secret until the update is submitted: it proves that you were first.

Examples:
  lazd content seal table.csv --owner ada
  lazd tx vsc seal-update SEAL --from ada"
    )]
    Seal {
        /// The file, or its SHA-256 in hex
        content: String,
        /// Who will own the asset: a key's name or an address
        #[arg(long)]
        owner: String,
        #[command(flatten)]
        keyring: KeyringFlags,
        #[command(flatten)]
        output: OutputFlag,
    },
    /// Print the Merkle root of a canary and the salt that reveals it
    #[command(
        after_help = "No content can have this root, so whoever accepts an update with it has checked nothing."
    )]
    Canary {
        #[command(flatten)]
        output: OutputFlag,
    },
}

/// Runs a `lazd content` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    match &args.command {
        Command::Manifest { file, media_type, locators, output } => {
            if locators.len() > MAX_LOCATORS {
                bail!("{} locators; a manifest names at most {MAX_LOCATORS}", locators.len());
            }
            let content = content(file)?;
            let manifest = dat::Manifest {
                sha256: content.sha256.to_vec(),
                size: content.size,
                chunk_size: u32::try_from(CHUNK_BYTES)?,
                merkle_root: content.merkle_root.to_vec(),
                media_type: media_type.clone(),
                locators: locators.clone(),
                ..Default::default()
            };
            Context::new(home, output.clone())?.format().print(&json_of(&manifest)?)
        }
        Command::Seal { content, owner, keyring, output } => {
            let context = Context::new(home, output.clone())?.with_keyring(keyring.clone());
            let owner = context.address(owner)?;
            let sha256 = match digest(content) {
                Ok(sha256) => sha256,
                Err(_) => self::content(&PathBuf::from(content))?.sha256,
            };
            let salt = random();
            let seal = signed::seal(&sha256, &owner, &salt);
            context.format().print(&json!({
                "seal": BASE64.encode(seal), "salt": BASE64.encode(salt), "sha256": BASE64.encode(sha256),
                "owner": owner.to_string(),
            }))
        }
        Command::Canary { output } => {
            let salt = random();
            let root = signed::canary_root(&salt);
            let context = Context::new(home, output.clone())?;
            context
                .format()
                .print(&json!({ "merkle_root": BASE64.encode(root), "salt": BASE64.encode(salt) }))
        }
    }
}

fn random() -> [u8; 32] {
    let mut salt = [0; 32];
    rand::rngs::OsRng.fill_bytes(&mut salt);
    salt
}

/// Reads a file; says on a terminal how far it is.
fn content(file: &PathBuf) -> Result<Content> {
    let name = file.display();
    let all = std::fs::metadata(file).with_context(|| format!("cannot read {name}"))?.len();
    let (shown, mut last) = (std::io::stderr().is_terminal(), Instant::now());
    let content = read(file, |bytes| {
        if shown && last.elapsed().as_millis() > 200 {
            last = Instant::now();
            eprint!("\r{name}: {} of {} MiB", bytes >> 20, all >> 20);
        }
    });
    if shown {
        eprint!("\r\x1b[K");
    }
    content.with_context(|| format!("cannot read {name}"))
}
