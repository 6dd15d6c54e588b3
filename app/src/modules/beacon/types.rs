//! Hash chains, the item of a block, the seed of a throw, and the parameters.

use proto::{
    lazchain::beacon::v1 as pb,
    signed::{Part, hash},
};
use sha2::{Digest, Sha256};

use crate::{error::Result, given::within};

/// What an item begins with: no transaction does, since no field of a message has the number 0.
const ITEM: &[u8] = b"\0lazchain/beacon/v1\0";
/// Links of a validator's chain.
pub(crate) const LINKS: u64 = 1 << 20;
/// Links between two that are kept in memory.
const STRIDE: u64 = 1 << 10;

/// What a proposer puts first in its block.
pub(crate) fn item(preimage: &[u8; 32]) -> Vec<u8> {
    [ITEM, preimage].concat()
}

/// The preimage of an item; nothing if it is a transaction or anything else.
pub(crate) fn preimage(bytes: &[u8]) -> Option<[u8; 32]> {
    bytes.strip_prefix(ITEM)?.try_into().ok()
}

/// The beacon with one more preimage in it.
pub(crate) fn folded(beacon: &[u8; 32], height: u64, preimage: &[u8; 32]) -> [u8; 32] {
    hash("lazchain/beacon/v1", &[Part::Digest(beacon), Part::U64(height), Part::Digest(preimage)])
}

/// The seed of a task's round: routing is round 0, and all later rounds, juries too, are counted on.
pub(crate) fn seed(beacon: &[u8; 32], task: u64, round: u32) -> [u8; 32] {
    hash("lazchain/seed/v1", &[Part::Digest(beacon), Part::U64(task), Part::U32(round)])
}

/// A validator's own hash chain, with every 1,024th link in memory.
pub struct HashChain {
    kept: Vec<[u8; 32]>,
}

impl HashChain {
    /// Walks the chain from its secret: a million hashes.
    pub fn from_secret(secret: [u8; 32]) -> HashChain {
        let mut kept = vec![secret];
        let mut link = secret;
        for _ in 0..LINKS.div_euclid(STRIDE) {
            link = after(link, STRIDE);
            kept.push(link);
        }
        HashChain { kept }
    }

    /// The end, which is registered.
    pub fn tip(&self) -> [u8; 32] {
        self.kept.last().copied().unwrap_or_default()
    }

    /// The preimage to give after so many were given; nothing if `tip` is not what this chain had reached then, or the
    /// chain is used up.
    pub fn next(&self, given: u64, tip: &[u8; 32]) -> Option<[u8; 32]> {
        let place = LINKS.checked_sub(given)?.checked_sub(1)?;
        let kept = self.kept.get(usize::try_from(place.div_euclid(STRIDE)).ok()?)?;
        let link = after(*kept, place.rem_euclid(STRIDE));
        (after(link, 1) == *tip).then_some(link)
    }
}

fn after(link: [u8; 32], steps: u64) -> [u8; 32] {
    (0..steps).fold(link, |link, _| Sha256::digest(link).into())
}

/// What a new chain starts with.
pub(crate) const fn live() -> pb::Params {
    pb::Params { givers: 3 }
}

/// What a chain of one validator starts with.
pub(crate) const fn local() -> pb::Params {
    pb::Params { givers: 1 }
}

/// Each in its range.
pub(crate) fn check(params: &pb::Params) -> Result<()> {
    within("givers", params.givers.into(), 1..=100).map(drop)
}
