//! Keys that come from an account's secret: one tag per purpose, so that none says anything about another.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use proto::signed::{Part, hash};
use zeroize::Zeroizing;

use super::sealed::Opener;
use crate::secret::Secret;

/// An ed25519 key. Its secret is wiped when it is dropped.
pub struct Ed25519(SigningKey);

impl fmt::Debug for Ed25519 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519(..)")
    }
}

impl Ed25519 {
    fn of(secret: &Secret, tag: &str, number: u64) -> Ed25519 {
        let seed = Zeroizing::new(hash(tag, &[Part::Digest(secret.expose()), Part::U64(number)]));
        Ed25519(SigningKey::from_bytes(&seed))
    }

    /// The public key.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// A signature over a statement.
    pub fn sign(&self, statement: &[u8; 32]) -> [u8; 64] {
        self.0.sign(statement).to_bytes()
    }

    /// A secret number of this key under a tag: the salt of a ballot.
    pub(crate) fn salt(&self, tag: &str, parts: &[Part<'_>]) -> [u8; 32] {
        let seed = Zeroizing::new(self.0.to_bytes());
        let all: Vec<Part<'_>> = std::iter::once(Part::Digest(&seed)).chain(parts.iter().copied()).collect();
        hash(tag, &all)
    }
}

/// The key that a Quorum's member signs ballots with; `number` counts rotations.
pub fn attestation(secret: &Secret, number: u64) -> Ed25519 {
    Ed25519::of(secret, "lazchain/attestation-key/v1", number)
}

/// The key that a consumer signs vouchers of one channel with; `number` is the consumer's own count of channels.
pub fn channel(secret: &Secret, number: u64) -> Ed25519 {
    Ed25519::of(secret, "lazchain/channel-key/v1", number)
}

/// The X25519 public key that data keys are wrapped to; `number` counts rotations.
pub fn sealing(secret: &Secret, number: u64) -> [u8; 32] {
    opener(secret, number).public()
}

/// The same key with its secret half.
pub fn opener(secret: &Secret, number: u64) -> Opener {
    Opener::of(&Ed25519::of(secret, "lazchain/sealing-key/v1", number).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_again_and_differ_by_purpose_and_number() {
        let secret = Secret::from_slice(&[7; 32]).unwrap();
        assert_eq!(attestation(&secret, 0).public(), attestation(&secret, 0).public());
        let keys = [
            attestation(&secret, 0).public(),
            attestation(&secret, 1).public(),
            channel(&secret, 0).public(),
            channel(&secret, 1).public(),
            sealing(&secret, 0),
            sealing(&secret, 1),
        ];
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(format!("{:?}", channel(&secret, 0)), "Ed25519(..)");
    }

    #[test]
    fn a_signature_is_right_by_the_chains_rule() {
        let secret = Secret::from_slice(&[7; 32]).unwrap();
        let key = attestation(&secret, 0);
        assert!(proto::signed::verify(&key.public(), &[1; 32], &key.sign(&[1; 32])));
        assert!(!proto::signed::verify(&key.public(), &[2; 32], &key.sign(&[1; 32])));
    }
}
