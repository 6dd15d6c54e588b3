//! Why a daemon cannot go on, and what to do about it.

use std::{io, path::PathBuf};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What stops a daemon, or one step of its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Settings or arguments say something impossible.
    #[error("{0}")]
    Settings(String),
    /// A file could not be read or written.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// What went wrong.
        why: io::Error,
    },
    /// A file is not what was written.
    #[error("{path}: {why}; {remedy}")]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What helps.
        remedy: &'static str,
    },
    /// Another process works in this folder.
    #[error("{0} is in use by another process; stop it, or give this one a folder of its own")]
    InUse(PathBuf),
    /// The signer cannot be reached.
    #[error("{0}")]
    Signer(String),
    /// The signer does not sign that.
    #[error("{0}")]
    Refused(String),
    /// The chain, or the node.
    #[error(transparent)]
    Client(#[from] client::Error),
}

impl Error {
    /// At this file.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |why| Error::File { path, why }
    }
}
