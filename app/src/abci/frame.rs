//! Frames of the ABCI socket protocol: a varint length, then that many bytes of protobuf.

use std::io::{self, BufRead, BufReader, Read};

use bytes::Bytes;
use prost::{Message, encoding};
use tendermint_proto::v0_38::abci::{Request, Response};

/// A 64-bit varint never needs more bytes.
const MAX_PREFIX_BYTES: usize = 10;
/// One system call fetches at most this much of small requests.
const READ_BUFFER_BYTES: usize = 64 * 1024;
/// A large frame is grown from here as its bytes arrive, so a lying length costs nothing.
const FIRST_ALLOCATION_BYTES: usize = 1024 * 1024;

/// Why no further request can be read from a connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
    #[error("the connection ended in the middle of a frame")]
    Cut,
    #[error("a frame's length prefix is not a varint")]
    Prefix,
    #[error("a frame of {found} bytes is above the limit of {limit} bytes")]
    TooLong { found: u64, limit: usize },
    #[error("a frame is not an ABCI request: {0}")]
    Garbage(#[from] prost::DecodeError),
}

/// Reads requests off a stream, each byte once.
pub(super) struct Requests<S> {
    stream: BufReader<S>,
    limit: usize,
}

impl<S: Read> Requests<S> {
    pub(super) fn new(stream: S, limit: usize) -> Requests<S> {
        Requests { stream: BufReader::with_capacity(READ_BUFFER_BYTES, stream), limit }
    }

    /// The next request, or `None` when the peer closed the connection between two frames.
    pub(super) fn next(&mut self) -> Result<Option<Request>, Broken> {
        let Some(length) = self.prefix()? else { return Ok(None) };
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= self.limit)
            .ok_or(Broken::TooLong { found: length, limit: self.limit })?;
        let mut frame = Vec::with_capacity(length.min(FIRST_ALLOCATION_BYTES));
        let wanted = u64::try_from(length).map_err(|_| Broken::Prefix)?;
        self.stream.by_ref().take(wanted).read_to_end(&mut frame)?;
        if frame.len() < length {
            return Err(Broken::Cut);
        }
        // Decoding from `Bytes` shares the frame with the transactions in it instead of copying them.
        Ok(Some(Request::decode(Bytes::from(frame))?))
    }

    /// Is the whole next frame in memory already? If not, whoever waits for replies must get them before we read.
    pub(super) fn ready(&self) -> bool {
        let mut rest = self.stream.buffer();
        match encoding::decode_varint(&mut rest) {
            Ok(length) => usize::try_from(length).is_ok_and(|length| length <= rest.len()),
            Err(_) => false,
        }
    }

    /// The stream below, for the last words of a connection.
    pub(super) fn stream(&mut self) -> &mut S {
        self.stream.get_mut()
    }

    fn prefix(&mut self) -> Result<Option<u64>, Broken> {
        let mut value = 0_u64;
        for at in 0..MAX_PREFIX_BYTES {
            let Some(byte) = self.stream.fill_buf()?.first().copied() else {
                return if at == 0 { Ok(None) } else { Err(Broken::Cut) };
            };
            self.stream.consume(1);
            let shift = u32::try_from(at).unwrap_or(u32::MAX).saturating_mul(7);
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(Broken::Prefix);
            }
            value |= part.checked_shl(shift).ok_or(Broken::Prefix)?;
            if byte & 0x80 == 0 {
                return Ok(Some(value));
            }
        }
        Err(Broken::Prefix)
    }
}

/// Appends one reply with its length to `out`.
pub(super) fn append(reply: &Response, out: &mut Vec<u8>) {
    reply.encode_length_delimited(out).expect("a Vec grows as far as the reply needs");
}

/// The same for a reply of that kind, by its field number in [`Response`], whose message need not be the generated one.
pub(super) fn append_as(kind: u32, message: &impl Message, out: &mut Vec<u8>) {
    let length = encoding::message::encoded_len(kind, message);
    encoding::encode_varint(u64::try_from(length).unwrap_or(u64::MAX), out);
    encoding::message::encode(kind, message, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tendermint_proto::v0_38::abci::{RequestEcho, request::Value};

    fn echo(text: &str) -> Request {
        Request { value: Some(Value::Echo(RequestEcho { message: text.into() })) }
    }

    #[test]
    fn frames_are_read_in_order_until_the_end() {
        let mut bytes = echo("one").encode_length_delimited_to_vec();
        bytes.extend(echo(&"x".repeat(300)).encode_length_delimited_to_vec());
        let mut requests = Requests::new(&bytes[..], 1000);
        assert_eq!(requests.next().unwrap(), Some(echo("one")));
        assert!(requests.ready());
        assert_eq!(requests.next().unwrap(), Some(echo(&"x".repeat(300))));
        assert!(!requests.ready());
        assert_eq!(requests.next().unwrap(), None);
    }

    #[test]
    fn a_frame_above_the_limit_is_refused_before_it_is_read() {
        let mut bytes = Vec::new();
        prost::encoding::encode_varint(u64::MAX, &mut bytes);
        assert!(matches!(Requests::new(&bytes[..], 1000).next(), Err(Broken::TooLong { .. })));
    }

    #[test]
    fn bad_prefixes_and_cut_frames_are_named() {
        assert!(matches!(Requests::new(&[0xff; 20][..], 1000).next(), Err(Broken::Prefix)));
        assert!(matches!(Requests::new(&[0x80][..], 1000).next(), Err(Broken::Cut)));
        assert!(matches!(Requests::new(&[5, 1, 2][..], 1000).next(), Err(Broken::Cut)));
        assert!(matches!(Requests::new(&[2, 0xff, 0xff][..], 1000).next(), Err(Broken::Garbage(_))));
    }
}
