//! The protocol's own work: vouchers, ballots, revenue, manifests, and the way of a request through a provider's door and a
//! consumer's proxy.

mod chain;
mod content;
mod doors;
mod stage;

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{meter::Report, table::Row};

pub(crate) use content::write as write_content;

/// One measurement of the protocol's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Work {
    /// Vouchers signed and checked, by one thread
    Vouchers,
    /// Vouchers redeemed, 256 a transaction
    Redeemed,
    /// The same, one a transaction
    RedeemedSingly,
    /// Ballots, 64 a transaction
    Ballots,
    /// The same, one a transaction
    BallotsSingly,
    /// Settling and claiming with one holder and no ancestors
    Holders1,
    /// With a thousand holders
    Holders1k,
    /// With a million holders
    Holders1m,
    /// With one holder, at the end of a lineage of 32 versions
    Depth32,
    /// Manifests of a file of one GiB
    Manifest,
    /// Requests through a door and a proxy
    Doors,
}

pub(crate) fn measure(work: Work, folder: &Path) -> Result<Report> {
    match work {
        Work::Vouchers => chain::vouchers(),
        Work::Redeemed => chain::redeemed(folder, true),
        Work::RedeemedSingly => chain::redeemed(folder, false),
        Work::Ballots => chain::ballots(folder, true),
        Work::BallotsSingly => chain::ballots(folder, false),
        Work::Holders1 => chain::flat(folder, 1, 1),
        Work::Holders1k => chain::flat(folder, 1_000, 1),
        Work::Holders1m => chain::flat(folder, 1_000_000, 1),
        Work::Depth32 => chain::flat(folder, 1, 32),
        Work::Manifest => content::measure(&folder.join("content.bin")),
        Work::Doors => doors::measure(folder),
    }
}

/// How `measure` is told of one, on one core if so.
pub(crate) fn command(work: Work, one_core: bool) -> Result<Command> {
    let program = std::env::current_exe()?;
    let value = clap::ValueEnum::to_possible_value(&work).context("every measurement has a name")?;
    let mut command = if one_core { Command::new("taskset") } else { Command::new(&program) };
    if one_core {
        command.args(["-c", "0"]).arg(&program);
    }
    command.args(["measure", value.get_name()]);
    Ok(command)
}

fn per_second(name: &'static str, what: &'static str, ours: f64, peer: (&str, f64), more: String) -> Row {
    Row {
        name,
        what,
        ours: format!("{ours:.0}/s"),
        peer: format!("{} {:.0}/s", peer.0, peer.1),
        more,
        bar: "-",
        ratio: ours / peer.1,
    }
}

/// Nanoseconds of one into how many there are in a second.
fn rate(report: &Report, name: &str) -> Result<f64> {
    Ok(1e9 / report.figure(name)?)
}

/// All rows; `run` makes one measurement.
pub(crate) fn rows(run: &dyn Fn(Work, bool) -> Result<Report>) -> Result<Vec<Row>> {
    let mut rows = vouchers(run)?;
    rows.extend(ballots(run)?);
    rows.extend(flat(run)?);
    rows.extend(manifests(run)?);
    rows.extend(doors(&run(Work::Doors, false)?)?);
    Ok(rows)
}

fn vouchers(run: &dyn Fn(Work, bool) -> Result<Report>) -> Result<Vec<Row>> {
    let off_chain = run(Work::Vouchers, false)?;
    let (batch, singly) = (run(Work::Redeemed, false)?, run(Work::RedeemedSingly, false)?);
    let bare = |name| -> Result<(&str, f64)> { Ok(("the bare signatures", rate(&off_chain, name)?)) };
    let cpu = format!("cpu {:.1} / {:.1} us", batch.cpu_us(), singly.cpu_us());
    let none = String::new;
    Ok(vec![
        per_second(
            "V1",
            "vouchers signed by one thread",
            rate(&off_chain, "sign_ns")?,
            bare("bare_sign_ns")?,
            none(),
        ),
        per_second(
            "V2",
            "vouchers checked by one thread",
            rate(&off_chain, "check_ns")?,
            bare("bare_check_ns")?,
            none(),
        ),
        per_second(
            "V3",
            "vouchers redeemed, 256 a transaction, block and commit",
            batch.per_second(),
            ("one a transaction", singly.per_second()),
            cpu,
        ),
    ])
}

