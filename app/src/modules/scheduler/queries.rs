//! What can be asked.

use proto::lazchain::scheduler::v1 as pb;
use state::{Pb, Read};

use super::{
    keys::{DEPTHS, DUE, SET_ASIDE},
    logic,
};
use crate::{
    error::Result,
    modules::QUEUES,
    page,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/lazchain.scheduler.v1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/lazchain.scheduler.v1.Query/Epoch", |s, b| answer(s, b, epoch)),
    Query::new("/lazchain.scheduler.v1.Query/Queue", |s, b| answer(s, b, queue)),
    Query::new("/lazchain.scheduler.v1.Query/Depths", |s, b| answer(s, b, depths)),
    Query::new("/lazchain.scheduler.v1.Query/SetAside", |s, b| answer(s, b, set_aside)),
];

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?) })
}

fn epoch(state: &dyn Read, _: pb::QueryEpochRequest) -> Result<pb::QueryEpochResponse> {
    let (epoch, params) = (logic::current(state)?, logic::params(state)?);
    let next_start_height = epoch.start_height.saturating_add(params.epoch_blocks);
    Ok(pb::QueryEpochResponse { epoch: Some(epoch), next_start_height })
}

fn queue(state: &dyn Read, ask: pb::QueryQueueRequest) -> Result<pb::QueryQueueResponse> {
    let row = |(queue, due, sequence), entry| Ok(Some(pb::Due { queue, due, sequence, entry }));
    let (queue, pagination) = page::collect(state, &DUE, &ask.queue, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryQueueResponse { queue, pagination })
}

fn depths(state: &dyn Read, _: pb::QueryDepthsRequest) -> Result<pb::QueryDepthsResponse> {
    let depth = |queue: &str| -> Result<pb::Depth> {
        let queue = queue.to_owned();
        let entries = DEPTHS.get(state, &queue)?.unwrap_or(0);
        Ok(pb::Depth { queue, entries })
    };
    let depths = QUEUES.iter().map(|(queue, _)| depth(queue.name)).collect::<Result<_>>()?;
    Ok(pb::QueryDepthsResponse { depths })
}

fn set_aside(state: &dyn Read, ask: pb::QuerySetAsideRequest) -> Result<pb::QuerySetAsideResponse> {
    let row = |_, Pb(record)| Ok(Some(record));
    let (set_aside, pagination) = page::collect(state, &SET_ASIDE, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QuerySetAsideResponse { set_aside, pagination })
}
