//! The ABCI door: a query's gRPC path, or `store/<name>/key` for a raw value, with its proof if asked for.

use state::{Fault, Read, Snapshot};
use tendermint_proto::v0_38::{
    abci::{RequestQuery, ResponseQuery},
    crypto::{ProofOp, ProofOps},
};

use crate::{
    error::{Kind, Reject, Result, Sdk, split},
    modules,
    node::{Node, signed},
    query::Query,
};

/// Bytes of a request, at most.
const MAX_REQUEST: usize = 1_048_576;

/// Answers; a refusal is a code in the answer, with a height that is never 0 once there is a block.
pub(crate) fn answer(node: &Node, request: &RequestQuery) -> Result<ResponseQuery, Fault> {
    let outcome = split(outcome(node, request))?;
    Ok(outcome.unwrap_or_else(|reject| refused(&reject, node.store().height())))
}

fn outcome(node: &Node, request: &RequestQuery) -> Result<ResponseQuery> {
    if request.data.len() > MAX_REQUEST {
        return Err(Sdk::InvalidRequest(format!("a query has at most {MAX_REQUEST} bytes")).into());
    }
    let snapshot = at(node, request.height)?;
    let height = signed(snapshot.height());
    if let Some(query) = find(&request.path) {
        let value = (query.answer)(&snapshot, &request.data)?.into();
        return Ok(ResponseQuery { value, height, ..Default::default() });
    }
    if let Some(store) = request.path.strip_prefix('/').unwrap_or(&request.path).strip_prefix("store/") {
        return raw(&snapshot, store, request);
    }
    Err(Sdk::UnknownRequest("unknown query path".into()).into())
}

/// The state that was asked for: 0 is the latest.
fn at(node: &Node, height: i64) -> Result<Snapshot> {
    let latest = node.store().latest();
    let asked = u64::try_from(height).map_err(|_| Sdk::InvalidHeight("a height is not negative".into()))?;
    if asked == 0 || asked == latest.height() {
        return Ok(latest);
    }
    if asked > latest.height() {
        let text = "cannot query with height in the future; please provide a valid height";
        return Err(Sdk::InvalidHeight(text.into()).into());
    }
    Ok(node.store().at(asked).map_err(|missing| {
        let text =
            format!("failed to load state at height {asked}; {missing} (latest height: {})", latest.height());
        Sdk::NotFound(text)
    })?)
}

fn find(path: &str) -> Option<&'static Query> {
    modules::QUERIES.iter().flat_map(|list| list.iter()).find(|query| query.path == path)
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

/// gRPC refusals as Cosmos words them here: CosmJS reads the text.
fn refused(reject: &Reject, height: u64) -> ResponseQuery {
    let (code, log) = match reject.kind {
        Kind::Absent if reject.code != 38 => {
            (22, format!("rpc error: code = NotFound desc = {}", reject.text))
        }
        Kind::Invalid if reject.code != 26 => {
            (18, format!("rpc error: code = InvalidArgument desc = {}", reject.text))
        }
        _ => (reject.code, reject.text.clone()),
    };
    ResponseQuery { code, log, codespace: "sdk".into(), height: signed(height), ..Default::default() }
}
