//! `cosmos.tx.v1beta1`: simulate, look up, search, send, encode.

use prost::{Message, Name};
use prost_types::Any;
use proto::{
    cosmos::{
        base::abci::v1beta1::{
            GasInfo, Result as SimulatedResult, SimulationResponse, TxMsgData, TxResponse,
        },
        tx::v1beta1::{self as pb, BroadcastMode, OrderBy},
    },
    tendermint::abci::Event,
};
use tonic::Code;

use super::{Service, answer, invalid, search::Search, slice, tendermint};
use crate::{
    doors::{
        Desk, Trouble,
        engine::{Engine, Received, Wait},
    },
    event::Events,
    node::{TxRecord, hash, meets, record, search, signed},
    time::Time,
    tx::{Tx, assemble},
};

/// Transactions in one page of a search, at most.
const MAX_PAGE: usize = 1_000;

pub(crate) const SERVICES: &[Service] = &[
    Service::new("/cosmos.tx.v1beta1.Service/Simulate", |d, b| answer(d, b, simulate)),
    Service::new("/cosmos.tx.v1beta1.Service/GetTx", |d, b| answer(d, b, get_tx)),
    Service::new("/cosmos.tx.v1beta1.Service/GetTxsEvent", |d, b| answer(d, b, get_txs_event)),
    Service::engine("/cosmos.tx.v1beta1.Service/BroadcastTx", |d, b| answer(d, b, broadcast_tx)),
    Service::engine("/cosmos.tx.v1beta1.Service/GetBlockWithTxs", |d, b| answer(d, b, get_block_with_txs)),
    Service::new("/cosmos.tx.v1beta1.Service/TxEncode", |d, b| answer(d, b, tx_encode)),
    Service::new("/cosmos.tx.v1beta1.Service/TxDecode", |d, b| answer(d, b, tx_decode)),
    Service::new("/cosmos.tx.v1beta1.Service/TxEncodeAmino", |d, b| answer(d, b, tx_encode_amino)),
    Service::new("/cosmos.tx.v1beta1.Service/TxDecodeAmino", |d, b| answer(d, b, tx_decode_amino)),
];

#[allow(deprecated, reason = "cosmpy sends `tx`, others `tx_bytes`")]
fn simulate(desk: &Desk, ask: pb::SimulateRequest) -> Result<pb::SimulateResponse, Trouble> {
    let bytes = match ask.tx {
        Some(tx) if ask.tx_bytes.is_empty() => encode(tx),
        _ if ask.tx_bytes.is_empty() => return Err(invalid("empty txBytes is not allowed")),
        _ => ask.tx_bytes,
    };
    let SimulationResponse { gas_info, result } = simulated(desk, &bytes)?;
    Ok(pb::SimulateResponse { gas_info, result })
}

/// What a transaction would do now.
pub(crate) fn simulated(desk: &Desk, bytes: &[u8]) -> Result<SimulationResponse, Trouble> {
    let tx = Tx::parse_unsigned(bytes)?;
    let simulated = desk.node.simulate(bytes).map_err(|error| match error {
        crate::error::Error::Reject(reject) => {
            let text = format!("{} with gas used: '{}'", reject.text, tx.cost().0);
            Trouble::status(Code::Unknown, text)
        }
        fault => fault.into(),
    })?;
    let msg_responses = TxMsgData::decode(simulated.data.as_slice()).unwrap_or_default().msg_responses;
    let events = decoded(&simulated.events)?;
    Ok(SimulationResponse {
        gas_info: Some(GasInfo { gas_wanted: tx.fee.gas_limit, gas_used: simulated.gas_used }),
        result: Some(result(simulated.data, events, msg_responses)),
    })
}

#[allow(deprecated, reason = "clients read `data` as well as `msg_responses`")]
fn result(data: Vec<u8>, events: Vec<Event>, msg_responses: Vec<Any>) -> SimulatedResult {
    SimulatedResult { data, log: String::new(), events, msg_responses }
}

