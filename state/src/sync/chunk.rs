//! A chunk: a run of neighbouring entries of one store in the order of their key hashes, with the proof that they are
//! complete and part of the store's trie. So each chunk is judged by itself, whoever it came from.

use super::Unsound;
use crate::codec::{self, Reader};
use crate::fault::Fault;
use crate::tree::arena::Leaf;
use crate::tree::hash::{self, Hash};
use crate::tree::range::{self, Edges};
use crate::tree::small::Pair;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Most bytes of a chunk that are looked at.
pub(crate) const MOST_BYTES: usize = 64 << 20;

/// Entries on their way into a chunk.
#[derive(Default)]
pub(crate) struct Run {
    entries: Vec<u8>,
    count: u64,
    ends: Option<(Hash, Hash)>,
}

impl Run {
    /// Adds the next entry.
    pub(crate) fn add(&mut self, hash: Hash, within: &[u8], value: &[u8]) {
        codec::put_bytes(&mut self.entries, within);
        codec::put_bytes(&mut self.entries, value);
        self.count = self.count.saturating_add(1);
        let first = self.ends.map_or(hash, |(first, _)| first);
        self.ends = Some((first, hash));
    }

    /// Bytes so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Key hashes of its first and last entry, if it has any.
    pub(crate) fn ends(&self) -> Option<(Hash, Hash)> {
        self.ends
    }

    /// The chunk.
    pub(crate) fn close(self, store: &str, edges: &Edges) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.entries.len().saturating_add(4_096));
        codec::put_bytes(&mut out, store.as_bytes());
        for edge in [&edges.first, &edges.last] {
            codec::put_number(&mut out, edge.len() as u64);
            edge.iter().for_each(|sibling| out.extend_from_slice(sibling));
        }
        codec::put_number(&mut out, self.count);
        out.extend_from_slice(&self.entries);
        out
    }
}

/// A chunk that proved itself.
#[derive(Debug)]
pub(crate) struct Proved<'a> {
    pub(crate) store: &'a str,
    /// Keys within the store, and values.
    pub(crate) entries: Vec<(&'a [u8], &'a [u8])>,
    /// The leaves of the same.
    pub(crate) leaves: Vec<Leaf>,
}

/// Reads a chunk of somebody else, and checks it against the roots of the stores.
pub(crate) fn check<'a>(bytes: &'a [u8], roots: &BTreeMap<String, Hash>) -> Result<Proved<'a>, Unsound> {
    if bytes.len() > MOST_BYTES {
        return Err(Unsound::Chunk("too many bytes".into()));
    }
    let (store, edges, entries) = decode(bytes).map_err(|fault| Unsound::Chunk(fault.to_string()))?;
    let Some(root) = roots.get(store) else {
        return Err(Unsound::Chunk(format!("no store {store:?} in the manifest")));
    };
    let pairs: Vec<Pair> = entries
        .par_iter()
        .with_min_len(64)
        .map(|(within, value)| Pair { key: hash::digest(within), value: hash::digest(value) })
        .collect();
    if range::root(&pairs, &edges) != Some(*root) {
        return Err(Unsound::Chunk(format!("it is no part of store {store:?}")));
    }
    let leaf = |pair: &Pair| Leaf { hash: hash::leaf(&pair.key, &pair.value), key: pair.key };
    let leaves = pairs.iter().map(leaf).collect();
    Ok(Proved { store, entries, leaves })
}

type Parts<'a> = (&'a str, Edges, Vec<(&'a [u8], &'a [u8])>);

fn decode(bytes: &[u8]) -> Result<Parts<'_>, Fault> {
    let wrong = |why: &str| Fault::corrupt("chunk", why);
    let mut reader = Reader::new("chunk", bytes);
    let store = std::str::from_utf8(reader.bytes()?).map_err(|why| Fault::corrupt("chunk", why))?;
    let edge = |reader: &mut Reader<'_>| {
        let count = reader.number()?;
        if count > 256 {
            return Err(wrong("a way longer than a hash has bits"));
        }
        (0..count).map(|_| reader.array()).collect::<Result<Vec<Hash>, Fault>>()
    };
    let edges = Edges { first: edge(&mut reader)?, last: edge(&mut reader)? };
    let count = reader.number()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let (within, value) = (reader.bytes()?, reader.bytes()?);
        if within.is_empty() || value.is_empty() {
            return Err(wrong("an empty key or value"));
        }
        entries.push((within, value));
    }
    if !reader.is_done() {
        return Err(wrong("more bytes than it needs"));
    }
    Ok((store, edges, entries))
}
