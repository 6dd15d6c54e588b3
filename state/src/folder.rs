//! The folder of a store. The database is in a folder of its own whose name is in the file `CURRENT`, so that a
//! restored one takes its place in one step.

use crate::db::DRAFT;
use crate::fault::Fault;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const CURRENT: &str = "CURRENT";

/// The folder of a store.
pub(crate) struct Folder {
    path: PathBuf,
    /// Number of the database in use.
    current: Mutex<u64>,
}

/// Which database is in use.
fn current(path: &Path) -> Result<u64, Fault> {
    match fs::read_to_string(path.join(CURRENT)) {
        Ok(text) => text.trim().parse::<u64>().map_err(|why| Fault::corrupt("CURRENT", why)),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(1),
        Err(why) => Err(Fault::disk("reading CURRENT", why)),
    }
}

fn is_draft(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == DRAFT)
}

fn numbered(path: &Path, number: u64) -> PathBuf {
    path.join(format!("db-{number}"))
}

/// The database in use of a store that another process has open. Nothing is changed.
pub(crate) fn database_of(path: &Path) -> Result<PathBuf, Fault> {
    Ok(numbered(path, current(path)?))
}

impl Folder {
    /// Opens or makes the folder; removes databases that never became the current one, or no longer are, and tables
    /// that no database took over.
    pub(crate) fn open(path: &Path) -> Result<Folder, Fault> {
        fs::create_dir_all(path).map_err(|why| Fault::disk("making the store's folder", why))?;
        let current = current(path)?;
        let folder = Folder { path: path.to_path_buf(), current: Mutex::new(current) };
        for entry in
            fs::read_dir(path).map_err(|why| Fault::disk("listing the store's folder", why))?.flatten()
        {
            let name = entry.file_name();
            let number = |prefix: &str, suffix: &str| {
                let number = name.to_str()?.strip_prefix(prefix)?.strip_suffix(suffix)?;
                number.parse::<u64>().ok().filter(|number| *number != current)
            };
            let removed = if number("db-", "").is_some() {
                fs::remove_dir_all(entry.path())
            } else if number("trie-", ".checkpoint").is_some() || is_draft(&entry.path()) {
                fs::remove_file(entry.path())
            } else {
                Ok(())
            };
            removed.map_err(|why| Fault::disk("removing an old database", why))?;
        }
        Ok(folder)
    }

    fn number(&self) -> u64 {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn numbered(&self, number: u64) -> PathBuf {
        numbered(&self.path, number)
    }

    /// The database in use.
    pub(crate) fn database(&self) -> PathBuf {
        self.numbered(self.number())
    }

    /// Where the next database is to be built; what was there is removed.
    pub(crate) fn next_database(&self) -> Result<PathBuf, Fault> {
        let path = self.numbered(self.number().saturating_add(1));
        match fs::remove_dir_all(&path) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
                Err(Fault::disk("removing an unfinished database", why))
            }
            _ => Ok(path),
        }
    }

    /// Makes the next database the current one, in one step.
    pub(crate) fn advance(&self) -> Result<(), Fault> {
        let failed = |why: std::io::Error| Fault::disk("writing CURRENT", why);
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let next = current.saturating_add(1);
        let unfinished = self.path.join("CURRENT.unfinished");
        let mut file = File::create(&unfinished).map_err(failed)?;
        writeln!(file, "{next}").map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fail::fail_point!("advance.before-rename", |_| Err(Fault::disk("CURRENT", "failpoint before")));
        fs::rename(&unfinished, self.path.join(CURRENT)).map_err(failed)?;
        File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(failed)?;
        *current = next;
        Ok(())
    }

    /// The checkpoint file of the trie over the database in use.
    pub(crate) fn checkpoint(&self) -> PathBuf {
        self.path.join(format!("trie-{}.checkpoint", self.number()))
    }

    /// Where state-sync snapshots are.
    pub(crate) fn snapshots(&self) -> PathBuf {
        self.path.join("snapshots")
    }
}
