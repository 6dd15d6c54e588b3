//! Who an iDAO is.

use proto::address::Address;

use crate::event::Event;

pub(crate) struct Created<'a> {
    pub idao: u64,
    pub founder: &'a Address,
    pub name: &'a str,
}

impl Event for Created<'_> {
    const KIND: &'static str = "idao.created";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("founder", self.founder.to_string()),
            ("name", self.name.to_string()),
        ]
    }
}

pub(crate) struct Updated {
    pub idao: u64,
    pub rules_version: u32,
}

impl Event for Updated {
    const KIND: &'static str = "idao.updated";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("idao", self.idao.to_string()), ("rules_version", self.rules_version.to_string())]
    }
}

pub(crate) struct Closed {
    pub idao: u64,
}

impl Event for Closed {
    const KIND: &'static str = "idao.closed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("idao", self.idao.to_string())]
    }
}

pub(crate) struct Applied<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub proposal: u64,
}

impl Event for Applied<'_> {
    const KIND: &'static str = "idao.applied";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("account", self.account.to_string()),
            ("proposal", self.proposal.to_string()),
        ]
    }
}

pub(crate) struct Invited<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub inviter: &'a Address,
}

impl Event for Invited<'_> {
    const KIND: &'static str = "idao.invited";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("account", self.account.to_string()),
            ("inviter", self.inviter.to_string()),
        ]
    }
}

pub(crate) struct Joined<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub door: &'static str,
}

impl Event for Joined<'_> {
    const KIND: &'static str = "idao.joined";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("account", self.account.to_string()),
            ("door", self.door.to_string()),
        ]
    }
}

/// `how`: left, removed, or the DAT moved.
pub(crate) struct Left<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub how: &'static str,
}

impl Event for Left<'_> {
    const KIND: &'static str = "idao.left";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("account", self.account.to_string()),
            ("how", self.how.to_string()),
        ]
    }
}

/// What they hold now, and what waits for them.
pub(crate) struct RolesSet<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub roles: String,
    pub offered: String,
}

impl Event for RolesSet<'_> {
    const KIND: &'static str = "idao.roles_set";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("account", self.account.to_string()),
            ("roles", self.roles.clone()),
            ("offered", self.offered.clone()),
        ]
    }
}

pub(crate) struct RoleAccepted<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub role: &'static str,
}

impl Event for RoleAccepted<'_> {
    const KIND: &'static str = "idao.role_accepted";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("account", self.account.to_string()),
            ("role", self.role.to_string()),
        ]
    }
}

pub(crate) struct AgentRegistered<'a> {
    pub idao: u64,
    pub member: &'a Address,
    pub agent: &'a Address,
}

impl Event for AgentRegistered<'_> {
    const KIND: &'static str = "idao.agent_registered";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("member", self.member.to_string()),
            ("agent", self.agent.to_string()),
        ]
    }
}

pub(crate) struct AgentRevoked<'a> {
    pub idao: u64,
    pub member: &'a Address,
    pub agent: &'a Address,
}

impl Event for AgentRevoked<'_> {
    const KIND: &'static str = "idao.agent_revoked";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("member", self.member.to_string()),
            ("agent", self.agent.to_string()),
        ]
    }
}
