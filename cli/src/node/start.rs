//! `lazd start`: the application, its doors, and CometBFT beside it, as one process to whoever looks.

use std::{env, sync::Arc, time::Duration};

use anyhow::{Result, anyhow, bail};
use app::{abci, doors::Doors, metrics::Metrics, node::Node};
use clap::{ArgMatches, Command, FromArgMatches};
use state::{Durability, Options, Pruning, Store};
use tokio::runtime::{Builder, Runtime};

use crate::context::seconds;

use super::{
    config::{AppConfig, Sync},
    doors,
    engine::Engine,
    home::Home,
    keys,
    settings::{APP, COMET, Flags, look_up},
    supervise::{self, Ended, Next},
};

/// Settings of CometBFT that are ours to decide, or that the global flags cover.
const NOT_FLAGS: [&str; 5] = ["version", "proxy_app", "abci", "log_level", "log_format"];

/// How often a halt is looked for.
const HALT_TICK: Duration = Duration::from_millis(50);
/// How long answers under way may take to leave.
const DOORS_GRACE: Duration = Duration::from_secs(2);

/// Run the node: the application, and CometBFT as its child
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd start
  lazd start --minimum-gas-prices 0.01ulaz --p2p.persistent_peers ID@host:26656
  lazd start --with-comet=false --address tcp://127.0.0.1:26658")]
pub(crate) struct Args {
    /// Run CometBFT as a child process; without it the ABCI application alone is served
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true",
          action = clap::ArgAction::Set, alias = "with-tendermint")]
    with_comet: bool,
    /// Where to serve ABCI, tcp://host:port or unix://path [default: a Unix socket in the home, or
    /// tcp://127.0.0.1:26658 without CometBFT]
    #[arg(long)]
    address: Option<String>,
    /// Transport protocol of ABCI
    #[arg(long, default_value = "socket", value_parser = ["socket"])]
    transport: String,
    /// As --lazchain.shutdown-grace, with a unit, such as 30s
    #[arg(long, value_name = "DURATION", value_parser = seconds, conflicts_with = GRACE)]
    shutdown_grace: Option<u64>,
    #[command(flatten)]
    settings: SettingFlags,
}

/// The setting that `--shutdown-grace` of an SDK daemon stands for.
const GRACE: &str = "lazchain.shutdown-grace";

impl Args {
    /// What the flags say of `app.toml`.
    fn app(&self) -> Flags {
        let grace = self.shutdown_grace.map(|seconds| (GRACE.to_owned(), seconds.to_string()));
        self.settings.app.clone().into_iter().chain(grace).collect()
    }
}

/// A flag for every key of `app.toml` and `config.toml`.
struct SettingFlags {
    app: Flags,
    comet: Flags,
}

