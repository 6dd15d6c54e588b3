//! This validator's own hash chains for the beacon.

use std::sync::Mutex;

use proto::{
    address::ConsAddress,
    signed::{Part, hash},
};

use crate::modules::beacon::HashChain;

/// Chains a validator can have registered one after the other from one secret.
const GENERATIONS: u32 = 8;

/// The source of a validator's preimages.
pub struct Dice {
    /// Whose.
    pub(crate) validator: ConsAddress,
    secret: [u8; 32],
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The chain in use, once it was looked for.
    chain: Option<HashChain>,
    /// A tip that none of the chains leads to.
    stranger: Option<[u8; 32]>,
}

impl Dice {
    /// From a secret that only this validator has.
    pub fn new(validator: ConsAddress, secret: [u8; 32]) -> Dice {
        Dice { validator, secret, known: Mutex::default() }
    }

    /// One of this validator's chains: 0 is the first, and each later one takes the place of one that is used up.
    /// Walking it takes a million hashes.
    pub fn chain(&self, generation: u32) -> HashChain {
        let parts = [Part::Digest(&self.secret), Part::U32(generation)];
        HashChain::from_secret(hash("lazchain/beacon-chain/v1", &parts))
    }

    /// The preimage that leads to `tip` after so many were given, from the chain that it is of.
    pub(crate) fn next(&self, given: u64, tip: &[u8; 32]) -> Option<[u8; 32]> {
        let mut known = self.known.lock().expect("no panic happens with this lock held");
        if let Some(next) = known.chain.as_ref().and_then(|chain| chain.next(given, tip)) {
            return Some(next);
        }
        if known.stranger == Some(*tip) {
            return None;
        }
        for generation in 0..GENERATIONS {
            let chain = self.chain(generation);
            if let Some(next) = chain.next(given, tip) {
                known.chain = Some(chain);
                return Some(next);
            }
        }
        tracing::warn!(
            "the registered hash chain of this validator is none of its own: it gives the beacon nothing"
        );
        known.stranger = Some(*tip);
        None
    }
}

impl std::fmt::Debug for Dice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dice({})", self.validator) // never the secret
    }
}
