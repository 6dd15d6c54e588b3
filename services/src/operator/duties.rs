//! What an operator asks the chain.

use client::{Chain, Result};
use proto::{
    address::ValAddress,
    cosmos::base::query::v1beta1::PageRequest,
    lazchain::{dat::v1 as dat, vsc::v1 as vsc},
};

/// Rounds of one member in one answer.
const PAGE: u64 = 100;

/// Rounds that are on and have a seat of this member.
pub(super) async fn rounds(chain: &Chain, member: &ValAddress) -> Result<Vec<vsc::Round>> {
    let (mut rounds, mut key) = (Vec::new(), Vec::new());
    loop {
        let pagination = Some(PageRequest { key, limit: PAGE, ..PageRequest::default() });
        let ask = vsc::QueryDutiesRequest { member: member.to_string(), pagination };
        let answer: vsc::QueryDutiesResponse = chain.ask("/lazchain.vsc.v1.Query/Duties", &ask).await?;
        rounds.extend(answer.rounds);
        key = answer.pagination.map(|page| page.next_key).unwrap_or_default();
        if key.is_empty() {
            return Ok(rounds);
        }
    }
}

/// Ballots of a round so far: at most one a seat.
pub(super) async fn ballots(chain: &Chain, task: u64, round: u32) -> Result<Vec<vsc::Ballot>> {
    let pagination = Some(PageRequest { limit: PAGE, ..PageRequest::default() });
    let ask = vsc::QueryBallotsRequest { task, round, pagination };
    let answer: vsc::QueryBallotsResponse = chain.ask("/lazchain.vsc.v1.Query/Ballots", &ask).await?;
    Ok(answer.ballots)
}

/// A round.
pub(super) async fn round(chain: &Chain, task: u64, round: u32) -> Result<vsc::Round> {
    let ask = vsc::QueryRoundRequest { task, round };
    let answer: vsc::QueryRoundResponse = chain.ask("/lazchain.vsc.v1.Query/Round", &ask).await?;
    answer.round.ok_or_else(|| client::Error::Answer(format!("round {round} of task-{task} is empty")))
}

/// A task.
pub(super) async fn task(chain: &Chain, task: u64) -> Result<vsc::Task> {
    let ask = vsc::QueryTaskRequest { task };
    let answer: vsc::QueryTaskResponse = chain.ask("/lazchain.vsc.v1.Query/Task", &ask).await?;
    answer.task.ok_or_else(|| client::Error::Answer(format!("task-{task} is empty")))
}

/// The digest of the content that a task is about.
pub(super) fn sha256(task: &vsc::Task) -> &[u8] {
    let manifest = task.update.as_ref().and_then(|update| update.manifest.as_ref());
    manifest.map_or(&[], |manifest| &manifest.sha256)
}

/// Data keys that were handed out in a round.
pub(super) async fn keys(chain: &Chain, task: u64, round: u32) -> Result<Vec<vsc::WrappedKey>> {
    let pagination = Some(PageRequest { limit: PAGE, ..PageRequest::default() });
    let ask = vsc::QueryKeysRequest { task, round, pagination };
    let answer: vsc::QueryKeysResponse = chain.ask("/lazchain.vsc.v1.Query/Keys", &ask).await?;
    Ok(answer.keys)
}

/// The content that an open task carries itself.
pub(super) async fn content(chain: &Chain, task: u64) -> Result<Vec<u8>> {
    let ask = vsc::QueryContentRequest { task };
    let answer: vsc::QueryContentResponse = chain.ask("/lazchain.vsc.v1.Query/Content", &ask).await?;
    Ok(answer.content)
}

/// A version of an asset.
pub(super) async fn version(chain: &Chain, asset: u64, version: u64) -> Result<dat::Version> {
    let ask = dat::QueryVersionRequest { asset, version };
    let answer: dat::QueryVersionResponse = chain.ask("/lazchain.dat.v1.Query/Version", &ask).await?;
    answer.version.ok_or_else(|| client::Error::Answer(format!("asset-{asset}@{version} is empty")))
}

/// The asset that is anchored with this content, and its owner.
pub(super) async fn anchored(chain: &Chain, sha256: &[u8]) -> Result<Option<dat::Asset>> {
    let ask = dat::QueryAnchorRequest { sha256: sha256.to_vec() };
    let answer: Result<dat::QueryAnchorResponse> = chain.ask("/lazchain.dat.v1.Query/Anchor", &ask).await;
    let version = match answer {
        Ok(answer) => answer.version,
        Err(client::Error::Refused { .. }) => None,
        Err(error) => return Err(error),
    };
    let Some(version) = version else { return Ok(None) };
    let ask = dat::QueryAssetRequest { asset: version.asset };
    let answer: dat::QueryAssetResponse = chain.ask("/lazchain.dat.v1.Query/Asset", &ask).await?;
    Ok(answer.asset)
}
