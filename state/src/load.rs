//! Building the tries when a store is opened.

use crate::codec::undo_of;
use crate::core;
use crate::db::{Db, Family};
use crate::fault::Fault;
use crate::merge::Ask;
use crate::options::Options;
use crate::read::{Changes, Entry};
use crate::tree::forest::{self, Forest, Lists, Tries};
use crate::version::Version;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

/// Values hashed at once.
const BATCH: usize = 1 << 16;

/// The newest version and those before it that are to stay in memory, oldest first.
pub(crate) fn versions(
    db: &Db,
    options: &Options,
    checkpoint: &Path,
) -> Result<VecDeque<Arc<Version>>, Fault> {
    let forest = Arc::new(Forest::new());
    let Some((height, app_hash)) = core::read_latest(db)? else {
        // a crash may have left values of a first block that is not there
        db.clear(Family::Latest)?;
        db.clear(Family::Keys)?;
        return Ok(VecDeque::from([Arc::new(Version::genesis(forest))]));
    };
    let from_file = crate::checkpoint::load(db, &forest, checkpoint, height);
    let tries = match from_file {
        Some(tries) if forest::app_hash(&tries) == app_hash => tries,
        _ => scan(db, &forest)?,
    };
    if forest::app_hash(&tries) != app_hash {
        return Err(Fault::corrupt("state", format!("values at height {height} do not have their app hash")));
    }
    backwards(db, options, forest, height, tries)
}

/// Tries from all values.
pub(crate) fn scan(db: &Db, forest: &Forest) -> Result<Tries, Fault> {
    let all = Ask { prefix: &[], past: None, back: false, limit: u32::MAX };
    let (mut tries, mut entries) = (Tries::new(), db.entries(Family::Latest, &all));
    loop {
        let batch: Vec<Entry> = entries.by_ref().take(BATCH).collect::<Result<_, Fault>>()?;
        if batch.is_empty() {
            return Ok(tries);
        }
        tries = add(forest, tries, &batch)?;
    }
}

/// Adds values to tries that nobody else reads.
pub(crate) fn add(forest: &Forest, tries: Tries, entries: &[Entry]) -> Result<Tries, Fault> {
    let changes: Vec<(&[u8], Option<&[u8]>)> =
        entries.iter().map(|entry| (entry.key.as_slice(), Some(entry.value.as_slice()))).collect();
    let grown = forest.apply(&tries, &changes)?;
    forest.free(&grown.dead);
    Ok(grown.tries)
}

/// One version on the way back from the newest.
struct Step {
    height: u64,
    tries: Tries,
    undo: Changes,
    dead: Lists,
}

/// Takes back block after block, as far as the log goes and memory is meant to.
fn backwards(
    db: &Db,
    options: &Options,
    forest: Arc<Forest>,
    height: u64,
    tries: Tries,
) -> Result<VecDeque<Arc<Version>>, Fault> {
    let mut steps: Vec<Step> = Vec::new();
    let mut here = (height, tries);
    for _ in 1..options.recent.max(2) {
        // the genesis is not remembered: there is nothing below the first block to go back to
        let Some(below) = db.below(here.0).filter(|below| *below > 0) else { break };
        let undo = undo_of(db.replaced(here.0)?);
        let changes: Vec<(&[u8], Option<&[u8]>)> =
            undo.iter().map(|(key, value)| (key.as_slice(), value.as_deref())).collect();
        let grown = forest.apply(&here.1, &changes)?;
        if core::read_root(db, below)?.is_some_and(|root| root != grown.app_hash) {
            return Err(Fault::corrupt("log", format!("height {below} does not come back")));
        }
        // what going back gave birth to is what going forward leaves behind
        steps.push(Step { height: here.0, tries: here.1, undo, dead: grown.born });
        here = (below, grown.tries);
    }
    let oldest = Version::new(here.0, here.1, Changes::new(), Lists::new(), Arc::clone(&forest));
    let mut versions = VecDeque::from([Arc::new(oldest)]);
    while let Some(step) = steps.pop() {
        let version = Version::new(step.height, step.tries, step.undo, step.dead, Arc::clone(&forest));
        let version = Arc::new(version);
        if let Some(before) = versions.back() {
            before.follow(Arc::clone(&version))?;
        }
        versions.push_back(version);
    }
    Ok(versions)
}
