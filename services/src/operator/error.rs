//! Why an operator cannot go on, and what to do about it.

use std::path::PathBuf;

/// A result of this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What stops an operator, or one step of its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration says something impossible.
    #[error("operator.toml: {0}")]
    Config(String),
    /// A file could not be read or written.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// What went wrong.
        why: std::io::Error,
    },
    /// Another operator works in this folder.
    #[error("{0} is in use by another operator; stop it, or give this one a folder of its own")]
    InUse(PathBuf),
    /// A file of the journal is not what was written.
    #[error("{path}: {why}; move it away to judge anew, if no ballot of that round was sent")]
    Journal {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A key that the chain knows differently.
    #[error("{member}: {why}")]
    Member {
        /// The validator.
        member: String,
        /// What does not fit.
        why: String,
    },
    /// The chain, or the node.
    #[error(transparent)]
    Client(#[from] client::Error),
}

impl Error {
    /// At this file.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |why| Error::File { path, why }
    }
}
