//! Which form the records of a database have. One program reads one form: a chain that is not launched has nothing to
//! carry over, and whatever is in a store can be had again from the chain itself.

use crate::core;
use crate::db::{Db, Family};
use crate::fault::Fault;
use rocksdb::WriteBatch;

/// The form this program writes. 2: undo records share the beginnings of keys. 1, which has no record of it: whole keys.
const FORMAT: u64 = 2;
/// Key of its record.
const KEY: &[u8] = b"format";

/// Writes the form.
pub(crate) fn put(db: &Db, batch: &mut WriteBatch) {
    db.put(batch, Family::Meta, KEY, &FORMAT.to_be_bytes());
}

/// Refuses a database with heights in another form, and leaves it as it is: the program that wrote it can go on with it.
/// One without heights gets this form.
pub(crate) fn check(db: &Db) -> Result<(), Fault> {
    if core::read_latest(db)?.is_none() {
        let mut batch = WriteBatch::default();
        put(db, &mut batch);
        return db.write(batch, true);
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
        let (core, mut batch) = (store.core(), WriteBatch::default());
        match form {
            Some(form) => core.db.put(&mut batch, Family::Meta, KEY, &form.to_be_bytes()),
            None => core.db.delete(&mut batch, Family::Meta, KEY),
        }
        core.db.write(batch, true).unwrap();
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
    fn a_store_of_this_form_opens_again() {
        let folder = store_of(Some(FORMAT));
        assert_eq!(Store::open(folder.path(), Options::default()).unwrap().height(), 2);
    }
}
