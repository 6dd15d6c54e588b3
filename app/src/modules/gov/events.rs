//! What governance announces, in Cosmos' words.

use proto::{address::Address, coin::Coins};

use super::types::Ballot;
use crate::event::{Attributes, Event};

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

    fn attributes(&self, to: &mut Attributes<'_>) {
        match self {
            Submitted::Proposal { id, proposer, messages } => {
                to.add("proposal_id", &id);
                to.add("proposal_proposer", &proposer);
                to.text("proposal_messages", messages);
            }
            Submitted::VotingStarted(id) => {
                to.add("voting_period_start", &id);
            }
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        match self {
            Deposited::Coins { id, depositor, amount } => {
                to.add("depositor", &depositor);
                to.add("amount", &amount);
                to.add("proposal_id", &id);
            }
            Deposited::VotingStarted(id) => {
                to.add("voting_period_start", &id);
            }
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("voter", &self.voter);
        to.add("option", &self.ballot);
        to.add("proposal_id", &self.id);
    }
}

pub(crate) struct Cancelled<'a> {
    pub id: u64,
    pub proposer: &'a Address,
}

impl Event for Cancelled<'_> {
    const KIND: &'static str = "cancel_proposal";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("sender", &self.proposer);
        to.add("proposal_id", &self.id);
    }
}

/// There were not enough deposits.
pub(crate) struct Dropped(pub u64);

impl Event for Dropped {
    const KIND: &'static str = "inactive_proposal";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("proposal_id", &self.0);
        to.text("proposal_result", "proposal_dropped");
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("proposal_id", &self.id);
        to.text("proposal_result", self.result);
        to.text("proposal_log", &self.log);
    }
}
