//! `lazd keys add` and `lazd keys mnemonic`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::{
    keyring::{self, Keyring, Kind, Record},
    mnemonic::{COIN_TYPE, HdPath, Words},
    multisig,
};
use proto::pubkey::PubKey;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    context::{Context, OutputFlag},
    output::Format,
    prompt,
};

/// Fewest characters from which entropy may be made.
const MIN_ENTROPY_INPUT: usize = 43;

/// Add an encrypted private key (either newly generated or recovered), encrypt it, and save to <name> file
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd keys add alice
  lazd keys add alice --recover                      # asks for the mnemonic
  lazd keys add both --multisig alice,bob --multisig-threshold 2
  lazd keys add watch --pubkey '{\"@type\":\"/cosmos.crypto.secp256k1.PubKey\",\"key\":\"A...\"}'")]
pub(super) struct Args {
    /// Name of the key
    name: String,
    /// List of key names stored in keyring to construct a public legacy multisig key
    #[arg(long, value_delimiter = ',')]
    multisig: Vec<String>,
    /// K out of N required signatures. For use in conjunction with --multisig
    #[arg(long, default_value_t = 1)]
    multisig_threshold: u32,
    /// Keys passed to --multisig are taken in the order they're supplied
    #[arg(long)]
    nosort: bool,
    /// Parse a public key in JSON format and saves key info to <name> file
    #[arg(long)]
    pubkey: Option<String>,
    /// Parse a public key in base64 format and saves key info
    #[arg(long, conflicts_with = "pubkey")]
    pubkey_base64: Option<String>,
    /// Provide seed phrase to recover existing key instead of creating; it is asked for
    #[arg(long)]
    recover: bool,
    /// Import mnemonic from a file (only usable when recover or interactive is passed)
    #[arg(long)]
    source: Option<PathBuf>,
    /// Interactively prompt user for BIP39 passphrase and mnemonic
    #[arg(short, long)]
    interactive: bool,
    /// Don't print out seed phrase (if others are watching the terminal)
    #[arg(long)]
    no_backup: bool,
    /// Perform action, but don't add key to local keystore
    #[arg(long)]
    dry_run: bool,
    /// Manual HD Path derivation (overrides BIP44 config)
    #[arg(long)]
    hd_path: Option<HdPath>,
    /// Coin type number for HD derivation
    #[arg(long, default_value_t = COIN_TYPE)]
    coin_type: u32,
    /// Account number for HD derivation (less than equal 2147483647)
    #[arg(long, default_value_t = 0)]
    account: u32,
    /// Address index number for HD derivation (less than equal 2147483647)
    #[arg(long, default_value_t = 0)]
    index: u32,
    /// Key signing algorithm to generate keys for
    #[arg(long, alias = "algo", default_value = "secp256k1", value_parser = ["secp256k1"])]
    key_type: String,
    #[command(flatten)]
    pub(super) output: OutputFlag,
}

