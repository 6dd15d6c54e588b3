//! Of tokens.

use proto::address::Address;

use crate::event::{Attributes, Event};

/// A token is there.
pub(crate) struct Minted<'a> {
    pub asset: u64,
    pub serial: u64,
    pub owner: &'a Address,
    pub share: u32,
    pub value: u64,
}

impl Event for Minted<'_> {
    const KIND: &'static str = "dat.minted";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("owner", &self.owner);
        to.add("share", &self.share);
        to.add("value", &self.value);
    }
}

/// A token changed hands.
pub(crate) struct Given<'a> {
    pub asset: u64,
    pub serial: u64,
    pub from: &'a Address,
    pub to: &'a Address,
}

impl Event for Given<'_> {
    const KIND: &'static str = "dat.transferred";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("from", &self.from);
        to.add("to", &self.to);
    }
}

/// A part of a share is a token of its own.
pub(crate) struct SplitOff {
    pub asset: u64,
    pub serial: u64,
    pub into: u64,
    pub share: u32,
}

impl Event for SplitOff {
    const KIND: &'static str = "dat.split";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("into", &self.into);
        to.add("share", &self.share);
    }
}

/// Shares became one.
pub(crate) struct Merged {
    pub asset: u64,
    pub serial: u64,
    pub from: u64,
    pub share: u32,
}

impl Event for Merged {
    const KIND: &'static str = "dat.merged";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("from", &self.from);
        to.add("share", &self.share);
    }
}

/// Prepaid use moved.
pub(crate) struct ValueMoved {
    pub asset: u64,
    pub serial: u64,
    pub into: u64,
    pub units: u64,
}

impl Event for ValueMoved {
    const KIND: &'static str = "dat.value_moved";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("into", &self.into);
        to.add("units", &self.units);
    }
}

/// Somebody may transfer a token, or nobody.
pub(crate) struct OperatorApproved<'a> {
    pub asset: u64,
    pub serial: u64,
    pub operator: &'a str,
}

impl Event for OperatorApproved<'_> {
    const KIND: &'static str = "dat.operator_approved";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("operator", &self.operator);
    }
}

/// A token is gone.
pub(crate) struct Burnt<'a> {
    pub asset: u64,
    pub serial: u64,
    pub owner: &'a Address,
}

impl Event for Burnt<'_> {
    const KIND: &'static str = "dat.burnt";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("serial", &self.serial);
        to.add("owner", &self.owner);
    }
}
