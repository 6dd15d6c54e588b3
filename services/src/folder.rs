//! A daemon's own folder.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use nix::fcntl::{Flock, FlockArg};

use crate::error::{Error, Result};

/// A folder that one process has for itself, as long as this lives.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: Flock<File>,
}

impl Folder {
    /// Makes it if it is not there.
    pub(crate) fn claim(path: &Path) -> Result<Folder> {
        fs::create_dir_all(path).map_err(Error::at(path))?;
        let lock = path.join("lock");
        let file = File::create(&lock).map_err(Error::at(lock))?;
        let lock = Flock::lock(file, FlockArg::LockExclusiveNonblock);
        let lock = lock.map_err(|_| Error::InUse(path.to_owned()))?;
        Ok(Folder { path: path.to_owned(), _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_process() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::claim(folder.path()).unwrap();
        assert!(matches!(Folder::claim(folder.path()), Err(Error::InUse(_))));
        drop(first);
        Folder::claim(folder.path()).unwrap();
    }
}
