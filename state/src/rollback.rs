//! Taking back blocks.

use crate::behind;
use crate::codec;
use crate::commit::name_of;
use crate::core::{self, Core};
use crate::db::Family;
use crate::fault::Fault;
use crate::history;
use crate::load;
use crate::merge::Ask;
use rocksdb::WriteBatch;
use std::path::Path;
use std::sync::PoisonError;

/// The lowest height that blocks can be taken back to: where undo records begin, or the height before if its root is
/// known still.
pub(crate) fn lowest(core: &Core) -> Result<u64, Fault> {
    let first = core.db.page(Family::Undo, &Ask { prefix: &[], past: None, back: false, limit: 1 })?;
    let Some(first) = first.first() else { return Ok(core.latest().height) };
    let first = load::height_of(first)?;
    let before = first.saturating_sub(1);
    Ok(if core::read_root(&core.db, before)?.is_some() { before } else { first })
}

/// Takes back blocks, newest first, in one batch.
pub(crate) fn rollback(core: &Core, to: u64, checkpoint: &Path) -> Result<(), Fault> {
    let _one_at_a_time = core.writing.lock().unwrap_or_else(PoisonError::into_inner);
    let height = core.latest().height;
    if to >= height {
        return Err(Fault::misuse(format!(
            "the newest height is {height}, so {to} is nothing to go back to"
        )));
    }
    let app_hash = core::read_root(&core.db, to)?
        .ok_or_else(|| Fault::misuse(format!("height {to} is not known any more")))?;
    let (db, mut batch) = (&core.db, WriteBatch::default());
    for at in (to.saturating_add(1)..=height).rev() {
        let record = db
            .get(Family::Undo, &at.to_be_bytes())?
            .ok_or_else(|| Fault::misuse(format!("how to take back height {at} is not known any more")))?;
        for (key, before) in codec::decode_changes(&record)? {
            match before {
                Some(value) => {
                    db.put(&mut batch, Family::Latest, &key, &value);
                    // the name of a removed key may have been forgotten
                    let (name, within) = name_of(&key)?;
                    db.put(&mut batch, Family::Keys, &name, within);
                }
                None => db.delete(&mut batch, Family::Latest, &key),
            }
            db.delete(&mut batch, Family::History, &history::entry_key(&key, at));
        }
        db.delete(&mut batch, Family::Undo, &at.to_be_bytes());
        db.delete(&mut batch, Family::Meta, &core::root_key(at));
    }
    core::put_latest(db, &mut batch, to, &app_hash);
    let history_to = core.history_to().min(to);
    core::put_history_to(db, &mut batch, history_to);
    fail::fail_point!("rollback.before-write", |_| Err(Fault::disk("rollback", "failpoint before write")));
    db.write(batch, true)?;
    fail::fail_point!("rollback.after-write", |_| Err(Fault::disk("rollback", "failpoint after write")));
    core.replace(load::versions(db, &core.options, checkpoint)?);
    *core.durable() = to;
    core.set_history_to(history_to);
    behind::catch_up(core)?;
    Ok(())
}
