//! What is asked of a chain and given to it, over one node's RPC.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use prost::{Message, Name};
use prost_types::Any;
use proto::{
    address::Address,
    cosmos::{
        auth::v1beta1::{QueryAccountInfoRequest, QueryAccountInfoResponse},
        base::{
            abci::v1beta1::{SearchTxsResult, TxResponse},
            node::v1beta1::{ConfigRequest, ConfigResponse},
        },
        tx::v1beta1::{SimulateRequest, SimulateResponse, Tx},
    },
    pubkey::PubKey,
    tendermint::abci::{Event, EventAttribute},
};
use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    rpc::{Method, Rpc, number},
    sign,
};

const POLL: Duration = Duration::from_millis(250);
/// Codes that the SDK gives to what CometBFT refuses before the application sees it.
const POOL_REFUSALS: [(&str, u32, &str); 3] = [
    ("tx already exists in cache", 19, "tx already in mempool"),
    ("mempool is full", 20, "mempool is full"),
    ("Tx too large", 21, "tx too large"),
];

/// A chain as one node shows it.
pub struct Chain {
    rpc: Rpc,
}

/// What signing needs to know of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub number: u64,
    /// Its next sequence.
    pub sequence: u64,
    /// Its key, once it has signed something.
    pub key: Option<PubKey>,
}

/// How long a broadcast waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broadcast {
    /// Until the node has checked the transaction.
    Sync,
    /// Not at all.
    Async,
}

/// What a transaction would use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// Gas that execution uses, exactly.
    pub gas_used: u64,
}

impl Chain {
    /// Over this node.
    pub fn new(rpc: Rpc) -> Chain {
        Chain { rpc }
    }

    /// The node's RPC itself.
    pub fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// The chain's id as the node says it.
    pub async fn id(&self) -> Result<String> {
        let status = self.rpc.call(Method::Status, json!({})).await?;
        let id = status["node_info"]["network"].as_str();
        id.map(str::to_owned).ok_or_else(|| Error::Answer("status without node_info.network".into()))
    }

    /// Asks by the query's path, bytes in and bytes out, at a height or the latest.
    pub async fn query(&self, path: &str, request: &[u8], height: Option<u64>) -> Result<Vec<u8>> {
        let params = json!({
            "path": path,
            "data": hex::encode(request),
            "height": height.unwrap_or(0).to_string(),
            "prove": false,
        });
        let answer = self.rpc.call(Method::AbciQuery, params).await?;
        let response = accepted(&answer)?;
        bytes(&response["value"])
    }

    /// Asks with typed messages.
    pub async fn ask<Q: Message, A: Message + Name + Default>(&self, path: &str, request: &Q) -> Result<A> {
        let answer = self.query(path, &request.encode_to_vec(), None).await?;
        A::decode(answer.as_slice()).map_err(|error| Error::Answer(format!("{}: {error}", A::full_name())))
    }

    /// The account's number, sequence and key.
    pub async fn account(&self, address: &Address) -> Result<Account> {
        let request = QueryAccountInfoRequest { address: address.to_string() };
        let answer = self.ask("/cosmos.auth.v1beta1.Query/AccountInfo", &request).await;
        let answer: QueryAccountInfoResponse = answer.map_err(|error| match error {
            Error::Refused { code: 22, .. } => Error::NoAccount(address.to_string()),
            other => other,
        })?;
        let info = answer.info.ok_or_else(|| Error::Answer("account info is empty".into()))?;
        let key = info.pub_key.as_ref().map(PubKey::parse).transpose();
        let key = key.map_err(|error| Error::Answer(error.to_string()))?;
        Ok(Account { number: info.account_number, sequence: info.sequence, key })
    }

    /// What the transaction would use. It needs its signers' keys and sequences, but no signatures: see
    /// [`sign::for_simulation`].
    pub async fn simulate(&self, tx_bytes: Vec<u8>) -> Result<Simulated> {
        #[allow(deprecated, reason = "the field is on the wire")]
        let request = SimulateRequest { tx: None, tx_bytes };
        let answer: SimulateResponse = self.ask("/cosmos.tx.v1beta1.Service/Simulate", &request).await?;
        let gas = answer.gas_info.ok_or_else(|| Error::Answer("simulation without gas info".into()))?;
        Ok(Simulated { gas_used: gas.gas_used })
    }

    /// The least that the node asks for a unit of gas, as `0.0025ulaz`; nothing if it asks for nothing. It takes any one of
    /// its prices, so the first is enough.
    pub async fn least_gas_price(&self) -> Result<Option<String>> {
        let config: ConfigResponse =
            self.ask("/cosmos.base.node.v1beta1.Service/Config", &ConfigRequest::default()).await?;
        let first = config.minimum_gas_price.split(',').next().unwrap_or_default().trim();
        Ok((!first.is_empty()).then(|| first.to_owned()))
    }

    /// Gives a transaction to the node. A refusal is a code in the answer, as in the SDK.
    pub async fn broadcast(&self, tx: &[u8], how: Broadcast) -> Result<TxResponse> {
        let method = match how {
            Broadcast::Sync => Method::BroadcastTxSync,
            Broadcast::Async => Method::BroadcastTxAsync,
        };
        let refused = |code: u32, log: &str| TxResponse {
            txhash: sign::hash(tx),
            codespace: "sdk".into(),
            code,
            raw_log: log.to_owned(),
            ..TxResponse::default()
        };
        let answer = match self.rpc.call(method, json!({ "tx": BASE64.encode(tx) })).await {
            Ok(answer) => answer,
            Err(Error::Rpc(text)) => {
                let known = POOL_REFUSALS.iter().find(|(words, ..)| text.contains(words));
                let (_, code, log) = known.ok_or(Error::Rpc(text))?;
                return Ok(refused(*code, log));
            }
            Err(error) => return Err(error),
        };
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        Ok(TxResponse {
            txhash: text("hash"),
            codespace: text("codespace"),
            code: code(&answer),
            data: text("data"),
            raw_log: text("log"),
            ..TxResponse::default()
        })
    }

