//! A committee member's ballot: committed first, revealed when all have committed.

use proto::{
    address::ValAddress,
    lazchain::vsc::v1 as pb,
    signed::{Ballot, Part, statement},
};

use super::keys::Ed25519;

/// What a member says of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The chain that it is said on.
    pub chain_id: String,
    /// The task.
    pub task: u64,
    /// The round of that task.
    pub round: u32,
    /// The member.
    pub member: ValAddress,
    /// The verdict.
    pub verdict: pb::Verdict,
    /// 0 to 10,000.
    pub score: u32,
    /// SHA-256 of the evaluation report.
    pub report: [u8; 32],
}

impl Judgement {
    /// Comes from the key and the round: a restart gives the same ballot, never a second one.
    fn salt(&self, key: &Ed25519) -> [u8; 32] {
        let parts = [Part::Bytes(self.chain_id.as_bytes()), Part::U64(self.task), Part::U32(self.round)];
        key.salt("lazchain/ballot-salt/v1", &parts)
    }
}

/// The signed commitment.
pub fn commit(judgement: &Judgement, key: &Ed25519) -> pb::SignedCommit {
    let salt = judgement.salt(key);
    let ballot = Ballot {
        chain_id: &judgement.chain_id,
        task: judgement.task,
        round: judgement.round,
        member: judgement.member.as_bytes(),
        verdict: u32::try_from(i32::from(judgement.verdict)).unwrap_or_default(),
        score: judgement.score,
        report: &judgement.report,
        salt: &salt,
    };
    let said = pb::CommitStatement {
        task: judgement.task,
        round: judgement.round,
        member: judgement.member.to_string(),
        commit: ballot.hash().to_vec(),
    };
    let signature = key.sign(&statement("commit", &judgement.chain_id, &said)).to_vec();
    pb::SignedCommit { statement: Some(said), signature }
}

/// The signed ballot itself.
pub fn reveal(judgement: &Judgement, key: &Ed25519) -> pb::SignedReveal {
    let said = pb::RevealStatement {
        task: judgement.task,
        round: judgement.round,
        member: judgement.member.to_string(),
        verdict: judgement.verdict.into(),
        score: judgement.score,
        report_hash: judgement.report.to_vec(),
        salt: judgement.salt(key).to_vec(),
    };
    let signature = key.sign(&statement("reveal", &judgement.chain_id, &said)).to_vec();
    pb::SignedReveal { statement: Some(said), signature }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{offchain::attestation, secret::Secret};
    use proto::address::Address;

    #[test]
    fn what_is_revealed_opens_what_was_committed() {
        let key = attestation(&Secret::from_slice(&[7; 32]).unwrap(), 0);
        let member = Address::module("v").operator();
        let judgement = Judgement {
            chain_id: "lazchain-7".into(),
            task: 1,
            round: 1,
            member,
            verdict: pb::Verdict::Accept,
            score: 8_200,
            report: [3; 32],
        };
        let (committed, revealed) = (commit(&judgement, &key), reveal(&judgement, &key));
        assert_eq!(committed, commit(&judgement, &key));
        let (said, shown) = (committed.statement.unwrap(), revealed.statement.unwrap());
        let ballot = Ballot {
            chain_id: "lazchain-7",
            task: 1,
            round: 1,
            member: member.as_bytes(),
            verdict: 1,
            score: shown.score,
            report: &[3; 32],
            salt: &shown.salt.clone().try_into().unwrap(),
        };
        assert_eq!(said.commit, ballot.hash());
        let other = Judgement { round: 2, ..judgement };
        assert_ne!(reveal(&other, &key).statement.unwrap().salt, shown.salt);
    }
}
