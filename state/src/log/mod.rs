//! The log: what is written goes here first, and for good. RocksDB keeps none of its own; what its tables lack after a
//! crash is taken from here. The record of a block also says what its keys held before, so that the same bytes serve to
//! take it back.
//!
//! Records are numbered without gaps and stand in segments, files that are named by the number of their first record.

use crate::fault::Fault;
use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a segment starts with.
const MAGIC: &[u8; 8] = b"lazlog1\n";
/// A segment this long is followed by another.
const SEGMENT_BYTES: u64 = 16 << 20;
/// What stands before a record: its length and checksum, then, within the checksum, number, kind and heights.
const FRAME: usize = 8 + INNER;
const INNER: usize = 8 + 1 + 8 + 8;

/// What a record does to the height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing.
    Rows,
    /// A block on top of the height `below`.
    Block { height: u64, below: u64 },
    /// Takes blocks back.
    Back { to: u64 },
}

impl Kind {
    fn put(self, out: &mut Vec<u8>) {
        let (tag, height, below) = match self {
            Kind::Rows => (0, 0, 0),
            Kind::Block { height, below } => (1, height, below),
            Kind::Back { to } => (2, to, 0),
        };
        out.push(tag);
        out.extend_from_slice(&u64::to_be_bytes(height));
        out.extend_from_slice(&u64::to_be_bytes(below));
    }

    fn read(tag: u8, height: u64, below: u64) -> Option<Kind> {
        match tag {
            0 => Some(Kind::Rows),
            1 => Some(Kind::Block { height, below }),
            2 => Some(Kind::Back { to: height }),
            _ => None,
        }
    }
}

/// Where a record is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    number: u64,
    kind: Kind,
    segment: u64,
    offset: u64,
    length: usize,
}

impl Place {
    /// The number of the record.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

#[derive(Debug)]
struct Segment {
    /// Number of its first record, which is its name.
    first: u64,
    /// Number of its last record; before `first` as long as there is none.
    last: u64,
    bytes: u64,
    /// The highest block in it.
    top: u64,
}

/// An open log. Records are written by one at a time.
pub(crate) struct Log {
    folder: PathBuf,
    /// Oldest first; the last is being written.
    segments: VecDeque<Segment>,
    file: Option<Arc<File>>,
    next: u64,
    /// The records of blocks that were not taken back, by height.
    blocks: BTreeMap<u64, Place>,
    /// A write failed: what follows would stand behind half a record.
    broken: bool,
}

fn failed(why: io::Error) -> Fault {
    Fault::disk("writing the log", why)
}

fn unreadable(why: io::Error) -> Fault {
    Fault::disk("reading the log", why)
}

/// Segments that are in a folder, by the numbers of their first records.
fn names(folder: &Path) -> io::Result<Vec<u64>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().to_str().and_then(|name| name.parse::<u64>().ok()));
    }
    names.sort_unstable();
    Ok(names)
}

/// Makes what a folder lists last through a power failure.
fn sync_folder(folder: &Path) -> Result<(), Fault> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

fn path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}"))
}

impl Log {
    /// Opens or makes the log of a database whose tables have all records up to `had`; beside it where those are that
    /// they lack, in order. What a crash left of a record at the very end is cut off: nobody was told that it is written.
    pub(crate) fn open(folder: PathBuf, had: u64) -> Result<(Log, Vec<Place>), Fault> {
        if !folder.exists() {
            fs::create_dir_all(&folder).map_err(failed)?;
            folder.parent().map_or(Ok(()), sync_folder)?;
        }
        let (blocks, segments) = (BTreeMap::new(), VecDeque::new());
        let mut log =
            Log { folder, segments, file: None, next: had.saturating_add(1), blocks, broken: false };
        let (firsts, mut lacking) = (names(&log.folder).map_err(unreadable)?, Vec::new());
        let newest = firsts.last().copied();
        for first in firsts {
            let file = File::options().read(true).write(true).open(path(&log.folder, first));
            let file = file.map_err(unreadable)?;
            let length = file.metadata().map_err(unreadable)?.len();
            let mut segment = Segment::new(first);
            if length < segment.bytes && newest == Some(first) {
                fs::remove_file(path(&log.folder, first)).map_err(failed)?; // a crash came before its first record
                continue;
            }
            check_magic(&file)?;
            while let Some(place) = read_place(&file, &segment, length, had)? {
                segment.take(&place);
                log.index(&place);
                lacking.extend((place.number > had).then_some(place));
            }
            if segment.bytes < length {
                if newest != Some(first) {
                    let why = format!("record {} is spoiled", segment.last.saturating_add(1));
                    return Err(Fault::corrupt("log", why));
                }
                tracing::warn!(
                    bytes = length.saturating_sub(segment.bytes),
                    "the log ends in half a record, which is cut off"
                );
                file.set_len(segment.bytes).and_then(|()| file.sync_all()).map_err(failed)?;
            }
            log.next = log.next.max(segment.last.saturating_add(1));
            log.segments.push_back(segment);
        }
        for (place, number) in lacking.iter().zip(had.saturating_add(1)..) {
            if place.number != number {
                return Err(Fault::corrupt("log", format!("record {number} is missing")));
            }
        }
        Ok((log, lacking))
    }

