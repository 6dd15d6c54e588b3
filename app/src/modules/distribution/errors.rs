//! The rules a message of this module can break. Numbers and words are Cosmos'.

use proto::address::ValAddress;

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("no delegation distribution info")]
    NoDelegationInfo,
    #[error("no validator distribution info")]
    NoValidatorInfo,
    #[error("no validator commission to withdraw")]
    NoCommission,
    #[error("set withdraw address disabled")]
    WithdrawAddressDisabled,
    #[error("community pool does not have sufficient coins to distribute")]
    PoolTooSmall,
    #[error("{0}: validator does not exist")]
    NoSuchValidator(ValAddress),
    #[error("delegation does not exist")]
    NoSuchDelegation,
}

impl Coded for Error {
    const SPACE: &'static str = "distribution";

    fn code(&self) -> u32 {
        match self {
            Error::NoDelegationInfo => 5,
            Error::NoValidatorInfo => 6,
            Error::NoCommission => 7,
            Error::WithdrawAddressDisabled => 8,
            Error::PoolTooSmall => 9,
            Error::NoSuchValidator(_) => 12,
            Error::NoSuchDelegation => 13,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::WithdrawAddressDisabled | Error::NoCommission | Error::PoolTooSmall => Kind::Conflict,
            _ => Kind::Absent,
        }
    }
}
