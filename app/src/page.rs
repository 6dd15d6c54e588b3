//! Pages of a map: the only way a query or an export walks through state.

use proto::cosmos::base::query::v1beta1 as pb;
use state::{Entry, Key, Map, Read, Value};

use crate::error::{Result, Sdk};

pub use pb::PageRequest as Request;

/// Rows in a page when none are asked for.
pub const DEFAULT_ROWS: u64 = 100;
/// Most rows in one page; a larger wish gets this many and a `next_key`.
pub const MAX_ROWS: usize = 10_000;
/// Most rows looked at for one page: offset, filtered rows and counting included.
pub const MAX_SCANNED: u64 = 100_000;
const CHUNK: u32 = 1_000;

/// One page of `map` under `prefix`, through `row`, which leaves out what it returns `None` for.
///
/// `next_key` is the last row shown; the page after it begins behind that row. The total is counted when asked for,
/// or when no pagination is given at all, and is 0 when there are more than [`MAX_SCANNED`] rows.
pub fn collect<K: Key, V: Value, T>(
    state: &dyn Read,
    map: &Map<K, V>,
    prefix: &impl Key,
    ask: Option<&pb::PageRequest>,
    mut row: impl FnMut(K, V) -> Result<Option<T>>,
) -> Result<(Vec<T>, Option<pb::PageResponse>)> {
    let plan = Plan::of(ask)?;
    let mut walk = Walk::start(state, map.raw_prefix(prefix), &plan);
    let (mut rows, mut seen, mut last, mut more) = (Vec::new(), 0_u64, Vec::new(), false);
    while let Some(entry) = walk.next()? {
        if walk.scanned > MAX_SCANNED {
            if plan.count {
                seen = 0;
                break;
            }
            return Err(Sdk::InvalidRequest(format!(
                "more than {MAX_SCANNED} rows looked at; page by key instead of offset, or narrow the filter"
            ))
            .into());
        }
        let full = rows.len() >= plan.limit;
        if full && !plan.count {
            more = true;
            break;
        }
        let (key, value) = map.decode_entry(&entry)?;
        let Some(item) = row(key, value)? else { continue };
        seen = seen.saturating_add(1);
        if seen <= plan.offset {
            continue;
        }
        if full {
            more = true;
        } else {
            last = entry.key;
            rows.push(item);
        }
    }
    let next_key = if more { last.split_off(walk.prefix.len().min(last.len())) } else { Vec::new() };
    let total = if plan.count { seen } else { 0 };
    Ok((rows, Some(pb::PageResponse { next_key, total })))
}

/// Every row of `map` under `prefix`, in pages: for exports and invariants, which are not on a block's path.
pub fn every<K: Key, V: Value>(
    state: &dyn Read,
    map: &Map<K, V>,
    prefix: &impl Key,
    mut row: impl FnMut(K, V) -> Result<()>,
) -> Result<()> {
    let plan = Plan { offset: 0, limit: usize::MAX, after: None, count: false, reverse: false };
    let mut walk = Walk::start(state, map.raw_prefix(prefix), &plan);
    while let Some(entry) = walk.next()? {
        let (key, value) = map.decode_entry(&entry)?;
        row(key, value)?;
    }
    Ok(())
}

struct Plan {
    offset: u64,
    limit: usize,
    after: Option<Vec<u8>>,
    count: bool,
    reverse: bool,
}

impl Plan {
    fn of(ask: Option<&pb::PageRequest>) -> Result<Plan> {
        let default = pb::PageRequest { count_total: true, ..Default::default() };
        let ask = ask.unwrap_or(&default);
        if ask.offset > 0 && !ask.key.is_empty() {
            let text = "invalid request, either offset or key is expected, got both";
            return Err(Sdk::InvalidRequest(text.into()).into());
        }
        let limit = if ask.limit == 0 { DEFAULT_ROWS } else { ask.limit };
        Ok(Plan {
            offset: ask.offset,
            limit: usize::try_from(limit).unwrap_or(MAX_ROWS).min(MAX_ROWS),
            after: (!ask.key.is_empty()).then(|| ask.key.clone()),
            count: ask.count_total && ask.key.is_empty(),
            reverse: ask.reverse,
        })
    }
}

struct Walk<'a> {
    state: &'a dyn Read,
    prefix: Vec<u8>,
    reverse: bool,
    buffer: std::vec::IntoIter<Entry>,
    last: Option<Vec<u8>>,
    scanned: u64,
    ended: bool,
}

impl<'a> Walk<'a> {
    fn start(state: &'a dyn Read, prefix: Vec<u8>, plan: &Plan) -> Walk<'a> {
        let last = plan.after.as_ref().map(|after| [prefix.as_slice(), after].concat());
        Walk {
            state,
            prefix,
            reverse: plan.reverse,
            buffer: Vec::new().into_iter(),
            last,
            scanned: 0,
            ended: false,
        }
    }

    fn next(&mut self) -> Result<Option<Entry>> {
        if self.buffer.as_slice().is_empty() && !self.ended {
            let last = self.last.as_deref();
            let page = if self.reverse {
                self.state.page_back(&self.prefix, last, CHUNK)?
            } else {
                self.state.page(&self.prefix, last, CHUNK)?
            };
            self.ended = u32::try_from(page.len()).is_ok_and(|rows| rows < CHUNK);
            self.last = page.last().map(|entry| entry.key.clone());
            self.buffer = page.into_iter();
        }
        let entry = self.buffer.next();
        if entry.is_some() {
            self.scanned = self.scanned.saturating_add(1);
        }
        Ok(entry)
    }
}