fn get_tx(desk: &Desk, ask: pb::GetTxRequest) -> Result<pb::GetTxResponse, Trouble> {
    if ask.hash.is_empty() {
        return Err(invalid("tx hash cannot be empty"));
    }
    let hash = hex::decode(&ask.hash).map_err(|_| invalid(format!("{:?} is no hash", ask.hash)))?;
    indexed(desk)?;
    let found = record(desk.node.store(), &hash)?;
    let found =
        found.ok_or_else(|| Trouble::status(Code::NotFound, format!("tx not found: {}", ask.hash)))?;
    let tx = decode(&found.tx);
    Ok(pb::GetTxResponse { tx_response: Some(response(&found)?), tx })
}

fn indexed(desk: &Desk) -> Result<(), Trouble> {
    if desk.node.is_indexed() {
        return Ok(());
    }
    let text =
        "transaction indexing is disabled on this node; ask another, or set `index = true` in app.toml";
    Err(Trouble::status(Code::FailedPrecondition, text))
}

#[allow(deprecated, reason = "old clients send `events` and `pagination`")]
fn get_txs_event(desk: &Desk, ask: pb::GetTxsEventRequest) -> Result<pb::GetTxsEventResponse, Trouble> {
    let query = if ask.query.trim().is_empty() { ask.events.join(" AND ") } else { ask.query };
    if query.trim().is_empty() {
        return Err(Trouble::status(Code::Internal, "query cannot be empty"));
    }
    let asked = Search::parse(&query)?;
    let (mut skip, mut limit) = slice(ask.pagination.as_ref(), MAX_PAGE);
    if ask.limit > 0 {
        limit = usize::try_from(ask.limit).unwrap_or(MAX_PAGE).min(MAX_PAGE);
    }
    if ask.page > 0 {
        let before = usize::try_from(ask.page.saturating_sub(1)).unwrap_or(usize::MAX);
        skip = before.saturating_mul(limit);
    }
    indexed(desk)?;
    let store = desk.node.store();
    let (found, total) = match &asked.hash {
        Some(hash) => {
            let found = record(store, hash)?;
            let found =
                found.filter(|found| asked.conditions.iter().all(|condition| meets(found, condition)));
            let total = u64::from(found.is_some());
            (found.into_iter().skip(skip).collect(), total)
        }
        None => {
            let newest_first = ask.order_by == i32::from(OrderBy::Desc);
            search(store, &asked.conditions, newest_first, skip, limit)??
        }
    };
    Ok(pb::GetTxsEventResponse {
        txs: found.iter().map(|found| decode(&found.tx).unwrap_or_default()).collect(),
        tx_responses: found.iter().map(response).collect::<Result<_, _>>()?,
        pagination: None,
        total,
    })
}

fn broadcast_tx(desk: &Desk, ask: pb::BroadcastTxRequest) -> Result<pb::BroadcastTxResponse, Trouble> {
    if ask.tx_bytes.is_empty() {
        return Err(invalid("invalid empty tx"));
    }
    // the mode that waited for a block is long gone; who asks for it, or for none, gets the pool's verdict
    let wait = if ask.mode == i32::from(BroadcastMode::Async) { Wait::Nothing } else { Wait::Checked };
    let txhash = hex::encode_upper(hash(&ask.tx_bytes));
    let received = received(tendermint::engine(desk)?, ask.tx_bytes, wait)?;
    let Received { code, codespace, log, data } = received;
    let data = hex::encode_upper(data);
    let tx_response = TxResponse { txhash, code, codespace, data, raw_log: log, ..Default::default() };
    Ok(pb::BroadcastTxResponse { tx_response: Some(tx_response) })
}

/// What CometBFT's pool refuses by itself comes with Cosmos' numbers.
fn received(engine: &Engine, tx: Vec<u8>, wait: Wait) -> Result<Received, Trouble> {
    let refused = |code| Ok(Received { code, codespace: "sdk".into(), log: String::new(), data: Vec::new() });
    match engine.broadcast(tx, wait) {
        Err(Trouble::Status { text, .. }) if text.contains("tx already exists in cache") => refused(19),
        Err(Trouble::Status { text, .. }) if text.contains("mempool is full") => refused(20),
        Err(Trouble::Status { text, .. }) if text.contains("Tx too large") => refused(21),
        other => other,
    }
}

