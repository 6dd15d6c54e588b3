//! Deposits, points and income.

use proto::{address::Address, amount::Amount, coin::Coins};

use crate::event::Event;

/// A membership deposit or that of a vetoed proposal.
pub(crate) struct DepositBurnt<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub amount: Amount,
}

impl Event for DepositBurnt<'_> {
    const KIND: &'static str = "idao.deposit_burnt";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("account", self.account.to_string()),
            ("amount", self.amount.to_string()),
        ]
    }
}

pub(crate) struct PointsChanged<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub points: Amount,
}

impl Event for PointsChanged<'_> {
    const KIND: &'static str = "idao.points_changed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("account", self.account.to_string()),
            ("points", self.points.to_string()),
        ]
    }
}

/// Income of an iDAO: the members' part by points, and the treasury's.
pub(crate) struct Earned<'a> {
    pub idao: u64,
    pub members: &'a Coins,
    pub treasury: &'a Coins,
}

impl Event for Earned<'_> {
    const KIND: &'static str = "idao.earned";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("members", self.members.to_string()),
            ("treasury", self.treasury.to_string()),
        ]
    }
}

pub(crate) struct Claimed<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub amount: &'a Coins,
}

impl Event for Claimed<'_> {
    const KIND: &'static str = "idao.claimed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("account", self.account.to_string()),
            ("amount", self.amount.to_string()),
        ]
    }
}

pub(crate) struct Funded<'a> {
    pub idao: u64,
    pub sender: &'a Address,
    pub amount: &'a Coins,
}

impl Event for Funded<'_> {
    const KIND: &'static str = "idao.funded";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("idao", self.idao.to_string()),
            ("sender", self.sender.to_string()),
            ("amount", self.amount.to_string()),
        ]
    }
}
