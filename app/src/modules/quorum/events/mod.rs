//! What the module announces.

mod members;

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    coin::Coins,
};

pub(crate) use members::{
    Admitted, AllocationChanged, Applied, Freed, Jailed, Joined, KeysRotated, Leaving, Left, Unjailed,
};

use crate::event::{Attributes, Event};

/// A Quorum was founded.
pub(crate) struct Created<'a> {
    pub quorum: u64,
    pub creator: &'a Address,
    pub name: &'a str,
}

impl Event for Created<'_> {
    const KIND: &'static str = "quorum.created";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("creator", &self.creator);
        to.text("name", self.name);
    }
}

/// A Quorum was measured.
pub(crate) struct Measured<'a> {
    pub quorum: u64,
    pub epoch: u64,
    pub status: &'a str,
    pub members: usize,
    pub total: Amount,
    pub capped: u32,
    pub level: Amount,
}

impl Event for Measured<'_> {
    const KIND: &'static str = "quorum.measured";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("epoch", &self.epoch);
        to.text("status", self.status);
        to.add("members", &self.members);
        to.add("total", &self.total);
        to.add("capped", &self.capped);
        to.add("level", &self.level);
    }
}

/// A Quorum could not be measured; it has no new tasks in this epoch.
pub(crate) struct MeasureFailed<'a> {
    pub quorum: u64,
    pub epoch: u64,
    pub reason: &'a str,
}

impl Event for MeasureFailed<'_> {
    const KIND: &'static str = "quorum.measure_failed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("epoch", &self.epoch);
        to.text("reason", self.reason);
    }
}

/// A member proposed other rules.
pub(crate) struct RulesProposed<'a> {
    pub quorum: u64,
    pub number: u64,
    pub validator: &'a ValAddress,
}

impl Event for RulesProposed<'_> {
    const KIND: &'static str = "quorum.rules_proposed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("number", &self.number);
        to.add("validator", &self.validator);
    }
}

/// A member voted on other rules; they apply from an epoch on once passed.
pub(crate) struct RulesVoted<'a> {
    pub quorum: u64,
    pub number: u64,
    pub validator: &'a ValAddress,
    pub yes: bool,
    pub applies: u64,
}

impl Event for RulesVoted<'_> {
    const KIND: &'static str = "quorum.rules_voted";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("number", &self.number);
        to.add("validator", &self.validator);
        to.add("yes", &self.yes);
        to.add("applies", &self.applies);
    }
}

/// A change of rules applies or has lapsed.
pub(crate) struct RulesEnded {
    pub quorum: u64,
    pub number: u64,
    pub applied: bool,
}

impl Event for RulesEnded {
    const KIND: &'static str = "quorum.rules_ended";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("number", &self.number);
        to.add("applied", &self.applied);
    }
}

/// A pool was filled.
pub(crate) struct Funded<'a> {
    pub quorum: u64,
    pub pool: &'a str,
    pub from: &'a Address,
    pub amount: Amount,
}

impl Event for Funded<'_> {
    const KIND: &'static str = "quorum.funded";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.text("pool", self.pool);
        to.add("from", &self.from);
        to.add("amount", &self.amount);
    }
}

/// A pool paid.
pub(crate) struct Drawn<'a> {
    pub quorum: u64,
    pub pool: &'a str,
    pub to: &'a Address,
    pub amount: Amount,
}

impl Event for Drawn<'_> {
    const KIND: &'static str = "quorum.drawn";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.text("pool", self.pool);
        to.add("to", &self.to);
        to.add("amount", &self.amount);
    }
}

/// A member took its part of the income.
pub(crate) struct Claimed<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub amount: &'a Coins,
}

impl Event for Claimed<'_> {
    const KIND: &'static str = "quorum.claimed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.add("amount", &self.amount);
    }
}

/// A member was found at fault.
pub(crate) struct Offended<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub offence: &'a str,
    pub task: u64,
    pub round: u32,
    pub slash: u64,
    pub amount: Amount,
}

impl Event for Offended<'_> {
    const KIND: &'static str = "quorum.offended";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.text("offence", self.offence);
        to.add("task", &self.task);
        to.add("round", &self.round);
        to.add("slash", &self.slash);
        to.add("amount", &self.amount);
    }
}

/// A slash has been taken.
pub(crate) struct Slashed<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub slash: u64,
    pub own: Amount,
    pub others: Amount,
    pub burnt: Amount,
    pub insurance: Amount,
}

impl Event for Slashed<'_> {
    const KIND: &'static str = "quorum.slashed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.add("slash", &self.slash);
        to.add("own", &self.own);
        to.add("others", &self.others);
        to.add("burnt", &self.burnt);
        to.add("insurance", &self.insurance);
    }
}

/// A Quorum is over.
pub(crate) struct Closed<'a> {
    pub quorum: u64,
    pub reason: &'a str,
}

impl Event for Closed<'_> {
    const KIND: &'static str = "quorum.closed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.text("reason", self.reason);
    }
}
