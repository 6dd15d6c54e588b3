//! Tries of heights that are no longer in memory, worked out anew from what has changed since.

use crate::codec::Replaced;
use crate::commit::name_of;
use crate::core::Core;
use crate::fault::Fault;
use crate::history::{Span, Words};
use crate::merge::Ask;
use crate::read::Changes;
use crate::tree::forest::{Lists, Tries};
use crate::version::Version;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// Keys that may have changed since a height for it to be proved still. Bounds the memory and time of one proof.
const MOST_CHANGES: usize = 1 << 18;

/// The tries of one old height.
pub(crate) struct DeepTries {
    height: u64,
    pub(crate) tries: Tries,
    /// Names, as in `keys`, of what was there and has changed since.
    pub(crate) names: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Slots that only these tries reach.
    born: Lists,
    base: Arc<Version>,
}

impl Drop for DeepTries {
    fn drop(&mut self) {
        self.base.forest.free(&std::mem::take(&mut self.born));
    }
}

/// The tries of `height`, which is older than `base`; `None` if too much has changed since. One is worked out at a
/// time, and the last is kept until the next block.
pub(crate) fn tries(
    core: &Core,
    base: &Arc<Version>,
    height: u64,
    app_hash: &[u8; 32],
) -> Result<Option<Arc<DeepTries>>, Fault> {
    let mut cache = core.deep.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = cache.as_ref().filter(|known| known.height == height) {
        return Ok(Some(Arc::clone(known)));
    }
    let Some(changes) = changed_since(core, Span { from: height, to: base.height })? else { return Ok(None) };
    let list: Vec<(&[u8], Option<&[u8]>)> =
        changes.iter().map(|(key, value)| (key.as_slice(), value.as_deref())).collect();
    let grown = base.forest.apply(&base.tries, &list)?;
    let mut names = BTreeMap::new();
    for key in changes.iter().filter(|(_, value)| value.is_some()).map(|(key, _)| key) {
        let (name, within) = name_of(key)?;
        names.insert(name, within.to_vec());
    }
    let (born, base) = (grown.born, Arc::clone(base));
    let found = Arc::new(DeepTries { height, tries: grown.tries, names, born, base });
    if grown.app_hash != *app_hash {
        return Err(Fault::corrupt("history", format!("height {height} does not come back")));
    }
    *cache = Some(Arc::clone(&found));
    Ok(Some(found))
}

/// What the keys changed within the span held before it.
fn changed_since(core: &Core, span: Span) -> Result<Option<Changes>, Fault> {
    let mut changes = Changes::new();
    // the log reaches less far back than history, and is read faster
    let chain = core.db.chain(span.from, span.to);
    for height in chain.iter().flatten() {
        for Replaced { key, before, .. } in core.db.replaced(*height)? {
            changes.insert(key, before); // the oldest comes last
        }
        if changes.len() > MOST_CHANGES {
            return Ok(None);
        }
    }
    if chain.is_some() {
        return Ok(Some(changes));
    }
    let all = Ask { prefix: &[], past: None, back: false, limit: u32::MAX };
    for word in Words::new(&core.db, &all, span) {
        let (key, before) = word?;
        changes.insert(key, before);
        if changes.len() > MOST_CHANGES {
            return Ok(None);
        }
    }
    Ok(Some(changes))
}
