//! What the module announces, in Cosmos' words.

use proto::{
    address::{Address, ValAddress},
    coin::Coins,
};

use super::dec_coins::DecCoins;
use crate::event::{Attributes, Event};

pub(crate) struct Commission<'a> {
    pub amount: &'a DecCoins,
    pub validator: &'a ValAddress,
}

impl Event for Commission<'_> {
    const KIND: &'static str = "commission";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("amount", &self.amount);
        to.add("validator", &self.validator);
    }
}

pub(crate) struct Rewards<'a> {
    pub amount: &'a DecCoins,
    pub validator: &'a ValAddress,
}

impl Event for Rewards<'_> {
    const KIND: &'static str = "rewards";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("amount", &self.amount);
        to.add("validator", &self.validator);
    }
}

pub(crate) struct WithdrewRewards<'a> {
    /// As Cosmos writes it: `0` and a name when there was nothing.
    pub amount: String,
    pub validator: &'a ValAddress,
    pub delegator: &'a Address,
}

impl Event for WithdrewRewards<'_> {
    const KIND: &'static str = "withdraw_rewards";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("amount", &self.amount);
        to.add("validator", &self.validator);
        to.add("delegator", &self.delegator);
    }
}

pub(crate) struct WithdrewCommission<'a>(pub &'a Coins);

impl Event for WithdrewCommission<'_> {
    const KIND: &'static str = "withdraw_commission";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("amount", &self.0);
    }
}

pub(crate) struct WithdrawAddressSet<'a>(pub &'a Address);

impl Event for WithdrawAddressSet<'_> {
    const KIND: &'static str = "set_withdraw_address";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("withdraw_address", &self.0);
    }
}

/// Income that could not go where it should.
pub(crate) struct Redirected<'a> {
    pub wanted: &'a Address,
    /// Nobody means the community pool.
    pub went_to: Option<&'a Address>,
    pub validator: &'a ValAddress,
    pub delegator: Option<&'a Address>,
}

impl Event for Redirected<'_> {
    const KIND: &'static str = "withdraw_addr_redirected";

    fn attributes(&self, to: &mut Attributes<'_>) {
        let went_to = self.went_to.map_or_else(|| "community_pool".to_owned(), Address::to_string);
        to.add("original_withdraw_address", &self.wanted);
        to.text("withdraw_address", &went_to);
        to.add("validator", &self.validator);
        if let Some(delegator) = self.delegator {
            to.add("delegator", delegator);
        }
    }
}
