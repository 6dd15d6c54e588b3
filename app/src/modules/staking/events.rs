//! What staking announces, in Cosmos' words.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    coin::{Coin, Coins},
    dec::Dec,
};

use crate::{event::Event, time::Time};

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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("validator", self.operator.to_string()), ("amount", self.amount.to_string())]
    }
}

pub(crate) struct EditedValidator {
    pub commission_rate: Dec,
    pub min_self_delegation: Amount,
}

impl Event for EditedValidator {
    const KIND: &'static str = "edit_validator";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("commission_rate", self.commission_rate.to_string()),
            ("min_self_delegation", self.min_self_delegation.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("validator", self.operator.to_string()),
            ("delegator", self.who.to_string()),
            ("amount", self.amount.to_string()),
            ("new_shares", self.new_shares.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("source_validator", self.from.to_string()),
            ("destination_validator", self.to.to_string()),
            ("amount", self.amount.to_string()),
            ("completion_time", seconds(self.due)),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("validator", self.operator.to_string()),
            ("delegator", self.who.to_string()),
            ("amount", self.amount.to_string()),
            ("completion_time", seconds(self.due)),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("amount", self.amount.to_string()),
            ("validator", self.operator.to_string()),
            ("delegator", self.who.to_string()),
            ("creation_height", self.height.to_string()),
        ]
    }
}

pub(crate) struct CompletedUnbonding<'a> {
    pub amount: &'a Coins,
    pub operator: &'a ValAddress,
    pub who: &'a Address,
}

impl Event for CompletedUnbonding<'_> {
    const KIND: &'static str = "complete_unbonding";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("amount", self.amount.to_string()),
            ("validator", self.operator.to_string()),
            ("delegator", self.who.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("amount", self.amount.to_string()),
            ("delegator", self.who.to_string()),
            ("source_validator", self.from.to_string()),
            ("destination_validator", self.to.to_string()),
        ]
    }
}
