//! What slashing announces, in Cosmos' words.

use proto::{address::ConsAddress, amount::Amount};

use crate::event::Event;

/// A block that a validator did not sign.
pub(crate) struct Missed {
    pub validator: ConsAddress,
    pub missed: u64,
    pub height: u64,
}

impl Event for Missed {
    const KIND: &'static str = "liveness";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("address", self.validator.to_string()),
            ("missed_blocks", self.missed.to_string()),
            ("height", self.height.to_string()),
        ]
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

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![
            ("address", self.validator.to_string()),
            ("power", self.power.to_string()),
            ("reason", self.reason.to_owned()),
        ];
        if self.jailed {
            attributes.push(("jailed", self.validator.to_string()));
        }
        attributes.push(("burned_coins", self.burnt.to_string()));
        attributes
    }
}

/// Jailed without more.
pub(crate) struct Jailed(pub ConsAddress);

impl Event for Jailed {
    const KIND: &'static str = "slash";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("jailed", self.0.to_string())]
    }
}
