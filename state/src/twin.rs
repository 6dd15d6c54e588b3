//! A second look at a store that a running process has open: its files, in a folder of our own.
//!
//! Tables are linked, since RocksDB never changes one; the list of files is copied, and then our log. If that list has not
//! changed meanwhile, nothing was flushed, merged or removed, and what was copied is a state that the log leads to.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

use crate::{
    Fault, Options, Store,
    db::LOG,
    folder::{self, Folder},
};

/// A busy store flushes now and then; so often is begun anew.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(200);

impl Store {
    /// What a store in use held a moment ago, opened from `beside`: a folder on the same disk, empty or not there, which
    /// the caller removes. Nothing of the store in use is changed.
    pub fn beside(in_use: &Path, beside: &Path, options: Options) -> Result<Store, Fault> {
        let trouble = |why: io::Error| Fault::disk("copy a store in use", why);
        let from = folder::database_of(in_use)?;
        for _ in 0..ATTEMPTS {
            let to = Folder::open(beside)?.database();
            match copied(&from, &to) {
                Ok(true) => return Store::open(beside, options),
                Ok(false) => {}
                Err(why) if why.kind() == io::ErrorKind::NotFound => {}
                Err(why) => return Err(trouble(why)),
            }
            fs::remove_dir_all(beside).map_err(trouble)?;
            sleep(PAUSE);
        }
        Err(trouble(io::Error::other("it is written to too fast; try again, or stop the node")))
    }
}

/// The name and length of the list of files in force.
fn list(database: &Path) -> io::Result<(PathBuf, u64)> {
    let name = fs::read_to_string(database.join("CURRENT"))?;
    let path = database.join(name.trim());
    let length = fs::metadata(&path)?.len();
    Ok((path, length))
}

/// Whether what was copied belongs together.
fn copied(from: &Path, to: &Path) -> io::Result<bool> {
    fs::create_dir_all(to)?;
    let before = list(from)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name().filter(|_| path.is_file()) else { continue };
        match path.extension().and_then(OsStr::to_str) {
            Some("sst" | "blob") => fs::hard_link(&path, to.join(name))?,
            _ if name == "LOCK" => {}
            _ => drop(fs::copy(&path, to.join(name))?),
        }
    }
    let (log, copy) = (from.join(LOG), to.join(LOG));
    fs::create_dir_all(&copy)?;
    for entry in fs::read_dir(log)? {
        let path = entry?.path();
        path.file_name().map(|name| fs::copy(&path, copy.join(name))).transpose()?;
    }
    Ok(list(from)? == before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Index, Item, Overlay};

    const COUNT: Item<u64> = Item::new("test/count");

    fn write(store: &Store, height: u64) {
        let mut overlay = Overlay::new(store.latest());
        COUNT.set(&mut overlay, &height);
        let staged = store.stage(height, overlay.into_changes()).unwrap();
        store.commit(staged, Index::default()).unwrap();
    }

    #[test]
    fn a_store_in_use_can_be_looked_at_from_beside_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let (used, beside) = (folder.path().join("used"), folder.path().join("beside"));
        let store = Store::open(&used, Options::default()).unwrap();
        for height in 1..=20 {
            write(&store, height);
        }
        let twin = Store::beside(&used, &beside, Options::default()).unwrap();
        assert_eq!((twin.height(), twin.latest().app_hash()), (20, store.latest().app_hash()));
        write(&store, 21);
        assert_eq!(COUNT.get(&twin.latest()).unwrap(), Some(20));
        write(&twin, 21);
        write(&twin, 22);
        assert_eq!((COUNT.get(&store.latest()).unwrap(), store.height()), (Some(21), 21));
        drop(twin);
        fs::remove_dir_all(&beside).unwrap();
        drop(store);
        assert_eq!(Store::open(&used, Options::default()).unwrap().height(), 21);
    }
}
