//! Who an iDAO is.

use proto::address::Address;

use crate::event::{Attributes, Event};

pub(crate) struct Created<'a> {
    pub idao: u64,
    pub founder: &'a Address,
    pub name: &'a str,
}

impl Event for Created<'_> {
    const KIND: &'static str = "idao.created";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("founder", &self.founder);
        to.add("name", &self.name);
    }
}

pub(crate) struct Updated {
    pub idao: u64,
    pub rules_version: u32,
}

impl Event for Updated {
    const KIND: &'static str = "idao.updated";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("rules_version", &self.rules_version);
    }
}

pub(crate) struct Closed {
    pub idao: u64,
}

impl Event for Closed {
    const KIND: &'static str = "idao.closed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
    }
}

pub(crate) struct Applied<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub proposal: u64,
}

impl Event for Applied<'_> {
    const KIND: &'static str = "idao.applied";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("account", &self.account);
        to.add("proposal", &self.proposal);
    }
}

pub(crate) struct Invited<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub inviter: &'a Address,
}

impl Event for Invited<'_> {
    const KIND: &'static str = "idao.invited";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("account", &self.account);
        to.add("inviter", &self.inviter);
    }
}

pub(crate) struct Joined<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub door: &'static str,
}

impl Event for Joined<'_> {
    const KIND: &'static str = "idao.joined";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("account", &self.account);
        to.add("door", &self.door);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("account", &self.account);
        to.add("how", &self.how);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("account", &self.account);
        to.text("roles", &self.roles);
        to.text("offered", &self.offered);
    }
}

pub(crate) struct RoleAccepted<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub role: &'static str,
}

impl Event for RoleAccepted<'_> {
    const KIND: &'static str = "idao.role_accepted";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("account", &self.account);
        to.add("role", &self.role);
    }
}

pub(crate) struct AgentRegistered<'a> {
    pub idao: u64,
    pub member: &'a Address,
    pub agent: &'a Address,
}

impl Event for AgentRegistered<'_> {
    const KIND: &'static str = "idao.agent_registered";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("member", &self.member);
        to.add("agent", &self.agent);
    }
}

pub(crate) struct AgentRevoked<'a> {
    pub idao: u64,
    pub member: &'a Address,
    pub agent: &'a Address,
}

impl Event for AgentRevoked<'_> {
    const KIND: &'static str = "idao.agent_revoked";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("member", &self.member);
        to.add("agent", &self.agent);
    }
}
