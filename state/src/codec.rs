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
/// The value is as long as the one before it.
const SAME_VALUE: u64 = 2;
/// Flags of an entry; above them, how many bytes its key shares with the key before it.
const FLAGS: u32 = 2;

/// Changes as one record. Of each key only what differs from the key before it, and no length twice.
pub(crate) fn encode_changes(changes: &Changes) -> Vec<u8> {
    let (mut out, mut before, mut length) = (Vec::new(), [].as_slice(), 0);
    for (key, change) in changes {
        // values are never empty, so an empty one is free to mean that there is none
        let value = change.as_deref().unwrap_or_default();
        let shared = key.iter().zip(before).take_while(|(one, other)| one == other).count();
        let rest = key.get(shared..).unwrap_or_default();
        let same_key = if key.len() == before.len() { SAME_KEY } else { 0 };
        let same_value = if value.len() == length { SAME_VALUE } else { 0 };
        put_number(&mut out, ((shared as u64) << FLAGS) | same_key | same_value);
        if same_key == 0 {
            put_number(&mut out, rest.len() as u64);
        }
        if same_value == 0 {
            put_number(&mut out, value.len() as u64);
        }
        out.extend_from_slice(rest);
        out.extend_from_slice(value);
        (before, length) = (key, value.len());
    }
    out
}

/// Reads what [`encode_changes`] wrote.
pub(crate) fn decode_changes(bytes: &[u8]) -> Result<Changes, Fault> {
    let (mut reader, mut changes) = (Reader::new("undo record", bytes), Changes::new());
    let (mut key, mut length) = (Vec::new(), 0);
    while !reader.is_done() {
        let head = reader.number()?;
        let shared = usize::try_from(head >> FLAGS).ok().filter(|shared| *shared <= key.len());
        let shared =
            shared.ok_or_else(|| Fault::corrupt("undo record", "a key shares more than there is"))?;
        let rest = if head & SAME_KEY == 0 { reader.length()? } else { key.len().saturating_sub(shared) };
        if head & SAME_VALUE == 0 {
            length = reader.length()?;
        }
        key.truncate(shared);
        key.extend_from_slice(reader.take(rest)?);
        let value = reader.take(length)?;
        changes.insert(key.clone(), Some(value.to_vec()).filter(|value| !value.is_empty()));
    }
    Ok(changes)
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

    #[test]
    fn an_update_of_a_hashed_key_takes_its_bytes_and_one_more() {
        let key = |number: u8| [b"store/".as_slice(), &[number; 32]].concat();
        let changes: Changes = (0..100).map(|number| (key(number), Some(vec![7; 32]))).collect();
        // the first has two lengths, and the name of the store
        assert_eq!(encode_changes(&changes).len(), 100 * (1 + 32 + 32) + 2 + 6);
    }

    #[test]
    fn an_undo_record_that_was_cut_or_bent_is_corrupt_or_other_changes_but_never_a_panic() {
        let key = |number: u8| vec![b'a', b'/', number, number];
        let changes: Changes =
            (0..9).map(|number| (key(number), (number % 3 > 0).then(|| vec![1; number.into()]))).collect();
        let bytes = encode_changes(&changes);
        assert_eq!(decode_changes(&bytes).unwrap(), changes);
        for at in 0..bytes.len() {
            assert_ne!(decode_changes(&bytes[..at]).ok(), Some(changes.clone()));
            let mut bent = bytes.clone();
            bent[at] ^= 0xff;
            assert_ne!(decode_changes(&bent).ok(), Some(changes.clone()));
        }
        assert!(decode_changes(&[4 << FLAGS]).is_err(), "shares with a key that is not there");
    }

    proptest::proptest! {
        #[test]
        fn changes_come_back(
            changes in proptest::collection::btree_map(
                proptest::collection::vec(0_u8..3, 0..300),
                proptest::option::of(proptest::collection::vec(0_u8.., 1..200)),
                0..40,
            ),
        ) {
            proptest::prop_assert_eq!(decode_changes(&encode_changes(&changes)).unwrap(), changes);
        }
    }
}
