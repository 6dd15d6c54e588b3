//! Assets, versions, licences, tokens, access.

use proto::{address::Address, lazchain::dat::v1 as pb};
use state::{Pb, Read};

use crate::{
    error::{Result, Sdk},
    given::digest,
    modules::{
        dat::{
            errors::Error,
            keys::{ASKED, ASSETS, BY_IDAO, BY_OWNER, DATS, OWNED, POLICIES, QUOTAS, REQUESTS, VERSIONS},
            logic,
            types::Ask,
        },
        scheduler,
    },
    page,
};

pub(super) fn asset(state: &dyn Read, ask: pb::QueryAssetRequest) -> Result<pb::QueryAssetResponse> {
    let asset = logic::asset(state, ask.asset)?;
    let now = scheduler::now(state)?;
    let frozen = asset.status() == pb::AssetStatus::Active && logic::frozen(state, &asset, now)?;
    let status = if frozen { pb::AssetStatus::Frozen.into() } else { asset.status };
    let burden = logic::burden(state, &asset)?;
    Ok(pb::QueryAssetResponse {
        status,
        belongs: logic::belongs(state, &asset)?,
        tainted: burden.tainted,
        unlearning_due: burden.due.is_some_and(|due| due <= now),
        asset: Some(asset),
    })
}

pub(super) fn assets(state: &dyn Read, ask: pb::QueryAssetsRequest) -> Result<pb::QueryAssetsResponse> {
    let row = |id: u64| Ok(Some(logic::asset(state, id)?));
    let page = ask.pagination.as_ref();
    let (assets, pagination) = match (ask.owner.as_str(), ask.idao) {
        ("", 0) => page::collect(state, &ASSETS, &(), page, |_, Pb(asset)| Ok(Some(asset)))?,
        ("", idao) => page::collect(state, &BY_IDAO, &idao, page, |(_, id), ()| row(id))?,
        (owner, 0) => {
            let owner: Address = owner.parse()?;
            page::collect(state, &BY_OWNER, &owner, page, |(_, id), ()| row(id))?
        }
        _ => return Err(Sdk::InvalidRequest("give an owner or an iDAO, not both".into()).into()),
    };
    Ok(pb::QueryAssetsResponse { assets, pagination })
}

pub(super) fn version(state: &dyn Read, ask: pb::QueryVersionRequest) -> Result<pb::QueryVersionResponse> {
    Ok(pb::QueryVersionResponse { version: Some(logic::version(state, ask.asset, ask.version)?) })
}

pub(super) fn versions(state: &dyn Read, ask: pb::QueryVersionsRequest) -> Result<pb::QueryVersionsResponse> {
    let row = |_, Pb(version)| Ok(Some(version));
    let (versions, pagination) = page::collect(state, &VERSIONS, &ask.asset, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryVersionsResponse { versions, pagination })
}

pub(super) fn policy(state: &dyn Read, ask: pb::QueryPolicyRequest) -> Result<pb::QueryPolicyResponse> {
    let newest = logic::asset(state, ask.asset)?.policies;
    let number = if ask.policy_version == 0 { newest } else { ask.policy_version };
    Ok(pb::QueryPolicyResponse { policy: Some(logic::policy(state, ask.asset, number)?) })
}

pub(super) fn policies(state: &dyn Read, ask: pb::QueryPoliciesRequest) -> Result<pb::QueryPoliciesResponse> {
    let row = |_, Pb(policy)| Ok(Some(policy));
    let (policies, pagination) = page::collect(state, &POLICIES, &ask.asset, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryPoliciesResponse { policies, pagination })
}

pub(super) fn dat(state: &dyn Read, ask: pb::QueryDatRequest) -> Result<pb::QueryDatResponse> {
    Ok(pb::QueryDatResponse { dat: Some(logic::dat(state, ask.asset, ask.serial)?) })
}

