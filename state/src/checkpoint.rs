//! A file of the tries' leaves, so that the next start need not read every value. Disposable: whatever is wrong with
//! it, the values are scanned instead.

use crate::codec::{self, Reader};
use crate::core::{self, Core};
use crate::db::{Db, Family};
use crate::fault::Fault;
use crate::tree::arena::Leaf;
use crate::tree::forest::{self, Forest, Tries};
use crate::tree::hash::Hash;
use crate::version::Version;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

const MAGIC: &[u8; 8] = b"laztrie2";
/// Leaves written, or read, at once.
const BATCH: usize = 1 << 14;
/// Bytes of a leaf: its hash and that of its key.
const LEAF: usize = 64;

/// Writes the file in the background, if none is being written.
pub(crate) fn start(core: &Arc<Core>, version: Arc<Version>, path: PathBuf) {
    if core.checkpointing.swap(true, Ordering::AcqRel) {
        return;
    }
    let core = Arc::clone(core);
    let work = move || {
        if let Err(fault) = write(&version, &path) {
            tracing::warn!(%fault, "no checkpoint of the trie");
        }
        core.checkpointing.store(false, Ordering::Release);
    };
    if let Err(why) = std::thread::Builder::new().name("store-checkpoint".into()).spawn(work) {
        tracing::warn!(%why, "no checkpoint of the trie");
    }
}

/// Writes the file of one version.
pub(crate) fn write(version: &Version, path: &Path) -> Result<(), Fault> {
    let failed = |why: std::io::Error| Fault::disk("writing a checkpoint of the trie", why);
    let unfinished = path.with_extension("unfinished");
    let mut out =
        Summed { out: BufWriter::new(File::create(&unfinished).map_err(failed)?), sum: Default::default() };
    out.put(MAGIC).map_err(failed)?;
    out.put(&version.height.to_be_bytes()).map_err(failed)?;
    for (store, trie) in &version.tries {
        let mut after: Option<Hash> = None;
        loop {
            let leaves = version.forest.leaves(trie, after.as_ref(), BATCH);
            let Some(last) = leaves.last() else { break };
            after = Some(last.key);
            let mut record = Vec::with_capacity(leaves.len().saturating_mul(LEAF).saturating_add(64));
            codec::put_bytes(&mut record, store.as_bytes());
            codec::put_number(&mut record, leaves.len() as u64);
            for leaf in &leaves {
                record.extend_from_slice(&leaf.key);
                record.extend_from_slice(&leaf.hash);
            }
            out.put(&(record.len() as u64).to_be_bytes()).map_err(failed)?;
            out.put(&record).map_err(failed)?;
        }
    }
    out.put(&0u64.to_be_bytes()).map_err(failed)?;
    let sum = out.sum.clone().finalize();
    out.put(&sum.to_be_bytes()).map_err(failed)?;
    out.out.flush().map_err(failed)?;
    fail::fail_point!("checkpoint.before-rename", |_| Err(Fault::disk("checkpoint", "failpoint")));
    std::fs::rename(&unfinished, path).map_err(failed)
}

/// A file being written, with its checksum.
struct Summed {
    out: BufWriter<File>,
    sum: crc32fast::Hasher,
}

impl Summed {
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.sum.update(bytes);
        self.out.write_all(bytes)
    }
}

/// The tries at `height`: those of the file, and what was changed since. `None` if that cannot be had.
pub(crate) fn load(db: &Db, forest: &Forest, path: &Path, height: u64) -> Option<Tries> {
    let loaded = read(forest, path).and_then(|(at, tries)| match tries {
        Some(tries) if core::read_root(db, at)? == Some(forest::app_hash(&tries)) => {
            catch_up(db, forest, at, height, tries)
        }
        _ => Ok(None),
    });
    match loaded {
        Ok(tries) => tries,
        Err(fault) => {
            tracing::warn!(%fault, "the checkpoint of the trie is of no use");
            None
        }
    }
}

fn read(forest: &Forest, path: &Path) -> Result<(u64, Option<Tries>), Fault> {
    let Ok(file) = File::open(path) else { return Ok((0, None)) };
    let size = file.metadata().map_or(0, |data| data.len());
    let failed = |why: std::io::Error| Fault::disk("reading a checkpoint of the trie", why);
    let (mut input, mut sum) = (BufReader::with_capacity(1 << 20, file), crc32fast::Hasher::new());
    let mut head = [0u8; 16];
    input.read_exact(&mut head).map_err(failed)?;
    sum.update(&head);
    let Some(height) = head.strip_prefix(MAGIC).and_then(|rest| rest.try_into().ok()).map(u64::from_be_bytes)
    else {
        return Err(Fault::corrupt("checkpoint of the trie", "not one"));
    };
    let mut tries = Tries::new();
    loop {
        let mut length = [0u8; 8];
        input.read_exact(&mut length).map_err(failed)?;
        sum.update(&length);
        let length = u64::from_be_bytes(length);
        if length == 0 {
            break;
        }
        if length > size {
            return Err(Fault::corrupt("checkpoint of the trie", "a record longer than the file"));
        }
        let mut record = vec![0; usize::try_from(length).unwrap_or_default()];
        input.read_exact(&mut record).map_err(failed)?;
        sum.update(&record);
        tries = grow(forest, tries, &record)?;
    }
    let mut stored = [0u8; 4];
    input.read_exact(&mut stored).map_err(failed)?;
    if u32::from_be_bytes(stored) != sum.finalize() {
        return Err(Fault::corrupt("checkpoint of the trie", "checksum"));
    }
    Ok((height, Some(tries)))
}

fn grow(forest: &Forest, tries: Tries, record: &[u8]) -> Result<Tries, Fault> {
    let mut reader = Reader::new("checkpoint of the trie", record);
    let store = std::str::from_utf8(reader.bytes()?).map_err(|why| Fault::corrupt("store name", why))?;
    let mut leaves = Vec::new();
    for _ in 0..reader.number()? {
        leaves.push(Leaf { key: reader.array()?, hash: reader.array()? });
    }
    let grown = forest.apply_leaves(&tries, store, &leaves);
    forest.free(&grown.dead);
    Ok(grown.tries)
}

/// Applies what was changed after height `at`, as the log names it.
fn catch_up(
    db: &Db,
    forest: &Forest,
    at: u64,
    height: u64,
    mut tries: Tries,
) -> Result<Option<Tries>, Fault> {
    // records right after the checkpoint may have been forgotten
    let Some(heights) = db.chain(at, height).filter(|_| at <= height) else { return Ok(None) };
    let mut changed = BTreeSet::new();
    for height in heights {
        changed.extend(db.replaced(height)?.into_iter().map(|replaced| replaced.key));
    }
    let keys: Vec<&[u8]> = changed.iter().map(Vec::as_slice).collect();
    for keys in keys.chunks(BATCH) {
        let values = db.get_sorted(Family::Latest, keys)?;
        let changes: Vec<(&[u8], Option<&[u8]>)> =
            keys.iter().zip(&values).map(|(key, value)| (*key, value.as_deref())).collect();
        let grown = forest.apply(&tries, &changes)?;
        forest.free(&grown.dead);
        tries = grown.tries;
    }
    Ok(Some(tries))
}
