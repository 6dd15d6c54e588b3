//! The rules that a preimage or a message can break.

use proto::address::{Address, ValAddress};

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0} runs no validator; create one first")]
    NoValidator(Address),
    #[error("validator {0} has no hash chain in force")]
    NoChain(ValAddress),
    #[error("the preimage does not lead to the tip of the chain of {0}")]
    WrongPreimage(ValAddress),
    #[error("the tip of this chain is registered already")]
    SameTip,
    #[error("the proposer of the block is no validator that the chain knows")]
    UnknownProposer,
}

impl Coded for Error {
    const SPACE: &'static str = "beacon";

    fn code(&self) -> u32 {
        match self {
            Error::NoValidator(_) => 2,
            Error::NoChain(_) => 3,
            Error::WrongPreimage(_) => 4,
            Error::SameTip => 5,
            Error::UnknownProposer => 6,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::NoValidator(_) | Error::NoChain(_) | Error::UnknownProposer => Kind::Absent,
            Error::WrongPreimage(_) => Kind::Invalid,
            Error::SameTip => Kind::Conflict,
        }
    }
}