    fn index(&mut self, place: &Place) {
        match place.kind {
            Kind::Rows => {}
            Kind::Block { height, .. } => {
                self.blocks.insert(height, *place);
            }
            Kind::Back { to } => {
                self.blocks.split_off(&to.saturating_add(1));
            }
        }
    }

    /// The number that the next record will have.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Writes a record; on disk for good if `sync`.
    pub(crate) fn append(&mut self, kind: Kind, parts: &[&[u8]], sync: bool) -> Result<(), Fault> {
        if self.broken {
            return Err(Fault::misuse("a write to the log failed before; reopen the store"));
        }
        self.broken = true;
        self.roll()?;
        let Some((segment, file)) = self.segments.back_mut().zip(self.file.as_ref()) else {
            return Err(Fault::misuse("the log has no segment"));
        };
        let length = parts.iter().fold(INNER, |length, part| length.saturating_add(part.len()));
        let stated = u32::try_from(length).map_err(|_| Fault::misuse("a record of more than 4 GiB"))?;
        let mut inner = self.next.to_be_bytes().to_vec();
        kind.put(&mut inner);
        let mut sum = crc32fast::Hasher::new();
        sum.update(&inner);
        parts.iter().for_each(|part| sum.update(part));
        let mut record = Vec::with_capacity(length.saturating_add(8));
        record.extend_from_slice(&stated.to_be_bytes());
        record.extend_from_slice(&sum.finalize().to_be_bytes());
        record.extend_from_slice(&inner);
        parts.iter().for_each(|part| record.extend_from_slice(part));
        file.write_all_at(&record, segment.bytes).map_err(failed)?;
        fail::fail_point!("log.before-sync", |_| Err(Fault::disk("log", "failpoint before sync")));
        if sync {
            file.sync_data().map_err(failed)?;
        }
        let (number, first, offset) = (self.next, segment.first, segment.bytes);
        let place = Place { number, kind, segment: first, offset, length: record.len() };
        segment.take(&place);
        self.index(&place);
        self.next = number.saturating_add(1);
        self.broken = false;
        Ok(())
    }

    /// Begins a segment if there is none, or if the last one is full or cannot go on with the next number.
    fn roll(&mut self) -> Result<(), Fault> {
        let fits =
            |segment: &Segment| segment.bytes < SEGMENT_BYTES && segment.last.saturating_add(1) == self.next;
        if self.file.is_some() && self.segments.back().is_some_and(fits) {
            return Ok(());
        }
        if let Some(full) = self.file.take() {
            full.sync_data().map_err(failed)?;
        }
        if let Some(segment) = self.segments.back().filter(|segment| fits(segment)) {
            let file = File::options().write(true).open(path(&self.folder, segment.first)).map_err(failed)?;
            self.file = Some(Arc::new(file));
            return Ok(());
        }
        let first = self.next;
        let file = File::create(path(&self.folder, first)).map_err(failed)?;
        file.write_all_at(MAGIC, 0).map_err(failed)?;
        sync_folder(&self.folder)?;
        self.file = Some(Arc::new(file));
        self.segments.push_back(Segment::new(first));
        Ok(())
    }

    /// The file being written, to be synced by somebody who does not hold the log meanwhile. Those before it are synced.
    pub(crate) fn file(&self) -> Option<Arc<File>> {
        self.file.clone()
    }

    /// The heights of the blocks from `height` down to the first above `base`, newest first; `None` if one of them is not
    /// here.
    pub(crate) fn chain(&self, base: u64, height: u64) -> Option<Vec<u64>> {
        let (mut chain, mut at) = (Vec::new(), height);
        while at > base {
            chain.push(at);
            at = self.below(at)?;
        }
        Some(chain)
    }

