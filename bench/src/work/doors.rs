//! What a request costs on its way through a provider's door and a consumer's proxy, over real sockets and a real chain.

use std::{
    net::SocketAddr,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use app::abci;
use axum::{Json, Router, routing::post};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::{
    Chain, offchain,
    rpc::{Method, Rpc},
};
use prost::Message;
use proto::{
    lazchain::{dat::v1::Purpose, usage::v1::Receipt},
    merkle::{self, Frontier},
};
use serde_json::json;
use services::{consumer, provider};
use tokio::task::JoinSet;

use super::stage::{self, Stage};
use crate::{
    empty::application,
    engine::{Engine, Pace, free_port},
    meter::{Meter, Report, nanos},
};

/// Channels that are used side by side.
pub(super) const CHANNELS: u64 = 16;
/// Requests of each measurement, one after the other; a tenth more come before.
const REQUESTS: u64 = 2_000;
/// The channel of the single proxy, and that of the door alone.
const PROXIED: u64 = CHANNELS + 1;
const BARE_DOOR: u64 = CHANNELS + 2;

/// A node of one validator in this process, and its engine.
struct Town {
    engine: Engine,
    _server: abci::Server,
}

fn town(folder: &Path) -> Result<Town> {
    let mut stage = Stage::default();
    stage.asset(1, 1, 1)?;
    stage.channels(1, BARE_DOOR)?;
    let (store, app) = application(folder)?;
    let server = abci::Server::start(&"tcp://127.0.0.1:0".parse()?, app, abci::Options::default())?;
    let address = server.address().to_string().trim_start_matches("tcp://").to_owned();
    let engine = Engine::start(&folder.join("comet"), &address, stage.genesis()?, Pace::Calm)?;
    let begun = Instant::now();
    while store.height() < 4 {
        ensure!(begun.elapsed() < Duration::from_secs(60), "CometBFT made no blocks");
        thread::sleep(Duration::from_millis(50));
    }
    Ok(Town { engine, _server: server })
}

/// An upstream that only answers.
async fn upstream() -> Result<SocketAddr> {
    let answer = json!({ "data": [{ "embedding": vec![0.25; 64] }], "usage": { "total_tokens": 7 } });
    let router = Router::new().route("/v1/embeddings", post(move || async move { Json(answer) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Waits until somebody listens there.
async fn listens(port: u16) -> Result<()> {
    let begun = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        ensure!(begun.elapsed() < Duration::from_secs(60), "nobody listens on {port}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn chain(town: &Town) -> Result<Chain> {
    let chain = Chain::new(Rpc::new(&town.engine.rpc)?);
    chain.rpc().call(Method::Status, json!({})).await?;
    Ok(chain)
}

async fn provide(town: &Town, folder: &Path, upstream: SocketAddr) -> Result<u16> {
    let port = free_port();
    let text = format!(
        "listen = \"127.0.0.1:{port}\"\nredeem_secs = 3600\n[[offers]]\nasset = 1\nupstream = \"http://{upstream}\"\n"
    );
    let config = provider::Config::parse(&text)?;
    let (chain, secret, folder) = (chain(town).await?, stage::provider()?, folder.join("provider"));
    tokio::spawn(async move {
        if let Err(error) = provider::run(chain, secret, config, &folder, std::future::pending()).await {
            eprintln!("the provider ended: {error}");
        }
    });
    listens(port).await?;
    Ok(port)
}

async fn consume(town: &Town, folder: &Path, channel: u64, door: u16) -> Result<u16> {
    let port = free_port();
    let settings = consumer::Settings {
        channel,
        number: channel,
        provider: format!("http://127.0.0.1:{door}"),
        purpose: Purpose::Infer,
        terms: None,
        listen: format!("127.0.0.1:{port}").parse()?,
        unseen_units: 1,
    };
    let (chain, secret, folder) =
        (chain(town).await?, stage::consumer()?, folder.join(format!("usage-{channel}")));
    tokio::spawn(async move {
        if let Err(error) = consumer::run(chain, &secret, settings, &folder, std::future::pending()).await {
            eprintln!("a consumer ended: {error}");
        }
    });
    listens(port).await?;
    Ok(port)
}

/// A request as any client makes it.
fn asks(http: &reqwest::Client, port: u16) -> reqwest::RequestBuilder {
    http.post(format!("http://127.0.0.1:{port}/v1/embeddings"))
        .header("content-type", "application/json")
        .body(r#"{"input":"a sentence"}"#)
}

async fn answered(request: reqwest::RequestBuilder) -> Result<Option<String>> {
    let answer = request.send().await?;
    let receipt =
        answer.headers().get(provider::RECEIPT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (status, body) = (answer.status(), answer.text().await?);
    ensure!(status.is_success() && body.contains("embedding"), "{status} {body}");
    Ok(receipt)
}

/// Notes median and 99th percentile under a name.
fn note(report: &mut Report, name: &str, mut took: Vec<u64>) {
    took.sort_unstable();
    let place = |part: usize| took.get(took.len() * part / 100).copied().unwrap_or(0);
    report.extra.insert(format!("{name}_median_ns"), place(50));
    report.extra.insert(format!("{name}_p99_ns"), place(99));
}

/// One request after the other through this port.
async fn timed(port: u16) -> Result<Vec<u64>> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let mut took = Vec::new();
    for turn in 0..REQUESTS + REQUESTS / 10 {
        let start = Instant::now();
        answered(asks(&http, port)).await?;
        if turn >= REQUESTS / 10 {
            took.push(nanos(start.elapsed()));
        }
    }
    Ok(took)
}

/// The same through the door alone, by a client that signs its vouchers itself, outside the measured time.
async fn timed_door(port: u16) -> Result<Vec<u64>> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let key = offchain::channel(&stage::consumer()?, BARE_DOOR);
    let (mut took, mut receipts, mut voucher) = (Vec::new(), Frontier::default(), None);
    for turn in 0..REQUESTS + REQUESTS / 10 {
        let mut request = asks(&http, port).header(provider::CHANNEL, format!("channel-{BARE_DOOR}"));
        if let Some(voucher) = &voucher {
            request = request.header(provider::VOUCHER, voucher);
        }
        let start = Instant::now();
        let receipt = answered(request).await?;
        if turn >= REQUESTS / 10 {
            took.push(nanos(start.elapsed()));
        }
        let receipt = BASE64.decode(receipt.context("no receipt")?)?;
        receipts.push(merkle::leaf(&Receipt::decode(receipt.as_slice())?.encode_to_vec()));
        let root = Some(receipts.root());
        let said = stage::voucher(BARE_DOOR, receipts.count(), root, &key)?;
        voucher = Some(BASE64.encode(said.encode_to_vec()));
    }
    Ok(took)
}

pub(super) fn measure(folder: &Path) -> Result<Report> {
    let home = tempfile::tempdir_in(folder)?;
    let town = town(home.path())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(walk(&town, home.path()))
}

async fn walk(town: &Town, folder: &Path) -> Result<Report> {
    let mut report = Report::default();
    let upstream = upstream().await?;
    let door = provide(town, folder, upstream).await?;
    let proxy = consume(town, folder, PROXIED, door).await?;
    note(&mut report, "bare", timed(upstream.port()).await?);
    note(&mut report, "door", timed_door(door).await?);
    note(&mut report, "both", timed(proxy).await?);
    let one = [proxy];
    report.extra.insert("one_ns".into(), side_by_side(&one).await?);
    let mut all = Vec::new();
    for channel in 1..=CHANNELS {
        all.push(consume(town, folder, channel, door).await?);
    }
    let meter = Meter::begin()?;
    report.extra.insert("all_ns".into(), side_by_side(&all).await?);
    meter.end(&mut report)?;
    report.units = CHANNELS * REQUESTS * 11 / 10;
    Ok(report)
}

/// Nanoseconds a call, of all that are made through these proxies side by side.
async fn side_by_side(ports: &[u16]) -> Result<u64> {
    let start = Instant::now();
    let mut users = JoinSet::new();
    for port in ports.iter().copied() {
        users.spawn(timed(port));
    }
    while let Some(done) = users.join_next().await {
        done??;
    }
    Ok(nanos(start.elapsed()) / (ports.len() as u64 * REQUESTS * 11 / 10))
}
