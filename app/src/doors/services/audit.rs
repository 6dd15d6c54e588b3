//! `lazchain.audit.v1`: the entries of trails, which this node keeps beside the state, and their proofs.

use prost::Message;
use proto::{lazchain::audit::v1 as pb, merkle};
use tonic::Code;

use super::{Service, answer, invalid};
use crate::{
    doors::{Desk, Trouble},
    modules::audit::{self, Subject, index_key},
};

/// Most entries of one answer.
const MAX_ENTRIES: u32 = 1_000;
/// Entries of one answer if no number is asked for.
const DEFAULT_ENTRIES: u32 = 100;
/// Most entries of a trail whose branch is worked out here.
const MAX_PROVED: u64 = 100_000;

pub(crate) const SERVICES: &[Service] = &[
    Service::new("/lazchain.audit.v1.Query/Entries", |d, b| answer(d, b, entries)),
    Service::new("/lazchain.audit.v1.Query/Proof", |d, b| answer(d, b, proof)),
];

fn subject(text: &str) -> Result<Subject, Trouble> {
    text.parse().map_err(|text: String| invalid(text))
}

fn trail(desk: &Desk, subject: &Subject) -> Result<pb::Trail, Trouble> {
    Ok(audit::trail(&desk.node.store().latest(), subject)?)
}

fn entries(desk: &Desk, ask: pb::QueryEntriesRequest) -> Result<pb::QueryEntriesResponse, Trouble> {
    let subject = subject(&ask.subject)?;
    let count = trail(desk, &subject)?.count;
    let limit = if ask.limit == 0 { DEFAULT_ENTRIES } else { ask.limit.min(MAX_ENTRIES) };
    let (store, prefix) = (desk.node.store(), index_key(&subject, None));
    let rows = if ask.newest_first {
        // beyond the count may lie what a rollback took back
        let end = if ask.from > 0 { ask.from.saturating_add(1).min(count) } else { count };
        store.events_page_back(&prefix, Some(&index_key(&subject, Some(end))), limit)?
    } else {
        let after = ask.from.checked_sub(1).map(|after| index_key(&subject, Some(after)));
        store.events_page(&prefix, after.as_deref(), limit)?
    };
    let mut entries = rows.iter().map(|row| decode(&row.value)).collect::<Result<Vec<_>, _>>()?;
    entries.retain(|entry| entry.sequence < count);
    Ok(pb::QueryEntriesResponse { entries, count })
}

fn proof(desk: &Desk, ask: pb::QueryProofRequest) -> Result<pb::QueryProofResponse, Trouble> {
    let subject = subject(&ask.subject)?;
    let trail = trail(desk, &subject)?;
    if ask.sequence >= trail.count {
        let text = format!("{subject} has {} entries; there is no entry {}", trail.count, ask.sequence);
        return Err(Trouble::status(Code::NotFound, text));
    }
    if trail.count > MAX_PROVED {
        let text =
            format!("{subject} has more than {MAX_PROVED} entries; prove from your own copy of its entries");
        return Err(Trouble::status(Code::ResourceExhausted, text));
    }
    let (store, prefix) = (desk.node.store(), index_key(&subject, None));
    let (mut leaves, mut wanted, mut after) = (Vec::new(), None, None::<Vec<u8>>);
    while u64::try_from(leaves.len()).is_ok_and(|count| count < trail.count) {
        let rows = store.events_page(&prefix, after.as_deref(), MAX_ENTRIES)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.key.clone());
        for row in rows {
            let entry = decode(&row.value)?;
            if entry.sequence == ask.sequence {
                wanted = Some(entry);
            }
            leaves.push(merkle::leaf(&row.value));
        }
    }
    let count = usize::try_from(trail.count).unwrap_or(usize::MAX);
    leaves.truncate(count); // a block committed meanwhile may have added some
    let index = usize::try_from(ask.sequence).unwrap_or(usize::MAX);
    let branch = merkle::branch(&leaves, index).filter(|_| leaves.len() == count);
    let (Some(branch), Some(entry)) = (branch, wanted) else {
        let text = format!(
            "this node does not hold every entry of {subject}; ask one that was there from the start"
        );
        return Err(Trouble::status(Code::NotFound, text));
    };
    Ok(pb::QueryProofResponse {
        entry: Some(entry),
        branch: branch.iter().map(|hash| hash.to_vec()).collect(),
        count: trail.count,
        root: merkle::root(&leaves).to_vec(),
    })
}

fn decode(bytes: &[u8]) -> Result<pb::Entry, Trouble> {
    let entry = pb::Entry::decode(bytes);
    entry.map_err(|error| {
        Trouble::status(Code::Internal, format!("an entry of the trail cannot be read: {error}"))
    })
}
