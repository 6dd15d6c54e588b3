//! Sealed content: encrypted once with a data key, which is wrapped for each who may read it.
//!
//! Content: pieces of 64 KiB by XChaCha20-Poly1305 in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár
//! 2015), so that no piece can be left out, repeated or moved. The manifest of sealed content is of the encrypted bytes.
//! A wrapped key is an ephemeral X25519 key and the data key under what both sides share.

use std::io::{self, Read, Write};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, stream},
};
use ed25519_dalek::SigningKey;
use proto::signed::{Part, hash};
use rand::RngCore as _;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize as _, Zeroizing};

/// The name of this way of sealing, as a manifest states it.
pub const SCHEME: &str = "x25519-xchacha20poly1305";
/// Bytes that are sealed together.
const PIECE: usize = 64 * 1024;
/// Bytes that each piece grows by.
const TAG: usize = 16;
/// Random bytes in front of the content; the rest of a nonce counts.
const PREFIX: usize = 19;
/// Bytes of a wrapped key: an ephemeral key, the data key, its tag.
pub const WRAPPED: usize = 32 + 32 + TAG;

/// What content is encrypted with. Wiped when it is dropped.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(..)")
    }
}

impl DataKey {
    /// A new one.
    pub fn generate() -> DataKey {
        let mut key = Zeroizing::new([0; 32]);
        rand::rngs::OsRng.fill_bytes(key.as_mut_slice());
        DataKey(key)
    }

    /// From its bytes.
    pub fn new(bytes: [u8; 32]) -> DataKey {
        DataKey(Zeroizing::new(bytes))
    }

    /// Its bytes, to be kept where nobody looks.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// What a manifest states of it: a wrong key can be shown to be one.
    pub fn commitment(&self) -> [u8; 32] {
        hash("lazchain/data-key/v1", &[Part::Digest(&self.0)])
    }

    /// For whoever has the secret of this X25519 key.
    pub fn wrap(&self, to: &[u8; 32]) -> Vec<u8> {
        let ephemeral = StaticSecret::random_from_rng(rand::rngs::OsRng);
        let from = PublicKey::from(&ephemeral).to_bytes();
        let shared = Zeroizing::new(ephemeral.diffie_hellman(&PublicKey::from(*to)).to_bytes());
        // the key is used once, so a constant nonce is a fresh one
        let sealed = wrapping(&from, to, &shared).encrypt(&XNonce::default(), self.0.as_slice());
        [from.as_slice(), &sealed.expect("32 bytes are not too many")].concat()
    }
}

fn wrapping(from: &[u8; 32], to: &[u8; 32], shared: &[u8; 32]) -> XChaCha20Poly1305 {
    let parts = [Part::Digest(from), Part::Digest(to), Part::Digest(shared)];
    let key = Zeroizing::new(hash("lazchain/wrapped-key/v1", &parts));
    XChaCha20Poly1305::new((&*key).into())
}

/// The secret half of a key that data keys are wrapped to.
pub struct Opener {
    secret: StaticSecret,
    public: [u8; 32],
}

impl Opener {
    /// Of an ed25519 key: both curves are one, and the scalar is the same.
    pub(super) fn of(key: &SigningKey) -> Opener {
        let mut scalar = key.to_scalar_bytes();
        let secret = StaticSecret::from(scalar);
        scalar.zeroize();
        let public = PublicKey::from(&secret).to_bytes();
        Opener { secret, public }
    }

    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        self.public
    }

    /// The data key, if this was wrapped for us.
    pub fn unwrap(&self, wrapped: &[u8]) -> Option<DataKey> {
        let (from, sealed) = wrapped.split_first_chunk::<32>()?;
        let shared = Zeroizing::new(self.secret.diffie_hellman(&PublicKey::from(*from)).to_bytes());
        let opened = wrapping(from, &self.public, &shared).decrypt(&XNonce::default(), sealed).ok()?;
        let key = Zeroizing::new(opened);
        Some(DataKey::new(key.as_slice().try_into().ok()?))
    }
}

fn cipher(key: &DataKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*key.0).into())
}

