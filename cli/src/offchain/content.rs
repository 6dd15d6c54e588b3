//! `lazd content`: manifests, seals and canaries.

use std::{
    fs::File,
    io::{BufReader, BufWriter, IsTerminal, Write as _},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context as _, Result, anyhow, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::offchain::{
    CHUNK_BYTES, Content, MAX_LOCATORS, deliveries, opener, read,
    sealed::{DataKey, SCHEME, decrypt, encrypt},
};
use proto::{
    lazchain::{dat::v1 as dat, vsc::v1 as vsc},
    signed,
};
use rand::RngCore as _;
use serde_json::json;

use super::{SignFlags, digest, id};
use crate::{
    context::{Context, KeyringFlags, NodeFlags, OutputFlag, runtime},
    node::home::{Existing, Home, folder_of, write_file},
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
    /// Encrypt a file, so that only those can read it who are handed its data key; print the manifest of the result
    #[command(
        after_help = "The data key is written to --key-file, readable by you alone. Who has it can read the content.

Examples:
  lazd content encrypt table.csv --out table.sealed --key-file table.key --media-type text/csv > manifest.json"
    )]
    Encrypt {
        file: PathBuf,
        /// Where the encrypted content goes
        #[arg(long)]
        out: PathBuf,
        /// Where the data key goes; must not be there yet
        #[arg(long)]
        key_file: PathBuf,
        /// What kind of content it is, once opened
        #[arg(long, default_value = "application/octet-stream")]
        media_type: String,
        /// Where the encrypted content can be fetched; up to four
        #[arg(long = "locator")]
        locators: Vec<String>,
        #[command(flatten)]
        output: OutputFlag,
    },
    /// Open encrypted content, with the data key or with one that was wrapped for you
    #[command(after_help = "Examples:
  lazd content decrypt table.sealed --out table.csv --key-file table.key
  lazd content decrypt table.sealed --out table.csv --wrapped-key BASE64 --from dan")]
    Decrypt {
        file: PathBuf,
        /// Where the content goes
        #[arg(long)]
        out: PathBuf,
        /// The data key
        #[arg(long, required_unless_present = "wrapped_key", conflicts_with = "wrapped_key")]
        key_file: Option<PathBuf>,
        /// The data key as it was wrapped for you, base64
        #[arg(long)]
        wrapped_key: Option<String>,
        #[command(flatten)]
        sign: SignFlags,
    },
    /// Wrap a data key for somebody's X25519 key; `tx dat deliver-key` takes the result
    #[command(
        after_help = "Example:\n  lazd content wrap 6abwqV/mo1Oh86wcmWf/OUOK5Yqs0VfMhnpFW+59smg= --key-file table.key"
    )]
    Wrap {
        /// 32 bytes in hex or base64
        to: String,
        /// The file with the data key
        #[arg(long)]
        key_file: PathBuf,
        #[command(flatten)]
        output: OutputFlag,
    },
    /// Wrap a data key for each seat of a round; `tx vsc share-keys` takes the result
    #[command(
        after_help = "Example:\n  lazd content share task-9 1 --key-file table.key -o json > keys.json\n  lazd tx vsc share-keys 9 1 \"$(cat keys.json)\" --from ada"
    )]
    Share {
        /// The task: 9 or task-9
        task: String,
        /// The round of that task
        round: u32,
        /// The file with the data key
        #[arg(long)]
        key_file: PathBuf,
        #[command(flatten)]
        node: NodeFlags,
        #[command(flatten)]
        output: OutputFlag,
    },
    /// Wrap a data key for everybody who has access to an asset and not yet this key; `tx dat deliver-key` takes each
    #[command(
        after_help = "After somebody's access was revoked: announce a new key with `tx dat rotate-data-key`, then deliver it to the others.