fn get_block_with_txs(
    desk: &Desk,
    ask: pb::GetBlockWithTxsRequest,
) -> Result<pb::GetBlockWithTxsResponse, Trouble> {
    let latest = signed(desk.node.store().height());
    if ask.height < 1 || ask.height > latest {
        let text = format!(
            "requested height {} but height must not be less than 1 or greater than the current height {latest}",
            ask.height
        );
        return Err(invalid(text));
    }
    let (id, block) = tendermint::block_at(desk, ask.height)?;
    let all = block.data.as_ref().map(|data| data.txs.as_slice()).unwrap_or_default();
    let (skip, limit) = slice(ask.pagination.as_ref(), MAX_PAGE);
    let txs = all.iter().skip(skip).take(limit).map(|tx| decode(tx).unwrap_or_default()).collect();
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let pagination = Some(proto::cosmos::base::query::v1beta1::PageResponse { next_key: Vec::new(), total });
    Ok(pb::GetBlockWithTxsResponse { txs, block_id: Some(id), block: Some(block), pagination })
}

fn tx_encode(_: &Desk, ask: pb::TxEncodeRequest) -> Result<pb::TxEncodeResponse, Trouble> {
    let tx = ask.tx.ok_or_else(|| invalid("invalid empty tx"))?;
    Ok(pb::TxEncodeResponse { tx_bytes: encode(tx) })
}

fn tx_decode(_: &Desk, ask: pb::TxDecodeRequest) -> Result<pb::TxDecodeResponse, Trouble> {
    if ask.tx_bytes.is_empty() {
        return Err(invalid("invalid empty tx bytes"));
    }
    let tx =
        decode(&ask.tx_bytes).ok_or_else(|| invalid("these bytes are no transaction: tx parse error"))?;
    Ok(pb::TxDecodeResponse { tx: Some(tx) })
}

fn tx_encode_amino(_: &Desk, _: pb::TxEncodeAminoRequest) -> Result<pb::TxEncodeAminoResponse, Trouble> {
    Err(no_amino("TxEncode"))
}

fn tx_decode_amino(_: &Desk, _: pb::TxDecodeAminoRequest) -> Result<pb::TxDecodeAminoResponse, Trouble> {
    Err(no_amino("TxDecode"))
}

fn no_amino(instead: &str) -> Trouble {
    let text = format!("transactions are not carried in amino's binary form here; use {instead}");
    Trouble::status(Code::Unimplemented, text)
}

/// A transaction in parts; nothing if the bytes are none.
fn decode(bytes: &[u8]) -> Option<pb::Tx> {
    let raw = pb::TxRaw::decode(bytes).ok()?;
    Some(pb::Tx {
        body: Some(pb::TxBody::decode(raw.body_bytes.as_slice()).ok()?),
        auth_info: Some(pb::AuthInfo::decode(raw.auth_info_bytes.as_slice()).ok()?),
        signatures: raw.signatures,
    })
}

fn encode(tx: pb::Tx) -> Vec<u8> {
    let body = tx.body.unwrap_or_default().encode_to_vec();
    assemble(body, tx.auth_info.unwrap_or_default().encode_to_vec(), tx.signatures)
}

fn response(found: &TxRecord) -> Result<TxResponse, Trouble> {
    let result = found.result.clone().unwrap_or_default();
    let tx = decode(&found.tx);
    Ok(TxResponse {
        height: signed(found.height),
        txhash: hex::encode_upper(hash(&found.tx)),
        codespace: result.codespace,
        code: result.code,
        data: hex::encode_upper(&result.data),
        raw_log: result.log,
        logs: Vec::new(),
        info: String::new(),
        gas_wanted: result.gas_wanted,
        gas_used: result.gas_used,
        tx: tx.map(|tx| Any { type_url: pb::Tx::type_url(), value: tx.encode_to_vec() }),
        timestamp: Time::from_secs(Time::from_nanos(found.time).secs()).to_string(),
        events: decoded(&result.events)?,
    })
}

fn decoded(events: &Events) -> Result<Vec<Event>, Trouble> {
    events.decode().map_err(|error| Trouble::status(Code::Internal, format!("reading events: {error}")))
}
