//! A node, asked at one height, so that all answers are of the same state.

use anyhow::{Context as _, Result, anyhow};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::{Chain, Error, light, rpc::Method};
use prost::Message;
use proto::{
    cosmos::base::query::v1beta1::{PageRequest, PageResponse},
    lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb},
};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::context::{Context, runtime};

/// Most pages that are asked for; no list that a decision has is longer.
const MAX_PAGES: usize = 50;

pub(super) struct Node {
    chain: Chain,
    runtime: Runtime,
    height: u64,
}

impl Node {
    /// At a height, or the latest.
    pub(super) fn at(context: &Context, height: Option<u64>) -> Result<Node> {
        let (chain, runtime) = (context.chain()?, runtime()?);
        let height = match height {
            Some(height) => height,
            None => runtime.block_on(light::latest(chain.rpc()))?,
        };
        Ok(Node { chain, runtime, height })
    }

    /// The chain's id, as the node says it.
    pub(super) fn chain_id(&self) -> Result<String> {
        Ok(self.runtime.block_on(self.chain.id())?)
    }

    pub(super) fn ask<A: Message + Default>(&self, path: &str, ask: &impl Message) -> Result<A> {
        self.ask_at(self.height, path, ask)
    }

    pub(super) fn ask_at<A: Message + Default>(
        &self,
        height: u64,
        path: &str,
        ask: &impl Message,
    ) -> Result<A> {
        let answer = self.runtime.block_on(self.chain.query(path, &ask.encode_to_vec(), Some(height)))?;
        A::decode(answer.as_slice()).with_context(|| format!("the answer to {path} cannot be read"))
    }

    /// Nothing if the chain has no such thing, or no longer.
    pub(super) fn find<A: Message + Default>(&self, path: &str, ask: &impl Message) -> Result<Option<A>> {
        match self.ask(path, ask) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) => match error.downcast_ref::<Error>() {
                Some(Error::Refused { .. }) => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// All pages of a list.
    pub(super) fn all<A: Message + Default, T>(
        &self,
        path: &str,
        ask: impl Fn(Option<PageRequest>) -> Vec<u8>,
        of: impl Fn(A) -> (Vec<T>, Option<PageResponse>),
    ) -> Result<Vec<T>> {
        let (mut all, mut key) = (Vec::new(), Vec::new());
        for _ in 0..MAX_PAGES {
            let page = PageRequest { key, limit: 100, ..PageRequest::default() };
            let answer =
                self.runtime.block_on(self.chain.query(path, &ask(Some(page)), Some(self.height)))?;
            let answer = A::decode(answer.as_slice()).with_context(|| format!("the answer to {path}"))?;
            let (items, next) = of(answer);
            all.extend(items);
            key = next.map(|next| next.next_key).unwrap_or_default();
            if key.is_empty() {
                return Ok(all);
            }
        }
        Err(anyhow!("{path} has more than {MAX_PAGES} pages"))
    }

    pub(super) fn task(&self, task: u64) -> Result<pb::Task> {
        let answer: pb::QueryTaskResponse =
            self.ask("/lazchain.vsc.v1.Query/Task", &pb::QueryTaskRequest { task })?;
        answer.task.ok_or_else(|| anyhow!("the answer about task-{task} is empty"))
    }

    pub(super) fn rounds(&self, task: u64) -> Result<Vec<pb::Round>> {
        self.all(
            "/lazchain.vsc.v1.Query/Rounds",
            |pagination| pb::QueryRoundsRequest { task, pagination }.encode_to_vec(),
            |answer: pb::QueryRoundsResponse| (answer.rounds, answer.pagination),
        )
    }

    pub(super) fn measurement(&self, quorum: u64, epoch: u64) -> Result<Option<quorum_pb::Measurement>> {
        let ask = quorum_pb::QueryMeasurementRequest { quorum, epoch };
        let answer: Option<quorum_pb::QueryMeasurementResponse> =
            self.find("/lazchain.quorum.v1.Query/Measurement", &ask)?;
        Ok(answer.and_then(|answer| answer.measurement))
    }

    /// Refuses a round that a task does not have, and says which it has.
    pub(super) fn check_round(&self, task: &pb::Task, round: u32) -> Result<()> {
        if (1..=task.rounds).contains(&round) {
            return Ok(());
        }
        let id = task.id;
        Err(match task.rounds {
            0 => anyhow!("round {round} of task-{id} is not drawn yet: the task has no round so far"),
            drawn => anyhow!("round {round} of task-{id} is not drawn: the task has rounds 1 to {drawn}"),
        })
    }

    /// What stands first in a block; nothing if the node does not have the block.
    pub(super) fn first_of_block(&self, height: u64) -> Option<Vec<u8>> {
        let ask = json!({ "height": height.to_string() });
        let answer = self.runtime.block_on(self.chain.rpc().call(Method::Block, ask)).ok()?;
        BASE64.decode(answer["block"]["data"]["txs"][0].as_str()?).ok()
    }
}
