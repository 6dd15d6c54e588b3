//! Whole states on the move: snapshots for state sync, export and import.
//!
//! A state travels in chunks, each a run of neighbouring entries of one store with the proof that it is complete and part
//! of that store's trie. The manifest names the roots of all stores, which make the app hash, so whoever trusts an app
//! hash can judge each chunk as it arrives, and writes nothing that is not part of the state.

mod build;
mod chunk;
mod make;
mod manifest;
mod shelf;
mod stream;

use crate::fault::Fault;
use crate::store::Store;
use build::Building;
use make::Source;
pub use manifest::FORMAT;
use manifest::Manifest;
pub use shelf::Kept;
pub(crate) use shelf::Shelf;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, mpsc};

/// Somebody else's bytes that are not the state they claim to be: a refusal, no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// The manifest does not read.
    #[error("manifest refused: {0}")]
    Manifest(String),
    /// It is of another state than the trusted one.
    #[error("the manifest's roots do not make the trusted app hash")]
    AppHash,
    /// A chunk is not part of the state.
    #[error("chunk refused: {0}")]
    Chunk(String),
    /// All chunks are there, and the state is not whole.
    #[error("parts of the state are missing")]
    Incomplete,
}

/// What became of a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// It is written; others are missing.
    Taken,
    /// It was the last one: the store is the restored one now.
    Restored,
    /// These bytes are not the chunk that the manifest names: whoever sent them is wrong, and the chunk is still needed.
    Foreign,
    /// The manifest itself names bytes that are no part of the state: the whole snapshot is bad.
    Bad(Unsound),
}

/// A snapshot being restored, beside the state in use. Dropping it leaves the store as it was.
pub struct Restore {
    manifest: Manifest,
    arrived: Vec<bool>,
    building: Option<Building>,
}

impl Restore {
    /// The height it will have.
    pub fn height(&self) -> u64 {
        self.manifest.height
    }

    /// Chunks there are in all.
    pub fn chunks(&self) -> usize {
        self.arrived.len()
    }

    /// Takes a chunk, in any order.
    pub fn chunk(&mut self, index: u32, bytes: &[u8]) -> Result<Arrival, Fault> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(expected) = self.manifest.chunks.get(index) else { return Ok(Arrival::Foreign) };
        if manifest::name_of(bytes) != *expected {
            return Ok(Arrival::Foreign);
        }
        let building = self.building.as_mut().ok_or_else(|| Fault::misuse("this snapshot is restored"))?;
        if let Err(unsound) = building.add(bytes)? {
            return Ok(Arrival::Bad(unsound));
        }
        if let Some(arrived) = self.arrived.get_mut(index) {
            *arrived = true;
        }
        if self.arrived.contains(&false) {
            return Ok(Arrival::Taken);
        }
        let building = self.building.take().ok_or_else(|| Fault::misuse("this snapshot is restored"))?;
        Ok(match building.finish()? {
            Ok(()) => Arrival::Restored,
            Err(unsound) => Arrival::Bad(unsound),
        })
    }
}

impl Store {
    /// The snapshots that can be served, oldest first.
    pub fn snapshots(&self) -> Vec<Arc<Kept>> {
        self.shelf().all()
    }

    /// A chunk of a snapshot, if it is there.
    pub fn snapshot_chunk(&self, height: u64, index: u32) -> Option<Vec<u8>> {
        self.shelf().chunk(height, index)
    }

    /// Makes a snapshot of the newest state, now.
    pub fn make_snapshot(&self) -> Result<Arc<Kept>, Fault> {
        let core = self.core();
        make_from(&Source::open(&core)?, self.shelf(), self.options().chunk_bytes)
    }

    /// Removes a snapshot; whether there was one.
    pub fn remove_snapshot(&self, height: u64) -> Result<bool, Fault> {
        self.shelf().remove(height)
    }

    /// Makes the snapshot of `height`, which is the newest, in the background. One at a time: while one is being made,
    /// the next is left out.
    pub(crate) fn snapshot_soon(&self, height: u64) {
        {
            let mut making = self.shelf().making.lock().unwrap_or_else(PoisonError::into_inner);
            if making.is_some() {
                tracing::warn!(height, "no snapshot: the one before is still being made");
                return;
            }
            *making = Some(height);
        }
        let (core, shelf, options) = (self.core(), self.shelf_handle(), self.options().clone());
        let (opened, wait) = mpsc::channel::<()>();
        let work = move || {
            let made = Source::open(&core).and_then(|source| {
                drop(opened); // the next block may come
                if source.version.height != height {
                    return Err(Fault::misuse("another block came first"));
                }
                make_from(&source, &shelf, options.chunk_bytes)?;
                shelf.keep(options.snapshot_keep)
            });
            match made {
                Ok(()) => tracing::info!(height, "snapshot made"),
                Err(fault) => tracing::warn!(height, %fault, "no snapshot"),
            }
            *shelf.making.lock().unwrap_or_else(PoisonError::into_inner) = None;
        };
        match std::thread::Builder::new().name("store-snapshot".into()).spawn(work) {
            Ok(thread) => {
                // ends without a word when the thread has its view, or could not get one
                let _ = wait.recv();
                *self.shelf().maker.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
            }
            Err(why) => {
                *self.shelf().making.lock().unwrap_or_else(PoisonError::into_inner) = None;
                tracing::warn!(height, %why, "no snapshot");
            }
        }
    }

