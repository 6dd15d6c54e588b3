//! The rules that an iDAO's message can break.

use proto::{address::Address, amount::Amount};

use crate::error::{Coded, Kind};

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("there is no idao-{0}")]
    NoSuchIdao(u64),
    #[error("idao-{0} is closed")]
    Closed(u64),
    #[error("{who} does not speak for idao-{idao}: that takes a passed proposal")]
    NotTheIdao { idao: u64, who: Address },
    #[error("{who} is no member of idao-{idao}")]
    NotMember { idao: u64, who: Address },
    #[error("{who} is a member of idao-{idao} already")]
    AlreadyMember { idao: u64, who: Address },
    #[error("idao-{idao} takes members by {by} only")]
    DoorClosed { idao: u64, by: &'static str },
    #[error("{who} does not own dat-{asset}/{serial}")]
    NotDatOwner { asset: u64, serial: u64, who: Address },
    #[error("dat-{asset}/{serial} is a membership of somebody already")]
    DatUsed { asset: u64, serial: u64 },
    #[error("a DAT stands for at most {limit} memberships")]
    DatUsedUp { limit: u32 },
    #[error("the membership deposit is {asked}ulaz, more than {most}ulaz")]
    DepositTooHigh { asked: Amount, most: Amount },
    #[error("{who} has applied to idao-{idao} already")]
    AlreadyApplied { idao: u64, who: Address },
    #[error("{who} has no application to idao-{idao}")]
    NoApplication { idao: u64, who: Address },
    #[error("{who} has no invitation to idao-{idao} that still holds")]
    NotInvited { idao: u64, who: Address },
    #[error("{who} has no vote in idao-{idao} yet")]
    NoVoteYet { idao: u64, who: Address },
    #[error("{who} had no vote when proposal-{proposal} was opened")]
    NotEligible { proposal: u64, who: Address },
    #[error("proposal-{proposal} is decided by gatekeepers, and {who} was none when it was opened")]
    NotGatekeeper { proposal: u64, who: Address },
    #[error("there is no proposal-{0}")]
    NoSuchProposal(u64),
    #[error("proposal-{0} takes no votes any more")]
    NotVoting(u64),
    #[error("proposal-{0} is frozen")]
    Frozen(u64),
    #[error("{who} has {limit} open proposals, the most there can be")]
    TooManyProposals { who: Address, limit: u32 },
    #[error("not to be proposed: {0}")]
    NotProposable(String),
    #[error("the messages cost {gas} gas, at most {limit}")]
    TooExpensive { gas: u64, limit: u64 },
    #[error("proposal-{0} is not to be executed now")]
    NotExecutable(u64),
    #[error("the messages cost {gas} gas, gas_limit is {limit}")]
    GasLimitTooLow { gas: u64, limit: u64 },
    #[error("proposal-{proposal} is not that of {who}")]
    NotProposer { proposal: u64, who: Address },
    #[error("{0} has voted in person, which an agent cannot change")]
    VotedInPerson(Address),
    #[error("agent {0} has expired")]
    AgentExpired(Address),
    #[error("agent {agent} may not send {type_url}")]
    AgentNotAllowed { agent: Address, type_url: String },
    #[error("agent {agent} may commit {limit}ulaz an epoch; this would make it {spent}ulaz")]
    AgentOverLimit { agent: Address, limit: Amount, spent: Amount },
    #[error("a member has at most {limit} agents")]
    TooManyAgents { limit: u32 },
    #[error("{0} is the agent of another member")]
    AgentTaken(Address),
    #[error("{agent} is no agent of {who}")]
    NoSuchAgent { agent: Address, who: Address },
    #[error("that role was not offered to {0}")]
    RoleNotOffered(Address),
    #[error("{who} is no guardian of idao-{idao}")]
    NotGuardian { idao: u64, who: Address },
    #[error("{0} was frozen before: once per subject")]
    FrozenBefore(String),
    #[error("{who} has {limit} freezes, the most at a time")]
    TooManyFreezes { who: Address, limit: u32 },
    #[error("not to be frozen: {0}")]
    NotFreezable(String),
    #[error("there is no quorum-{0}")]
    NoSuchQuorum(u64),
    #[error("an iDAO has at most {limit} trust edges")]
    TooManyEdges { limit: u32 },
    #[error("idao-{idao} has no trust edge to quorum-{quorum}")]
    NoSuchEdge { idao: u64, quorum: u64 },
    #[error("there is nothing to claim")]
    NothingToClaim,
    #[error("rules: {0}")]
    RulesOutOfRange(String),
}

