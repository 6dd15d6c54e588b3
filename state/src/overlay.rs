//! Changes on top of a snapshot, with checkpoints in them: a block, a transaction in it, a message in that.
//!
//! All changes are in one hash table, so that a read costs the same however deep it happens; a checkpoint is a place in
//! a journal of what was there before. Nothing depends on the order of a hash table: pages and the block itself are put
//! in the order of their keys.

use crate::fault::Fault;
use crate::merge::{self, Ask, Stream, Word};
use crate::read::{Changes, Entry, Read, Write};
use crate::seen::Seen;
use crate::snapshot::Snapshot;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What a key was changed to: `None` is removed.
type Change = Option<Vec<u8>>;

/// State being changed. Each [`Overlay::checkpoint`] begins something that is later dropped or kept.
pub struct Overlay {
    base: Snapshot,
    /// What was read from the base, which does not change: parameters are read by every transaction.
    seen: Seen,
    /// Every key that was ever changed here, in that order; without a change if what changed it was dropped.
    cells: Cells,
    /// What was replaced since the oldest open checkpoint: the place among the cells, and what stood there.
    journal: Vec<(usize, Option<Change>)>,
    /// Where in the journal each open checkpoint begins, the oldest first.
    open: Vec<usize>,
    order: Mutex<Order>,
}

/// The places of the cells by collection, and in the order of their keys as far as somebody asked for a page of it: most
/// of a block is in collections that nobody reads in order.
#[derive(Default)]
struct Order {
    collections: BTreeMap<Vec<u8>, Collection>,
    /// So many cells are in their collection.
    upto: usize,
}

#[derive(Default)]
struct Collection {
    places: BTreeMap<Vec<u8>, usize>,
    /// Not in order yet.
    new: Vec<usize>,
}

type Cells = IndexMap<Vec<u8>, Option<Change>, RandomState>;

impl Order {
    /// Takes in what is new, and puts in order what starts with the prefix.
    fn prepare(&mut self, cells: &Cells, prefix: &[u8]) {
        for (place, key) in cells.keys().enumerate().skip(self.upto) {
            let name = collection(key);
            match self.collections.get_mut(name) {
                Some(collection) => collection.new.push(place),
                None => {
                    let first = Collection { new: vec![place], ..Collection::default() };
                    self.collections.insert(name.to_vec(), first);
                }
            }
        }
        self.upto = cells.len();
        let name = collection(prefix);
        for (_, asked) in
            self.collections.range_mut(name.to_vec()..).take_while(|(own, _)| own.starts_with(name))
        {
            let keys =
                asked.new.drain(..).filter_map(|place| Some((cells.get_index(place)?.0.clone(), place)));
            asked.places.extend(keys);
        }
    }

    /// The collections, prepared before, of which keys start with the prefix, in order.
    fn about<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = &'a Collection> {
        let name = collection(prefix);
        let from = self.collections.range(name.to_vec()..);
        from.take_while(move |(own, _)| own.starts_with(name)).map(|(_, collection)| collection)
    }
}

/// How a key begins, with zeros behind it: most keys are told apart by that, without going to where they are.
type Head = [u128; 2];

fn head(key: &[u8]) -> Head {
    let word = |from: usize| {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(key.iter().skip(from)).for_each(|(to, byte)| *to = *byte);
        u128::from_be_bytes(bytes)
    };
    [word(0), word(16)]
}

/// What all keys of a map or an item start with, `module/name/` or `module/name`; as much of it as there is.
fn collection(key: &[u8]) -> &[u8] {
    let second = key.iter().enumerate().filter(|(_, byte)| **byte == b'/').nth(1);
    second.and_then(|(slash, _)| key.get(..=slash)).unwrap_or(key)
}

impl Overlay {
    /// Nothing changed yet.
    pub fn new(base: Snapshot) -> Overlay {
        Overlay::with(base, Changes::new())
    }

    /// With changes already made.
    pub fn with(base: Snapshot, changes: Changes) -> Overlay {
        Overlay {
            base,
            seen: Seen::default(),
            cells: changes.into_iter().map(|(key, change)| (key, Some(change))).collect(),
            journal: Vec::new(),
            open: Vec::new(),
            order: Mutex::default(),
        }
    }

    /// Says which keys of what lies beneath are going to be read, in portions, each of which [`Beneath::read_ahead`]
    /// then reads. Only time depends on it.
    pub fn will_read(&mut self, portions: Vec<Vec<Vec<u8>>>) {
        self.cells.reserve(portions.iter().map(Vec::len).sum()); // most of them are then changed
        self.seen.will_read(portions);
    }

    /// What lies beneath the changes, to be read on other threads meanwhile.
    pub fn beneath(&self) -> Beneath {
        Beneath { base: self.base.clone(), seen: self.seen.clone() }
    }

    /// Begins what can be dropped alone.
    pub fn checkpoint(&mut self) {
        self.open.push(self.journal.len());
    }

    /// Drops all that was changed since the newest checkpoint. Without an open one there is nothing to drop.
    pub fn rollback(&mut self) {
        let Some(begin) = self.open.pop() else { return };
        for (place, before) in self.journal.drain(begin..).rev() {
            if let Some((_, cell)) = self.cells.get_index_mut(place) {
                *cell = before;
            }
        }
    }

