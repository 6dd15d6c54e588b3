//! The rules a message of this module can break. Numbers and words are Cosmos'; 2 is the number that Cosmos gave an
//! unknown proposal before it stopped giving it one, 24 and up are this chain's own.

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}: unknown proposal")]
    UnknownProposal(u64),
    #[error("{0}: inactive proposal")]
    InactiveProposal(u64),
    #[error("{0}: invalid proposal content")]
    InvalidContent(String),
    #[error("{0}: invalid vote option")]
    InvalidVote(String),
    #[error("{0}: no handler exists for proposal type")]
    NoHandler(String),
    #[error("{0}: proposal message not recognized by router")]
    UnroutableMessage(String),
    #[error("either metadata or Msgs length must be non-nil: no messages proposed")]
    NoMessages,
    #[error("{0}: invalid proposal message")]
    InvalidMessage(String),
    #[error("{0}: expected gov account as only signer for proposal message")]
    InvalidSigner(String),
    #[error("got metadata with length {0}: metadata too long")]
    MetadataTooLong(usize),
    #[error("{0}: minimum deposit is too small")]
    DepositTooSmall(String),
    #[error("invalid proposer {0}: invalid proposer")]
    InvalidProposer(String),
    #[error("voting period is already ended for this proposal {0}: voting period already ended")]
    VotingPeriodEnded(u64),
    #[error("{0}: invalid proposal")]
    InvalidProposal(String),
    #[error("got summary with length {0}: summary too long")]
    SummaryTooLong(usize),
    #[error("{0}: invalid deposit denom")]
    InvalidDepositDenom(String),
    #[error("more than {limit} messages in a proposal")]
    TooManyMessages { limit: usize },
    #[error("more than {limit} accounts have deposited on a proposal")]
    TooManyDepositors { limit: u32 },
}

impl Coded for Error {
    const SPACE: &'static str = "gov";

    fn code(&self) -> u32 {
        match self {
            Error::UnknownProposal(_) => 2,
            Error::InactiveProposal(_) => 3,
            Error::InvalidContent(_) => 5,
            Error::InvalidVote(_) => 7,
            Error::NoHandler(_) => 9,
            Error::UnroutableMessage(_) => 10,
            Error::NoMessages => 11,
            Error::InvalidMessage(_) => 12,
            Error::InvalidSigner(_) => 13,
            Error::MetadataTooLong(_) => 15,
            Error::DepositTooSmall(_) => 16,
            Error::InvalidProposer(_) => 18,
            Error::VotingPeriodEnded(_) => 20,
            Error::InvalidProposal(_) => 21,
            Error::SummaryTooLong(_) => 22,
            Error::InvalidDepositDenom(_) => 23,
            Error::TooManyMessages { .. } => 24,
            Error::TooManyDepositors { .. } => 25,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::UnknownProposal(_) => Kind::Absent,
            Error::InvalidSigner(_) | Error::InvalidProposer(_) => Kind::Denied,
            Error::InactiveProposal(_) | Error::VotingPeriodEnded(_) => Kind::Conflict,
            Error::TooManyDepositors { .. } => Kind::Exhausted,
            _ => Kind::Invalid,
        }
    }
}
