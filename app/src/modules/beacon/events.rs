//! What is announced.

use proto::address::ValAddress;

use crate::event::{Attributes, Event};

/// A preimage was folded in.
pub(crate) struct Given {
    pub validator: ValAddress,
    pub value: [u8; 32],
}

impl Event for Given {
    const KIND: &'static str = "beacon.given";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("validator", &self.validator);
        to.text("value", &hex::encode(self.value));
    }
}

/// A proposer that has a chain gave nothing, or something else.
pub(crate) struct Withheld(pub ValAddress);

impl Event for Withheld {
    const KIND: &'static str = "beacon.withheld";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("validator", &self.0);
    }
}

/// A chain will be in force.
pub(crate) struct Registered {
    pub validator: ValAddress,
    pub epoch: u64,
}

impl Event for Registered {
    const KIND: &'static str = "beacon.registered";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("validator", &self.validator);
        to.add("epoch", &self.epoch);
    }
}
