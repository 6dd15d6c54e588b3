//! The rules a Quorum's messages and callers can break.

use proto::{address::ValAddress, amount::Amount};

use crate::{
    error::{Coded, Kind},
    time::Time,
};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("quorum-{0} does not exist")]
    NoQuorum(u64),
    #[error("quorum-{0} is closed")]
    Closed(u64),
    #[error("{validator} is no member of quorum-{quorum}")]
    NotMember { quorum: u64, validator: ValAddress },
    #[error("{validator} is a member of quorum-{quorum} already, or has applied")]
    AlreadyMember { quorum: u64, validator: ValAddress },
    #[error("quorum-{quorum} has {seats} seats and all are taken")]
    Full { quorum: u64, seats: u32 },
    #[error("{0} is not in the validator set, or is jailed; only bonded validators pledge")]
    NotBonded(ValAddress),
    #[error("{validator} is out of quorum-{quorum} for ever: it signed two ballots")]
    Banned { quorum: u64, validator: ValAddress },
    #[error("an allocation of {got} bps is too small; the least is {least}")]
    AllocationTooSmall { got: u32, least: u32 },
    #[error(
        "all allocations together would be {sum} bps, at most {limit}; what is bound by liabilities counts"
    )]
    RestakeLimit { sum: u32, limit: u32 },
    #[error("allocations of {sum} bps and {double_sign} bps for signing twice would pledge stake twice")]
    DoubleSignLimit { sum: u32, double_sign: u32 },
    #[error("a validator has at most {0} memberships")]
    TooManyMemberships(u32),
    #[error("that would pledge {pledge}ulaz; the least is {least}ulaz")]
    PledgeTooSmall { pledge: Amount, least: Amount },
    #[error("{validator} has not applied to quorum-{quorum}")]
    NotApplicant { quorum: u64, validator: ValAddress },
    #[error("only members with power admit to quorum-{0}; its creator while nobody has any")]
    NotAdmitter(u64),
    #[error("admitted by you already; members with more than half of the power must")]
    AlreadyAdmitted,
    #[error("in the jail of quorum-{quorum} until {until}")]
    InJail { quorum: u64, until: Time },
    #[error("{validator} is not in the jail of quorum-{quorum}")]
    NotInJail { quorum: u64, validator: ValAddress },
    #[error("{validator} is leaving quorum-{quorum}")]
    Leaving { quorum: u64, validator: ValAddress },
    #[error("the allocation is or will be {0} bps already")]
    SameAllocation(u32),
    #[error("another member of quorum-{0} has that attestation key")]
    KeyTaken(u64),
    #[error("change {number} of the rules of quorum-{quorum} is not over; there is one at a time")]
    ChangePending { quorum: u64, number: u64 },
    #[error("quorum-{quorum} has no change {number} that can be voted on")]
    NoChange { quorum: u64, number: u64 },
    #[error("{validator} has no power in quorum-{quorum} now")]
    NoPower { quorum: u64, validator: ValAddress },
    #[error("voted already; a vote is not changed")]
    AlreadyVoted,
    #[error("rules: {0}")]
    BadRules(String),
    #[error("quorum-{0} is not measured in this epoch yet")]
    NotMeasured(u64),
    #[error("{validator} has {free}ulaz of power free in quorum-{quorum}, not {need}ulaz")]
    TooLittleFree { quorum: u64, validator: ValAddress, free: Amount, need: Amount },
    #[error("quorum-{quorum} has no measurement of epoch {epoch}")]
    NoMeasurement { quorum: u64, epoch: u64 },
    #[error("nothing to claim")]
    NothingToClaim,
    #[error("slash {0} does not exist, or is forgotten")]
    NoSlash(u64),
}

impl Coded for Error {
    const SPACE: &'static str = "quorum";

    fn code(&self) -> u32 {
        match self {
            Error::NoQuorum(_) => 2,
            Error::Closed(_) => 3,
            Error::NotMember { .. } => 4,
            Error::AlreadyMember { .. } => 5,
            Error::Full { .. } => 6,
            Error::NotBonded(_) => 7,
            Error::Banned { .. } => 8,
            Error::AllocationTooSmall { .. } => 9,
            Error::RestakeLimit { .. } => 10,
            Error::DoubleSignLimit { .. } => 11,
            Error::TooManyMemberships(_) => 12,
            Error::PledgeTooSmall { .. } => 13,
            Error::NotApplicant { .. } => 14,
            Error::NotAdmitter(_) => 15,
            Error::AlreadyAdmitted => 16,
            Error::InJail { .. } => 17,
            Error::NotInJail { .. } => 18,
            Error::Leaving { .. } => 19,
            Error::SameAllocation(_) => 20,
            Error::KeyTaken(_) => 21,
            Error::ChangePending { .. } => 22,
            Error::NoChange { .. } => 23,
            Error::NoPower { .. } => 24,
            Error::AlreadyVoted => 25,
            Error::BadRules(_) => 26,
            Error::NotMeasured(_) => 27,
            Error::TooLittleFree { .. } => 28,
            Error::NoMeasurement { .. } => 29,
            Error::NothingToClaim => 30,
            Error::NoSlash(_) => 31,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::NoQuorum(_)
            | Error::NotApplicant { .. }
            | Error::NoChange { .. }
            | Error::NoMeasurement { .. }
            | Error::NoSlash(_) => Kind::Absent,
            Error::NotMember { .. }
            | Error::Banned { .. }
            | Error::NotAdmitter(_)
            | Error::NoPower { .. }
            | Error::NotBonded(_) => Kind::Denied,
            Error::Full { .. }
            | Error::RestakeLimit { .. }
            | Error::DoubleSignLimit { .. }
            | Error::TooManyMemberships(_)
            | Error::TooLittleFree { .. } => Kind::Exhausted,
            Error::AllocationTooSmall { .. } | Error::PledgeTooSmall { .. } | Error::BadRules(_) => {
                Kind::Invalid
            }
            _ => Kind::Conflict,
        }
    }
}
