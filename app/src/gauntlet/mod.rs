//! Tests that think like an enemy: rows G01 to G41 of the gauntlet, and what broke others. `docs/gauntlet.md` says which test is which row.
//!
//! Everything here is seeded. `SEED=7` chooses another seed, `GAUNTLET=20` runs campaigns that many times as long; both
//! are printed when a test fails.

#![allow(
    clippy::disallowed_methods,
    reason = "tests take seeds from the environment and time what they refuse"
)]

mod abuse;
mod coherence;
mod cost;
mod donations;
mod follower;
mod golden;
mod ladder;
mod lists;
mod lockstep;
mod malleable;
mod mutants;
mod panics;
mod poison;
mod queries;
mod replay;
mod rpcs;
mod samples;
mod signers;
mod simulation;
mod society;
mod traffic;
mod trio;

pub(crate) use panics::trip;

use prost::Message;
use prost_types::Any;
use proto::{
    cosmos::{
        base::v1beta1::Coin,
        tx::{
            signing::v1beta1::SignMode,
            v1beta1::{AuthInfo, Fee, ModeInfo, SignerInfo, TxBody, mode_info},
        },
    },
    sign,
};
use secp256k1::{Message as Digest32, Secp256k1};

use crate::{
    modules::auth,
    testkit::{CHAIN_ID, TestChain, address, key_of, pub_key},
    tx,
};

/// The seed of this run.
pub(crate) fn seed(otherwise: u64) -> u64 {
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    println!("SEED={seed}");
    seed
}

/// How much longer than by default a campaign is.
pub(crate) fn times() -> u64 {
    std::env::var("GAUNTLET").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// SplitMix64: dice that fall the same way for the same seed.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to one less than `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Whether this is the one case in so many.
    pub(crate) fn one_in(&mut self, cases: u64) -> bool {
        self.below(cases) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let length = u64::try_from(from.len()).expect("small");
        &from[usize::try_from(self.below(length)).expect("small")]
    }

    pub(crate) fn bytes(&mut self, length: u64) -> Vec<u8> {
        (0..length).map(|_| u8::try_from(self.below(256)).expect("a byte")).collect()
    }
}

/// A transaction before it is signed, free to be wrong in any way.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) body: TxBody,
    pub(crate) fee: Fee,
    /// Who signs, for which account number and sequence.
    pub(crate) signers: Vec<(String, u64, u64)>,
    pub(crate) amino: bool,
}

impl Draft {
    /// Of one account, as it stands.
    pub(crate) fn of(chain: &TestChain, who: &str, messages: Vec<Any>) -> Draft {
        Draft {
            body: TxBody { messages, ..TxBody::default() },
            fee: Fee { amount: vec![coin("ulaz", "10")], gas_limit: 200_000, ..Fee::default() },
            signers: vec![signer(chain, who)],
            amino: false,
        }
    }

    pub(crate) fn auth_info(&self) -> AuthInfo {
        let mode = if self.amino { SignMode::LegacyAminoJson } else { SignMode::Direct };
        let info = |(who, _, sequence): &(String, u64, u64)| SignerInfo {
            public_key: Some(pub_key(&key_of(who)).wire()),
            mode_info: Some(ModeInfo {
                sum: Some(mode_info::Sum::Single(mode_info::Single { mode: mode.into() })),
            }),
            sequence: *sequence,
        };
        AuthInfo {
            signer_infos: self.signers.iter().map(info).collect(),
            fee: Some(self.fee.clone()),
            ..AuthInfo::default()
        }
    }

    /// One signature of each signer over these bytes of the transaction.
    pub(crate) fn signatures(&self, body: &[u8], auth: &[u8]) -> Vec<Vec<u8>> {
        let one = |(who, number, sequence): &(String, u64, u64)| {
            let bytes = if self.amino {
                sign::amino_bytes(&self.body, &self.fee, CHAIN_ID, *number, *sequence).expect("amino JSON")
            } else {
                sign::direct_bytes(body, auth, CHAIN_ID, *number)
            };
            signature(who, &bytes)
        };
        self.signers.iter().map(one).collect()
    }

    pub(crate) fn seal(&self) -> Vec<u8> {
        let (body, auth) = (self.body.encode_to_vec(), self.auth_info().encode_to_vec());
        let signatures = self.signatures(&body, &auth);
        tx::assemble(body, auth, signatures)
    }
}

/// An account's number and sequence as they stand; zeros if there is none.
pub(crate) fn signer(chain: &TestChain, who: &str) -> (String, u64, u64) {
    let account = auth::find_account(&chain.node.store().latest(), &address(who)).expect("reads");
    let (number, sequence) = account.map_or((0, 0), |account| (account.number, account.sequence));
    (who.to_owned(), number, sequence)
}

pub(crate) fn signature(who: &str, bytes: &[u8]) -> Vec<u8> {
    let digest = Digest32::from_digest(sign::digest(bytes));
    Secp256k1::new().sign_ecdsa(digest, &key_of(who)).serialize_compact().to_vec()
}

pub(crate) fn coin(denom: &str, amount: &str) -> Coin {
    Coin { denom: denom.into(), amount: amount.into() }
}
