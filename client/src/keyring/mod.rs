//! The keyring: one file per key, the public part readable, the secret sealed under a passphrase.

mod seal;

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use prost::Message;
use prost_types::Any;
use proto::{address::Address, json, pubkey::PubKey};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    secret::{Passphrase, Secret},
};
use seal::{Closed, Sealed};

pub use seal::Cost;

/// Most keys in one keyring.
pub const MAX_KEYS: usize = 10_000;
const MAX_NAME: usize = 64;
const MAX_FILE: u64 = 64 * 1024;
const VERSION: u32 = 1;
const EXTENSION: &str = "json";
const KNOWN_PASSPHRASE: &str = "this backend is for tests: everybody knows its passphrase";

/// How keys are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Sealed under a passphrase that is asked for.
    File,
    /// Sealed under a passphrase that everybody knows: for tests only.
    Test,
}

impl Backend {
    /// By its name in `client.toml`. `os` is the file backend here: there is no system keyring on a server.
    pub fn by_name(name: &str) -> Option<Backend> {
        match name {
            "file" | "os" => Some(Backend::File),
            "test" => Some(Backend::Test),
            _ => None,
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Backend::File => "keyring-file",
            Backend::Test => "keyring-test",
        }
    }

    fn cost(self) -> Cost {
        match self {
            Backend::File => Cost::HIGH,
            Backend::Test => Cost::LOW,
        }
    }

    /// The passphrase, if it is known without asking.
    pub fn known_passphrase(self) -> Option<Passphrase> {
        (self == Backend::Test).then(|| Passphrase::new(KNOWN_PASSPHRASE))
    }
}

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Its secret is here.
    Local,
    /// A threshold of other keys.
    Multi,
    /// Only the public part is here.
    Offline,
}

impl Kind {
    /// The SDK's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Local => "local",
            Kind::Multi => "multi",
            Kind::Offline => "offline",
        }
    }
}

/// The public part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its public key.
    pub key: PubKey,
}

impl Record {
    /// The account of this key.
    pub fn address(&self) -> Address {
        self.key.address()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    address: String,
    pubkey: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<Sealed>,
}

/// A folder of keys.
pub struct Keyring {
    folder: PathBuf,
    backend: Backend,
    cost: Cost,
}

impl Keyring {
    /// The keyring below `folder`; nothing is made until a key is added.
    pub fn open(folder: &Path, backend: Backend) -> Keyring {
        Keyring { folder: folder.join(backend.folder()), backend, cost: backend.cost() }
    }

    /// Changes what a guess at the passphrase costs.
    pub fn with_cost(self, cost: Cost) -> Keyring {
        Keyring { cost, ..self }
    }

