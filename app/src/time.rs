//! Block time: nanoseconds since 1970, compared as they are (seconds are for people).

use std::fmt;

use prost_types::{Duration, Timestamp};

const NANOS: u64 = 1_000_000_000;

/// A moment, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(u64);

/// A length of time, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(u64);

impl Time {
    /// 1970.
    pub const EPOCH: Time = Time(0);
    /// Later than any block: 9999-12-31T23:59:59Z is what Cosmos calls forever; ours is the largest that fits.
    pub const FOREVER: Time = Time(u64::MAX);

    /// From nanoseconds since 1970.
    pub const fn from_nanos(nanos: u64) -> Time {
        Time(nanos)
    }

    /// From whole seconds since 1970.
    pub const fn from_secs(secs: u64) -> Time {
        Time(secs.saturating_mul(NANOS))
    }

    /// Nanoseconds since 1970.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Whole seconds since 1970.
    #[allow(clippy::arithmetic_side_effects, reason = "a division by a constant other than 0")]
    pub const fn secs(self) -> u64 {
        self.0 / NANOS
    }

    /// So much later; the largest time there is if that would not fit.
    pub const fn plus(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }

    /// So much earlier, not before 1970.
    pub const fn minus(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.0))
    }

    /// The time since `earlier`, nothing if that is later.
    pub const fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// From the wire; before 1970 is 1970, and out of range is the largest time.
    pub fn from_wire(wire: &Timestamp) -> Time {
        let Ok(secs) = u64::try_from(wire.seconds) else { return Time::EPOCH };
        let nanos = u64::try_from(wire.nanos).unwrap_or(0);
        Time(secs.saturating_mul(NANOS).saturating_add(nanos))
    }

    /// The wire form.
    #[allow(clippy::arithmetic_side_effects, reason = "a remainder by a constant other than 0")]
    pub fn wire(self) -> Timestamp {
        let seconds = i64::try_from(self.secs()).expect("2^64 nanoseconds are 2^35 seconds");
        let nanos = i32::try_from(self.0 % NANOS).expect("below 10^9");
        Timestamp { seconds, nanos }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // RFC 3339, the fraction as short as Go writes it
        let wire = self.wire();
        let whole = Timestamp { seconds: wire.seconds, nanos: 0 }.to_string();
        let whole = whole.trim_end_matches('Z');
        if wire.nanos == 0 {
            write!(f, "{whole}Z")
        } else {
            let fraction = format!("{:09}", wire.nanos);
            write!(f, "{whole}.{}Z", fraction.trim_end_matches('0'))
        }
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// From nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Span {
        Span(nanos)
    }

    /// From seconds.
    pub const fn from_secs(secs: u64) -> Span {
        Span(secs.saturating_mul(NANOS))
    }

    /// Nanoseconds.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Whole seconds.
    #[allow(clippy::arithmetic_side_effects, reason = "a division by a constant other than 0")]
    pub const fn secs(self) -> u64 {
        self.0 / NANOS
    }

    /// From the wire: absent, negative or out of range is nothing.
    pub fn from_wire(wire: Option<&Duration>) -> Option<Span> {
        let wire = wire?;
        let secs = u64::try_from(wire.seconds).ok()?;
        let nanos = u64::try_from(wire.nanos).ok()?;
        secs.checked_mul(NANOS)?.checked_add(nanos).map(Span)
    }

    /// The wire form.
    #[allow(clippy::arithmetic_side_effects, reason = "a remainder by a constant other than 0")]
    pub fn wire(self) -> Duration {
        let seconds = i64::try_from(self.secs()).expect("2^64 nanoseconds are 2^35 seconds");
        let nanos = i32::try_from(self.0 % NANOS).expect("below 10^9");
        Duration { seconds, nanos }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_clients_expect() {
        assert_eq!(Time::from_nanos(1_700_000_000_000_000_000).to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(Time::from_nanos(1_700_000_000_120_000_000).to_string(), "2023-11-14T22:13:20.12Z");
        let time = Time::from_nanos(1_700_000_000_120_000_001);
        assert_eq!(Time::from_wire(&time.wire()), time);
    }

    #[test]
    fn no_time_is_before_1970_and_none_overflows() {
        assert_eq!(Time::from_wire(&Timestamp { seconds: -1, nanos: 0 }), Time::EPOCH);
        assert_eq!(Time::FOREVER.plus(Span::from_secs(1)), Time::FOREVER);
        assert_eq!(Time::from_secs(1).minus(Span::from_secs(2)), Time::EPOCH);
        assert_eq!(Span::from_wire(Some(&Duration { seconds: -1, nanos: 0 })), None);
    }
}
