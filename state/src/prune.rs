//! Forgetting old heights, online. History entries vanish as RocksDB compacts them, the log loses its oldest segments, and
//! roots are deleted by range.

use crate::batch::Batch;
use crate::core::{self, Core};
use crate::db::Family;
use crate::fault::Fault;
use crate::log::Kind;
use crate::options::Pruning;
use std::sync::PoisonError;

/// Blocks between two times that the log and roots are looked after: each leaves a mark among the roots that reading steps
/// over.
const FORGET_EVERY: u64 = 64;
/// Where blocks are so large that the log of those that may be rolled back would take more, fewer may be.
const MOST_LOG_BYTES: u64 = 1 << 30;

/// Adds to the batch of `height` what is forgotten with it; returns the earliest readable height if it moves.
pub(crate) fn round(core: &Core, height: u64, batch: &mut Batch) -> Result<Option<u64>, Fault> {
    if height.is_multiple_of(FORGET_EVERY) {
        forget_log(core, height)?;
    }
    let Some(keep) = core.options.pruning.keep() else { return Ok(None) };
    let everything = core.options.pruning == Pruning::Everything;
    if !everything && !height.is_multiple_of(core.options.pruning.interval()) {
        return Ok(None);
    }
    let before = core.history_from();
    let earliest = core.advance_earliest(height.saturating_sub(keep));
    if earliest != before {
        core::put_earliest(&core.db, batch, earliest);
    }
    if height.is_multiple_of(FORGET_EVERY) {
        forget_roots(core, earliest.min(log_from(core, height)), batch);
    }
    Ok(Some(earliest))
}

/// Forgets what the settings say, at once, and gives the space back.
pub(crate) fn now(core: &Core) -> Result<(), Fault> {
    let _one_at_a_time = core.writing.lock().unwrap_or_else(PoisonError::into_inner);
    let height = core.latest().height;
    if let Some(keep) = core.options.pruning.keep() {
        let earliest = core.advance_earliest(height.saturating_sub(keep));
        let mut batch = Batch::default();
        core::put_earliest(&core.db, &mut batch, earliest);
        forget_roots(core, earliest.min(log_from(core, height)), &mut batch);
        fail::fail_point!("prune.before-write", |_| Err(Fault::disk("pruning", "failpoint before write")));
        core.db.write(Kind::Rows, batch, true)?;
        fail::fail_point!("prune.after-write", |_| Err(Fault::disk("pruning", "failpoint after write")));
        core.forget_when_durable(height, earliest);
        core.set_durable(height);
        core.db.compact(Family::History);
    }
    core.db.flush()?;
    forget_log(core, height)
}

/// From which height on the log is kept.
fn log_from(core: &Core, height: u64) -> u64 {
    let rollback = core.options.rollback_blocks.max(u64::from(core.options.recent)).saturating_add(1);
    // history is written from the log after a crash
    height.saturating_sub(rollback).min(core.history_to())
}

fn forget_log(core: &Core, height: u64) -> Result<(), Fault> {
    let recent = height.saturating_sub(u64::from(core.options.recent).saturating_add(1));
    core.db.forget_log(log_from(core, height), recent.min(core.history_to()), MOST_LOG_BYTES)
}

fn forget_roots(core: &Core, from: u64, batch: &mut Batch) {
    batch.delete_range(&core.db, Family::Meta, &core::root_key(0), &core::root_key(from));
}
