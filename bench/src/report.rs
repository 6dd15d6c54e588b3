//! Runs all measurements, each in a process of its own, and prints the table.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{
    All,
    meter::Report,
    table::{self, Row},
    work::{self, Work},
    workload::{self, Size},
};

struct Runner<'a> {
    all: &'a All,
    folder: PathBuf,
}

impl Runner<'_> {
    fn wants(&self, name: &str) -> bool {
        self.all.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }

    fn ours(&self, what: &str) -> Result<Report> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["measure", what]).arg(&self.folder);
        measured(command, &format!("ours: {what}"))
    }

    /// What our program measures about the Go side.
    fn served(&self, what: &str) -> Result<Report> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["measure", what]).arg(&self.folder).arg("--peers").arg(&self.all.peers);
        measured(command, &format!("peer: {what}"))
    }

    fn work(&self, work: Work, one_core: bool) -> Result<Report> {
        let mut command = work::command(work, one_core)?;
        command.arg(&self.folder);
        measured(command, &format!("{work:?}"))
    }

    fn peer(&self, what: &str) -> Result<Report> {
        let mut command = Command::new(&self.all.peers);
        command.arg(what).arg(&self.folder);
        measured(command, &format!("peer: {what}"))
    }
}

fn measured(mut command: Command, name: &str) -> Result<Report> {
    eprintln!("{name}");
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("{name}: cannot run"))?;
    ensure!(output.status.success(), "{name}: {}", output.status);
    serde_json::from_slice(&output.stdout).with_context(|| format!("{name}: not a report"))
}

fn rows(all: &All) -> Result<Vec<Row>> {
    let scratch = tempfile::tempdir()?;
    let small = Runner { all, folder: scratch.path().join("small") };
    fs::create_dir(&small.folder)?;
    let mut rows = Vec::new();
    if small.wants("live") {
        workload::write(&small.folder, Size(20_000))?;
        rows.push(table::live(&small.ours("live")?, &small.served("live")?)?);
        forget(&small.folder)?;
    }
    if small.wants("bank") {
        workload::write(&small.folder, Size(20_000))?;
        let (ours, pooled) = (small.ours("bank")?, small.ours("bank-pooled")?);
        let (indexed, peer) = (small.ours("bank-indexed")?, small.peer("bank")?);
        rows.extend(table::bank(&ours, &pooled, &indexed, &peer));
        forget(&small.folder)?;
    }
    if all.long && small.wants("bank") {
        let large = Runner { all, folder: scratch.path().join("large") };
        fs::create_dir(&large.folder)?;
        workload::write(&large.folder, Size(1_000_000))?;
        let (ours, peer) = (large.ours("bank")?, large.peer("bank")?);
        rows.extend(table::large_bank(&ours, &peer));
        forget(&large.folder)?;
    }
    if small.wants("tree") {
        let (ours, jmt, peer) = (small.ours("tree")?, small.ours("jmt")?, small.peer("tree")?);
        rows.extend(table::tree(&ours, &jmt, &peer)?);
        forget(&small.folder)?;
        if all.long {
            rows.extend(table::large_tree(&small.ours("large-tree")?, &ours)?);
            forget(&small.folder)?;
        }
    }
    if small.wants("empty") {
        rows.push(table::empty(&small.ours("empty")?, &small.ours("empty-stock")?));
    }
    if small.wants("work") {
        work::write_content(&small.folder)?;
        rows.extend(work::rows(&|work, one_core| small.work(work, one_core))?);
        forget(&small.folder)?;
    }
    Ok(rows)
}

/// Gives the disk back: what a measurement leaves is not needed any more.
fn forget(folder: &Path) -> Result<()> {
    fs::remove_dir_all(folder)?;
    Ok(fs::create_dir(folder)?)
}

pub(crate) fn run(all: &All) -> Result<()> {
    ensure!(all.peers.is_file(), "{} is not built", all.peers.display());
    let before = load()?;
    let rows = rows(all)?;
    let mut text = format!("{}\nload before {before}, after {}\n\n", machine()?, load()?);
    rows.iter().for_each(|row| text.push_str(&format!("{row}\n")));
    print!("{text}");
    if let Some(folder) = all.out.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(&all.out, text)?)
}

/// Load over the last minute.
fn load() -> Result<String> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split(' ').next().unwrap_or_default().to_owned())
}

fn machine() -> Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo")?;
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    Ok(format!("{} cores of {model}", std::thread::available_parallelism()?))
}
