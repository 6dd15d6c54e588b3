//! Searching the transaction index.

use state::{Fault, Store};

use super::index::{Condition, TxRecord, height_key, meets, path_of, record};
use crate::error::{Reject, Sdk};

/// Index rows that a search looks at, at most.
const MAX_LOOKED_AT: u32 = 100_000;
/// Index rows read together.
const PAGE: u32 = 1_000;

/// What a search found: one page, and how many there are.
type Found = (Vec<TxRecord>, u64);

/// Transactions that meet all conditions, oldest first or newest first: the asked page and how many there are. Once the page
/// is full and more rows than a search looks at match, the number is only how many were counted until then.
///
/// # Errors
/// A refusal if so many rows were looked at before the page was full.
pub fn search(
    store: &Store,
    conditions: &[Condition],
    newest_first: bool,
    skip: usize,
    limit: usize,
) -> Result<Result<Found, Reject>, Fault> {
    let Some(heights) = heights(conditions) else { return Ok(Ok((Vec::new(), 0))) };
    let path = rarest(store, conditions, heights)?;
    let mut rows = Rows { store, newest_first, heights, last: None, path };
    // what one path has decided is counted without reading the records
    let decided = conditions.iter().filter(|condition| matches!(condition, Condition::Is(..))).count() <= 1;
    let skip = u64::try_from(skip).unwrap_or(u64::MAX);
    let (mut found, mut total, mut looked_at) = (Vec::new(), 0_u64, 0_u32);
    loop {
        let page = rows.next()?;
        if page.is_empty() {
            return Ok(Ok((found, total)));
        }
        for hash in page {
            looked_at = looked_at.saturating_add(1);
            if decided && (total < skip || found.len() >= limit) {
                total = total.saturating_add(1);
                continue;
            }
            let Some(record) = record(store, &hash)? else { continue };
            if !conditions.iter().all(|condition| meets(&record, condition)) {
                continue;
            }
            total = total.saturating_add(1);
            if total > skip && found.len() < limit {
                found.push(record);
            }
        }
        if looked_at >= MAX_LOOKED_AT {
            if found.len() >= limit {
                return Ok(Ok((found, total)));
            }
            let text = format!("more than {MAX_LOOKED_AT} index rows match; narrow the search by tx.height");
            return Ok(Err(Sdk::InvalidRequest(text).into()));
        }
    }
}

/// The heights that all conditions allow, from and to, both inclusive; nothing if there are none.
fn heights(conditions: &[Condition]) -> Option<(u64, u64)> {
    let all = conditions.iter().filter_map(|condition| match condition {
        Condition::Heights(from, to) => Some((*from, *to)),
        Condition::Is(..) => None,
    });
    let (from, to) = all.fold((0, u64::MAX), |(from, to), (at, until)| (from.max(at), to.min(until)));
    (from <= to).then_some((from, to))
}

/// The condition with the fewest rows, as far as one page shows.
fn rarest(store: &Store, conditions: &[Condition], heights: (u64, u64)) -> Result<Vec<u8>, Fault> {
    let mut paths: Vec<Vec<u8>> = conditions.iter().filter_map(path_of).collect();
    if paths.len() < 2 {
        return Ok(paths.pop().unwrap_or_else(height_key));
    }
    let mut fewest: Option<(usize, Vec<u8>)> = None;
    for path in paths {
        let rows = Rows { store, newest_first: false, heights, last: None, path: path.clone() }.next()?.len();
        if fewest.as_ref().is_none_or(|(least, _)| rows < *least) {
            fewest = Some((rows, path));
        }
    }
    Ok(fewest.map_or_else(height_key, |(_, path)| path))
}

/// Rows of one path between two heights.
struct Rows<'a> {
    store: &'a Store,
    path: Vec<u8>,
    newest_first: bool,
    heights: (u64, u64),
    /// The last row that was read.
    last: Option<Vec<u8>>,
}

impl Rows<'_> {
    /// Hashes of the next page; empty at the end.
    fn next(&mut self) -> Result<Vec<Vec<u8>>, Fault> {
        let (from, to) = self.heights;
        let at = |height: u64| [self.path.as_slice(), &height.to_be_bytes()].concat();
        let page = if self.newest_first {
            let before = self.last.take().or_else(|| to.checked_add(1).map(at));
            self.store.events_page_back(&self.path, before.as_deref(), PAGE)?
        } else {
            // no place is as high as these bytes, which are one more than a place has
            let after = || from.checked_sub(1).map(|height| [at(height), vec![0xff; 5]].concat());
            let after = self.last.take().or_else(after);
            self.store.events_page(&self.path, after.as_deref(), PAGE)?
        };
        self.last = page.last().map(|row| row.key.clone());
        let inside = |key: &[u8]| height_in(key, &self.path).is_some_and(|at| (from..=to).contains(&at));
        Ok(page.into_iter().take_while(|row| inside(&row.key)).map(|row| row.value).collect())
    }
}

