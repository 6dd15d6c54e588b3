//! What people sign and commit to off chain: tagged hashes, statements, seals, canaries, ballots.
//!
//! A tagged hash is SHA-256 over the tag and then the parts: numbers big endian, digests as they are, texts and addresses
//! after their length (`u32`), so that no two lists of parts have the same bytes.

use ed25519_zebra::{Signature, VerificationKey, VerificationKeyBytes, batch};
use prost::Message;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
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
    let key = VerificationKey::try_from(*key);
    key.is_ok_and(|key| key.verify(&Signature::from_bytes(signature), statement).is_ok())
}

/// Whether all of these signatures are right, each a key, a statement and a signature: one equation over all, which costs
/// less than half of one for each. ZIP-215 is the rule for which both judge alike. The weights that keep a wrong signature
/// from making up for another come from all that is judged, so every node has the same, and nobody can choose them.
pub fn verify_together<'a>(signed: impl IntoIterator<Item = (&'a Hash, &'a Hash, &'a [u8; 64])>) -> bool {
    let (mut seed, mut batch) = (Sha256::new(), batch::Verifier::new());
    for (key, statement, signature) in signed {
        seed.update(key);
        seed.update(statement);
        seed.update(signature);
        batch.queue((VerificationKeyBytes::from(*key), Signature::from_bytes(signature), statement));
    }
    batch.verify(ChaCha20Rng::from_seed(seed.finalize().into())).is_ok()
}

/// Whether signatures can be checked with an ed25519 key: it is a point of the curve.
pub fn is_key(key: &Hash) -> bool {
    VerificationKey::try_from(*key).is_ok()
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

    /// The same by the program that the rule comes from.
    fn oracle(key: &Hash, statement: &Hash, signature: &[u8; 64]) -> bool {
        let key = ed25519_consensus::VerificationKey::try_from(key.as_slice());
        key.is_ok_and(|key| key.verify(&(*signature).into(), statement).is_ok())
    }

    /// All encodings of the points of small order, those with numbers beyond the field's too.
    fn small_points() -> Vec<Hash> {
        let low = |first: u8, sign: u8| {
            let mut bytes = [0; 32];
            (bytes[0], bytes[31]) = (first, sign);
            bytes
        };
        let high = |first: u8, sign: u8| {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (first, 0x7f | sign);
            bytes
        };
        let mut points = Vec::new();
        for sign in [0, 0x80] {
            points.extend([low(0, sign), low(1, sign)]);
            points.extend([high(0xec, sign), high(0xed, sign), high(0xee, sign)]); // -1, and 0 and 1 once more
            for eighth in [
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            ] {
                let mut bytes: Hash = hex::decode(eighth).expect("hex").try_into().expect("32 bytes");
                bytes[31] |= sign;
                points.push(bytes);
            }
        }
        points
    }

    #[test]
    fn every_encoding_of_a_point_of_small_order_counts_as_zip_215_says() {
        let points = small_points();
        for key in &points {
            assert!(is_key(key));
            for point in &points {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(point);
                for said in [[1; 32], [2; 32]] {
                    assert!(oracle(key, &said, &signature) && verify(key, &said, &signature));
                }
            }
        }
    }

    #[test]
    fn every_encoding_of_a_point_of_small_order_counts_among_others_too() {
        let secret = ed25519_consensus::SigningKey::from([7; 32]);
        let mut all = vec![(secret.verification_key().to_bytes(), [1; 32], secret.sign(&[1; 32]).to_bytes())];
        for key in small_points() {
            for point in small_points() {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(&point);
                all.push((key, [2; 32], signature));
            }
        }
        let judge = |all: &[(Hash, Hash, [u8; 64])]| verify_together(all.iter().map(|(k, s, g)| (k, s, g)));
        assert!(judge(&all));
        all[0].1 = [3; 32];
        assert!(!judge(&all));
        assert!(judge(&all[1..]) && judge(&[]));
    }

    proptest::proptest! {
        #[test]
        fn together_they_are_right_if_each_is(
            seeds in proptest::collection::vec(proptest::arbitrary::any::<Hash>(), 1..20),
            bent in proptest::collection::vec((0_usize..20, 0_u8..5, 0_usize..64, 1_u8..), 0..3),
            small in 0_usize..14,
        ) {
            let mut all: Vec<(Hash, Hash, [u8; 64])> = seeds
                .iter()
                .map(|seed| {
                    let secret = ed25519_consensus::SigningKey::from(*seed);
                    let said = hash("test", &[Part::Digest(seed)]);
                    (secret.verification_key().to_bytes(), said, secret.sign(&said).to_bytes())
                })
                .collect();
            for (which, bend, at, by) in bent {
                let count = all.len();
                let (key, said, signature) = &mut all[which % count];
                match bend {
                    0 => signature[at] ^= by,
                    1 => key[at % 32] ^= by,
                    2 => said[at % 32] ^= by,
                    3 => signature[..32].copy_from_slice(&small_points()[small]),
                    _ => {
                        *key = small_points()[small];
                        signature[..32].copy_from_slice(&small_points()[at % 14]);
                        signature[32..].fill(0);
                    }
                }
            }
            let together = verify_together(all.iter().map(|(key, said, signature)| (key, said, signature)));
            let each = all.iter().all(|(key, said, signature)| verify(key, said, signature));
            proptest::prop_assert_eq!(together, each);
        }

        #[test]
        fn two_programs_judge_alike(
            seed: Hash,
            said: Hash,
            (bend, at) in (0_u8..6, 0_usize..64),
            by in 1_u8..,
            small in 0_usize..14,
        ) {
            let secret = ed25519_consensus::SigningKey::from(seed);
            let (mut key, mut said) = (secret.verification_key().to_bytes(), said);
            let mut signature = secret.sign(&said).to_bytes();
            match bend {
                0 => signature[at] ^= by,
                1 => key[at % 32] ^= by,
                2 => said[at % 32] ^= by,
                3 => signature[..32].copy_from_slice(&small_points()[small]),
                4 => key = small_points()[small],
                _ => {}
            }
            proptest::prop_assert_eq!(verify(&key, &said, &signature), oracle(&key, &said, &signature));
            proptest::prop_assert_eq!(is_key(&key), ed25519_consensus::VerificationKey::try_from(key).is_ok());
            if bend == 5 {
                proptest::prop_assert!(verify(&key, &said, &signature));
                // the same number beyond the group's order does not count
                let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").expect("hex");
                let mut carry = 0;
                for (byte, more) in signature[32..].iter_mut().zip(order) {
                    let sum = u16::from(*byte) + u16::from(more) + carry;
                    (*byte, carry) = (u8::try_from(sum & 0xff).expect("a byte"), sum >> 8);
                }
                proptest::prop_assert!(!verify(&key, &said, &signature) && !oracle(&key, &said, &signature));
            }
        }
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
