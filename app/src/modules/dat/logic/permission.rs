//! Who may use what, and why.

use proto::{address::Address, lazchain::dat::v1 as pb};
use state::{Pb, Read};

use super::{
    records::{asset, belongs, find_dat, policy, standing_policy},
    stops::{frozen, revoked_account},
};
use crate::{
    error::Result,
    modules::{
        dat::{
            errors::Error,
            keys::{OWNED, POLICIES},
            types::{Allowed, Ask, MAX_GRANTS},
        },
        idao,
    },
    stored,
    time::Time,
};

/// Whether an account may use an asset for a purpose, with the reason.
pub(crate) fn allowed(state: &dyn Read, ask: &Ask, now: Time) -> Result<Allowed> {
    rule(&facts(state, ask, now)?, ask)
}

/// All that the answer comes from.
pub(crate) fn facts(state: &dyn Read, ask: &Ask, now: Time) -> Result<pb::AllowedFacts> {
    let asset = asset(state, ask.asset)?;
    let belongs = belongs(state, &asset)?;
    let mut facts = pb::AllowedFacts {
        now: Some(now.wire()),
        frozen: frozen(state, &asset, now)?,
        belongs,
        member: belongs && idao::member(state, asset.idao, ask.account)?.is_some(),
        account_revoked_at: revoked_account(state, asset.id, ask.account)?.map(Time::wire),
        holdings: holdings(state, &asset, ask.account)?,
        asset: Some(asset),
        policy: None,
    };
    let number = licence_of(&facts, ask);
    facts.policy = POLICIES.get(state, &(ask.asset, number))?.map(|Pb(policy)| policy);
    Ok(facts)
}

/// The licence that an answer is about: the one asked for, else that of a grant, else the newest.
fn licence_of(facts: &pb::AllowedFacts, ask: &Ask) -> u64 {
    let newest = facts.asset.as_ref().map_or(0, |asset| asset.policies);
    let granted = || grant_in(facts, ask.policy_version).map(|grant| grant.policy_version);
    ask.policy_version.or_else(granted).unwrap_or(newest)
}

/// A token that grants access, under a certain licence or any; of several the newest.
fn grant_in(facts: &pb::AllowedFacts, policy_version: Option<u64>) -> Option<&pb::Holding> {
    let now = stored::time(facts.now.as_ref());
    let asset_revoked = facts.asset.as_ref().is_some_and(|asset| asset.revoked_at.is_some());
    let stopped = asset_revoked || facts.account_revoked_at.is_some();
    facts.holdings.iter().find(|one| {
        let fits = policy_version.is_none_or(|number| number == one.policy_version);
        let over = one.expires_at.as_ref().is_some_and(|until| Time::from_wire(until) <= now);
        let revoked = one.revoked_at.is_some() || one.licence_revoked_at.is_some();
        fits && !over && !revoked && !stopped
    })
}

/// The rule itself: the answer from the facts alone. Pure.
pub(crate) fn rule(facts: &pb::AllowedFacts, ask: &Ask) -> Result<Allowed> {
    let (asset, now) = (facts.asset.clone().unwrap_or_default(), stored::time(facts.now.as_ref()));
    if let Some(why) = closed(&asset, facts.frozen) {
        return Ok(no(why));
    }
    let (grant, number) = (grant_in(facts, ask.policy_version), licence_of(facts, ask));
    let policy = facts.policy.as_ref().filter(|policy| (policy.asset, policy.number) == (asset.id, number));
    let Some(policy) = policy else { return Ok(no("there is no such licence")) };
    let terms = policy.terms.clone().unwrap_or_default();
    let answer = |ok, why: &str| Allowed {
        ok,
        why: why.to_owned(),
        policy_version: number,
        serial: grant.map_or(0, |grant| grant.serial),
    };
    if !in_force(policy, now) {
        return Ok(answer(false, "the licence is revoked, or its time is over"));
    }
    if !terms.purposes().any(|purpose| purpose == ask.purpose) {
        return Ok(answer(false, "the licence does not name this purpose"));
    }
    if stored::address(&asset.owner)? == *ask.account {
        return Ok(answer(true, "the account controls the asset"));
    }
    if facts.account_revoked_at.is_some() {
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
    match admitted(&terms, facts.belongs && facts.member, ask.account) {
        Ok(why) => Ok(answer(true, why)),
        Err(why) => Ok(answer(false, why)),
    }
}

fn no(why: &str) -> Allowed {
    Allowed { why: why.to_owned(), ..Allowed::default() }
}

/// Why an asset takes no new use from anybody.
fn closed(asset: &pb::Asset, frozen: bool) -> Option<&'static str> {
    match asset.status() {
        pb::AssetStatus::Active | pb::AssetStatus::Retired => frozen.then_some("the asset is frozen"),
        pb::AssetStatus::Provisional => Some("the asset is provisional: its verdict may still be challenged"),
        _ => Some("the asset is revoked"),
    }
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
    let member = belongs(state, asset)? && idao::member(state, asset.idao, who)?.is_some();
    Ok(admitted(terms, member, who))
}

/// The same, of an account that is a member of the asset's iDAO or not.
fn admitted(terms: &pb::PolicyTerms, member: bool, who: &Address) -> Result<&'static str, &'static str> {
    match terms.grantees() {
        pb::Grantees::Anyone => Ok("the licence admits anyone"),
        pb::Grantees::Members if member => Ok("the account is a member of the asset's iDAO"),
        pb::Grantees::Members => Err("the licence admits members of the asset's iDAO"),
        pb::Grantees::List if terms.grantee_list.contains(&who.to_string()) => {
            Ok("the licence lists the account")
        }
        pb::Grantees::List => Err("the licence does not list the account"),
        pb::Grantees::ByIdaoVote => Err("the licence asks for a grant by the asset's iDAO"),
        pb::Grantees::ByOwner | pb::Grantees::Unspecified => Err("the licence asks for a grant by the owner"),
    }
}

/// Whether an account holds a token that grants access under a licence.
pub(crate) fn holds_grant(
    state: &dyn Read,
    asset: &pb::Asset,
    who: &Address,
    policy_version: u64,
    now: Time,
) -> Result<bool> {
    let facts = pb::AllowedFacts {
        now: Some(now.wire()),
        account_revoked_at: revoked_account(state, asset.id, who)?.map(Time::wire),
        holdings: holdings(state, asset, who)?,
        asset: Some(asset.clone()),
        ..pb::AllowedFacts::default()
    };
    Ok(grant_in(&facts, Some(policy_version)).is_some())
}

/// Tokens of an account that carry a licence, the newest first.
fn holdings(state: &dyn Read, asset: &pb::Asset, who: &Address) -> Result<Vec<pb::Holding>> {
    let owned = OWNED.page_back(state, &(*who, asset.id), None, MAX_GRANTS)?;
    let mut holdings = Vec::with_capacity(owned.len());
    for ((_, _, serial), ()) in owned {
        let Some(dat) = find_dat(state, asset.id, serial)?.filter(|dat| dat.policy_version > 0) else {
            continue;
        };
        holdings.push(pb::Holding {
            serial,
            policy_version: dat.policy_version,
            expires_at: dat.expires_at,
            revoked_at: dat.revoked_at,
            licence_revoked_at: policy(state, asset.id, dat.policy_version)?.revoked_at,
        });
    }
    Ok(holdings)
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
