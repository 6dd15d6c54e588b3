//! Running the transactions of a genesis file.

use std::sync::Arc;

use prost::Message;
use proto::cosmos::tx::v1beta1 as pb;
use serde_json::Value as Json;

use crate::{
    checks::{self, Purpose},
    ctx::Ctx,
    error::{Error, Result, Sdk},
    node,
    tx::{self, Tx},
};

/// Most transactions in a genesis file.
const MAX_GENESIS_TXS: usize = 1_000;

/// Runs `gen_txs` of this section, in order; returns how many there were.
pub(crate) fn init(ctx: &mut Ctx, section: Option<&Json>) -> Result<usize> {
    let Some(list) = section.and_then(|section| section.get("gen_txs")).filter(|list| !list.is_null()) else {
        return Ok(0);
    };
    let refused = |text: &str| Error::from(Sdk::InvalidRequest(format!("genesis section genutil: {text}")));
    let list = list.as_array().ok_or_else(|| refused("gen_txs is not a list"))?;
    if list.len() > MAX_GENESIS_TXS {
        return Err(refused(&format!("more than {MAX_GENESIS_TXS} transactions")));
    }
    for (index, json) in list.iter().enumerate() {
        run(ctx, json).map_err(|error| match error {
            Error::Reject(reject) => refused(&format!("transaction {index}: {reject}")),
            fault => fault,
        })?;
    }
    Ok(list.len())
}

/// What was signed are the bytes that the JSON form stands for, so they are made again from it.
fn run(ctx: &mut Ctx, json: &Json) -> Result<()> {
    let bytes = proto::json::from_json("cosmos.tx.v1beta1.Tx", json)?;
    let wire = pb::Tx::decode(bytes.as_slice());
    let wire = wire.map_err(|error| Sdk::TxDecode(error.to_string()))?;
    let body = wire.body.unwrap_or_default().encode_to_vec();
    let auth = wire.auth_info.unwrap_or_default().encode_to_vec();
    let tx = Arc::new(Tx::parse(&tx::assemble(body, auth, wire.signatures))?);
    checks::run(ctx, &tx, &Purpose::Deliver { right_for: None })?;
    node::messages(ctx, &tx)?;
    ctx.take_events(); // nobody hears what happens before the first block
    Ok(())
}
