//! A verdict becomes a version: provisional, and nothing of it moves yet.

use proto::{address::Address, lazchain::dat::v1 as pb};
use state::{Pb, Read};

use super::{
    lineage::lineage,
    records::{anchored, asset, find_version, keep_version},
    tokens::{Mint, mint},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    fixed::BPS,
    modules::{
        audit::{self, Subject},
        dat::{
            errors::Error,
            events,
            keys::{ANCHORS, ASSETS, BY_IDAO, BY_OWNER, LIABILITIES, NEXT_ASSET, POLICIES},
            types::{Derivation, Lineage, MAX_BENEFICIARIES, NewAnchor, SHARES},
        },
        idao, quorum,
    },
    stored,
};

/// Anchors an accepted update; returns asset and version.
pub(crate) fn anchor(ctx: &mut Ctx, new: &NewAnchor) -> Result<(u64, u64)> {
    let sha256 = stored::digest(&new.manifest.sha256)?;
    if let Some((asset, version)) = anchored(&ctx.state, &sha256)? {
        return Err(Error::AlreadyAnchored(asset, version).into());
    }
    let derivation = Derivation {
        submitter: &new.owner,
        target: new.target,
        parents: &new.parents,
        dropped: &new.dropped,
        now: ctx.block.time,
    };
    let lineage = lineage(&ctx.state, &derivation)?;
    let asset = match new.target {
        Some(target) => {
            let mut asset = open_target(&ctx.state, target, &new.owner)?;
            add_version(ctx, &mut asset, new, lineage)?;
            let mint_ = Mint { proof_of: asset.versions, ..Mint::of(new.owner) };
            mint(ctx, &mut asset, mint_)?;
            asset
        }
        None => {
            let mut asset = new_asset(ctx, new)?;
            add_version(ctx, &mut asset, new, lineage)?;
            mint_shares(ctx, &mut asset, new)?;
            asset
        }
    };
    ANCHORS.set(&mut ctx.state, &sha256, &Pb(pb::VersionRef { asset: asset.id, version: asset.versions }));
    ASSETS.set(&mut ctx.state, &asset.id, &Pb(asset.clone()));
    ctx.emit(events::Anchored {
        asset: asset.id,
        version: asset.versions,
        task: new.task,
        owner: &stored::address(&asset.owner)?,
    });
    let record = super::version(&ctx.state, asset.id, asset.versions)?;
    let digest = audit::digest_of(&record);
    audit::record(ctx, audit::Entry::new(Subject::Asset(asset.id), "dat.anchored", &new.owner, digest))?;
    Ok((asset.id, asset.versions))
}

/// An asset that can have a new version. It is still its owner's who consented to the update: another's consent binds
/// nobody.
fn open_target(state: &dyn Read, id: u64, owner: &Address) -> Result<pb::Asset> {
    let asset = asset(state, id)?;
    if stored::address(&asset.owner)? != *owner {
        return Err(Error::NotController { asset: id, who: *owner }.into());
    }
    let status = match asset.status() {
        pb::AssetStatus::Active | pb::AssetStatus::Retired => return Ok(asset),
        pb::AssetStatus::Provisional => "provisional",
        _ => "revoked",
    };
    Err(Error::WrongStatus { asset: id, status }.into())
}

/// A new asset with its first licence.
fn new_asset(ctx: &mut Ctx, new: &NewAnchor) -> Result<pb::Asset> {
    let terms = new.policy.clone();
    let terms = terms.ok_or_else(|| Sdk::InvalidRequest("a new asset needs a licence".into()))?;
    let id = NEXT_ASSET.get(&ctx.state)?.unwrap_or(1);
    let next = id.checked_add(1).ok_or_else(|| Sdk::Logic("asset ids are used up".into()))?;
    NEXT_ASSET.set(&mut ctx.state, &next);
    let now = ctx.block.time.wire();
    let policy =
        pb::Policy { asset: id, number: 1, terms: Some(terms), published_at: Some(now), revoked_at: None };
    POLICIES.set(&mut ctx.state, &(id, 1), &Pb(policy));
    BY_OWNER.set(&mut ctx.state, &(new.owner, id), &());
    if new.idao > 0 {
        BY_IDAO.set(&mut ctx.state, &(new.idao, id), &());
    }
    let sealed = new.manifest.encryption.is_some();
    let mut asset = pb::Asset {
        id,
        idao: new.idao,
        owner: new.owner.to_string(),
        policies: 1,
        key_epoch: u64::from(sealed),
        key_rotated_at: sealed.then_some(now),
        created_at: Some(now),
        ..pb::Asset::default()
    };
    asset.set_kind(new.kind);
    asset.set_status(pb::AssetStatus::Provisional);
    Ok(asset)
}

