//! `lazd snapshots`: what other nodes join from, and what is carried to them by hand.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use state::{Arrival, SNAPSHOT_FORMAT, Store};

use super::{config::AppConfig, home::Home, settings::Flags, start};

/// Manage local snapshots
#[derive(clap::Args)]
#[command(
    after_help = "The node must be stopped. A running node makes snapshots by itself, see state-sync in app.toml."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Snapshots,
}

#[derive(clap::Subcommand)]
enum Snapshots {
    /// List local snapshots
    List,
    /// Make a snapshot of the newest state
    #[command(visible_alias = "export")]
    Create {
        /// Height to make it of; only the newest can be
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        height: u64,
    },
    /// Delete a local snapshot
    Delete { height: u64, format: u32 },
    /// Restore the application's state from a local snapshot
    #[command(
        after_help = "CometBFT keeps its own state: a node restored this way has CometBFT's data of the same height.
A node without it joins by state sync."
    )]
    Restore { height: u64, format: u32 },
    /// Write a local snapshot to a file that `load` reads
    Dump {
        height: u64,
        format: u32,
        /// The file [default: HEIGHT-FORMAT.lazsnap]
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
    /// Read a snapshot from a file and keep it; each part is checked
    Load { archive_file: PathBuf },
}

/// Runs a `lazd snapshots` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let (store, _held) = open(home)?;
    match &args.command {
        Snapshots::List => list(&store),
        Snapshots::Create { height } => create(&store, *height)?,
        Snapshots::Delete { height, format } => {
            if !known(*format)? || !store.remove_snapshot(*height)? {
                bail!("there is no snapshot at height {height}");
            }
            println!("snapshot at height {height} deleted");
        }
        Snapshots::Restore { height, format } => restore(&store, *height, *format)?,
        Snapshots::Dump { height, format, output } => dump(&store, *height, *format, output.clone())?,
        Snapshots::Load { archive_file } => {
            let mut file = BufReader::new(File::open(archive_file).with_context(|| shown(archive_file))?);
            let kept = store.load_snapshot(&mut file)?.with_context(|| shown(archive_file))?;
            println!("snapshot at height {} loaded, {} chunks", kept.height, kept.chunks);
        }
    }
    Ok(())
}

/// The store of a node that is not running.
pub(crate) fn open(home: &Home) -> Result<(Store, File)> {
    let config = AppConfig::load(home, &Flags::new())?;
    open_as(home, start::store_options(&config)?)
}

/// The same, kept in another way than the configuration says.
pub(crate) fn open_as(home: &Home, options: state::Options) -> Result<(Store, File)> {
    home.read(&home.genesis())?;
    home.make()?;
    let held = home.lock()?;
    Ok((Store::open(&home.store(), options)?, held))
}

fn known(format: u32) -> Result<bool> {
    if format != SNAPSHOT_FORMAT {
        bail!("format {format} is not known; this version writes and reads format {SNAPSHOT_FORMAT}");
    }
    Ok(true)
}

fn shown(path: &std::path::Path) -> String {
    path.display().to_string()
}

fn list(store: &Store) {
    for kept in store.snapshots().iter().rev() {
        println!("height: {} format: {} chunks: {}", kept.height, kept.format, kept.chunks);
    }
}

fn create(store: &Store, height: u64) -> Result<()> {
    if height != 0 && height != store.height() {
        bail!("only a snapshot of the newest height, {}, can be made", store.height());
    }
    if store.height() == 0 {
        bail!("there is no state yet");
    }
    let kept = store.make_snapshot()?;
    println!("snapshot made: height: {} format: {} chunks: {}", kept.height, kept.format, kept.chunks);
    Ok(())
}

fn restore(store: &Store, height: u64, format: u32) -> Result<()> {
    known(format)?;
    let kept = store.snapshots().into_iter().find(|kept| kept.height == height);
    let kept = kept.with_context(|| format!("there is no snapshot at height {height}"))?;
    let mut restore = store.restore(&kept.manifest, None)??;
    let mut last = Arrival::Taken;
    for index in 0..kept.chunks {
        let chunk = store.snapshot_chunk(height, index);
        last = restore.chunk(index, &chunk.with_context(|| format!("chunk {index} is spoiled"))?)?;
    }
    if last != Arrival::Restored {
        bail!("the snapshot is not whole: {last:?}");
    }
    println!("state restored: height {height}, app hash {}", hex::encode_upper(store.app_hash()));
    Ok(())
}

fn dump(store: &Store, height: u64, format: u32, output: Option<PathBuf>) -> Result<()> {
    known(format)?;
    if !store.snapshots().iter().any(|kept| kept.height == height) {
        bail!("there is no snapshot at height {height}");
    }
    let output = output.unwrap_or_else(|| format!("{height}-{format}.lazsnap").into());
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(".".as_ref()))?;
    let mut out = BufWriter::new(file.as_file_mut());
    store.dump_snapshot(height, &mut out)?;
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    file.persist(&output).with_context(|| shown(&output))?;
    println!("snapshot at height {height} written to {}", output.display());
    Ok(())
}
