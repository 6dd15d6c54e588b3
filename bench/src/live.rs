//! Bank sends end to end: one validator on real CometBFT, the application behind its socket, and the load, all on this
//! machine.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use app::abci;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value as Json, json};

use crate::{
    empty,
    engine::{Engine, Pace, Running, free_port},
    meter::{Report, Run, nanos},
    workload,
};

/// Transactions in one request.
const BATCH: usize = 200;
/// Transactions that wait for a block at most: who has more to check again after each block is only slower.
const WAITING: usize = 20_000;
/// How long a side may take for everything; the SDK needs a minute or so.
const PATIENCE: Duration = Duration::from_secs(600);

/// Our application alone, until it is killed.
pub(crate) fn serve(folder: &Path, address: &str) -> Result<()> {
    let (_store, app) = empty::application(folder)?;
    let server = abci::Server::start(&format!("tcp://{address}").parse()?, app, abci::Options::default())?;
    loop {
        std::thread::park();
        let _ = &server;
    }
}

/// Offers every transaction of the workload as fast as CometBFT takes them. One run, from the first offer to the last
/// transaction in a block.
pub(crate) fn measure(folder: &Path, peers: Option<&Path>) -> Result<Report> {
    let home = tempfile::tempdir_in(folder)?;
    let address = format!("127.0.0.1:{}", free_port());
    let mut app = Running(application(folder, home.path(), peers, &address)?);
    until("the application listens", || {
        ensure!(app.0.try_wait()?.is_none(), "the application ended");
        Ok(std::net::TcpStream::connect(&address).is_ok().then_some(()))
    })?;
    // the SDK's side makes its genesis of the same accounts itself
    let genesis = if peers.is_some() { json!({}) } else { workload::genesis(folder)? };
    let engine = Engine::start(&home.path().join("comet"), &address, genesis, Pace::Full)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(drive(&engine.rpc, workload::blocks(folder)?.concat()))
}

fn application(folder: &Path, home: &Path, peers: Option<&Path>, address: &str) -> Result<Child> {
    let mut command = match peers {
        Some(peers) => {
            let mut command = Command::new(peers);
            command.arg("serve").arg(folder);
            command
        }
        None => {
            let mut command = Command::new(std::env::current_exe()?);
            command.arg("serve").arg(home);
            command
        }
    };
    Ok(command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).spawn()?)
}

fn until<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(found) = look()? {
            return Ok(found);
        }
        sleep(Duration::from_millis(20));
    }
    bail!("{what}: not within {} s", PATIENCE.as_secs())
}

async fn drive(rpc: &str, txs: Vec<Vec<u8>>) -> Result<Report> {
    let http = reqwest::Client::new();
    let begun = Instant::now();
    while height(&http, rpc).await.unwrap_or(0) < 2 {
        ensure!(begun.elapsed() < PATIENCE, "CometBFT made no blocks");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let first = height(&http, rpc).await?;
    let start = Instant::now();
    let done = AtomicUsize::new(0);
    let offers = offer(&http, rpc, &txs, &done);
    let blocks = count(&http, rpc, first, txs.len(), &done);
    let ((), (took, last)) = tokio::try_join!(offers, blocks)?;
    let mut report = Report { units: u64::try_from(txs.len())?, ..Report::default() };
    report.runs.push(Run { finalize_ns: nanos(took.duration_since(start)), commit_ns: 0 });
    let full = succeeded(&http, rpc, first, last).await?;
    report.extra.insert("blocks".into(), full);
    Ok(report)
}

async fn height(http: &reqwest::Client, rpc: &str) -> Result<u64> {
    let status = ask(http, &format!("{rpc}/status")).await?;
    number(&status["sync_info"]["latest_block_height"])
}

async fn ask(http: &reqwest::Client, url: &str) -> Result<Json> {
    let mut answer: Json = serde_json::from_slice(&http.get(url).send().await?.bytes().await?)?;
    ensure!(answer["error"].is_null(), "{url}: {}", answer["error"]);
    Ok(answer["result"].take())
}

fn number(json: &Json) -> Result<u64> {
    Ok(json.as_str().with_context(|| format!("{json} is not a number in quotes"))?.parse()?)
}

/// In order over one connection, so that an account's sequences arrive in order.
async fn offer(http: &reqwest::Client, rpc: &str, txs: &[Vec<u8>], done: &AtomicUsize) -> Result<()> {
    let call = |(id, tx): (usize, &Vec<u8>)| {
        let params = json!({"tx": STANDARD.encode(tx)});
        json!({"jsonrpc": "2.0", "id": id, "method": "broadcast_tx_async", "params": params})
    };
    for (turn, batch) in txs.chunks(BATCH).enumerate() {
        while turn * BATCH > done.load(Ordering::Relaxed) + WAITING {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let calls: Vec<Json> = batch.iter().enumerate().map(call).collect();
        let request = http.post(rpc).header("content-type", "application/json");
        let answer = request.body(serde_json::to_vec(&calls)?).send().await?.bytes().await?;
        let answers: Vec<Json> = serde_json::from_slice(&answer)
            .with_context(|| format!("not a batch of answers: {}", String::from_utf8_lossy(&answer)))?;
        ensure!(answers.len() == batch.len(), "{} answers to {} calls", answers.len(), batch.len());
        if let Some(refused) = answers.iter().find(|answer| !answer["error"].is_null()) {
            bail!("a transaction was not taken: {}", refused["error"]);
        }
    }
    Ok(())
}

/// When so many transactions were in blocks after `first`, and in which block the last one was.
async fn count(
    http: &reqwest::Client,
    rpc: &str,
    first: u64,
    wanted: usize,
    done: &AtomicUsize,
) -> Result<(Instant, u64)> {
    let begun = Instant::now();
    let (mut at, mut seen) = (first, 0_usize);
    while begun.elapsed() < PATIENCE {
        let newest = height(http, rpc).await?.min(at + 20);
        if newest == at {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        let (from, to) = (at + 1, newest);
        let page = ask(http, &format!("{rpc}/blockchain?minHeight={from}&maxHeight={to}")).await?;
        for block in page["block_metas"].as_array().context("no blocks")? {
            seen += usize::try_from(number(&block["num_txs"])?)?;
        }
        at = newest;
        done.store(seen, Ordering::Relaxed);
        if seen >= wanted {
            return Ok((Instant::now(), at));
        }
    }
    bail!("{seen} of {wanted} transactions in blocks after {} s", PATIENCE.as_secs())
}

/// Every transaction of these blocks succeeded; how many blocks had any.
async fn succeeded(http: &reqwest::Client, rpc: &str, first: u64, last: u64) -> Result<u64> {
    let mut full = 0;
    while height(http, rpc).await? == last {
        tokio::time::sleep(Duration::from_millis(20)).await; // a block's results are kept before the next block
    }
    for height in first + 1..=last {
        let results = ask(http, &format!("{rpc}/block_results?height={height}")).await?;
        let results = results["txs_results"].as_array().cloned().unwrap_or_default();
        full += u64::from(!results.is_empty());
        if let Some(failed) = results.iter().find(|result| result["code"].as_u64() != Some(0)) {
            bail!("a transaction failed: {failed}");
        }
    }
    Ok(full)
}
