//! Taking back blocks.

use crate::batch::Batch;
use crate::behind;
use crate::codec::Replaced;
use crate::commit::name_of;
use crate::core::{self, Core};
use crate::db::Family;
use crate::fault::Fault;
use crate::history;
use crate::load;
use crate::log::Kind;
use std::path::Path;
use std::sync::PoisonError;

/// The lowest height that blocks can be taken back to: as far as the log goes, and roots are known.
pub(crate) fn lowest(core: &Core) -> Result<u64, Fault> {
    let mut lowest = core.latest().height;
    while let Some(below) = core.db.below(lowest) {
        if core::read_root(&core.db, below)?.is_none() {
            break;
        }
        lowest = below;
    }
    Ok(lowest)
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
    let (db, mut batch) = (&core.db, Batch::default());
    let heights = db.chain(to, height).ok_or_else(|| {
        Fault::misuse(format!("how to take back what came after height {to} is not known any more"))
    })?;
    for at in heights {
        for Replaced { key, before, .. } in db.replaced(at)? {
            match before {
                Some(value) => {
                    batch.put(db, Family::Latest, &key, &value);
                    // the name of a removed key may have been forgotten
                    let (name, within) = name_of(&key)?;
                    batch.put(db, Family::Keys, &name, within);
                }
                None => batch.delete(db, Family::Latest, &key),
            }
            batch.delete(db, Family::History, &history::entry_key(&key, at));
        }
        batch.delete(db, Family::Meta, &core::root_key(at));
    }
    core::put_latest(db, &mut batch, to, &app_hash);
    let history_to = core.history_to().min(to);
    core::put_history_to(db, &mut batch, history_to);
    fail::fail_point!("rollback.before-write", |_| Err(Fault::disk("rollback", "failpoint before write")));
    db.write(Kind::Back { to }, batch, true)?;
    fail::fail_point!("rollback.before-flush", |_| Err(Fault::disk("rollback", "failpoint before flush")));
    // at once, since it also takes back tables of history, which are written beside the log
    db.flush()?;
    fail::fail_point!("rollback.after-write", |_| Err(Fault::disk("rollback", "failpoint after write")));
    core.replace(load::versions(db, &core.options, checkpoint)?);
    *core.durable() = to;
    core.set_history_to(history_to);
    behind::catch_up(core)?;
    Ok(())
}
