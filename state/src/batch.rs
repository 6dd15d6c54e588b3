//! What is written at once: rows for RocksDB, and the same in the form that the log keeps.

use crate::codec::{self, Reader, Replaced};
use crate::db::{Db, Family};
use crate::fault::Fault;
use crate::read::Changes;
use rocksdb::WriteBatch;

const PUT: u8 = 0;
const DELETE: u8 = 1;
const DELETE_RANGE: u8 = 2;

/// Rows to be written, all or none.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) rocks: WriteBatch,
    /// Values that a block changes, and what they were before; see [`codec::encode_replaced`].
    replaced: Vec<u8>,
    /// All other rows.
    rows: Vec<u8>,
}

impl Batch {
    /// The changes of a block, and what it replaces, which has the same keys. Of a genesis, which replaces nothing, the
    /// values are written as tables.
    pub(crate) fn block(db: &Db, changes: &Changes, undo: &Changes) -> Batch {
        let mut batch = Batch { replaced: codec::encode_replaced(changes, undo), ..Batch::default() };
        for ((key, change), _) in changes.iter().zip(undo) {
            batch.change(db, key, change.as_deref());
        }
        batch
    }

    fn change(&mut self, db: &Db, key: &[u8], change: Option<&[u8]>) {
        match change {
            Some(value) => self.rocks.put_cf(db.family(Family::Latest), key, value),
            None => self.rocks.delete_cf(db.family(Family::Latest), key),
        }
    }

    /// Puts a row.
    pub(crate) fn put(&mut self, db: &Db, family: Family, key: &[u8], value: &[u8]) {
        self.rocks.put_cf(db.family(family), key, value);
        self.log(PUT, family, key);
        codec::put_bytes(&mut self.rows, value);
    }

    /// Deletes a row.
    pub(crate) fn delete(&mut self, db: &Db, family: Family, key: &[u8]) {
        self.rocks.delete_cf(db.family(family), key);
        self.log(DELETE, family, key);
    }

    /// Deletes rows `from` (itself included) to `until`.
    pub(crate) fn delete_range(&mut self, db: &Db, family: Family, from: &[u8], until: &[u8]) {
        self.rocks.delete_range_cf(db.family(family), from, until);
        self.log(DELETE_RANGE, family, from);
        codec::put_bytes(&mut self.rows, until);
    }

    fn log(&mut self, what: u8, family: Family, key: &[u8]) {
        self.rows.push(what);
        self.rows.push(family.number());
        codec::put_bytes(&mut self.rows, key);
    }

    /// As it stands in the log, in parts: a length, what a block replaces, all else.
    pub(crate) fn record(&self) -> ([u8; 8], &[u8], &[u8]) {
        ((self.replaced.len() as u64).to_be_bytes(), &self.replaced, &self.rows)
    }

    /// From its record in the log.
    pub(crate) fn read(db: &Db, record: &[u8]) -> Result<Batch, Fault> {
        let mut batch = Batch::default();
        let (replaced, mut reader) = split(record)?;
        for Replaced { key, after, .. } in codec::decode_replaced(replaced)? {
            batch.change(db, &key, after.as_deref());
        }
        while !reader.is_done() {
            let [what, family] = reader.array()?;
            let family = Family::from_number(family)
                .ok_or_else(|| Fault::corrupt(WHAT, "a row of a family that is not there"))?;
            let key = reader.bytes()?;
            match what {
                PUT => batch.put(db, family, key, reader.bytes()?),
                DELETE => batch.delete(db, family, key),
                DELETE_RANGE => batch.delete_range(db, family, key, reader.bytes()?),
                other => return Err(Fault::corrupt(WHAT, format!("a row that does {other}"))),
            }
        }
        Ok(batch)
    }
}

const WHAT: &str = "record of the log";

/// What a block replaces, and behind it all other rows.
fn split(record: &[u8]) -> Result<(&[u8], Reader<'_>), Fault> {
    let mut reader = Reader::new(WHAT, record);
    let length = reader.array().map(u64::from_be_bytes)?;
    Ok((reader.take(usize::try_from(length).unwrap_or(usize::MAX))?, reader))
}

/// What the block of a record replaced.
pub(crate) fn replaced(record: &[u8]) -> Result<Vec<Replaced>, Fault> {
    codec::decode_replaced(split(record)?.0)
}
