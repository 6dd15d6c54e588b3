//! Of licences and access.

use proto::address::Address;

use crate::event::Event;

/// A licence is there.
pub(crate) struct Published {
    pub asset: u64,
    pub policy: u64,
}

impl Event for Published {
    const KIND: &'static str = "dat.policy_published";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("asset", self.asset.to_string()), ("policy", self.policy.to_string())]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("serial", self.serial.to_string()),
            ("buyer", self.buyer.to_string()),
            ("units", self.units.to_string()),
            ("price", self.price.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("serial", self.serial.to_string()),
            ("grantee", self.grantee.to_string()),
            ("units", self.units.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("request", self.request.to_string()),
            ("account", self.account.to_string()),
        ]
    }
}

/// A request ended without access.
pub(crate) struct Refused {
    pub asset: u64,
    pub request: u64,
}

impl Event for Refused {
    const KIND: &'static str = "dat.access_refused";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("asset", self.asset.to_string()), ("request", self.request.to_string())]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("serial", self.serial.to_string()),
            ("key_epoch", self.key_epoch.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("key_epoch", self.key_epoch.to_string()),
            ("key_commitment", self.key_commitment.clone()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("account", self.account.clone()),
            ("serial", self.serial.to_string()),
            ("policy", self.policy.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("asset", self.asset.to_string()),
            ("serial", self.serial.to_string()),
            ("amount", self.amount.clone()),
        ]
    }
}