/// The height in a row's key.
pub(super) fn height_in(key: &[u8], path: &[u8]) -> Option<u64> {
    let bytes = key.get(path.len()..path.len().saturating_add(8))?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use tendermint_proto::v0_38::abci::{self, Event, EventAttribute};

    use super::*;
    use crate::{
        node::{
            ExecTxResult,
            index::{self, Block},
        },
        time::Time,
    };

    const LAST: u64 = 120_000;

    fn event(kind: &str, key: &str, value: &str) -> Event {
        let attribute = EventAttribute { key: key.into(), value: value.into(), index: true };
        Event { r#type: kind.into(), attributes: vec![attribute] }
    }

    /// A transaction at each height, all by `ada`, every thousandth to `bob`.
    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), state::Options::default()).expect("opens");
        let mut all = state::Index::default();
        for height in 1..=LAST {
            let to = if height % 1_000 == 0 { "bob" } else { "eve" };
            let events = vec![event("message", "sender", "ada"), event("transfer", "recipient", to)];
            let result = abci::ExecTxResult { events, ..Default::default() }.encode_to_vec();
            let results = [ExecTxResult::decode(result.as_slice()).expect("the same message")];
            let txs = [height.to_be_bytes().to_vec()];
            let block = Block { height, time: Time::default(), txs: &txs, results: &results, trail: &[] };
            let index = index::of(&block);
            all.txs.extend(index.txs);
            all.events.extend(index.events);
        }
        store.commit(store.stage(1, Default::default()).expect("stages"), all).expect("commits");
        (folder, store)
    }

    fn is(name: &str, value: &str) -> Condition {
        Condition::Is(name.into(), value.into())
    }

    fn at(height: u64) -> Condition {
        Condition::Heights(height, height)
    }

    fn found(store: &Store, conditions: &[Condition], newest_first: bool) -> (Vec<u64>, u64) {
        let found = search(store, conditions, newest_first, 0, 3).expect("no fault");
        let (found, total) = found.expect("not refused");
        (found.iter().map(|record| record.height).collect(), total)
    }

    #[test]
    fn what_lies_behind_a_hundred_thousand_others_is_found() {
        let (_folder, store) = store();
        let (ada, bob, eve) =
            (is("message.sender", "ada"), is("transfer.recipient", "bob"), is("transfer.recipient", "eve"));
        assert_eq!(found(&store, &[at(119_999)], false), (vec![119_999], 1));
        assert_eq!(found(&store, &[ada.clone(), at(119_999)], true), (vec![119_999], 1));
        let newest = Condition::Heights(119_998, u64::MAX);
        assert_eq!(found(&store, &[newest], true), (vec![120_000, 119_999, 119_998], 3));
        assert_eq!(found(&store, &[ada.clone(), bob.clone()], false), (vec![1_000, 2_000, 3_000], 120));
        assert_eq!(found(&store, &[bob, ada.clone()], true), (vec![120_000, 119_000, 118_000], 120));
        // a full page is given, with what was counted
        assert_eq!(
            found(&store, std::slice::from_ref(&ada), true),
            (vec![120_000, 119_999, 119_998], 100_000)
        );
        assert_eq!(found(&store, &[Condition::Heights(0, u64::MAX)], false), (vec![1, 2, 3], 100_000));
        assert_eq!(found(&store, &[ada.clone(), at(0)], false), (vec![], 0));
        assert_eq!(found(&store, &[at(5), at(6)], false), (vec![], 0));
        let beyond = search(&store, &[ada, eve], false, 110_000, 3).expect("no fault");
        assert!(beyond.is_err(), "the page is further than a search looks");
    }

    #[test]
    fn what_is_taken_back_is_found_no_longer_by_anything() {
        let (_folder, store) = store();
        index::forget_above(&store, 118_500).expect("forgets");
        let bob = is("transfer.recipient", "bob");
        assert_eq!(found(&store, &[bob], true), (vec![118_000, 117_000, 116_000], 118));
        assert_eq!(found(&store, &[is("message.sender", "ada"), at(118_501)], true), (vec![], 0));
        assert_eq!(found(&store, &[Condition::Heights(118_500, u64::MAX)], false), (vec![118_500], 1));
        assert_eq!(record(&store, &crate::node::hash(&119_000_u64.to_be_bytes())).expect("reads"), None);
    }
}