fn ballots(run: &dyn Fn(Work, bool) -> Result<Report>) -> Result<Vec<Row>> {
    let (batch, singly) = (run(Work::Ballots, false)?, run(Work::BallotsSingly, false)?);
    Ok(vec![Row {
        name: "B13",
        what: "64 ballots in one transaction, block and commit",
        ours: format!("{:.2} ms", batch.wall_us() / 1e3),
        peer: format!("64 transactions {:.2} ms", singly.wall_us() / 1e3),
        more: format!("cpu {:.0} / {:.0} us", batch.cpu_us(), singly.cpu_us()),
        bar: "1.6 ms",
        ratio: singly.wall_us() / batch.wall_us(),
    }])
}

fn flat(run: &dyn Fn(Work, bool) -> Result<Report>) -> Result<Vec<Row>> {
    let least = run(Work::Holders1, false)?;
    let row = |name, what, more: &Report| Row {
        name,
        what,
        ours: format!("{:.1} us", more.wall_us()),
        peer: format!("one holder, no ancestors {:.1} us", least.wall_us()),
        more: format!("cpu {:.1} / {:.1} us", more.cpu_us(), least.cpu_us()),
        bar: "within 10 %",
        ratio: least.wall_us() / more.wall_us(),
    };
    let (thousand, million) = (run(Work::Holders1k, false)?, run(Work::Holders1m, false)?);
    let deep = run(Work::Depth32, false)?;
    Ok(vec![
        row("B14", "a voucher settled and revenue claimed, 1,000 holders", &thousand),
        row("B14", "the same, a million holders", &million),
        row("B14", "the same, one holder, a lineage of 32 versions", &deep),
    ])
}

fn manifests(run: &dyn Fn(Work, bool) -> Result<Report>) -> Result<Vec<Row>> {
    let row = |name, what, report: &Report| -> Result<Row> {
        let speed = |name: &str| -> Result<f64> { Ok(content::SIZE as f64 / report.figure(name)?) };
        let (ours, theirs) = (speed("manifest_ns")?, speed("sha256sum_ns")?);
        Ok(Row {
            name,
            what,
            ours: format!("{ours:.2} GB/s"),
            peer: format!("sha256sum {theirs:.2} GB/s"),
            more: format!("SHA-256 alone, in this process {:.2} GB/s", speed("plain_ns")?),
            bar: "-",
            ratio: ours / theirs,
        })
    };
    Ok(vec![
        row("M1", "manifest of a GiB: digest and root over its chunks", &run(Work::Manifest, false)?)?,
        row("M2", "the same on one core", &run(Work::Manifest, true)?)?,
    ])
}

fn doors(report: &Report) -> Result<Vec<Row>> {
    let (one, all) = (rate(report, "one_ns")?, rate(report, "all_ns")?);
    let us = |name: &str| -> Result<f64> { Ok(report.figure(name)? / 1e3) };
    let way = |name, what, of: &str| -> Result<Row> {
        let (median, p99) = (us(&format!("{of}_median_ns"))?, us(&format!("{of}_p99_ns"))?);
        let bare = us("bare_median_ns")?;
        Ok(Row {
            name,
            what,
            ours: format!("median {median:.0} us, p99 {p99:.0} us"),
            peer: format!("the bare upstream median {bare:.0} us, p99 {:.0} us", us("bare_p99_ns")?),
            more: format!("{:.0} us more", median - bare),
            bar: "-",
            ratio: bare / median,
        })
    };
    let cpu = report.cpu_ns as f64 / 1e3 / report.units as f64;
    ensure!(one > 0.0 && all > 0.0, "no calls");
    Ok(vec![
        way("P1", "a request through a provider's door", "door")?,
        way("P2", "a request through a consumer's proxy and the door", "both")?,
        Row {
            name: "P3",
            what: "paid calls through 16 channels side by side, synced",
            ours: format!("{all:.0}/s"),
            peer: format!("one channel {one:.0}/s"),
            more: format!("cpu {cpu:.0} us a call, upstream and client included"),
            bar: "-",
            ratio: all / one,
        },
    ])
}
