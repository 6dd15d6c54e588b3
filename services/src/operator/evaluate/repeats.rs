//! Repeated rows, counted in bounded memory.

use std::collections::HashMap;

use crate::operator::report::BEST;

/// Hashes of rows that are held to count repeated ones; beyond it every second is, then every fourth, ..
const MAX_ROWS_HELD: usize = 2_000_000;

/// How many rows repeat another, by a sample that is held to a bound (adaptive sampling, Flajolet 1990).
#[derive(Default)]
pub(super) struct Repeats {
    level: u32,
    counts: HashMap<u64, u32>,
}

impl Repeats {
    pub(super) fn see(&mut self, hash: u64) {
        if hash.trailing_zeros() < self.level {
            return;
        }
        *self.counts.entry(hash).or_default() += 1;
        while self.counts.len() > MAX_ROWS_HELD {
            self.level += 1;
            let level = self.level;
            self.counts.retain(|hash, _| hash.trailing_zeros() >= level);
        }
    }

    pub(super) fn bps(&self) -> u32 {
        let rows: u64 = self.counts.values().map(|count| u64::from(*count)).sum();
        bps(rows - self.counts.len() as u64, rows)
    }
}

/// A part in basis points of the whole; nothing of nothing.
pub(super) fn bps(part: u64, whole: u64) -> u32 {
    (part * 10_000).checked_div(whole).map_or(0, |share| u32::try_from(share).unwrap_or(BEST))
}
