//! The rules a staking message can break. Numbers and words are Cosmos'.

use proto::{address::ValAddress, dec::Dec};

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("validator does not exist")]
    NoValidator,
    #[error("validator already exist for this operator address; must use new validator operator address")]
    OperatorExists,
    #[error("validator already exist for this pubkey; must use new validator pubkey")]
    PubKeyExists,
    #[error("got: {0}, expected: [ed25519]: validator pubkey type is not supported")]
    PubKeyType(String),
    #[error("validator for this address is currently jailed")]
    Jailed,
    #[error("commission must be positive")]
    CommissionNegative,
    #[error("commission cannot be more than 100%")]
    CommissionHuge,
    #[error("commission cannot be more than the max rate")]
    CommissionAboveMaxRate,
    #[error("commission cannot be changed more than once in 24h")]
    CommissionTooSoon,
    #[error("commission change rate must be positive")]
    ChangeRateNegative,
    #[error("commission change rate cannot be more than the max rate")]
    ChangeRateAboveMaxRate,
    #[error("commission cannot be changed more than max change rate")]
    ChangeTooBig,
    #[error("validator's self delegation must be greater than their minimum self delegation")]
    SelfDelegationBelowMinimum,
    #[error("minimum self delegation cannot be decrease")]
    MinSelfDelegationDecreased,
    #[error("no delegation for (address, validator) tuple")]
    NoDelegation,
    #[error("insufficient delegation shares")]
    InsufficientShares,
    #[error("too many unbonding delegation entries for (delegator, validator) tuple")]
    MaxUnbondingEntries,
    #[error("cannot redelegate to the same validator")]
    SelfRedelegation,
    #[error("too few tokens to redelegate (truncates to zero tokens)")]
    TinyRedelegation,
    #[error("redelegation destination validator not found")]
    BadRedelegationDestination,
    #[error(
        "redelegation to this validator already in progress; first redelegation to this validator must complete before next redelegation"
    )]
    TransitiveRedelegation,
    #[error("too many redelegation entries for (delegator, src-validator, dst-validator) tuple")]
    MaxRedelegationEntries,
    #[error("cannot delegate to validators with invalid (zero) ex-rate")]
    Worthless,
    #[error("empty validator public key")]
    EmptyPubKey,
    #[error(
        "cannot set validator commission to less than minimum rate of {0}: commission cannot be less than min rate"
    )]
    CommissionBelowMinRate(Dec),
    #[error("stake on {0} is being slashed; nothing leaves it until that is done, in a few blocks")]
    Held(ValAddress),
}

impl Coded for Error {
    const SPACE: &'static str = "staking";

    fn code(&self) -> u32 {
        match self {
            Error::NoValidator => 3,
            Error::OperatorExists => 4,
            Error::PubKeyExists => 5,
            Error::PubKeyType(_) => 6,
            Error::Jailed => 7,
            Error::CommissionNegative => 9,
            Error::CommissionHuge => 10,
            Error::CommissionAboveMaxRate => 11,
            Error::CommissionTooSoon => 12,
            Error::ChangeRateNegative => 13,
            Error::ChangeRateAboveMaxRate => 14,
            Error::ChangeTooBig => 15,
            Error::SelfDelegationBelowMinimum => 16,
            Error::MinSelfDelegationDecreased => 17,
            Error::NoDelegation => 19,
            Error::InsufficientShares => 22,
            Error::MaxUnbondingEntries => 27,
            Error::SelfRedelegation => 29,
            Error::TinyRedelegation => 30,
            Error::BadRedelegationDestination => 31,
            Error::TransitiveRedelegation => 32,
            Error::MaxRedelegationEntries => 33,
            Error::Worthless => 34,
            Error::EmptyPubKey => 39,
            Error::CommissionBelowMinRate(_) => 40,
            // ours: far behind Cosmos' numbers
            Error::Held(_) => 1001,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::NoValidator | Error::NoDelegation | Error::BadRedelegationDestination => Kind::Absent,
            Error::MaxUnbondingEntries | Error::MaxRedelegationEntries => Kind::Exhausted,
            Error::OperatorExists
            | Error::PubKeyExists
            | Error::Jailed
            | Error::CommissionTooSoon
            | Error::TransitiveRedelegation
            | Error::Held(_)
            | Error::Worthless => Kind::Conflict,
            _ => Kind::Invalid,
        }
    }
}
