//! A secret under a passphrase: Argon2id makes the key, XChaCha20-Poly1305 seals, the public key is bound in.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::secret::{Passphrase, Secret};

const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
/// Most memory that a file may ask for: a file from elsewhere must not stop the machine.
const MAX_MEMORY_KIB: u32 = 1 << 20;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 16;

/// What a guess costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Cost {
    /// For keys that matter: 64 MiB, three passes.
    pub const HIGH: Cost = Cost { memory_kib: 64 * 1024, passes: 3 };
    /// For a passphrase that everybody knows anyway.
    pub const LOW: Cost = Cost { memory_kib: 64, passes: 1 };
}

/// How a sealed secret stands in its file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    kdf: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    cipher: String,
    nonce: String,
    sealed: String,
}

/// Why a sealed secret did not open.
pub(super) enum Closed {
    /// The passphrase is wrong, or a byte has changed: the cipher cannot tell which.
    Wrong,
    /// The file is not one of ours.
    Damaged(&'static str),
}

pub(super) fn seal(secret: &Secret, passphrase: &Passphrase, cost: Cost, bound: &[u8]) -> Sealed {
    let (mut salt, mut nonce) = ([0; SALT_BYTES], [0; NONCE_BYTES]);
    rand::rngs::OsRng.fill_bytes(&mut salt);
    rand::rngs::OsRng.fill_bytes(&mut nonce);
    let params =
        Params::new(cost.memory_kib, cost.passes, 1, None).expect("both costs are within Argon2's limits");
    let key = stretch(passphrase, &salt, params).expect("salt and key have lengths that Argon2 takes");
    let payload = Payload { msg: secret.expose(), aad: bound };
    let sealed = XChaCha20Poly1305::new(key.as_ref().into())
        .encrypt(XNonce::from_slice(&nonce), payload)
        .expect("32 bytes are not too many");
    Sealed {
        kdf: "argon2id".into(),
        memory_kib: cost.memory_kib,
        passes: cost.passes,
        lanes: 1,
        salt: hex::encode(salt),
        cipher: "xchacha20poly1305".into(),
        nonce: hex::encode(nonce),
        sealed: BASE64.encode(sealed),
    }
}

pub(super) fn open(sealed: &Sealed, passphrase: &Passphrase, bound: &[u8]) -> Result<Secret, Closed> {
    if sealed.kdf != "argon2id" || sealed.cipher != "xchacha20poly1305" {
        return Err(Closed::Damaged("it is sealed in a way this version does not know"));
    }
    if sealed.memory_kib > MAX_MEMORY_KIB || sealed.passes > MAX_PASSES || sealed.lanes > MAX_LANES {
        return Err(Closed::Damaged("it asks for too much work"));
    }
    let damaged = |_| Closed::Damaged("it cannot be decoded");
    let salt = hex::decode(&sealed.salt).map_err(damaged)?;
    let nonce = hex::decode(&sealed.nonce).map_err(damaged)?;
    let cipher_text = BASE64.decode(&sealed.sealed).map_err(|_| Closed::Damaged("it cannot be decoded"))?;
    if salt.len() != SALT_BYTES || nonce.len() != NONCE_BYTES {
        return Err(Closed::Damaged("salt or nonce have the wrong length"));
    }
    let params = Params::new(sealed.memory_kib, sealed.passes, sealed.lanes, None)
        .map_err(|_| Closed::Damaged("its work factors make no sense"))?;
    let key = stretch(passphrase, &salt, params).ok_or(Closed::Damaged("its work factors make no sense"))?;
    let payload = Payload { msg: &cipher_text, aad: bound };
    let opened = XChaCha20Poly1305::new(key.as_ref().into()).decrypt(XNonce::from_slice(&nonce), payload);
    let opened = Zeroizing::new(opened.map_err(|_| Closed::Wrong)?);
    Secret::from_slice(&opened).map_err(|_| Closed::Damaged("it holds no key"))
}

fn stretch(passphrase: &Passphrase, salt: &[u8], params: Params) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(passphrase.bytes(), salt, key.as_mut()).ok()?;
    Some(key)
}
