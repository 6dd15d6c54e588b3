//! RocksDB: the column families, how they are tuned, and every call that reaches it.

use crate::batch::Batch;
use crate::fault::Fault;
use crate::format;
use crate::log::{Kind, Log};
use crate::logged::logged;
use crate::merge::{self, Ask};
use crate::options::Options;
use crate::read::Entry;
use rayon::prelude::*;
use rocksdb::{
    BlockBasedIndexType, BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB,
    DBCompactionStyle, DBCompressionType, DBRawIterator, FlushOptions, IngestExternalFileOptions,
    IteratorMode, ReadOptions, ReadTier, SstFileWriter, WaitForCompactOptions, WriteBufferManager,
    compaction_filter::Decision,
};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// How the name of a table ends that the database has not taken over.
pub(crate) const DRAFT: &str = "table";
/// A table this long is followed by another.
const TABLE_BYTES: u64 = 64 << 20;
/// Keys read at once, on one core.
const READ_TOGETHER: usize = 256;

/// A column family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// key -> value: the only read path.
    Latest,
    /// key, height -> what the key held before.
    History,
    /// hash of a key within its store, store -> the key.
    Keys,
    /// heights and app hashes.
    Meta,
    /// transactions, by the caller's keys.
    Txs,
    /// events, by the caller's keys.
    Events,
}

/// All of them; the log names each by its place here.
const FAMILIES: [Family; 6] =
    [Family::Latest, Family::History, Family::Keys, Family::Meta, Family::Txs, Family::Events];
/// The folder of the log, within that of the database.
pub(crate) const LOG: &str = "log";

impl Family {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Family::Latest => "latest",
            Family::History => "hist",
            Family::Keys => "keys",
            Family::Meta => "meta",
            Family::Txs => "txs",
            Family::Events => "events",
        }
    }

    /// Its number in the log.
    pub(crate) fn number(self) -> u8 {
        FAMILIES.iter().zip(0..).find(|(family, _)| **family == self).map_or(u8::MAX, |(_, number)| number)
    }

    /// The one of a number.
    pub(crate) fn from_number(number: u8) -> Option<Family> {
        FAMILIES.get(usize::from(number)).copied()
    }
}

/// An open database.
pub(crate) struct Db {
    pub(crate) rocks: DB,
    pub(crate) log: Mutex<Log>,
    cache: Cache,
    folder: PathBuf,
    /// The earliest readable height, as the compaction of `hist` knows it: only ever a height that is on disk.
    pub(crate) forget_through: Arc<AtomicU64>,
}

impl Db {
    /// Opens or makes a database.
    pub(crate) fn open(folder: &Path, options: &Options) -> Result<Db, Fault> {
        let budget = usize::try_from(options.cache_bytes).unwrap_or(usize::MAX).max(16 << 20);
        // without the locks and lists of the other kind, which cost as much as reading a block
        let cache = Cache::new_hyper_clock_cache(budget, 0);
        let write_budget = budget / 3;
        let manager =
            WriteBufferManager::new_write_buffer_manager_with_cache(write_budget, false, cache.clone());
        let mut whole = rocksdb::Options::default();
        whole.create_if_missing(true);
        whole.create_missing_column_families(true);
        whole.set_write_buffer_manager(&manager);
        whole.set_max_background_jobs(2);
        whole.set_max_open_files(512);
        whole.set_keep_log_file_num(2);
        whole.set_max_log_file_size(4 << 20);
        whole.set_bytes_per_sync(1 << 20);
        // the log is ours; so the tables must be of one moment
        whole.set_atomic_flush(true);
        let forget_through = Arc::new(AtomicU64::new(0));
        let families = FAMILIES.map(|family| {
            let tuned = tuned(family, &cache, write_budget, &forget_through);
            ColumnFamilyDescriptor::new(family.name(), tuned)
        });
        if folder.join("CURRENT").exists() {
            let names = DB::list_cf(&whole, folder);
            format::check_families(&names.map_err(|why| Fault::disk("opening the database", why))?)?;
        }
        let rocks = DB::open_cf_descriptors(&whole, folder, families)
            .map_err(|why| Fault::disk("opening the database", why))?;
        let (log, lacking) = Log::open(folder.join(LOG), logged(&rocks, ReadTier::All)?)?;
        let db = Db { rocks, log: Mutex::new(log), cache, folder: folder.to_path_buf(), forget_through };
        db.replay(&lacking)?;
        Ok(db)
    }

    pub(crate) fn family(&self, family: Family) -> &ColumnFamily {
        self.rocks.cf_handle(family.name()).expect("the database is opened with all families")
    }

