//! Where the beacon of a decision comes from, as far back as the node keeps blocks and states.

use anyhow::Result;
use app::why::{Finding, Given, beacon};
use proto::lazchain::beacon::v1 as pb;

use super::node::Node;

/// Most preimages that are shown.
const MAX_GIVEN: usize = 8;

/// Adds the youngest preimages that the beacon had at a height: as many as a throw waits for.
pub(super) fn explain(node: &Node, finding: &mut Finding, used: &[u8], height: u64) -> Result<()> {
    let Ok(now) = value(node, height) else {
        finding
            .facts
            .push(("where the beacon comes from".into(), "not kept: this node has not that height".into()));
        return Ok(());
    };
    let given = youngest(node, height)?;
    beacon(finding, (used, &now), &given)?;
    Ok(())
}

fn value(node: &Node, height: u64) -> Result<Vec<u8>> {
    let answer: pb::QueryBeaconResponse =
        node.ask_at(height, "/lazchain.beacon.v1.Query/Beacon", &pb::QueryBeaconRequest {})?;
    Ok(answer.value)
}

fn youngest(node: &Node, height: u64) -> Result<Vec<Given>> {
    let params: pb::QueryParamsResponse =
        node.ask_at(height, "/lazchain.beacon.v1.Query/Params", &pb::QueryParamsRequest {})?;
    let most = params.params.map_or(1, |params| usize::try_from(params.givers).unwrap_or(MAX_GIVEN));
    let answer: pb::QueryChainsResponse =
        node.ask_at(height, "/lazchain.beacon.v1.Query/Chains", &pb::QueryChainsRequest::default())?;
    let mut chains: Vec<pb::Chain> =
        answer.chains.into_iter().filter(|chain| chain.last_height > 0).collect();
    chains.sort_by_key(|chain| std::cmp::Reverse(chain.last_height));
    let mut given = Vec::new();
    for chain in chains.into_iter().take(most.min(MAX_GIVEN)) {
        let at = chain.last_height;
        let states = value(node, at.saturating_sub(1)).ok().zip(value(node, at).ok());
        let Some(((before, after), first)) = states.zip(node.first_of_block(at)) else { continue };
        given.push(Given { height: at, validator: chain.validator, before, first, after });
    }
    Ok(given)
}
