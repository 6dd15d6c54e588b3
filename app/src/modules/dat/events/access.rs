//! Of licences and access.

use proto::address::Address;

use crate::event::{Attributes, Event};

/// A licence is there.
pub(crate) struct Published {
    pub asset: u64,
    pub policy: u64,
}

impl Event for Published {
    const KIND: &'static str = "dat.policy_published";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("policy", &self.policy);
    }
}

/// Prepaid use was sold.
pub(crate) struct Bought<'a> {
    pub asset: u64,
    pub serial: u64,
    pub buyer: &'a Address,
    pub units: u64,
    pub price: &'a str,
}

impl Event for Bought<'_> {
    const KIND: &'static str = "dat.access_bought";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("buyer", &self.buyer);
        to.add("units", &self.units);
        to.add("price", &self.price);
    }
}

/// Access without a sale.
pub(crate) struct Granted<'a> {
    pub asset: u64,
    pub serial: u64,
    pub grantee: &'a Address,
    pub units: u64,
}

impl Event for Granted<'_> {
    const KIND: &'static str = "dat.access_granted";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("grantee", &self.grantee);
        to.add("units", &self.units);
    }
}

/// Somebody asks for access.
pub(crate) struct Requested<'a> {
    pub asset: u64,
    pub request: u64,
    pub account: &'a Address,
}

impl Event for Requested<'_> {
    const KIND: &'static str = "dat.access_requested";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("request", &self.request);
        to.add("account", &self.account);
    }
}

/// A request ended without access.
pub(crate) struct Refused {
    pub asset: u64,
    pub request: u64,
}

impl Event for Refused {
    const KIND: &'static str = "dat.access_refused";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("request", &self.request);
    }
}

/// A grantee can open the content.
pub(crate) struct KeyDelivered {
    pub asset: u64,
    pub serial: u64,
    pub key_epoch: u64,
}

impl Event for KeyDelivered {
    const KIND: &'static str = "dat.key_delivered";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("key_epoch", &self.key_epoch);
    }
}

/// There is a new data key.
pub(crate) struct KeyRotated {
    pub asset: u64,
    pub key_epoch: u64,
    pub key_commitment: String,
}

impl Event for KeyRotated {
    const KIND: &'static str = "dat.key_rotated";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("key_epoch", &self.key_epoch);
        to.text("key_commitment", &self.key_commitment);
    }
}

/// Access ended at once.
pub(crate) struct AccessRevoked {
    pub asset: u64,
    pub account: String,
    pub serial: u64,
    pub policy: u64,
}

impl Event for AccessRevoked {
    const KIND: &'static str = "dat.access_revoked";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.text("account", &self.account);
        to.add("serial", &self.serial);
        to.add("policy", &self.policy);
    }
}

/// What was not used was paid back.
pub(crate) struct AccessRefunded {
    pub asset: u64,
    pub serial: u64,
    pub amount: String,
}

impl Event for AccessRefunded {
    const KIND: &'static str = "dat.access_refunded";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.text("amount", &self.amount);
    }
}
