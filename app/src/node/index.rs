//! The transaction index: written in the same batch as the block, so that a lookup never lags.
//!
//! Transactions lie under their hash; events under `kind.attribute=value`, height and place (`search.rs`).

use prost::Message;
use rayon::prelude::*;
use state::{Entry, Fault, Index, Store};

use super::{ExecTxResult, execute, search::height_in};
use crate::{
    modules::{audit::Kept, beacon},
    time::Time,
};

/// A value longer than this is not indexed.
const MAX_VALUE: usize = 256;

/// A transaction in the index.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TxRecord {
    /// The height of its block.
    #[prost(uint64, tag = "1")]
    pub height: u64,
    /// Its place in it.
    #[prost(uint32, tag = "2")]
    pub index: u32,
    /// Its bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub tx: Vec<u8>,
    /// What came of it.
    #[prost(message, optional, tag = "4")]
    pub result: Option<ExecTxResult>,
    /// Block time in nanoseconds since 1970.
    #[prost(uint64, tag = "5")]
    pub time: u64,
}

/// An executed block, as the index sees it.
pub(crate) struct Block<'a> {
    pub height: u64,
    pub time: Time,
    pub txs: &'a [Vec<u8>],
    /// One per transaction.
    pub results: &'a [ExecTxResult],
    /// What was recorded about subjects.
    pub trail: &'a [Kept],
}

/// What the store keeps of a block beside its state. Worked out on all cores, while the block is staged.
pub(crate) fn of(block: &Block<'_>) -> Index {
    // the beacon's item in the first place is no transaction
    let item = usize::from(block.txs.first().is_some_and(|first| beacon::preimage(first).is_some()));
    let rows = block.txs.par_iter().zip(block.results).enumerate().skip(item);
    let rows: Vec<(Row, Vec<Row>)> = rows
        .with_min_len(64)
        .map(|(place, (tx, result))| {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            let hash = execute::hash(tx).to_vec();
            let events = events(block.height, place, &hash, result);
            ((hash, written(block, place, tx, result)), events)
        })
        .collect();
    let (txs, events): (Vec<Row>, Vec<Vec<Row>>) = rows.into_iter().unzip();
    let trail = block.trail.iter().map(|kept| (kept.key.clone(), kept.entry.clone()));
    Index { txs, events: events.into_iter().flatten().chain(trail).collect() }
}

/// Key and value.
type Row = (Vec<u8>, Vec<u8>);

/// The encoded [`TxRecord`]; the result, its biggest part, goes in without a copy.
fn written(block: &Block<'_>, place: u32, tx: &[u8], result: &ExecTxResult) -> Vec<u8> {
    let time = block.time.nanos();
    let record = TxRecord { height: block.height, index: place, tx: tx.to_vec(), result: None, time };
    let mut bytes = record.encode_to_vec();
    prost::encoding::message::encode(4, result, &mut bytes);
    bytes
}

/// The rows that lead to a transaction: by position, and by each attribute.
fn events(height: u64, place: u32, hash: &[u8], result: &ExecTxResult) -> Vec<Row> {
    let position = [height.to_be_bytes().as_slice(), place.to_be_bytes().as_slice()].concat();
    let mut keys = vec![[height_key().as_slice(), &position].concat()];
    for event in result.events.iter() {
        for (name, value) in event.attributes().filter(|(_, value)| value.len() <= MAX_VALUE) {
            let mut key = key(&[event.kind(), ".", name], value, position.len());
            key.extend_from_slice(&position);
            keys.push(key);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().map(|key| (key, hash.to_vec())).collect()
}

/// Every transaction by position.
pub(super) fn height_key() -> Vec<u8> {
    prefix("tx.height", "")
}

fn prefix(name: &str, value: &str) -> Vec<u8> {
    key(&[name], value, 0)
}

/// Name and value, each ended by a zero byte: neither holds one, so no pair is the beginning of another. Room is left
/// for what follows.
fn key(name: &[&str], value: &str, room: usize) -> Vec<u8> {
    let length = name.iter().map(|part| part.len()).sum::<usize>().saturating_add(value.len());
    let mut key = Vec::with_capacity(length.saturating_add(room).saturating_add(2));
    key.extend(name.iter().flat_map(|part| part.bytes()).filter(|byte| *byte != 0));
    key.push(0);
    key.extend(value.bytes().filter(|byte| *byte != 0));
    key.push(0);
    key
}

/// The transaction with this hash.
pub fn record(store: &Store, hash: &[u8]) -> Result<Option<TxRecord>, Fault> {
    let Some(bytes) = store.tx(hash)? else { return Ok(None) };
    TxRecord::decode(bytes.as_slice()).map(Some).map_err(|error| Fault::corrupt("transaction index", error))
}

/// Forgets the transactions of all blocks above a height, newest first: before the blocks are taken back, so that nothing is
/// ever found that the chain no longer has. Cut off by a crash, it is done again.
pub fn forget_above(store: &Store, height: u64) -> Result<(), Fault> {
    let path = height_key();
    loop {
        let page = store.events_page_back(&path, None, 1_000)?;
        let above = |row: &&Entry| height_in(&row.key, &path).is_some_and(|at| at > height);
        let (mut txs, mut rows) = (Vec::new(), Vec::new());
        for row in page.iter().take_while(above) {
            rows.push(row.key.clone());
            let Some(found) = record(store, &row.value)? else { continue };
            if found.height > height {
                let result = found.result.unwrap_or_default();
                let led = events(found.height, found.index, &row.value, &result);
                rows.extend(led.into_iter().map(|(key, _)| key));
                txs.push(row.value.clone());
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        store.forget_index(&txs, &rows)?;
    }
}

/// One condition of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `kind.attribute='value'`.
    Is(String, String),
    /// `tx.height` from and to, both inclusive.
    Heights(u64, u64),
}

/// Where the rows of a condition are, if it has its own.
pub(super) fn path_of(condition: &Condition) -> Option<Vec<u8>> {
    match condition {
        Condition::Is(name, value) => Some(prefix(name, value)),
        Condition::Heights(..) => None,
    }
}

/// Whether a transaction meets a condition.
pub(crate) fn meets(record: &TxRecord, condition: &Condition) -> bool {
    match condition {
        Condition::Heights(from, to) => (from..=to).contains(&&record.height),
        Condition::Is(name, value) => {
            record.result.iter().flat_map(|result| result.events.iter()).any(|event| {
                let name = name.strip_prefix(event.kind()).and_then(|rest| rest.strip_prefix('.'));
                event.attributes().any(|(key, held)| held == value && Some(key) == name)
            })
        }
    }
}
