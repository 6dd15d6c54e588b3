//! What an operator shows: health, metrics, and the reports behind its ballots.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus::{Encoder as _, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

use super::watch::Findings;
use crate::error::{Error, Result};

/// Without a look at the chain for so long, an operator is not well.
const STALE: Duration = Duration::from_secs(60);

/// Counters of one operator.
pub(super) struct Gauges {
    registry: Registry,
    /// Reports by verdict.
    pub(super) judged: IntCounterVec,
    /// Ballots given to the chain, by phase, and findings, by kind.
    pub(super) sent: IntCounterVec,
    /// Steps that failed and are tried again, by step.
    pub(super) failed: IntCounterVec,
    /// What was found of others, by kind.
    pub(super) findings: IntCounterVec,
    /// Decisions of the chain that were worked out again.
    pub(super) rechecked: IntCounter,
    /// Rounds that are on.
    pub(super) open: IntGauge,
    /// Height of the last look.
    pub(super) height: IntGauge,
    looked: AtomicU64,
}

impl Gauges {
    pub(super) fn new() -> Gauges {
        let vec = |name: &str, help: &str, label: &str| {
            IntCounterVec::new(Opts::new(name, help), &[label]).expect("names are good")
        };
        let gauge = |name: &str, help: &str| IntGauge::new(name, help).expect("names are good");
        let gauges = Gauges {
            registry: Registry::new(),
            judged: vec("lazchain_operator_judged_total", "Reports by verdict", "verdict"),
            sent: vec(
                "lazchain_operator_ballots_sent_total",
                "Ballots and findings given to the chain",
                "phase",
            ),
            failed: vec("lazchain_operator_failed_total", "Steps that failed and are tried again", "step"),
            findings: vec("lazchain_operator_findings_total", "What was found of others", "kind"),
            rechecked: IntCounter::new(
                "lazchain_operator_rechecked_total",
                "Decisions by rule that were worked out again",
            )
            .expect("names are good"),
            open: gauge("lazchain_operator_rounds_open", "Rounds that wait for a member"),
            height: gauge("lazchain_operator_height", "Height of the last look at the chain"),
            looked: AtomicU64::new(0),
        };
        for one in [&gauges.judged, &gauges.sent, &gauges.failed, &gauges.findings] {
            gauges.registry.register(Box::new(one.clone())).expect("registered once");
        }
        gauges.registry.register(Box::new(gauges.rechecked.clone())).expect("registered once");
        for one in [&gauges.open, &gauges.height] {
            gauges.registry.register(Box::new(one.clone())).expect("registered once");
        }
        gauges
    }

    /// The chain was looked at.
    pub(super) fn looked(&self, height: u64) {
        self.height.set(i64::try_from(height).unwrap_or(i64::MAX));
        self.looked.store(now(), Ordering::Relaxed);
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

struct Desk {
    gauges: Arc<Gauges>,
    reports: PathBuf,
    findings: PathBuf,
}

/// Serves until the returned task is dropped; the address is the one that was bound.
pub(super) async fn open(
    at: SocketAddr,
    folder: &std::path::Path,
    gauges: Arc<Gauges>,
) -> Result<(SocketAddr, tokio::task::JoinHandle<()>)> {
    let listener = tokio::net::TcpListener::bind(at).await;
    let listener = listener.map_err(|error| Error::Settings(format!("listen = {at}: {error}")))?;
    let bound = listener.local_addr().map_err(|error| Error::Settings(error.to_string()))?;
    let router = Router::new()
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .route("/reports/{hash}", get(report))
        .route("/findings", get(findings))
        .with_state(Arc::new(Desk {
            gauges,
            reports: folder.join("reports"),
            findings: folder.join("findings"),
        }));
    let served = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the door is closed");
        }
    });
    Ok((bound, served))
}

async fn health(State(desk): State<Arc<Desk>>) -> Response {
    let ago = now().saturating_sub(desk.gauges.looked.load(Ordering::Relaxed));
    if ago < STALE.as_secs() {
        return (StatusCode::OK, "ok\n").into_response();
    }
    let text = "the chain was not looked at for a minute; see the log\n";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

async fn metrics(State(desk): State<Arc<Desk>>) -> Response {
    let (encoder, mut bytes) = (TextEncoder::new(), Vec::new());
    match encoder.encode(&desk.gauges.registry.gather(), &mut bytes) {
        Ok(()) => ([(header::CONTENT_TYPE, encoder.format_type().to_owned())], bytes).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// All that was found, in order of kind, task and round.
async fn findings(State(desk): State<Arc<Desk>>) -> Response {
    let folder = desk.findings.clone();
    match tokio::task::spawn_blocking(move || Findings::read(&folder)).await {
        Ok(Ok(all)) => Json(all).into_response(),
        Ok(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn report(State(desk): State<Arc<Desk>>, Path(hash): Path<String>) -> Response {
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let text = "a report is asked for by its SHA-256 in hex, as ballots state it\n";
        return (StatusCode::BAD_REQUEST, text).into_response();
    }
    match tokio::fs::read(desk.reports.join(format!("{}.json", hash.to_lowercase()))).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(_) => (StatusCode::NOT_FOUND, "this operator has no such report\n").into_response(),
    }
}
