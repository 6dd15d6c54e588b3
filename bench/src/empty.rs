//! Empty blocks, as fast as CometBFT makes them with its pauses at zero: the price of the calls themselves.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread::{self, sleep},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use app::{
    abci,
    doors::{Desk, Facts, Limits},
    metrics::Metrics,
    node::{Config, Node},
};
use state::{Options, Store};
use tendermint_abci::ServerBuilder;

use crate::{
    meter::{Meter, Report, Run, nanos},
    workload,
};

/// How long blocks are counted.
const WINDOW: Duration = Duration::from_secs(8);

/// CometBFT running; killed when this is dropped.
struct Engine(Child);

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

pub(crate) fn measure(folder: &Path, stock: bool) -> Result<Report> {
    let home = tempfile::tempdir_in(folder)?;
    let store = Store::open(&home.path().join("state"), Options::default())?;
    let node = Node::open(store.clone(), Config::default(), Arc::new(Metrics::new()?))?;
    let desk = Desk::new(node, None, Facts::default(), Limits::default());
    let app = abci::Chain::new(Arc::new(desk));
    let mut ours = None;
    let address = if stock {
        let server = ServerBuilder::default().bind("127.0.0.1:0", app)?;
        let address = server.local_addr();
        thread::spawn(move || {
            if let Err(error) = server.listen() {
                eprintln!("the stock server ended: {error}");
            }
        });
        address
    } else {
        let server = abci::Server::start(&"tcp://127.0.0.1:0".parse()?, app, abci::Options::default())?;
        ours.insert(server).address().to_string().trim_start_matches("tcp://").to_owned()
    };
    let engine = start(&home.path().join("comet"), &address)?;
    let begun = Instant::now();
    while store.height() < 3 {
        ensure!(begun.elapsed() < Duration::from_secs(60), "CometBFT made no blocks");
        sleep(Duration::from_millis(50));
    }
    let (height, start, meter) = (store.height(), Instant::now(), Meter::begin()?);
    sleep(WINDOW);
    let (made, took) = (store.height() - height, start.elapsed());
    let run = Run { finalize_ns: nanos(took), commit_ns: 0 };
    let mut report = Report { runs: vec![run], units: made, ..Report::default() };
    meter.end(&mut report)?;
    drop(engine);
    Ok(report)
}

fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("LAZD_COMETBFT") {
        return named.into();
    }
    let installed = std::env::home_dir().map(|home| home.join("go/bin/cometbft"));
    installed.filter(|path| path.is_file()).unwrap_or_else(|| "cometbft".into())
}

fn start(home: &Path, address: &str) -> Result<Engine> {
    let init = Command::new(binary()).arg("init").arg("--home").arg(home).output();
    let init = init.context("cometbft was not found; `make setup` installs it")?;
    ensure!(init.status.success(), "cometbft init: {}", String::from_utf8_lossy(&init.stderr));
    let config = home.join("config/config.toml");
    let changed: Vec<String> =
        fs::read_to_string(&config)?.lines().map(|line| setting(line, address)).collect();
    fs::write(&config, changed.join("\n"))?;
    let genesis = home.join("config/genesis.json");
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&genesis)?)?;
    json["app_state"] = workload::quiet_genesis();
    json["chain_id"] = workload::CHAIN_ID.into();
    fs::write(&genesis, serde_json::to_vec(&json)?)?;
    let log = fs::File::create(home.join("log"))?;
    let mut command = Command::new(binary());
    command.args(["start", "--home"]).arg(home).stdin(Stdio::null());
    Ok(Engine(command.stdout(log.try_clone()?).stderr(log).spawn()?))
}

/// A line of `config.toml`, with no pause between blocks, nothing indexed, and no port but free ones of this machine.
fn setting(line: &str, address: &str) -> String {
    let Some((key, _)) = line.split_once(" = ") else { return line.to_owned() };
    match key {
        "proxy_app" => format!("proxy_app = \"tcp://{address}\""),
        "laddr" => format!("laddr = \"tcp://127.0.0.1:{}\"", free_port()),
        "timeout_commit" => "timeout_commit = \"0s\"".into(),
        "skip_timeout_commit" => "skip_timeout_commit = true".into(),
        "indexer" => "indexer = \"null\"".into(),
        "pex" => "pex = false".into(),
        "log_level" => "log_level = \"error\"".into(),
        _ => line.to_owned(),
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).map_or(0, |address| address.port())
}
