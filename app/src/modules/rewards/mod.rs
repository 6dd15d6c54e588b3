//! New coins follow use: each epoch mints at most a part of the yearly rate, and to parties at most a part of what they
//! sank.
//!
//! # Concepts
//! When an epoch ends it may mint `E = floor(supply x yearly rate x time / a year of 31,557,600 seconds)`, where no more
//! time counts than `max_seconds`, so that a jump of the clock mints nothing. Time is reckoned in nanoseconds. `E` has
//! four parts. The stakers' is minted at once and put to the fees, which `distribution` shares. The others are shared in
//! proportion to what each party *sank* in the epoch, and never more than a part of that, so that paying oneself loses
//! however many hats one wears: Quorum members by the burnt part of the task fees that their ballots were paid from,
//! iDAOs and providers by protocol fees in `ulaz`. What a cap withholds is not minted. Providers get the `ucpt` that
//! their `ulaz` would buy at the price of the epoch's end.
//!
//! Nobody walks through parties. A party has one *tally*: the epoch in which it last sank something, and how much. The
//! epoch's end keeps the totals; the party's part is minted when it sinks something in a later epoch, or when somebody
//! claims it. An iDAO's part is its income (members by points, the rest to the treasury); that of an iDAO that closed is
//! the community pool's.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgClaimEmission`; `MsgUpdateParams` by governance. The yearly rate is set through `mint`.
//! # Blocks
//! At the turn of the epoch, after all queues.
//! # Events
//! `rewards.epoch_ended`, `rewards.emission`.
//! # Invariants
//! Totals and counts of each epoch are those of its tallies; the module's account is empty.

mod emission;
mod errors;
mod events;
mod genesis;
mod handlers;
mod invariants;
mod keys;
mod logic;
mod msgs;
mod queries;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use logic::{epoch_began, protocol_fee, task_fee_burnt};
pub(crate) use msgs::{ClaimEmission, UpdateParams};
pub(crate) use queries::QUERIES;

/// The module account that an iDAO's part passes through.
pub(crate) const ACCOUNT: &str = "rewards";
