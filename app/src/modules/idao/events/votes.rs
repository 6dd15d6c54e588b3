//! What its members decide.

use proto::address::Address;

use crate::{event::Event, time::Time};

pub(crate) struct Proposed<'a> {
    pub idao: u64,
    pub proposal: u64,
    pub kind: &'static str,
    pub proposer: &'a Address,
}

impl Event for Proposed<'_> {
    const KIND: &'static str = "idao.proposed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("proposal", self.proposal.to_string()),
            ("kind", self.kind.to_string()),
            ("proposer", self.proposer.to_string()),
        ]
    }
}

/// `agent` is empty if the member voted in person.
pub(crate) struct Voted<'a> {
    pub idao: u64,
    pub proposal: u64,
    pub member: &'a Address,
    pub agent: String,
    pub option: &'static str,
    pub power: u128,
}

impl Event for Voted<'_> {
    const KIND: &'static str = "idao.voted";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("proposal", self.proposal.to_string()),
            ("member", self.member.to_string()),
            ("agent", self.agent.clone()),
            ("option", self.option.to_string()),
            ("power", self.power.to_string()),
        ]
    }
}

pub(crate) struct Decided {
    pub idao: u64,
    pub proposal: u64,
    pub status: &'static str,
    pub reason: &'static str,
}

impl Event for Decided {
    const KIND: &'static str = "idao.decided";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("proposal", self.proposal.to_string()),
            ("status", self.status.to_string()),
            ("reason", self.reason.to_string()),
        ]
    }
}

pub(crate) struct Executed<'a> {
    pub idao: u64,
    pub proposal: u64,
    pub executor: &'a Address,
}

impl Event for Executed<'_> {
    const KIND: &'static str = "idao.executed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("proposal", self.proposal.to_string()),
            ("executor", self.executor.to_string()),
        ]
    }
}

pub(crate) struct ExecutionFailed<'a> {
    pub idao: u64,
    pub proposal: u64,
    pub reason: &'a str,
    pub log: &'a str,
}

impl Event for ExecutionFailed<'_> {
    const KIND: &'static str = "idao.execution_failed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("proposal", self.proposal.to_string()),
            ("reason", self.reason.to_string()),
            ("log", self.log.to_string()),
        ]
    }
}

pub(crate) struct TrustEstablished {
    pub idao: u64,
    pub quorum: u64,
}

impl Event for TrustEstablished {
    const KIND: &'static str = "idao.trust_established";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("idao", self.idao.to_string()), ("quorum", self.quorum.to_string())]
    }
}

pub(crate) struct TrustEnded {
    pub idao: u64,
    pub quorum: u64,
}

impl Event for TrustEnded {
    const KIND: &'static str = "idao.trust_ended";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("idao", self.idao.to_string()), ("quorum", self.quorum.to_string())]
    }
}

pub(crate) struct Frozen<'a> {
    pub idao: u64,
    pub subject: String,
    pub guardian: &'a Address,
    pub until: Time,
}

impl Event for Frozen<'_> {
    const KIND: &'static str = "idao.frozen";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("subject", self.subject.clone()),
            ("guardian", self.guardian.to_string()),
            ("until", self.until.to_string()),
        ]
    }
}

pub(crate) struct FreezeExtended {
    pub idao: u64,
    pub subject: String,
    pub until: Time,
}

impl Event for FreezeExtended {
    const KIND: &'static str = "idao.freeze_extended";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("subject", self.subject.clone()),
            ("until", self.until.to_string()),
        ]
    }
}

pub(crate) struct FreezeEnded {
    pub idao: u64,
    pub subject: String,
}

impl Event for FreezeEnded {
    const KIND: &'static str = "idao.freeze_ended";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("idao", self.idao.to_string()), ("subject", self.subject.clone())]
    }
}

/// How often now; at 2 the role is lost.
pub(crate) struct GuardianVotedDown<'a> {
    pub idao: u64,
    pub guardian: &'a Address,
    pub times: u32,
}

impl Event for GuardianVotedDown<'_> {
    const KIND: &'static str = "idao.guardian_voted_down";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("guardian", self.guardian.to_string()),
            ("times", self.times.to_string()),
        ]
    }
}
