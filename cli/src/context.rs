//! What every user command starts from: `client.toml`, then the environment, then flags.

use std::{cell::OnceCell, path::PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use client::{
    Chain, Passphrase, Secret,
    keyring::{Backend, Keyring, Record},
    rpc::Rpc,
};
use proto::address::{Address, ValAddress};
use tokio::runtime::Runtime;

use crate::{
    node::{config::ClientConfig, home::Home},
    output::Format,
    prompt,
};

const ATTEMPTS: u32 = 3;

// Flags of whatever needs keys. No doc comment: it would become the help of the command that has them.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Keyring")]
pub(crate) struct KeyringFlags {
    /// Select keyring's backend (os|file|test); os is the encrypted file
    #[arg(long, global = true, value_parser = ["os", "file", "test"])]
    keyring_backend: Option<String>,
    /// The client Keyring directory; if omitted, the default 'home' directory will be used
    #[arg(long, global = true)]
    keyring_dir: Option<PathBuf>,
    /// Read the keyring's passphrase from the first line of this file instead of asking
    #[arg(long, global = true, env = "LAZD_KEYRING_PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
}

// Flags of whatever prints. No doc comment: it would become the help of the command that has them.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct OutputFlag {
    /// Output format (text|json)
    #[arg(short, long, value_parser = ["text", "json"])]
    output: Option<String>,
}

// Flags of whatever asks a node. No doc comment: it would become the help of the command that has them.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct NodeFlags {
    /// <host>:<port> to CometBFT RPC interface for this chain
    #[arg(short, long)]
    node: Option<String>,
    /// The network chain ID
    #[arg(long)]
    chain_id: Option<String>,
}

/// A user's settings, and what they lead to.
pub(crate) struct Context {
    home: Home,
    config: ClientConfig,
    keyring: KeyringFlags,
    output: OutputFlag,
    node: NodeFlags,
    passphrase: OnceCell<Passphrase>,
}

impl Context {
    pub(crate) fn new(home: &Home, output: OutputFlag) -> Result<Context> {
        Ok(Context {
            home: home.clone(),
            config: ClientConfig::load(home)?,
            keyring: KeyringFlags::default(),
            output,
            node: NodeFlags::default(),
            passphrase: OnceCell::new(),
        })
    }

    pub(crate) fn with_keyring(self, keyring: KeyringFlags) -> Context {
        Context { keyring, ..self }
    }

    pub(crate) fn with_node(self, node: NodeFlags) -> Context {
        Context { node, ..self }
    }

    /// Whether `-o` was given, rather than taken from `client.toml`.
    pub(crate) fn format_is_explicit(&self) -> bool {
        self.output.output.is_some()
    }

    pub(crate) fn format(&self) -> Format {
        Format::by_name(self.output.output.as_ref().unwrap_or(&self.config.output))
    }

    pub(crate) fn broadcast_mode<'a>(&'a self, flag: Option<&'a str>) -> &'a str {
        flag.unwrap_or(&self.config.broadcast_mode)
    }

    /// The key that signs unless `--from` names another.
    pub(crate) fn default_key(&self) -> Option<&str> {
        Some(self.config.keyring_default_keyname.as_str()).filter(|name| !name.is_empty())
    }

    pub(crate) fn keyring(&self) -> Keyring {
        let name = self.keyring.keyring_backend.as_ref().unwrap_or(&self.config.keyring_backend);
        // Flag and file allow only names that it knows.
        let backend = Backend::by_name(name).unwrap_or(Backend::File);
        let folder = self.keyring.keyring_dir.clone().unwrap_or_else(|| self.home.path().to_owned());
        Keyring::open(&folder, backend)
    }

    /// The passphrase for a key that is being added: chosen if it is the first, else the one the others have.
    pub(crate) fn passphrase_for_new(&self, ring: &Keyring) -> Result<Passphrase> {
        if let Some(known) = self.passphrase_without_asking(ring)? {
            if !ring.opens(&known)? {
                bail!(
                    "this passphrase does not open the keys that are there; all keys of a keyring share one"
                );
            }
            known.check_strength()?;
            return Ok(known);
        }
        if !ring.has_secrets()? {
            return prompt::new_passphrase("Enter keyring passphrase (at least 8 characters):");
        }
        for attempt in 1..=ATTEMPTS {
            let passphrase = Passphrase::new(prompt::secret(&question(attempt))?);
            if ring.opens(&passphrase)? {
                return Ok(passphrase);
            }
            eprintln!("incorrect passphrase");
        }
        bail!("too many failed passphrase attempts")
    }

