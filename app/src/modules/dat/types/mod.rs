//! What other modules hand over and get back, and the limits.

mod params;

use std::collections::BTreeMap;

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Denom},
    lazchain::{dat::v1 as pb, idao::v1::UpdateKind},
};

use crate::time::Time;

pub(crate) use params::local;
pub(crate) use params::{check, live};

/// Parts that the revenue of an asset is shared in, for ever.
pub(crate) const SHARES: u32 = 1_000_000;
/// Most parents of a version, inherited ones included.
pub(crate) const MAX_PARENTS: usize = 16;
/// Most ancestors of a version.
pub(crate) const MAX_ANCESTORS: usize = 64;
/// Most generations.
pub(crate) const MAX_DEPTH: u32 = 32;
/// Most of its revenue that a version can owe, in basis points.
pub(crate) const MAX_ROYALTY_BPS: u32 = 5_000;
/// Most that a licence can give providers, in basis points.
pub(crate) const MAX_PROVIDER_BPS: u32 = 9_000;
/// Most tokens in one claim.
pub(crate) const MAX_CLAIMED: usize = 100;
/// Most denominations in one message, and most accepted tokens.
pub(crate) const MAX_DENOMS: usize = 16;
/// Most denominations that an asset can ever earn: the accepted tokens of its whole life.
pub(crate) const MAX_INCOMES: u32 = 64;
/// Most derived versions that one message asks to unlearn.
pub(crate) const MAX_UNLEARN: usize = 16;
/// Most beneficiaries of a new asset besides owner, treasury and pool.
pub(crate) const MAX_BENEFICIARIES: usize = 16;
/// Most tokens merged into one at once.
pub(crate) const MAX_MERGED: usize = 16;
/// Most accounts in a list of a licence.
pub(crate) const MAX_LISTED: usize = 64;
/// Most parts that a licence names.
pub(crate) const MAX_FIELDS: usize = 32;
/// Most programs that a licence names.
pub(crate) const MAX_DIGESTS: usize = 16;
/// Most places where content lies.
pub(crate) const MAX_LOCATORS: usize = 4;
/// Most bytes of a wrapped data key.
pub(crate) const MAX_WRAPPED_KEY: usize = 256;
/// Most tokens of one account and asset that are looked at for a grant; a newer one is used by naming it.
pub(crate) const MAX_GRANTS: u32 = 64;

/// What became of a version: these fields of its record, without what it was made from, which may be long.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Fate {
    #[prost(enumeration = "pb::VersionStatus", tag = "10")]
    pub status: i32,
    #[prost(message, repeated, tag = "11")]
    pub unlearning: Vec<pb::Unlearning>,
    #[prost(message, optional, tag = "13")]
    pub revoked_at: Option<prost_types::Timestamp>,
}

/// What the lineage of an asset's newest final version keeps its holders from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Burden {
    /// A version among the ancestors fell.
    pub tainted: bool,
    /// When the first demand to unlearn something is overdue, of the version itself or an ancestor.
    pub due: Option<Time>,
}

/// Burdens as the block found them: a version has up to [`MAX_ANCESTORS`], so they are looked at once and not with each
/// claim. Once the block has changed a version, undone or not, none is known any more.
#[derive(Default)]
pub(crate) struct Burdens {
    /// By asset and newest final version.
    pub known: BTreeMap<(u64, u64), Burden>,
    /// A version was changed.
    pub stale: bool,
}

/// What an accepted update brings.
#[derive(Clone, Debug)]
pub(crate) struct NewAnchor {
    pub task: u64,
    pub idao: u64,
    /// Of a new asset. Of a new version: who gets its proof; the asset stays its owner's.
    pub owner: Address,
    pub kind: UpdateKind,
    /// Nothing: a new asset.
    pub target: Option<u64>,
    pub manifest: pb::Manifest,
    /// Declared parents.
    pub parents: Vec<pb::Parent>,
    /// Parents of the version before that this one was made without.
    pub dropped: Vec<u64>,
    /// A new asset needs one.
    pub policy: Option<pb::PolicyTerms>,
    /// Beneficiaries and their parts of [`SHARES`], out of the owner's.
    pub shares: Vec<(Address, u32)>,
    /// The part of the iDAO's treasury.
    pub treasury_bps: u32,
    /// The part of a Quorum's pool.
    pub quorum_pool: Option<(u64, u32)>,
    /// SHA-256 of the certificate.
    pub certificate: [u8; 32],
    /// In `ulaz`. Half of it bounds what providers get while the version is liable.
    pub deposit: Amount,
}

/// A version that is about to be made from others.
pub(crate) struct Derivation<'a> {
    pub submitter: &'a Address,
    pub target: Option<u64>,
    pub parents: &'a [pb::Parent],
    pub dropped: &'a [u64],
    pub now: Time,
}

/// Where a version comes from, and what it owes for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lineage {
    /// Declared and inherited, by asset.
    pub parents: Vec<pb::Parent>,
    /// By ancestor.
    pub royalties: Vec<pb::Royalty>,
    /// 1 without parents.
    pub depth: u32,
    pub ancestors: Vec<pb::VersionRef>,
}

/// A payment for use.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub asset: u64,
    pub version: u64,
    pub channel: u64,
    pub provider: Address,
    pub provider_bps: u32,
    /// What the consumer paid, the protocol's fee included.
    pub paid: Amount,
    /// What is left of it to share.
    pub base: Coin,
    /// Whose account it lies on.
    pub from: Address,
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Split {
    pub royalties: Amount,
    pub provider: Amount,
    /// Of the provider's: held until the version is settled.
    pub provider_held: Amount,
    pub holders: Amount,
}

/// An accepted token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub denom: Denom,
    /// `ulaz` that a million of its units count for.
    pub rate: Option<u64>,
}

/// Whether an account may.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub asset: u64,
    pub account: &'a Address,
    pub purpose: pb::Purpose,
    /// Nothing: the newest, or one under which the account holds a grant.
    pub policy_version: Option<u64>,
}

/// The answer, with its reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub ok: bool,
    pub why: String,
    /// The licence that was applied; 0: none.
    pub policy_version: u64,
    /// The token that grants it; 0: none.
    pub serial: u64,
}

/// A use under way.
#[derive(Clone, Copy)]
pub(crate) struct Use<'a> {
    pub asset: u64,
    pub version: u64,
    pub policy_version: u64,
    pub consumer: &'a Address,
    /// The access token that pays for it.
    pub serial: Option<u64>,
}

/// What access ends for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Revoked {
    Account(Address),
    Dat(u64),
    Policy(u64),
}
