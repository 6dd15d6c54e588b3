//! The store alone: a million keys or ten, ten thousand updates a block, each block synced to disk.

use std::{path::Path, thread::sleep, time::Duration, time::Instant};

use anyhow::{Context, Result, bail};
use state::{Changes, Index, Options, Store};

use crate::{
    meter::{Meter, Report, Run, nanos},
    workload::{below, number},
};

/// Keys there are.
pub(crate) const KEYS: u64 = 1_000_000;
/// Keys where none of the peers came to an end.
pub(crate) const MANY_KEYS: u64 = 10_000_000;
/// Updates a block.
pub(crate) const BLOCK: u64 = 10_000;
/// Blocks that come first: afterwards what filled the store is in history, and only blocks like these are in memory.
pub(crate) const WARM: u64 = 40;
/// Blocks measured.
pub(crate) const ROUNDS: u64 = 50;
/// Keys written together while the store is filled.
const FILL: u64 = 100_000;
/// Proofs made.
const PROOFS: u64 = 2_000;

/// The key of an index: a hash, under the name of a store.
fn key(index: u64) -> Vec<u8> {
    [b"bench/".as_slice(), &number(&[index])].concat()
}

/// What it holds since a round.
pub(crate) fn value(round: u64, index: u64) -> Vec<u8> {
    number(&[round, index]).to_vec()
}

/// The j-th key of a round among so many: one of each stretch, so that all differ.
pub(crate) fn pick(keys: u64, round: u64, j: u64) -> u64 {
    let stride = keys / BLOCK;
    j * stride + below(&[round, j, 1], stride)
}

pub(crate) fn measure(folder: &Path, keys: u64) -> Result<Report> {
    let home = tempfile::tempdir_in(folder)?;
    let store = Store::open(home.path(), Options::default())?;
    for (part, from) in (0..keys).step_by(usize::try_from(FILL)?).enumerate() {
        let changes = (from..from + FILL).map(|index| (key(index), Some(value(0, index)))).collect();
        commit(&store, u64::try_from(part)? + 1, changes)?;
    }
    for round in 0..WARM {
        update(&store, keys, round)?;
    }
    store.drain()?;
    let mut report = Report { units: BLOCK, ..Report::default() };
    let meter = Meter::begin()?;
    for round in WARM..WARM + ROUNDS {
        report.runs.push(update(&store, keys, round)?);
    }
    store.drain()?; // so that what the blocks wrote is counted, all of it and nothing else
    meter.end(&mut report)?;
    report.extra.insert("proof_ns".into(), prove(&store, keys)?);
    drop(store);
    report.extra.insert("rebuild_ns".into(), reopen(home.path())?.1);
    let (store, _) = reopen(home.path())?;
    store.checkpoint()?;
    drop(store);
    report.extra.insert("restart_ns".into(), reopen(home.path())?.1);
    Ok(report)
}

/// One block of a round.
fn update(store: &Store, keys: u64, round: u64) -> Result<Run> {
    let picked = (0..BLOCK).map(|j| pick(keys, round, j));
    let changes = picked.map(|index| (key(index), Some(value(round + 1, index)))).collect();
    commit(store, store.height() + 1, changes)
}

fn commit(store: &Store, height: u64, changes: Changes) -> Result<Run> {
    let start = Instant::now();
    let staged = store.stage(height, changes)?;
    let finalize_ns = nanos(start.elapsed());
    let start = Instant::now();
    store.commit(staged, Index::default())?;
    Ok(Run { finalize_ns, commit_ns: nanos(start.elapsed()) })
}

/// Nanoseconds that a proof of what a key holds in the newest state takes.
fn prove(store: &Store, keys: u64) -> Result<u64> {
    let latest = store.latest();
    let start = Instant::now();
    for j in 0..PROOFS {
        latest
            .prove(&key(pick(keys, 99, j * (BLOCK / PROOFS))))?
            .context("the newest state can be proved")?;
    }
    Ok(nanos(start.elapsed()) / PROOFS)
}

/// Opens the store again, and how long that took. What still holds the old one lets go of it soon.
fn reopen(path: &Path) -> Result<(Store, u64)> {
    for _ in 0..100 {
        let start = Instant::now();
        match Store::open(path, Options::default()) {
            Ok(store) => return Ok((store, nanos(start.elapsed()))),
            Err(_) => sleep(Duration::from_millis(100)),
        }
    }
    bail!("the store cannot be opened again")
}
