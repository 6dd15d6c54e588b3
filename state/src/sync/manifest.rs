//! What a snapshot says of itself: its height, the roots of its stores, and the hash of each of its chunks.

use super::Unsound;
use crate::codec::{self, Reader};
use crate::fault::Fault;
use crate::tree::forest;
use crate::tree::hash::{self, Hash};
use crate::tree::small;
use std::collections::BTreeMap;

/// The only format there is.
pub const FORMAT: u32 = 1;
const MAGIC: &[u8; 8] = b"lazcsnap";
const MOST_STORES: u64 = 1_024;
const MOST_CHUNKS: u64 = 1 << 16;

/// What a snapshot says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) height: u64,
    /// Roots of all stores that have keys.
    pub(crate) roots: BTreeMap<String, Hash>,
    /// Hashes of the chunks, in their order.
    pub(crate) chunks: Vec<Hash>,
}

impl Manifest {
    /// Its one encoding.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        codec::put_number(&mut out, FORMAT.into());
        codec::put_number(&mut out, self.height);
        codec::put_number(&mut out, self.roots.len() as u64);
        for (store, root) in &self.roots {
            codec::put_bytes(&mut out, store.as_bytes());
            out.extend_from_slice(root);
        }
        codec::put_number(&mut out, self.chunks.len() as u64);
        self.chunks.iter().for_each(|chunk| out.extend_from_slice(chunk));
        out
    }

    /// Reads what somebody else may have written.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Manifest, Unsound> {
        let manifest = decode(bytes).map_err(|fault| Unsound::Manifest(fault.to_string()))?;
        if manifest.encode() != bytes {
            return Err(Unsound::Manifest("not in its one encoding".into()));
        }
        Ok(manifest)
    }

    /// The app hash that the roots make.
    pub(crate) fn app_hash(&self) -> Hash {
        let roots = self.roots.iter().map(|(store, root)| (store.as_str(), root));
        small::sum(&forest::root_pairs(roots), 0).hash()
    }
}

fn decode(bytes: &[u8]) -> Result<Manifest, Fault> {
    let mut reader = Reader::new("manifest", bytes);
    let limited = |number: u64, most: u64| {
        if number <= most { Ok(number) } else { Err(Fault::corrupt("manifest", "too much in it")) }
    };
    if reader.array()? != *MAGIC || reader.number()? != u64::from(FORMAT) {
        return Err(Fault::corrupt("manifest", "of another format"));
    }
    let height = reader.number()?;
    let mut roots = BTreeMap::new();
    for _ in 0..limited(reader.number()?, MOST_STORES)? {
        let store = std::str::from_utf8(reader.bytes()?).map_err(|why| Fault::corrupt("manifest", why))?;
        if store.is_empty() || store.len() > 64 || store.contains('/') {
            return Err(Fault::corrupt("manifest", "not the name of a store"));
        }
        roots.insert(store.to_string(), reader.array()?);
    }
    let mut chunks = Vec::new();
    for _ in 0..limited(reader.number()?, MOST_CHUNKS)? {
        chunks.push(reader.array()?);
    }
    if !reader.is_done() {
        return Err(Fault::corrupt("manifest", "more bytes than it needs"));
    }
    Ok(Manifest { height, roots, chunks })
}

/// The hash that names a snapshot.
pub(crate) fn name_of(manifest: &[u8]) -> Hash {
    hash::digest(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_have_one_encoding() {
        let roots = BTreeMap::from([("a".to_string(), [1; 32]), ("b".to_string(), [2; 32])]);
        let manifest = Manifest { height: 300, roots, chunks: vec![[3; 32], [4; 32]] };
        let bytes = manifest.encode();
        assert_eq!(Manifest::decode(&bytes), Ok(manifest));
        for cut in 0..bytes.len() {
            assert!(Manifest::decode(&bytes[..cut]).is_err());
        }
        assert!(Manifest::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
        // stores out of order are another spelling
        let at = bytes.iter().position(|byte| *byte == b'a').unwrap();
        let mut other = bytes;
        other[at] = b'c';
        assert!(Manifest::decode(&other).is_err());
    }
}
