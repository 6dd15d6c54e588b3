//! The doors of a running node, from its configuration.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use app::{
    doors::{Desk, Engine, Facts, GrpcSettings, Limits, RestSettings, Settings},
    node::Node,
};
use tokio::runtime::Handle;

use super::{
    config::AppConfig,
    home::Home,
    settings::{COMET, Flags, look_up},
};
use crate::version;

/// gRPC connections open at once; `app.toml` has no key for it.
const GRPC_CONNECTIONS: usize = 1_000;

/// The desk that answers, with the way to CometBFT that its configuration names.
pub(crate) fn desk(
    home: &Home,
    config: &AppConfig,
    node: Arc<Node>,
    (runtime, comet_flags): (Handle, &Flags),
) -> Result<Arc<Desk>> {
    let table = COMET.table(&home.config_toml(), comet_flags, |name| std::env::var(name).ok())?;
    let laddr = look_up(&table, "rpc.laddr").and_then(|value| value.as_str()).unwrap_or_default();
    // with a Unix socket or none, what only CometBFT knows is refused in words that say so
    let engine = if laddr.is_empty() || laddr.starts_with("unix://") {
        None
    } else {
        Some(Engine::at(laddr, runtime).with_context(|| format!("config.toml: rpc.laddr = {laddr:?}"))?)
    };
    let facts = Facts {
        commit: version::commit().into(),
        compiler: version::compiler().into(),
        minimum_gas_prices: config.minimum_gas_prices.clone(),
        pruning_keep_recent: config.pruning_keep_recent.to_string(),
        pruning_interval: config.pruning_interval.to_string(),
    };
    Ok(Arc::new(Desk::new(node, engine, facts, limits(config))))
}

fn limits(config: &AppConfig) -> Limits {
    let default = Limits::default();
    let request_bytes = bytes(config.grpc.max_recv_msg_size).max(bytes(config.api.rpc_max_body_bytes));
    Limits {
        request_bytes,
        response_bytes: default.response_bytes.min(bytes(config.grpc.max_send_msg_size)),
        ..default
    }
}

/// Which doors there are, and how wide.
pub(crate) fn settings(config: &AppConfig) -> Settings {
    let (api, grpc) = (&config.api, &config.grpc);
    let rest = RestSettings {
        address: api.address.clone(),
        connections: usize::try_from(api.max_open_connections).unwrap_or(usize::MAX),
        body_bytes: bytes(api.rpc_max_body_bytes),
        read_time: Duration::from_secs(api.rpc_read_timeout.max(1)),
        any_origin: api.enabled_unsafe_cors,
        metrics: config.telemetry.enabled,
    };
    let with_grpc = GrpcSettings {
        address: grpc.address.clone(),
        connections: GRPC_CONNECTIONS,
        receive_bytes: bytes(grpc.max_recv_msg_size),
        send_bytes: bytes(grpc.max_send_msg_size),
    };
    Settings { rest: api.enable.then_some(rest), grpc: grpc.enable.then_some(with_grpc) }
}

fn bytes(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
