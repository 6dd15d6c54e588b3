//! What the module announces, in Cosmos' words.

use proto::{amount::Amount, dec::Dec};

use super::types::Minter;
use crate::event::{Attributes, Event};

pub(crate) struct Minted {
    pub bonded: Dec,
    pub minter: Minter,
    pub amount: Amount,
}

impl Event for Minted {
    const KIND: &'static str = "mint";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("bonded_ratio", &self.bonded);
        to.add("inflation", &self.minter.inflation);
        to.add("annual_provisions", &self.minter.annual_provisions);
        to.add("amount", &self.amount);
    }
}
