//! The ABCI door: a query's gRPC path, `app/version`, `app/simulate`, or `store/<name>/key` for a raw value, with its
//! proof if asked for. A node with `filter_peers` also asks whom it may connect to: `p2p/filter`.

use prost::Message;
use state::{Read, Snapshot};
use tendermint_proto::v0_38::{
    abci::{RequestQuery, ResponseQuery},
    crypto::{ProofOp, ProofOps},
};

use super::{Desk, Trouble, desk, services};
use crate::{
    error::{Result, Sdk},
    node::signed,
};

/// Bytes of a request, at most.
const MAX_REQUEST: usize = 1_048_576;

/// Answers; a refusal is a code in the answer, with a height that is never 0 once there is a block.
pub(crate) fn answer(desk: &Desk, request: &RequestQuery) -> ResponseQuery {
    outcome(desk, request).unwrap_or_else(|trouble| {
        let height = signed(desk.node.store().height());
        let (code, log) = trouble.sdk();
        ResponseQuery { code, log, codespace: "sdk".into(), height, ..Default::default() }
    })
}

fn outcome(desk: &Desk, request: &RequestQuery) -> Result<ResponseQuery, Trouble> {
    if request.data.len() > MAX_REQUEST {
        return Err(Sdk::InvalidRequest(format!("a query has at most {MAX_REQUEST} bytes")).into());
    }
    if desk::serves(&request.path) {
        let answer = desk.answer(&request.path, request.height, &request.data)?;
        return Ok(value(answer.bytes, answer.height));
    }
    let path = request.path.strip_prefix('/').unwrap_or(&request.path);
    // all of them: who is kept out is said by CometBFT's own settings
    if let ["p2p", "filter", "addr" | "id", _] = path.split('/').collect::<Vec<_>>().as_slice() {
        return Ok(value(Vec::new(), desk.node.store().height()));
    }
    let snapshot = desk::at(&desk.node, request.height)?;
    match path.split_once('/') {
        Some(("store", store)) => Ok(raw(&snapshot, store, request)?),
        Some(("app", "version")) => Ok(value(env!("CARGO_PKG_VERSION").into(), snapshot.height())),
        Some(("app", "simulate")) => {
            let simulated = services::simulated(desk, &request.data)?;
            Ok(value(simulated.encode_to_vec(), snapshot.height()))
        }
        _ => Err(Sdk::UnknownRequest("unknown query path".into()).into()),
    }
}

fn value(bytes: Vec<u8>, height: u64) -> ResponseQuery {
    ResponseQuery { value: bytes.into(), height: signed(height), ..Default::default() }
}

fn raw(snapshot: &Snapshot, path: &str, request: &RequestQuery) -> Result<ResponseQuery> {
    let store =
        path.strip_suffix("/key").ok_or_else(|| Sdk::UnknownRequest(format!("unknown store path {path}")))?;
    let key = [store.as_bytes(), b"/", &request.data].concat();
    if store.is_empty() || store.contains('/') || request.data.is_empty() {
        return Err(Sdk::InvalidRequest("the name of a store and a key in it are needed".into()).into());
    }
    let proof_ops = if request.prove { Some(proof(snapshot, &key)?) } else { None };
    Ok(ResponseQuery {
        proof_ops,
        key: request.data.clone(),
        value: snapshot.get(&key)?.unwrap_or_default().into(),
        height: signed(snapshot.height()),
        ..Default::default()
    })
}

/// The proof of what a key holds, against the app hash in the header after the snapshot's.
fn proof(snapshot: &Snapshot, key: &[u8]) -> Result<ProofOps> {
    let Some(proof) = snapshot.prove(key)? else {
        let text = format!("too much has changed since height {} to prove from it", snapshot.height());
        return Err(Sdk::NotFound(text).into());
    };
    let op =
        |op: proto::tendermint::crypto::ProofOp| ProofOp { r#type: op.r#type, key: op.key, data: op.data };
    Ok(ProofOps { ops: proof.ops.into_iter().map(op).collect() })
}
