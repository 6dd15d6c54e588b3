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
/// What helps where a folder is that of another chain.
const OTHER_CHAIN: &str = "move the operator's folder away: it is another chain's";

/// Rounds that are held in memory: some kilobytes each.
const MAX_KNOWN: usize = 1_000;

/// What an operator judged, in its folder.
pub(crate) struct Journal {
    folder: Folder,
    chain_id: String,
    /// What was read or written, so that a look at the chain reads no file twice: the folder is nobody else's.
    known: Mutex<BTreeMap<(u64, u32), Option<Report>>>,
}

impl Journal {
    /// In a folder that is this operator's alone, and of this chain.
    pub(crate) fn open(folder: Folder, chain_id: &str) -> Result<Journal> {
        for name in ["ballots", "reports"] {
            let path = folder.join(name);
            fs::create_dir_all(&path).map_err(Error::at(path))?;
        }
        Ok(Journal { folder, chain_id: chain_id.into(), known: Mutex::default() })
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

    /// The same, which must be of this content: a task of a chain that was made anew has the number of another before.
    ///
    /// # Errors
    /// If it is of other content, besides what cannot be read. It is not judged anew: the earlier ballot may be around.
    pub(crate) fn judged_of(&self, task: u64, round: u32, sha256: &[u8]) -> Result<Option<Report>> {
        let report = self.judged(task, round)?;
        match report.as_ref().filter(|report| report.sha256 != hex::encode(sha256)) {
            None => Ok(report),
            Some(other) => {
                let (was, is) = (&other.sha256, hex::encode(sha256));
                let why =
                    format!("what was judged there is SHA-256 {was}, and task-{task} is about {is} now");
                Err(Error::Damaged { path: self.ballot(task, round), why, remedy: REMEDY })
            }
        }
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
        if report.chain_id != self.chain_id {
            let why = format!("it is of chain {}, and this one is {}", report.chain_id, self.chain_id);
            return Err(Error::Damaged { path, why, remedy: OTHER_CHAIN });
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

    const CHAIN: &str = "lazchain-7";

    fn report(because: &str) -> Report {
        About { chain_id: CHAIN, task: 9, sha256: &[7; 32] }.abstain(because.into())
    }

    /// Hashes of all reports.
    fn reports(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder.join("reports")).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap().replace(".json", "")).collect()
    }

    #[test]
    fn what_was_judged_is_never_judged_again() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(Folder::claim(folder.path()).unwrap(), CHAIN).unwrap();
        assert_eq!(journal.judged(9, 1).unwrap(), None);
        assert_eq!(journal.keep(1, report("first")).unwrap().because, "first");
        assert_eq!(journal.keep(1, report("second")).unwrap().because, "first");
        assert_eq!(journal.keep(2, report("second")).unwrap().because, "second");
        assert_eq!(reports(folder.path()).len(), 2);
        drop(journal);
        let journal = Journal::open(Folder::claim(folder.path()).unwrap(), CHAIN).unwrap();
        assert_eq!(journal.judged(9, 1).unwrap().unwrap().because, "first");
    }

    #[test]
    fn a_report_that_was_changed_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Journal::open(Folder::claim(folder.path()).unwrap(), CHAIN).unwrap();
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
    fn what_was_judged_on_another_chain_or_of_other_content_is_no_judgement_here() {
        let folder = tempfile::tempdir().unwrap();
        let open = |chain| Journal::open(Folder::claim(folder.path()).unwrap(), chain).unwrap();
        open(CHAIN).keep(1, report("first")).unwrap();
        assert_eq!(open(CHAIN).judged_of(9, 1, &[7; 32]).unwrap(), Some(report("first")));
        let other = open(CHAIN).judged_of(9, 1, &[8; 32]).unwrap_err().to_string();
        assert!(other.contains("task-9 is about 0808") && other.contains("move it away"), "{other}");
        let other = open("lazchain-8").judged(9, 1).unwrap_err().to_string();
        assert!(other.contains("it is of chain lazchain-7, and this one is lazchain-8"), "{other}");
        assert!(other.contains("move the operator's folder away"), "{other}");
    }

    #[test]
    fn no_file_is_read_twice_and_what_is_held_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(Folder::claim(folder.path()).unwrap(), CHAIN).unwrap();
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
