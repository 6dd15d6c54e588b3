//! Who may use what, and why.

use proto::{address::Address, lazchain::dat::v1 as pb};
use state::{Pb, Read};

use super::{
    records::{asset, belongs, find_dat, standing_policy},
    stops::{frozen, stopped},
};
use crate::{
    error::Result,
    modules::{
        dat::{
            errors::Error,
            keys::{OWNED, POLICIES, REVOKED_ACCOUNTS},
            types::{Allowed, Ask, MAX_GRANTS},
        },
        idao,
    },
    stored,
    time::Time,
};

/// Whether an account may use an asset for a purpose, with the reason.
pub(crate) fn allowed(state: &dyn Read, ask: &Ask, now: Time) -> Result<Allowed> {
    let asset = asset(state, ask.asset)?;
    if let Some(why) = closed(state, &asset, now)? {
        return Ok(no(why));
    }
    let grant = grant_of(state, &asset, ask.account, ask.policy_version, now)?;
    let number = match (ask.policy_version, &grant) {
        (Some(number), _) => number,
        (None, Some(grant)) => grant.policy_version,
        (None, None) => asset.policies,
    };
    let Some(Pb(policy)) = POLICIES.get(state, &(asset.id, number))? else {
        return Ok(no("there is no such licence"));
    };
    let terms = policy.terms.clone().unwrap_or_default();
    let answer = |ok, why: &str| Allowed {
        ok,
        why: why.to_owned(),
        policy_version: number,
        serial: grant.as_ref().map_or(0, |grant| grant.serial),
    };
    if !in_force(&policy, now) {
        return Ok(answer(false, "the licence is revoked, or its time is over"));
    }
    if !terms.purposes().any(|purpose| purpose == ask.purpose) {
        return Ok(answer(false, "the licence does not name this purpose"));
    }
    if stored::address(&asset.owner)? == *ask.account {
        return Ok(answer(true, "the account controls the asset"));
    }
    if REVOKED_ACCOUNTS.has(state, &(asset.id, *ask.account))? {
        return Ok(answer(false, "access of the account is revoked"));
    }
    if grant.is_some() {
        return Ok(answer(true, "the account holds a token that grants access under this licence"));
    }
    if asset.status() == pb::AssetStatus::Retired {
        return Ok(answer(false, "the asset is retired: only what was granted goes on"));
    }
    if number != asset.policies {
        return Ok(answer(
            false,
            "a newer licence is published, and the account holds no grant under this one",
        ));
    }
    match admits(state, &asset, &terms, ask.account)? {
        Ok(why) => Ok(answer(true, why)),
        Err(why) => Ok(answer(false, why)),
    }
}

fn no(why: &str) -> Allowed {
    Allowed { why: why.to_owned(), ..Allowed::default() }
}

/// Why an asset takes no new use from anybody.
fn closed(state: &dyn Read, asset: &pb::Asset, now: Time) -> Result<Option<&'static str>> {
    Ok(match asset.status() {
        pb::AssetStatus::Active | pb::AssetStatus::Retired => {
            frozen(state, asset, now)?.then_some("the asset is frozen")
        }
        pb::AssetStatus::Provisional => Some("the asset is provisional: its verdict may still be challenged"),
        _ => Some("the asset is revoked"),
    })
}

/// Whether a licence can still be used.
pub(crate) fn in_force(policy: &pb::Policy, now: Time) -> bool {
    let until = policy.terms.as_ref().and_then(|terms| terms.valid_until.as_ref());
    policy.revoked_at.is_none() && until.is_none_or(|until| now < Time::from_wire(until))
}

/// Whether the rule of a licence lets an account in by itself, without a grant; either way the reason.
pub(crate) fn admits(
    state: &dyn Read,
    asset: &pb::Asset,
    terms: &pb::PolicyTerms,
    who: &Address,
) -> Result<Result<&'static str, &'static str>> {
    Ok(match terms.grantees() {
        pb::Grantees::Anyone => Ok("the licence admits anyone"),
        pb::Grantees::Members => {
            let member = belongs(state, asset)? && idao::member(state, asset.idao, who)?.is_some();
            if member {
                Ok("the account is a member of the asset's iDAO")
            } else {
                Err("the licence admits members of the asset's iDAO")
            }
        }
        pb::Grantees::List => {
            let text = who.to_string();
            if terms.grantee_list.contains(&text) {
                Ok("the licence lists the account")
            } else {
                Err("the licence does not list the account")
            }
        }
        pb::Grantees::ByIdaoVote => Err("the licence asks for a grant by the asset's iDAO"),
        pb::Grantees::ByOwner | pb::Grantees::Unspecified => Err("the licence asks for a grant by the owner"),
    })
}

/// A token of an account that grants access, under a certain licence or any; of several the newest.
pub(crate) fn grant_of(
    state: &dyn Read,
    asset: &pb::Asset,
    who: &Address,
    policy_version: Option<u64>,
    now: Time,
) -> Result<Option<pb::Dat>> {
    let owned = OWNED.page_back(state, &(*who, asset.id), None, MAX_GRANTS)?;
    for ((_, _, serial), ()) in owned {
        let Some(dat) = find_dat(state, asset.id, serial)? else { continue };
        let fits = dat.policy_version > 0 && policy_version.is_none_or(|number| number == dat.policy_version);
        if fits && !over(&dat, now) && stopped(state, asset, &dat)?.is_none() {
            return Ok(Some(dat));
        }
    }
    Ok(None)
}

/// Whether the time of a token's access is over.
pub(super) fn over(dat: &pb::Dat, now: Time) -> bool {
    dat.expires_at.as_ref().is_some_and(|until| Time::from_wire(until) <= now)
}

/// Refuses new grants where there are none: of an asset that is not active, or frozen.
pub(super) fn open_to_grants(state: &dyn Read, asset: &pb::Asset, now: Time) -> Result<()> {
    let status = match asset.status() {
        pb::AssetStatus::Active => return not_frozen(state, asset, now),
        pb::AssetStatus::Provisional => "provisional",
        pb::AssetStatus::Retired => "retired",
        _ => "revoked",
    };
    Err(Error::WrongStatus { asset: asset.id, status }.into())
}

pub(super) fn not_frozen(state: &dyn Read, asset: &pb::Asset, now: Time) -> Result<()> {
    if frozen(state, asset, now)? { Err(Error::Frozen(asset.id).into()) } else { Ok(()) }
}

/// The terms of a licence under which something new can be granted now.
pub(super) fn grantable(
    state: &dyn Read,
    asset: &pb::Asset,
    number: u64,
    now: Time,
) -> Result<pb::PolicyTerms> {
    let (policy, terms) = standing_policy(state, asset.id, number)?;
    if in_force(&policy, now) { Ok(terms) } else { Err(Error::PolicyOver(asset.id, number).into()) }
}
