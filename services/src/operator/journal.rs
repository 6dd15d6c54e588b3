//! What was judged, on disk before any of it is sent, and never changed afterwards.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use nix::fcntl::{Flock, FlockArg};

use super::{
    error::{Error, Result},
    report::Report,
};

/// An operator's folder. No two operators share one.
pub(crate) struct Journal {
    folder: PathBuf,
    _lock: Flock<File>,
}

impl Journal {
    /// Makes the folder if it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Journal> {
        for name in ["ballots", "reports"] {
            let path = folder.join(name);
            fs::create_dir_all(&path).map_err(Error::at(path))?;
        }
        let path = folder.join("operator.lock");
        let file = File::create(&path).map_err(Error::at(path))?;
        let lock = Flock::lock(file, FlockArg::LockExclusiveNonblock);
        let lock = lock.map_err(|_| Error::InUse(folder.to_owned()))?;
        Ok(Journal { folder: folder.to_owned(), _lock: lock })
    }

    fn ballot(&self, task: u64, round: u32) -> PathBuf {
        self.folder.join(format!("ballots/task-{task}-round-{round}.json"))
    }

    fn report(&self, hash: &str) -> PathBuf {
        self.folder.join(format!("reports/{hash}.json"))
    }

    /// What is said in a round, if it was judged.
    pub(crate) fn judged(&self, task: u64, round: u32) -> Result<Option<Report>> {
        let path = self.ballot(task, round);
        let hash = match fs::read_to_string(&path) {
            Ok(hash) => hash.trim().trim_matches('"').to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::at(path)(error)),
        };
        let path = self.report(&hash);
        let bytes = fs::read(&path).map_err(Error::at(&path))?;
        let broken = |why: String| Error::Journal { path: path.clone(), why };
        let report: Report = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
        if hex::encode(report.hash()) != hash {
            return Err(broken("its bytes are not those that were hashed".into()));
        }
        Ok(Some(report))
    }

    /// Keeps what is said in a round. What was kept before stays, and is returned.
    pub(crate) fn keep(&self, round: u32, report: Report) -> Result<Report> {
        if let Some(kept) = self.judged(report.task, round)? {
            return Ok(kept);
        }
        let hash = hex::encode(report.hash());
        write(&self.report(&hash), &report.bytes())?;
        write(&self.ballot(report.task, round), format!("\"{hash}\"").as_bytes())?;
        Ok(report)
    }
}

/// Whole or not at all, and on the disk when it returns.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().expect("a file lies in a folder");
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    };
    written().map_err(Error::at(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::report::About;

    fn report(because: &str) -> Report {
        About { chain_id: "lazchain-7", task: 9, sha256: &[7; 32] }.abstain(because.into())
    }

    /// Hashes of all reports.
    fn reports(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder.join("reports")).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap().replace(".json", "")).collect()
    }

    #[test]
    fn what_was_judged_is_never_judged_again() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.judged(9, 1).unwrap(), None);
        assert_eq!(journal.keep(1, report("first")).unwrap().because, "first");
        assert_eq!(journal.keep(1, report("second")).unwrap().because, "first");
        assert_eq!(journal.keep(2, report("second")).unwrap().because, "second");
        assert_eq!(reports(folder.path()).len(), 2);
        drop(journal);
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.judged(9, 1).unwrap().unwrap().because, "first");
    }

    #[test]
    fn a_folder_has_one_operator() {
        let folder = tempfile::tempdir().unwrap();
        let first = Journal::open(folder.path()).unwrap();
        assert!(matches!(Journal::open(folder.path()), Err(Error::InUse(_))));
        drop(first);
        Journal::open(folder.path()).unwrap();
    }

    #[test]
    fn a_report_that_was_changed_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        journal.keep(1, report("first")).unwrap();
        let hash = reports(folder.path()).remove(0);
        let path = journal.report(&hash);
        fs::write(&path, fs::read_to_string(&path).unwrap().replace("first", "other")).unwrap();
        let error = journal.judged(9, 1).unwrap_err().to_string();
        assert!(error.contains("not those that were hashed"), "{error}");
        fs::write(&path, "{").unwrap();
        assert!(matches!(journal.judged(9, 1), Err(Error::Journal { .. })));
        fs::remove_file(&path).unwrap();
        assert!(matches!(journal.judged(9, 1), Err(Error::File { .. })));
    }
}
