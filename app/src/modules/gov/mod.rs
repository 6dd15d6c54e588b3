//! Governance: stakers decide, and what they decide is done.
//!
//! # Concepts
//! A proposal is a list of messages that governance's own account signs. It waits for deposits, then for votes, then
//! it is counted: a staker's vote counts with its stake, and a validator's vote with all stake on it whose owners did
//! not vote themselves. A proposal that passes is executed at once, in one attempt: all its messages or none. An
//! expedited one has less time and a higher threshold, and is voted on again as an ordinary one if it fails.
//!
//! A count may be larger than one block should do. Then it goes on in the next: the set of validators is taken down
//! when it begins, and stake that moves meanwhile is remembered as it was, so that the result is that of the block the
//! vote ended in, however many blocks the count takes. Other proposals wait until it is done.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgSubmitProposal`, `MsgDeposit`, `MsgVote`, `MsgVoteWeighted` (all four in both versions; the old one proposes
//! texts only), `MsgCancelProposal`, and by governance `MsgUpdateParams`. `MsgExecLegacyContent` is refused: what it
//! wrapped is proposed as messages now.
//! # Blocks
//! `end_block` drops proposals without enough deposit, counts those whose vote ended, executes those that passed. It
//! runs before staking closes the block. Each kind of work has a named bound per block; what is left waits.
//! # Events
//! `submit_proposal`, `proposal_deposit`, `proposal_vote`, `cancel_proposal`, `inactive_proposal`,
//! `active_proposal`: Cosmos' names.
//! # Invariants
//! The account holds all deposits; each open proposal is in the queue it belongs to, and no other is.

mod block;
mod errors;
mod events;
mod genesis;
mod handlers;
mod invariants;
mod keys;
mod logic;
mod msgs;
mod old_msgs;
mod old_queries;
mod params;
mod proposable;
mod queries;
mod tally;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use block::end_block;
pub(crate) use errors::Error;
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use msgs::{Cancel, Deposit, ExecuteOldContent, Submit, UpdateParams, Vote, VoteWeighted};
pub(crate) use old_msgs::{OldDeposit, OldSubmit, OldVote, OldVoteWeighted};
pub(crate) use old_queries::OLD_QUERIES;
pub(crate) use queries::QUERIES;
pub(crate) use tally::remember_stake;

use crate::modules::GOVERNANCE as ACCOUNT;
