//! Signatures of accounts (secp256k1), and many ed25519 signatures at once, on all cores, each judged by itself: the
//! verdicts are the same whatever the batch.

use std::sync::{LazyLock, Mutex, PoisonError};

use indexmap::IndexMap;
use proto::{sign, signed};
use rayon::prelude::*;
use secp256k1::{Message as Digest32, PublicKey, Secp256k1, VerifyOnly, ecdsa};

std::thread_local! {
    static CURVE: Secp256k1<VerifyOnly> = Secp256k1::verification_only();
}

/// ECDSA over SHA-256 of the bytes, in compact form, low S only: libsecp256k1 refuses the other half.
pub(crate) fn is_signed(key: &[u8; 33], bytes: &[u8], signature: &[u8]) -> bool {
    let (Some(key), Ok(signature)) = (point(key), ecdsa::Signature::from_compact(signature)) else {
        return false;
    };
    CURVE.with(|curve| {
        curve.verify_ecdsa(Digest32::from_digest(sign::digest(bytes)), &signature, &key).is_ok()
    })
}

/// Keys whose points are kept, in each of two generations; 100 bytes each.
const MOST_POINTS: usize = 32_768;

/// A key's point takes a seventh of a verification, and accounts sign again and again.
static POINTS: LazyLock<Mutex<Points>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Points {
    young: IndexMap<[u8; 33], PublicKey>,
    old: IndexMap<[u8; 33], PublicKey>,
}

/// The point of a key, if it is one on the curve.
fn point(key: &[u8; 33]) -> Option<PublicKey> {
    let points = || POINTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(point) = points().young.get(key) {
        return Some(*point);
    }
    let old = points().old.get(key).copied();
    let point = old.or_else(|| PublicKey::from_slice(key).ok())?;
    let mut points = points();
    points.young.insert(*key, point);
    if points.young.len() >= MOST_POINTS {
        points.old = std::mem::take(&mut points.young);
    }
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

/// One verdict per signature, in their order.
pub fn verify_all(signed: &[Signed]) -> Vec<bool> {
    let one = |signed: &Signed| signed::verify(&signed.key, &signed.statement, &signed.signature);
    signed.par_iter().with_min_len(4).map(one).collect()
}