impl clap::Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        let command = APP.add_flags(command, |_| true);
        COMET.add_flags(command, |key| !NOT_FLAGS.contains(&key))
    }

    fn augment_args_for_update(command: Command) -> Command {
        SettingFlags::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<SettingFlags, clap::Error> {
        Ok(SettingFlags { app: APP.flags(matches), comet: COMET.flags(matches) })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = SettingFlags::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Runs `lazd start` until the node ends. Must be called from the main thread, see [`Engine::command`].
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    home.read(&home.genesis())?;
    let config = AppConfig::load(home, &args.app())?;
    home.make()?;
    let _held = home.lock()?;
    let at = address(home, args)?;
    let engine = if args.with_comet {
        validator_key_is_there(home, &args.settings.comet)?;
        Some(Engine::find()?)
    } else {
        None
    };
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let serving = serve(home, &config, &at, (&runtime, &args.settings.comet))?;
    let outcome = supervise(home, &config, args, engine.as_ref(), (&runtime, &serving));
    serving.stop(&runtime, config.lazchain.shutdown_grace());
    runtime.shutdown_timeout(Duration::from_secs(5));
    match outcome? {
        Next::Exit => Ok(()),
        Next::Restart { after, count } => {
            tracing::warn!(
                ?after,
                count,
                allowed = config.lazchain.restarts,
                "restarting CometBFT and the app"
            );
            std::thread::sleep(after);
            supervise::restart(count)
        }
    }
}

/// Refuses to start without the key that this node signs with, unless a signer elsewhere has it. CometBFT would make
/// another key in silence, and a validator would no longer sign as itself.
fn validator_key_is_there(home: &Home, flags: &Flags) -> Result<()> {
    let settings = COMET.table(&home.config_toml(), flags, |name| env::var(name).ok())?;
    let text = |key: &str| look_up(&settings, key).and_then(|value| value.as_str()).unwrap_or_default();
    let path = home.path().join(text("priv_validator_key_file"));
    if path.exists() || !text("priv_validator_laddr").is_empty() {
        return Ok(());
    }
    bail!(
        "{} is missing: without it this node cannot sign as the validator it was. Put it back from your backup; a \
         node that has never been a validator gets a new one by `lazd comet new-validator-key`",
        path.display()
    )
}

fn address(home: &Home, args: &Args) -> Result<abci::Address> {
    match &args.address {
        Some(address) => Ok(address.parse()?),
        None if args.with_comet => Ok(abci::Address::Unix(home.socket()?)),
        None => Ok("tcp://127.0.0.1:26658".parse()?),
    }
}

fn supervise(
    home: &Home,
    config: &AppConfig,
    args: &Args,
    engine: Option<&Engine>,
    (runtime, serving): (&Runtime, &Serving),
) -> Result<Next> {
    let Some(engine) = engine else {
        return runtime.block_on(async {
            tokio::select! {
                signal = supervise::asked_to_stop() => { tracing::info!(signal = ?signal?, "stopping"); Ok(Next::Exit) }
                reason = serving.halted() => { tracing::info!(reason, "stopping"); Ok(Next::Exit) }
            }
        });
    };
    tracing::info!(binary = %engine.binary.display(), version = engine.version, "CometBFT found");
    let command = engine.command(home, &serving.server.address().to_string(), &args.settings.comet);
    let grace = config.lazchain.shutdown_grace();
    let run = supervise::run(command, serving.halted(), supervise::asked_to_stop(), grace);
    match runtime.block_on(run)? {
        (Ended::Asked(signal), _) => {
            tracing::info!(%signal, "CometBFT stopped as asked");
            Ok(Next::Exit)
        }
        (Ended::App(reason), _) => {
            tracing::info!(reason, "CometBFT stopped");
            Ok(Next::Exit)
        }
        (Ended::Engine(status), ran) => {
            tracing::error!(%status, "CometBFT ended by itself");
            match supervise::next(status, ran, supervise::restarts_so_far(), config.lazchain.restarts) {
                Next::Exit => bail!("CometBFT ended by itself ({status}); its last words are above"),
                restart => Ok(restart),
            }
        }
    }
}

/// The application and its doors, running.
struct Serving {
    server: abci::Server,
    doors: Doors,
    node: Arc<Node>,
    store: Store,
}

impl Serving {
    /// Resolves when the application wants the process to stop, with the reason. A fault ends the process by itself.
    async fn halted(&self) -> String {
        while !self.node.halted() {
            tokio::time::sleep(HALT_TICK).await;
        }
        format!("halt-height or halt-time is reached at height {}", self.store.height())
    }

    /// Lets calls in flight finish, and makes the next start short.
    fn stop(self, runtime: &Runtime, grace: Duration) {
        runtime.block_on(self.doors.close(DOORS_GRACE));
        if self.node.halted() {
            drop(self.server); // a block beyond the halt may wait in it, and must not be answered
        } else {
            self.server.shutdown(grace);
        }
        if let Err(fault) = self.store.checkpoint() {
            tracing::warn!(%fault, "the trie's checkpoint was not written; the next start rebuilds it");
        }
    }
}

/// Opens the store, serves the application at `at`, and opens the doors.
fn serve(
    home: &Home,
    config: &AppConfig,
    at: &abci::Address,
    (runtime, comet_flags): (&Runtime, &Flags),
) -> Result<Serving> {
    let store = Store::open(&home.store(), store_options(config)?)?;
    tracing::info!(height = store.height(), app_hash = hex::encode(store.app_hash()), "state opened");
    let metrics = Arc::new(Metrics::new()?);
    let prices = config.minimum_gas_prices.split(',').map(|price| {
        price
            .parse()
            .map_err(|error| anyhow!("minimum-gas-prices = {:?}: {error}", config.minimum_gas_prices))
    });
    let node = app::node::Config {
        prices: prices.collect::<Result<_>>()?,
        index: config.lazchain.index,
        min_retain_blocks: config.min_retain_blocks,
        halt_height: config.halt_height,
        halt_time: config.halt_time,
        // a remote signer keeps the key elsewhere; such a validator gives the beacon nothing
        beacon: if home.validator_key().exists() {
            Some(Arc::new(keys::validator(home)?.dice()))
        } else {
            None
        },
    };
    let node = Node::open(store.clone(), node, metrics.clone())?;
    let observer = abci::Observer::new(move |call| {
        let timer = metrics.calls.with_label_values(&[call]).start_timer();
        Box::new(move || timer.observe_duration())
    });
    let options = abci::Options { frame_bytes: config.lazchain.frame_bytes(), observer: Some(observer) };
    let desk = doors::desk(home, config, node.clone(), (runtime.handle().clone(), comet_flags))?;
    let doors = runtime.block_on(Doors::open(desk.clone(), &doors::settings(config)))?;
    let server = abci::Server::start(at, abci::Chain::new(desk), options)?;
    Ok(Serving { server, doors, node, store })
}

/// How the configuration wants the store kept.
pub(crate) fn store_options(config: &AppConfig) -> Result<Options> {
    let pruning = match config.pruning.as_str() {
        "custom" => {
            Pruning::Custom { keep_recent: config.pruning_keep_recent, interval: config.pruning_interval }
        }
        named => named.parse()?,
    };
    let durability = match config.lazchain.commit_sync {
        Sync::Strict => Durability::Strict,
        Sync::Relaxed => Durability::Relaxed,
    };
    Ok(Options {
        pruning,
        durability,
        cache_bytes: config.lazchain.cache_bytes(),
        recent: config.lazchain.recent_states,
        checkpoint_interval: config.lazchain.checkpoint_interval,
        snapshot_interval: config.state_sync.snapshot_interval,
        snapshot_keep: config.state_sync.snapshot_keep_recent,
        ..Options::default()
    })
}

#[cfg(test)]
mod tests {
    use clap::Args as _;

    use super::*;

    fn parsed(words: &[&str]) -> Result<Args, clap::Error> {
        let command = Args::augment_args(Command::new("start"));
        let words = ["start"].iter().chain(words);
        command.try_get_matches_from(words).and_then(|matches| Args::from_arg_matches(&matches))
    }

    #[test]
    fn the_grace_of_an_sdk_daemon_is_ours() {
        let grace = |words: &[&str]| {
            let flags = parsed(words).unwrap().app();
            AppConfig::load(&Home::new("/nonexistent"), &flags).unwrap().lazchain.shutdown_grace()
        };
        assert_eq!(grace(&[]), Duration::from_secs(30));
        assert_eq!(grace(&["--shutdown-grace", "45s"]), Duration::from_secs(45));
        assert_eq!(grace(&["--shutdown-grace=2m"]), Duration::from_secs(120));
        assert!(parsed(&["--shutdown-grace", "soon"]).is_err());
        assert!(parsed(&["--shutdown-grace", "1s", "--lazchain.shutdown-grace", "1"]).is_err());
    }
}
