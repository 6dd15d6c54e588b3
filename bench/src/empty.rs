//! Empty blocks, as fast as CometBFT makes them with its pauses at zero: the price of the calls themselves.

use std::{
    path::Path,
    sync::Arc,
    thread::{self, sleep},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use app::{
    abci,
    doors::{Desk, Facts, Limits},
    metrics::Metrics,
    node::{Config, Node},
};
use state::{Options, Store};
use tendermint_abci::ServerBuilder;

use crate::{
    engine::{Engine, Pace},
    meter::{Meter, Report, Run, nanos},
    workload,
};

/// How long blocks are counted.
const WINDOW: Duration = Duration::from_secs(8);

/// The application as ABCI sees it, with an empty store in this folder. Nothing is indexed, as CometBFT indexes nothing.
pub(crate) fn application(folder: &Path) -> Result<(Store, abci::Chain)> {
    let store = Store::open(&folder.join("state"), Options::default())?;
    let node =
        Node::open(store.clone(), Config { index: false, ..Config::default() }, Arc::new(Metrics::new()?))?;
    let desk = Desk::new(node, None, Facts::default(), Limits::default());
    Ok((store, abci::Chain::new(Arc::new(desk))))
}

pub(crate) fn measure(folder: &Path, stock: bool) -> Result<Report> {
    let home = tempfile::tempdir_in(folder)?;
    let (store, app) = application(home.path())?;
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
    let engine = Engine::start(&home.path().join("comet"), &address, workload::quiet_genesis(), Pace::Full)?;
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
