//! One value under one name.

use crate::fault::Fault;
use crate::read::{Read, Write};
use crate::value::Value;
use std::marker::PhantomData;

/// A single value. The name is the key on disk, `module/name`; the part before the slash is the store it is proved in.
pub struct Item<V> {
    name: &'static str,
    value: PhantomData<fn() -> V>,
}

impl<V: Value> Item<V> {
    /// Declares an item.
    pub const fn new(name: &'static str) -> Item<V> {
        Item { name, value: PhantomData }
    }

    /// The value, if it was ever set.
    pub fn get(&self, state: &dyn Read) -> Result<Option<V>, Fault> {
        let mut value = Ok(None);
        state.show(self.name.as_bytes(), &mut |bytes| value = bytes.map(V::decode).transpose())?;
        value
    }

    /// Sets the value.
    pub fn set(&self, state: &mut dyn Write, value: &V) {
        state.set(self.raw_key(), value.encode());
    }

    /// Removes the value.
    pub fn remove(&self, state: &mut dyn Write) {
        state.remove(self.raw_key());
    }

    /// The key on disk.
    pub fn raw_key(&self) -> Vec<u8> {
        self.name.as_bytes().to_vec()
    }

    /// `module/name`.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}