pub(super) fn dats(state: &dyn Read, ask: pb::QueryDatsRequest) -> Result<pb::QueryDatsResponse> {
    let row = |_, Pb(dat)| Ok(Some(dat));
    let (dats, pagination) = page::collect(state, &DATS, &ask.asset, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryDatsResponse { dats, pagination })
}

pub(super) fn dats_by_owner(
    state: &dyn Read,
    ask: pb::QueryDatsByOwnerRequest,
) -> Result<pb::QueryDatsByOwnerResponse> {
    let owner: Address = ask.owner.parse()?;
    let row = |(_, asset, serial), ()| Ok(Some(logic::dat(state, asset, serial)?));
    let (dats, pagination) = page::collect(state, &OWNED, &owner, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryDatsByOwnerResponse { dats, pagination })
}

pub(super) fn anchor(state: &dyn Read, ask: pb::QueryAnchorRequest) -> Result<pb::QueryAnchorResponse> {
    let sha256 = digest("sha256", &ask.sha256)?;
    let found = logic::anchored(state, &sha256)?;
    let none = || Sdk::KeyNotFound("no version anchors this content".into());
    let (asset, version) = found.ok_or_else(none)?;
    Ok(pb::QueryAnchorResponse { version: Some(pb::VersionRef { asset, version }) })
}

pub(super) fn allowed(state: &dyn Read, ask: pb::QueryAllowedRequest) -> Result<pb::QueryAllowedResponse> {
    let account: Address = ask.account.parse()?;
    let purpose = ask.purpose();
    let policy_version = (ask.policy_version > 0).then_some(ask.policy_version);
    let question = Ask { asset: ask.asset, account: &account, purpose, policy_version };
    let facts = logic::facts(state, &question, scheduler::now(state)?)?;
    let answer = logic::rule(&facts, &question)?;
    Ok(pb::QueryAllowedResponse {
        allowed: answer.ok,
        why: answer.why,
        policy_version: answer.policy_version,
        serial: answer.serial,
        facts: Some(facts),
    })
}

pub(super) fn lineage(state: &dyn Read, ask: pb::QueryLineageRequest) -> Result<pb::QueryLineageResponse> {
    let version = logic::version(state, ask.asset, ask.version)?;
    let mut contributions = Vec::new();
    for parent in &version.parents {
        let (_, terms) = logic::standing_policy(state, parent.asset, parent.policy_version)?;
        let royalties = logic::version(state, parent.asset, parent.version)?.royalties;
        let bps = terms.derivative_royalty_bps;
        contributions.push(pb::Contribution { parent: Some(*parent), bps, royalties });
    }
    Ok(pb::QueryLineageResponse { version: Some(version), contributions })
}

pub(super) fn request(state: &dyn Read, ask: pb::QueryRequestRequest) -> Result<pb::QueryRequestResponse> {
    let found = REQUESTS.get(state, &ask.request)?.map(|Pb(request)| request);
    let request = found.ok_or(Error::NoSuchRequest(ask.request))?;
    Ok(pb::QueryRequestResponse { request: Some(request) })
}

pub(super) fn requests(state: &dyn Read, ask: pb::QueryRequestsRequest) -> Result<pb::QueryRequestsResponse> {
    let row = |(_, id), ()| Ok(REQUESTS.get(state, &id)?.map(|Pb(request)| request));
    let (requests, pagination) = page::collect(state, &ASKED, &ask.asset, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryRequestsResponse { requests, pagination })
}

pub(super) fn quota(state: &dyn Read, ask: pb::QueryQuotaRequest) -> Result<pb::QueryQuotaResponse> {
    let account: Address = ask.account.parse()?;
    let (_, terms) = logic::standing_policy(state, ask.asset, ask.policy_version)?;
    let taken = QUOTAS.get(state, &(ask.asset, ask.policy_version, account))?.unwrap_or(0);
    Ok(pb::QueryQuotaResponse { taken, most: terms.max_units_per_grantee })
}
