//! The database and its log: every batch is in the log before it is in the database.

use crate::batch::{self, Batch};
use crate::codec::Replaced;
use crate::db::{Db, Family};
use crate::fault::Fault;
use crate::log::{Kind, Log, Place};
use rocksdb::{DB, ReadOptions, ReadTier};
use std::sync::{MutexGuard, PoisonError};

/// Key of the number of the last record of the log that is in the database.
const LOGGED: &[u8] = b"logged";

/// The number of the last record of the log that a database has.
pub(crate) fn logged(rocks: &DB, tier: ReadTier) -> Result<u64, Fault> {
    let Some(meta) = rocks.cf_handle(Family::Meta.name()) else { return Ok(0) };
    let mut options = ReadOptions::default();
    options.set_read_tier(tier);
    let record = rocks.get_cf_opt(meta, LOGGED, &options);
    let Some(record) = record.map_err(|why| Fault::disk("reading", why))? else { return Ok(0) };
    let number = record.as_slice().try_into().map_err(|why| Fault::corrupt("number of a record", why))?;
    Ok(u64::from_be_bytes(number))
}

impl Db {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the records of the log that a crash kept out of the tables.
    pub(crate) fn replay(&self, lacking: &[Place]) -> Result<(), Fault> {
        for place in lacking {
            let record = self.log().read(place)?;
            self.apply(Batch::read(self, &record)?, place.number())?;
        }
        // never again: later records build on what this one did to tables that are written beside the log
        if lacking.is_empty() { Ok(()) } else { self.flush() }
    }

    /// Writes a batch, all or nothing; on disk for good if `sync`.
    pub(crate) fn write(&self, kind: Kind, batch: Batch, sync: bool) -> Result<(), Fault> {
        let mut log = self.log();
        let number = log.next();
        let (length, replaced, rows) = batch.record();
        log.append(kind, &[&length, replaced, rows], sync)?;
        fail::fail_point!("log.after-append", |_| Err(Fault::disk("log", "failpoint after append")));
        self.apply(batch, number)
    }

    fn apply(&self, batch: Batch, number: u64) -> Result<(), Fault> {
        let mut rows = batch.rocks;
        rows.put_cf(self.family(Family::Meta), LOGGED, number.to_be_bytes());
        self.rocks.write_without_wal(rows).map_err(|why| Fault::disk("writing a batch", why))
    }

    /// The heights of the blocks from `height` down to the first above `base`, newest first, if the log has them all.
    pub(crate) fn chain(&self, base: u64, height: u64) -> Option<Vec<u64>> {
        self.log().chain(base, height)
    }

    /// The height that the block of a height is on top of, if the log has it.
    pub(crate) fn below(&self, height: u64) -> Option<u64> {
        self.log().below(height)
    }

    /// What the block of a height replaced.
    pub(crate) fn replaced(&self, height: u64) -> Result<Vec<Replaced>, Fault> {
        let log = self.log();
        let place = log.block(height);
        let place = place.ok_or_else(|| Fault::corrupt("log", format!("height {height} is not in it")))?;
        let record = log.read(&place)?;
        drop(log);
        batch::replaced(&record)
    }

    /// Removes of the log what the tables have by now, and nobody needs for blocks above `cut`; if it takes more than
    /// `most` bytes, above `last_resort`.
    pub(crate) fn forget_log(&self, cut: u64, last_resort: u64, most: u64) -> Result<(), Fault> {
        let had = logged(&self.rocks, ReadTier::Persisted)?;
        self.log().forget(had, cut, last_resort, most)
    }

    /// Bytes of the log.
    pub(crate) fn log_bytes(&self) -> u64 {
        self.log().bytes()
    }

    /// Puts every record written so far on disk for good.
    pub(crate) fn sync(&self) -> Result<(), Fault> {
        let file = self.log().file();
        let synced = file.map_or(Ok(()), |file| file.sync_data());
        synced.map_err(|why| Fault::disk("syncing the log", why))
    }
}