/// Compute the bip39 mnemonic for some input entropy
#[derive(clap::Args)]
pub(super) struct MnemonicArgs {
    /// Prompt the user to supply their own entropy, instead of relying on the system
    #[arg(long)]
    unsafe_entropy: bool,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<()> {
    let ring = context.keyring();
    if !args.dry_run && ring.find(&args.name)?.is_some() {
        if !prompt::confirm(&format!("override the existing name {}", args.name))? {
            bail!("aborted");
        }
        ring.delete(&args.name)?;
    }
    if let Some(key) = public(&ring, args)? {
        let record = match args.dry_run {
            true => Record { name: args.name.clone(), kind: kind_of(&key), key },
            false => ring.add_public(&args.name, &key)?,
        };
        return tell(context, &record, None);
    }
    let path = match &args.hd_path {
        Some(path) => path.clone(),
        None => HdPath::bip44(args.coin_type, args.account, args.index)?,
    };
    let (words, made) = words(args)?;
    let extra = match args.interactive {
        true => prompt::secret(
            "Enter your bip39 passphrase. This is combined with the mnemonic to derive the seed. Most users should just hit enter to use the default, \"\"",
        )?,
        false => String::new(),
    };
    let secret = words.derive(&extra, &path)?;
    let record = match args.dry_run {
        true => Record { name: args.name.clone(), kind: Kind::Local, key: secret.public() },
        false => ring.add(&args.name, &secret, &context.passphrase_for_new(&ring)?)?,
    };
    tell(context, &record, (made && !args.no_backup).then_some(&words))
}

fn kind_of(key: &PubKey) -> Kind {
    if matches!(key, PubKey::Multisig { .. }) { Kind::Multi } else { Kind::Offline }
}

/// The public key that the flags name, if they do.
fn public(ring: &Keyring, args: &Args) -> Result<Option<PubKey>> {
    if !args.multisig.is_empty() {
        let mut keys = Vec::new();
        for name in &args.multisig {
            let key = ring.get(name)?.key;
            if keys.contains(&key) {
                bail!("duplicate multisig keys: {name}");
            }
            keys.push(key);
        }
        return Ok(Some(multisig::key(args.multisig_threshold, keys, !args.nosort)?));
    }
    let value = match (&args.pubkey, &args.pubkey_base64) {
        (Some(text), _) => serde_json::from_str(text).context("--pubkey is not JSON")?,
        (None, Some(text)) => {
            BASE64.decode(text).context("--pubkey-base64 is not base64")?;
            serde_json::json!({ "@type": "/cosmos.crypto.secp256k1.PubKey", "key": text })
        }
        (None, None) => return Ok(None),
    };
    keyring::parse_key(&value).map(Some).map_err(anyhow::Error::msg)
}

/// The words, and whether they are new.
fn words(args: &Args) -> Result<(Words, bool)> {
    let given = match (&args.source, args.recover, args.interactive) {
        (Some(_), false, false) => bail!("--source needs --recover or --interactive"),
        (Some(path), ..) => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
        }
        (None, true, _) => prompt::secret("Enter your bip39 mnemonic:")?,
        (None, false, true) => prompt::secret("Enter your bip39 mnemonic, or hit enter to generate one.")?,
        (None, false, false) => String::new(),
    };
    if given.trim().is_empty() && !args.recover {
        return Ok((Words::generate(), true));
    }
    Ok((Words::parse(&given)?, false))
}

fn tell(context: &Context, record: &Record, words: Option<&Words>) -> Result<()> {
    let mut view = super::view(record, record.address().to_string())?;
    match context.format() {
        Format::Json => {
            if let (Some(words), Value::Object(map)) = (words, &mut view) {
                map.insert("mnemonic".into(), words.expose().into());
            }
            Format::Json.print(&view)
        }
        Format::Text => {
            println!();
            Format::Text.print(&Value::Array(vec![view]))?;
            if let Some(words) = words {
                eprintln!("\n**Important** write this mnemonic phrase in a safe place.");
                eprintln!("It is the only way to recover your account if you ever forget your password.");
                eprintln!("\n{}", words.expose());
            }
            Ok(())
        }
    }
}

pub(super) fn mnemonic(args: &MnemonicArgs) -> Result<()> {
    if !args.unsafe_entropy {
        println!("{}", Words::generate().expose());
        return Ok(());
    }
    let input = prompt::secret("WARNING: Generate at least 256-bits of entropy and enter the results here:")?;
    if input.len() < MIN_ENTROPY_INPUT {
        bail!(
            "256-bits is 43 characters in Base-64, and 100 in Base-6. You entered {}, and probably want more",
            input.len()
        );
    }
    if !prompt::confirm(&format!("Input length: {}", input.len()))? {
        return Ok(());
    }
    println!("{}", Words::from_entropy(&Sha256::digest(input.as_bytes()))?.expose());
    Ok(())
}
