//! The protocol's modules in a genesis: the raw records of their collections, each read as what it is on the way in.

use proto::lazchain::base::v1 as pb;
use state::{Entry, Fault, Item, Key, Map, Read, Value, Write};

use crate::{
    error::{Result, Sdk},
    page,
};

/// A part of a module's state that a genesis carries record by record.
pub trait Collection {
    /// Its name, `idao/members`.
    fn name(&self) -> &'static str;
    /// Whether this is a record of it.
    fn check(&self, entry: &Entry) -> Result<(), Fault>;
    /// All its records.
    fn export(&self, state: &dyn Read, out: &mut Vec<pb::Entry>) -> Result<()>;
}

impl<K: Key, V: Value> Collection for Map<K, V> {
    fn name(&self) -> &'static str {
        Map::name(self)
    }

    fn check(&self, entry: &Entry) -> Result<(), Fault> {
        self.decode_entry(entry).map(drop)
    }

    fn export(&self, state: &dyn Read, out: &mut Vec<pb::Entry>) -> Result<()> {
        let start = self.prefix().len();
        page::every(state, self, &(), |key, value| {
            let key = self.raw_key(&key).split_off(start);
            out.push(pb::Entry { collection: Map::name(self).to_owned(), key, value: value.encode() });
            Ok(())
        })
    }
}

impl<V: Value> Collection for Item<V> {
    fn name(&self) -> &'static str {
        Item::name(self)
    }

    fn check(&self, entry: &Entry) -> Result<(), Fault> {
        if entry.key != self.raw_key() {
            return Err(Fault::corrupt("key", "a single value has none"));
        }
        V::decode(&entry.value).map(drop)
    }

    fn export(&self, state: &dyn Read, out: &mut Vec<pb::Entry>) -> Result<()> {
        if let Some(value) = self.get(state)? {
            let collection = Item::name(self).to_owned();
            out.push(pb::Entry { collection, key: Vec::new(), value: value.encode() });
        }
        Ok(())
    }
}

/// Every record of these collections, in their order.
pub fn export(state: &dyn Read, collections: &[&dyn Collection]) -> Result<Vec<pb::Entry>> {
    let mut out = Vec::new();
    collections.iter().try_for_each(|collection| collection.export(state, &mut out))?;
    Ok(out)
}

/// Writes records into these collections.
///
/// # Errors
/// If a collection is not one of these, or a record cannot be read as one of its collection.
pub fn import(state: &mut dyn Write, collections: &[&dyn Collection], entries: &[pb::Entry]) -> Result<()> {
    for entry in entries {
        let name = entry.collection.as_str();
        let refused = |why: String| Sdk::InvalidRequest(format!("genesis record of {name}: {why}"));
        let collection = collections.iter().find(|collection| collection.name() == name);
        let collection = collection.ok_or_else(|| refused("no such collection here".into()))?;
        let mut key = name.as_bytes().to_vec();
        if !entry.key.is_empty() {
            key.push(b'/');
            key.extend_from_slice(&entry.key);
        }
        let record = Entry { key, value: entry.value.clone() };
        collection.check(&record).map_err(|fault| refused(fault.to_string()))?;
        state.set(record.key, record.value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use state::{Overlay, Snapshot};

    #[test]
    fn records_survive_an_export_and_strangers_are_refused() {
        let people: Map<u64, String> = Map::new("test/people");
        let count: Item<u64> = Item::new("test/count");
        let collections: &[&dyn Collection] = &[&people, &count];
        let mut state = Overlay::new(Snapshot::empty());
        people.set(&mut state, &7, &"ada".into());
        count.set(&mut state, &1);
        let entries = export(&state, collections).expect("exports");
        let mut again = Overlay::new(Snapshot::empty());
        import(&mut again, collections, &entries).expect("imports");
        assert_eq!(people.get(&again, &7).expect("reads"), Some("ada".into()));
        assert_eq!(count.get(&again).expect("reads"), Some(1));

        let wrong = |change: fn(&mut pb::Entry)| {
            let mut entries = entries.clone();
            entries.iter_mut().for_each(change);
            import(&mut Overlay::new(Snapshot::empty()), collections, &entries)
                .expect_err("refused")
                .to_string()
        };
        assert!(wrong(|entry| entry.collection = "bank/supply".into()).contains("no such collection"));
        assert!(wrong(|entry| entry.key = vec![1]).contains("genesis record of test/people"));
        assert!(wrong(|entry| entry.value = vec![0xff]).contains("genesis record of test"));
    }
}
