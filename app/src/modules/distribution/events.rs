//! What the module announces, in Cosmos' words.

use proto::{
    address::{Address, ValAddress},
    coin::Coins,
};

use super::dec_coins::DecCoins;
use crate::event::Event;

pub(crate) struct Commission<'a> {
    pub amount: &'a DecCoins,
    pub validator: &'a ValAddress,
}

impl Event for Commission<'_> {
    const KIND: &'static str = "commission";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("amount", self.amount.to_string()), ("validator", self.validator.to_string())]
    }
}

pub(crate) struct Rewards<'a> {
    pub amount: &'a DecCoins,
    pub validator: &'a ValAddress,
}

impl Event for Rewards<'_> {
    const KIND: &'static str = "rewards";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("amount", self.amount.to_string()), ("validator", self.validator.to_string())]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("amount", self.amount.clone()),
            ("validator", self.validator.to_string()),
            ("delegator", self.delegator.to_string()),
        ]
    }
}

pub(crate) struct WithdrewCommission<'a>(pub &'a Coins);

impl Event for WithdrewCommission<'_> {
    const KIND: &'static str = "withdraw_commission";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("amount", self.0.to_string())]
    }
}

pub(crate) struct WithdrawAddressSet<'a>(pub &'a Address);

impl Event for WithdrawAddressSet<'_> {
    const KIND: &'static str = "set_withdraw_address";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("withdraw_address", self.0.to_string())]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let went_to = self.went_to.map_or_else(|| "community_pool".to_owned(), Address::to_string);
        let mut attributes = vec![
            ("original_withdraw_address", self.wanted.to_string()),
            ("withdraw_address", went_to),
            ("validator", self.validator.to_string()),
        ];
        attributes.extend(self.delegator.map(|delegator| ("delegator", delegator.to_string())));
        attributes
    }
}
