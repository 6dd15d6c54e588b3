//! Values at heights that are no longer in memory. An entry says what a key held before a height; the value at `h` is
//! what the first entry above `h` says.

use crate::db::{Db, Family};
use crate::fault::Fault;
use crate::key;
use crate::merge::{Ask, Word};
use rocksdb::DBRawIterator;
use std::ops::Bound;

/// Heights to look back over: above `from`, up to `to`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// The key of an entry.
pub(crate) fn entry_key(key: &[u8], height: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(key.len().saturating_add(10));
    key::encode_bytes(key, &mut out);
    out.extend_from_slice(&height.to_be_bytes());
    out
}

/// The height of an entry.
pub(crate) fn height_of(entry: &[u8]) -> Option<u64> {
    entry.last_chunk::<8>().map(|height| u64::from_be_bytes(*height))
}

fn key_of(mut entry: &[u8]) -> Result<Vec<u8>, Fault> {
    key::decode_bytes(&mut entry)
}

/// Past every entry of a key.
fn end_of(key: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(key.len().saturating_add(12));
    key::encode_bytes(key, &mut out);
    out.extend_from_slice(&[0xff; 9]);
    out
}

/// What a key held at `span.from`, if an entry within the span says so.
pub(crate) fn lookup(db: &Db, key: &[u8], span: Span) -> Result<Option<Option<Vec<u8>>>, Fault> {
    find(&mut db.seeker(Family::History), key, span)
}

fn find(seeker: &mut DBRawIterator<'_>, key: &[u8], span: Span) -> Result<Option<Option<Vec<u8>>>, Fault> {
    let wanted = entry_key(key, span.from.saturating_add(1));
    seeker.seek(&wanted);
    let Some((entry, value)) = seeker.item() else {
        return seeker.status().map(|()| None).map_err(|why| Fault::disk("reading history", why));
    };
    let bare = wanted.len().saturating_sub(8);
    let same = entry.len() == wanted.len() && entry.get(..bare) == wanted.get(..bare);
    if !same || height_of(entry).is_none_or(|height| height > span.to) {
        return Ok(None);
    }
    Ok(Some(Some(value.to_vec()).filter(|value| !value.is_empty())))
}

/// What the keys of an ask held at `span.from`, as far as entries within the span say.
pub(crate) struct Words<'a> {
    seeker: DBRawIterator<'a>,
    span: Span,
    back: bool,
    lower: Bound<Vec<u8>>,
    upper: Bound<Vec<u8>>,
}

impl<'a> Words<'a> {
    pub(crate) fn new(db: &'a Db, ask: &Ask<'_>, span: Span) -> Words<'a> {
        let (lower, upper) = ask.bounds();
        let mut seeker = db.seeker(Family::History);
        match (ask.back, &lower, &upper) {
            (false, Bound::Included(key), _) => seeker.seek(entry_key(key, 0)),
            (false, Bound::Excluded(key), _) => seeker.seek(end_of(key)),
            (false, Bound::Unbounded, _) => seeker.seek_to_first(),
            (true, _, Bound::Excluded(key) | Bound::Included(key)) => seeker.seek_for_prev(entry_key(key, 0)),
            (true, _, Bound::Unbounded) => seeker.seek_to_last(),
        }
        Words { seeker, span, back: ask.back, lower, upper }
    }

    fn step(&mut self) -> Result<Option<Word>, Fault> {
        loop {
            let Some(entry) = self.seeker.key() else {
                return self
                    .seeker
                    .status()
                    .map(|()| None)
                    .map_err(|why| Fault::disk("reading history", why));
            };
            let key = key_of(entry)?;
            if !within(&key, &self.lower, &self.upper) {
                return Ok(None);
            }
            let word = find(&mut self.seeker, &key, self.span)?;
            if self.back {
                self.seeker.seek_for_prev(entry_key(&key, 0));
            } else {
                self.seeker.seek(end_of(&key));
            }
            if let Some(value) = word {
                return Ok(Some((key, value)));
            }
        }
    }
}

fn within(key: &Vec<u8>, lower: &Bound<Vec<u8>>, upper: &Bound<Vec<u8>>) -> bool {
    std::ops::RangeBounds::<Vec<u8>>::contains(&(lower.as_ref(), upper.as_ref()), key)
}

impl Iterator for Words<'_> {
    type Item = Result<Word, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
