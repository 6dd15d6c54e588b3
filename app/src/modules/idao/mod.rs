//! iDAOs: who belongs to one, how it decides, whose verdicts it trusts, what its members earn together.
//!
//! # Concepts
//! An iDAO has members, rules of its own and a treasury account that nobody signs for: what the iDAO does is a passed
//! proposal, whose messages run as that account. The founder is the first member, votes at once and holds every role;
//! everybody else has a vote from the epoch after they came in (in an `open` iDAO from the epoch after their first
//! accepted update), so a vote counts the members of the epoch before it was opened, and its number of voters is kept
//! with it. A membership that ends takes no vote back that was cast while it lasted, and none can be cast after it.
//!
//! *Coming in*: by application the members vote; invitations are made by proposal, or by a steward whose rules list
//! `MsgInvite`, where members decide who comes; by token the owner of a DAT of one asset, until the DAT moves; or freely.
//! What a newcomer leaves as deposit is at most what the message names. *Going out* is always possible, immediate, and
//! pays the accrued income; a membership deposit waits for open challenges of the member's updates and is burnt if one
//! falls. With the last member the iDAO closes for good and what it has goes to the community pool, its stakes after
//! their unbonding.
//!
//! *Roles* are offered by proposal and accepted by their holder. Stewards act in the iDAO's name where a message's rules
//! ask [`speaks_for`]; what only the iDAO's account may do takes a proposal, whatever the rules list. *Agents* act under
//! their member, within message types, a spending limit per epoch and an expiry; an agent can resign too.
//!
//! *Votes* weigh one each, or by contribution points at the end of the epoch before, from 1 (so that an iDAO without
//! points can decide) up to the cap. Members with a vote propose. The kind of a proposal follows from its messages;
//! changes of roles and members stand alone. It passes by heads, by yes against yes, no and veto, and below the bar of
//! vetoes; then it waits for its time lock and is executed by whoever pays for it. An application takes more yes than
//! no. Votes that the chain opens (`learning`, `use`) have no deposit, and their result is a hook.
//!
//! *Guardians* freeze an asset, a task or a proposal once, which opens a vote that lifts the freeze or extends it. The
//! clock of a frozen proposal stands still. A guardian counts as voted down if enough heads voted and it did not pass.
//!
//! *Points* come with accepted updates and weigh the members' part of the iDAO's income, shared at 27 decimals.
//! # State
//! `keys.rs`. Finished proposals and their votes are kept for a while, so that every count can be done again.
//! # Messages
//! `MsgCreateIdao`, `MsgUpdateIdao`*, `MsgCloseIdao`*, `MsgApplyToJoin`, `MsgWithdrawApplication`, `MsgInvite`,
//! `MsgAcceptInvite`, `MsgLeaveIdao`, `MsgRemoveMember`*, `MsgSetRoles`*, `MsgAcceptRole`, `MsgRegisterAgent`,
//! `MsgRevokeAgent`, `MsgPropose`, `MsgVote`, `MsgExecuteProposal`, `MsgWithdrawProposal`, `MsgEstablishTrust`*,
//! `MsgEndTrust`*, `MsgFreezeSubject`, `MsgClaimMemberRewards`, `MsgFundTreasury` (* only as the iDAO's account), and
//! `MsgUpdateParams` by governance.
//! # Blocks
//! Three queues: votes whose time is up; passed proposals, invitations and freezes that end; what is removed in pages.
//! # Events
//! `idao.created`, `idao.joined`, `idao.voted` and so on: `events`.
//! # Invariants
//! The module's account holds its deposits and pots; counts are those of the members; pots cover what members can
//! claim; tallies are the sums of their votes.

mod block;
mod errors;
mod events;
mod genesis;
mod handlers;
mod invariants;
mod keys;
mod logic;
mod msgs;
mod proposable;
mod queries;
mod tally;
#[cfg(test)]
pub(crate) mod tests;
mod types;
mod waiting;

pub(crate) use block::{clear, close_vote, end};
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use keys::{CLOSINGS, ENDS, LEFTOVERS};
pub(crate) use logic::{
    account,
    agents::{Actor, acting, speaks_for},
    freezes::{frozen_since, is_frozen},
    holds_role_or_founded,
    income::income,
    member,
    members::{belongs, case_closed, case_opened, dat_moved},
    needs_vote,
    points::{add_points, points, take_points},
    split,
    trust::live_edges,
    votes::{open_learning_vote, open_use_vote},
};
pub(crate) use msgs::{
    AcceptInvite, AcceptRole, ApplyToJoin, ClaimMemberRewards, CloseIdao, CreateIdao, EndTrust,
    EstablishTrust, ExecuteProposal, FreezeSubject, FundTreasury, Invite, LeaveIdao, Propose, RegisterAgent,
    RemoveMember, RevokeAgent, SetRoles, UpdateIdao, UpdateParams, Vote, WithdrawApplication,
    WithdrawProposal,
};
pub(crate) use queries::QUERIES;
pub(crate) use types::Subject;
pub(crate) use types::local;

/// The module's account: deposits, and members' income until they claim it.
pub(crate) const ACCOUNT: &str = "idao";
