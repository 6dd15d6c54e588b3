//! Paid use without a transaction per call: providers, channels, vouchers, and the token that pays for compute.
//!
//! # Concepts
//! A *provider* serves assets to consumers; it registers with a deposit. A *channel* is a consumer's prepaid use of one
//! version of one asset from one provider. Opening pins version, policy, price, protocol fee and closing delay, takes the
//! units out of the consumer's quota and, for an access DAT, value and money out of the DAT, so that nothing is promised
//! twice; later changes of any of these do not touch it. The consumer signs a *voucher* off chain after each piece of
//! work, over all units so far; it replaces the one before, and the provider redeems the latest.
//!
//! A voucher is good if its signature is the channel key's, its sequence and units grow, its amount is exactly the units
//! times the price (0 for prepaid use), units and money are within what the channel has, its purpose is one that the
//! channel was opened for, its terms are the policy's where that names fields or code, and its `as_of` is neither in the
//! future, nor before the last one, nor at or after the end of the use (expiry, freeze, revocation). Work before such an
//! end is redeemed until the channel's delay after it. The vouchers of a batch are judged each by itself, so one that
//! came too late costs the other 255 nothing; a batch without a single good one is refused with the first reason.
//!
//! A consumer who wants its deposit back asks to close and waits for the delay: until that instant a voucher outranks
//! the withdrawal. The provider closes at once. A closed channel owes nothing; its record, which costs a deposit of its
//! own, stays while its version may still fall, since a fallen version's income is refunded by channel, and goes by
//! queue or `MsgSettleClosed` once the version is settled. On a version that fell nothing more is redeemed: what was
//! worked and not redeemed by then is the provider's loss, as one unpaid voucher always is.
//!
//! What is redeemed is split: the protocol's part on the channel's running total, rounded up (burnt in `ucpt`, else to the
//! community pool), and the rest, the *base*, to ancestors, provider and holders by `dat`. For prepaid use the total is
//! `ceil(money x units used / units)`, never less than before when more is put in at another ratio.
//!
//! `ucpt` is made by `MsgBuyCompute` at listed prices up to a cap per epoch, and by emission to providers. It has no
//! redemption.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgRegisterProvider`, `MsgUpdateProvider`, `MsgUnregisterProvider`, `MsgBuyCompute`, `MsgOpenChannel`,
//! `MsgTopUpChannel`, `MsgCloseChannel`, `MsgRedeemVouchers`, `MsgSettleClosed`, `MsgClaimRefund`; `MsgUpdateParams` by
//! governance.
//! # Blocks
//! The queue `usage/closings` settles channels whose delay is over and forgets closed ones.
//! # Events
//! `usage.provider_registered`, `usage.provider_updated`, `usage.provider_unregistered`, `usage.compute_bought`,
//! `usage.channel_opened`, `usage.channel_topped_up`, `usage.channel_closing`, `usage.channel_closed`,
//! `usage.channel_forgotten`, `usage.voucher_redeemed`, `usage.voucher_refused`, `usage.refund_claimed`.
//! # Invariants
//! The account holds exactly the deposits of providers and channels; what is redeemed and used is within what was put
//! in; closed channels owe nothing; indexes and counts fit; what an access DAT lent is what its open channels hold.

mod channel;
mod compute;
mod errors;
mod events;
mod genesis;
mod handlers;
mod invariants;
mod keys;
mod logic;
mod meter;
mod msgs;
mod queries;
mod redeem;
mod settle;
#[cfg(test)]
mod tests;
mod types;
mod voucher;

pub(crate) use compute::price_of_fees;
pub(crate) use genesis::{export, init};
pub(crate) use invariants::INVARIANTS;
pub(crate) use keys::CLOSINGS;
pub(crate) use msgs::{
    BuyCompute, ClaimRefund, CloseChannel, OpenChannel, RedeemVouchers, RegisterProvider, SettleClosed,
    TopUpChannel, UnregisterProvider, UpdateParams, UpdateProvider,
};
pub(crate) use queries::QUERIES;
pub(crate) use settle::work_closing;
pub(crate) use types::Params;

/// The module account that deposits wait on.
pub(crate) const ACCOUNT: &str = "usage";
/// The token that pays for compute.
pub(crate) const COMPUTE: &str = "ucpt";