    /// A transaction by its hash in hex, if it is in a block that the node has indexed.
    pub async fn tx(&self, hash: &str) -> Result<Option<TxResponse>> {
        let bad = || Error::Tx(format!("{hash:?} is not a transaction's hash; it has 64 hexadecimal digits"));
        let bytes = hex::decode(hash).ok().filter(|bytes| bytes.len() == 32).ok_or_else(bad)?;
        let params = json!({ "hash": BASE64.encode(bytes), "prove": false });
        match self.rpc.call(Method::Tx, params).await {
            Ok(answer) => {
                let time = self.block_time(number(&answer["height"])?).await;
                found(&answer, time).map(Some)
            }
            Err(Error::Rpc(text)) if text.contains("not found") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits until a transaction is in a block.
    pub async fn wait(&self, hash: &str, patience: Duration) -> Result<TxResponse> {
        let begun = Instant::now();
        loop {
            if let Some(found) = self.tx(hash).await? {
                return Ok(found);
            }
            if begun.elapsed() >= patience {
                return Err(Error::NotIncluded { hash: hash.to_owned(), seconds: patience.as_secs() });
            }
            tokio::time::sleep(POLL.min(patience)).await;
        }
    }

    /// Transactions by their events: one page, counted from 1.
    pub async fn txs(
        &self,
        query: &str,
        page: u32,
        limit: u32,
        newest_first: bool,
    ) -> Result<SearchTxsResult> {
        let order = if newest_first { "desc" } else { "asc" };
        let params = json!({
            "query": query, "prove": false, "page": page.to_string(), "per_page": limit.to_string(), "order_by": order,
        });
        let answer = self.rpc.call(Method::TxSearch, params).await?;
        let mut txs = Vec::new();
        for one in answer["txs"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let time = self.block_time(number(&one["height"])?).await;
            txs.push(found(one, time)?);
        }
        let total_count: u64 = number(&answer["total_count"])?;
        Ok(SearchTxsResult {
            total_count,
            count: txs.len() as u64,
            page_number: page.into(),
            page_total: total_count.div_ceil(u64::from(limit.max(1))),
            limit: limit.into(),
            txs,
        })
    }

    /// When a block was made; empty if the node no longer has it.
    async fn block_time(&self, height: u64) -> String {
        let header = self.rpc.call(Method::Header, json!({ "height": height.to_string() })).await;
        let time = header.ok().and_then(|answer| answer["header"]["time"].as_str().map(str::to_owned));
        // The SDK shows whole seconds.
        time.map(|time| format!("{}Z", time.split(['.', 'Z']).next().unwrap_or_default())).unwrap_or_default()
    }
}

/// The response of an ABCI query, unless it is a refusal.
pub(crate) fn accepted(answer: &Value) -> Result<&Value> {
    let response = &answer["response"];
    match code(response) {
        0 => Ok(response),
        code => {
            let text = |name: &str| response[name].as_str().unwrap_or_default().to_owned();
            Err(Error::Refused { codespace: text("codespace"), code, log: text("log") })
        }
    }
}

pub(crate) fn bytes(value: &Value) -> Result<Vec<u8>> {
    match value {
        Value::Null => Ok(Vec::new()),
        value => {
            let decoded = value.as_str().and_then(|text| BASE64.decode(text).ok());
            decoded.ok_or_else(|| Error::Answer("a field is not base64".into()))
        }
    }
}

fn code(value: &Value) -> u32 {
    value["code"].as_u64().and_then(|code| u32::try_from(code).ok()).unwrap_or_default()
}

/// The SDK's form of what RPC says of a transaction.
fn found(answer: &Value, timestamp: String) -> Result<TxResponse> {
    let result = &answer["tx_result"];
    let text = |name: &str| result[name].as_str().unwrap_or_default().to_owned();
    let tx = bytes(&answer["tx"])?;
    Ok(TxResponse {
        height: number(&answer["height"])?,
        txhash: answer["hash"].as_str().unwrap_or_default().to_owned(),
        codespace: text("codespace"),
        code: code(result),
        data: hex::encode_upper(bytes(&result["data"])?),
        // The SDK shows the log of what failed only.
        raw_log: text("log"),
        info: text("info"),
        gas_wanted: number(&result["gas_wanted"])?,
        gas_used: number(&result["gas_used"])?,
        tx: Some(Any { type_url: Tx::type_url(), value: tx }),
        timestamp,
        events: events(&result["events"]),
        ..TxResponse::default()
    })
}

pub(crate) fn events(list: &Value) -> Vec<Event> {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let attribute = |one: Value| EventAttribute {
        key: text(&one["key"]),
        value: text(&one["value"]),
        index: one["index"].as_bool().unwrap_or_default(),
    };
    let event = |one: Value| Event {
        r#type: text(&one["type"]),
        attributes: items(&one["attributes"]).into_iter().map(attribute).collect(),
    };
    items(list).into_iter().map(event).collect()
}
