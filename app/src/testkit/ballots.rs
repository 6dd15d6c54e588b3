//! What people and members of committees sign off chain: seals, commitments, ballots.

use ed25519_consensus::SigningKey;
use proto::{lazchain::vsc::v1 as pb, signed};
use sha2::{Digest, Sha256};

use super::{CHAIN_ID, address};

/// A digest made from a text.
pub(crate) fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// The key that a member of this name signs ballots with.
pub(crate) fn signing_key(name: &str) -> SigningKey {
    SigningKey::from(hash(&format!("ballots/{name}")))
}

/// What somebody says in a ballot: a verdict and a score.
pub(crate) type Said = (pb::Verdict, u32);

/// A seal on content, with the salt of its owner's name.
pub(crate) fn seal(who: &str, digest: &[u8; 32]) -> Vec<u8> {
    signed::seal(digest, &address(who), &hash(who)).to_vec()
}

/// A commitment of a member to what it says, with the salt of its name.
pub(crate) fn commit(name: &str, task: u64, round: u32, said: Said) -> pb::SignedCommit {
    let operator = address(name).operator();
    let ballot = signed::Ballot {
        chain_id: CHAIN_ID,
        task,
        round,
        member: operator.as_bytes(),
        verdict: u32::try_from(i32::from(said.0)).expect("small"),
        score: said.1,
        report: &hash("report"),
        salt: &hash(name),
    };
    sign_commit(name, task, round, ballot.hash().to_vec())
}

/// Any commitment, signed by a member.
pub(crate) fn sign_commit(name: &str, task: u64, round: u32, commit: Vec<u8>) -> pb::SignedCommit {
    let member = address(name).operator().to_string();
    let statement = pb::CommitStatement { task, round, member, commit };
    let digest = signed::statement("commit", CHAIN_ID, &statement);
    let signature = signing_key(name).sign(&digest).to_bytes().to_vec();
    pb::SignedCommit { statement: Some(statement), signature }
}

/// A member's ballot.
pub(crate) fn reveal(name: &str, task: u64, round: u32, said: Said) -> pb::SignedReveal {
    let statement = pb::RevealStatement {
        task,
        round,
        member: address(name).operator().to_string(),
        verdict: said.0.into(),
        score: said.1,
        report_hash: hash("report").to_vec(),
        salt: hash(name).to_vec(),
    };
    let digest = signed::statement("reveal", CHAIN_ID, &statement);
    let signature = signing_key(name).sign(&digest).to_bytes().to_vec();
    pb::SignedReveal { statement: Some(statement), signature }
}
