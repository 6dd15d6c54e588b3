//! Which form the records of a database have. One program reads one form: a chain that is not launched has nothing to
//! carry over, and whatever is in a store can be had again from the chain itself.

use crate::batch::Batch;
use crate::core;
use crate::db::{Db, Family};
use crate::fault::Fault;
use crate::log::Kind;

/// The form this program writes. 3: what a block replaced is in the log. 2 and 1: in a family of its own, with keys that
/// share their beginnings or (1, which has no record of the form) are whole.
const FORMAT: u64 = 3;
/// The family that forms 1 and 2 have.
const UNDO: &str = "undo";
/// Key of its record.
const KEY: &[u8] = b"format";

/// Writes the form.
pub(crate) fn put(db: &Db, batch: &mut Batch) {
    batch.put(db, Family::Meta, KEY, &FORMAT.to_be_bytes());
}

/// Refuses a database that has families of another form, by their names: it could not even be opened.
pub(crate) fn check_families(names: &[String]) -> Result<(), Fault> {
    if names.iter().any(|name| name == UNDO) {
        return Err(Fault::Format { found: 2, known: FORMAT });
    }
    Ok(())
}

/// Refuses a database with heights in another form, and leaves it as it is: the program that wrote it can go on with it.
/// One without heights gets this form.
pub(crate) fn check(db: &Db) -> Result<(), Fault> {
    if core::read_latest(db)?.is_none() {
        let mut batch = Batch::default();
        put(db, &mut batch);
        return db.write(Kind::Rows, batch, true);
    }
    let found = db.get(Family::Meta, KEY)?.map_or(Ok(1), |bytes| {
        let number = bytes.as_slice().try_into().map_err(|why| Fault::corrupt("format", why))?;
        Ok(u64::from_be_bytes(number))
    })?;
    if found == FORMAT { Ok(()) } else { Err(Fault::Format { found, known: FORMAT }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Changes, Index, Options, Store};

    /// A store with two heights whose record of the form is replaced.
    fn store_of(form: Option<u64>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Options::default()).unwrap();
        for height in 1..=2 {
            let changes = Changes::from([(b"a/b".to_vec(), Some(height.to_string().into_bytes()))]);
            store.commit(store.stage(height, changes).unwrap(), Index::default()).unwrap();
        }
        let (core, mut batch) = (store.core(), Batch::default());
        match form {
            Some(form) => batch.put(&core.db, Family::Meta, KEY, &form.to_be_bytes()),
            None => batch.delete(&core.db, Family::Meta, KEY),
        }
        core.db.write(Kind::Rows, batch, true).unwrap();
        drop((core, store));
        folder
    }

    #[test]
    fn a_store_of_an_older_or_newer_form_is_refused_and_left_as_it_is() {
        for (form, found) in [(None, 1), (Some(1), 1), (Some(FORMAT + 1), FORMAT + 1)] {
            let folder = store_of(form);
            for _ in 0..2 {
                let fault = Store::open(folder.path(), Options::default()).err().expect("another form");
                assert_eq!(fault, Fault::Format { found, known: FORMAT });
                let text = fault.to_string();
                assert!(text.contains(&format!("form {found}")) && text.contains("state sync"), "{text}");
            }
            let db = Db::open(&folder.path().join("db-1"), &Options::default()).unwrap();
            assert_eq!(core::read_latest(&db).unwrap().map(|(height, _)| height), Some(2));
            assert_eq!(db.get(Family::Latest, b"a/b").unwrap(), Some(b"2".to_vec()));
        }
    }

    #[test]
    fn a_store_with_a_family_of_undo_records_is_refused_by_its_form() {
        let folder = store_of(Some(FORMAT));
        let options = rocksdb::Options::default();
        let database = folder.path().join("db-1");
        let names = rocksdb::DB::list_cf(&options, &database).unwrap();
        let mut rocks = rocksdb::DB::open_cf(&options, &database, names).unwrap();
        rocks.create_cf(UNDO, &options).unwrap();
        drop(rocks);
        let fault = Store::open(folder.path(), Options::default()).err().expect("another form");
        assert_eq!(fault, Fault::Format { found: 2, known: FORMAT });
    }

    #[test]
    fn a_store_of_this_form_opens_again() {
        let folder = store_of(Some(FORMAT));
        assert_eq!(Store::open(folder.path(), Options::default()).unwrap().height(), 2);
    }
}
