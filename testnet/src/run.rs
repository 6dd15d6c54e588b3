//! Nodes as processes: start, look, stop.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tendermint_rpc::{Client, HttpClient, client::CompatMode};
use tokio::time::sleep;

use crate::network::{Network, Node};

const POLL: Duration = Duration::from_millis(200);
/// How long an orderly stop may take.
const STOP_PATIENCE: Duration = Duration::from_secs(60);

/// The `lazd` to run: the one given, else the one beside this program.
pub(crate) fn lazd(given: Option<&PathBuf>) -> Result<PathBuf> {
    let path = match given {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("lazd"),
    };
    if !path.is_file() {
        bail!("{} is not there; build it with `make build`, or name another with --lazd", path.display());
    }
    Ok(path)
}

impl Node {
    fn pid_file(&self) -> PathBuf {
        self.home.join("lazd.pid")
    }

    /// Where its output goes.
    pub(crate) fn log(&self) -> PathBuf {
        self.home.join("lazd.log")
    }

    /// The process of its `lazd`, if it runs.
    pub(crate) fn pid(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.pid_file()).ok()?;
        let pid: i32 = text.trim().parse().ok()?;
        let name = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
        // a number that now belongs to somebody else's process is not ours to end
        name.contains(&*self.home.to_string_lossy()).then(|| Pid::from_raw(pid))
    }

    /// Whether its `lazd` is gone for good: one that executes itself anew has no command line for a moment.
    async fn stays_away(&self) -> bool {
        sleep(POLL).await;
        self.pid().is_none()
    }

    /// The process of its CometBFT, if it runs.
    pub(crate) fn engine(&self) -> Option<Pid> {
        let parent = self.pid()?;
        let children = format!("/proc/{parent}/task/{parent}/children");
        let children = fs::read_to_string(children).ok()?;
        children.split_whitespace().find_map(|pid| pid.parse().ok()).map(Pid::from_raw)
    }

    /// Starts it in the background, in a process group of its own.
    pub(crate) fn start(&self, lazd: &Path) -> Result<()> {
        if self.pid().is_some() {
            return Ok(());
        }
        let log = self.log();
        let out = File::options().create(true).append(true).open(&log);
        let out = out.with_context(|| format!("cannot open {}", log.display()))?;
        let child = Command::new(lazd)
            .args(["start", "--home"])
            .arg(&self.home)
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", lazd.display()))?;
        fs::write(self.pid_file(), child.id().to_string())?;
        Ok(())
    }

    /// Sends a signal to its `lazd`, if it runs.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        self.pid().map_or(Ok(()), |pid| send(pid, signal))
    }

    /// Stops it in order, and waits until it is gone.
    pub(crate) async fn stop(&self) -> Result<()> {
        self.signal(Signal::SIGTERM)?;
        let begun = Instant::now();
        while self.pid().is_some() {
            if begun.elapsed() > STOP_PATIENCE {
                bail!("{} did not stop within {STOP_PATIENCE:?}; see {}", self.name, self.log().display());
            }
            sleep(POLL).await;
        }
        Ok(())
    }

    /// Its CometBFT.
    pub(crate) fn rpc(&self) -> Result<HttpClient> {
        let url = format!("http://127.0.0.1:{}", self.ports.rpc).parse()?;
        Ok(HttpClient::builder(url).compat_mode(CompatMode::V0_38).build()?)
    }

    /// Its height, if it answers.
    pub(crate) async fn height(&self) -> Option<u64> {
        let status = self.rpc().ok()?.status().await.ok()?;
        Some(status.sync_info.latest_block_height.value())
    }

    /// The app hash that the block at `height` commits to.
    pub(crate) async fn app_hash(&self, height: u64) -> Result<String> {
        let height = u32::try_from(height).context("height")?;
        Ok(self.rpc()?.block(height).await?.block.header.app_hash.to_string())
    }
}

/// Sends a signal; a process that is gone is no error.
pub(crate) fn send(pid: Pid, signal: Signal) -> Result<()> {
    match kill(pid, signal) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(error) => bail!("cannot send {signal} to process {pid}: {error}"),
    }
}

impl Network {
    /// Starts every node that does not run.
    pub(crate) fn start(&self, lazd: &Path) -> Result<()> {
        self.nodes.iter().try_for_each(|node| node.start(lazd))
    }

    /// Stops every node.
    pub(crate) async fn stop(&self) -> Result<()> {
        self.nodes.iter().try_for_each(|node| node.signal(Signal::SIGTERM))?;
        for node in &self.nodes {
            node.stop().await?;
        }
        Ok(())
    }

    /// Waits until every node is at `height`; an error names the nodes that are not, and ends of their logs.
    pub(crate) async fn wait_for(&self, height: u64, patience: Duration) -> Result<()> {
        let begun = Instant::now();
        loop {
            let mut behind = Vec::new();
            for node in &self.nodes {
                let at = node.height().await;
                if at.unwrap_or(0) < height {
                    behind.push((node, at));
                }
            }
            if behind.is_empty() {
                return Ok(());
            }
            if let Some((node, _)) = behind.iter().find(|(node, at)| at.is_none() && node.pid().is_none())
                && node.stays_away().await
            {
                bail!("{} ended by itself:\n{}", node.name, tail(&node.log()));
            }
            if begun.elapsed() > patience {
                let (node, at) = behind[0];
                let at = at.map_or("not answering".into(), |at| format!("at height {at}"));
                bail!("{} is {at}, not at {height}, after {patience:?}:\n{}", node.name, tail(&node.log()));
            }
            sleep(POLL).await;
        }
    }

    /// Refuses a network whose nodes disagree on the state at a height that all have.
    pub(crate) async fn must_agree(&self, height: u64) -> Result<()> {
        let mut seen: Option<(&str, String)> = None;
        for node in &self.nodes {
            let hash =
                node.app_hash(height).await.with_context(|| format!("{}: block {height}", node.name))?;
            match &seen {
                Some((first, other)) if *other != hash => {
                    bail!("at height {height} {first} has app hash {other} and {} has {hash}", node.name)
                }
                _ => seen = Some((&node.name, hash)),
            }
        }
        Ok(())
    }
}

/// The last lines of a log.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
