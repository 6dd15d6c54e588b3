//! The two traits that everything the chain knows goes through.

use crate::fault::Fault;
use std::collections::BTreeMap;

/// One key and its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The full key, store name and all.
    pub key: Vec<u8>,
    /// What is stored there.
    pub value: Vec<u8>,
}

/// What a block does to the state: `None` removes.
pub type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// State that can be read. Object safe: functions take `&dyn Read`.
pub trait Read {
    /// The value of one key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

    /// Shows the value of one key, without a copy where it is in memory. `look` must not read the state.
    fn show(&self, key: &[u8], look: &mut dyn FnMut(Option<&[u8]>)) -> Result<(), Fault> {
        look(self.get(key)?.as_deref());
        Ok(())
    }

    /// Entries under `prefix` strictly after `after`, ascending in byte order, at most `limit`. `after` is a full key.
    /// There is no unbounded scan.
    fn page(&self, prefix: &[u8], after: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault>;

    /// Entries under `prefix` strictly before `before`, descending in byte order, at most `limit`.
    fn page_back(&self, prefix: &[u8], before: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault>;
}

/// State that can be changed. Nothing here can fail: failures show when the block is staged.
pub trait Write: Read {
    /// Puts a value. Values are never empty; every [`crate::Value`] sees to that.
    fn set(&mut self, key: Vec<u8>, value: Vec<u8>);

    /// Removes a key, if it is there.
    fn remove(&mut self, key: Vec<u8>);
}
