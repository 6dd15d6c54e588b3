//! Bank sends: FinalizeBlock and Commit of whole blocks, in this process.

use std::{path::Path, sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use app::{
    genesis::InitChain,
    metrics::Metrics,
    node::{Config, Node, Seen},
    time::Time,
};
use proto::tendermint::types::{ConsensusParams, EvidenceParams};
use serde_json::Value as Json;
use state::{Options, Store};

use crate::{
    meter::{Meter, Report, Run, nanos},
    workload,
};

/// Genesis time, in seconds.
pub(crate) const START: u64 = 1_700_000_000;

/// What happens besides the blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Nothing: the block checks the signatures.
    Plain,
    /// The pool has checked them, outside the measured time.
    Pooled,
    /// As `Plain`, and transactions can be looked up, which the SDK leaves to CometBFT.
    Indexed,
}

/// A node at height 1, in an empty folder.
pub(crate) fn open(folder: &Path, genesis: Json, index: bool) -> Result<Arc<Node>> {
    let store = Store::open(folder, Options::default())?;
    let config = Config { index, ..Config::default() };
    let node = Node::open(store, config, Arc::new(Metrics::new()?))?;
    let evidence = EvidenceParams {
        max_age_num_blocks: 100_000,
        max_age_duration: Some(prost_types::Duration { seconds: 172_800, nanos: 0 }),
        max_bytes: 1_048_576,
    };
    node.init_chain(InitChain {
        chain_id: workload::CHAIN_ID.into(),
        time: Time::from_secs(START),
        initial_height: 1,
        params: ConsensusParams { evidence: Some(evidence), ..ConsensusParams::default() },
        validators: Vec::new(),
        app_state: genesis,
    })?;
    play(&node, 1, Vec::new())?; // genesis is written with the first block
    Ok(node)
}

pub(crate) fn measure(folder: &Path, style: Style) -> Result<Report> {
    let blocks = workload::blocks(folder)?;
    let home = tempfile::tempdir_in(folder)?;
    let node = open(home.path(), workload::genesis(folder)?, style == Style::Indexed)?;
    let units = blocks.first().context("no blocks")?.len();
    let mut report = Report { units: u64::try_from(units)?, ..Report::default() };
    let mut cost = Report::default();
    for (index, txs) in blocks.into_iter().enumerate() {
        if style == Style::Pooled {
            for tx in &txs {
                let checked = node.check(tx)?;
                ensure!(checked.code == 0, "a transaction was refused: {}", checked.log);
            }
        }
        let meter = Meter::begin()?;
        let run = play(&node, u64::try_from(index)? + 2, txs)?;
        meter.end(&mut cost)?;
        if index > 0 {
            report.runs.push(run); // the first warms up
            report.cpu_ns += cost.cpu_ns;
            report.written += cost.written;
        }
    }
    report.rss_bytes = cost.rss_bytes;
    Ok(report)
}

/// Runs a block, in which every transaction must succeed.
pub(crate) fn play(node: &Node, height: u64, txs: Vec<Vec<u8>>) -> Result<Run> {
    let hash = workload::number(&[4, height]).to_vec();
    let seen = Seen { height, time: Time::from_secs(START + height), hash, txs, ..Seen::default() };
    let start = Instant::now();
    let finalized = node.finalize(seen)?;
    let finalize_ns = nanos(start.elapsed());
    let start = Instant::now();
    node.commit()?;
    let commit_ns = nanos(start.elapsed());
    for result in finalized.results {
        ensure!(result.code == 0, "a transaction failed: {}", result.log);
    }
    Ok(Run { finalize_ns, commit_ns })
}
