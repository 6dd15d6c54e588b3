//! What the module announces.

use proto::{coin::Coins, lazchain::rewards::v1 as pb};

use super::types::Party;
use crate::event::{Attributes, Event};

pub(crate) struct EpochEnded<'a> {
    pub emission: &'a pb::Emission,
}

impl Event for EpochEnded<'_> {
    const KIND: &'static str = "rewards.epoch_ended";

    fn attributes(&self, to: &mut Attributes<'_>) {
        let emission = self.emission;
        to.add("epoch", &emission.epoch);
        to.text("most", &emission.most);
        to.text("stakers", &emission.stakers);
        to.text("quorums_most", &emission.quorums_most);
        to.text("idaos_most", &emission.idaos_most);
        to.text("providers_most", &emission.providers_most);
    }
}

pub(crate) struct Emitted<'a> {
    pub party: &'a Party,
    pub epoch: u64,
    pub minted: &'a Coins,
}

impl Event for Emitted<'_> {
    const KIND: &'static str = "rewards.emission";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("party", &self.party);
        to.add("epoch", &self.epoch);
        to.add("minted", &self.minted);
    }
}