Example:
  lazd content deliver asset-12 --key-file table.key"
    )]
    Deliver {
        /// The asset: 12 or asset-12
        asset: String,
        /// The file with the data key
        #[arg(long)]
        key_file: PathBuf,
        #[command(flatten)]
        node: NodeFlags,
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
            let manifest = described(file, media_type, locators)?;
            Context::new(home, output.clone())?.format().print(&json_of(&manifest)?)
        }
        Command::Encrypt { file, out, key_file, media_type, locators, output } => {
            let key = DataKey::generate();
            write_file(key_file, hex::encode(key.expose()).as_bytes(), 0o600, Existing::Refuse)?;
            encrypted(&key, file, out)?;
            let encryption =
                dat::Encryption { scheme: SCHEME.into(), key_commitment: key.commitment().to_vec() };
            let manifest =
                dat::Manifest { encryption: Some(encryption), ..described(out, media_type, locators)? };
            Context::new(home, output.clone())?.format().print(&json_of(&manifest)?)
        }
        Command::Decrypt { file, out, key_file, wrapped_key, sign } => {
            let key = match (key_file, wrapped_key) {
                (Some(path), _) => data_key(path)?,
                (None, Some(text)) => {
                    let (_, secret) = sign.unlock(&sign.context(home)?)?;
                    let wrapped = BASE64.decode(text).context("--wrapped-key is not base64")?;
                    let opened = opener(&secret, sign.number).unwrap(&wrapped);
                    opened.ok_or_else(|| {
                        anyhow!("this key was not wrapped for --number {} of this account", sign.number)
                    })?
                }
                (None, None) => bail!("one of --key-file and --wrapped-key is needed"),
            };
            decrypted(&key, file, out)
        }
        Command::Wrap { to, key_file, output } => {
            let wrapped = data_key(key_file)?.wrap(&digest(to)?);
            let context = Context::new(home, output.clone())?;
            context.format().print(&json!({ "wrapped_key": BASE64.encode(wrapped) }))
        }
        Command::Share { task, round, key_file, node, output } => {
            let context = Context::new(home, output.clone())?.with_node(node.clone());
            let keys = shared(&context, id("task", task)?, *round, &data_key(key_file)?)?;
            context.format().print(&keys)
        }
        Command::Deliver { asset, key_file, node, output } => {
            let context = Context::new(home, output.clone())?.with_node(node.clone());
            let (asset, key, chain) = (id("asset", asset)?, data_key(key_file)?, context.chain()?);
            let messages = runtime()?.block_on(deliveries(&chain, asset, &key))?;
            context.format().print(&messages.iter().map(json_of).collect::<Result<_>>()?)
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

fn described(file: &PathBuf, media_type: &str, locators: &[String]) -> Result<dat::Manifest> {
    if locators.len() > MAX_LOCATORS {
        bail!("{} locators; a manifest names at most {MAX_LOCATORS}", locators.len());
    }
    let content = content(file)?;
    Ok(dat::Manifest {
        sha256: content.sha256.to_vec(),
        size: content.size,
        chunk_size: u32::try_from(CHUNK_BYTES)?,
        merkle_root: content.merkle_root.to_vec(),
        media_type: media_type.into(),
        locators: locators.to_vec(),
        ..Default::default()
    })
}

/// A data key for each seat of a round.
fn shared(context: &Context, task: u64, round: u32, key: &DataKey) -> Result<serde_json::Value> {
    let ask = vsc::QueryRoundRequest { task, round };
    let answer: vsc::QueryRoundResponse =
        runtime()?.block_on(context.chain()?.ask("/lazchain.vsc.v1.Query/Round", &ask))?;
    let seats = answer.round.unwrap_or_default().seats;
    let wrapped = seats.iter().map(|seat| {
        let to = seat.encryption_key.as_slice().try_into();
        let to: [u8; 32] = to.with_context(|| format!("the seat of {} has no key", seat.member))?;
        json_of(&vsc::WrappedKey { member: seat.member.clone(), key: key.wrap(&to) })
    });
    wrapped.collect()
}

fn data_key(path: &Path) -> Result<DataKey> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(DataKey::new(digest(text.trim()).with_context(|| format!("{} holds no data key", path.display()))?))
}

fn opened(file: &Path) -> Result<BufReader<File>> {
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(BufReader::new(opened))
}

fn encrypted(key: &DataKey, file: &Path, out: &Path) -> Result<()> {
    let writing = || format!("cannot write {}", out.display());
    let mut to = BufWriter::new(File::create(out).with_context(writing)?);
    encrypt(key, &mut opened(file)?, &mut to, |_| ())?;
    to.flush().with_context(writing)
}

/// Only what was opened to its end takes the name.
fn decrypted(key: &DataKey, file: &Path, out: &Path) -> Result<()> {
    let writing = || format!("cannot write {}", out.display());
    let mut content = tempfile::NamedTempFile::new_in(folder_of(out)).with_context(writing)?;
    let mut to = BufWriter::new(content.as_file_mut());
    decrypt(key, &mut opened(file)?, &mut to).with_context(|| format!("{}", file.display()))?;
    to.flush().with_context(writing)?;
    drop(to);
    content.persist(out).with_context(writing)?;
    Ok(())
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
