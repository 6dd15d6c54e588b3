//! What a process has used, and the report of one measurement.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Nanoseconds in a tick of `/proc/self/stat`, which counts hundredths of a second on every Linux.
const TICK_NS: u64 = 10_000_000;

/// One measured block.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) finalize_ns: u64,
    pub(crate) commit_ns: u64,
}

/// What one side measured. The Go side prints the same.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) runs: Vec<Run>,
    /// Transactions or updates a run.
    pub(crate) units: u64,
    /// CPU time of all runs.
    pub(crate) cpu_ns: u64,
    /// Bytes handed to the system by all runs.
    pub(crate) written: u64,
    /// Of these, what rewrote tables that were there: compaction.
    #[serde(default)]
    pub(crate) compacted: u64,
    pub(crate) rss_bytes: u64,
    pub(crate) extra: BTreeMap<String, u64>,
}

impl Report {
    /// The median of something about the runs.
    fn median(&self, of: impl Fn(&Run) -> u64) -> Duration {
        let mut all: Vec<u64> = self.runs.iter().map(of).collect();
        all.sort_unstable();
        Duration::from_nanos(all.get(all.len() / 2).copied().unwrap_or(0))
    }

    /// The median block.
    pub(crate) fn block(&self) -> Duration {
        self.median(|run| run.finalize_ns + run.commit_ns)
    }

    /// The median Commit.
    pub(crate) fn commit(&self) -> Duration {
        self.median(|run| run.commit_ns)
    }

    /// Units a second in the median block.
    pub(crate) fn per_second(&self) -> f64 {
        self.units as f64 / self.block().as_secs_f64()
    }

    /// Microseconds a unit in the median block.
    pub(crate) fn wall_us(&self) -> f64 {
        self.block().as_secs_f64() * 1e6 / self.units as f64
    }

    /// Microseconds of CPU a unit.
    pub(crate) fn cpu_us(&self) -> f64 {
        self.cpu_ns as f64 / 1e3 / self.all_units()
    }

    /// Bytes written a unit.
    pub(crate) fn bytes(&self) -> f64 {
        self.written as f64 / self.all_units()
    }

    /// Bytes written a unit before compaction: logs, and tables when they are first written.
    pub(crate) fn first_bytes(&self) -> f64 {
        (self.written - self.compacted) as f64 / self.all_units()
    }

    fn all_units(&self) -> f64 {
        (self.units * self.runs.len() as u64) as f64
    }

    /// A figure that only this measurement has.
    pub(crate) fn figure(&self, name: &str) -> Result<f64> {
        self.extra.get(name).map(|figure| *figure as f64).with_context(|| format!("no figure {name}"))
    }
}

/// What the process had used when measuring began.
pub(crate) struct Meter {
    cpu_ns: u64,
    written: u64,
    compacted: u64,
}

impl Meter {
    pub(crate) fn begin() -> Result<Meter> {
        Ok(Meter { cpu_ns: cpu_ns()?, written: field("io", "wchar")?, compacted: compacted()? })
    }

    pub(crate) fn end(&self, report: &mut Report) -> Result<()> {
        report.cpu_ns = cpu_ns()? - self.cpu_ns;
        report.written = field("io", "wchar")? - self.written;
        report.compacted = compacted()? - self.compacted;
        report.rss_bytes = field("status", "VmRSS")? * 1024;
        Ok(())
    }
}

/// User and system time of all threads.
fn cpu_ns() -> Result<u64> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit_once(')').context("/proc/self/stat has no name")?.1;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    Ok(ticks.sum::<Result<u64, _>>()? * TICK_NS)
}

/// Bytes written by the threads on which RocksDB compacts, and does nothing else.
fn compacted() -> Result<u64> {
    let mut sum = 0;
    for task in fs::read_dir("/proc/self/task")? {
        let task = Path::new("task").join(task?.file_name());
        let Ok(name) = fs::read_to_string(Path::new("/proc/self").join(&task).join("comm")) else {
            continue; // a thread that has ended meanwhile
        };
        if name.starts_with("rocksdb:low") {
            sum += field(task.join("io"), "wchar")?;
        }
    }
    Ok(sum)
}

/// One number of a file in `/proc/self`.
fn field(file: impl AsRef<Path>, name: &str) -> Result<u64> {
    let file = Path::new("/proc/self").join(file);
    let text = fs::read_to_string(&file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    Ok(number.with_context(|| format!("no {name} in {}", file.display()))?.parse()?)
}

pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
