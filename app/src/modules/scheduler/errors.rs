//! The rules that a message can break.

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("no entry {0} is set aside")]
    NotSetAside(u64),
}

impl Coded for Error {
    const SPACE: &'static str = "scheduler";

    fn code(&self) -> u32 {
        match self {
            Error::NotSetAside(_) => 2,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::NotSetAside(_) => Kind::Absent,
        }
    }
}
