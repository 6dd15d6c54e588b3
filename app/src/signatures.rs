//! Signatures of accounts (secp256k1), and many ed25519 signatures at once, on all cores: their verdicts are the same
//! whatever the batch.

use std::sync::{LazyLock, Mutex, PoisonError};

use proto::{sign, signed};
use rayon::prelude::*;
use secp256k1::{Message as Digest32, PublicKey, Secp256k1, VerifyOnly, ecdsa};

use crate::generations::Generations;

std::thread_local! {
    static CURVE: Secp256k1<VerifyOnly> = Secp256k1::verification_only();
}

/// ECDSA over SHA-256 of the bytes, in compact form, low S only: libsecp256k1 refuses the other half.
pub(crate) fn is_signed(key: &[u8; 33], bytes: &[u8], signature: &[u8]) -> bool {
    is_signed_digest(key, sign::digest(bytes), signature)
}

/// As [`is_signed`], of bytes with this SHA-256.
pub(crate) fn is_signed_digest(key: &[u8; 33], digest: [u8; 32], signature: &[u8]) -> bool {
    let (Some(key), Ok(signature)) = (point(key), ecdsa::Signature::from_compact(signature)) else {
        return false;
    };
    CURVE.with(|curve| curve.verify_ecdsa(Digest32::from_digest(digest), &signature, &key).is_ok())
}

/// Keys whose points are kept, in each of two generations; 110 bytes each.
const MOST_POINTS: usize = 32_768;

/// A key's point takes a seventh of a verification, and accounts sign again and again.
static POINTS: LazyLock<Mutex<Generations<33, PublicKey>>> =
    LazyLock::new(|| Mutex::new(Generations::new(MOST_POINTS)));

/// The point of a key, if it is one on the curve.
fn point(key: &[u8; 33]) -> Option<PublicKey> {
    let points = || POINTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(point) = points().find(key) {
        return Some(point);
    }
    let point = PublicKey::from_slice(key).ok()?;
    points().insert(*key, point, 1);
    Some(point)
}

/// A signature and what it should cover.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    /// The public key.
    pub key: [u8; 32],
    /// What was signed.
    pub statement: [u8; 32],
    /// The signature.
    pub signature: [u8; 64],
}

/// Judged by one equation; more save little, and leave less to the other cores.
const TOGETHER: usize = 16;

/// One verdict per signature, in their order.
pub fn verify_all(signed: &[Signed]) -> Vec<bool> {
    signed.par_chunks(TOGETHER).flat_map_iter(judged).collect()
}

/// Together if there are several; one by one if not all of them are right.
fn judged(signed: &[Signed]) -> Vec<bool> {
    let together = || signed.iter().map(|one| (&one.key, &one.statement, &one.signature));
    if signed.len() > 1 && signed::verify_together(together()) {
        return vec![true; signed.len()];
    }
    together().map(|(key, statement, signature)| signed::verify(key, statement, signature)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_consensus::SigningKey;

    #[test]
    fn each_wrong_signature_is_found_at_its_place_and_no_other() {
        let one = |number: u8| {
            let key = SigningKey::from([number; 32]);
            let statement = [number; 32];
            Signed {
                key: key.verification_key().to_bytes(),
                statement,
                signature: key.sign(&statement).to_bytes(),
            }
        };
        for count in [0, 1, 2, 15, 16, 17, 64] {
            let mut all: Vec<Signed> = (0..count).map(one).collect();
            assert_eq!(verify_all(&all), vec![true; all.len()]);
            for wrong in [0, 5, 16, 63] {
                if let Some(wrong) = all.get_mut(wrong) {
                    wrong.statement[0] ^= 1;
                }
            }
            let expect: Vec<bool> = (0..all.len()).map(|place| ![0, 5, 16, 63].contains(&place)).collect();
            assert_eq!(verify_all(&all), expect);
        }
    }
}
