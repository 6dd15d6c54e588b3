//! What slashing announces, in Cosmos' words.

use proto::{address::ConsAddress, amount::Amount};

use crate::event::{Attributes, Event};

/// A block that a validator did not sign.
pub(crate) struct Missed {
    pub validator: ConsAddress,
    pub missed: u64,
    pub height: u64,
}

impl Event for Missed {
    const KIND: &'static str = "liveness";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("address", &self.validator);
        to.add("missed_blocks", &self.missed);
        to.add("height", &self.height);
    }
}

pub(crate) struct Slashed {
    pub validator: ConsAddress,
    pub power: u64,
    pub reason: &'static str,
    /// Whether it was jailed for the same.
    pub jailed: bool,
    pub burnt: Amount,
}

impl Event for Slashed {
    const KIND: &'static str = "slash";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("address", &self.validator);
        to.add("power", &self.power);
        to.text("reason", self.reason);
        if self.jailed {
            to.add("jailed", &self.validator);
        }
        to.add("burned_coins", &self.burnt);
    }
}

/// Jailed without more.
pub(crate) struct Jailed(pub ConsAddress);

impl Event for Jailed {
    const KIND: &'static str = "slash";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("jailed", &self.0);
    }
}
