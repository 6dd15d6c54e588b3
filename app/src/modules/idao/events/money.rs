//! Deposits, points and income.

use proto::{address::Address, amount::Amount, coin::Coins};

use crate::event::{Attributes, Event};

/// A membership deposit or that of a vetoed proposal.
pub(crate) struct DepositBurnt<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub amount: Amount,
}

impl Event for DepositBurnt<'_> {
    const KIND: &'static str = "idao.deposit_burnt";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("account", &self.account);
        to.add("amount", &self.amount);
    }
}

pub(crate) struct PointsChanged<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub points: Amount,
}

impl Event for PointsChanged<'_> {
    const KIND: &'static str = "idao.points_changed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("account", &self.account);
        to.add("points", &self.points);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("members", &self.members);
        to.add("treasury", &self.treasury);
    }
}

pub(crate) struct Claimed<'a> {
    pub idao: u64,
    pub account: &'a Address,
    pub amount: &'a Coins,
}

impl Event for Claimed<'_> {
    const KIND: &'static str = "idao.claimed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("account", &self.account);
        to.add("amount", &self.amount);
    }
}

pub(crate) struct Funded<'a> {
    pub idao: u64,
    pub sender: &'a Address,
    pub amount: &'a Coins,
}

impl Event for Funded<'_> {
    const KIND: &'static str = "idao.funded";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("idao", &self.idao);
        to.add("sender", &self.sender);
        to.add("amount", &self.amount);
    }
}
