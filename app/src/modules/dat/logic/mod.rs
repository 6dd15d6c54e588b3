//! What happens to assets, tokens and what they earn.

mod access;
mod anchor;
mod deadlines;
mod liable;
mod lineage;
mod permission;
mod records;
mod requests;
mod revenue;
mod revocation;
mod royalties;
mod stops;
mod tokens;
mod value;

pub(crate) use access::{Grant, Purchase, buy, grant, may_grant};
pub(crate) use anchor::anchor;
pub(crate) use deadlines::{Expiry, expire, expiring, forget_request};
pub(crate) use liable::{finalize, refund, refundable, release_held, released, revoke, settle, shortfall};
pub(crate) use lineage::check_parents;
pub(crate) use permission::{admits, allowed, facts, holds_grant, in_force, rule};
pub(crate) use records::{
    accepted, account, anchored, asset, belongs, dat, fate, find_asset, find_dat, find_version, home,
    owner_of, params, policy, standing_policy, token, version,
};
pub(crate) use requests::{close_request, decided, grant_request, open_request};
#[cfg(test)]
pub(crate) use revenue::add_income;
pub(crate) use revenue::{Account, claim, claimable, claims_wait, credits, is_locked, receive};
pub(crate) use revocation::{refund_access, release, revoke_access};
pub(crate) use royalties::{Flow, entry, flow, next_epoch};
pub(crate) use stops::{burden, frozen, stopped, use_ends};
pub(crate) use tokens::{burn, merge, put, split_off, take_deposit, transfer};
pub(crate) use value::{give_back_quota, give_back_value, move_value, take_quota, take_value};
