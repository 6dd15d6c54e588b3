//! What the module announces.

mod access;
mod assets;
mod revenue;
mod tokens;

pub(crate) use access::{
    AccessRefunded, AccessRevoked, Bought, Granted, KeyDelivered, KeyRotated, Published, Refused, Requested,
};
pub(crate) use assets::{
    Accepted, Anchored, Finalized, Moved, Offered, Released, Retired, Revoked, Settled, UnlearningAsked,
};
pub(crate) use revenue::{Claimed, Expired, HeldReleased, Received, Refunded, RoyaltyMoved};
pub(crate) use tokens::{Burnt, Given, Merged, Minted, OperatorApproved, SplitOff, ValueMoved};