    /// The secret of a key, its passphrase asked for if need be, once for the whole command.
    pub(crate) fn unlock(&self, ring: &Keyring, record: &Record) -> Result<Secret> {
        if let Some(passphrase) = self.passphrase.get() {
            return Ok(ring.unlock(&record.name, passphrase)?);
        }
        if let Some(known) = self.passphrase_without_asking(ring)? {
            return Ok(ring.unlock(&record.name, &known)?);
        }
        for attempt in 1..=ATTEMPTS {
            let passphrase = Passphrase::new(prompt::secret(&question(attempt))?);
            match ring.unlock(&record.name, &passphrase) {
                Ok(secret) => {
                    let _ = self.passphrase.set(passphrase);
                    return Ok(secret);
                }
                Err(client::Error::WrongPassphrase) => eprintln!("incorrect passphrase"),
                Err(error) => return Err(error.into()),
            }
        }
        bail!("too many failed passphrase attempts")
    }

    /// The account and the secret of a key: the one named, or the one that signs unless another is named.
    pub(crate) fn key(&self, name: Option<&str>) -> Result<(Address, Secret)> {
        let name = name.or(self.default_key());
        let name = name.ok_or_else(|| anyhow!("required flag(s) \"from\" not set"))?;
        let ring = self.keyring();
        let record = ring.find(name)?.ok_or_else(|| anyhow!("{name} is no key of this keyring"))?;
        let secret = self.unlock(&ring, &record)?;
        Ok((record.address(), secret))
    }

    fn passphrase_without_asking(&self, ring: &Keyring) -> Result<Option<Passphrase>> {
        match (ring.backend().known_passphrase(), &self.keyring.passphrase_file) {
            (Some(known), _) => Ok(Some(known)),
            (None, Some(path)) => prompt::passphrase_file(path).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// An account by its address, or by the name of a key.
    pub(crate) fn address(&self, name_or_address: &str) -> Result<Address> {
        if let Ok(address) = name_or_address.parse() {
            return Ok(address);
        }
        if let Ok(operator) = name_or_address.parse::<ValAddress>() {
            return Ok(operator.account());
        }
        match self.keyring().find(name_or_address) {
            Ok(Some(record)) => Ok(record.address()),
            Ok(None) | Err(client::Error::KeyName(_)) => {
                let why = name_or_address.parse::<Address>().err();
                let why = why.map(|error| error.to_string()).unwrap_or_default();
                bail!("{name_or_address} is not a valid name or address: {why}")
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn chain(&self) -> Result<Chain> {
        let node = self.node.node.as_ref().unwrap_or(&self.config.node);
        Ok(Chain::new(Rpc::new(node)?))
    }

    /// The chain's id from the flag or `client.toml`, if there is one.
    pub(crate) fn known_chain_id(&self) -> Option<&str> {
        let id = self.node.chain_id.as_ref().unwrap_or(&self.config.chain_id);
        Some(id.as_str()).filter(|id| !id.is_empty())
    }

    /// The chain's id without asking anybody.
    pub(crate) fn offline_chain_id(&self) -> Result<&str> {
        self.known_chain_id().ok_or_else(|| anyhow!("required flag(s) \"chain-id\" not set"))
    }
}

fn question(attempt: u32) -> String {
    format!("Enter keyring passphrase (attempt {attempt}/{ATTEMPTS}):")
}

/// A time such as `15s`, `2m` or `1h`, in seconds.
pub(crate) fn seconds(text: &str) -> Result<u64> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let scale = match unit {
        "" | "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    let seconds = digits.parse::<u64>().ok().zip(scale).and_then(|(count, scale)| count.checked_mul(scale));
    seconds.ok_or_else(|| anyhow!("{text:?} is not a time such as 15s, 2m or 1h"))
}

/// Runs what has to wait for a node.
pub(crate) fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")
}

/// Runs a daemon that waits for many at once, on all cores.
pub(crate) fn daemon_runtime() -> Result<Runtime> {
    Runtime::new().context("cannot start")
}

/// Ctrl-C, or the signal that service managers send.
pub(crate) async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
