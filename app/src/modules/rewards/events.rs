//! What the module announces.

use proto::{coin::Coins, lazchain::rewards::v1 as pb};

use super::types::Party;
use crate::event::Event;

pub(crate) struct EpochEnded<'a> {
    pub emission: &'a pb::Emission,
}

impl Event for EpochEnded<'_> {
    const KIND: &'static str = "rewards.epoch_ended";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let emission = self.emission;
        vec![
            ("epoch", emission.epoch.to_string()),
            ("most", emission.most.clone()),
            ("stakers", emission.stakers.clone()),
            ("quorums_most", emission.quorums_most.clone()),
            ("idaos_most", emission.idaos_most.clone()),
            ("providers_most", emission.providers_most.clone()),
        ]
    }
}

pub(crate) struct Emitted<'a> {
    pub party: &'a Party,
    pub epoch: u64,
    pub minted: &'a Coins,
}

impl Event for Emitted<'_> {
    const KIND: &'static str = "rewards.emission";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("party", self.party.to_string()),
            ("epoch", self.epoch.to_string()),
            ("minted", self.minted.to_string()),
        ]
    }
}
