//! What staking announces, in Cosmos' words.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    coin::{Coin, Coins},
    dec::Dec,
};

use crate::{
    event::{Attributes, Event},
    time::Time,
};

/// Whole seconds, as Cosmos writes a time in an event.
fn seconds(time: Time) -> String {
    Time::from_secs(time.secs()).to_string()
}

pub(crate) struct CreatedValidator<'a> {
    pub operator: &'a ValAddress,
    pub amount: &'a Coin,
}

impl Event for CreatedValidator<'_> {
    const KIND: &'static str = "create_validator";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("validator", &self.operator);
        to.add("amount", &self.amount);
    }
}

pub(crate) struct EditedValidator {
    pub commission_rate: Dec,
    pub min_self_delegation: Amount,
}

impl Event for EditedValidator {
    const KIND: &'static str = "edit_validator";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("commission_rate", &self.commission_rate);
        to.add("min_self_delegation", &self.min_self_delegation);
    }
}

pub(crate) struct Delegated<'a> {
    pub operator: &'a ValAddress,
    pub who: &'a Address,
    pub amount: &'a Coin,
    pub new_shares: Dec,
}

impl Event for Delegated<'_> {
    const KIND: &'static str = "delegate";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("validator", &self.operator);
        to.add("delegator", &self.who);
        to.add("amount", &self.amount);
        to.add("new_shares", &self.new_shares);
    }
}

pub(crate) struct Redelegated<'a> {
    pub from: &'a ValAddress,
    pub to: &'a ValAddress,
    pub amount: &'a Coin,
    pub due: Time,
}

impl Event for Redelegated<'_> {
    const KIND: &'static str = "redelegate";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("source_validator", &self.from);
        to.add("destination_validator", &self.to);
        to.add("amount", &self.amount);
        to.text("completion_time", &seconds(self.due));
    }
}

pub(crate) struct Undelegated<'a> {
    pub operator: &'a ValAddress,
    pub who: &'a Address,
    pub amount: &'a Coin,
    pub due: Time,
}

impl Event for Undelegated<'_> {
    const KIND: &'static str = "unbond";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("validator", &self.operator);
        to.add("delegator", &self.who);
        to.add("amount", &self.amount);
        to.text("completion_time", &seconds(self.due));
    }
}

pub(crate) struct CancelledUnbonding<'a> {
    pub amount: &'a Coin,
    pub operator: &'a ValAddress,
    pub who: &'a Address,
    pub height: u64,
}

impl Event for CancelledUnbonding<'_> {
    const KIND: &'static str = "cancel_unbonding_delegation";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("amount", &self.amount);
        to.add("validator", &self.operator);
        to.add("delegator", &self.who);
        to.add("creation_height", &self.height);
    }
}

pub(crate) struct CompletedUnbonding<'a> {
    pub amount: &'a Coins,
    pub operator: &'a ValAddress,
    pub who: &'a Address,
}

impl Event for CompletedUnbonding<'_> {
    const KIND: &'static str = "complete_unbonding";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("amount", &self.amount);
        to.add("validator", &self.operator);
        to.add("delegator", &self.who);
    }
}

pub(crate) struct CompletedRedelegation<'a> {
    pub amount: &'a Coins,
    pub who: &'a Address,
    pub from: &'a ValAddress,
    pub to: &'a ValAddress,
}

impl Event for CompletedRedelegation<'_> {
    const KIND: &'static str = "complete_redelegation";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("amount", &self.amount);
        to.add("delegator", &self.who);
        to.add("source_validator", &self.from);
        to.add("destination_validator", &self.to);
    }
}
