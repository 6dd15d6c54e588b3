//! What only CometBFT knows, asked by its RPC.

use std::{future::Future, time::Duration};

use prost::Message;
use proto::tendermint::types::{Block, BlockId};
use serde_json::Value as Json;
use tendermint_rpc::{
    Client, Error as RpcError, HttpClient, HttpClientUrl, Paging, client::CompatMode, error::ErrorDetail,
};
use tokio::{runtime::Handle, time::timeout};
use tonic::Code;

use super::Trouble;

/// How long CometBFT may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// CometBFT's RPC, for callers on plain threads.
#[derive(Clone)]
pub struct Engine {
    client: HttpClient,
    address: String,
    runtime: Handle,
}

/// One validator of a set.
pub(crate) struct Member {
    pub(crate) address: Vec<u8>,
    pub(crate) key: Vec<u8>,
    pub(crate) power: u64,
    pub(crate) priority: i64,
}

/// What CometBFT's pool said of a transaction.
pub(crate) struct Received {
    pub(crate) code: u32,
    pub(crate) codespace: String,
    pub(crate) log: String,
    pub(crate) data: Vec<u8>,
}

/// Whether to wait for the pool's verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    Checked,
    Nothing,
}

impl Engine {
    /// At `laddr` of CometBFT's configuration, `tcp://127.0.0.1:26657`; 0.0.0.0 is asked as 127.0.0.1.
    ///
    /// # Errors
    /// If that is no address.
    pub fn at(laddr: &str, runtime: Handle) -> Result<Engine, RpcError> {
        let host = laddr.strip_prefix("tcp://").or_else(|| laddr.strip_prefix("http://")).unwrap_or(laddr);
        let address = format!("http://{}", host.replacen("0.0.0.0:", "127.0.0.1:", 1));
        let url: HttpClientUrl = address.parse()?;
        let client = HttpClient::builder(url).compat_mode(CompatMode::V0_38).timeout(PATIENCE).build()?;
        Ok(Engine { client, address, runtime })
    }

    /// The node's own words about itself, `node_info` and `sync_info`.
    pub(crate) fn status(&self) -> Result<Json, Trouble> {
        let status = self.call(self.client.status())?;
        serde_json::to_value(status).map_err(|error| Trouble::status(Code::Internal, error.to_string()))
    }

    /// A block: the latest, or that of a height.
    pub(crate) fn block(&self, height: Option<u32>) -> Result<(BlockId, Block), Trouble> {
        let response = match height {
            None => self.call(self.client.latest_block()),
            Some(height) => self.call(self.client.block(height)),
        }?;
        let id = tendermint_proto::v0_38::types::BlockId::from(response.block_id);
        let block = tendermint_proto::v0_38::types::Block::from(response.block);
        Ok((recode(&id)?, recode(&block)?))
    }

    /// The set that signs a height, all of it.
    pub(crate) fn validators(&self, height: u32) -> Result<Vec<Member>, Trouble> {
        let response = self.call(self.client.validators(height, Paging::All))?;
        let members = response.validators.into_iter().map(|info| Member {
            address: info.address.as_bytes().to_vec(),
            key: info.pub_key.to_bytes(),
            power: info.power.value(),
            priority: info.proposer_priority.value(),
        });
        Ok(members.collect())
    }

    /// Hands a transaction to the pool.
    pub(crate) fn broadcast(&self, tx: Vec<u8>, wait: Wait) -> Result<Received, Trouble> {
        if wait == Wait::Nothing {
            let got = self.call(self.client.broadcast_tx_async(tx))?;
            return Ok(Received {
                code: got.code.value(),
                codespace: got.codespace,
                log: got.log,
                data: got.data.to_vec(),
            });
        }
        let got = self.call(self.client.broadcast_tx_sync(tx))?;
        Ok(Received {
            code: got.code.value(),
            codespace: got.codespace,
            log: got.log,
            data: got.data.to_vec(),
        })
    }

    fn call<T>(&self, asking: impl Future<Output = Result<T, RpcError>>) -> Result<T, Trouble> {
        // called on threads made for blocking: those of the pool for such work, and of the ABCI server
        let answer = self.runtime.block_on(async { timeout(PATIENCE, asking).await });
        let unreachable = |why: String| {
            let text = format!("CometBFT is unreachable at {}: {why}", self.address);
            Trouble::status(Code::Unavailable, text)
        };
        match answer {
            Err(_) => Err(unreachable(format!("no answer within {} s", PATIENCE.as_secs()))),
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => match error.detail() {
                ErrorDetail::Response(inner) => Err(Trouble::status(Code::Unknown, inner.source.to_string())),
                _ => Err(unreachable(error.detail().to_string())),
            },
        }
    }
}

/// The same message in the other family's generated type.
pub(crate) fn recode<A: Message, B: Message + Default>(message: &A) -> Result<B, Trouble> {
    let again = B::decode(message.encode_to_vec().as_slice());
    again.map_err(|error| Trouble::status(Code::Internal, format!("translating a message: {error}")))
}
