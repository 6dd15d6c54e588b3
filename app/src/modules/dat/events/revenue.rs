//! Of money.

use proto::{address::Address, amount::Amount, coin::Denom};

use crate::event::Event;

/// Revenue was shared.
pub(crate) struct Received<'a> {
    pub asset: u64,
    pub version: u64,
    pub channel: u64,
    pub denom: &'a Denom,
    pub royalties: Amount,
    pub provider: Amount,
    pub held: Amount,
    pub holders: Amount,
}

impl Event for Received<'_> {
    const KIND: &'static str = "dat.received";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("version", self.version.to_string()),
            ("channel", self.channel.to_string()),
            ("denom", self.denom.to_string()),
            ("royalties", self.royalties.to_string()),
            ("provider", self.provider.to_string()),
            ("held", self.held.to_string()),
            ("holders", self.holders.to_string()),
        ]
    }
}

/// An ancestor's part reached its holders, or those of the payer if the ancestor fell.
pub(crate) struct RoyaltyMoved {
    pub asset: u64,
    pub version: u64,
    pub ancestor: u64,
    pub to: u64,
    pub amount: String,
}

impl Event for RoyaltyMoved {
    const KIND: &'static str = "dat.royalty_moved";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("version", self.version.to_string()),
            ("ancestor", self.ancestor.to_string()),
            ("to", self.to.to_string()),
            ("amount", self.amount.clone()),
        ]
    }
}

/// A token's earnings were paid.
pub(crate) struct Claimed<'a> {
    pub asset: u64,
    pub serial: u64,
    pub owner: &'a Address,
    pub amount: String,
}

impl Event for Claimed<'_> {
    const KIND: &'static str = "dat.claimed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("serial", self.serial.to_string()),
            ("owner", self.owner.to_string()),
            ("amount", self.amount.clone()),
        ]
    }
}

/// A provider was paid what was held.
pub(crate) struct HeldReleased<'a> {
    pub asset: u64,
    pub version: u64,
    pub channel: u64,
    pub provider: &'a Address,
    pub amount: String,
}

impl Event for HeldReleased<'_> {
    const KIND: &'static str = "dat.held_released";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("version", self.version.to_string()),
            ("channel", self.channel.to_string()),
            ("provider", self.provider.to_string()),
            ("amount", self.amount.clone()),
        ]
    }
}

/// Prepaid use ended; its money became revenue.
pub(crate) struct Expired {
    pub asset: u64,
    pub serial: u64,
    pub amount: String,
}

impl Event for Expired {
    const KIND: &'static str = "dat.expired";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("serial", self.serial.to_string()),
            ("amount", self.amount.clone()),
        ]
    }
}

/// A channel got back its part for a fallen version.
pub(crate) struct Refunded {
    pub asset: u64,
    pub version: u64,
    pub channel: u64,
    pub amount: String,
}

impl Event for Refunded {
    const KIND: &'static str = "dat.refunded";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("version", self.version.to_string()),
            ("channel", self.channel.to_string()),
            ("amount", self.amount.clone()),
        ]
    }
}
