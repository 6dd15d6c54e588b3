//! What content is, without the content: its digest, its size and the Merkle root over its chunks, read once from the
//! front to the end in memory that does not grow with the file.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::mpsc::sync_channel,
    thread,
};

use proto::merkle::{self, Frontier};
use sha2::{Digest, Sha256};

/// Bytes in each leaf but the last: 256 KiB.
pub const CHUNK_BYTES: usize = 256 * 1024;
/// Most places that a manifest names.
pub const MAX_LOCATORS: usize = 4;
/// Chunks that are read ahead of the hashing.
const AHEAD: usize = 16;

/// What a manifest says of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// SHA-256 over all bytes.
    pub sha256: [u8; 32],
    /// How many there are.
    pub size: u64,
    /// The RFC 6962 root over the chunks.
    pub merkle_root: [u8; 32],
}

/// Reads a file; `progress` is told the bytes so far.
///
/// # Errors
/// If it cannot be read, or is empty: there is nothing to anchor in an empty file.
pub fn read(path: &Path, progress: impl FnMut(u64)) -> io::Result<Content> {
    of(&mut File::open(path)?, progress)
}

/// The digest over all and the hashes of the chunks are worked out side by side.
fn of(source: &mut impl Read, mut progress: impl FnMut(u64)) -> io::Result<Content> {
    thread::scope(|scope| {
        let (to_whole, whole) = sync_channel::<std::sync::Arc<Vec<u8>>>(AHEAD);
        let (to_leaves, leaves) = sync_channel::<std::sync::Arc<Vec<u8>>>(AHEAD);
        let whole = scope.spawn(move || {
            let mut hasher = Sha256::new();
            whole.iter().for_each(|chunk| hasher.update(chunk.as_slice()));
            <[u8; 32]>::from(hasher.finalize())
        });
        let leaves = scope.spawn(move || {
            let mut frontier = Frontier::default();
            leaves.iter().for_each(|chunk| frontier.push(merkle::leaf(&chunk)));
            frontier.root()
        });
        let mut size = 0_u64;
        let read = loop {
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            match source.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk) {
                Ok(0) => break Ok(()),
                Ok(bytes) => {
                    size += bytes as u64;
                    let chunk = std::sync::Arc::new(chunk);
                    // both threads read until the end, so sending cannot fail
                    let _ = to_whole.send(chunk.clone());
                    let _ = to_leaves.send(chunk);
                    progress(size);
                }
                Err(error) => break Err(error),
            }
        };
        drop((to_whole, to_leaves));
        let sha256 = whole.join().expect("hashing does not panic");
        let merkle_root = leaves.join().expect("hashing does not panic");
        read?;
        if size == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the file is empty; there is nothing to anchor",
            ));
        }
        Ok(Content { sha256, size, merkle_root })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// lazai 7.21: content is anchored by its hash and root alone.
    #[test]
    fn content_of_any_size_is_what_one_would_compute_by_hand() {
        for size in [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES + 17] {
            let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            let mut told = 0;
            let content = of(&mut bytes.as_slice(), |so_far| told = so_far).unwrap();
            let leaves: Vec<_> = bytes.chunks(CHUNK_BYTES).map(merkle::leaf).collect();
            assert_eq!(content.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
            assert_eq!((content.size, told), (size as u64, size as u64));
            assert_eq!(content.merkle_root, merkle::root(&leaves));
        }
    }

    #[test]
    fn an_empty_file_and_one_that_cannot_be_read_are_refused() {
        assert!(of(&mut [].as_slice(), |_| ()).unwrap_err().to_string().contains("empty"));
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        assert_eq!(of(&mut Broken, |_| ()).unwrap_err().to_string(), "gone");
    }
}
