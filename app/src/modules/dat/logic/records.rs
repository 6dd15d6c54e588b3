//! Reading what is stored.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Denom},
    lazchain::dat::v1 as pb,
};
use state::{Pb, Read, Value};

use crate::{
    ctx::Ctx,
    error::Result,
    fixed::mul_div_ceil,
    modules::{
        dat::{
            ACCOUNT,
            errors::Error,
            keys::{ANCHORS, ASSETS, DATS, PARAMS, POLICIES, VERSIONS},
            types::{Fate, Token, live},
        },
        idao,
    },
    stored,
};

/// Units that an exposure rate is given for.
const MILLION: u128 = 1_000_000;

/// Where money of tokens, pots and claims lies.
pub(crate) fn account() -> Address {
    Address::module(ACCOUNT)
}

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<pb::Params> {
    Ok(PARAMS.get(state)?.map_or_else(live, |Pb(params)| params))
}

/// An accepted token, if this is one.
pub(crate) fn token(state: &dyn Read, denom: &Denom) -> Result<Option<Token>> {
    let tokens = params(state)?.payment_tokens;
    let token = tokens.into_iter().find(|token| token.denom == denom.as_str());
    Ok(token.map(|token| {
        let rate = (token.ulaz_per_million > 0).then_some(token.ulaz_per_million);
        Token { denom: denom.clone(), rate }
    }))
}

/// Refuses a token that new payments cannot be made in. What was agreed on while it was accepted goes on.
pub(crate) fn accepted(state: &dyn Read, denom: &Denom) -> Result<()> {
    let known = token(state, denom)?.is_some();
    if known { Ok(()) } else { Err(Error::NotAccepted(denom.clone()).into()) }
}

/// What a coin counts for in limits, in `ulaz`, rounded up; nothing if its token has no rate.
pub(crate) fn exposure(state: &dyn Read, coin: &Coin) -> Result<Option<Amount>> {
    let Some(rate) = token(state, &coin.denom)?.and_then(|token| token.rate) else { return Ok(None) };
    Ok(Some(Amount::new(mul_div_ceil(coin.amount.units(), rate.into(), MILLION)?)))
}

/// An asset, if it is there.
pub(crate) fn find_asset(state: &dyn Read, id: u64) -> Result<Option<pb::Asset>> {
    Ok(ASSETS.get(state, &id)?.map(|Pb(asset)| asset))
}

/// An asset that is there.
pub(crate) fn asset(state: &dyn Read, id: u64) -> Result<pb::Asset> {
    find_asset(state, id)?.ok_or_else(|| Error::NoSuchAsset(id).into())
}

/// A version, if it is there.
pub(crate) fn find_version(state: &dyn Read, asset: u64, version: u64) -> Result<Option<pb::Version>> {
    Ok(VERSIONS.get(state, &(asset, version))?.map(|Pb(version)| version))
}

/// A version that is there.
pub(crate) fn version(state: &dyn Read, asset: u64, version: u64) -> Result<pb::Version> {
    find_version(state, asset, version)?.ok_or_else(|| Error::NoSuchVersion(asset, version).into())
}

/// What became of a version, if it is there.
pub(crate) fn find_fate(state: &dyn Read, asset: u64, version: u64) -> Result<Option<Fate>> {
    let bytes = state.get(&VERSIONS.raw_key(&(asset, version)))?;
    Ok(bytes.map(|bytes| Pb::decode(&bytes)).transpose()?.map(|Pb(fate)| fate))
}

/// What became of a version that is there.
pub(crate) fn fate(state: &dyn Read, asset: u64, version: u64) -> Result<Fate> {
    find_fate(state, asset, version)?.ok_or_else(|| Error::NoSuchVersion(asset, version).into())
}

/// Keeps a version. Nothing else may: what the block knows of lineages ends here.
pub(super) fn keep_version(ctx: &mut Ctx, version: pb::Version) {
    ctx.burdens.stale = true;
    VERSIONS.set(&mut ctx.state, &(version.asset, version.version), &Pb(version));
}

/// A licence that is there.
pub(crate) fn policy(state: &dyn Read, asset: u64, number: u64) -> Result<pb::Policy> {
    let found = POLICIES.get(state, &(asset, number))?.map(|Pb(policy)| policy);
    found.ok_or_else(|| Error::NoSuchPolicy(asset, number).into())
}

/// A licence and its terms; published ones always have them.
pub(crate) fn standing_policy(
    state: &dyn Read,
    asset: u64,
    number: u64,
) -> Result<(pb::Policy, pb::PolicyTerms)> {
    let policy = policy(state, asset, number)?;
    let terms = policy.terms.clone().unwrap_or_default();
    Ok((policy, terms))
}

/// A token, if it is there.
pub(crate) fn find_dat(state: &dyn Read, asset: u64, serial: u64) -> Result<Option<pb::Dat>> {
    Ok(DATS.get(state, &(asset, serial))?.map(|Pb(dat)| dat))
}

/// A token that is there.
pub(crate) fn dat(state: &dyn Read, asset: u64, serial: u64) -> Result<pb::Dat> {
    find_dat(state, asset, serial)?.ok_or_else(|| Error::NoSuchDat(asset, serial).into())
}

/// Who owns a token, if it is there.
pub(crate) fn owner_of(state: &dyn Read, asset: u64, serial: u64) -> Result<Option<Address>> {
    let found = find_dat(state, asset, serial)?;
    Ok(found.map(|dat| stored::address(&dat.owner)).transpose()?)
}

/// The iDAO that an asset names, 0 for none, and who controls it.
pub(crate) fn home(state: &dyn Read, asset: u64) -> Result<Option<(u64, Address)>> {
    let Some(asset) = find_asset(state, asset)? else { return Ok(None) };
    Ok(Some((asset.idao, stored::address(&asset.owner)?)))
}

/// The version that anchors a content.
pub(crate) fn anchored(state: &dyn Read, sha256: &[u8; 32]) -> Result<Option<(u64, u64)>> {
    Ok(ANCHORS.get(state, sha256)?.map(|Pb(found)| (found.asset, found.version)))
}

/// Whether an asset counts as its iDAO's: its owner is a member, or the iDAO itself.
pub(crate) fn belongs(state: &dyn Read, asset: &pb::Asset) -> Result<bool> {
    Ok(asset.idao > 0 && idao::belongs(state, asset.idao, &stored::address(&asset.owner)?)?)
}
