//! What is known of a validator's duty, and the parameters.

use proto::{address::ConsAddress, cosmos::slashing::v1beta1 as pb, dec::Dec};
use state::{Fault, Record, Value, value};

use crate::{
    error::{Error, Result, Sdk},
    node::signed,
    time::{Span, Time},
};

/// Most blocks of a window that governance may set.
pub(crate) const MAX_WINDOW: u64 = 1_000_000;
/// What Cosmos calls for ever: the last second of the year 9999.
const FOREVER_SECONDS: i64 = 253_402_300_799;

/// How well a validator signs.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct SigningInfo {
    /// Since when it is watched.
    #[prost(uint64, tag = "1")]
    pub start_height: u64,
    /// Blocks seen since.
    #[prost(uint64, tag = "2")]
    pub index_offset: u64,
    /// Nanoseconds since 1970 before which it may not come back.
    #[prost(uint64, tag = "3")]
    pub jailed_until: u64,
    /// Whether it may never come back.
    #[prost(bool, tag = "4")]
    pub tombstoned: bool,
    /// Blocks of the window that it missed.
    #[prost(uint64, tag = "5")]
    pub missed: u64,
    /// The window that this was counted in.
    #[prost(uint64, tag = "6")]
    pub window: u64,
}

impl Record for SigningInfo {}

impl SigningInfo {
    /// Of one that is watched from now on.
    pub(crate) fn since(height: u64, window: u64) -> SigningInfo {
        SigningInfo { start_height: height, window, ..SigningInfo::default() }
    }

    /// As clients and genesis files have it.
    pub(crate) fn wire(&self, cons: &ConsAddress) -> pb::ValidatorSigningInfo {
        let until = Time::from_nanos(self.jailed_until);
        let jailed_until = if until == Time::FOREVER {
            prost_types::Timestamp { seconds: FOREVER_SECONDS, nanos: 0 }
        } else {
            until.wire()
        };
        pb::ValidatorSigningInfo {
            address: cons.to_string(),
            start_height: signed(self.start_height),
            index_offset: signed(self.index_offset),
            jailed_until: Some(jailed_until),
            tombstoned: self.tombstoned,
            missed_blocks_counter: signed(self.missed),
        }
    }

    /// From a genesis file, with the window of its parameters.
    pub(crate) fn parse(wire: &pb::ValidatorSigningInfo, window: u64) -> Result<SigningInfo> {
        let number = |number: i64| u64::try_from(number).map_err(|_| refused("a number is negative"));
        Ok(SigningInfo {
            start_height: number(wire.start_height)?,
            index_offset: number(wire.index_offset)?,
            jailed_until: wire.jailed_until.as_ref().map_or(Time::EPOCH, Time::from_wire).nanos(),
            tombstoned: wire.tombstoned,
            missed: number(wire.missed_blocks_counter)?,
            window,
        })
    }
}

fn refused(text: &str) -> Error {
    Sdk::InvalidRequest(text.to_owned()).into()
}

/// What governance can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Params {
    /// Blocks that are looked back on.
    pub signed_blocks_window: u64,
    /// The part of them that a validator must have signed.
    pub min_signed_per_window: Dec,
    /// How long it is kept out if it has not.
    pub downtime_jail_duration: Span,
    /// What signing twice costs.
    pub slash_fraction_double_sign: Dec,
    /// What not signing costs.
    pub slash_fraction_downtime: Dec,
}

impl Params {
    /// What a new chain starts with: Cosmos' defaults.
    pub(crate) fn start() -> Params {
        Params {
            signed_blocks_window: 100,
            min_signed_per_window: Dec::percent(50),
            downtime_jail_duration: Span::from_secs(600),
            slash_fraction_double_sign: Dec::percent(5),
            slash_fraction_downtime: Dec::percent(1),
        }
    }

    /// Blocks of a window that may be missed.
    pub(crate) fn max_missed(&self) -> Result<u64> {
        let window = Dec::whole(proto::amount::Amount::new(self.signed_blocks_window.into()));
        // half to even, as Cosmos rounds
        let least =
            Dec::raw(1).times_ratio_round(self.min_signed_per_window.times_floor(window)?, Dec::ONE)?;
        let least = u64::try_from(least.to_raw()).unwrap_or(u64::MAX);
        Ok(self.signed_blocks_window.saturating_sub(least))
    }

    /// From the wire, each field in its range.
    pub(crate) fn parse(wire: &pb::Params) -> Result<Params> {
        let window = u64::try_from(wire.signed_blocks_window).unwrap_or(0);
        if !(1..=MAX_WINDOW).contains(&window) {
            let text = format!(
                "signed blocks window is {}; it must be between 1 and {MAX_WINDOW}",
                wire.signed_blocks_window
            );
            return Err(refused(&text));
        }
        let part = |name: &str, bytes: &[u8]| -> Result<Dec> {
            let part = std::str::from_utf8(bytes).ok().and_then(|text| Dec::from_wire(text).ok());
            let part = part.filter(|part| *part <= Dec::ONE);
            part.ok_or_else(|| refused(&format!("{name} must be between 0 and 1")))
        };
        let pause = Span::from_wire(wire.downtime_jail_duration.as_ref()).unwrap_or(Span::ZERO);
        if pause == Span::ZERO {
            return Err(refused("downtime jail duration must be positive"));
        }
        Ok(Params {
            signed_blocks_window: window,
            min_signed_per_window: part("min signed per window", &wire.min_signed_per_window)?,
            downtime_jail_duration: pause,
            slash_fraction_double_sign: part("double sign slash fraction", &wire.slash_fraction_double_sign)?,
            slash_fraction_downtime: part("downtime slash fraction", &wire.slash_fraction_downtime)?,
        })
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> pb::Params {
        pb::Params {
            signed_blocks_window: signed(self.signed_blocks_window),
            min_signed_per_window: self.min_signed_per_window.wire().into_bytes(),
            downtime_jail_duration: Some(self.downtime_jail_duration.wire()),
            slash_fraction_double_sign: self.slash_fraction_double_sign.wire().into_bytes(),
            slash_fraction_downtime: self.slash_fraction_downtime.wire().into_bytes(),
        }
    }
}

impl Value for Params {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Params, Fault> {
        let wire = value::decode_pb("slashing parameters", bytes)?;
        Params::parse(&wire).map_err(|error| Fault::corrupt("slashing parameters", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blocks_that_may_be_missed_are_rounded_half_to_even() {
        let max = |window, percent| {
            let min_signed_per_window = Dec::percent(percent);
            let params = Params { signed_blocks_window: window, min_signed_per_window, ..Params::start() };
            params.max_missed().expect("small numbers")
        };
        assert_eq!((max(100, 50), max(10, 5), max(10, 15), max(3, 100), max(3, 0)), (50, 10, 8, 0, 3));
    }
}
