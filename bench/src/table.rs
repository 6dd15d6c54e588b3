//! The rows of the bar, one line each. The ratio is how many times better we are than the peer in the same run.

use std::{fmt, time::Duration};

use anyhow::Result;

use crate::meter::Report;

const SDK: &str = "Cosmos SDK 0.53.8";
const IAVL: &str = "IAVL 1.2.2";

/// One line.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) ours: String,
    pub(crate) peer: String,
    pub(crate) more: String,
    /// What the bar asks for.
    pub(crate) bar: &'static str,
    pub(crate) ratio: f64,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { name, what, ours, peer, more, bar, ratio } = self;
        write!(f, "{name:<4} {what:<58} | ours {ours} | peer {peer} | ")?;
        if !more.is_empty() {
            write!(f, "{more} | ")?;
        }
        write!(f, "bar {bar} | ratio {ratio:.1}")
    }
}

fn ms(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

fn rate(report: &Report) -> String {
    format!("{:.0} tx/s", report.per_second())
}

/// CPU, memory and writes of both, a unit.
fn cost(ours: &Report, peer: &Report) -> String {
    format!(
        "cpu {:.1} / {:.1} us, {:.1} to 1 | memory {:.0} / {:.0} MB | written {:.0} / {:.0} B",
        ours.cpu_us(),
        peer.cpu_us(),
        peer.cpu_us() / ours.cpu_us(),
        ours.rss_bytes as f64 / 1e6,
        peer.rss_bytes as f64 / 1e6,
        ours.bytes(),
        peer.bytes(),
    )
}

fn throughput(
    name: &'static str,
    what: &'static str,
    ours: &Report,
    peer: &Report,
    bar: &'static str,
) -> Row {
    Row {
        name,
        what,
        ours: rate(ours),
        peer: format!("{SDK} {}", rate(peer)),
        more: cost(ours, peer),
        bar,
        ratio: ours.per_second() / peer.per_second(),
    }
}

fn commit(name: &'static str, what: &'static str, ours: &Report, peer: &Report) -> Row {
    Row {
        name,
        what,
        ours: ms(ours.commit()),
        peer: format!("{SDK}, not synced, {}", ms(peer.commit())),
        more: String::new(),
        bar: "30 ms",
        ratio: peer.commit().as_secs_f64() / ours.commit().as_secs_f64(),
    }
}

pub(crate) fn bank(ours: &Report, pooled: &Report, indexed: &Report, peer: &Report) -> Vec<Row> {
    let cpu = Row {
        name: "B5",
        what: "CPU a transaction in B1",
        ours: format!("{:.1} us", ours.cpu_us()),
        peer: format!("{SDK} {:.1} us", peer.cpu_us()),
        more: String::new(),
        bar: "70 us",
        ratio: peer.cpu_us() / ours.cpu_us(),
    };
    vec![
        throughput("B1", "bank sends, 10k a block, 20k accounts, unseen before", ours, peer, "10x"),
        throughput("B1i", "the same, our transactions made searchable", indexed, peer, "-"),
        throughput("B2", "the same, signatures checked on the way into the pool", pooled, peer, "30x"),
        cpu,
        commit("B9", "Commit of a 10k block, synced", ours, peer),
        commit("B9i", "the same, transactions made searchable", indexed, peer),
    ]
}

pub(crate) fn live(ours: &Report, peer: &Report) -> Result<Row> {
    let blocks = (ours.figure("blocks")?, peer.figure("blocks")?);
    Ok(Row {
        name: "B10",
        what: "bank sends end to end, one CometBFT validator, load beside it",
        ours: rate(ours),
        peer: format!("{SDK} {}", rate(peer)),
        more: format!("in {} / {} blocks", blocks.0, blocks.1),
        bar: "8000 tx/s",
        ratio: ours.per_second() / peer.per_second(),
    })
}

pub(crate) fn large_bank(ours: &Report, peer: &Report) -> Vec<Row> {
    let memory = Row {
        name: "B11",
        what: "memory at a million accounts",
        ours: format!("{:.2} GB", ours.rss_bytes as f64 / 1e9),
        peer: format!("{SDK} {:.2} GB", peer.rss_bytes as f64 / 1e9),
        more: String::new(),
        bar: "1 GB",
        ratio: peer.rss_bytes as f64 / ours.rss_bytes as f64,
    };
    let sends = throughput("B3", "bank sends, 10k a block, a million accounts", ours, peer, "18x");
    vec![sends, memory, commit("B9m", "Commit of that", ours, peer)]
}

pub(crate) fn tree(ours: &Report, jmt: &Report, iavl: &Report) -> Result<Vec<Row>> {
    let update = |name, peer: &Report, called: &str| Row {
        name,
        what: "update of a key among a million, 10k a block, synced",
        ours: format!("{:.2} us", ours.wall_us()),
        peer: format!("{called} {:.2} us", peer.wall_us()),
        more: cost(ours, peer),
        bar: "5 us",
        ratio: peer.wall_us() / ours.wall_us(),
    };
    let proof = |name, peer: f64, called: &str| -> Result<Row> {
        let mine = ours.figure("proof_ns")?;
        Ok(Row {
            name,
            what: "proof of a key at the tip",
            ours: format!("{:.1} us", mine / 1e3),
            peer: format!("{called} {:.1} us", peer / 1e3),
            more: String::new(),
            bar: "50 us",
            ratio: peer / mine,
        })
    };
    let written = Row {
        name: "B8",
        what: "bytes written an update in B6: log, flushes, history",
        ours: format!("{:.0} B", ours.first_bytes()),
        peer: format!("{IAVL} {:.0} B", iavl.first_bytes()),
        more: format!("with compaction {:.0} / {:.0} B", ours.bytes(), iavl.bytes()),
        bar: "300 B",
        ratio: iavl.first_bytes() / ours.first_bytes(),
    };
    let opened = restart("B12", "restart at a million keys, orderly; beside it after a kill", ours)?;
    Ok(vec![
        update("B6", iavl, &format!("{IAVL}, synced")),
        update("B6j", jmt, "jmt 0.12, in memory"),
        written,
        opened,
        proof("B15", iavl.figure("proof_ns")?, IAVL)?,
        proof("B15j", jmt.figure("proof_ns")?, "jmt 0.12, in memory")?,
    ])
}

fn restart(name: &'static str, what: &'static str, ours: &Report) -> Result<Row> {
    let (rebuild, restart) = (ours.figure("rebuild_ns")?, ours.figure("restart_ns")?);
    Ok(Row {
        name,
        what,
        ours: format!("{:.2} s", restart / 1e9),
        peer: format!("the same without checkpoint {:.2} s", rebuild / 1e9),
        more: String::new(),
        bar: "30 s at 10 M",
        ratio: rebuild / restart,
    })
}

/// Ten million keys, where no peer came to an end: beside them our own million.
pub(crate) fn large_tree(ours: &Report, million: &Report) -> Result<Vec<Row>> {
    let update = Row {
        name: "B7",
        what: "update of a key among ten million, 10k a block, synced",
        ours: format!("{:.2} us", ours.wall_us()),
        peer: format!("none came to an end; ours among a million {:.2} us", million.wall_us()),
        more: cost(ours, million),
        bar: "8 us",
        ratio: million.wall_us() / ours.wall_us(),
    };
    let proof = (ours.figure("proof_ns")?, million.figure("proof_ns")?);
    let proof = Row {
        name: "B15m",
        what: "proof of a key at the tip, among ten million",
        ours: format!("{:.1} us", proof.0 / 1e3),
        peer: format!("ours among a million {:.1} us", proof.1 / 1e3),
        more: String::new(),
        bar: "50 us",
        ratio: proof.1 / proof.0,
    };
    Ok(vec![update, restart("B12m", "restart at ten million keys", ours)?, proof])
}

pub(crate) fn empty(ours: &Report, stock: &Report) -> Row {
    let blocks = |report: &Report| format!("{:.1} blocks/s", report.per_second());
    Row {
        name: "B17",
        what: "empty blocks over the ABCI socket, CometBFT's pauses at zero",
        ours: blocks(ours),
        peer: format!("tendermint-abci 0.41 {}", blocks(stock)),
        more: format!("cpu {:.0} / {:.0} us a block", ours.cpu_us(), stock.cpu_us()),
        bar: "10x",
        ratio: ours.per_second() / stock.per_second(),
    }
}
