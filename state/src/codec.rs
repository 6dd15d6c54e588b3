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

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Fault> {
        let count = usize::try_from(self.number()?).map_err(|why| Fault::corrupt(self.what, why))?;
        self.take(count)
    }
}

/// Changes as one record.
pub(crate) fn encode_changes(changes: &Changes) -> Vec<u8> {
    let mut out = Vec::new();
    for (key, change) in changes {
        put_bytes(&mut out, key);
        match change {
            None => put_number(&mut out, 0),
            // values are never empty, so zero is free to mean that there is none
            Some(value) => put_bytes(&mut out, value),
        }
    }
    out
}

/// Reads what [`encode_changes`] wrote.
pub(crate) fn decode_changes(bytes: &[u8]) -> Result<Changes, Fault> {
    let (mut reader, mut changes) = (Reader::new("undo record", bytes), Changes::new());
    while !reader.is_done() {
        let key = reader.bytes()?.to_vec();
        let value = reader.bytes()?;
        changes.insert(key, Some(value.to_vec()).filter(|value| !value.is_empty()));
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
        let changes = Changes::from([(b"a/b".to_vec(), None), (b"a/c".to_vec(), Some(vec![0; 200]))]);
        assert_eq!(decode_changes(&encode_changes(&changes)).unwrap(), changes);
    }
}
