//! Of money.

use proto::{address::Address, amount::Amount, coin::Denom};

use crate::event::{Attributes, Event};

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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
        to.add("channel", &self.channel);
        to.add("denom", &self.denom);
        to.add("royalties", &self.royalties);
        to.add("provider", &self.provider);
        to.add("held", &self.held);
        to.add("holders", &self.holders);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
        to.add("ancestor", &self.ancestor);
        to.add("to", &self.to);
        to.text("amount", &self.amount);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("owner", &self.owner);
        to.text("amount", &self.amount);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
        to.add("channel", &self.channel);
        to.add("provider", &self.provider);
        to.text("amount", &self.amount);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.text("amount", &self.amount);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
        to.add("channel", &self.channel);
        to.text("amount", &self.amount);
    }
}
