//! The rules of providers, channels and vouchers.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Denom},
};

use crate::{
    error::{Coded, Kind},
    time::{Span, Time},
};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0} is no provider")]
    NoSuchProvider(Address),
    #[error("{0} is a provider already; update it instead")]
    AlreadyProvider(Address),
    #[error("{count} channels of the provider are not closed; close them first")]
    ChannelsOpen { count: u64 },
    #[error("a close delay is between {} and {} seconds", least.secs(), most.secs())]
    DelayOutOfRange { least: Span, most: Span },
    #[error("no channel-{0}")]
    NoSuchChannel(u64),
    #[error("{who} is neither consumer nor provider of channel-{channel}")]
    NotOfChannel { who: Address, channel: u64 },
    #[error("this use is not allowed: {0}")]
    NotAllowed(String),
    #[error("the policy does not let {0} provide")]
    ProviderNotListed(Address),
    #[error("this use has no price in {0}")]
    NoPrice(Denom),
    #[error("a channel on an access DAT is paid by it and takes no deposit")]
    PaidByDat,
    #[error("the protocol takes {0} basis points, more than accepted")]
    ProtocolTakesMore(u32),
    #[error("the provider's close delay is {} seconds, longer than accepted", .0.secs())]
    DelayTooLong(Span),
    #[error("channel-{0} is not open")]
    NotOpen(u64),
    #[error("channel-{0} is over")]
    ChannelOver(u64),
    #[error("channel-{channel} takes vouchers until {closes_at}")]
    NotOverYet { channel: u64, closes_at: Time },
    #[error("the signature is not the channel key's")]
    WrongSignature,
    #[error("sequence {given} does not follow {last}")]
    StaleSequence { given: u64, last: u64 },
    #[error("{given} units in all are no more than {last}")]
    UnitsDoNotGrow { given: u64, last: u64 },
    #[error("the amount is {given}; so many units cost exactly {exact}")]
    WrongAmount { given: Amount, exact: Amount },
    #[error("{needed} in all is more than the deposit of {deposit}")]
    AboveDeposit { needed: Amount, deposit: Amount },
    #[error("{given} units in all are more than {most}")]
    AboveUnits { given: u64, most: u64 },
    #[error("the channel was not opened for this purpose")]
    PurposeNotOpened,
    #[error("{0}")]
    TermsNotAllowed(String),
    #[error("the work is dated {as_of}, after this block")]
    FromTheFuture { as_of: Time },
    #[error("the work is dated {as_of}, before that of the last voucher, {last}")]
    BeforeTheLast { as_of: Time, last: Time },
    #[error("the work is dated {as_of}; the use ended at {ended}")]
    UseEnded { as_of: Time, ended: Time },
    #[error("the use ended at {ended}; its vouchers could be redeemed until {until}")]
    TooLate { ended: Time, until: Time },
    #[error("asset-{asset}@{version} fell; its channels are refunded and redeem no more")]
    VersionFell { asset: u64, version: u64 },
    #[error("asset-{asset}@{version} did not fall; channel-{channel} has no refund to claim")]
    NothingFell { channel: u64, asset: u64, version: u64 },
    #[error("channel-{0} is settled; its record stays while the version may fall")]
    StillLiable(u64),
    #[error("{0} buys no ucpt")]
    NotForSale(Denom),
    #[error("only {left}ucpt can still be bought in this epoch")]
    SoldOut { left: Amount },
    #[error("{payment} buys {bought}ucpt, less than the {least}ucpt asked for")]
    BuysLess { payment: Coin, bought: Amount, least: Amount },
    #[error("only the consumer takes more units for channel-{0}")]
    NotTheConsumer(u64),
    #[error("channel-{0} is closing already")]
    ClosingAlready(u64),
    #[error("asset-{asset}@{version} fell; claim the refund of channel-{channel}")]
    RefundWaits { channel: u64, asset: u64, version: u64 },
    #[error("channel-{0} is open; close it first")]
    StillOpen(u64),
}

impl Coded for Error {
    const SPACE: &'static str = "usage";

    fn code(&self) -> u32 {
        match self {
            Error::NoSuchProvider(_) => 2,
            Error::AlreadyProvider(_) => 3,
            Error::ChannelsOpen { .. } => 4,
            Error::DelayOutOfRange { .. } => 5,
            Error::NoSuchChannel(_) => 6,
            Error::NotOfChannel { .. } => 7,
            Error::NotAllowed(_) => 8,
            Error::ProviderNotListed(_) => 9,
            Error::NoPrice(_) => 10,
            Error::PaidByDat => 11,
            Error::ProtocolTakesMore(_) => 12,
            Error::DelayTooLong(_) => 13,
            Error::NotOpen(_) => 14,
            Error::ChannelOver(_) => 15,
            Error::NotOverYet { .. } => 16,
            Error::WrongSignature => 17,
            Error::StaleSequence { .. } => 18,
            Error::UnitsDoNotGrow { .. } => 19,
            Error::WrongAmount { .. } => 20,
            Error::AboveDeposit { .. } => 21,
            Error::AboveUnits { .. } => 22,
            Error::PurposeNotOpened => 23,
            Error::TermsNotAllowed(_) => 24,
            Error::FromTheFuture { .. } => 25,
            Error::BeforeTheLast { .. } => 26,
            Error::UseEnded { .. } => 27,
            Error::TooLate { .. } => 28,
            Error::VersionFell { .. } => 29,
            Error::NothingFell { .. } => 30,
            Error::StillLiable(_) => 31,
            Error::NotForSale(_) => 32,
            Error::SoldOut { .. } => 33,
            Error::BuysLess { .. } => 34,
            Error::NotTheConsumer(_) => 35,
            Error::ClosingAlready(_) => 36,
            Error::RefundWaits { .. } => 37,
            Error::StillOpen(_) => 38,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::NoSuchProvider(_) | Error::NoSuchChannel(_) | Error::NotForSale(_) => Kind::Absent,
            Error::NotOfChannel { .. }
            | Error::NotAllowed(_)
            | Error::ProviderNotListed(_)
            | Error::PurposeNotOpened
            | Error::TermsNotAllowed(_)
            | Error::NotTheConsumer(_) => Kind::Denied,
            Error::AboveDeposit { .. } | Error::AboveUnits { .. } | Error::SoldOut { .. } => Kind::Exhausted,
            Error::DelayOutOfRange { .. }
            | Error::NoPrice(_)
            | Error::PaidByDat
            | Error::WrongSignature
            | Error::WrongAmount { .. } => Kind::Invalid,
            _ => Kind::Conflict,
        }
    }
}
