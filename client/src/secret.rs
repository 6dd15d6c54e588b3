//! Secrets: they are wiped when dropped, have no `Debug` that shows them, and are compared nowhere.

use std::fmt;

use proto::{pubkey::PubKey, sign};
use secp256k1::{Message, PublicKey, Secp256k1, SecretKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Fewest characters of a passphrase, as in the SDK.
pub(crate) const MIN_PASSPHRASE: usize = 8;

/// What opens a key.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes it as it is.
    pub fn new(text: impl Into<String>) -> Passphrase {
        Passphrase(Zeroizing::new(text.into()))
    }

    /// Refuses one that is too short to protect anything.
    pub fn strong(text: impl Into<String>) -> Result<Passphrase> {
        let passphrase = Passphrase::new(text);
        passphrase.check_strength()?;
        Ok(passphrase)
    }

    /// Refuses one that is too short to protect anything.
    pub fn check_strength(&self) -> Result<()> {
        if self.0.chars().count() < MIN_PASSPHRASE { Err(Error::ShortPassphrase) } else { Ok(()) }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether both are the same; for asking twice, not for checking a secret.
    pub fn same(&self, other: &Passphrase) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// A secp256k1 private key.
pub struct Secret(Zeroizing<[u8; 32]>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// From its 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Secret> {
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| Error::SecretBytes)?;
        let bytes = Zeroizing::new(bytes);
        SecretKey::from_byte_array(*bytes).map_err(|_| Error::SecretBytes)?.non_secure_erase();
        Ok(Secret(bytes))
    }

    /// The 32 bytes: for encryption and for an export that was asked for by name.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    fn key(&self) -> SecretKey {
        SecretKey::from_byte_array(*self.0).expect("checked when it was made")
    }

    /// The public key.
    pub fn public(&self) -> PubKey {
        let mut key = self.key();
        let public = PublicKey::from_secret_key(&Secp256k1::new(), &key).serialize();
        key.non_secure_erase();
        PubKey::Secp256k1(public)
    }

    /// Signs bytes as Cosmos does: ECDSA over their SHA-256, 64 bytes, low S.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        let mut key = self.key();
        let digest = Message::from_digest(sign::digest(bytes));
        let signature = Secp256k1::new().sign_ecdsa(digest, &key).serialize_compact();
        key.non_secure_erase();
        signature
    }
}
