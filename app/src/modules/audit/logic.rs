//! Appending to a trail.

use prost::Message;
use proto::{
    lazchain::audit::v1 as pb,
    merkle::{self, Frontier},
};
use state::{Fault, Pb, Read};

use super::{
    keys::TRAILS,
    types::{Entry, Kept, Subject, index_key},
};
use crate::{ctx::Ctx, error::Result, stored};

/// A subject's trail; empty if nothing happened to it.
pub(crate) fn trail(state: &dyn Read, subject: &Subject) -> Result<pb::Trail> {
    Ok(TRAILS.get(state, &subject.to_string())?.map(|Pb(trail)| trail).unwrap_or_default())
}

/// The frontier of a trail's record.
pub(crate) fn frontier(trail: &pb::Trail) -> Result<Frontier, Fault> {
    let roots = trail.frontier.iter().map(|root| stored::digest(root)).collect::<Result<_, _>>()?;
    Frontier::from_parts(trail.count, roots).ok_or_else(|| {
        Fault::corrupt("trail", format!("{} roots for {} entries", trail.frontier.len(), trail.count))
    })
}

/// Appends an entry to its subject's trail.
pub(crate) fn record(ctx: &mut Ctx, entry: Entry<'_>) -> Result<()> {
    let trail = trail(&ctx.state, &entry.subject)?;
    let mut frontier = frontier(&trail)?;
    let subject = entry.subject.to_string();
    let written = pb::Entry {
        subject: subject.clone(),
        sequence: trail.count,
        height: ctx.block.height,
        time: Some(ctx.block.time.wire()),
        tx: ctx.tx.map(Vec::from).unwrap_or_default(),
        kind: entry.kind.to_owned(),
        actor: entry.actor.map(ToString::to_string).unwrap_or_default(),
        agent: entry.agent.map(ToString::to_string).unwrap_or_default(),
        digest: entry.digest.map(Vec::from).unwrap_or_default(),
    }
    .encode_to_vec();
    frontier.push(merkle::leaf(&written));
    let roots = frontier.roots().iter().map(|root| root.to_vec()).collect();
    TRAILS.set(&mut ctx.state, &subject, &Pb(pb::Trail { count: frontier.count(), frontier: roots }));
    ctx.keep_trail(Kept { key: index_key(&entry.subject, Some(trail.count)), entry: written });
    Ok(())
}
