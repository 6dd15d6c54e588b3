//! What an operator looked at before, as sketches: the least hashes of a content's chunks and of its rows. How many of the
//! least of both together two contents share is an unbiased estimate of how much they overlap (bottom-k MinHash, Broder
//! 1997).

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    sync::Mutex,
};

use proto::merkle::Hash;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Hashes in a sketch.
pub(super) const KEPT: usize = 256;
/// Contents that are remembered, the latest: some 4 KB each.
const MAX_SEEN: usize = 20_000;

/// Sketches of one content, each in order.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub(super) struct Sketches {
    /// Of its chunks.
    pub(super) chunks: Vec<u64>,
    /// Of its rows, if it has rows.
    pub(super) rows: Vec<u64>,
}

/// One content.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) task: u64,
    /// In hex.
    pub(super) sha256: String,
    pub(super) sketches: Sketches,
}

/// All that was seen, in a file that grows by a line a content.
pub(in crate::operator) struct Seen {
    inside: Mutex<(File, Vec<Known>)>,
}

/// The least [`KEPT`] of some hashes, in order.
pub(super) fn sketch(hashes: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut least = BTreeSet::new();
    hashes.for_each(|hash| keep(&mut least, hash));
    least.into_iter().collect()
}

/// Adds a hash to a sketch that is being made.
pub(super) fn keep(least: &mut BTreeSet<u64>, hash: u64) {
    if least.len() < KEPT || least.last().is_some_and(|last| hash < *last) {
        least.insert(hash);
        if least.len() > KEPT {
            least.pop_last();
        }
    }
}

/// The first eight bytes of a hash.
pub(super) fn short(hash: &Hash) -> u64 {
    u64::from_be_bytes(hash[..8].try_into().expect("eight bytes"))
}

/// How much two sketched sets overlap, in basis points of both together.
pub(super) fn overlap_bps(one: &[u64], other: &[u64]) -> u32 {
    let union: BTreeSet<u64> = one.iter().chain(other).copied().collect();
    let least: Vec<u64> = union.into_iter().take(KEPT).collect();
    let both =
        least.iter().filter(|hash| one.binary_search(hash).is_ok() && other.binary_search(hash).is_ok());
    match least.len() {
        0 => 0,
        all => u32::try_from(both.count() * 10_000 / all).unwrap_or(10_000),
    }
}

impl Seen {
    /// Reads what is there; a last line that was cut off by a crash is dropped.
    pub(in crate::operator) fn open(path: &Path) -> Result<Seen> {
        let mut known = Vec::new();
        if let Ok(file) = File::open(path) {
            for line in BufReader::new(file).lines() {
                let line = line.map_err(Error::at(path))?;
                if line.is_empty() {
                    continue;
                }
                match serde_json::from_str(&line) {
                    Ok(one) => known.push(one),
                    Err(error) => tracing::warn!(%error, "a line of seen.jsonl is skipped"),
                }
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(Error::at(path))?;
        let surplus = known.len().saturating_sub(MAX_SEEN);
        known.drain(..surplus);
        Ok(Seen { inside: Mutex::new((file, known)) })
    }

    /// Remembers a content, once.
    pub(super) fn add(&self, task: u64, sha256: &[u8], sketches: &Sketches) -> std::io::Result<()> {
        let (file, known) = &mut *self.inside.lock().expect("no panic while it is held");
        let one = Known { task, sha256: hex::encode(sha256), sketches: sketches.clone() };
        if known.iter().any(|other| other.sha256 == one.sha256) {
            return Ok(());
        }
        let line = serde_json::to_string(&one).map_err(std::io::Error::other)?;
        // a line that a crash cut off must not swallow this one
        file.write_all(format!("\n{line}\n").as_bytes())?;
        known.push(one);
        if known.len() > MAX_SEEN {
            known.remove(0);
        }
        Ok(())
    }

    /// Other contents that overlap by at least so much: by chunks or rows, whichever is more.
    pub(super) fn like(&self, sha256: &[u8], sketches: &Sketches, least_bps: u32) -> Vec<(Known, u32)> {
        let own = hex::encode(sha256);
        let (_, known) = &*self.inside.lock().expect("no panic while it is held");
        let others = known.iter().filter(|other| other.sha256 != own);
        let measured = others.map(|other| {
            let chunks = overlap_bps(&sketches.chunks, &other.sketches.chunks);
            let rows = overlap_bps(&sketches.rows, &other.sketches.rows);
            (other.clone(), chunks.max(rows))
        });
        measured.filter(|(_, bps)| *bps >= least_bps).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(from: u64, to: u64) -> Vec<u64> {
        // multiplication by an odd number spreads counters over all hashes
        (from..to).map(|at| at.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
    }

    #[test]
    fn overlap_is_estimated_near_what_it_is() {
        let one = sketch(spread(0, 10_000).into_iter());
        for (other, truth) in
            [(spread(0, 10_000), 10_000), (spread(5_000, 15_000), 3_333), (spread(20_000, 30_000), 0)]
        {
            let estimate = overlap_bps(&one, &sketch(other.into_iter()));
            assert!(estimate.abs_diff(truth) < 1_000, "{estimate} is not near {truth}");
        }
        assert_eq!(overlap_bps(&[], &[]), 0);
    }

    #[test]
    fn what_was_seen_is_known_after_a_restart_and_a_torn_line_is_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seen.jsonl");
        let sketches = Sketches { chunks: sketch(spread(0, 50).into_iter()), rows: Vec::new() };
        let seen = Seen::open(&path).unwrap();
        seen.add(1, &[1; 32], &sketches).unwrap();
        seen.add(1, &[1; 32], &sketches).unwrap();
        drop(seen);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"task\":2,\"sha").unwrap();
        let seen = Seen::open(&path).unwrap();
        seen.add(3, &[3; 32], &sketches).unwrap();
        drop(seen);
        let seen = Seen::open(&path).unwrap();
        let like: Vec<u64> =
            seen.like(&[9; 32], &sketches, 9_000).iter().map(|(known, _)| known.task).collect();
        assert_eq!(like, [1, 3]);
        assert_eq!(seen.like(&[1; 32], &sketches, 9_000).len(), 1, "a content is not like itself");
    }
}
