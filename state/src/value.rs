//! Values: one value, one encoding, never empty (a proof cannot speak of an empty value).

use crate::fault::Fault;
use prost::Message;

/// A typed value. Protobuf for records (see [`encode_pb`]), big-endian for numbers.
pub trait Value: Sized {
    /// The bytes on disk; never empty.
    fn encode(&self) -> Vec<u8>;

    /// Reads what [`Value::encode`] wrote.
    fn decode(bytes: &[u8]) -> Result<Self, Fault>;
}

/// A record whose fields are all at their defaults has no bytes in protobuf. It is stored as one unknown field (the
/// highest number there is, varint, zero), which every protobuf reader skips.
const ALL_DEFAULTS: [u8; 6] = [0xf8, 0xff, 0xff, 0xff, 0x0f, 0x00];

/// Encodes a protobuf record as a value.
pub fn encode_pb<M: Message>(record: &M) -> Vec<u8> {
    let bytes = record.encode_to_vec();
    if bytes.is_empty() { ALL_DEFAULTS.to_vec() } else { bytes }
}

/// Reads a record that [`encode_pb`] wrote; `what` names it should it not decode.
pub fn decode_pb<M: Message + Default>(what: &'static str, bytes: &[u8]) -> Result<M, Fault> {
    if bytes == ALL_DEFAULTS {
        return Ok(M::default());
    }
    M::decode(bytes).map_err(|why| Fault::corrupt(what, why))
}

/// A protobuf message that is a value of the state. One line makes a type of another crate storable.
pub trait Record: Message + Default {}

impl<M: Record> Value for M {
    fn encode(&self) -> Vec<u8> {
        encode_pb(self)
    }

    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        decode_pb(std::any::type_name::<M>(), bytes)
    }
}

/// A message as it crosses the wire, stored as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Pb<M>(pub M);

impl<M: Message + Default> Value for Pb<M> {
    fn encode(&self) -> Vec<u8> {
        encode_pb(&self.0)
    }

    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        decode_pb(std::any::type_name::<M>(), bytes).map(Pb)
    }
}

macro_rules! big_endian {
    ($($number:ty),*) => {$(
        impl Value for $number {
            fn encode(&self) -> Vec<u8> {
                self.to_be_bytes().to_vec()
            }
            fn decode(bytes: &[u8]) -> Result<Self, Fault> {
                let bytes = bytes.try_into().map_err(|why| Fault::corrupt(stringify!($number), why))?;
                Ok(<$number>::from_be_bytes(bytes))
            }
        }
    )*};
}
big_endian!(u32, u64, u128);

impl Value for bool {
    fn encode(&self) -> Vec<u8> {
        vec![u8::from(*self)]
    }
    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        match bytes {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Fault::corrupt("truth value", format!("{bytes:?}"))),
        }
    }
}

/// The value of a set's members.
impl Value for () {
    fn encode(&self) -> Vec<u8> {
        vec![1]
    }
    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes == [1] { Ok(()) } else { Err(Fault::corrupt("member of a set", format!("{bytes:?}"))) }
    }
}

impl<const N: usize> Value for [u8; N] {
    fn encode(&self) -> Vec<u8> {
        const { assert!(N > 0, "a value is never empty") };
        self.to_vec()
    }
    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        bytes.try_into().map_err(|why| Fault::corrupt("fixed bytes", why))
    }
}

/// Bytes as they are, except that those made of nothing but zeros get one more: so the empty one is not empty.
impl Value for Vec<u8> {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.clone();
        if self.iter().all(|byte| *byte == 0) {
            bytes.push(0);
        }
        bytes
    }
    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.iter().any(|byte| *byte != 0) {
            return Ok(bytes.to_vec());
        }
        let (_, rest) = bytes.split_last().ok_or_else(|| Fault::corrupt("bytes", "no bytes at all"))?;
        Ok(rest.to_vec())
    }
}

/// As [`Vec<u8>`].
impl Value for String {
    fn encode(&self) -> Vec<u8> {
        Value::encode(&self.as_bytes().to_vec())
    }
    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let bytes = <Vec<u8> as Value>::decode(bytes)?;
        String::from_utf8(bytes).map_err(|why| Fault::corrupt("string", why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<V: Value + PartialEq + std::fmt::Debug>(value: V) {
        let bytes = value.encode();
        assert!(!bytes.is_empty());
        assert_eq!(V::decode(&bytes).unwrap(), value);
    }

    #[test]
    fn no_value_is_empty_and_every_value_comes_back() {
        round_trip(7u32);
        round_trip(u64::MAX);
        round_trip(u128::MAX);
        round_trip(true);
        round_trip(());
        round_trip([0u8; 4]);
        for bytes in [vec![], vec![0], vec![0, 0], vec![0, 1], vec![1, 0]] {
            round_trip(bytes);
        }
        round_trip(String::new());
        round_trip("ada".to_string());
        assert_eq!(Value::encode(&"ada".to_string()), b"ada");
    }

    #[test]
    fn a_record_of_defaults_has_bytes_that_any_protobuf_reader_skips() {
        let bytes = encode_pb(&0u64);
        assert!(!bytes.is_empty());
        assert_eq!(decode_pb::<u64>("number", &bytes).unwrap(), 0);
        assert_eq!(<u64 as Message>::decode(bytes.as_slice()).unwrap(), 0);
        assert_eq!(decode_pb::<u64>("number", &encode_pb(&9u64)).unwrap(), 9);
    }
}
