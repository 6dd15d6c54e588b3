//! Trust edges: whose verdicts an iDAO believes.

use proto::lazchain::idao::v1 as pb;
use state::{Pb, Read};

use super::super::{errors::Error, events, keys::EDGES, types::MAX_EDGES};
use super::{account, trail};
use crate::{ctx::Ctx, error::Result, time::Time};

/// The edge to a Quorum, expired or not.
pub(crate) fn edge(state: &dyn Read, id: u64, quorum: u64) -> Result<Option<pb::TrustEdge>> {
    Ok(EDGES.get(state, &(id, quorum))?.map(|Pb(edge)| edge))
}

/// All edges of an iDAO, in order of their Quorums.
fn edges(state: &dyn Read, id: u64) -> Result<Vec<pb::TrustEdge>> {
    let page = EDGES.page(state, &id, None, MAX_EDGES)?;
    Ok(page.into_iter().map(|(_, Pb(edge))| edge).collect())
}

/// Whether an edge has not expired: it is over at its instant.
fn lives(edge: &pb::TrustEdge, now: Time) -> bool {
    edge.expires.as_ref().is_none_or(|expires| now < Time::from_wire(expires))
}

/// The edges along which something may be routed now, in order of their Quorums. A closed iDAO has none.
pub(crate) fn live_edges(state: &dyn Read, id: u64, now: Time) -> Result<Vec<pb::TrustEdge>> {
    Ok(edges(state, id)?.into_iter().filter(|edge| lives(edge, now)).collect())
}

/// Makes or replaces an edge. If there is no room, expired ones make some.
pub(crate) fn establish(ctx: &mut Ctx, mut edge: pb::TrustEdge) -> Result<()> {
    let (id, quorum) = (edge.idao, edge.quorum);
    let others: Vec<_> = edges(&ctx.state, id)?.into_iter().filter(|other| other.quorum != quorum).collect();
    let full = |count: usize| u32::try_from(count).is_ok_and(|count| count >= MAX_EDGES);
    if full(others.len()) {
        let now = ctx.block.time;
        let expired: Vec<u64> =
            others.iter().filter(|edge| !lives(edge, now)).map(|edge| edge.quorum).collect();
        if expired.is_empty() {
            return Err(Error::TooManyEdges { limit: MAX_EDGES }.into());
        }
        for quorum in expired {
            end(ctx, id, quorum)?;
        }
    }
    edge.established = Some(ctx.block.time.wire());
    trail(ctx, id, "idao.trust_established", &account(id), &edge)?;
    EDGES.set(&mut ctx.state, &(id, quorum), &Pb(edge));
    ctx.emit(events::TrustEstablished { idao: id, quorum });
    Ok(())
}

/// Ends an edge; tasks already drawn finish under the rules they froze.
pub(crate) fn end(ctx: &mut Ctx, id: u64, quorum: u64) -> Result<()> {
    let Some(edge) = edge(&ctx.state, id, quorum)? else {
        return Err(Error::NoSuchEdge { idao: id, quorum }.into());
    };
    EDGES.remove(&mut ctx.state, &(id, quorum));
    trail(ctx, id, "idao.trust_ended", &account(id), &edge)?;
    ctx.emit(events::TrustEnded { idao: id, quorum });
    Ok(())
}

/// Ends all edges of an iDAO that closes.
pub(crate) fn end_all(ctx: &mut Ctx, id: u64) -> Result<()> {
    for edge in edges(&ctx.state, id)? {
        end(ctx, id, edge.quorum)?;
    }
    Ok(())
}
