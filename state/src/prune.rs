//! Forgetting old heights, online. History entries vanish as RocksDB compacts them; records keyed by height are deleted
//! by range.

use crate::core::{self, Core};
use crate::db::Family;
use crate::fault::Fault;
use crate::options::Pruning;
use rocksdb::WriteBatch;
use std::sync::PoisonError;

/// Blocks between two times that records keyed by height are deleted: each leaves a mark that reading steps over.
const FORGET_EVERY: u64 = 64;

/// Adds to the batch of `height` what is forgotten with it; returns the earliest readable height if it moves.
pub(crate) fn round(core: &Core, height: u64, batch: &mut WriteBatch) -> Option<u64> {
    if height.is_multiple_of(FORGET_EVERY) {
        let (undo_from, _) = cuts(core, height, core.history_from());
        forget_undo(core, undo_from, batch);
    }
    let keep = core.options.pruning.keep()?;
    let everything = core.options.pruning == Pruning::Everything;
    if !everything && !height.is_multiple_of(core.options.pruning.interval()) {
        return None;
    }
    let before = core.history_from();
    let earliest = core.advance_earliest(height.saturating_sub(keep));
    if earliest != before {
        core::put_earliest(&core.db, batch, earliest);
    }
    if height.is_multiple_of(FORGET_EVERY) {
        let (_, roots_from) = cuts(core, height, earliest);
        forget_roots(core, roots_from, batch);
    }
    Some(earliest)
}

/// Forgets what the settings say, at once, and gives the space back.
pub(crate) fn now(core: &Core) -> Result<(), Fault> {
    let _one_at_a_time = core.writing.lock().unwrap_or_else(PoisonError::into_inner);
    let height = core.latest().height;
    let Some(keep) = core.options.pruning.keep() else { return Ok(()) };
    let earliest = core.advance_earliest(height.saturating_sub(keep));
    let mut batch = WriteBatch::default();
    core::put_earliest(&core.db, &mut batch, earliest);
    let (undo_from, roots_from) = cuts(core, height, earliest);
    forget_undo(core, undo_from, &mut batch);
    forget_roots(core, roots_from, &mut batch);
    fail::fail_point!("prune.before-write", |_| Err(Fault::disk("pruning", "failpoint before write")));
    core.db.write(batch, true)?;
    fail::fail_point!("prune.after-write", |_| Err(Fault::disk("pruning", "failpoint after write")));
    core.forget_when_durable(height, earliest);
    core.set_durable(height);
    core.db.compact(Family::History);
    core.db.compact(Family::Undo);
    Ok(())
}

/// Below which heights undo records and roots are not needed any more.
fn cuts(core: &Core, height: u64, earliest: u64) -> (u64, u64) {
    let rollback = core.options.rollback_blocks.max(u64::from(core.options.recent)).saturating_add(1);
    // history is written from undo records after a crash
    let undo_from = height.saturating_sub(rollback).min(core.history_to());
    (undo_from, earliest.min(undo_from))
}

fn forget_undo(core: &Core, from: u64, batch: &mut WriteBatch) {
    core.db.delete_range(batch, Family::Undo, &0u64.to_be_bytes(), &from.to_be_bytes());
}

fn forget_roots(core: &Core, from: u64, batch: &mut WriteBatch) {
    core.db.delete_range(batch, Family::Meta, &core::root_key(0), &core::root_key(from));
}
