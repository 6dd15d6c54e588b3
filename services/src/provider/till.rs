//! What became of vouchers at the chain.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// How long a voucher is refused before its channel is not served: the node may be a few blocks behind what it was given.
const SURE: Duration = Duration::from_secs(10);
/// After how long a refused voucher is tried again: what ended a use, such as a freeze, may be over.
const AGAIN: Duration = Duration::from_secs(3_600);

/// Of all channels.
#[derive(Default)]
pub(super) struct Till {
    /// Units that were redeemed, before the chain has been asked for the channel again.
    paid: HashMap<u64, u64>,
    refused: HashMap<u64, Refused>,
}

struct Refused {
    sequence: u64,
    why: String,
    first: Instant,
    last: Instant,
}

impl Refused {
    fn is_sure(&self) -> bool {
        self.last.duration_since(self.first) >= SURE
    }
}

impl Till {
    /// So many units of a channel are paid.
    pub(super) fn redeemed(&mut self, channel: u64, units: u64) {
        self.paid.insert(channel, units);
        self.refused.remove(&channel);
    }

    /// The chain did not take a channel's voucher.
    pub(super) fn refused(&mut self, channel: u64, sequence: u64, why: String, now: Instant) {
        let first = self.refused.get(&channel).map_or(now, |before| before.first);
        self.refused.insert(channel, Refused { sequence, why, first, last: now });
    }

    /// Why a channel is not served until the chain has taken another voucher of it.
    pub(super) fn stops(&self, channel: u64) -> Option<String> {
        let refused = self.refused.get(&channel).filter(|refused| refused.is_sure());
        refused.map(|refused| refused.why.clone())
    }

    /// Whether a voucher of a channel was refused, and it is not sure yet.
    pub(super) fn doubts(&self, channel: u64) -> bool {
        self.refused.get(&channel).is_some_and(|refused| !refused.is_sure())
    }

    /// Whether a voucher for so many units should be redeemed.
    pub(super) fn is_due(&self, channel: u64, sequence: u64, units: u64, now: Instant) -> bool {
        let again = |refused: &Refused| {
            refused.sequence != sequence
                || !refused.is_sure()
                || now.saturating_duration_since(refused.last) >= AGAIN
        };
        units > self.paid.get(&channel).copied().unwrap_or(0) && self.refused.get(&channel).is_none_or(again)
    }

    /// Nothing more comes of a channel.
    pub(super) fn forget(&mut self, channel: u64) {
        self.paid.remove(&channel);
        self.refused.remove(&channel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_paid_is_not_redeemed_again() {
        let (mut till, now) = (Till::default(), Instant::now());
        assert!(till.is_due(5, 1, 7, now));
        till.redeemed(5, 7);
        assert!(!till.is_due(5, 1, 7, now) && !till.is_due(5, 2, 7, now));
        assert!(till.is_due(5, 3, 8, now) && till.is_due(6, 1, 7, now));
        till.forget(5);
        assert!(till.is_due(5, 1, 7, now));
    }

    #[test]
    fn a_channel_whose_voucher_stays_refused_is_not_served_until_another_is_redeemed() {
        let (mut till, begun) = (Till::default(), Instant::now());
        let refuse = |till: &mut Till, sequence, seconds| {
            till.refused(5, sequence, "the use ended".into(), begun + Duration::from_secs(seconds));
        };
        refuse(&mut till, 4, 0);
        assert!(till.doubts(5) && till.stops(5).is_none() && till.is_due(5, 4, 7, begun));
        refuse(&mut till, 4, 12);
        assert!(!till.doubts(5) && till.stops(5).is_some_and(|why| why == "the use ended"));
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert!(!till.is_due(5, 4, 7, at(60)) && till.is_due(5, 4, 7, at(3_700)), "once an hour");
        assert!(till.is_due(5, 5, 7, at(60)), "another is tried at once");
        refuse(&mut till, 5, 60);
        assert!(till.stops(5).is_some() && !till.is_due(5, 5, 7, at(70)));
        assert!(till.stops(6).is_none() && till.is_due(6, 4, 7, begun), "other channels go on");
        till.redeemed(5, 9);
        assert!(till.stops(5).is_none());
    }
}
