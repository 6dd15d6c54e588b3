//! CometBFT beside an application, with no pause between blocks, no port but free ones, and nothing indexed.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use crate::workload;

/// A program that is killed when this is dropped.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// How fast blocks follow each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Without a pause.
    Full,
    /// With the pause that CometBFT comes with, a second.
    Calm,
}

/// CometBFT, and where its RPC answers.
pub(crate) struct Engine {
    _running: Running,
    /// `http://127.0.0.1:port`.
    pub(crate) rpc: String,
}

impl Engine {
    /// Starts a sole validator in an empty folder for the application at `host:port`.
    pub(crate) fn start(home: &Path, address: &str, app_state: Json, pace: Pace) -> Result<Engine> {
        let init = Command::new(binary()).arg("init").arg("--home").arg(home).output();
        let init = init.context("cometbft was not found; `make setup` installs it")?;
        ensure!(init.status.success(), "cometbft init: {}", String::from_utf8_lossy(&init.stderr));
        let config = home.join("config/config.toml");
        let changed: Vec<String> =
            fs::read_to_string(&config)?.lines().map(|line| setting(line, address, pace)).collect();
        fs::write(&config, changed.join("\n"))?;
        let genesis = home.join("config/genesis.json");
        let mut json: Json = serde_json::from_slice(&fs::read(&genesis)?)?;
        json["app_state"] = app_state;
        json["chain_id"] = workload::CHAIN_ID.into();
        json["consensus_params"]["block"]["max_bytes"] = "22020096".into();
        json["validators"][0]["power"] = "1".into(); // what the SDK's staking makes of its least stake
        fs::write(&genesis, serde_json::to_vec(&json)?)?;
        let log = File::create(home.join("log"))?;
        let port = free_port();
        let mut command = Command::new(binary());
        command.args(["start", "--home"]).arg(home).stdin(Stdio::null());
        command.arg(format!("--rpc.laddr=tcp://127.0.0.1:{port}"));
        let running = Running(command.stdout(log.try_clone()?).stderr(log).spawn()?);
        Ok(Engine { _running: running, rpc: format!("http://127.0.0.1:{port}") })
    }
}

fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("LAZD_COMETBFT") {
        return named.into();
    }
    let installed = std::env::home_dir().map(|home| home.join("go/bin/cometbft"));
    installed.filter(|path| path.is_file()).unwrap_or_else(|| "cometbft".into())
}

/// A line of `config.toml` as it is for a measurement. The pool holds the whole load.
fn setting(line: &str, address: &str, pace: Pace) -> String {
    let Some((key, _)) = line.split_once(" = ") else { return line.to_owned() };
    match key {
        "proxy_app" => format!("proxy_app = \"tcp://{address}\""),
        "laddr" => format!("laddr = \"tcp://127.0.0.1:{}\"", free_port()),
        "timeout_commit" if pace == Pace::Full => "timeout_commit = \"0s\"".into(),
        "skip_timeout_commit" if pace == Pace::Full => "skip_timeout_commit = true".into(),
        "indexer" => "indexer = \"null\"".into(),
        "pex" => "pex = false".into(),
        "log_level" => "log_level = \"error\"".into(),
        "size" => "size = 200000".into(),
        "cache_size" => "cache_size = 400000".into(),
        // a batch may wait for a block
        "timeout_broadcast_tx_commit" => "timeout_broadcast_tx_commit = \"300s\"".into(),
        "max_request_batch_size" => "max_request_batch_size = 1000".into(),
        _ => line.to_owned(),
    }
}

/// A port of this machine that nobody has.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).map_or(0, |address| address.port())
}
