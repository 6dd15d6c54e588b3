//! A whole state as one stream of bytes: the manifest without chunks, then chunk after chunk. Neither side holds more
//! than one chunk (and, when reading, the trie).

use super::Unsound;
use super::chunk::MOST_BYTES;
use super::manifest::Manifest;
use crate::fault::Fault;
use crate::tree::hash::Hash;
use std::collections::BTreeMap;
use std::io;

const MAGIC: &[u8; 8] = b"lazcdump";
const MOST_HEAD: usize = 1 << 20;

/// The writing end.
pub(crate) struct Writer<'a>(&'a mut dyn io::Write);

impl<'a> Writer<'a> {
    pub(crate) fn start(
        out: &'a mut dyn io::Write,
        height: u64,
        roots: BTreeMap<String, Hash>,
    ) -> Result<Writer<'a>, Fault> {
        let mut writer = Writer(out);
        writer.raw(MAGIC)?;
        writer.add(&Manifest { height, roots, chunks: Vec::new() }.encode())?;
        Ok(writer)
    }

    /// Writes the next chunk.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.raw(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes())?;
        self.raw(bytes)
    }

    /// Marks the end.
    pub(crate) fn finish(mut self) -> Result<(), Fault> {
        self.raw(&0_u32.to_be_bytes())?;
        self.0.flush().map_err(|why| Fault::disk("exporting", why))
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.0.write_all(bytes).map_err(|why| Fault::disk("exporting", why))
    }
}

/// The reading end.
pub(crate) struct Reader<'a>(&'a mut dyn io::Read);

impl<'a> Reader<'a> {
    /// Reads the beginning: height and roots.
    pub(crate) fn start(
        input: &'a mut dyn io::Read,
    ) -> Result<Result<(Reader<'a>, Manifest), Unsound>, Fault> {
        let mut magic = [0; 8];
        let mut reader = Reader(input);
        if !reader.fill(&mut magic)? || magic != *MAGIC {
            return Ok(Err(Unsound::Manifest("not an exported state".into())));
        }
        let head = match reader.record(MOST_HEAD)? {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(Err(Unsound::Incomplete)),
            Err(unsound) => return Ok(Err(unsound)),
        };
        Ok(Manifest::decode(&head).map(|manifest| (reader, manifest)))
    }

    /// The next chunk; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Result<Option<Vec<u8>>, Unsound>, Fault> {
        self.record(MOST_BYTES)
    }

    fn record(&mut self, most: usize) -> Result<Result<Option<Vec<u8>>, Unsound>, Fault> {
        let mut length = [0; 4];
        if !self.fill(&mut length)? {
            return Ok(Err(Unsound::Incomplete));
        }
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length == 0 {
            return Ok(Ok(None));
        }
        if length > most {
            return Ok(Err(Unsound::Chunk("too many bytes".into())));
        }
        let mut bytes = vec![0; length];
        Ok(if self.fill(&mut bytes)? { Ok(Some(bytes)) } else { Err(Unsound::Incomplete) })
    }

    /// Whether there were enough bytes.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<bool, Fault> {
        match self.0.read_exact(bytes) {
            Ok(()) => Ok(true),
            Err(why) if why.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(why) => Err(Fault::disk("importing", why)),
        }
    }
}
