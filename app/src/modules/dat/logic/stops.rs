//! What stops an asset, a version or an access: freezes, fallen ancestors, demands to unlearn, revocations, ends of time.

use proto::{address::Address, lazchain::dat::v1 as pb};
use state::Read;

use super::records::{belongs, fate, find_dat, find_fate, find_version, policy};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        dat::{
            keys::REVOKED_ACCOUNTS,
            types::{Burden, Use},
        },
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
pub(crate) fn overdue(unlearning: &[pb::Unlearning], now: Time) -> bool {
    first_due(unlearning).is_some_and(|due| due <= now)
}

/// When the first of these demands is overdue.
fn first_due(unlearning: &[pb::Unlearning]) -> Option<Time> {
    unlearning.iter().map(|demand| stored::time(demand.due_at.as_ref())).min()
}

/// What the lineage of an asset's newest final version brings.
pub(crate) fn burden(state: &dyn Read, asset: &pb::Asset) -> Result<Burden> {
    let mut burden = Burden::default();
    if asset.final_version == 0 {
        return Ok(burden);
    }
    let Some(newest) = find_version(state, asset.id, asset.final_version)? else { return Ok(burden) };
    burden.due = first_due(&newest.unlearning);
    for ancestor in &newest.ancestors {
        let found = find_fate(state, ancestor.asset, ancestor.version)?;
        burden.tainted |= found.as_ref().is_none_or(|found| found.status() == pb::VersionStatus::Revoked);
        let due = found.and_then(|found| first_due(&found.unlearning));
        burden.due = burden.due.into_iter().chain(due).min();
    }
    Ok(burden)
}

/// The same, worked out once a block as long as the block changes no version.
pub(super) fn burden_now(ctx: &mut Ctx, asset: &pb::Asset) -> Result<Burden> {
    let newest = (asset.id, asset.final_version);
    if let Some(known) = ctx.burdens.known.get(&newest).filter(|_| !ctx.burdens.stale) {
        return Ok(*known);
    }
    let found = burden(&ctx.state, asset)?;
    ctx.burdens.known.insert(newest, found);
    Ok(found)
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
/// version, or a freeze that is on now or was when the work was done. Work done before it may be charged later. Nothing:
/// no end is known.
pub(crate) fn use_ends(state: &dyn Read, use_: &Use, (work, now): (Time, Time)) -> Result<Option<Time>> {
    let asset = super::asset(state, use_.asset)?;
    let version = fate(state, use_.asset, use_.version)?;
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
        ends.push(idao::frozen_since(state, idao::Subject::Asset(asset.id), (work, now))?);
    }
    if let Some(serial) = use_.serial {
        match find_dat(state, use_.asset, serial)? {
            Some(dat) => ends.extend([moment(dat.revoked_at.as_ref()), moment(dat.expires_at.as_ref())]),
            None => ends.push(Some(Time::EPOCH)), // it cannot be burnt while a channel has some of it
        }
    }
    Ok(ends.into_iter().flatten().min())
}
