//! Filling a database from chunks, beside the one in use, and putting it in its place.

use super::Unsound;
use super::chunk;
use crate::batch::Batch;
use crate::commit::name;
use crate::core::{self, Core};
use crate::db::{Db, Family};
use crate::fault::Fault;
use crate::format;
use crate::read::Changes;
use crate::store::Store;
use crate::tree::forest::{self, Forest, Lists, Tries};
use crate::tree::hash::Hash;
use crate::version::Version;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A database being filled. Dropped before its end, it leaves nothing that counts.
pub(crate) struct Building {
    store: Store,
    db: Db,
    forest: Arc<Forest>,
    tries: Tries,
    height: u64,
    roots: BTreeMap<String, Hash>,
}

impl Building {
    /// Begins with nothing.
    pub(crate) fn start(
        store: &Store,
        height: u64,
        roots: BTreeMap<String, Hash>,
    ) -> Result<Building, Fault> {
        let db = Db::open(&store.folder().next_database()?, store.options())?;
        let (store, forest, tries) = (store.clone(), Arc::new(Forest::new()), Tries::new());
        Ok(Building { store, db, forest, tries, height, roots })
    }

    /// Checks a chunk and writes its entries. The same chunk may come twice.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<Result<(), Unsound>, Fault> {
        let proved = match chunk::check(bytes, &self.roots) {
            Ok(proved) => proved,
            Err(unsound) => return Ok(Err(unsound)),
        };
        let (db, mut batch) = (&self.db, Batch::default());
        for ((within, value), leaf) in proved.entries.iter().zip(&proved.leaves) {
            let key = [proved.store.as_bytes(), b"/", within].concat();
            batch.put(db, Family::Latest, &key, value);
            batch.put(db, Family::Keys, &name(&leaf.key, proved.store), within);
        }
        fail::fail_point!("restore.chunk", |_| Err(Fault::disk("restoring", "failpoint at a chunk")));
        db.write_bulk(batch)?;
        let grown = self.forest.apply_leaves(&self.tries, proved.store, &proved.leaves);
        self.forest.free(&grown.dead);
        self.tries = grown.tries;
        Ok(Ok(()))
    }

    /// Makes it the database in use, if it is complete.
    pub(crate) fn finish(self) -> Result<Result<(), Unsound>, Fault> {
        let Building { store, db, forest, tries, height, roots } = self;
        let complete = tries.len() == roots.len()
            && tries.iter().all(|(store, trie)| roots.get(store) == Some(&trie.root));
        if !complete || height == 0 {
            return Ok(Err(Unsound::Incomplete));
        }
        let mut batch = Batch::default();
        format::put(&db, &mut batch);
        core::put_latest(&db, &mut batch, height, &forest::app_hash(&tries));
        core::put_earliest(&db, &mut batch, height);
        db.write_bulk(batch)?;
        db.flush()?;
        fail::fail_point!("restore.before-advance", |_| Err(Fault::disk("restoring", "failpoint before")));
        let version = Version::new(height, tries, Changes::new(), Lists::new(), forest);
        let core = Core::new(db, store.options().clone(), VecDeque::from([Arc::new(version)]))?;
        store.folder().advance()?;
        fail::fail_point!("restore.after-advance", |_| Err(Fault::disk("restoring", "failpoint after")));
        store.replace_core(core);
        Ok(Ok(()))
    }
}
