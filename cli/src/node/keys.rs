//! The two ed25519 keys of a node, in CometBFT's files: who it is among peers, and what it signs blocks with.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use app::node::Dice;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::SigningKey;
use proto::{
    address::ConsAddress,
    signed::{Part, hash},
};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::home::{Existing, Home, write_file};

const PUBLIC: &str = "tendermint/PubKeyEd25519";
const PRIVATE: &str = "tendermint/PrivKeyEd25519";
const ADDRESS_BYTES: usize = 20;

/// A key as CometBFT writes it.
#[derive(Serialize, Deserialize)]
struct Typed {
    r#type: String,
    value: String,
}

#[derive(Serialize, Deserialize)]
struct ValidatorKeyFile {
    address: String,
    pub_key: Typed,
    priv_key: Typed,
}

#[derive(Serialize, Deserialize)]
struct NodeKeyFile {
    priv_key: Typed,
}

/// An ed25519 key of a node. Its bytes are wiped when it is dropped.
pub(crate) struct Key(SigningKey);

impl Key {
    pub(crate) fn generate() -> Key {
        let mut seed = [0; 32];
        rand::rngs::OsRng.fill_bytes(&mut seed);
        Key(SigningKey::from_bytes(&seed))
    }

    /// The key that a mnemonic stands for; the same as the Cosmos SDK's `init --recover` makes.
    pub(crate) fn from_mnemonic(words: &str) -> Key {
        Key(SigningKey::from_bytes(&Sha256::digest(words.as_bytes()).into()))
    }

    /// The public key.
    pub(crate) fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The first 20 bytes of the public key's hash: a validator's address, and in lower case hex a node's id.
    pub(crate) fn address(&self) -> [u8; ADDRESS_BYTES] {
        let mut address = [0; ADDRESS_BYTES];
        address.copy_from_slice(&Sha256::digest(self.public())[..ADDRESS_BYTES]);
        address
    }

    pub(crate) fn node_id(&self) -> String {
        hex::encode(self.address())
    }

    /// What this validator feeds the beacon from; its secret is a hash of the key, so it needs no file of its own.
    pub(crate) fn dice(&self) -> Dice {
        let secret = hash("lazchain/beacon-secret/v1", &[Part::Digest(&self.0.to_bytes())]);
        Dice::new(ConsAddress::new(self.address()), secret)
    }

    fn private(&self) -> Typed {
        Typed { r#type: PRIVATE.into(), value: STANDARD.encode(self.0.to_keypair_bytes()) }
    }

    fn parse(typed: &Typed) -> Result<Key> {
        if typed.r#type != PRIVATE {
            return Err(anyhow!("the key's type is {:?}, not {PRIVATE}", typed.r#type));
        }
        let bytes = STANDARD.decode(&typed.value).context("the key is not base64")?;
        let bytes: [u8; 64] = bytes.try_into().map_err(|_| anyhow!("the key has not 64 bytes"))?;
        Ok(Key(SigningKey::from_keypair_bytes(&bytes).context("the key's halves do not match")?))
    }
}

/// Loads the node key.
pub(crate) fn node(home: &Home) -> Result<Key> {
    let path = home.node_key();
    let file: NodeKeyFile = parse_file(home, &path)?;
    Key::parse(&file.priv_key).with_context(|| format!("{}", path.display()))
}

/// Loads the validator key.
pub(crate) fn validator(home: &Home) -> Result<Key> {
    let path = home.validator_key();
    let file: ValidatorKeyFile = parse_file(home, &path)?;
    Key::parse(&file.priv_key).with_context(|| format!("{}", path.display()))
}

fn parse_file<T: for<'de> Deserialize<'de>>(home: &Home, path: &Path) -> Result<T> {
    // The error of the JSON reader is left out, because it may quote the secret.
    serde_json::from_str(&home.read(path)?)
        .map_err(|_| anyhow!("{} is not a key file of CometBFT", path.display()))
}

/// Writes the node key; an existing one is never replaced.
pub(crate) fn write_node(home: &Home, key: &Key) -> Result<()> {
    let text = serde_json::to_string(&NodeKeyFile { priv_key: key.private() })?;
    write_file(&home.node_key(), text.as_bytes(), 0o600, Existing::Refuse)
}

/// Writes the validator key; an existing one is never replaced.
pub(crate) fn write_validator(home: &Home, key: &Key) -> Result<()> {
    let file = ValidatorKeyFile {
        address: hex::encode_upper(key.address()),
        pub_key: Typed { r#type: PUBLIC.into(), value: STANDARD.encode(key.public()) },
        priv_key: key.private(),
    };
    let text = serde_json::to_string_pretty(&file)?;
    write_file(&home.validator_key(), text.as_bytes(), 0o600, Existing::Refuse)
}

/// The record of a validator that has signed nothing.
pub(crate) const NOTHING_SIGNED: &str = "{\n  \"height\": \"0\",\n  \"round\": 0,\n  \"step\": 0\n}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_their_files_and_are_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        home.make().unwrap();
        let key = Key::generate();
        write_node(&home, &key).unwrap();
        write_validator(&home, &key).unwrap();
        assert_eq!(node(&home).unwrap().public(), key.public());
        assert_eq!(validator(&home).unwrap().address(), key.address());
        assert!(write_node(&home, &Key::generate()).is_err());
        assert!(write_validator(&home, &Key::generate()).is_err());
    }

    #[test]
    fn files_of_cometbft_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        home.make().unwrap();
        let file = r#"{
  "address": "631A1C76DFC8CFA38C74FEFA4154C81EDF0770B2",
  "pub_key": {"type": "tendermint/PubKeyEd25519", "value": "2sT1Gg+kDYfiMYUPQzcGebrWSze6AyFIzL7ctLSB7DY="},
  "priv_key": {"type": "tendermint/PrivKeyEd25519",
    "value": "HFTKyoJgUVz43LiEeLieQdF8QnDXtcVct/0aTgTV3xXaxPUaD6QNh+IxhQ9DNwZ5utZLN7oDIUjMvty0tIHsNg=="}
}"#;
        std::fs::write(home.validator_key(), file).unwrap();
        let key = validator(&home).unwrap();
        assert_eq!(hex::encode_upper(key.address()), "631A1C76DFC8CFA38C74FEFA4154C81EDF0770B2");
        assert_eq!(STANDARD.encode(key.public()), "2sT1Gg+kDYfiMYUPQzcGebrWSze6AyFIzL7ctLSB7DY=");
        std::fs::write(home.validator_key(), file.replace("HFTK", "AAAA")).unwrap();
        let error = format!("{:#}", validator(&home).err().unwrap());
        assert!(error.contains("halves") && !error.contains("AAAA"), "{error}");
    }
}
