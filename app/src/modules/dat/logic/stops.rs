//! What stops an asset, a version or an access: freezes, fallen ancestors, demands to unlearn, revocations, ends of time.

use proto::{address::Address, lazchain::dat::v1 as pb};
use state::Read;

use super::records::{belongs, find_dat, find_version, policy};
use crate::{
    error::Result,
    modules::{
        dat::{keys::REVOKED_ACCOUNTS, types::Use},
        idao,
    },
    stored,
    time::Time,
};

/// Whether an asset is frozen by the iDAO that it counts as.
pub(crate) fn frozen(state: &dyn Read, asset: &pb::Asset, now: Time) -> Result<bool> {
    Ok(belongs(state, asset)? && idao::is_frozen(state, idao::Subject::Asset(asset.id), now)?)
}

/// Whether a version should have unlearnt an ancestor by now.
pub(crate) fn overdue(version: &pb::Version, now: Time) -> bool {
    version.unlearning.iter().any(|demand| stored::time(demand.due_at.as_ref()) <= now)
}

fn newest(state: &dyn Read, asset: &pb::Asset) -> Result<Option<pb::Version>> {
    if asset.final_version == 0 {
        return Ok(None);
    }
    find_version(state, asset.id, asset.final_version)
}

/// Whether the newest final version has a fallen version among its ancestors.
pub(crate) fn tainted(state: &dyn Read, asset: &pb::Asset) -> Result<bool> {
    let Some(newest) = newest(state, asset)? else { return Ok(false) };
    for ancestor in &newest.ancestors {
        let found = find_version(state, ancestor.asset, ancestor.version)?;
        if found.is_none_or(|found| found.status() == pb::VersionStatus::Revoked) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the newest final version, or one of its ancestors, should have unlearnt something by now.
pub(crate) fn unlearning_due(state: &dyn Read, asset: &pb::Asset, now: Time) -> Result<bool> {
    let Some(newest) = newest(state, asset)? else { return Ok(false) };
    if overdue(&newest, now) {
        return Ok(true);
    }
    for ancestor in &newest.ancestors {
        let found = find_version(state, ancestor.asset, ancestor.version)?;
        if found.is_some_and(|found| overdue(&found, now)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Since when an account gets no access to an asset.
pub(super) fn revoked_account(state: &dyn Read, asset: u64, who: &Address) -> Result<Option<Time>> {
    Ok(REVOKED_ACCOUNTS.get(state, &(asset, *who))?.map(Time::from_nanos))
}

fn moment(wire: Option<&prost_types::Timestamp>) -> Option<Time> {
    wire.map(Time::from_wire)
}

/// The first instant from which the access of a token was taken away: of itself, its owner, its licence or its asset.
pub(crate) fn stopped(state: &dyn Read, asset: &pb::Asset, dat: &pb::Dat) -> Result<Option<Time>> {
    let owner = stored::address(&dat.owner)?;
    let licence = policy(state, asset.id, dat.policy_version)?;
    let ends = [
        moment(dat.revoked_at.as_ref()),
        revoked_account(state, asset.id, &owner)?,
        moment(licence.revoked_at.as_ref()),
        moment(asset.revoked_at.as_ref()),
    ];
    Ok(ends.into_iter().flatten().min())
}

/// The first instant from which a use is over: expiry, the end of its licence, revocation of account, token, licence or
/// version, or a freeze that is on now. Work done before it may be charged later. Nothing: no end is known.
pub(crate) fn use_ends(state: &dyn Read, use_: &Use, now: Time) -> Result<Option<Time>> {
    let asset = super::asset(state, use_.asset)?;
    let version = super::version(state, use_.asset, use_.version)?;
    let licence = policy(state, use_.asset, use_.policy_version)?;
    let valid_until = licence.terms.as_ref().and_then(|terms| moment(terms.valid_until.as_ref()));
    let mut ends = vec![
        moment(asset.revoked_at.as_ref()),
        moment(version.revoked_at.as_ref()),
        moment(licence.revoked_at.as_ref()),
        valid_until,
        revoked_account(state, use_.asset, use_.consumer)?,
    ];
    if belongs(state, &asset)? {
        ends.push(idao::frozen_since(state, idao::Subject::Asset(asset.id), now)?);
    }
    if let Some(serial) = use_.serial {
        match find_dat(state, use_.asset, serial)? {
            Some(dat) => ends.extend([moment(dat.revoked_at.as_ref()), moment(dat.expires_at.as_ref())]),
            None => ends.push(Some(Time::EPOCH)), // it cannot be burnt while a channel has some of it
        }
    }
    Ok(ends.into_iter().flatten().min())
}
