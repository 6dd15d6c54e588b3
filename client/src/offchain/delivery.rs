//! Data keys for grantees. An asset's key has a number, the *key epoch*: 1 for the first. After somebody's access was revoked the
//! owner announces the next one, and everybody who may still read gets it wrapped to their own key; content that comes from
//! then on is sealed with it. What the revoked have read, they have.

use proto::{
    cosmos::base::query::v1beta1::PageRequest,
    lazchain::dat::v1::{
        Asset, Dat, MsgDeliverKey, Purpose, QueryAllowedRequest, QueryAllowedResponse, QueryAssetRequest,
        QueryAssetResponse, QueryDatsRequest, QueryDatsResponse, QueryVersionRequest, QueryVersionResponse,
    },
};

use super::sealed::DataKey;
use crate::{
    chain::Chain,
    error::{Error, Result},
};

/// Tokens of an asset that are asked for at once.
const PAGE: u64 = 100;
/// Most tokens that are looked through.
const MAX_TOKENS: u64 = 100_000;

/// The messages that hand an asset's data key to everybody who waits for it: new grantees, and after a change of the key all
/// whose access goes on.
///
/// # Errors
/// If the asset is not sealed, the key is not the one that its manifest commits to, or the node cannot be asked.
pub async fn deliveries(chain: &Chain, asset: u64, key: &DataKey) -> Result<Vec<MsgDeliverKey>> {
    let answer: QueryAssetResponse =
        chain.ask("/lazchain.dat.v1.Query/Asset", &QueryAssetRequest { asset }).await?;
    let record = answer.asset.ok_or_else(|| Error::Answer(format!("asset-{asset} is empty")))?;
    match record.key_epoch {
        0 => return Err(Error::Tx(format!("asset-{asset} is not sealed: there is no key to deliver"))),
        1 => is_of(chain, &record, key).await?,
        // the chain tells of later keys in events alone
        _ => {}
    }
    let mut messages = Vec::new();
    let mut from = Vec::new();
    for _ in 0..MAX_TOKENS.div_ceil(PAGE) {
        let pagination = Some(PageRequest { key: from, limit: PAGE, ..PageRequest::default() });
        let ask = QueryDatsRequest { asset, pagination };
        let page: QueryDatsResponse = chain.ask("/lazchain.dat.v1.Query/Dats", &ask).await?;
        for dat in &page.dats {
            let Some(to) = waits(&record, dat) else { continue };
            if goes_on(chain, dat).await? {
                messages.push(delivery(&record, dat, key.wrap(&to)));
            }
        }
        from = page.pagination.map(|page| page.next_key).unwrap_or_default();
        if from.is_empty() {
            return Ok(messages);
        }
    }
    Err(Error::Answer(format!("asset-{asset} has more than {MAX_TOKENS} tokens; deliver keys one by one")))
}

fn delivery(asset: &Asset, dat: &Dat, wrapped_key: Vec<u8>) -> MsgDeliverKey {
    let (owner, key_epoch) = (asset.owner.clone(), asset.key_epoch);
    MsgDeliverKey { owner, asset: asset.id, serial: dat.serial, wrapped_key, key_epoch }
}

/// The first key must be that of the newest version, where its manifest says which.
async fn is_of(chain: &Chain, asset: &Asset, key: &DataKey) -> Result<()> {
    let ask = QueryVersionRequest { asset: asset.id, version: asset.versions };
    let answer: QueryVersionResponse = chain.ask("/lazchain.dat.v1.Query/Version", &ask).await?;
    let manifest = answer.version.and_then(|version| version.manifest).unwrap_or_default();
    let commitment = manifest.encryption.unwrap_or_default().key_commitment;
    if commitment.is_empty() || commitment == key.commitment() {
        return Ok(());
    }
    Err(Error::Tx(format!("this is not the data key that the manifest of asset-{} commits to", asset.id)))
}

/// The key that the data key of today must be wrapped to, if this token's owner waits for it.
fn waits(asset: &Asset, dat: &Dat) -> Option<[u8; 32]> {
    let stands = dat.policy_version > 0 && dat.revoked_at.is_none() && !dat.expired;
    if !stands || dat.key_epoch >= asset.key_epoch {
        return None;
    }
    dat.grantee_key.as_slice().try_into().ok()
}

/// Whether neither the token, nor its owner, nor its licence was revoked.
async fn goes_on(chain: &Chain, dat: &Dat) -> Result<bool> {
    let ask = QueryAllowedRequest {
        asset: dat.asset,
        account: dat.owner.clone(),
        purpose: Purpose::Infer.into(),
        policy_version: dat.policy_version,
    };
    let answer: QueryAllowedResponse = chain.ask("/lazchain.dat.v1.Query/Allowed", &ask).await?;
    let facts = answer.facts.unwrap_or_default();
    let holding = facts.holdings.iter().find(|holding| holding.serial == dat.serial);
    Ok(facts.account_revoked_at.is_none() && holding.is_none_or(|one| one.licence_revoked_at.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_access_and_not_the_key_of_today_waits_for_it() {
        let asset = Asset { id: 1, key_epoch: 2, ..Asset::default() };
        let bought =
            Dat { asset: 1, serial: 3, policy_version: 1, grantee_key: vec![7; 32], ..Dat::default() };
        assert_eq!(waits(&asset, &bought), Some([7; 32]));
        assert_eq!(waits(&asset, &Dat { key_epoch: 1, ..bought.clone() }), Some([7; 32]), "an older key");
        let others = [
            Dat { key_epoch: 2, ..bought.clone() },
            Dat { policy_version: 0, ..bought.clone() },
            Dat { revoked_at: Some(prost_types::Timestamp::default()), ..bought.clone() },
            Dat { expired: true, ..bought.clone() },
            Dat { grantee_key: Vec::new(), ..bought },
        ];
        for other in others {
            assert_eq!(waits(&asset, &other), None, "{other:?}");
        }
    }
}
