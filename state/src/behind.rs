//! History is written behind the commits. What a block changed is in memory while its height is among the recent ones,
//! and in the log on disk; its entries in history are needed only when it leaves memory. So those of several blocks are
//! written together, as one sorted table that the database takes over, and no commit waits for them.

use crate::codec::undo_of;
use crate::core::Core;
use crate::db::Family;
use crate::fault::Fault;
use crate::history;
use crate::read::Changes;
use crate::version::Version;
use std::sync::{Arc, PoisonError};

/// Blocks written together.
const TOGETHER: usize = 8;
/// So many blocks may wait; then commits wait for them.
const MOST_WAITING: usize = 32;

/// Writes, on a thread of its own, what is due.
pub(crate) fn write_soon(core: &Arc<Core>) -> Result<(), Fault> {
    let waiting = core.waiting().len();
    if waiting < TOGETHER {
        return Ok(());
    }
    let mut writer = core.writer();
    if waiting < MOST_WAITING && writer.as_ref().is_some_and(|writer| !writer.is_finished()) {
        return Ok(());
    }
    if writer.take().is_some_and(|writer| writer.join().is_err()) {
        return Err(Fault::misuse("writing history ended in a panic"));
    }
    let core = Arc::clone(core);
    let work = move || {
        if let Err(fault) = write(&core, &core.waiting()) {
            core.fail(fault);
        }
    };
    let thread = std::thread::Builder::new().name("store-history".into());
    *writer = Some(thread.spawn(work).map_err(|why| Fault::disk("starting a thread to write history", why))?);
    Ok(())
}

/// Writes what is due, and returns when it is written.
pub(crate) fn write_due(core: &Core) -> Result<(), Fault> {
    let _no_commit = core.writing.lock().unwrap_or_else(PoisonError::into_inner);
    core.settle();
    core.failure().map_or_else(|| write(core, &core.waiting()), Err)
}

fn write(core: &Core, versions: &[Arc<Version>]) -> Result<(), Fault> {
    let blocks: Vec<(u64, &Changes)> =
        versions.iter().map(|version| (version.height, &version.undo)).collect();
    put(core, &blocks)
}

/// Writes, from the log, what a crash kept from being written and is in memory no more.
pub(crate) fn catch_up(core: &Core) -> Result<(), Fault> {
    let (from, until) = (core.history_to(), core.oldest().height);
    let Some(mut heights) = core.db.chain(from, until) else {
        // a power failure took the end of the log, of which the tables had more: what was before is not known any more
        return core.begin_history(until);
    };
    heights.reverse();
    for heights in heights.chunks(TOGETHER) {
        let undo = |height: &u64| Ok((*height, undo_of(core.db.replaced(*height)?)));
        let blocks: Vec<(u64, Changes)> = heights.iter().map(undo).collect::<Result<_, Fault>>()?;
        put(core, &blocks.iter().map(|(height, undo)| (*height, undo)).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// One entry: key, height, and what the key held before it.
type Row<'a> = (&'a [u8], u64, Option<&'a [u8]>);

/// Writes the entries of blocks, which are in the order of their heights.
fn put(core: &Core, blocks: &[(u64, &Changes)]) -> Result<(), Fault> {
    let Some((last, _)) = blocks.last() else { return Ok(()) };
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (height, undo) in blocks {
        rows.extend(undo.iter().map(|(key, before)| (key.as_slice(), *height, before.as_deref())));
    }
    rows.sort_unstable();
    fail::fail_point!("history.before-table", |_| Err(Fault::disk("history", "failpoint before table")));
    core.db.take_over(Family::History, rows.into_iter().map(entry))?;
    fail::fail_point!("history.after-table", |_| Err(Fault::disk("history", "failpoint after table")));
    core.set_history_to(*last);
    Ok(())
}

/// As it is stored. Values are never empty, so an empty one means that there was none.
fn entry<'a>((key, height, before): Row<'a>) -> (Vec<u8>, &'a [u8]) {
    (history::entry_key(key, height), before.unwrap_or_default())
}
