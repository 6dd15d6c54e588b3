//! What people sign and commit to off chain: tagged hashes, statements, seals, canaries, ballots.
//!
//! A tagged hash is SHA-256 over the tag and then the parts: numbers big endian, digests as they are, texts and addresses
//! after their length (`u32`), so that no two lists of parts have the same bytes.

use ed25519_consensus::{Signature, VerificationKey};
use prost::Message;
use sha2::{Digest, Sha256};

use crate::{address::Address, merkle::Hash};

/// One part of what is hashed.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// 4 bytes, big endian.
    U32(u32),
    /// 8 bytes, big endian.
    U64(u64),
    /// 32 bytes as they are.
    Digest(&'a Hash),
    /// Any bytes after their length: texts, addresses, encoded messages.
    Bytes(&'a [u8]),
}

/// SHA-256 over a tag and its parts.
pub fn hash(tag: &str, parts: &[Part<'_>]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(tag.as_bytes());
    for part in parts {
        match part {
            Part::U32(number) => hasher.update(number.to_be_bytes()),
            Part::U64(number) => hasher.update(number.to_be_bytes()),
            Part::Digest(digest) => hasher.update(digest),
            Part::Bytes(bytes) => {
                hasher.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
                hasher.update(bytes);
            }
        }
    }
    hasher.finalize().into()
}

/// What an ed25519 signature under a statement covers: `what` is `ballot`, `voucher`, `consent`; the message names the
/// single thing it is about.
pub fn statement(what: &str, chain_id: &str, message: &impl Message) -> Hash {
    let bytes = message.encode_to_vec();
    hash(&format!("lazchain/{what}/v1"), &[Part::Bytes(chain_id.as_bytes()), Part::Bytes(&bytes)])
}

/// Whether an ed25519 signature is right by ZIP-215: the one rule, whatever the batch.
pub fn verify(key: &Hash, statement: &Hash, signature: &[u8; 64]) -> bool {
    let key = VerificationKey::try_from(key.as_slice());
    key.is_ok_and(|key| key.verify(&Signature::from(*signature), statement).is_ok())
}

/// The seal that an owner lays on content before it is submitted, so that nobody can run ahead of it.
pub fn seal(digest: &Hash, owner: &Address, salt: &Hash) -> Hash {
    let owner = Part::Bytes(owner.as_bytes());
    hash("lazchain/seal/v1", &[Part::Digest(digest), owner, Part::Digest(salt)])
}

/// The Merkle root of a canary: no content can have it, since the tag is not that of a node or a leaf.
pub fn canary_root(salt: &Hash) -> Hash {
    hash("lazchain/canary/v1", &[Part::Digest(salt)])
}

/// A secret ballot, before and after it is revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ballot<'a> {
    /// The chain it is cast on.
    pub chain_id: &'a str,
    /// The task.
    pub task: u64,
    /// The round of that task.
    pub round: u32,
    /// The validator that votes, by its operator's bytes.
    pub member: &'a [u8; 20],
    /// The number of the verdict in `lazchain.vsc.v1.Verdict`.
    pub verdict: u32,
    /// 0 to 10,000.
    pub score: u32,
    /// SHA-256 of the member's evaluation report.
    pub report: &'a Hash,
    /// Keeps it secret until it is revealed.
    pub salt: &'a Hash,
}

impl Ballot<'_> {
    /// What is committed to.
    pub fn hash(&self) -> Hash {
        let Ballot { chain_id, task, round, member, verdict, score, report, salt } = self;
        hash(
            "lazchain/ballot/v1",
            &[
                Part::Bytes(chain_id.as_bytes()),
                Part::U64(*task),
                Part::U32(*round),
                Part::Bytes(*member),
                Part::U32(*verdict),
                Part::U32(*score),
                Part::Digest(report),
                Part::Digest(salt),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// lazai 7.18, peers 7.1: one form for each statement, whatever is in it.
    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        let of = |parts: &[Part<'_>]| hash("tag", parts);
        assert_ne!(
            of(&[Part::Bytes(b"ab"), Part::Bytes(b"c")]),
            of(&[Part::Bytes(b"a"), Part::Bytes(b"bc")])
        );
        assert_ne!(of(&[Part::U64(1)]), of(&[Part::U32(1)]));
        let expect = Sha256::digest([b"tag".as_slice(), &[0, 0, 0, 7], &[0, 0, 0, 1], b"x"].concat());
        assert_eq!(of(&[Part::U32(7), Part::Bytes(b"x")]), <Hash>::from(expect));
    }

    #[test]
    fn a_signature_counts_for_its_statement_and_key_alone() {
        let secret = ed25519_consensus::SigningKey::from([7; 32]);
        let key: Hash = secret.verification_key().to_bytes();
        let said = statement("voucher", "lazchain-1", &prost_types::Timestamp { seconds: 1, nanos: 0 });
        let signature = secret.sign(&said).to_bytes();
        assert!(verify(&key, &said, &signature));
        let other = statement("voucher", "lazchain-2", &prost_types::Timestamp { seconds: 1, nanos: 0 });
        assert!(!verify(&key, &other, &signature));
        assert!(!verify(&[9; 32], &said, &signature));
        let mut bent = signature;
        bent[3] ^= 1;
        assert!(!verify(&key, &said, &bent));
    }

    #[test]
    fn each_part_of_a_ballot_changes_its_hash() {
        let (member, report, salt) = ([1; 20], [2; 32], [3; 32]);
        let ballot = Ballot {
            chain_id: "c",
            task: 1,
            round: 1,
            member: &member,
            verdict: 1,
            score: 8_200,
            report: &report,
            salt: &salt,
        };
        let hashes = [
            ballot,
            Ballot { chain_id: "d", ..ballot },
            Ballot { task: 2, ..ballot },
            Ballot { round: 2, ..ballot },
            Ballot { member: &[9; 20], ..ballot },
            Ballot { verdict: 2, ..ballot },
            Ballot { score: 8_201, ..ballot },
            Ballot { report: &salt, ..ballot },
            Ballot { salt: &report, ..ballot },
        ]
        .map(|ballot| ballot.hash());
        let distinct: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), hashes.len());
        assert_ne!(seal(&report, &Address::new(member), &salt), canary_root(&salt));
    }
}
