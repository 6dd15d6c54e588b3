//! `lazd keys export`, `import` and `import-hex`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use client::{Passphrase, Secret, armor};

use crate::{
    context::{Context, OutputFlag},
    prompt,
};

/// Export private keys in ASCII-armored encrypted format, readable by other Cosmos SDK programs
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd keys export alice > alice.key")]
pub(super) struct ExportArgs {
    /// Name or address of the key
    name: String,
    /// Export unarmored hex privkey. Requires --unsafe
    #[arg(long)]
    unarmored_hex: bool,
    /// Enable unsafe operations. This flag must be switched on along with all unsafe operation-specific options
    #[arg(long = "unsafe")]
    enable_unsafe: bool,
    /// Skip confirmation prompt when export unarmored hex privkey
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    pub(super) output: OutputFlag,
}

/// Import private keys into the local keybase
#[derive(clap::Args)]
pub(super) struct ImportArgs {
    /// Name of the new key
    name: String,
    /// File written by `keys export`
    keyfile: PathBuf,
    #[command(flatten)]
    pub(super) output: OutputFlag,
}

/// Import a private key given in hexadecimal on stdin
#[derive(clap::Args)]
pub(super) struct ImportHexArgs {
    /// Name of the new key
    name: String,
    #[command(flatten)]
    pub(super) output: OutputFlag,
}

pub(super) fn export(context: &Context, args: &ExportArgs) -> Result<()> {
    if args.unarmored_hex != args.enable_unsafe {
        bail!("the flags unsafe and unarmored-hex must be used together");
    }
    let ring = context.keyring();
    let record = ring.get(&args.name)?;
    if args.unarmored_hex {
        let question = "WARNING: The private key will be exported as an unarmored hexadecimal string. USE AT YOUR OWN RISK. Continue?";
        if args.yes || prompt::confirm(question)? {
            println!("{}", hex::encode(context.unlock(&ring, &record)?.expose()));
        }
        return Ok(());
    }
    let secret = context.unlock(&ring, &record)?;
    let passphrase = Passphrase::strong(prompt::secret("Enter passphrase to encrypt the exported key:")?)?;
    println!("{}", armor::export(&secret, &passphrase));
    Ok(())
}

pub(super) fn import(context: &Context, args: &ImportArgs) -> Result<()> {
    let text = std::fs::read_to_string(&args.keyfile)
        .with_context(|| format!("cannot read {}", args.keyfile.display()))?;
    let passphrase = Passphrase::new(prompt::secret("Enter passphrase to decrypt your key:")?);
    keep(context, &args.name, &armor::import(&text, &passphrase)?)
}

pub(super) fn import_hex(context: &Context, args: &ImportHexArgs) -> Result<()> {
    let text = prompt::secret("Enter hex private key:")?;
    // The error of the decoder is left out, because it may quote the secret.
    let bytes = hex::decode(text.trim()).ok().context("the private key is not hexadecimal")?;
    keep(context, &args.name, &Secret::from_slice(&bytes)?)
}

fn keep(context: &Context, name: &str, secret: &Secret) -> Result<()> {
    let ring = context.keyring();
    ring.add(name, secret, &context.passphrase_for_new(&ring)?)?;
    Ok(())
}
