//! What the chain decided by rule, worked out again from what it answers at one height: the code behind `lazd why`.

use app::why::{Drawn, Finding, Routed, drawing, routing, tally};
use client::{Chain, Error};
use prost::{Message, Name};
use proto::{
    cosmos::base::query::v1beta1::PageRequest,
    lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb},
};

use crate::error::Result;

/// Rounds of one task; there are never so many.
const MAX_ROUNDS: u64 = 100;

/// The SDK's code for a height that the node has not.
const INVALID_HEIGHT: u32 = 26;

/// A node, asked at one height.
pub(super) struct Node<'a> {
    pub(super) chain: &'a Chain,
    pub(super) height: u64,
}

impl Node<'_> {
    /// Nothing if the chain has no such thing, or no longer.
    async fn find<A: Message + Name + Default>(&self, path: &str, ask: &impl Message) -> Result<Option<A>> {
        match self.chain.query(path, &ask.encode_to_vec(), Some(self.height)).await {
            Ok(answer) => {
                let answer = A::decode(answer.as_slice());
                let bad = |error| Error::Answer(format!("{}: {error}", A::full_name()));
                Ok(Some(answer.map_err(bad)?))
            }
            Err(Error::Refused { code, .. }) if code != INVALID_HEIGHT => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn task(&self, task: u64) -> Result<Option<pb::Task>> {
        let answer: Option<pb::QueryTaskResponse> =
            self.find("/lazchain.vsc.v1.Query/Task", &pb::QueryTaskRequest { task }).await?;
        Ok(answer.and_then(|answer| answer.task))
    }

    async fn drawing(&self, task: u64, round: u32) -> Result<Option<pb::QueryWhyDrawingResponse>> {
        let ask = pb::QueryWhyDrawingRequest { task, round };
        self.find("/lazchain.vsc.v1.Query/WhyDrawing", &ask).await
    }

    /// The draw of a round, and the choice of the Quorum that it is drawn from if there was one.
    pub(super) async fn drawn(&self, task: u64, round: u32) -> Result<Vec<Finding>> {
        let (Some(record), Some(answer)) = (self.task(task).await?, self.drawing(task, round).await?) else {
            tracing::warn!(task, round, "the record of a draw is gone; it cannot be worked out again");
            return Ok(Vec::new());
        };
        let pagination = Some(PageRequest { limit: MAX_ROUNDS, ..PageRequest::default() });
        let ask = pb::QueryRoundsRequest { task, pagination };
        let rounds: Option<pb::QueryRoundsResponse> =
            self.find("/lazchain.vsc.v1.Query/Rounds", &ask).await?;
        let rounds = rounds.map(|answer| answer.rounds).unwrap_or_default();
        let measurement = match rounds.iter().find(|one| one.round == round) {
            Some(one) => self.measurement(one.quorum, one.measurement).await?,
            None => None,
        };
        let drawn =
            Drawn { answer: &answer, task: &record, rounds: &rounds, measurement: measurement.as_ref() };
        let mut all = vec![worked(drawing(&drawn), task, round)];
        // the first draw's choice is of round 0; a later Quorum's is of the round itself
        for choice in if round == 1 { vec![0, 1] } else { vec![round] } {
            let ask = pb::QueryWhyRoutingRequest { task, round: choice };
            let found = self.find("/lazchain.vsc.v1.Query/WhyRouting", &ask).await?;
            let Some(receipt) = found else { continue };
            let receipt: pb::QueryWhyRoutingResponse = receipt;
            let drawings: Vec<pb::Drawing> = answer.drawing.iter().cloned().collect();
            let routed = Routed { answer: &receipt, task: &record, drawings: &drawings };
            all.push(worked(routing(&routed), task, round));
        }
        Ok(all.into_iter().flatten().collect())
    }

    /// A round's tally.
    pub(super) async fn counted(&self, task: u64, round: u32, chain_id: &str) -> Result<Vec<Finding>> {
        let ask = pb::QueryWhyTallyRequest { task, round };
        let answer: Option<pb::QueryWhyTallyResponse> =
            self.find("/lazchain.vsc.v1.Query/WhyTally", &ask).await?;
        let worked = answer.and_then(|answer| worked(tally(&answer, chain_id), task, round));
        Ok(worked.into_iter().collect())
    }

    async fn measurement(&self, quorum: u64, epoch: u64) -> Result<Option<quorum_pb::Measurement>> {
        let ask = quorum_pb::QueryMeasurementRequest { quorum, epoch };
        let answer: Option<quorum_pb::QueryMeasurementResponse> =
            self.find("/lazchain.quorum.v1.Query/Measurement", &ask).await?;
        Ok(answer.and_then(|answer| answer.measurement))
    }
}

/// What cannot be worked out again proves nothing, and is said.
fn worked(finding: app::error::Result<Finding>, task: u64, round: u32) -> Option<Finding> {
    match finding {
        Ok(finding) => Some(finding),
        Err(error) => {
            tracing::warn!(task, round, %error, "a decision cannot be worked out again");
            None
        }
    }
}
