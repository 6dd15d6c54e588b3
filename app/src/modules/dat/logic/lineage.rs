//! What versions are made from, and what they owe for it.

use std::collections::{BTreeMap, BTreeSet};

use proto::lazchain::dat::v1 as pb;
use state::Read;

use super::{
    permission::allowed,
    records::{asset, find_asset, find_fate, find_version, standing_policy},
    stops::overdue,
};
use crate::{
    error::Result,
    modules::dat::{
        errors::Error,
        types::{Ask, Derivation, Lineage, MAX_ANCESTORS, MAX_DEPTH, MAX_PARENTS, MAX_ROYALTY_BPS},
    },
    time::Time,
};

/// What a new version would come from and owe. Each newly declared parent must be in use, clean, and licensed to the
/// submitter to derive from, under the newest licence or one under which the submitter holds a grant.
pub(crate) fn check_parents(state: &dyn Read, derivation: &Derivation) -> Result<Lineage> {
    for parent in derivation.parents {
        let ask = Ask {
            asset: parent.asset,
            account: derivation.submitter,
            purpose: pb::Purpose::Derive,
            policy_version: Some(parent.policy_version),
        };
        let answer = allowed(state, &ask, derivation.now)?;
        if !answer.ok {
            return Err(Error::BadParent(parent.asset, parent.version, answer.why).into());
        }
    }
    lineage(state, derivation)
}

/// The same without asking for permission, which was pinned when the update was submitted.
pub(crate) fn lineage(state: &dyn Read, derivation: &Derivation) -> Result<Lineage> {
    let parents = parents(state, derivation)?;
    let mut merged = Merged::default();
    for parent in &parents {
        let version = clean_parent(state, parent, derivation.now)?;
        merged.add(state, parent, &version, derivation.now)?;
    }
    merged.royalties.retain(|ancestor, bps| derivation.target != Some(*ancestor) && *bps > 0);
    let owed: u64 = merged.royalties.values().map(|bps| u64::from(*bps)).sum();
    at_most("royalties in basis points", owed, MAX_ROYALTY_BPS.into())?;
    let depth = merged.depth.saturating_add(1);
    at_most("generations", depth.into(), MAX_DEPTH.into())?;
    at_most("ancestors", count(merged.ancestors.len()), count(MAX_ANCESTORS))?;
    let royalties = merged.royalties.into_iter().map(|(asset, bps)| pb::Royalty { asset, bps });
    let ancestors = merged.ancestors.into_iter().map(|(asset, version)| pb::VersionRef { asset, version });
    Ok(Lineage { parents, royalties: royalties.collect(), depth, ancestors: ancestors.collect() })
}

fn at_most(what: &'static str, got: u64, most: u64) -> Result<()> {
    if got > most { Err(Error::LineageTooLarge { what, got, most }.into()) } else { Ok(()) }
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// The declared parents and those of the version before that are not dropped, by asset; each asset once.
fn parents(state: &dyn Read, derivation: &Derivation) -> Result<Vec<pb::Parent>> {
    let mut parents: BTreeMap<u64, pb::Parent> = BTreeMap::new();
    if let Some(target) = derivation.target {
        let before = find_version(state, target, asset(state, target)?.final_version)?.unwrap_or_default();
        parents.extend(before.parents.into_iter().map(|parent| (parent.asset, parent)));
    }
    for dropped in derivation.dropped {
        parents.remove(dropped).ok_or(Error::NotParent(*dropped))?;
    }
    for parent in derivation.parents {
        let bad = |why: &str| Error::BadParent(parent.asset, parent.version, why.to_owned());
        if derivation.target == Some(parent.asset) {
            return Err(bad("it is the asset itself, whose versions follow each other anyway").into());
        }
        if parents.insert(parent.asset, *parent).is_some() {
            return Err(bad("the asset is a parent already; drop that one to replace it").into());
        }
    }
    at_most("parents", count(parents.len()), count(MAX_PARENTS))?;
    Ok(parents.into_values().collect())
}

/// A parent's version, which stands, is final, and is not overdue to unlearn something.
fn clean_parent(state: &dyn Read, parent: &pb::Parent, now: Time) -> Result<pb::Version> {
    let bad = |why: &str| Error::BadParent(parent.asset, parent.version, why.to_owned());
    let found = find_asset(state, parent.asset)?.ok_or_else(|| bad("there is no such asset"))?;
    let version = find_version(state, parent.asset, parent.version)?;
    let version = version.ok_or_else(|| bad("there is no such version"))?;
    if !matches!(found.status(), pb::AssetStatus::Active | pb::AssetStatus::Retired) {
        return Err(bad("the asset is not active").into());
    }
    if !matches!(version.status(), pb::VersionStatus::Liable | pb::VersionStatus::Settled) {
        return Err(bad("the version is not final, or fell").into());
    }
    if overdue(&version.unlearning, now) {
        return Err(bad("it is overdue to unlearn an ancestor").into());
    }
    Ok(version)
}

/// What parents hand on, merged.
#[derive(Default)]
struct Merged {
    /// Ancestor -> the larger rate.
    royalties: BTreeMap<u64, u32>,
    ancestors: BTreeSet<(u64, u64)>,
    /// Of the deepest parent; 0 without one.
    depth: u32,
}

impl Merged {
    fn add(&mut self, state: &dyn Read, parent: &pb::Parent, version: &pb::Version, now: Time) -> Result<()> {
        let (_, terms) = standing_policy(state, parent.asset, parent.policy_version)?;
        self.depth = self.depth.max(version.depth);
        self.owe(parent.asset, terms.derivative_royalty_bps);
        for royalty in &version.royalties {
            self.owe(royalty.asset, royalty.bps);
        }
        self.ancestors.insert((parent.asset, parent.version));
        for ancestor in &version.ancestors {
            let fresh = self.ancestors.insert((ancestor.asset, ancestor.version));
            if !fresh {
                continue;
            }
            let found = find_fate(state, ancestor.asset, ancestor.version)?.unwrap_or_default();
            let stands = matches!(found.status(), pb::VersionStatus::Liable | pb::VersionStatus::Settled);
            if !stands || overdue(&found.unlearning, now) {
                let why =
                    format!("its ancestor asset-{}@{} fell or is overdue", ancestor.asset, ancestor.version);
                return Err(Error::BadParent(parent.asset, parent.version, why).into());
            }
        }
        Ok(())
    }

    fn owe(&mut self, ancestor: u64, bps: u32) {
        let rate = self.royalties.entry(ancestor).or_default();
        *rate = (*rate).max(bps);
    }
}
