//! What was signed: one ballot for one round and member, on the disk before it is signed, and for ever.

use std::{
    fs,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use super::Said;
use crate::{
    error::{Error, Result},
    folder::Folder,
    operator::journal,
};

/// What helps where a file was changed.
const REMEDY: &str = "compare it with the ballot on chain before it is moved away";

pub(super) struct Book {
    folder: Folder,
    /// Two questions about one place are answered one after the other.
    turn: Mutex<()>,
}

impl Book {
    pub(super) fn open(folder: Folder) -> Result<Book> {
        let path = folder.join("signed");
        fs::create_dir_all(&path).map_err(Error::at(path))?;
        Ok(Book { folder, turn: Mutex::new(()) })
    }

    /// An address has more than one spelling: what is said here was spelled by us.
    fn path(&self, said: &Said) -> PathBuf {
        self.folder.join(format!("signed/task-{}-round-{}-{}.json", said.task, said.round, said.member))
    }

    /// Allows a ballot if no other one was signed in its place.
    pub(super) fn allow(&self, said: &Said) -> Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.path(said);
        let before: Said = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| Error::Damaged {
                path,
                why: error.to_string(),
                remedy: REMEDY,
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return journal::write(&path, &serde_json::to_vec(said).expect("texts and numbers are JSON"));
            }
            Err(error) => return Err(Error::at(path)(error)),
        };
        if before == *said {
            return Ok(());
        }
        let Said { task, round, member, verdict, .. } = before;
        Err(Error::Refused(format!(
            "{member} has signed {verdict} in round {round} of task-{task}, and signs nothing else there"
        )))
    }
}
