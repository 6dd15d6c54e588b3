//! What the module announces, in Cosmos' words.

use proto::{amount::Amount, dec::Dec};

use super::types::Minter;
use crate::event::Event;

pub(crate) struct Minted {
    pub bonded: Dec,
    pub minter: Minter,
    pub amount: Amount,
}

impl Event for Minted {
    const KIND: &'static str = "mint";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("bonded_ratio", self.bonded.to_string()),
            ("inflation", self.minter.inflation.to_string()),
            ("annual_provisions", self.minter.annual_provisions.to_string()),
            ("amount", self.amount.to_string()),
        ]
    }
}
