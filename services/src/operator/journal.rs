//! What was judged, on disk before any of it is sent, and never changed afterwards.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::{
    error::{Error, Result},
    folder::Folder,
};

use super::report::Report;

/// What helps where a file was changed.
const REMEDY: &str = "move it away to judge anew, if no ballot of that round was sent";

/// Rounds that are held in memory: some kilobytes each.
const MAX_KNOWN: usize = 1_000;

/// What an operator judged, in its folder.
pub(crate) struct Journal {
    folder: Folder,
    /// What was read or written, so that a look at the chain reads no file twice: the folder is nobody else's.
    known: Mutex<BTreeMap<(u64, u32), Option<Report>>>,
}

impl Journal {
    /// In a folder that is this operator's alone.
    pub(crate) fn open(folder: Folder) -> Result<Journal> {
        for name in ["ballots", "reports"] {
            let path = folder.join(name);
            fs::create_dir_all(&path).map_err(Error::at(path))?;
        }
        Ok(Journal { folder, known: Mutex::default() })
    }

    fn ballot(&self, task: u64, round: u32) -> PathBuf {
        self.folder.join(format!("ballots/task-{task}-round-{round}.json"))
    }

    fn report(&self, hash: &str) -> PathBuf {
        self.folder.join(format!("reports/{hash}.json"))
    }

    /// What is said in a round, if it was judged.
    pub(crate) fn judged(&self, task: u64, round: u32) -> Result<Option<Report>> {
        let mut known = self.known.lock().expect("no panic while it is held");
        if let Some(report) = known.get(&(task, round)) {
            return Ok(report.clone());
        }
        let report = self.read(task, round)?;
        while known.len() >= MAX_KNOWN {
            known.pop_first(); // the oldest task: it is over first
        }
        known.insert((task, round), report.clone());
        Ok(report)
    }

    fn read(&self, task: u64, round: u32) -> Result<Option<Report>> {
        let path = self.ballot(task, round);
        let hash = match fs::read_to_string(&path) {
            Ok(hash) => hash.trim().trim_matches('"').to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::at(path)(error)),
        };
        let path = self.report(&hash);
        let bytes = fs::read(&path).map_err(Error::at(&path))?;
        let broken = |why: String| Error::Damaged { path: path.clone(), why, remedy: REMEDY };
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
        self.known
            .lock()
            .expect("no panic while it is held")
            .insert((report.task, round), Some(report.clone()));
        Ok(report)
    }
}

/// Whole or not at all, and on the disk when it returns.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
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
        let journal = Journal::open(Folder::claim(folder.path()).unwrap()).unwrap();
        assert_eq!(journal.judged(9, 1).unwrap(), None);
        assert_eq!(journal.keep(1, report("first")).unwrap().because, "first");
        assert_eq!(journal.keep(1, report("second")).unwrap().because, "first");
        assert_eq!(journal.keep(2, report("second")).unwrap().because, "second");
        assert_eq!(reports(folder.path()).len(), 2);
        drop(journal);
        let journal = Journal::open(Folder::claim(folder.path()).unwrap()).unwrap();
        assert_eq!(journal.judged(9, 1).unwrap().unwrap().because, "first");
    }

    #[test]
    fn a_report_that_was_changed_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Journal::open(Folder::claim(folder.path()).unwrap()).unwrap();
        open().keep(1, report("first")).unwrap();
        let hash = reports(folder.path()).remove(0);
        let path = open().report(&hash);
        fs::write(&path, fs::read_to_string(&path).unwrap().replace("first", "other")).unwrap();
        let error = open().judged(9, 1).unwrap_err().to_string();
        assert!(error.contains("not those that were hashed"), "{error}");
        fs::write(&path, "{").unwrap();
        assert!(matches!(open().judged(9, 1), Err(Error::Damaged { .. })));
        fs::remove_file(&path).unwrap();
        assert!(matches!(open().judged(9, 1), Err(Error::File { .. })));
    }

    #[test]
    fn no_file_is_read_twice_and_what_is_held_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(Folder::claim(folder.path()).unwrap()).unwrap();
        journal.keep(1, report("first")).unwrap();
        fs::remove_dir_all(folder.path().join("ballots")).unwrap();
        assert!(journal.judged(9, 1).unwrap().is_some());
        for task in 10..10 + MAX_KNOWN as u64 {
            assert_eq!(journal.judged(task, 1).unwrap(), None);
        }
        assert_eq!(journal.known.lock().unwrap().len(), MAX_KNOWN);
        assert_eq!(journal.judged(9, 1).unwrap(), None, "it went first, and is read anew");
    }
}