    /// Makes what was changed since the newest checkpoint part of what was begun before it.
    pub fn keep(&mut self) {
        self.open.pop();
        if self.open.is_empty() {
            self.journal.clear();
        }
    }

    /// How many checkpoints are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The changes; what is still open is dropped.
    pub fn into_changes(self) -> Changes {
        self.into_parts().0.into_iter().collect()
    }

    /// The changes in the order of their keys, what lies beneath them, and what was read of that.
    pub(crate) fn into_parts(mut self) -> (Vec<Word>, Snapshot, Seen) {
        while !self.open.is_empty() {
            self.rollback();
        }
        let cells = self.cells.into_iter();
        let mut changes: Vec<(Head, Word)> = Vec::with_capacity(cells.len());
        changes.extend(cells.filter_map(|(key, cell)| Some((head(&key), (key, cell?)))));
        changes.par_sort_unstable_by(|(one, (key, _)), (other, (other_key, _))| {
            one.cmp(other).then_with(|| key.cmp(other_key))
        });
        (changes.into_iter().map(|(_, word)| word).collect(), self.base, self.seen)
    }

    /// Drops it: what lies beneath at once, since it keeps a database open; what it holds on another thread, since that
    /// takes a while.
    pub fn discard(self) {
        let Overlay { base, seen, cells, order, .. } = self;
        drop(base);
        rayon::spawn(move || drop((seen, cells, order)));
    }

    /// What the changes lie on.
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    fn change(&mut self, key: Vec<u8>, change: Change) {
        let (place, before) = self.cells.insert_full(key, Some(change));
        if !self.open.is_empty() {
            self.journal.push((place, before.flatten()));
        }
    }

    fn merged(&self, ask: Ask<'_>) -> Result<Vec<Entry>, Fault> {
        if self.cells.is_empty() {
            return self.base.read_page(ask);
        }
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        order.prepare(&self.cells, ask.prefix);
        let change = |place: &usize| self.cells.get_index(*place).and_then(|(_, cell)| cell.clone());
        let word = |key: &Vec<u8>, place: &usize| Some((key.clone(), change(place)?));
        let changed = order.about(ask.prefix).filter(|collection| !collection.places.is_empty());
        let mut streams: Vec<Stream<'_>> =
            changed.map(|collection| merge::in_range(&ask, &collection.places, word)).collect();
        if streams.is_empty() {
            return self.base.read_page(ask);
        }
        let pages = Pages { base: &self.base, ask, last: None, ready: Vec::new().into_iter(), done: false };
        streams.push(Box::new(pages));
        merge::page(&ask, streams)
    }
}

/// What lies beneath an overlay: the state before it. What was read of it by either is at hand for both.
pub struct Beneath {
    base: Snapshot,
    seen: Seen,
}

impl Beneath {
    /// Reads one of the portions that [`Overlay::will_read`] was told of, on all cores, while the overlay may be used.
    pub fn read_ahead(&self, portion: usize) -> Result<(), Fault> {
        self.seen.read_ahead(&self.base, portion)
    }
}

/// A copy of what a key shows.
fn shown(state: &impl Read, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let mut value = None;
    state.show(key, &mut |bytes| value = bytes.map(<[u8]>::to_vec))?;
    Ok(value)
}

impl Read for Beneath {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        shown(self, key)
    }

    fn show(&self, key: &[u8], look: &mut dyn FnMut(Option<&[u8]>)) -> Result<(), Fault> {
        self.seen.show_or(key, || self.base.get(key), look)
    }

    fn page(&self, prefix: &[u8], after: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.base.page(prefix, after, limit)
    }

    fn page_back(&self, prefix: &[u8], before: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.base.page_back(prefix, before, limit)
    }
}

/// The base's entries one by one, fetched a page at a time.
struct Pages<'a> {
    base: &'a Snapshot,
    ask: Ask<'a>,
    last: Option<Vec<u8>>,
    ready: std::vec::IntoIter<Entry>,
    done: bool,
}

impl Pages<'_> {
    fn fetch(&mut self) -> Result<(), Fault> {
        let past = self.last.as_deref().or(self.ask.past);
        let entries = self.base.read_page(Ask { past, ..self.ask })?;
        self.done = entries.len() < self.ask.most();
        self.last = entries.last().map(|entry| entry.key.clone());
        self.ready = entries.into_iter();
        Ok(())
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Word, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let word = |entry: Entry| Ok((entry.key, Some(entry.value)));
        if let Some(entry) = self.ready.next() {
            return Some(word(entry));
        }
        if self.done {
            return None;
        }
        if let Err(fault) = self.fetch() {
            return Some(Err(fault));
        }
        self.ready.next().map(word)
    }
}

impl Read for Overlay {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        shown(self, key)
    }

    fn show(&self, key: &[u8], look: &mut dyn FnMut(Option<&[u8]>)) -> Result<(), Fault> {
        if let Some(Some(change)) = self.cells.get(key) {
            look(change.as_deref());
            return Ok(());
        }
        self.seen.show_or(key, || self.base.get(key), look)
    }

    fn page(&self, prefix: &[u8], after: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.merged(Ask { prefix, past: after, back: false, limit })
    }

    fn page_back(&self, prefix: &[u8], before: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.merged(Ask { prefix, past: before, back: true, limit })
    }
}

impl Write for Overlay {
    fn set(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.change(key, Some(value));
    }

    fn remove(&mut self, key: Vec<u8>) {
        self.change(key, None);
    }
}
