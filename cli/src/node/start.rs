//! `lazd start`: the application, its doors, and CometBFT beside it, as one process to whoever looks.

use std::{future::pending, time::Duration};

use anyhow::{Result, anyhow, bail};
use app::abci;
use clap::{ArgMatches, Command, FromArgMatches};
use tokio::runtime::{Builder, Handle, Runtime};

use super::{
    config::AppConfig,
    engine::Engine,
    home::Home,
    settings::{APP, COMET, Flags},
    supervise::{self, Ended, Next},
};

/// Settings of CometBFT that are ours to decide, or that the global flags cover.
const NOT_FLAGS: [&str; 5] = ["version", "proxy_app", "abci", "log_level", "log_format"];

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
    #[command(flatten)]
    settings: SettingFlags,
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
    let config = AppConfig::load(home, &args.settings.app)?;
    home.make()?;
    let _held = home.lock()?;
    let at = address(home, args)?;
    let engine = if args.with_comet { Some(Engine::find()?) } else { None };
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let serving = serve(home, &config, &at, runtime.handle())?;
    let outcome = supervise(home, &config, args, engine.as_ref(), (&runtime, &serving));
    serving.stop(config.lazchain.shutdown_grace());
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
                reason = serving.halted() => Err(anyhow!("the application stopped: {reason}")),
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
        (Ended::App(reason), _) => bail!("the application stopped: {reason}"),
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
}

impl Serving {
    /// Resolves when the application wants the process to stop, with the reason.
    async fn halted(&self) -> String {
        pending().await
    }

    /// Lets calls in flight finish and closes the store.
    fn stop(self, grace: Duration) {
        self.server.shutdown(grace);
    }
}

/// Opens the store and serves the application at `at`, and its doors where the configuration says.
fn serve(_home: &Home, config: &AppConfig, _at: &abci::Address, _runtime: &Handle) -> Result<Serving> {
    tracing::debug!(?config, "configuration");
    bail!("this build has no application to serve")
}
