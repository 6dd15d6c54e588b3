//! Reading several layers of changes over a base as one ordered sequence.

use crate::fault::Fault;
use crate::read::{Changes, Entry};
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound;

/// What a page asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    /// All keys start with this.
    pub(crate) prefix: &'a [u8],
    /// Strictly past this key, in the direction of reading.
    pub(crate) past: Option<&'a [u8]>,
    /// Descending?
    pub(crate) back: bool,
    /// At most so many.
    pub(crate) limit: u32,
}

impl Ask<'_> {
    /// The range of keys asked for: lower and upper bound.
    pub(crate) fn bounds(&self) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
        let mut lower = Bound::Included(self.prefix.to_vec());
        let mut upper = successor(self.prefix).map_or(Bound::Unbounded, Bound::Excluded);
        match self.past {
            Some(past) if self.back && upper_value(&upper).is_none_or(|limit| past < limit) => {
                upper = Bound::Excluded(past.to_vec());
            }
            Some(past) if !self.back && past >= self.prefix => lower = Bound::Excluded(past.to_vec()),
            _ => {}
        }
        (lower, upper)
    }

    /// The limit as a number of entries.
    pub(crate) fn most(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }
}

fn upper_value(bound: &Bound<Vec<u8>>) -> Option<&[u8]> {
    match bound {
        Bound::Excluded(value) | Bound::Included(value) => Some(value),
        Bound::Unbounded => None,
    }
}

/// The least byte string above all that start with `prefix`; `None` if there is none.
pub(crate) fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut next: Vec<u8> = prefix.iter().copied().take(last.saturating_add(1)).collect();
    if let Some(byte) = next.last_mut() {
        *byte = byte.saturating_add(1);
    }
    Some(next)
}

/// Whether no key can lie between the bounds (a `BTreeMap` refuses such ranges with a panic).
pub(crate) fn is_void(lower: &Bound<Vec<u8>>, upper: &Bound<Vec<u8>>) -> bool {
    match (lower, upper) {
        (Bound::Included(low), Bound::Excluded(high)) | (Bound::Excluded(low), Bound::Excluded(high)) => {
            low >= high
        }
        _ => false,
    }
}

/// A key and what is there: `None` hides what lower streams say.
pub(crate) type Word = (Vec<u8>, Option<Vec<u8>>);

/// Words in the order of an [`Ask`], each key at most once.
pub(crate) type Stream<'a> = Box<dyn Iterator<Item = Result<Word, Fault>> + 'a>;

/// The words of a set of changes that an ask is about.
pub(crate) fn words<'a>(ask: &Ask<'_>, changes: &'a Changes) -> Stream<'a> {
    in_range(ask, changes, |key, change| Some((key.clone(), change.clone())))
}

/// The words that an ordered set gives, in the range of an ask.
pub(crate) fn in_range<'a, V>(
    ask: &Ask<'_>,
    set: &'a BTreeMap<Vec<u8>, V>,
    word: impl Fn(&Vec<u8>, &V) -> Option<Word> + 'a,
) -> Stream<'a> {
    let (lower, upper) = ask.bounds();
    if is_void(&lower, &upper) {
        return Box::new(std::iter::empty());
    }
    let range = set.range((lower, upper));
    let word = move |(key, value): (&Vec<u8>, &V)| word(key, value).map(Ok);
    if ask.back { Box::new(range.rev().filter_map(word)) } else { Box::new(range.filter_map(word)) }
}

/// Reads streams as one until the limit is reached; of those that speak of a key, the first is right. Nothing is read
/// that is not needed.
pub(crate) fn page(ask: &Ask<'_>, streams: Vec<Stream<'_>>) -> Result<Vec<Entry>, Fault> {
    let mut streams: Vec<Peekable<Stream<'_>>> = streams.into_iter().map(Iterator::peekable).collect();
    let mut found: Vec<Entry> = Vec::new();
    while found.len() < ask.most() {
        let mut nearest: Option<&Vec<u8>> = None;
        for stream in &mut streams {
            match stream.peek() {
                Some(Err(fault)) => return Err(fault.clone()),
                Some(Ok((key, _))) => {
                    let nearer = nearest.is_none_or(|best| if ask.back { key > best } else { key < best });
                    nearest = if nearer { Some(key) } else { nearest };
                }
                None => {}
            }
        }
        let Some(key) = nearest.cloned() else { break };
        let mut value = None;
        for stream in &mut streams {
            if let Some(word) = stream.next_if(|word| word.as_ref().is_ok_and(|(at, _)| *at == key)) {
                value.get_or_insert(word?.1);
            }
        }
        if let Some(Some(value)) = value {
            found.push(Entry { key, value });
        }
    }
    Ok(found)
}
