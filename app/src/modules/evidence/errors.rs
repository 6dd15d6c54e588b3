//! The rules an evidence message can break. Numbers and words are Cosmos'.

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}: unregistered handler for evidence type")]
    NoHandler(String),
    #[error("{0}: invalid evidence")]
    Invalid(&'static str),
}

impl Coded for Error {
    const SPACE: &'static str = "evidence";

    fn code(&self) -> u32 {
        match self {
            Error::NoHandler(_) => 2,
            Error::Invalid(_) => 3,
        }
    }

    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}
