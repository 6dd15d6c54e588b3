//! Many ed25519 signatures at once, on all cores, each judged by itself: the verdicts are the same whatever the batch.

use proto::signed;
use rayon::prelude::*;

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
