//! The snapshots kept on disk: a folder for each, by height, with its manifest and its chunks.

use super::manifest::{self, Manifest};
use crate::fault::Fault;
use crate::tree::hash::{self, Hash};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

const MANIFEST: &str = "manifest";

/// A snapshot that can be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The height it is of.
    pub height: u64,
    /// The format of its chunks.
    pub format: u32,
    /// How many chunks it has.
    pub chunks: u32,
    /// The hash of its manifest.
    pub hash: [u8; 32],
    /// Its manifest: what a restoring node checks everything against.
    pub manifest: Vec<u8>,
}

/// All snapshots of a store.
pub(crate) struct Shelf {
    path: PathBuf,
    kept: Mutex<BTreeMap<u64, Arc<Kept>>>,
    /// Heights that somebody fetched from since the last snapshot was made.
    fetched: Mutex<BTreeSet<u64>>,
    /// The height whose snapshot is being made.
    pub(crate) making: Mutex<Option<u64>>,
    pub(crate) maker: Mutex<Option<JoinHandle<()>>>,
    /// Tells the maker to give up.
    pub(crate) stop: AtomicBool,
}

impl Shelf {
    /// Reads what is there; what is not whole, or is nothing of ours, goes.
    pub(crate) fn open(path: PathBuf) -> Result<Shelf, Fault> {
        let failed = |why: std::io::Error| Fault::disk("reading the snapshots' folder", why);
        fs::create_dir_all(&path).map_err(failed)?;
        let mut kept = BTreeMap::new();
        for entry in fs::read_dir(&path).map_err(failed)? {
            let folder = entry.map_err(failed)?.path();
            match read(&folder) {
                Some(found) => {
                    kept.insert(found.height, Arc::new(found));
                }
                None => fs::remove_dir_all(&folder).map_err(failed)?,
            }
        }
        Ok(Shelf {
            path,
            kept: Mutex::new(kept),
            fetched: Mutex::new(BTreeSet::new()),
            making: Mutex::new(None),
            maker: Mutex::new(None),
            stop: AtomicBool::new(false),
        })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Kept>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Kept>> {
        self.lock().values().cloned().collect()
    }

    pub(crate) fn get(&self, height: u64) -> Option<Arc<Kept>> {
        self.lock().get(&height).cloned()
    }

    /// The lowest height with a snapshot, or with one being made.
    pub(crate) fn oldest(&self) -> Option<u64> {
        let making = *self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.lock().keys().next().copied();
        kept.into_iter().chain(making).min()
    }

    /// A chunk, if it is there and whole.
    pub(crate) fn chunk(&self, height: u64, index: u32) -> Option<Vec<u8>> {
        let kept = self.get(height)?;
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner).insert(height);
        let expected = *Manifest::decode(&kept.manifest).ok()?.chunks.get(usize::try_from(index).ok()?)?;
        let bytes = fs::read(chunk_file(&self.folder(height), index)).ok()?;
        if hash::digest(&bytes) == expected {
            return Some(bytes);
        }
        tracing::warn!(height, index, "a chunk of a snapshot is spoiled; the snapshot is removed");
        if let Err(fault) = self.remove(height) {
            tracing::warn!(%fault, "the snapshot could not be removed");
        }
        None
    }

    fn folder(&self, height: u64) -> PathBuf {
        self.path.join(height.to_string())
    }

