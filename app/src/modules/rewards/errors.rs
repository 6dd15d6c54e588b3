//! The rules of emission.

use super::types::Party;
use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0} has no part that is not minted")]
    NothingDue(Party),
    #[error("epoch {0} still runs; what is sunk in it is shared when it ends")]
    EpochRuns(u64),
    #[error("no emission of epoch {0}: it is not over, or too long ago")]
    NoSuchEpoch(u64),
}

impl Coded for Error {
    const SPACE: &'static str = "rewards";

    fn code(&self) -> u32 {
        match self {
            Error::NothingDue(_) => 2,
            Error::EpochRuns(_) => 3,
            Error::NoSuchEpoch(_) => 4,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::EpochRuns(_) => Kind::Conflict,
            Error::NothingDue(_) | Error::NoSuchEpoch(_) => Kind::Absent,
        }
    }
}
