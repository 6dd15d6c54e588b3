//! `lazd prune` and `lazd rollback`: taking things out of a store whose node is stopped.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use app::node::forget_above;
use state::Pruning;

use super::{config::AppConfig, engine::Engine, home::Home, settings::Flags, snapshots, start};

/// Forget old heights of the application's state, as app.toml says or with another setting
#[derive(clap::Args)]
#[command(after_help = "The node must be stopped; a running one prunes by itself.

Examples:
  lazd prune
  lazd prune custom --pruning-keep-recent 100")]
pub(crate) struct Args {
    /// default, nothing, everything or custom [default: what app.toml says]
    pruning_method: Option<String>,
    /// Heights to keep besides the newest, for custom
    #[arg(long, default_value_t = 100)]
    pruning_keep_recent: u64,
}

/// Runs `lazd prune`.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let config = AppConfig::load(home, &Flags::new())?;
    let mut options = start::store_options(&config)?;
    match args.pruning_method.as_deref() {
        None => {}
        Some("custom") => {
            options.pruning = Pruning::Custom { keep_recent: args.pruning_keep_recent, interval: 10 };
        }
        Some(named @ ("default" | "nothing" | "everything")) => options.pruning = named.parse()?,
        Some(other) => bail!("{other:?} must be default, nothing, everything or custom"),
    }
    let (store, _held) = snapshots::open_as(home, options)?;
    store.prune()?;
    println!("heights {} to {} are kept", store.earliest_height(), store.height());
    Ok(())
}

/// Take back the newest block, of the application and of CometBFT
#[derive(clap::Args)]
#[command(
    after_help = "For a block whose result turned out wrong: the node executes it again at the next start, with \
a corrected binary. --hard removes the block too, so that it comes again from the others; where more than a third \
of the power did that at once, or there are no others, the chain stands still: no validator signs a height twice."
)]
pub(crate) struct RollbackArgs {
    /// Remove the last block as well as its state
    #[arg(long)]
    hard: bool,
}

/// Runs `lazd rollback`.
pub(crate) fn rollback(home: &Home, args: &RollbackArgs) -> Result<()> {
    let engine = Engine::find()?;
    let (store, _held) = snapshots::open(home)?;
    let (newest, lowest) = (store.height(), store.lowest_rollback()?);
    if newest <= lowest {
        bail!(
            "how to take back height {newest} is not known: the state was restored at it, or there is none"
        );
    }
    let mut command = Command::new(&engine.binary);
    command.arg("rollback").arg("--home").arg(home.path()).stdin(Stdio::null());
    if args.hard {
        command.arg("--hard");
    }
    let done = command.output().with_context(|| format!("cannot run {}", engine.binary.display()))?;
    let (said, complained) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    if !done.status.success() {
        bail!("CometBFT did not roll back: {}", complained.trim());
    }
    let height = height_in(&said)
        .with_context(|| format!("CometBFT does not say where it is now: {}", said.trim()))?;
    // killed between its two halves, this command is repeated: then the application may be there already
    if store.height() > height {
        forget_above(&store, height)?;
        store.rollback(height)?;
    }
    println!(
        "Rolled back state to height {} and hash {}",
        store.height(),
        hex::encode_upper(store.app_hash())
    );
    Ok(())
}

/// CometBFT's words: `Rolled back state to height 5 and hash AB..`
fn height_in(said: &str) -> Option<u64> {
    let rest = said.split_once(" to height ")?.1;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_height_is_read_from_what_cometbft_says() {
        assert_eq!(height_in("Rolled back state to height 41 and hash 0A"), Some(41));
        assert_eq!(height_in("Rolled back both state and block to height 7 and hash 0A\n"), Some(7));
        assert_eq!(height_in("nothing"), None);
    }
}