    /// Begins a new snapshot.
    pub(crate) fn draft(&self, height: u64) -> Result<Draft<'_>, Fault> {
        let folder = self.path.join(format!("{height}.unfinished"));
        clear(&folder)?;
        fs::create_dir(&folder).map_err(|why| Fault::disk("making a snapshot's folder", why))?;
        Ok(Draft { shelf: self, height, folder, chunks: Vec::new() })
    }

    /// Removes a snapshot; whether there was one.
    pub(crate) fn remove(&self, height: u64) -> Result<bool, Fault> {
        if self.lock().remove(&height).is_none() {
            return Ok(false);
        }
        let gone = self.path.join(format!("{height}.removed"));
        clear(&gone)?;
        fs::rename(self.folder(height), &gone).map_err(|why| Fault::disk("removing a snapshot", why))?;
        clear(&gone)?;
        Ok(true)
    }

    /// Removes the oldest until at most `most` are left; 0 keeps all. One that somebody is fetching may stay longer, but
    /// never more than as many again.
    pub(crate) fn keep(&self, most: u32) -> Result<(), Fault> {
        let fetched = std::mem::take(&mut *self.fetched.lock().unwrap_or_else(PoisonError::into_inner));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let heights: Vec<u64> = self.lock().keys().rev().copied().collect();
        let old = heights.into_iter().enumerate().skip(if most == 0 { usize::MAX } else { most });
        let goes =
            old.filter(|(place, height)| *place >= most.saturating_mul(2) || !fetched.contains(height));
        goes.map(|(_, height)| height).try_for_each(|height| self.remove(height).map(drop))
    }

    /// Waits for the maker.
    pub(crate) fn join(&self) {
        let maker = self.maker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if maker.is_some_and(|maker| maker.join().is_err()) {
            tracing::warn!("making a snapshot ended in a panic");
        }
    }

    /// Removes those above a height: what they are of was taken back.
    pub(crate) fn take_back(&self, to: u64) -> Result<(), Fault> {
        let heights: Vec<u64> = self.lock().keys().copied().filter(|height| *height > to).collect();
        heights.into_iter().try_for_each(|height| self.remove(height).map(drop))
    }
}

/// A snapshot being written.
pub(crate) struct Draft<'a> {
    shelf: &'a Shelf,
    height: u64,
    folder: PathBuf,
    chunks: Vec<Hash>,
}

impl Draft<'_> {
    /// Writes the next chunk.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        fail::fail_point!("snapshot.chunk", |_| Err(Fault::disk("snapshot", "failpoint at a chunk")));
        let index = u32::try_from(self.chunks.len()).unwrap_or(u32::MAX);
        fs::write(chunk_file(&self.folder, index), bytes)
            .map_err(|why| Fault::disk("writing a chunk of a snapshot", why))?;
        self.chunks.push(hash::digest(bytes));
        Ok(())
    }

    /// Makes it one of the snapshots.
    pub(crate) fn finish(self, roots: BTreeMap<String, Hash>) -> Result<Arc<Kept>, Fault> {
        let failed = |why: std::io::Error| Fault::disk("finishing a snapshot", why);
        let Draft { shelf, height, folder, chunks } = self;
        let manifest = Manifest { height, roots, chunks }.encode();
        // what a power failure leaves of the chunks is judged by the hashes in here
        let kept = kept(&manifest).ok_or_else(|| Fault::misuse("more chunks than a manifest may have"))?;
        let mut file = File::create(folder.join(MANIFEST)).map_err(failed)?;
        file.write_all(&manifest).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fail::fail_point!("snapshot.before-rename", |_| Err(Fault::disk("snapshot", "failpoint before")));
        shelf.remove(height)?;
        fs::rename(&folder, shelf.folder(height)).map_err(failed)?;
        fail::fail_point!("snapshot.after-rename", |_| Err(Fault::disk("snapshot", "failpoint after")));
        let kept = Arc::new(kept);
        shelf.lock().insert(height, Arc::clone(&kept));
        Ok(kept)
    }
}

fn chunk_file(folder: &Path, index: u32) -> PathBuf {
    folder.join(format!("{index:06}"))
}

fn clear(folder: &Path) -> Result<(), Fault> {
    match fs::remove_dir_all(folder) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
            Err(Fault::disk("removing a snapshot's folder", why))
        }
        _ => Ok(()),
    }
}

fn kept(bytes: &[u8]) -> Option<Kept> {
    let manifest = Manifest::decode(bytes).ok()?;
    Some(Kept {
        height: manifest.height,
        format: manifest::FORMAT,
        chunks: u32::try_from(manifest.chunks.len()).ok()?,
        hash: manifest::name_of(bytes),
        manifest: bytes.to_vec(),
    })
}

fn read(folder: &Path) -> Option<Kept> {
    let height: u64 = folder.file_name()?.to_str()?.parse().ok()?;
    kept(&fs::read(folder.join(MANIFEST)).ok()?).filter(|kept| kept.height == height)
}
