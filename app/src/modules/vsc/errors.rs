//! The rules that a message of this module can break.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
};

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("there is no task-{0}")]
    NoSuchTask(u64),
    #[error("task-{task} has no round {round}")]
    NoSuchRound { task: u64, round: u32 },
    #[error("task-{task} has no case {number}")]
    NoSuchCase { task: u64, number: u32 },
    #[error("{0} has no such seal; seal the update at least one block before it is submitted")]
    NoSuchSeal(Address),
    #[error("the seal is of this block; submit in a later one")]
    SealTooYoung,
    #[error("the seal is older than it may be")]
    SealTooOld,
    #[error("{0} has this seal already")]
    SealExists(Address),
    #[error("value at risk {value}ulaz is below the least, {least}ulaz")]
    ValueTooSmall { value: Amount, least: Amount },
    #[error("{limit} tasks of {of} are open; wait for one to end")]
    TooManyOpen { of: String, limit: u32 },
    #[error("the content does not match its manifest: {0}")]
    ContentMismatch(&'static str),
    #[error("this content is anchored already as asset-{asset}@{version}")]
    Anchored { asset: u64, version: u64 },
    #[error("task-{0} has this content under an older seal")]
    Claimed(u64),
    #[error("{0} has not consented to this update")]
    NoConsent(Address),
    #[error("asset-{asset} cannot get this update: {why}")]
    WrongTarget { asset: u64, why: &'static str },
    #[error("{who} did not submit task-{task}")]
    NotSubmitter { who: Address, task: u64 },
    #[error("task-{0} cannot be withdrawn; a committee was drawn, or it is over")]
    NotWithdrawable(u64),
    #[error("round {round} of task-{task} does not wait for that now")]
    NotInPhase { task: u64, round: u32 },
    #[error("{member} has no seat in round {round} of task-{task}")]
    NoSeat { member: ValAddress, task: u64, round: u32 },
    #[error("none of the ballots counts; the first: {0}")]
    NoGoodBallot(String),
    #[error("there is no verdict on task-{0} that can be challenged now")]
    NotChallengeable(u64),
    #[error("only the submitter may challenge a verdict against task-{0}")]
    NotTheSubmittersRejection(u64),
    #[error("{who} has challenged this verdict on task-{task} already")]
    AlreadyChallenged { who: Address, task: u64 },
    #[error("the case has {limit} challengers; nobody else can join it")]
    CaseFull { limit: usize },
    #[error("the case is past the point at which others can join it")]
    CaseUnderWay,
    #[error("{who} sits on the jury of task-{task}")]
    OnTheJury { who: Address, task: u64 },
    #[error("the verdict on task-{task} was challenged {limit} times")]
    TooManyCases { task: u64, limit: u32 },
    #[error("it takes a bond of {bond}ulaz, more than {most}ulaz")]
    BondAboveLimit { bond: Amount, most: Amount },
    #[error("task-{0} has no open case")]
    NoOpenCase(u64),
    #[error("there is no ruling on task-{0} that can be appealed now")]
    NotAppealable(u64),
    #[error("{who} is not on the side that lost the ruling on task-{task}")]
    NotOnLosingSide { who: Address, task: u64 },
    #[error("{who} takes no part in the case on task-{task}")]
    NotInTheCase { who: Address, task: u64 },
    #[error("the case has {limit} pieces of evidence, and takes no more")]
    EvidenceFull { limit: usize },
    #[error("the Merkle root of task-{0} is not that of a canary with this salt")]
    NotACanary(u64),
    #[error("a canary is revealed between the tally and the end of liability, once; task-{0} is not there")]
    NotCanaryTime(u64),
    #[error("task-{0} has no case before governance")]
    NotBeforeGovernance(u64),
    #[error("governance upholds, overturns an acceptance, or sends a rejection back; {0}")]
    RulingNotAllowed(&'static str),
    #[error("that is no equivocation: {0}")]
    NotEquivocation(&'static str),
    #[error("nobody is liable for round {round} of task-{task} any more")]
    NotLiable { task: u64, round: u32 },
}

impl Coded for Error {
    const SPACE: &'static str = "vsc";

    fn code(&self) -> u32 {
        match self {
            Error::NoSuchTask(_) => 2,
            Error::NoSuchRound { .. } => 3,
            Error::NoSuchCase { .. } => 4,
            Error::NoSuchSeal(_) => 5,
            Error::SealTooYoung => 6,
            Error::SealTooOld => 7,
            Error::SealExists(_) => 8,
            Error::ValueTooSmall { .. } => 9,
            Error::TooManyOpen { .. } => 10,
            Error::ContentMismatch(_) => 11,
            Error::Anchored { .. } => 12,
            Error::Claimed(_) => 13,
            Error::NoConsent(_) => 14,
            Error::WrongTarget { .. } => 15,
            Error::NotSubmitter { .. } => 16,
            Error::NotWithdrawable(_) => 17,
            Error::NotInPhase { .. } => 18,
            Error::NoSeat { .. } => 19,
            Error::NoGoodBallot(_) => 20,
            Error::NotChallengeable(_) => 21,
            Error::NotTheSubmittersRejection(_) => 22,
            Error::AlreadyChallenged { .. } => 23,
            Error::CaseFull { .. } => 24,
            Error::CaseUnderWay => 25,
            Error::OnTheJury { .. } => 26,
            Error::TooManyCases { .. } => 27,
            Error::BondAboveLimit { .. } => 28,
            Error::NoOpenCase(_) => 29,
            Error::NotAppealable(_) => 30,
            Error::NotOnLosingSide { .. } => 31,
            Error::NotInTheCase { .. } => 32,
            Error::EvidenceFull { .. } => 33,
            Error::NotACanary(_) => 34,
            Error::NotCanaryTime(_) => 35,
            Error::NotBeforeGovernance(_) => 36,
            Error::RulingNotAllowed(_) => 37,
            Error::NotEquivocation(_) => 38,
            Error::NotLiable { .. } => 39,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::NoSuchTask(_)
            | Error::NoSuchRound { .. }
            | Error::NoSuchCase { .. }
            | Error::NoSuchSeal(_)
            | Error::NoOpenCase(_) => Kind::Absent,
            Error::NoConsent(_)
            | Error::NotSubmitter { .. }
            | Error::NoSeat { .. }
            | Error::NotTheSubmittersRejection(_)
            | Error::OnTheJury { .. }
            | Error::NotOnLosingSide { .. }
            | Error::NotInTheCase { .. } => Kind::Denied,
            Error::TooManyOpen { .. }
            | Error::CaseFull { .. }
            | Error::TooManyCases { .. }
            | Error::EvidenceFull { .. } => Kind::Exhausted,
            Error::ValueTooSmall { .. }
            | Error::ContentMismatch(_)
            | Error::NoGoodBallot(_)
            | Error::BondAboveLimit { .. }
            | Error::NotACanary(_)
            | Error::RulingNotAllowed(_)
            | Error::NotEquivocation(_) => Kind::Invalid,
            _ => Kind::Conflict,
        }
    }
}