impl Coded for Error {
    const SPACE: &'static str = "idao";

    fn code(&self) -> u32 {
        match self {
            Error::NoSuchIdao(_) => 2,
            Error::Closed(_) => 3,
            Error::NotTheIdao { .. } => 4,
            Error::NotMember { .. } => 5,
            Error::AlreadyMember { .. } => 6,
            Error::DoorClosed { .. } => 7,
            Error::NotDatOwner { .. } => 8,
            Error::DatUsed { .. } => 9,
            Error::DatUsedUp { .. } => 10,
            Error::DepositTooHigh { .. } => 11,
            Error::AlreadyApplied { .. } => 12,
            Error::NoApplication { .. } => 13,
            Error::NotInvited { .. } => 14,
            Error::NoVoteYet { .. } => 15,
            Error::NotEligible { .. } => 16,
            Error::NotGatekeeper { .. } => 17,
            Error::NoSuchProposal(_) => 18,
            Error::NotVoting(_) => 19,
            Error::Frozen(_) => 20,
            Error::TooManyProposals { .. } => 21,
            Error::NotProposable(_) => 22,
            Error::TooExpensive { .. } => 23,
            Error::NotExecutable(_) => 24,
            Error::GasLimitTooLow { .. } => 25,
            Error::NotProposer { .. } => 26,
            Error::VotedInPerson(_) => 27,
            Error::AgentExpired(_) => 28,
            Error::AgentNotAllowed { .. } => 29,
            Error::AgentOverLimit { .. } => 30,
            Error::TooManyAgents { .. } => 31,
            Error::AgentTaken(_) => 32,
            Error::NoSuchAgent { .. } => 33,
            Error::RoleNotOffered(_) => 34,
            Error::NotGuardian { .. } => 35,
            Error::FrozenBefore(_) => 36,
            Error::TooManyFreezes { .. } => 37,
            Error::NotFreezable(_) => 38,
            Error::NoSuchQuorum(_) => 39,
            Error::TooManyEdges { .. } => 40,
            Error::NoSuchEdge { .. } => 41,
            Error::NothingToClaim => 42,
            Error::RulesOutOfRange(_) => 43,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Error::NoSuchIdao(_)
            | Error::NoSuchProposal(_)
            | Error::NoSuchQuorum(_)
            | Error::NoSuchEdge { .. }
            | Error::NoSuchAgent { .. }
            | Error::NoApplication { .. } => Kind::Absent,
            Error::NotTheIdao { .. }
            | Error::NotMember { .. }
            | Error::NotDatOwner { .. }
            | Error::NotInvited { .. }
            | Error::NoVoteYet { .. }
            | Error::NotEligible { .. }
            | Error::NotGatekeeper { .. }
            | Error::NotProposer { .. }
            | Error::AgentExpired(_)
            | Error::AgentNotAllowed { .. }
            | Error::RoleNotOffered(_)
            | Error::NotGuardian { .. } => Kind::Denied,
            Error::DatUsedUp { .. }
            | Error::TooManyProposals { .. }
            | Error::TooExpensive { .. }
            | Error::AgentOverLimit { .. }
            | Error::TooManyAgents { .. }
            | Error::TooManyFreezes { .. }
            | Error::TooManyEdges { .. } => Kind::Exhausted,
            Error::NotProposable(_) | Error::GasLimitTooLow { .. } | Error::RulesOutOfRange(_) => {
                Kind::Invalid
            }
            _ => Kind::Conflict,
        }
    }
}