    /// The value of one key.
    pub(crate) fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let value = self.rocks.get_pinned_cf(self.family(family), key);
        Ok(value.map_err(|why| Fault::disk("reading", why))?.map(|value| value.to_vec()))
    }

    /// The values of keys that come in order, read on all cores if they are many.
    pub(crate) fn get_all(&self, family: Family, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        if keys.len() <= READ_TOGETHER {
            return self.get_sorted(family, keys);
        }
        let parts = keys.par_chunks(READ_TOGETHER).map(|keys| self.get_sorted(family, keys));
        Ok(parts.collect::<Result<Vec<_>, Fault>>()?.into_iter().flatten().collect())
    }

    /// The values of keys that come in order.
    pub(crate) fn get_sorted(&self, family: Family, keys: &[&[u8]]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let values = self.rocks.batched_multi_get_cf(self.family(family), keys.iter().copied(), true);
        let value = |value: Option<rocksdb::DBPinnableSlice<'_>>| value.map(|value| value.to_vec());
        values
            .into_iter()
            .map(|found| found.map(value).map_err(|why| Fault::disk("reading many", why)))
            .collect()
    }

    /// Entries within the bounds of an ask, in its direction, without end.
    pub(crate) fn entries<'a>(
        &'a self,
        family: Family,
        ask: &Ask<'_>,
    ) -> Box<dyn Iterator<Item = Result<Entry, Fault>> + 'a> {
        let (lower, upper) = ask.bounds();
        if merge::is_void(&lower, &upper) {
            return Box::new(std::iter::empty());
        }
        let mut options = ReadOptions::default();
        options.set_iterate_lower_bound(at_least(lower));
        if let Bound::Excluded(upper) | Bound::Included(upper) = upper {
            options.set_iterate_upper_bound(upper);
        }
        if ask.limit > 1_000 {
            options.set_readahead_size(1 << 20);
        }
        let mode = if ask.back { IteratorMode::End } else { IteratorMode::Start };
        let entries = self.rocks.iterator_cf_opt(self.family(family), options, mode);
        Box::new(entries.map(|entry| {
            let (key, value) = entry.map_err(|why| Fault::disk("scanning", why))?;
            Ok(Entry { key: key.into_vec(), value: value.into_vec() })
        }))
    }

    /// At most `ask.limit` entries.
    pub(crate) fn page(&self, family: Family, ask: &Ask<'_>) -> Result<Vec<Entry>, Fault> {
        self.entries(family, ask).take(ask.most()).collect()
    }

    /// A raw iterator, for seeking about.
    pub(crate) fn seeker(&self, family: Family) -> DBRawIterator<'_> {
        self.rocks.raw_iterator_cf(self.family(family))
    }

    /// Everything as it is on disk now, for as long as the view is held.
    pub(crate) fn view(&self) -> View<'_> {
        View { db: self, snapshot: self.rocks.snapshot() }
    }

    /// Writes rows that are on disk for good only after [`Db::flush`].
    pub(crate) fn write_bulk(&self, batch: Batch) -> Result<(), Fault> {
        self.rocks.write_without_wal(batch.rocks).map_err(|why| Fault::disk("writing in bulk", why))
    }

    /// Writes rows, which are in order and each once, as tables beside the log; on disk for good.
    pub(crate) fn take_over(
        &self,
        family: Family,
        rows: impl Iterator<Item = (impl AsRef<[u8]>, impl AsRef<[u8]>)>,
    ) -> Result<(), Fault> {
        let failed = |why: rocksdb::Error| Fault::disk("writing a table", why);
        let options = tuned(family, &self.cache, 0, &self.forget_through);
        let (mut rows, mut tables) = (rows.peekable(), Vec::new());
        while rows.peek().is_some() {
            let path = self.folder.with_extension(format!("{}.{DRAFT}", tables.len()));
            let mut table = SstFileWriter::create(&options);
            table.open(&path).map_err(failed)?;
            for (key, value) in rows.by_ref() {
                table.put(key, value).map_err(failed)?;
                if table.file_size() >= TABLE_BYTES {
                    break;
                }
            }
            table.finish().map_err(failed)?;
            tables.push(path);
        }
        if tables.is_empty() {
            return Ok(());
        }
        let mut moved = IngestExternalFileOptions::default();
        moved.set_move_files(true);
        self.rocks.ingest_external_file_cf_opts(self.family(family), &moved, tables).map_err(failed)
    }

    /// Removes all rows of a family.
    pub(crate) fn clear(&self, family: Family) -> Result<(), Fault> {
        let mut seeker = self.seeker(family);
        seeker.seek_to_last();
        let Some(last) = seeker.key() else {
            return seeker.status().map_err(|why| Fault::disk("reading the last row", why));
        };
        let mut batch = Batch::default();
        batch.delete_range(self, family, &[], last);
        batch.delete(self, family, last);
        self.write(Kind::Rows, batch, true)
    }

    /// Puts everything written so far into tables, on disk for good.
    pub(crate) fn flush(&self) -> Result<(), Fault> {
        let families = FAMILIES.map(|family| self.family(family));
        let flushed = self.rocks.flush_cfs_opt(&families.each_ref(), &FlushOptions::default());
        flushed.map_err(|why| Fault::disk("flushing", why))
    }

    /// Flushes what is in write buffers, and waits until no compaction is under way or wanted.
    pub(crate) fn drain(&self) -> Result<(), Fault> {
        let mut options = WaitForCompactOptions::default();
        options.set_flush(true);
        self.rocks.wait_for_compact(&options).map_err(|why| Fault::disk("waiting for compaction", why))
    }

    /// Rewrites a family, so that what was deleted or forgotten gives its space back.
    pub(crate) fn compact(&self, family: Family) {
        self.rocks.compact_range_cf(self.family(family), None::<&[u8]>, None::<&[u8]>);
    }

    /// A number RocksDB keeps about a family, 0 if it does not.
    pub(crate) fn number(&self, family: Family, property: &str) -> u64 {
        self.rocks.property_int_value_cf(self.family(family), property).ok().flatten().unwrap_or_default()
    }

    /// Bytes in the shared cache: blocks and write buffers.
    pub(crate) fn cache_bytes(&self) -> u64 {
        self.cache.get_usage() as u64
    }
}