fn add_version(ctx: &mut Ctx, asset: &mut pb::Asset, new: &NewAnchor, lineage: Lineage) -> Result<()> {
    let number = asset.versions.checked_add(1);
    let number = number.ok_or_else(|| Sdk::Logic("version numbers are used up".into()))?;
    let before = find_version(&ctx.state, asset.id, asset.final_version)?.unwrap_or_default();
    // a demand goes on as long as the ancestor is among the parents
    let kept = |demand: &pb::Unlearning| lineage.parents.iter().any(|one| one.asset == demand.ancestor);
    let unlearning = before.unlearning.into_iter().filter(kept).collect();
    let mut version = pb::Version {
        asset: asset.id,
        version: number,
        manifest: Some(new.manifest.clone()),
        parents: lineage.parents,
        royalties: lineage.royalties,
        depth: lineage.depth,
        ancestors: lineage.ancestors,
        task: new.task,
        certificate: new.certificate.to_vec(),
        unlearning,
        anchored_at: Some(ctx.block.time.wire()),
        ..pb::Version::default()
    };
    version.set_status(pb::VersionStatus::Provisional);
    keep_version(ctx, version);
    let limit = new.deposit.times_ratio_floor(1, 2)?;
    let liability = pb::Liability { limit: limit.to_string(), paid_out: "0".into() };
    LIABILITIES.set(&mut ctx.state, &(asset.id, number), &Pb(liability));
    asset.versions = number;
    asset.standing = asset.standing.saturating_add(1);
    Ok(())
}

/// The first tokens: the owner's, those of the beneficiaries, the treasury's, the pool's. All parts of the revenue are
/// in them, for ever.
fn mint_shares(ctx: &mut Ctx, asset: &mut pb::Asset, new: &NewAnchor) -> Result<()> {
    if new.shares.len() > MAX_BENEFICIARIES {
        let text = format!("{} beneficiaries, at most {MAX_BENEFICIARIES}", new.shares.len());
        return Err(Sdk::InvalidRequest(text).into());
    }
    let treasury = parts(new.treasury_bps);
    let pool = new.quorum_pool.map_or(0, |(_, bps)| parts(bps));
    let given = new.shares.iter().map(|(_, share)| *share);
    let given = given.chain([treasury, pool]).try_fold(0_u32, u32::checked_add);
    let rest = given.and_then(|given| SHARES.checked_sub(given)).ok_or(Error::TooManyShares)?;
    mint(ctx, asset, Mint { share: rest, proof_of: 1, ..Mint::of(new.owner) })?;
    for (who, share) in &new.shares {
        mint(ctx, asset, Mint { share: *share, ..Mint::of(*who) })?;
    }
    if treasury > 0 {
        mint(ctx, asset, Mint { share: treasury, ..Mint::of(idao::account(new.idao)) })?;
    }
    if let Some((quorum, _)) = new.quorum_pool.filter(|_| pool > 0) {
        mint(ctx, asset, Mint { share: pool, quorum, ..Mint::of(quorum::account(quorum)) })?;
    }
    Ok(())
}

/// Basis points in parts of [`SHARES`], which are a hundred times as fine.
fn parts(bps: u32) -> u32 {
    bps.saturating_mul(SHARES.div_euclid(BPS))
}
