//! Who comes, goes and changes.

use proto::address::{Address, ValAddress};

use crate::{
    event::{Attributes, Event},
    time::Time,
};

/// A validator pledges stake from an epoch boundary on; delegators can move until then.
pub(crate) struct Joined<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub allocation_bps: u32,
    pub due: Time,
}

impl Event for Joined<'_> {
    const KIND: &'static str = "quorum.joined";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.add("allocation_bps", &self.allocation_bps);
        to.add("due", &self.due);
    }
}

/// A validator waits to be admitted.
pub(crate) struct Applied<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub allocation_bps: u32,
}

impl Event for Applied<'_> {
    const KIND: &'static str = "quorum.applied";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.add("allocation_bps", &self.allocation_bps);
    }
}

/// A member spoke for an applicant.
pub(crate) struct Admitted<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub by: &'a Address,
    pub admitted: bool,
}

impl Event for Admitted<'_> {
    const KIND: &'static str = "quorum.admitted";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.add("by", &self.by);
        to.add("admitted", &self.admitted);
    }
}

/// A member announced another allocation; delegators can move until then.
pub(crate) struct AllocationChanged<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub from_bps: u32,
    pub to_bps: u32,
    pub due: Time,
}

impl Event for AllocationChanged<'_> {
    const KIND: &'static str = "quorum.allocation_changed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.add("from_bps", &self.from_bps);
        to.add("to_bps", &self.to_bps);
        to.add("due", &self.due);
    }
}

/// A member announced that it leaves.
pub(crate) struct Leaving<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
}

impl Event for Leaving<'_> {
    const KIND: &'static str = "quorum.leaving";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
    }
}

/// A member or applicant is out.
pub(crate) struct Left<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub reason: &'a str,
    pub bound_bps: u32,
}

impl Event for Left<'_> {
    const KIND: &'static str = "quorum.left";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.text("reason", self.reason);
        to.add("bound_bps", &self.bound_bps);
    }
}

/// Stake that left is liable no more.
pub(crate) struct Freed<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub allocation_bps: u32,
}

impl Event for Freed<'_> {
    const KIND: &'static str = "quorum.freed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.add("allocation_bps", &self.allocation_bps);
    }
}

/// A member announced keys or an endpoint.
pub(crate) struct KeysRotated<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
}

impl Event for KeysRotated<'_> {
    const KIND: &'static str = "quorum.keys_rotated";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
    }
}

/// A member was removed for how it did its duties.
pub(crate) struct Jailed<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
    pub points: u32,
    pub abstentions: u32,
    pub until: Time,
}

impl Event for Jailed<'_> {
    const KIND: &'static str = "quorum.jailed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
        to.add("points", &self.points);
        to.add("abstentions", &self.abstentions);
        to.add("until", &self.until);
    }
}

/// A member comes back.
pub(crate) struct Unjailed<'a> {
    pub quorum: u64,
    pub validator: &'a ValAddress,
}

impl Event for Unjailed<'_> {
    const KIND: &'static str = "quorum.unjailed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("quorum", &self.quorum);
        to.add("validator", &self.validator);
    }
}
