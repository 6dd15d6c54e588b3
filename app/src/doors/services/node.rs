//! `cosmos.base.node.v1beta1`: how this node is set up, and where it stands.

use proto::cosmos::base::node::v1beta1 as pb;

use super::{Service, answer};
use crate::{
    doors::{Desk, Trouble},
    time::Time,
};

/// The level of Cosmos' interfaces that is implemented, for tools that decide by version. Not the Go module.
pub const SDK_LEVEL: &str = "v0.53.8";
/// The version of CometBFT that the node runs with.
pub const COMET_LEVEL: &str = "v0.38.26";

pub(crate) const SERVICES: &[Service] = &[
    Service::new("/cosmos.base.node.v1beta1.Service/Config", |d, b| answer(d, b, config)),
    Service::new("/cosmos.base.node.v1beta1.Service/Status", |d, b| answer(d, b, status)),
];

fn config(desk: &Desk, _: pb::ConfigRequest) -> Result<pb::ConfigResponse, Trouble> {
    Ok(pb::ConfigResponse {
        minimum_gas_price: desk.facts.minimum_gas_prices.clone(),
        pruning_keep_recent: desk.facts.pruning_keep_recent.clone(),
        pruning_interval: desk.facts.pruning_interval.clone(),
        halt_height: desk.node.config().halt_height,
    })
}

fn status(desk: &Desk, _: pb::StatusRequest) -> Result<pb::StatusResponse, Trouble> {
    let latest = desk.node.store().latest();
    let time = desk.node.last_block_time();
    Ok(pb::StatusResponse {
        earliest_store_height: desk.node.store().earliest_height(),
        height: latest.height(),
        timestamp: (time > Time::EPOCH).then(|| time.wire()),
        app_hash: latest.app_hash().to_vec(),
        validator_hash: Vec::new(), // in CometBFT's headers; the chain does not keep it
    })
}
