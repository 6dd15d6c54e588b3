//! Whether content is another's again: compared with what this operator saw before and the chain has anchored.

use proto::lazchain::vsc::v1::{Task, Update};

use super::{Evaluator, seen::Sketches};
use crate::operator::{duties, report::Section};

/// Less in common is no finding: tables of one field share some rows.
const LEAST_BPS: u32 = 500;
/// Findings that are listed.
const MAX_LISTED: usize = 16;

/// What of somebody else's, without being declared a parent, is in it: costs as much as it overlaps.
pub(super) async fn look(
    evaluator: &Evaluator,
    task: &Task,
    update: &Update,
    sketches: &Sketches,
) -> Result<Section, String> {
    let mut section = Section::new("overlap");
    let sha256 = update.manifest.as_ref().map(|manifest| manifest.sha256.clone()).unwrap_or_default();
    let mut like = evaluator.seen.like(&sha256, sketches, LEAST_BPS);
    like.sort_by_key(|(known, bps)| (std::cmp::Reverse(*bps), known.task));
    section.fact("compared_by", "least 256 hashes of chunks and of rows");
    let (mut worst, mut listed) = (0, 0);
    for (known, bps) in like.into_iter().take(MAX_LISTED) {
        let digest = hex::decode(&known.sha256).unwrap_or_default();
        let found = duties::anchored(&evaluator.chain, &digest).await;
        let Some(asset) = found.map_err(|error| format!("anchors cannot be asked for: {error}"))? else {
            continue;
        };
        let declared = update.parents.iter().any(|parent| parent.asset == asset.id);
        let own = asset.owner == task.owner || update.target == asset.id;
        listed += 1;
        section.fact(&format!("asset-{}", asset.id), format!("{bps} bps in common"));
        if !declared && !own && bps > worst {
            // the largest counts, or many copies of one source would count many times
            section.find(
                bps - worst,
                format!("{bps} bps are those of asset-{}, which is no declared parent", asset.id),
            );
            worst = bps;
        }
    }
    section.fact("anchored_contents_like_it", listed);
    Ok(section)
}
