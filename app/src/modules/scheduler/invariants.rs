//! True after every block.

use std::collections::BTreeMap;

use state::{Pb, Read};

use super::keys::{DEPTHS, DUE, SET_ASIDE};
use crate::{error::Result, invariant::Invariant, page};

pub(crate) const INVARIANTS: &[Invariant] =
    &[("scheduler/counts-are-entries", counts_are_entries), ("scheduler/in-one-place", in_one_place)];

fn counts_are_entries(state: &dyn Read) -> Result<Option<String>> {
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    page::every(state, &DUE, &(), |(queue, _, _), _| {
        let count = counted.entry(queue).or_default();
        *count = count.saturating_add(1);
        Ok(())
    })?;
    let mut kept = BTreeMap::new();
    page::every(state, &DEPTHS, &(), |queue, depth| {
        kept.insert(queue, depth);
        Ok(())
    })?;
    Ok((kept != counted).then(|| format!("queues have {counted:?} entries, and {kept:?} are counted")))
}

fn in_one_place(state: &dyn Read) -> Result<Option<String>> {
    let mut twice = None;
    page::every(state, &SET_ASIDE, &(), |sequence, Pb(record)| {
        let due = record.due.unwrap_or_default();
        if DUE.has(state, &(due.queue, due.due, sequence))? {
            twice = Some(format!("entry {sequence} is set aside and waits"));
        }
        Ok(())
    })?;
    Ok(twice)
}
