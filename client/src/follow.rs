//! What happens on a chain, block after block, without a gap: whatever happens to the connection.

use std::time::Duration;

use proto::tendermint::abci::Event;
use serde_json::{Value, json};

use crate::{
    chain::{Chain, events},
    error::{Error, Result},
    light,
    rpc::Method,
};

/// Between two looks for a block that is not there yet.
const POLL: Duration = Duration::from_millis(300);
/// After a failure, doubled with each in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// What one block led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// The block's height.
    pub height: u64,
    /// Of each transaction that succeeded or failed: its place in the block, its code, its events.
    pub txs: Vec<(usize, u32, Vec<Event>)>,
    /// Of the block's own work.
    pub block: Vec<Event>,
}

/// A place in the chain that goes forward.
pub struct Follow<'a> {
    chain: &'a Chain,
    next: u64,
    failures: u32,
}

impl Chain {
    /// Follows the chain from a height on, or from the next block.
    ///
    /// # Errors
    /// If the node cannot be asked where it stands; from then on failures are waited out.
    pub async fn follow(&self, from: Option<u64>) -> Result<Follow<'_>> {
        let next = match from {
            Some(height) => height.max(1),
            None => light::latest(self.rpc()).await? + 1,
        };
        Ok(Follow { chain: self, next, failures: 0 })
    }
}

impl Follow<'_> {
    /// The height that comes next.
    pub fn height(&self) -> u64 {
        self.next
    }

    /// The next block: each height once and in order. Waits for a block that is not there yet, and for a node that cannot
    /// be reached.
    ///
    /// # Errors
    /// If the node answers, and has not kept that block: it was pruned, or the node began later.
    pub async fn next(&mut self) -> Result<Happened> {
        loop {
            match self.look().await {
                Ok(Some(happened)) => {
                    self.failures = 0;
                    self.next += 1;
                    return Ok(happened);
                }
                Ok(None) => tokio::time::sleep(POLL).await,
                Err(Error::Unreachable { .. }) => {
                    let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.failures.min(16)));
                    self.failures += 1;
                    tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn look(&self) -> Result<Option<Happened>> {
        if light::latest(self.chain.rpc()).await? < self.next {
            return Ok(None);
        }
        let asked = json!({ "height": self.next.to_string() });
        let results = match self.chain.rpc().call(Method::BlockResults, asked).await {
            Ok(results) => results,
            // the block is there a moment before its results
            Err(Error::Rpc(text)) if text.contains("could not find results") => return Ok(None),
            Err(error) => return Err(error),
        };
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let tx = |(place, result): (usize, Value)| {
            let code = result["code"].as_u64().and_then(|code| u32::try_from(code).ok()).unwrap_or_default();
            (place, code, events(&result["events"]))
        };
        Ok(Some(Happened {
            height: self.next,
            txs: list(&results["txs_results"]).into_iter().enumerate().map(tx).collect(),
            block: events(&results["finalize_block_events"]),
        }))
    }
}