    /// Waits until the snapshot being made is done, should there be one.
    pub fn settle(&self) {
        self.shelf().join();
    }

    /// Begins to restore a snapshot. What is in the store stays until the last chunk has arrived. `app_hash` is what the
    /// manifest is judged by; without it, the manifest is trusted.
    pub fn restore(
        &self,
        manifest: &[u8],
        app_hash: Option<&[u8; 32]>,
    ) -> Result<Result<Restore, Unsound>, Fault> {
        let manifest = match Manifest::decode(manifest) {
            Ok(manifest) => manifest,
            Err(unsound) => return Ok(Err(unsound)),
        };
        if app_hash.is_some_and(|app_hash| *app_hash != manifest.app_hash()) {
            return Ok(Err(Unsound::AppHash));
        }
        if manifest.chunks.is_empty() {
            return Ok(Err(Unsound::Manifest("it names no chunks".into())));
        }
        let building = Building::start(self, manifest.height, manifest.roots.clone())?;
        let arrived = vec![false; manifest.chunks.len()];
        Ok(Ok(Restore { manifest, arrived, building: Some(building) }))
    }

    /// Writes the newest state as one stream; returns its height. Memory does not grow with the state.
    pub fn export(&self, out: &mut dyn io::Write) -> Result<u64, Fault> {
        let core = self.core();
        let source = Source::open(&core)?;
        let mut writer = stream::Writer::start(out, source.version.height, source.roots())?;
        source.chunks(self.options().chunk_bytes, &mut |chunk| writer.add(&chunk))?;
        writer.finish()?;
        Ok(source.version.height)
    }

    /// Puts an exported state in place of what is in the store, if it is whole and, should it be given, has this app
    /// hash. Returns its height.
    pub fn import(
        &self,
        input: &mut dyn io::Read,
        app_hash: Option<&[u8; 32]>,
    ) -> Result<Result<u64, Unsound>, Fault> {
        let (mut reader, head) = match stream::Reader::start(input)? {
            Ok(begun) => begun,
            Err(unsound) => return Ok(Err(unsound)),
        };
        if app_hash.is_some_and(|app_hash| *app_hash != head.app_hash()) {
            return Ok(Err(Unsound::AppHash));
        }
        let height = head.height;
        let mut building = Building::start(self, height, head.roots)?;
        loop {
            match reader.next()? {
                Ok(Some(chunk)) => {
                    if let Err(unsound) = building.add(&chunk)? {
                        return Ok(Err(unsound));
                    }
                }
                Ok(None) => return Ok(building.finish()?.map(|()| height)),
                Err(unsound) => return Ok(Err(unsound)),
            }
        }
    }

    /// Writes a kept snapshot as a stream that [`Store::import`] and [`Store::load_snapshot`] read; whether it is there.
    pub fn dump_snapshot(&self, height: u64, out: &mut dyn io::Write) -> Result<bool, Fault> {
        let Some(kept) = self.shelf().get(height) else { return Ok(false) };
        let manifest = Manifest::decode(&kept.manifest).map_err(|why| Fault::corrupt("manifest", why))?;
        let mut writer = stream::Writer::start(out, height, manifest.roots)?;
        for index in 0..kept.chunks {
            let chunk = self.shelf().chunk(height, index);
            writer.add(
                &chunk.ok_or_else(|| Fault::corrupt("snapshot", format!("chunk {index} is spoiled")))?,
            )?;
        }
        writer.finish()?;
        Ok(true)
    }

    /// Reads a stream and keeps it as a snapshot, each chunk checked. The state in use stays as it is.
    pub fn load_snapshot(&self, input: &mut dyn io::Read) -> Result<Result<Arc<Kept>, Unsound>, Fault> {
        let (mut reader, head) = match stream::Reader::start(input)? {
            Ok(begun) => begun,
            Err(unsound) => return Ok(Err(unsound)),
        };
        let mut draft = self.shelf().draft(head.height)?;
        loop {
            match reader.next()? {
                Ok(Some(bytes)) => {
                    if let Err(unsound) = chunk::check(&bytes, &head.roots) {
                        return Ok(Err(unsound));
                    }
                    draft.add(&bytes)?;
                }
                Ok(None) => return draft.finish(head.roots).map(Ok),
                Err(unsound) => return Ok(Err(unsound)),
            }
        }
    }
}

fn make_from(source: &Source<'_>, shelf: &Shelf, chunk_bytes: u64) -> Result<Arc<Kept>, Fault> {
    let mut draft = shelf.draft(source.version.height)?;
    source.chunks(chunk_bytes, &mut |chunk| {
        if shelf.stop.load(Ordering::Relaxed) {
            return Err(Fault::misuse("the store is being closed"));
        }
        draft.add(&chunk)
    })?;
    draft.finish(source.roots())
}
