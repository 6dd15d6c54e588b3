//! Tokens as `cosmos.nft.v1beta1`, so that wallets show them: the class is the asset (`asset-12`), the id the serial.

use prost::{Message, Name};
use prost_types::Any;
use proto::{address::Address, cosmos::nft::v1beta1 as nft, lazchain::dat::v1 as pb};
use state::{Pb, Read};

use crate::{
    error::{Result, Sdk},
    modules::dat::{
        keys::{ASSETS, DATS, OWNED},
        logic,
    },
    page,
};

/// Most tokens of one owner and class that are counted.
const MAX_COUNTED: u32 = 10_000;

fn any<M: Message + Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn number(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    canonical.then(|| text.parse().ok()).flatten()
}

fn asset_of(class: &str) -> Result<u64> {
    let id = class.strip_prefix("asset-").and_then(number);
    Ok(id.ok_or_else(|| Sdk::InvalidRequest(format!("{class} is no class; give one like asset-12")))?)
}

fn serial_of(id: &str) -> Result<u64> {
    Ok(number(id).ok_or_else(|| Sdk::InvalidRequest(format!("{id} is no serial; give a number")))?)
}

/// Where the content of a version lies, and its hash.
fn place(state: &dyn Read, asset: &pb::Asset, version: u64) -> Result<(String, String)> {
    let manifest = logic::find_version(state, asset.id, version)?.and_then(|version| version.manifest);
    let manifest = manifest.unwrap_or_default();
    Ok((manifest.locators.first().cloned().unwrap_or_default(), hex::encode(&manifest.sha256)))
}

fn shown(state: &dyn Read, dat: &pb::Dat) -> Result<nft::Nft> {
    let asset = logic::asset(state, dat.asset)?;
    let version = if dat.proof_of > 0 { dat.proof_of } else { asset.final_version.max(1) };
    let (uri, uri_hash) = place(state, &asset, version)?;
    let class_id = format!("asset-{}", dat.asset);
    Ok(nft::Nft { class_id, id: dat.serial.to_string(), uri, uri_hash, data: Some(any(dat)) })
}

fn class_of(state: &dyn Read, asset: &pb::Asset) -> Result<nft::Class> {
    let (uri, uri_hash) = place(state, asset, asset.final_version.max(1))?;
    let kind = asset.kind().as_str_name().rsplit('_').next().unwrap_or_default().to_lowercase();
    let home = if asset.idao == 0 { String::new() } else { format!(" of idao-{}", asset.idao) };
    Ok(nft::Class {
        id: format!("asset-{}", asset.id),
        name: format!("asset-{}", asset.id),
        symbol: "DAT".into(),
        description: format!("{kind}{home}"),
        uri,
        uri_hash,
        data: Some(any(asset)),
    })
}

pub(super) fn balance(state: &dyn Read, ask: nft::QueryBalanceRequest) -> Result<nft::QueryBalanceResponse> {
    let owner: Address = ask.owner.parse()?;
    let owned = OWNED.page(state, &(owner, asset_of(&ask.class_id)?), None, MAX_COUNTED)?;
    Ok(nft::QueryBalanceResponse { amount: u64::try_from(owned.len()).unwrap_or(u64::MAX) })
}

pub(super) fn owner(state: &dyn Read, ask: nft::QueryOwnerRequest) -> Result<nft::QueryOwnerResponse> {
    let dat = logic::find_dat(state, asset_of(&ask.class_id)?, serial_of(&ask.id)?)?;
    Ok(nft::QueryOwnerResponse { owner: dat.map(|dat| dat.owner).unwrap_or_default() })
}

pub(super) fn supply(state: &dyn Read, ask: nft::QuerySupplyRequest) -> Result<nft::QuerySupplyResponse> {
    let asset = logic::find_asset(state, asset_of(&ask.class_id)?)?;
    Ok(nft::QuerySupplyResponse { amount: asset.map_or(0, |asset| asset.tokens) })
}

pub(super) fn nfts(state: &dyn Read, ask: nft::QueryNfTsRequest) -> Result<nft::QueryNfTsResponse> {
    let page = ask.pagination.as_ref();
    let owned = |(_, asset, serial), ()| Ok(Some(shown(state, &logic::dat(state, asset, serial)?)?));
    let (nfts, pagination) = match (ask.class_id.as_str(), ask.owner.as_str()) {
        ("", "") => {
            return Err(Sdk::InvalidRequest("must provide at least one of class_id and owner".into()).into());
        }
        (class, "") => {
            let row = |_, Pb(dat)| Ok(Some(shown(state, &dat)?));
            page::collect(state, &DATS, &asset_of(class)?, page, row)?
        }
        ("", owner) => page::collect(state, &OWNED, &owner.parse::<Address>()?, page, owned)?,
        (class, owner) => {
            page::collect(state, &OWNED, &(owner.parse::<Address>()?, asset_of(class)?), page, owned)?
        }
    };
    Ok(nft::QueryNfTsResponse { nfts, pagination })
}

pub(super) fn nft(state: &dyn Read, ask: nft::QueryNftRequest) -> Result<nft::QueryNftResponse> {
    let dat = logic::dat(state, asset_of(&ask.class_id)?, serial_of(&ask.id)?)?;
    Ok(nft::QueryNftResponse { nft: Some(shown(state, &dat)?) })
}

pub(super) fn class(state: &dyn Read, ask: nft::QueryClassRequest) -> Result<nft::QueryClassResponse> {
    let asset = logic::asset(state, asset_of(&ask.class_id)?)?;
    Ok(nft::QueryClassResponse { class: Some(class_of(state, &asset)?) })
}

pub(super) fn classes(state: &dyn Read, ask: nft::QueryClassesRequest) -> Result<nft::QueryClassesResponse> {
    let row = |_, Pb(asset)| Ok(Some(class_of(state, &asset)?));
    let (classes, pagination) = page::collect(state, &ASSETS, &(), ask.pagination.as_ref(), row)?;
    Ok(nft::QueryClassesResponse { classes, pagination })
}
