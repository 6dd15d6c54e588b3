//! Why a provider cannot go on, and what to do about it.

use std::path::PathBuf;

/// A result of this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What stops a provider.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration says something impossible.
    #[error("provider.toml: {0}")]
    Config(String),
    /// A file could not be read or written.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// What went wrong.
        why: std::io::Error,
    },
    /// A file is not what was written.
    #[error("{path}: {why}; restore it, or close the channel and move it away")]
    Books {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another process works in this folder.
    #[error("{0} is in use by another process; stop it, or give this one a folder of its own")]
    InUse(PathBuf),
    /// The chain, or the node.
    #[error(transparent)]
    Client(#[from] client::Error),
}

impl Error {
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |why| Error::File { path, why }
    }
}
