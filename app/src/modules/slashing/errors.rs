//! The rules a slashing message can break. Numbers and words are Cosmos'.

use proto::{address::ConsAddress, amount::Amount};

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("address is not associated with any known validator")]
    NoValidatorForAddress,
    #[error("validator still jailed; cannot be unjailed")]
    StillJailed,
    #[error("validator not jailed; cannot be unjailed")]
    NotJailed,
    #[error("validator has no self-delegation; cannot be unjailed")]
    MissingSelfDelegation,
    #[error("{has} less than {least}: validator's self delegation less than minimum; cannot be unjailed")]
    SelfDelegationTooLow { has: Amount, least: Amount },
    #[error("the consensus key of {0} signed twice and is out for ever; a validator needs another key")]
    Tombstoned(ConsAddress),
}

impl Coded for Error {
    const SPACE: &'static str = "slashing";

    fn code(&self) -> u32 {
        match self {
            Error::NoValidatorForAddress => 2,
            Error::StillJailed => 4,
            Error::NotJailed => 5,
            Error::MissingSelfDelegation => 6,
            Error::SelfDelegationTooLow { .. } => 7,
            // ours: far behind Cosmos' numbers
            Error::Tombstoned(_) => 1001,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::NoValidatorForAddress => Kind::Absent,
            _ => Kind::Conflict,
        }
    }
}
