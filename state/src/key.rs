//! Keys: the order of encoded bytes is the order of values, and no key is a prefix of another of its type.

use crate::fault::Fault;

/// A typed key, or a part of one.
pub trait Key: Sized {
    /// Appends the encoding.
    fn encode(&self, out: &mut Vec<u8>);

    /// Takes one key off the front of `bytes`.
    fn decode(bytes: &mut &[u8]) -> Result<Self, Fault>;
}

/// The encoding of one key as bytes of its own.
pub fn encoded(key: &impl Key) -> Vec<u8> {
    let mut out = Vec::new();
    key.encode(&mut out);
    out
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], Fault> {
    let (head, rest) =
        bytes.split_first_chunk::<N>().ok_or_else(|| Fault::corrupt("key", "ends in the middle"))?;
    *bytes = rest;
    Ok(*head)
}

macro_rules! big_endian {
    ($($number:ty),*) => {$(
        impl Key for $number {
            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }
            fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
                Ok(<$number>::from_be_bytes(take(bytes)?))
            }
        }
    )*};
}
big_endian!(u8, u16, u32, u64, u128);

impl Key for () {
    fn encode(&self, _: &mut Vec<u8>) {}
    fn decode(_: &mut &[u8]) -> Result<Self, Fault> {
        Ok(())
    }
}

impl Key for bool {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
        match take::<1>(bytes)? {
            [0] => Ok(false),
            [1] => Ok(true),
            [other] => Err(Fault::corrupt("key", format!("{other} is no truth value"))),
        }
    }
}

impl<const N: usize> Key for [u8; N] {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
    fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
        take(bytes)
    }
}

/// A zero inside is followed by this, so that it sorts above the end.
const ESCAPED: u8 = 0xff;
/// A zero followed by this is the end.
const END: u8 = 0x01;

/// Bytes of any length, kept in order and free of prefixes: a zero becomes `00 ff`, the end is `00 01`.
pub(crate) fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        out.push(*byte);
        if *byte == 0 {
            out.push(ESCAPED);
        }
    }
    out.extend_from_slice(&[0, END]);
}

/// Undoes [`encode_bytes`], leaving what follows.
pub(crate) fn decode_bytes(bytes: &mut &[u8]) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    loop {
        let [byte] = take::<1>(bytes)?;
        if byte != 0 {
            out.push(byte);
            continue;
        }
        match take::<1>(bytes)? {
            [END] => return Ok(out),
            [ESCAPED] => out.push(0),
            [other] => return Err(Fault::corrupt("key", format!("0 followed by {other}"))),
        }
    }
}

impl Key for Vec<u8> {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self, out);
    }
    fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
        decode_bytes(bytes)
    }
}

impl Key for String {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self.as_bytes(), out);
    }
    fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
        String::from_utf8(decode_bytes(bytes)?).map_err(|why| Fault::corrupt("key", why))
    }
}

impl<A: Key, B: Key> Key for (A, B) {
    fn encode(&self, out: &mut Vec<u8>) {
        self.0.encode(out);
        self.1.encode(out);
    }
    fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
        Ok((A::decode(bytes)?, B::decode(bytes)?))
    }
}

impl<A: Key, B: Key, C: Key> Key for (A, B, C) {
    fn encode(&self, out: &mut Vec<u8>) {
        self.0.encode(out);
        self.1.encode(out);
        self.2.encode(out);
    }
    fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
        Ok((A::decode(bytes)?, B::decode(bytes)?, C::decode(bytes)?))
    }
}

impl<A: Key, B: Key, C: Key, D: Key> Key for (A, B, C, D) {
    fn encode(&self, out: &mut Vec<u8>) {
        self.0.encode(out);
        self.1.encode(out);
        self.2.encode(out);
        self.3.encode(out);
    }
    fn decode(bytes: &mut &[u8]) -> Result<Self, Fault> {
        Ok((A::decode(bytes)?, B::decode(bytes)?, C::decode(bytes)?, D::decode(bytes)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip<K: Key + PartialEq + std::fmt::Debug>(key: &K) {
        let bytes = encoded(key);
        let mut rest = bytes.as_slice();
        assert_eq!(&K::decode(&mut rest).unwrap(), key);
        assert!(rest.is_empty());
    }

    fn ordered<K: Key + Ord>(a: &K, b: &K) {
        let (x, y) = (encoded(a), encoded(b));
        assert_eq!(a.cmp(b), x.cmp(&y));
        assert!(a == b || !(x.starts_with(&y) || y.starts_with(&x)));
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xff), any::<u8>()], 0..6)
    }

    proptest! {
        /// G41: separators, prefixes of each other, 0xFF.
        #[test]
        fn every_key_survives_its_encoding_and_keeps_its_order(
            a in (bytes(), any::<u64>(), ".{0,4}", any::<bool>()),
            b in (bytes(), any::<u64>(), ".{0,4}", any::<bool>()),
        ) {
            round_trip(&a);
            ordered(&a, &b);
            ordered(&a.0, &b.0);
            ordered(&(a.2.clone(), a.1), &(b.2.clone(), b.1));
            ordered(&(u128::from(a.1), [1u8, 2], 7u16), &(u128::from(b.1), [1u8, 2], 7u16));
        }

        #[test]
        fn any_bytes_decode_or_are_refused(bytes in bytes()) {
            let _ = <(String, Vec<u8>, bool)>::decode(&mut bytes.as_slice());
            let _ = <(u32, [u8; 2])>::decode(&mut bytes.as_slice());
        }
    }
}
