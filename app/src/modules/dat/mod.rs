//! Assets, the tokens that anchor them, their licences, and what they earn.
//!
//! # Concepts
//! An **asset** is what somebody contributed to an iDAO; each accepted update of it is a **version**, which names its
//! content by hash and its parents with the licences they were used under. Versions never change: they are provisional
//! until the challenge window closes, then liable, then settled, or revoked if the verdict falls. An asset belongs to its
//! owner alone: it counts as its iDAO's only while the owner is a member or the iDAO itself.
//!
//! A **DAT** is proof of origin, prepaid use (`value`, with the money `paid` for it) and a part of the revenue (`share`,
//! 1,000,000 of an asset in all, for ever) in one token. The whole split of revenue is the list of DATs. Control of an
//! asset and its shares are separate; each is moved only by its holder, control once accepted, and neither while the
//! asset is provisional.
//!
//! A **policy** is a licence: immutable and numbered. What was granted keeps its number; new grants, purchases and
//! derivations use the newest one, unless the account holds a token under an older one. `BuyAccess` keeps the price in the
//! token until units are used, so that there is something to refund; `GrantAccess` and `RequestAccess` with
//! `DecideAccess` grant without a sale. Where the licence asks the iDAO, a request opens a vote; the owner may refuse
//! meanwhile. `RevokeAccess` ends access at once; of a named token the money is paid back with it, of all others by
//! `RefundAccess`. The owner of a parent may ask derived versions to **unlearn** it only where the licence used says so,
//! and only of whom the revocation is about.
//!
//! **Lineage** is between versions: each asset once among the parents, a new version inherits the parents of the newest
//! final one except those it drops. Neither parents nor their ancestors may be revoked or overdue to unlearn something
//! when a version is anchored; permission is asked when the update is submitted. The royalty vector is computed once.
//! *Tainted* and *unlearning due* are read, not written: claims and moves of shares wait while they hold. A release ends
//! only a demand to unlearn; a fallen ancestor can only be dropped by a new version.
//!
//! **Revenue**: royalties go into the version's pot first, then the provider's part, and the rest is added to one number
//! per asset and denomination. Marks and credits of each token are in millionths. While a version is liable the holders'
//! part is held, pots wait, and providers are paid up to half of the task's deposit; a fallen verdict refunds all of it.
//! Held income belongs to those who hold shares when it is released. Money of expired tokens, and of burnt ones, becomes
//! revenue of the newest settled version and waits for one; no protocol fee is taken on it, since nothing was used.
//!
//! A token that an iDAO holds of its own assets pays through it (members by points), a pool's through its Quorum (members
//! by power); one of another's asset pays the treasury alone, as a gift would. The pool's is locked until the first version is settled; if that verdict falls while another version stands, its share is
//! the asset owner's.
//! # State
//! `keys.rs`.
//! # Messages
//! `msgs`. `MsgTransferAsset`, `MsgAcceptAsset`, `MsgMoveAsset` and `MsgRetireAsset` take the owner's own signature; the
//! other messages of an owner may be sent by an agent, and where the iDAO is the owner by a steward. A request can be
//! withdrawn by whoever made it.
//! # Blocks
//! `block.rs`: pots at the epoch, held income of providers, ends of time.
//! # Events
//! `events`, all `dat.*`.
//! # Invariants
//! Shares sum to 1,000,000; in millionths all income is claimed, credited or dust; a pot holds what it owes and at most a
//! unit for each ancestor; the module's account holds exactly what is owed; one content, one anchor.

mod block;
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
pub(crate) mod tests;
mod types;

pub(crate) use block::{expiries, releases, royalties, unanswered};
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use keys::{EXPIRIES, RELEASES, ROYALTIES, UNANSWERED};
pub(crate) use logic::{
    accepted, allowed, anchor, anchored, asset, check_parents, decided, fate, finalize, find_dat,
    give_back_quota, give_back_value, home, in_force, owner_of, policy, receive, refund, revoke, rule,
    settle, shortfall, take_quota, take_value, use_ends, version,
};
pub(crate) use msgs::{
    AcceptAsset, ApproveOperator, BurnDat, BuyAccess, ClaimRevenue, DecideAccess, DeliverKey, GrantAccess,
    MergeDats, MoveAsset, PublishPolicy, RefundAccess, ReleaseDescendant, RequestAccess, RetireAsset,
    RevokeAccess, RotateDataKey, SettleExpired, SettleRoyalties, SplitDat, TransferAsset, TransferDat,
    TransferValue, UpdateParams,
};
pub(crate) use msgs::{given_manifest, given_parents, given_policy};
pub(crate) use queries::QUERIES;
pub(crate) use types::local;
pub(crate) use types::{Ask, Burdens, Derivation, NewAnchor, Payment, Split, Use};

/// The module's account: claims, pots, what is held, the money behind prepaid use, and deposits.
pub(crate) const ACCOUNT: &str = "dat";
