//! What a ballot on the chain says, as its member signed it.

use crate::lazchain::vsc::v1::{Ballot, CommitStatement, RevealStatement};

impl Ballot {
    /// What the commitment's signature covers, as the statement `commit`.
    pub fn committed(&self) -> CommitStatement {
        let Ballot { task, round, member, commit, .. } = self.clone();
        CommitStatement { task, round, member, commit }
    }

    /// What the ballot's signature covers once it is revealed, as the statement `reveal`.
    pub fn revealed(&self) -> RevealStatement {
        let Ballot { task, round, member, verdict, score, report_hash, salt, .. } = self.clone();
        RevealStatement { task, round, member, verdict, score, report_hash, salt }
    }
}
