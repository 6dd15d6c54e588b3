//! Public keys of accounts: secp256k1, and thresholds of them.

use prost::{Message, Name};
use prost_types::Any;
use ripemd::Ripemd160;
use sha2::{Digest, Sha256};

use crate::{
    address::{ADDRESS_BYTES, Address, first_20},
    cosmos::crypto::{multisig, secp256k1},
    strict,
};

/// Most keys in one threshold key.
pub const MAX_KEYS: usize = 16;
/// Amino's prefix of a secp256k1 key, before its length and bytes.
const AMINO_SECP256K1: [u8; 4] = [0xEB, 0x5A, 0xE9, 0x87];
/// Amino's prefix of a threshold key.
const AMINO_MULTISIG: [u8; 4] = [0x22, 0xC1, 0xF7, 0xE2];

/// The public key of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PubKey {
    /// One compressed key.
    Secp256k1([u8; 33]),
    /// So many signatures of these keys, which are single keys.
    Multisig {
        /// Signatures needed, at least 1.
        threshold: u32,
        /// The keys in their order, at most [`MAX_KEYS`].
        keys: Vec<[u8; 33]>,
    },
}

/// Why something is no public key that we accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Another kind of key.
    #[error("unsupported public key type {0}")]
    Type(String),
    /// Bytes that are not the one spelling of a key.
    #[error("public key bytes: {0}")]
    Bytes(String),
    /// A threshold outside 1..=keys, or too many keys.
    #[error("a threshold key needs 1 to {MAX_KEYS} single keys and a threshold between 1 and their number")]
    Threshold,
}

fn single(any: &Any) -> Result<[u8; 33], KeyError> {
    if any.type_url != secp256k1::PubKey::type_url() {
        return Err(KeyError::Type(any.type_url.chars().take(100).collect()));
    }
    let wire: secp256k1::PubKey =
        strict::decode(&any.value).map_err(|error| KeyError::Bytes(error.to_string()))?;
    let key = <[u8; 33]>::try_from(wire.key.as_slice())
        .map_err(|_| KeyError::Bytes(format!("{} bytes, expected 33", wire.key.len())))?;
    match key[0] {
        2 | 3 => Ok(key),
        _ => Err(KeyError::Bytes("not a compressed key".into())),
    }
}

impl PubKey {
    /// From the wire, strictly. Threshold keys hold single keys only, so there is no depth to bound.
    pub fn parse(any: &Any) -> Result<PubKey, KeyError> {
        if any.type_url != multisig::LegacyAminoPubKey::type_url() {
            return single(any).map(PubKey::Secp256k1);
        }
        let wire: multisig::LegacyAminoPubKey =
            strict::decode(&any.value).map_err(|error| KeyError::Bytes(error.to_string()))?;
        let fits =
            usize::try_from(wire.threshold).is_ok_and(|least| (1..=wire.public_keys.len()).contains(&least));
        if !fits || wire.public_keys.len() > MAX_KEYS {
            return Err(KeyError::Threshold);
        }
        let keys = wire.public_keys.iter().map(single).collect::<Result<_, _>>()?;
        Ok(PubKey::Multisig { threshold: wire.threshold, keys })
    }

    /// The wire form.
    pub fn wire(&self) -> Any {
        let single = |key: &[u8; 33]| Any {
            type_url: secp256k1::PubKey::type_url(),
            value: secp256k1::PubKey { key: key.to_vec() }.encode_to_vec(),
        };
        match self {
            PubKey::Secp256k1(key) => single(key),
            PubKey::Multisig { threshold, keys } => {
                let public_keys = keys.iter().map(single).collect();
                let key = multisig::LegacyAminoPubKey { threshold: *threshold, public_keys };
                Any { type_url: multisig::LegacyAminoPubKey::type_url(), value: key.encode_to_vec() }
            }
        }
    }

    /// The address of the account with this key, as Cosmos derives it: RIPEMD-160 of SHA-256 of a single key; the
    /// first 20 bytes of SHA-256 of a threshold key in amino encoding.
    pub fn address(&self) -> Address {
        let bytes: [u8; ADDRESS_BYTES] = match self {
            PubKey::Secp256k1(key) => Ripemd160::digest(Sha256::digest(key)).into(),
            PubKey::Multisig { threshold, keys } => first_20(&amino_multisig(*threshold, keys)),
        };
        Address::new(bytes)
    }

    /// Single keys in it: what verification costs at most.
    pub fn count(&self) -> usize {
        match self {
            PubKey::Secp256k1(_) => 1,
            PubKey::Multisig { keys, .. } => keys.len(),
        }
    }
}

/// Amino binary: prefix, field 1 threshold (varint), field 2 each key (length-delimited, itself prefixed).
fn amino_multisig(threshold: u32, keys: &[[u8; 33]]) -> Vec<u8> {
    let mut out = AMINO_MULTISIG.to_vec();
    out.push(0x08);
    prost::encoding::encode_varint(u64::from(threshold), &mut out);
    for key in keys {
        out.extend([0x12, 38]);
        out.extend(AMINO_SECP256K1);
        out.push(33);
        out.extend(key);
    }
    out
}
