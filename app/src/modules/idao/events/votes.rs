//! What its members decide.

use proto::address::Address;

use crate::{
    event::{Attributes, Event},
    time::Time,
};

pub(crate) struct Proposed<'a> {
    pub idao: u64,
    pub proposal: u64,
    pub kind: &'static str,
    pub proposer: &'a Address,
}

impl Event for Proposed<'_> {
    const KIND: &'static str = "idao.proposed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("proposal", &self.proposal);
        to.add("kind", &self.kind);
        to.add("proposer", &self.proposer);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("proposal", &self.proposal);
        to.add("member", &self.member);
        to.text("agent", &self.agent);
        to.add("option", &self.option);
        to.add("power", &self.power);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("proposal", &self.proposal);
        to.add("status", &self.status);
        to.add("reason", &self.reason);
    }
}

pub(crate) struct Executed<'a> {
    pub idao: u64,
    pub proposal: u64,
    pub executor: &'a Address,
}

impl Event for Executed<'_> {
    const KIND: &'static str = "idao.executed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("proposal", &self.proposal);
        to.add("executor", &self.executor);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("proposal", &self.proposal);
        to.add("reason", &self.reason);
        to.add("log", &self.log);
    }
}

pub(crate) struct TrustEstablished {
    pub idao: u64,
    pub quorum: u64,
}

impl Event for TrustEstablished {
    const KIND: &'static str = "idao.trust_established";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("quorum", &self.quorum);
    }
}

pub(crate) struct TrustEnded {
    pub idao: u64,
    pub quorum: u64,
}

impl Event for TrustEnded {
    const KIND: &'static str = "idao.trust_ended";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("quorum", &self.quorum);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.text("subject", &self.subject);
        to.add("guardian", &self.guardian);
        to.add("until", &self.until);
    }
}

pub(crate) struct FreezeExtended {
    pub idao: u64,
    pub subject: String,
    pub until: Time,
}

impl Event for FreezeExtended {
    const KIND: &'static str = "idao.freeze_extended";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.text("subject", &self.subject);
        to.add("until", &self.until);
    }
}

pub(crate) struct FreezeEnded {
    pub idao: u64,
    pub subject: String,
}

impl Event for FreezeEnded {
    const KIND: &'static str = "idao.freeze_ended";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.text("subject", &self.subject);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("guardian", &self.guardian);
        to.add("times", &self.times);
    }
}