    /// The height that the block of a height is on top of, if it is here.
    pub(crate) fn below(&self, height: u64) -> Option<u64> {
        match self.blocks.get(&height)?.kind {
            Kind::Block { below, .. } => Some(below),
            Kind::Rows | Kind::Back { .. } => None,
        }
    }

    /// Where the record of a block is.
    pub(crate) fn block(&self, height: u64) -> Option<Place> {
        self.blocks.get(&height).copied()
    }

    /// Reads a record.
    pub(crate) fn read(&self, place: &Place) -> Result<Vec<u8>, Fault> {
        let file = File::open(path(&self.folder, place.segment)).map_err(unreadable)?;
        let mut record = vec![0; place.length];
        file.read_exact_at(&mut record, place.offset).map_err(unreadable)?;
        if !is_sound(&record) {
            return Err(Fault::corrupt("log", format!("record {} is spoiled", place.number)));
        }
        record.drain(..FRAME);
        Ok(record)
    }

    /// Removes the oldest segments: those of which the tables have all records up to `had`, and that have no block above
    /// `cut`; as long as there are more than `most` bytes, those that have none above `last_resort`.
    pub(crate) fn forget(&mut self, had: u64, cut: u64, last_resort: u64, most: u64) -> Result<(), Fault> {
        while self.segments.len() > 1 {
            let limit = if self.bytes() > most { cut.max(last_resort) } else { cut };
            let Some(oldest) = self.segments.pop_front_if(|oldest| oldest.last <= had && oldest.top <= limit)
            else {
                break;
            };
            fs::remove_file(path(&self.folder, oldest.first)).map_err(failed)?;
            self.blocks.retain(|_, place| place.segment != oldest.first);
        }
        Ok(())
    }

    /// Bytes on disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.segments.iter().fold(0, |bytes, segment| bytes.saturating_add(segment.bytes))
    }
}

impl Segment {
    fn new(first: u64) -> Segment {
        Segment { first, last: first.saturating_sub(1), bytes: MAGIC.len() as u64, top: 0 }
    }

    fn take(&mut self, place: &Place) {
        self.last = place.number;
        self.bytes = place.offset.saturating_add(place.length as u64);
        if let Kind::Block { height, .. } = place.kind {
            self.top = self.top.max(height);
        }
    }
}

fn check_magic(file: &File) -> Result<(), Fault> {
    let mut magic = [0; MAGIC.len()];
    file.read_exact_at(&mut magic, 0).map_err(unreadable)?;
    if magic == *MAGIC { Ok(()) } else { Err(Fault::corrupt("log", "a segment of another form")) }
}

/// The record that follows in a segment, if it is all there. Of those that the tables have (up to `had`), what they hold
/// is not looked at.
fn read_place(file: &File, segment: &Segment, length: u64, had: u64) -> Result<Option<Place>, Fault> {
    let left = usize::try_from(length.saturating_sub(segment.bytes)).unwrap_or(usize::MAX);
    if left < FRAME {
        return Ok(None);
    }
    let mut frame = [0; FRAME];
    file.read_exact_at(&mut frame, segment.bytes).map_err(unreadable)?;
    let Some(place) = parse(&frame, segment).filter(|place| place.length <= left) else { return Ok(None) };
    if place.number > had {
        let mut record = vec![0; place.length];
        file.read_exact_at(&mut record, place.offset).map_err(unreadable)?;
        if !is_sound(&record) {
            return Ok(None);
        }
    }
    Ok(Some(place))
}

fn parse(frame: &[u8; FRAME], segment: &Segment) -> Option<Place> {
    let number = |at: usize| Some(u64::from_be_bytes(frame.get(at..)?.first_chunk().copied()?));
    let length = usize::try_from(u32::from_be_bytes(frame.first_chunk().copied()?)).ok()?.checked_add(8)?;
    let kind = Kind::read(*frame.get(16)?, number(17)?, number(25)?)?;
    let place = Place { number: number(8)?, kind, segment: segment.first, offset: segment.bytes, length };
    (length >= FRAME && place.number == segment.last.checked_add(1)?).then_some(place)
}

/// Whether the checksum is right.
fn is_sound(record: &[u8]) -> bool {
    let Some((head, inner)) = record.split_at_checked(8) else { return false };
    head.last_chunk::<4>() == Some(&crc32fast::hash(inner).to_be_bytes())
}

#[cfg(test)]
mod tests;