fn bad(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Reads up to a whole piece; fewer bytes mean the end.
fn fill(from: &mut impl Read, piece: &mut Vec<u8>, size: usize) -> io::Result<()> {
    piece.clear();
    from.by_ref().take(size as u64).read_to_end(piece).map(drop)
}

/// Encrypts content of any size in constant memory; `progress` is told the bytes read so far.
///
/// # Errors
/// If it cannot be read or written.
pub fn encrypt(
    key: &DataKey,
    from: &mut impl Read,
    to: &mut impl Write,
    mut progress: impl FnMut(u64),
) -> io::Result<()> {
    let mut prefix = [0; PREFIX];
    rand::rngs::OsRng.fill_bytes(&mut prefix);
    to.write_all(&prefix)?;
    let mut sealer = stream::EncryptorBE32::from_aead(cipher(key), &prefix.into());
    let (mut piece, mut next, mut done) = (Vec::new(), Vec::new(), 0);
    fill(from, &mut piece, PIECE)?;
    loop {
        fill(from, &mut next, PIECE)?;
        done += piece.len() as u64;
        progress(done);
        if next.is_empty() {
            let sealed = sealer.encrypt_last(piece.as_slice()).map_err(|_| bad("too large to seal"))?;
            return to.write_all(&sealed);
        }
        let sealed = sealer.encrypt_next(piece.as_slice()).map_err(|_| bad("too large to seal"))?;
        to.write_all(&sealed)?;
        std::mem::swap(&mut piece, &mut next);
    }
}

/// Decrypts what [`encrypt`] made. What was written before an error is not the content.
///
/// # Errors
/// If it cannot be read or written, or a byte of it is not what was sealed with this key.
pub fn decrypt(key: &DataKey, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut prefix = [0; PREFIX];
    from.read_exact(&mut prefix).map_err(|_| bad("it is too short for sealed content"))?;
    let mut opener = stream::DecryptorBE32::from_aead(cipher(key), &prefix.into());
    let (mut piece, mut next) = (Vec::new(), Vec::new());
    fill(from, &mut piece, PIECE + TAG)?;
    loop {
        fill(from, &mut next, PIECE + TAG)?;
        let refused = |_| bad("this key does not open it, or it was changed");
        if next.is_empty() {
            return to.write_all(&opener.decrypt_last(piece.as_slice()).map_err(refused)?);
        }
        to.write_all(&opener.decrypt_next(piece.as_slice()).map_err(refused)?)?;
        std::mem::swap(&mut piece, &mut next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{offchain::opener, secret::Secret};

    fn sealed(key: &DataKey, content: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        encrypt(key, &mut &content[..], &mut out, |_| ()).unwrap();
        out
    }

    fn opened(key: &DataKey, sealed: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        decrypt(key, &mut &sealed[..], &mut out).map(|()| out)
    }

    #[test]
    fn content_of_any_size_comes_back_as_it_was() {
        let key = DataKey::generate();
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7] {
            let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            assert_eq!(opened(&key, &sealed(&key, &content)).unwrap(), content, "{size}");
        }
    }

    #[test]
    fn nothing_can_be_changed_cut_off_or_moved() {
        let key = DataKey::generate();
        let whole = sealed(&key, &vec![7; 3 * PIECE + 7]);
        for at in [0, PREFIX, PREFIX + PIECE + TAG + 3, whole.len() - 1] {
            let mut bent = whole.clone();
            bent[at] ^= 1;
            assert!(opened(&key, &bent).is_err(), "byte {at}");
        }
        for length in [0, PREFIX, PREFIX + PIECE + TAG, whole.len() - 1] {
            assert!(opened(&key, &whole[..length]).is_err(), "{length} bytes");
        }
        let (first, second) =
            (PREFIX..PREFIX + PIECE + TAG, PREFIX + PIECE + TAG..PREFIX + 2 * (PIECE + TAG));
        let moved = [&whole[..PREFIX], &whole[second.clone()], &whole[first], &whole[second.end..]].concat();
        assert!(opened(&key, &moved).is_err());
        assert!(opened(&DataKey::generate(), &whole).is_err());
    }

    #[test]
    fn a_wrapped_key_opens_for_whom_it_is_wrapped() {
        let key = DataKey::generate();
        let [one, other] = [7, 8].map(|byte| opener(&Secret::from_slice(&[byte; 32]).unwrap(), 0));
        let wrapped = key.wrap(&one.public());
        assert_eq!(wrapped.len(), WRAPPED);
        assert_eq!(one.unwrap(&wrapped).unwrap().expose(), key.expose());
        assert!(other.unwrap(&wrapped).is_none());
        let mut bent = wrapped.clone();
        bent[40] ^= 1;
        assert!(one.unwrap(&bent).is_none() && one.unwrap(&wrapped[..31]).is_none());
        assert_ne!(key.wrap(&one.public()), wrapped, "each wrapping is another");
        assert_ne!(key.commitment(), DataKey::generate().commitment());
    }
}
