//! Parts of messages, of other modules' too: manifests, parents, licences, keys.

use proto::{address::Address, coin::Denom, lazchain::dat::v1 as pb};

use super::id;
use crate::{
    error::Result,
    given::{amount, bps, digest, digest_or_none, list, refused, tag, uri, within},
    modules::dat::types::{
        MAX_DENOMS, MAX_DIGESTS, MAX_FIELDS, MAX_LISTED, MAX_LOCATORS, MAX_PARENTS, MAX_PROVIDER_BPS,
        MAX_ROYALTY_BPS, MAX_WRAPPED_KEY,
    },
};

/// Most bytes of a media type.
const MAX_MEDIA_TYPE: usize = 128;
/// Bytes of a chunk: a kibibyte to 16 mebibytes.
const CHUNK_BYTES: std::ops::RangeInclusive<u64> = 1_024..=16_777_216;
/// How many purposes there are.
const MAX_PURPOSES: usize = 6;

/// A manifest: what content is, without the content.
pub(crate) fn given_manifest(wire: Option<pb::Manifest>) -> Result<pb::Manifest> {
    let wire = wire.ok_or_else(|| refused("manifest is missing"))?;
    digest("sha256", &wire.sha256)?;
    digest("merkle_root", &wire.merkle_root)?;
    digest_or_none("schema", &wire.schema)?;
    digest_or_none("evaluator", &wire.evaluator)?;
    if wire.size == 0 {
        return Err(refused("size is 0; empty content cannot be anchored"));
    }
    within("chunk_size", wire.chunk_size.into(), CHUNK_BYTES)?;
    let media = &wire.media_type;
    let plain = media.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain || media.len() > MAX_MEDIA_TYPE || !media.contains('/') {
        return Err(refused(format!(
            "media_type is no media type of at most {MAX_MEDIA_TYPE} bytes, as text/plain"
        )));
    }
    if wire.locators.iter().any(String::is_empty) {
        return Err(refused("a locator is empty"));
    }
    list("locators", wire.locators.clone(), MAX_LOCATORS, |locator| uri("locators", locator))?;
    if let Some(encryption) = &wire.encryption {
        tag("scheme", encryption.scheme.clone())?;
        digest_or_none("key_commitment", &encryption.key_commitment)?;
    }
    Ok(wire)
}

/// Parents, each asset once: two licences of one parent would overwrite each other.
pub(crate) fn given_parents(wire: Vec<pb::Parent>) -> Result<Vec<pb::Parent>> {
    for parent in &wire {
        id("parent's version", parent.version)?;
        id("parent's policy_version", parent.policy_version)?;
    }
    let assets = wire.iter().map(|parent| parent.asset).collect();
    list("parents", assets, MAX_PARENTS, |asset| id("parent's asset", asset))?;
    Ok(wire)
}

/// The terms of a licence.
pub(crate) fn given_policy(wire: Option<pb::PolicyTerms>) -> Result<pb::PolicyTerms> {
    let wire = wire.ok_or_else(|| refused("the licence's terms are missing"))?;
    let purposes =
        list("purposes", wire.purposes.clone(), MAX_PURPOSES, |number| Ok(i32::from(purpose(number)?)))?;
    if purposes.is_empty() || !purposes.is_sorted() {
        return Err(refused("purposes are missing, or not in ascending order"));
    }
    let known = |number: i32, valid: bool, field: &str| -> Result<()> {
        if number == 0 || !valid { Err(refused(format!("{field} is missing or unknown"))) } else { Ok(()) }
    };
    known(wire.grantees, pb::Grantees::try_from(wire.grantees).is_ok(), "grantees")?;
    known(wire.unit, pb::Unit::try_from(wire.unit).is_ok(), "unit")?;
    known(wire.on_revoke, pb::OnRevoke::try_from(wire.on_revoke).is_ok(), "on_revoke")?;
    accounts("grantee_list", &wire.grantee_list)?;
    accounts("providers", &wire.providers)?;
    if (wire.grantees() == pb::Grantees::List) == wire.grantee_list.is_empty() {
        return Err(refused("grantee_list goes with GRANTEES_LIST, and only with it"));
    }
    prices(&wire)?;
    bps("provider_bps", wire.provider_bps, MAX_PROVIDER_BPS)?;
    bps("derivative_royalty_bps", wire.derivative_royalty_bps, MAX_ROYALTY_BPS)?;
    list("fields", wire.fields.clone(), MAX_FIELDS, |field| tag("fields", field))?;
    list("code_digests", wire.code_digests.clone(), MAX_DIGESTS, |one| digest("code_digests", &one))?;
    Ok(wire)
}

fn accounts(field: &str, texts: &[String]) -> Result<()> {
    // the one spelling of an address, since lists are compared as texts
    list(field, texts.to_vec(), MAX_LISTED, |text| {
        let who: Address = text.parse()?;
        if who.to_string() == text {
            Ok(who)
        } else {
            Err(refused(format!("{field}: write addresses in lower case")))
        }
    })?;
    Ok(())
}

fn prices(wire: &pb::PolicyTerms) -> Result<()> {
    let prices = list("prices", wire.prices.clone(), MAX_DENOMS, |price| {
        amount("prices", &price.amount)?;
        let denom: Denom = price.denom.parse()?;
        Ok(denom)
    })?;
    if prices.is_sorted() { Ok(()) } else { Err(refused("prices are not sorted by denomination")) }
}

/// A purpose that is one.
pub(super) fn purpose(number: i32) -> Result<pb::Purpose> {
    let purpose = pb::Purpose::try_from(number).ok().filter(|one| *one != pb::Purpose::Unspecified);
    purpose.ok_or_else(|| refused(format!("{number} is no purpose")))
}

/// An X25519 key, or none.
pub(super) fn key(bytes: Vec<u8>) -> Result<Vec<u8>> {
    digest_or_none("grantee_key", &bytes)?;
    Ok(bytes)
}

/// A wrapped data key, or none.
pub(super) fn wrapped(bytes: Vec<u8>) -> Result<Vec<u8>> {
    if bytes.len() > MAX_WRAPPED_KEY {
        return Err(refused(format!("wrapped_key has {} bytes, at most {MAX_WRAPPED_KEY}", bytes.len())));
    }
    Ok(bytes)
}