/// A database as it was at one moment.
pub(crate) struct View<'a> {
    db: &'a Db,
    snapshot: rocksdb::Snapshot<'a>,
}

impl View<'_> {
    /// The values of keys; the cache is left to others.
    pub(crate) fn get_many(
        &self,
        family: Family,
        keys: &[Vec<u8>],
        sorted: bool,
    ) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let mut options = ReadOptions::default();
        options.set_snapshot(&self.snapshot);
        options.fill_cache(false);
        let (rocks, family) = (&self.db.rocks, self.db.family(family));
        let found = rocks.batched_multi_get_cf_opt(family, keys, sorted, &options);
        let value = |value: Option<rocksdb::DBPinnableSlice<'_>>| value.map(|value| value.to_vec());
        found
            .into_iter()
            .map(|found| found.map(value).map_err(|why| Fault::disk("reading many", why)))
            .collect()
    }
}

fn at_least(bound: Bound<Vec<u8>>) -> Vec<u8> {
    match bound {
        Bound::Included(key) => key,
        Bound::Excluded(mut key) => {
            key.push(0);
            key
        }
        Bound::Unbounded => Vec::new(),
    }
}

fn tuned(family: Family, cache: &Cache, write_budget: usize, forget: &Arc<AtomicU64>) -> rocksdb::Options {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    table.set_cache_index_and_filter_blocks(true);
    table.set_pin_l0_filter_and_index_blocks_in_cache(true);
    // in parts: the filter of a file as big as a genesis does not fit into one shard of the cache, so each read fetched it
    table.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
    table.set_partition_filters(true);
    table.set_metadata_block_size(4 << 10);
    table.set_pin_top_level_index_and_filter(true);
    table.set_format_version(5);
    let mut options = rocksdb::Options::default();
    let buffer = (write_budget / 3).clamp(1 << 20, 64 << 20);
    options.set_write_buffer_size(buffer);
    options.set_compression_type(DBCompressionType::Lz4);
    if family != Family::History {
        table.set_bloom_filter(10.0, false); // it is sought in, which no filter shortens
    }
    match family {
        Family::Latest => {
            table.set_block_size(4 << 10);
            options.set_level_compaction_dynamic_level_bytes(true);
            options.set_optimize_filters_for_hits(false);
            // most keys that are read are not among the newest: a filter says so for less than a search would cost
            options.set_memtable_whole_key_filtering(true);
            options.set_memtable_prefix_bloom_ratio(0.02);
        }
        Family::History => {
            table.set_block_size(16 << 10);
            options.set_compaction_style(DBCompactionStyle::Universal);
            options.set_compression_type(DBCompressionType::Zstd);
        }
        _ => {}
    }
    if family == Family::History {
        let forget = Arc::clone(forget);
        options.set_compaction_filter("forget", move |_, key, _| match crate::history::height_of(key) {
            Some(height) if height <= forget.load(Ordering::Relaxed) => Decision::Remove,
            _ => Decision::Keep,
        });
    }
    options.set_block_based_table_factory(&table);
    options
}
