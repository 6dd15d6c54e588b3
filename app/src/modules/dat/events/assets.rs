//! Of assets and their versions.

use proto::address::Address;

use crate::event::{Attributes, Event};

/// An accepted update became a version, still provisional.
pub(crate) struct Anchored<'a> {
    pub asset: u64,
    pub version: u64,
    pub task: u64,
    pub owner: &'a Address,
}

impl Event for Anchored<'_> {
    const KIND: &'static str = "dat.anchored";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
        to.add("task", &self.task);
        to.add("owner", &self.owner);
    }
}

/// A version may be used.
pub(crate) struct Finalized {
    pub asset: u64,
    pub version: u64,
}

impl Event for Finalized {
    const KIND: &'static str = "dat.finalized";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
    }
}

/// Liability for a version is over.
pub(crate) struct Settled {
    pub asset: u64,
    pub version: u64,
}

impl Event for Settled {
    const KIND: &'static str = "dat.settled";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
    }
}

/// The verdict on a version fell.
pub(crate) struct Revoked {
    pub asset: u64,
    pub version: u64,
}

impl Event for Revoked {
    const KIND: &'static str = "dat.revoked";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
    }
}

/// Control is offered, or the offer is taken back.
pub(crate) struct Offered<'a> {
    pub asset: u64,
    pub to: &'a str,
}

impl Event for Offered<'_> {
    const KIND: &'static str = "dat.asset_offered";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("to", &self.to);
    }
}

/// Control changed hands.
pub(crate) struct Accepted<'a> {
    pub asset: u64,
    pub from: &'a Address,
    pub to: &'a Address,
}

impl Event for Accepted<'_> {
    const KIND: &'static str = "dat.asset_accepted";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("from", &self.from);
        to.add("to", &self.to);
    }
}

/// An asset belongs to another iDAO, or none.
pub(crate) struct Moved {
    pub asset: u64,
    pub from: u64,
    pub to: u64,
}

impl Event for Moved {
    const KIND: &'static str = "dat.asset_moved";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("from", &self.from);
        to.add("to", &self.to);
    }
}

/// No new grants.
pub(crate) struct Retired {
    pub asset: u64,
}

impl Event for Retired {
    const KIND: &'static str = "dat.asset_retired";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
    }
}

/// A derived version must unlearn an ancestor.
pub(crate) struct UnlearningAsked {
    pub asset: u64,
    pub version: u64,
    pub ancestor: u64,
    pub due: String,
}

impl Event for UnlearningAsked {
    const KIND: &'static str = "dat.unlearning_asked";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
        to.add("ancestor", &self.ancestor);
        to.text("due", &self.due);
    }
}

/// A demand to unlearn is taken back.
pub(crate) struct Released {
    pub asset: u64,
    pub version: u64,
    pub ancestor: u64,
}

impl Event for Released {
    const KIND: &'static str = "dat.released";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("asset", &self.asset);
        to.add("version", &self.version);
        to.add("ancestor", &self.ancestor);
    }
}
