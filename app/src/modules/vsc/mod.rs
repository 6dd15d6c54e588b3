//! The Verifiable Service Coordinator: from an update to a verdict that somebody is liable for.
//!
//! # Concepts
//! An *update* is sealed first, so that nobody can run ahead of it, and submitted with its fee and deposit in escrow. A
//! *task* carries it. By rule and never by hand it goes to a *Quorum* that the iDAO trusts; a *committee* drawn from that
//! looks at the content off chain, commits to ballots and reveals them. Every draw comes from the beacon, and what it was
//! made from is kept ([`WhyRouting`], [`WhyDrawing`], [`WhyTally`], [`WhyPayout`]).
//!
//! Where the protocol is silent:
//! - The second Quorum of a task has all three rounds; if none can take it the moment it is needed, the task expires.
//! - Ballots are signed as statements `commit` and `reveal`; consents, since accounts have no ed25519 key, by the
//!   account's own secp256k1 key over the statement `consent`, which names the seal, so that each counts once.
//! - An older seal waits while the younger one's ballots are being shown, while a verdict against it stands, and while a
//!   case is open: it never voids a verdict that is about to fall on its own maker.
//! - Roles in the iDAO are read when a committee is drawn; the other conflicts are those of the submission.
//! - Who joins a case does so before the first jury reveals. The audit pool's case has no bond; its jury is paid by
//!   escrow or insurance. After an upheld rejection what is left of the challenger's bond is the insurance pool's.
//! - A jury that would have overturned a verdict that the final ruling upholds was itself wrong, and is slashed so.
//! - A verdict has at most eight cases, a task at most 64 rounds; beyond that a case goes to governance.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgSealUpdate`, `MsgSubmitUpdate`, `MsgWithdrawUpdate`, `MsgShareKeys`, `MsgSubmitCommits`, `MsgSubmitReveals`,
//! `MsgChallenge`, `MsgAppeal`, `MsgAddEvidence`, `MsgRevealCanary`; `MsgRule` and `MsgUpdateParams` by governance; and
//! `lazchain.quorum.v1.MsgSubmitEquivocation`.
//! # Blocks
//! Queues: rulings, phases, throws, deadlines, ends of seals.
//! # Events
//! `vsc.*`, see `events.rs`.
//! # Invariants
//! The module's account holds what its records say; any accepting set of seats holds the value at risk; what is anchored
//! has a certificate; counts of open tasks and claims are those of the tasks; duties are the seats of rounds that are on.
//!
//! [`WhyRouting`]: proto::lazchain::vsc::v1::QueryWhyRoutingRequest
//! [`WhyDrawing`]: proto::lazchain::vsc::v1::QueryWhyDrawingRequest
//! [`WhyTally`]: proto::lazchain::vsc::v1::QueryWhyTallyRequest
//! [`WhyPayout`]: proto::lazchain::vsc::v1::QueryWhyPayoutRequest

mod block;
pub(crate) mod committee;
mod errors;
mod events;
mod genesis;
mod handlers;
mod invariants;
mod keys;
mod logic;
pub(crate) mod money;
mod msgs;
mod queries;
pub(crate) mod routing;
pub(crate) mod tally;
#[cfg(test)]
mod tests;
pub(crate) mod types;

pub(crate) use block::{work_deadlines, work_phases, work_rulings, work_seal_ends, work_throws};
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use keys::{DEADLINES, PHASES, RULINGS, SEAL_ENDS, THROWS};
pub(crate) use logic::{ACCOUNT, home, learning_decided};
pub(crate) use msgs::{
    AddEvidence, Appeal, Challenge, RevealCanary, Rule, SealUpdate, ShareKeys, SubmitCommits,
    SubmitEquivocation, SubmitReveals, SubmitUpdate, UpdateParams, WithdrawUpdate,
};
pub(crate) use queries::QUERIES;
pub(crate) use types::local;
