//! The rules a message of this module can break.

use proto::{address::Address, coin::Denom};

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("there is no asset-{0}")]
    NoSuchAsset(u64),
    #[error("there is no asset-{0}@{1}")]
    NoSuchVersion(u64, u64),
    #[error("asset-{0} has no policy {1}")]
    NoSuchPolicy(u64, u64),
    #[error("there is no dat-{0}/{1}")]
    NoSuchDat(u64, u64),
    #[error("there is no request {0}")]
    NoSuchRequest(u64),
    #[error("{who} does not control asset-{asset}")]
    NotController { asset: u64, who: Address },
    #[error("{who} does not own dat-{asset}/{serial}")]
    NotOwner { asset: u64, serial: u64, who: Address },
    #[error("asset-{asset} is not offered to {who}")]
    NotOffered { asset: u64, who: Address },
    #[error("asset-{asset} is {status}")]
    WrongStatus { asset: u64, status: &'static str },
    #[error("asset-{asset}@{version} is {status}")]
    WrongVersionStatus { asset: u64, version: u64, status: &'static str },
    #[error("dat-{0}/{1} is locked until the verdict that minted it is settled")]
    Locked(u64, u64),
    #[error("asset-{asset} waits: {why}")]
    Waits { asset: u64, why: &'static str },
    #[error("asset-{0} is frozen")]
    Frozen(u64),
    #[error("the content is anchored already, by asset-{0}@{1}")]
    AlreadyAnchored(u64, u64),
    #[error("shares sum to more than 1,000,000")]
    TooManyShares,
    #[error("dat-{asset}/{serial} has a share of {have}; {need} are not in it")]
    ShareTooSmall { asset: u64, serial: u64, have: u32, need: u32 },
    #[error("dat-{0}/{1} has a share or something that is lent, and cannot be burnt")]
    NotEmpty(u64, u64),
    #[error("{who} is no member of idao-{idao}")]
    NotMember { idao: u64, who: Address },
    #[error("asset-{0}@{1} cannot be a parent: {2}")]
    BadParent(u64, u64, String),
    #[error("asset-{0} is not among the parents of the version before")]
    NotParent(u64),
    #[error("{what}: {got}, at most {most}")]
    LineageTooLarge { what: &'static str, got: u64, most: u64 },
    #[error("policy {policy} of asset-{asset} is not the newest; that is {newest}")]
    PolicySuperseded { asset: u64, policy: u64, newest: u64 },
    #[error("policy {1} of asset-{0} is no longer in force")]
    PolicyOver(u64, u64),
    #[error("{who} is not admitted to asset-{asset}: {why}")]
    NotAdmitted { asset: u64, who: Address, why: &'static str },
    #[error("asset-{0} has no price in {1}")]
    NoPrice(u64, Denom),
    #[error("the price is {price}, more than {most}")]
    PriceTooHigh { price: String, most: String },
    #[error("{0} is not accepted as payment")]
    NotAccepted(Denom),
    #[error("the quota of {most} units is passed")]
    QuotaPassed { most: u64 },
    #[error("dat-{asset}/{serial} has {have} units left, not {need}")]
    ValueTooSmall { asset: u64, serial: u64, have: u64, need: u64 },
    #[error("dat-{0}/{1} grants no access any more: it is over, revoked or expired")]
    AccessOver(u64, u64),
    #[error("value cannot move to dat-{asset}/{serial}: {why}")]
    ValueDiffers { asset: u64, serial: u64, why: &'static str },
    #[error("asset-{0} asks its iDAO for access, by RequestAccess")]
    NeedsVote(u64),
    #[error("asset-{0} is sealed: give an X25519 key of 32 bytes")]
    NeedsKey(u64),
    #[error("asset-{0} is not sealed, or its data key is number {1}")]
    WrongKeyEpoch(u64, u64),
    #[error("that access was revoked before")]
    AlreadyRevoked,
    #[error("nothing of dat-{0}/{1} can be refunded now")]
    NothingToRefund(u64, u64),
    #[error("asset-{asset}@{version} cannot be asked to unlearn asset-{ancestor}: {why}")]
    NotToUnlearn { asset: u64, version: u64, ancestor: u64, why: &'static str },
    #[error("asset-{0} has earned {1} denominations, the most there can be")]
    TooManyDenoms(u64, u32),
    #[error("money of dat-{0}/{1} waits for a settled version")]
    NothingSettled(u64, u64),
    #[error("dat-{0}/{1} is not expired")]
    NotExpired(u64, u64),
    #[error("channel-{2} has nothing to claim for asset-{0}@{1}")]
    NotPaid(u64, u64, u64),
    #[error("{0} is the account of a module, which owns no tokens; name another")]
    ModuleOwner(Address),
}

impl Coded for Error {
    const SPACE: &'static str = "dat";

    fn code(&self) -> u32 {
        match self {
            Error::NoSuchAsset(_) => 2,
            Error::NoSuchVersion(..) => 3,
            Error::NoSuchPolicy(..) => 4,
            Error::NoSuchDat(..) => 5,
            Error::NoSuchRequest(_) => 6,
            Error::NotController { .. } => 7,
            Error::NotOwner { .. } => 8,
            Error::NotOffered { .. } => 9,
            Error::WrongStatus { .. } => 10,
            Error::WrongVersionStatus { .. } => 11,
            Error::Locked(..) => 12,
            Error::Waits { .. } => 13,
            Error::Frozen(_) => 14,
            Error::AlreadyAnchored(..) => 15,
            Error::TooManyShares => 16,
            Error::ShareTooSmall { .. } => 17,
            Error::NotEmpty(..) => 18,
            Error::NotMember { .. } => 19,
            Error::BadParent(..) => 20,
            Error::NotParent(_) => 21,
            Error::LineageTooLarge { .. } => 22,
            Error::PolicySuperseded { .. } => 23,
            Error::PolicyOver(..) => 24,
            Error::NotAdmitted { .. } => 25,
            Error::NoPrice(..) => 26,
            Error::PriceTooHigh { .. } => 27,
            Error::NotAccepted(_) => 28,
            Error::QuotaPassed { .. } => 29,
            Error::ValueTooSmall { .. } => 30,
            Error::AccessOver(..) => 31,
            Error::ValueDiffers { .. } => 32,
            Error::NeedsVote(_) => 33,
            Error::NeedsKey(_) => 34,
            Error::WrongKeyEpoch(..) => 35,
            Error::AlreadyRevoked => 36,
            Error::NothingToRefund(..) => 37,
            Error::NotToUnlearn { .. } => 38,
            Error::TooManyDenoms(..) => 39,
            Error::NothingSettled(..) => 40,
            Error::NotExpired(..) => 41,
            Error::NotPaid(..) => 42,
            Error::ModuleOwner(_) => 43,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::NoSuchAsset(_)
            | Error::NoSuchVersion(..)
            | Error::NoSuchPolicy(..)
            | Error::NoSuchDat(..)
            | Error::NoSuchRequest(_)
            | Error::NotPaid(..) => Kind::Absent,
            Error::NotController { .. }
            | Error::NotOwner { .. }
            | Error::NotOffered { .. }
            | Error::NotMember { .. }
            | Error::NotAdmitted { .. }
            | Error::ModuleOwner(_) => Kind::Denied,
            Error::TooManyShares
            | Error::LineageTooLarge { .. }
            | Error::NotParent(_)
            | Error::NeedsKey(_)
            | Error::NotAccepted(_)
            | Error::NoPrice(..) => Kind::Invalid,
            Error::QuotaPassed { .. } | Error::TooManyDenoms(..) => Kind::Exhausted,
            _ => Kind::Conflict,
        }
    }
}