    /// How the keys are kept.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every key, by name.
    pub fn list(&self) -> Result<Vec<Record>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io(&self.folder, error)),
        };
        let mut names = Vec::new();
        for entry in entries.take(2 * MAX_KEYS) {
            let file = entry.map_err(|error| Error::io(&self.folder, error))?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(&format!(".{EXTENSION}")));
            names.extend(name.filter(|name| check_name(name).is_ok()).map(str::to_owned));
        }
        names.sort_unstable();
        names.truncate(MAX_KEYS);
        names.iter().map(|name| self.load(name).map(|(record, _)| record)).collect()
    }

    /// A key by its name or address, if it is here.
    pub fn find(&self, name_or_address: &str) -> Result<Option<Record>> {
        if check_name(name_or_address).is_ok() && self.path(name_or_address).exists() {
            return self.load(name_or_address).map(|(record, _)| Some(record));
        }
        match name_or_address.parse::<Address>() {
            Ok(address) => self.by_address(&address),
            Err(_) => Ok(None),
        }
    }

    /// A key by its name or address.
    pub fn get(&self, name_or_address: &str) -> Result<Record> {
        self.find(name_or_address)?
            .ok_or_else(|| Error::NoSuchKey(name_or_address.chars().take(100).collect()))
    }

    /// The key of an account, if it is here.
    pub fn by_address(&self, address: &Address) -> Result<Option<Record>> {
        Ok(self.list()?.into_iter().find(|record| record.address() == *address))
    }

    /// Adds a key with its secret.
    pub fn add(&self, name: &str, secret: &Secret, passphrase: &Passphrase) -> Result<Record> {
        let key = secret.public();
        let bound = key.wire().encode_to_vec();
        self.put(name, &key, || Some(seal::seal(secret, passphrase, self.cost, &bound)))
    }

    /// Adds a public key: a threshold key, or one whose secret is elsewhere.
    pub fn add_public(&self, name: &str, key: &PubKey) -> Result<Record> {
        self.put(name, key, || None)
    }

    fn put(&self, name: &str, key: &PubKey, sealed: impl FnOnce() -> Option<Sealed>) -> Result<Record> {
        check_name(name)?;
        if self.path(name).exists() {
            return Err(Error::KeyExists(name.to_owned()));
        }
        if let Some(same) = self.by_address(&key.address())? {
            return Err(Error::SameKey(same.name));
        }
        let pubkey = json::to_json("google.protobuf.Any", &key.wire().encode_to_vec())?;
        let stored =
            Stored { version: VERSION, address: key.address().to_string(), pubkey, secret: sealed() };
        self.write(name, &stored)?;
        Ok(record(name, key.clone(), stored.secret.is_some()))
    }

    /// The secret of a key.
    pub fn unlock(&self, name: &str, passphrase: &Passphrase) -> Result<Secret> {
        let (record, sealed) = self.load(name)?;
        let sealed = sealed.ok_or_else(|| Error::NotSigning(record.name.clone()))?;
        let secret = seal::open(&sealed, passphrase, &record.key.wire().encode_to_vec());
        let secret = secret.map_err(|closed| match closed {
            Closed::Wrong => Error::WrongPassphrase,
            Closed::Damaged(why) => self.damaged(name, why),
        })?;
        if secret.public() != record.key {
            return Err(self.damaged(name, "secret and public key do not belong together"));
        }
        Ok(secret)
    }

    /// Whether this passphrase opens the keys there are; true if none has a secret.
    pub fn opens(&self, passphrase: &Passphrase) -> Result<bool> {
        let local = self.list()?.into_iter().find(|record| record.kind == Kind::Local);
        match local.map(|record| self.unlock(&record.name, passphrase)) {
            None | Some(Ok(_)) => Ok(true),
            Some(Err(Error::WrongPassphrase)) => Ok(false),
            Some(Err(error)) => Err(error),
        }
    }

    /// Whether any key here has a secret.
    pub fn has_secrets(&self) -> Result<bool> {
        Ok(self.list()?.iter().any(|record| record.kind == Kind::Local))
    }

    /// Removes a key for good.
    pub fn delete(&self, name: &str) -> Result<()> {
        self.load(name)?;
        let path = self.path(name);
        fs::remove_file(&path).map_err(|error| Error::io(&path, error))?;
        self.sync_folder()
    }

    /// Gives a key another name.
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        check_name(to)?;
        self.load(from)?;
        let (from, to_path) = (self.path(from), self.path(to));
        // A link refuses to replace, which a rename would not.
        fs::hard_link(&from, &to_path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::KeyExists(to.to_owned()),
            _ => Error::io(&to_path, error),
        })?;
        fs::remove_file(&from).map_err(|error| Error::io(&from, error))?;
        self.sync_folder()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{EXTENSION}"))
    }

    fn damaged(&self, name: &str, why: impl Into<String>) -> Error {
        Error::KeyFile { path: self.path(name), why: why.into() }
    }

    fn load(&self, name: &str) -> Result<(Record, Option<Sealed>)> {
        check_name(name)?;
        let path = self.path(name);
        let file = fs::File::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NoSuchKey(name.to_owned()),
            _ => Error::io(&path, error),
        })?;
        let mut text = String::new();
        let read = file.take(MAX_FILE + 1).read_to_string(&mut text);
        read.map_err(|_| self.damaged(name, "it is not text"))?;
        if text.len() as u64 > MAX_FILE {
            return Err(self.damaged(name, "it is too large"));
        }
        // What the JSON reader says is left out: it may quote the file.
        let stored: Stored =
            serde_json::from_str(&text).map_err(|_| self.damaged(name, "it cannot be read"))?;
        if stored.version != VERSION {
            return Err(self.damaged(name, format!("version {} is not known here", stored.version)));
        }
        let key = parse_key(&stored.pubkey).map_err(|why| self.damaged(name, why))?;
        if key.address().to_string() != stored.address {
            return Err(self.damaged(name, "address and public key do not belong together"));
        }
        Ok((record(name, key, stored.secret.is_some()), stored.secret))
    }

    fn write(&self, name: &str, stored: &Stored) -> Result<()> {
        let folder = &self.folder;
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| Error::io(folder, error))?;
        let path = self.path(name);
        let text = serde_json::to_string_pretty(stored).expect("a stored key has text keys only");
        let written = tempfile::Builder::new()
            .prefix(".new-")
            .permissions(fs::Permissions::from_mode(0o600))
            .tempfile_in(folder)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.as_file().sync_all()?;
                file.persist_noclobber(&path).map_err(|error| error.error)
            });
        written.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::KeyExists(name.to_owned()),
            _ => Error::io(&path, error),
        })?;
        self.sync_folder()
    }

    fn sync_folder(&self) -> Result<()> {
        let synced = fs::File::open(&self.folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| Error::io(&self.folder, error))
    }
}

fn record(name: &str, key: PubKey, local: bool) -> Record {
    let kind = match (&key, local) {
        (_, true) => Kind::Local,
        (PubKey::Multisig { .. }, false) => Kind::Multi,
        (PubKey::Secp256k1(_), false) => Kind::Offline,
    };
    Record { name: name.to_owned(), kind, key }
}

/// A public key from its Cosmos JSON, `{"@type": "/cosmos.crypto.secp256k1.PubKey", "key": ".."}`.
pub fn parse_key(value: &serde_json::Value) -> Result<PubKey, String> {
    let bytes = json::from_json("google.protobuf.Any", value).map_err(|error| error.to_string())?;
    let any = Any::decode(bytes.as_slice()).map_err(|error| error.to_string())?;
    PubKey::parse(&any).map_err(|error| error.to_string())
}

fn check_name(name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let good = (1..=MAX_NAME).contains(&name.len()) && !name.starts_with('.') && name.chars().all(allowed);
    if good { Ok(()) } else { Err(Error::KeyName(name.chars().take(MAX_NAME).collect())) }
}

#[cfg(test)]
mod tests;
