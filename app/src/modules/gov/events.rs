//! What governance announces, in Cosmos' words.

use proto::{address::Address, coin::Coins};

use super::types::Ballot;
use crate::event::Event;

pub(crate) enum Submitted<'a> {
    Proposal {
        id: u64,
        proposer: &'a Address,
        /// Type URLs, each behind a comma.
        messages: String,
    },
    /// Its own deposit was enough.
    VotingStarted(u64),
}

impl Event for Submitted<'_> {
    const KIND: &'static str = "submit_proposal";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        match self {
            Submitted::Proposal { id, proposer, messages } => vec![
                ("proposal_id", id.to_string()),
                ("proposal_proposer", proposer.to_string()),
                ("proposal_messages", messages.clone()),
            ],
            Submitted::VotingStarted(id) => vec![("voting_period_start", id.to_string())],
        }
    }
}

pub(crate) enum Deposited<'a> {
    Coins {
        id: u64,
        depositor: &'a Address,
        amount: &'a Coins,
    },
    /// It was enough.
    VotingStarted(u64),
}

impl Event for Deposited<'_> {
    const KIND: &'static str = "proposal_deposit";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        match self {
            Deposited::Coins { id, depositor, amount } => vec![
                ("depositor", depositor.to_string()),
                ("amount", amount.to_string()),
                ("proposal_id", id.to_string()),
            ],
            Deposited::VotingStarted(id) => vec![("voting_period_start", id.to_string())],
        }
    }
}

pub(crate) struct Voted<'a> {
    pub id: u64,
    pub voter: &'a Address,
    pub ballot: &'a Ballot,
}

impl Event for Voted<'_> {
    const KIND: &'static str = "proposal_vote";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("voter", self.voter.to_string()),
            ("option", self.ballot.to_string()),
            ("proposal_id", self.id.to_string()),
        ]
    }
}

pub(crate) struct Cancelled<'a> {
    pub id: u64,
    pub proposer: &'a Address,
}

impl Event for Cancelled<'_> {
    const KIND: &'static str = "cancel_proposal";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("sender", self.proposer.to_string()), ("proposal_id", self.id.to_string())]
    }
}

/// There were not enough deposits.
pub(crate) struct Dropped(pub u64);

impl Event for Dropped {
    const KIND: &'static str = "inactive_proposal";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("proposal_id", self.0.to_string()), ("proposal_result", "proposal_dropped".into())]
    }
}

/// Its votes were counted.
pub(crate) struct Counted {
    pub id: u64,
    pub result: &'static str,
    pub log: String,
}

impl Event for Counted {
    const KIND: &'static str = "active_proposal";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("proposal_id", self.id.to_string()),
            ("proposal_result", self.result.into()),
            ("proposal_log", self.log.clone()),
        ]
    }
}
