//! Length-prefixed bytes for our own files and records.

use crate::fault::Fault;
use crate::read::Changes;

/// Appends a number, seven bits a byte.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(0x80 | u8::try_from(number & 0x7f).unwrap_or_default());
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or_default());
}

/// Appends bytes with their length.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what was put, in the same order.
pub(crate) struct Reader<'a> {
    what: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(what: &'static str, bytes: &'a [u8]) -> Reader<'a> {
        Reader { what, rest: bytes }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let (head, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| Fault::corrupt(self.what, "ends in the middle"))?;
        self.rest = rest;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        self.take(N)?.try_into().map_err(|why| Fault::corrupt(self.what, why))
    }

    pub(crate) fn number(&mut self) -> Result<u64, Fault> {
        let mut number = 0u64;
        for shift in (0u32..64).step_by(7) {
            let [byte] = self.array()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            number |= bits.wrapping_shl(shift);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Fault::corrupt(self.what, "number too long"))
    }

    pub(crate) fn length(&mut self) -> Result<usize, Fault> {
        usize::try_from(self.number()?).map_err(|why| Fault::corrupt(self.what, why))
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Fault> {
        let count = self.length()?;
        self.take(count)
    }
}

/// The key is as long as the one before it.
const SAME_KEY: u64 = 1;
/// What it held is as long as what the key before it held.
const SAME_BEFORE: u64 = 2;
/// What it holds is as long as what the key before it holds.
const SAME_AFTER: u64 = 4;
/// Flags of an entry; above them, how many bytes its key shares with the key before it.
const FLAGS: u32 = 3;

/// A key that a block changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub(crate) key: Vec<u8>,
    /// What it held before the block.
    pub(crate) before: Option<Vec<u8>>,
    /// What it holds after it.
    pub(crate) after: Option<Vec<u8>>,
}

/// What takes a block back.
pub(crate) fn undo_of(replaced: Vec<Replaced>) -> Changes {
    replaced.into_iter().map(|Replaced { key, before, .. }| (key, before)).collect()
}

/// Changes and what they replace, which has the same keys, as one record. Of each key only what differs from the key
/// before it, and no length twice.
pub(crate) fn encode_replaced(changes: &Changes, undo: &Changes) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut last, mut before_length, mut after_length) = ([].as_slice(), 0, 0);
    for ((key, after), before) in changes.iter().zip(undo.values()) {
        // values are never empty, so an empty one is free to mean that there is none
        let (before, after) = (before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default());
        let shared = key.iter().zip(last).take_while(|(one, other)| one == other).count();
        let rest = key.get(shared..).unwrap_or_default();
        let parts = [
            (SAME_KEY, key.len() == last.len(), rest),
            (SAME_BEFORE, before.len() == before_length, before),
            (SAME_AFTER, after.len() == after_length, after),
        ];
        let flags = parts.iter().filter(|(_, same, _)| *same).fold(0, |flags, (flag, ..)| flags | flag);
        put_number(&mut out, ((shared as u64) << FLAGS) | flags);
        for (_, _, part) in parts.iter().filter(|(_, same, _)| !same) {
            put_number(&mut out, part.len() as u64);
        }
        parts.iter().for_each(|(.., part)| out.extend_from_slice(part));
        (last, before_length, after_length) = (key, before.len(), after.len());
    }
    out
}

/// Reads what [`encode_replaced`] wrote.
pub(crate) fn decode_replaced(bytes: &[u8]) -> Result<Vec<Replaced>, Fault> {
    const WHAT: &str = "changes of a block";
    let (mut reader, mut all) = (Reader::new(WHAT, bytes), Vec::new());
    let (mut key, mut before_length, mut after_length) = (Vec::new(), 0, 0);
    while !reader.is_done() {
        let head = reader.number()?;
        let shared = usize::try_from(head >> FLAGS).ok().filter(|shared| *shared <= key.len());
        let shared = shared.ok_or_else(|| Fault::corrupt(WHAT, "a key shares more than there is"))?;
        let rest = if head & SAME_KEY == 0 { reader.length()? } else { key.len().saturating_sub(shared) };
        if head & SAME_BEFORE == 0 {
            before_length = reader.length()?;
        }
        if head & SAME_AFTER == 0 {
            after_length = reader.length()?;
        }
        key.truncate(shared);
        key.extend_from_slice(reader.take(rest)?);
        let mut value = |length| Ok(Some(reader.take(length)?.to_vec()).filter(|value| !value.is_empty()));
        let (before, after) = (value(before_length)?, value(after_length)?);
        all.push(Replaced { key: key.clone(), before, after });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_changes_come_back() {
        let mut out = Vec::new();
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        numbers.iter().for_each(|number| put_number(&mut out, *number));
        let mut reader = Reader::new("numbers", &out);
        for number in numbers {
            assert_eq!(reader.number().unwrap(), number);
        }
        assert!(reader.is_done());
        assert!(Reader::new("numbers", &[0xff; 10]).number().is_err());
    }

    fn replaced(changes: &Changes, undo: &Changes) -> Vec<Replaced> {
        let both = changes.iter().zip(undo.values());
        both.map(|((key, after), before)| (key.clone(), before.clone(), after.clone()))
            .map(|(key, before, after)| Replaced { key, before, after })
            .collect()
    }

    #[test]
    fn an_update_of_a_hashed_key_takes_its_bytes_both_values_and_one_more() {
        let key = |number: u8| [b"store/".as_slice(), &[number; 32]].concat();
        let values = |value: u8| (0..100).map(|number| (key(number), Some(vec![value; 32]))).collect();
        // the first has three lengths, and the name of the store
        assert_eq!(encode_replaced(&values(7), &values(8)).len(), 100 * (1 + 32 + 32 + 32) + 3 + 6);
    }

    #[test]
    fn a_record_that_was_cut_or_bent_is_corrupt_or_says_something_else_but_never_a_panic() {
        let key = |number: u8| vec![b'a', b'/', number, number];
        let values = |part: u8| -> Changes {
            let value = |number: u8| (number % 3 != part && number > 0).then(|| vec![part; number.into()]);
            (0..9).map(|number| (key(number), value(number))).collect()
        };
        let (changes, undo) = (values(1), values(2));
        let (bytes, all) = (encode_replaced(&changes, &undo), replaced(&changes, &undo));
        assert_eq!(decode_replaced(&bytes).unwrap(), all);
        for at in 0..bytes.len() {
            assert_ne!(decode_replaced(&bytes[..at]).ok(), Some(all.clone()));
            let mut bent = bytes.clone();
            bent[at] ^= 0xff;
            assert_ne!(decode_replaced(&bent).ok(), Some(all.clone()));
        }
        assert!(decode_replaced(&[4 << FLAGS]).is_err(), "shares with a key that is not there");
    }

    proptest::proptest! {
        #[test]
        fn changes_come_back_with_what_they_replaced(
            all in proptest::collection::btree_map(
                proptest::collection::vec(0_u8..3, 0..300),
                (
                    proptest::option::of(proptest::collection::vec(0_u8.., 1..200)),
                    proptest::option::of(proptest::collection::vec(0_u8.., 1..200)),
                ),
                0..40,
            ),
        ) {
            let changes: Changes = all.iter().map(|(key, (after, _))| (key.clone(), after.clone())).collect();
            let undo: Changes = all.iter().map(|(key, (_, before))| (key.clone(), before.clone())).collect();
            let read = decode_replaced(&encode_replaced(&changes, &undo)).unwrap();
            proptest::prop_assert_eq!(read, replaced(&changes, &undo));
        }
    }
}
