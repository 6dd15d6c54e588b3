//! Many values under one name, in the order of their keys.

use crate::fault::Fault;
use crate::key::Key;
use crate::read::{Entry, Read, Write};
use crate::value::Value;
use std::marker::PhantomData;

/// An ordered collection. Keys on disk are `module/name/` and the encoded key.
pub struct Map<K, V> {
    name: &'static str,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K: Key, V: Value> Map<K, V> {
    /// Declares a map.
    pub const fn new(name: &'static str) -> Map<K, V> {
        Map { name, types: PhantomData }
    }

    /// The value at a key.
    pub fn get(&self, state: &dyn Read, key: &K) -> Result<Option<V>, Fault> {
        self.at(key).get(state)
    }

    /// Whether there is a value at a key.
    pub fn has(&self, state: &dyn Read, key: &K) -> Result<bool, Fault> {
        let mut has = false;
        state.show(&self.raw_key(key), &mut |bytes| has = bytes.is_some())?;
        Ok(has)
    }

    /// The place of a key, for who reads its value and then changes it: the key is encoded once.
    pub fn at(&self, key: &K) -> Place<V> {
        Place { key: self.raw_key(key), value: PhantomData }
    }

    /// Sets the value at a key.
    pub fn set(&self, state: &mut dyn Write, key: &K, value: &V) {
        self.at(key).set(state, value);
    }

    /// Removes the value at a key.
    pub fn remove(&self, state: &mut dyn Write, key: &K) {
        self.at(key).remove(state);
    }

    /// Entries whose key starts with `prefix` (the first parts of a tuple, or `()` for all) strictly after `after`,
    /// ascending, at most `limit`.
    pub fn page(
        &self,
        state: &dyn Read,
        prefix: &impl Key,
        after: Option<&K>,
        limit: u32,
    ) -> Result<Vec<(K, V)>, Fault> {
        let after = after.map(|key| self.raw_key(key));
        let entries = state.page(&self.raw_prefix(prefix), after.as_deref(), limit)?;
        entries.iter().map(|entry| self.decode_entry(entry)).collect()
    }

    /// As [`Map::page`], descending and strictly before `before`.
    pub fn page_back(
        &self,
        state: &dyn Read,
        prefix: &impl Key,
        before: Option<&K>,
        limit: u32,
    ) -> Result<Vec<(K, V)>, Fault> {
        let before = before.map(|key| self.raw_key(key));
        let entries = state.page_back(&self.raw_prefix(prefix), before.as_deref(), limit)?;
        entries.iter().map(|entry| self.decode_entry(entry)).collect()
    }

    /// Entries from `from` on (itself included; `None` is the beginning) and before `until`, ascending, at most
    /// `limit`. For queues keyed by time or height.
    pub fn range(
        &self,
        state: &dyn Read,
        from: Option<&K>,
        until: &K,
        limit: u32,
    ) -> Result<Vec<(K, V)>, Fault> {
        let (from, until) = (from.map(|key| self.raw_key(key)), self.raw_key(until));
        let mut found = Vec::new();
        if let Some(key) = &from
            && *key < until
            && limit > 0
            && let Some(value) = state.get(key)?
        {
            found.push(Entry { key: key.clone(), value });
        }
        let left = limit.saturating_sub(u32::from(!found.is_empty()));
        let rest = state.page(&self.prefix(), from.as_deref(), left)?;
        found.extend(rest.into_iter().take_while(|entry| entry.key < until));
        found.iter().map(|entry| self.decode_entry(entry)).collect()
    }

    /// The key on disk.
    pub fn raw_key(&self, key: &K) -> Vec<u8> {
        self.raw_prefix(key)
    }

    /// What all keys of this map start with on disk.
    pub fn prefix(&self) -> Vec<u8> {
        self.raw_prefix(&())
    }

    /// `module/name`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the keys of this map under a part of a key begin with on disk.
    pub fn raw_prefix(&self, key: &impl Key) -> Vec<u8> {
        let mut raw = Vec::with_capacity(self.name.len().saturating_add(48));
        raw.extend_from_slice(self.name.as_bytes());
        raw.push(b'/');
        key.encode(&mut raw);
        raw
    }

    /// Key and value of an entry of this map.
    pub fn decode_entry(&self, entry: &Entry) -> Result<(K, V), Fault> {
        let mut rest = entry
            .key
            .strip_prefix(self.name.as_bytes())
            .and_then(|rest| rest.strip_prefix(b"/"))
            .ok_or_else(|| Fault::corrupt("key", format!("not of {}", self.name)))?;
        let key = K::decode(&mut rest)?;
        if !rest.is_empty() {
            return Err(Fault::corrupt("key", format!("{} bytes too many in {}", rest.len(), self.name)));
        }
        Ok((key, V::decode(&entry.value)?))
    }
}

/// Where the value of one key of a [`Map`] stands.
pub struct Place<V> {
    key: Vec<u8>,
    value: PhantomData<fn() -> V>,
}

impl<V: Value> Place<V> {
    /// The value, if there is one.
    pub fn get(&self, state: &dyn Read) -> Result<Option<V>, Fault> {
        let mut value = Ok(None);
        state.show(&self.key, &mut |bytes| value = bytes.map(V::decode).transpose())?;
        value
    }

    /// Sets the value.
    pub fn set(self, state: &mut dyn Write, value: &V) {
        state.set(self.key, value.encode());
    }

    /// Removes the value.
    pub fn remove(self, state: &mut dyn Write) {
        state.remove(self.key);
    }
}
