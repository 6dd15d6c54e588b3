//! The transaction index: written in the same batch as the block, so that a lookup never lags.
//!
//! Transactions lie under their hash; events under `kind.attribute=value`, height and place. A search takes the
//! rarest-looking condition as its path and holds the others against the record.

use prost::Message;
use state::{Fault, Index, Store};
use tendermint_proto::v0_38::abci::ExecTxResult;

use super::{Executed, execute};

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

/// What the store keeps of a block beside its state.
pub(crate) fn of(executed: &Executed) -> Index {
    let mut index = Index::default();
    for (place, (tx, result)) in executed.txs.iter().zip(&executed.results).enumerate() {
        let hash = execute::hash(tx);
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let position = [executed.height.to_be_bytes().as_slice(), place.to_be_bytes().as_slice()].concat();
        let record = TxRecord {
            height: executed.height,
            index: place,
            tx: tx.clone(),
            result: Some(result.clone()),
            time: executed.time.nanos(),
        };
        index.txs.push((hash.to_vec(), record.encode_to_vec()));
        index.events.push(([height_key().as_slice(), &position].concat(), hash.to_vec()));
        for event in &result.events {
            for attribute in &event.attributes {
                if attribute.value.len() <= MAX_VALUE {
                    let name = format!("{}.{}", event.r#type, attribute.key);
                    index
                        .events
                        .push(([prefix(&name, &attribute.value), position.clone()].concat(), hash.to_vec()));
                }
            }
        }
    }
    index.events.sort();
    index.events.dedup();
    index
}

/// Every transaction by position.
fn height_key() -> Vec<u8> {
    prefix("tx.height", "")
}

/// Name and value, each ended by a zero byte: neither holds one, so no pair is the beginning of another.
fn prefix(name: &str, value: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(name.len().saturating_add(value.len()).saturating_add(2));
    key.extend(name.bytes().filter(|byte| *byte != 0));
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

/// One condition of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `kind.attribute='value'`.
    Is(String, String),
    /// `tx.height` from and to, both inclusive.
    Heights(u64, u64),
}

/// Index rows that a search looks at, at most.
const MAX_LOOKED_AT: u32 = 100_000;

/// Transactions that meet all conditions, oldest first or newest first: the asked page and how many there are.
pub fn search(
    store: &Store,
    conditions: &[Condition],
    newest_first: bool,
    skip: usize,
    limit: usize,
) -> Result<Result<(Vec<TxRecord>, u64), crate::error::Reject>, Fault> {
    let path = conditions.iter().find_map(|condition| match condition {
        Condition::Is(name, value) => Some(prefix(name, value)),
        Condition::Heights(..) => None,
    });
    let path = path.unwrap_or_else(height_key);
    // what one path has decided is counted without reading the records
    let decided = conditions.iter().filter(|condition| matches!(condition, Condition::Is(..))).count() <= 1;
    let skip = u64::try_from(skip).unwrap_or(u64::MAX);
    let (mut found, mut total, mut last, mut looked_at) = (Vec::new(), 0_u64, None::<Vec<u8>>, 0_u32);
    loop {
        let page = if newest_first {
            store.events_page_back(&path, last.as_deref(), 1_000)?
        } else {
            store.events_page(&path, last.as_deref(), 1_000)?
        };
        let Some(end) = page.last().map(|entry| entry.key.clone()) else { break };
        for entry in page {
            looked_at = looked_at.saturating_add(1);
            if !heights_fit(&entry.key, &path, conditions) {
                continue;
            }
            if decided && (total < skip || found.len() >= limit) {
                total = total.saturating_add(1);
                continue;
            }
            let Some(record) = record(store, &entry.value)? else { continue };
            if !conditions.iter().all(|condition| meets(&record, condition)) {
                continue;
            }
            total = total.saturating_add(1);
            if total > skip && found.len() < limit {
                found.push(record);
            }
        }
        last = Some(end);
        if looked_at >= MAX_LOOKED_AT {
            let text = format!("more than {MAX_LOOKED_AT} index rows match; narrow the search by tx.height");
            return Ok(Err(crate::error::Sdk::InvalidRequest(text).into()));
        }
    }
    Ok(Ok((found, total)))
}

/// Height conditions are met by the key alone, without reading the record.
fn heights_fit(key: &[u8], path: &[u8], conditions: &[Condition]) -> bool {
    let height = key.get(path.len()..path.len().saturating_add(8)).and_then(|bytes| bytes.try_into().ok());
    let Some(height) = height.map(u64::from_be_bytes) else { return false };
    conditions.iter().all(|condition| match condition {
        Condition::Heights(from, to) => (from..=to).contains(&&height),
        Condition::Is(..) => true,
    })
}

/// Whether a transaction meets a condition.
pub(crate) fn meets(record: &TxRecord, condition: &Condition) -> bool {
    match condition {
        Condition::Heights(from, to) => (from..=to).contains(&&record.height),
        Condition::Is(name, value) => record.result.iter().flat_map(|result| &result.events).any(|event| {
            event.attributes.iter().any(|attribute| {
                attribute.value == *value
                    && name.strip_prefix(event.r#type.as_str()).and_then(|rest| rest.strip_prefix('.'))
                        == Some(attribute.key.as_str())
            })
        }),
    }
}
