//! The rules a bank message can break. Numbers and words are Cosmos'.

use proto::{address::Address, coin::Denom};

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("no inputs to send transaction")]
    NoInputs,
    #[error("no outputs to send transaction")]
    NoOutputs,
    #[error("sum inputs != sum outputs")]
    InputOutputMismatch,
    #[error("{0} transfers are currently disabled: send transactions are disabled")]
    SendDisabled(Denom),
    #[error("{0} is named twice: duplicate entry")]
    DuplicateEntry(Denom),
    #[error("multiple senders not allowed")]
    MultipleSenders,
    #[error("{0} is not allowed to receive funds: unauthorized")]
    NotAllowedToReceive(Address),
    #[error("more than {limit} outputs")]
    TooManyOutputs { limit: usize },
}

impl Coded for Error {
    const SPACE: &'static str = "bank";

    fn code(&self) -> u32 {
        match self {
            Error::NoInputs => 2,
            Error::NoOutputs => 3,
            Error::InputOutputMismatch => 4,
            Error::SendDisabled(_) => 5,
            Error::DuplicateEntry(_) => 8,
            Error::MultipleSenders => 9,
            Error::NotAllowedToReceive(_) => 10,
            Error::TooManyOutputs { .. } => 11,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::SendDisabled(_) => Kind::Conflict,
            Error::NotAllowedToReceive(_) => Kind::Denied,
            _ => Kind::Invalid,
        }
    }
}
