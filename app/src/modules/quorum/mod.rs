//! Quorums: validators that pledge stake, beyond consensus, on the truth of their verdicts.
//!
//! # Concepts
//! A member pledges an *allocation*, basis points of its validator's stake, own and delegated. All allocations of a
//! validator, announced ones and those still bound by liabilities included, sum to at most a limit, so pledged stake is
//! never counted twice. Once an epoch each Quorum is *measured*: the pledges, up to a cap, become powers. A task draws
//! by the measurement of its epoch, refers to it, and can punish by it until its liability has ended; nothing that
//! happens to memberships or stake afterwards changes what was pledged.
//!
//! The stake of a member that leaves or allocates less is bound until no task refers to the measurement of its last
//! duty, or to an older one of the same Quorum. Joins and increases wait for their notice and the boundary after it;
//! keys announced in an epoch are used from the next one on. What may be admitted where members admit: more than half of
//! the power speaks for it; the creator alone while nobody has power.
//!
//! A member in the Quorum's jail keeps its seat while it may come back: as long again as it was in. One that leaves
//! meanwhile stays jailed for its time. Who signed two ballots, or two blocks, is out.
//!
//! # Slashes
//! Decided by a finding of fault, taken by a queue in pages: [`staking::levy`](crate::modules::staking) takes from what
//! began to leave after the measurement first, each the part that it was of the stake, then from the present tokens; until
//! that is done nothing leaves the validator. All members of one finding share its correlation factor. Of the operator's
//! own part a fifth is burnt, half goes to a reporter, the rest refunds whom the ruling named and fills the insurance
//! pool; what comes out of others' delegations is burnt.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgCreateQuorum`, `MsgJoinQuorum`, `MsgAdmitMember`, `MsgUpdateAllocation`, `MsgLeaveQuorum`, `MsgRotateKeys`,
//! `MsgProposeParams`, `MsgVoteParams`, `MsgUnjailMember`, `MsgFundQuorum`, `MsgClaimQuorumPool`; `MsgUpdateParams` by
//! governance. `MsgSubmitEquivocation` is answered by `vsc`, which knows the ballots.
//! # Blocks
//! Queues: slashes, the measuring of an epoch, and forgetting what belongs to a measurement that nothing refers to.
//! # Events
//! `quorum.created`, `quorum.joined`, `quorum.measured`, `quorum.offended`, `quorum.slashed` and others: `events`.
//! # Invariants
//! The account holds deposits and pools; allocations sum up; powers keep the cap; slashes stay within pledges; stake is
//! held as long as a slash is on its way.

mod errors;
mod events;
mod genesis;
mod handlers;
mod invariants;
mod keys;
mod logic;
mod msgs;
mod params;
pub(crate) mod power;
mod queries;
mod rules;
#[cfg(test)]
pub(crate) mod tests;
mod types;

pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use keys::{FORGETTING, MEASURING, SLASHING};
pub(crate) use logic::{
    account,
    duties::{begin_duty, end_duty, open_duties, preimage_left_out},
    exists, failed_round, find,
    measuring::{epoch_began, forget, hold, let_go, measured, row, work as measure},
    offences::offend,
    overturned,
    pools::{draw_audit, draw_insurance, fund_audit, fund_insurance, fund_members},
    quorum, reliability, reliability_bps,
    reserves::{budget, free, release, reserve},
    rules,
    seats::validator_removed,
    slashing::work as slash,
    slowest_exit, unbonding_time_changes, verdict,
};
pub(crate) use msgs::{
    AdmitMember, ClaimPool, CreateQuorum, FundQuorum, JoinQuorum, LeaveQuorum, ProposeRules, RotateKeys,
    UnjailMember, UpdateAllocation, UpdateParams, VoteRules,
};
pub(crate) use params::local;
pub(crate) use queries::QUERIES;
pub(crate) use types::{ACCOUNT, Conduct, Duty, Offence};
