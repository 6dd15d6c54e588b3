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

use crate::event::Event;

/// A Quorum was founded.
pub(crate) struct Created<'a> {
    pub quorum: u64,
    pub creator: &'a Address,
    pub name: &'a str,
}

impl Event for Created<'_> {
    const KIND: &'static str = "quorum.created";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("creator", self.creator.to_string()),
            ("name", self.name.to_owned()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("epoch", self.epoch.to_string()),
            ("status", self.status.to_owned()),
            ("members", self.members.to_string()),
            ("total", self.total.to_string()),
            ("capped", self.capped.to_string()),
            ("level", self.level.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("epoch", self.epoch.to_string()),
            ("reason", self.reason.to_owned()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("number", self.number.to_string()),
            ("validator", self.validator.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("number", self.number.to_string()),
            ("validator", self.validator.to_string()),
            ("yes", self.yes.to_string()),
            ("applies", self.applies.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("number", self.number.to_string()),
            ("applied", self.applied.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("pool", self.pool.to_owned()),
            ("from", self.from.to_string()),
            ("amount", self.amount.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("pool", self.pool.to_owned()),
            ("to", self.to.to_string()),
            ("amount", self.amount.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("validator", self.validator.to_string()),
            ("amount", self.amount.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("validator", self.validator.to_string()),
            ("offence", self.offence.to_owned()),
            ("task", self.task.to_string()),
            ("round", self.round.to_string()),
            ("slash", self.slash.to_string()),
            ("amount", self.amount.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("quorum", self.quorum.to_string()),
            ("validator", self.validator.to_string()),
            ("slash", self.slash.to_string()),
            ("own", self.own.to_string()),
            ("others", self.others.to_string()),
            ("burnt", self.burnt.to_string()),
            ("insurance", self.insurance.to_string()),
        ]
    }
}

/// A Quorum is over.
pub(crate) struct Closed<'a> {
    pub quorum: u64,
    pub reason: &'a str,
}

impl Event for Closed<'_> {
    const KIND: &'static str = "quorum.closed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("quorum", self.quorum.to_string()), ("reason", self.reason.to_owned())]
    }
}
