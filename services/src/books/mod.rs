//! Vouchers and receipts of each channel, on disk before anything is done on their strength. A provider and a consumer keep
//! the same books of a channel.
//!
//! Each channel waits for the disk by itself, beside the others: a journaling file system makes the waits that meet one.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use prost::Message as _;
use prost_types::Timestamp;
use proto::{
    lazchain::usage::v1::{Receipt, SignedVoucher},
    merkle::{self, Frontier, Hash},
};

use crate::{
    error::{Error, Result},
    folder::Folder,
};

/// What a line of a book is: a receipt, a voucher, or a receipt and behind it the voucher that pays for it.
const RECEIPT: u8 = 1;
const VOUCHER: u8 = 2;
const PAID: u8 = 3;
/// Bytes before each: the length of what follows, and what it is.
const HEAD: usize = 3;

/// What helps where a book was changed.
const REMEDY: &str = "restore it, or close the channel and move it away";

/// A folder of books.
pub(crate) struct Books {
    folder: Folder,
}

/// One channel's: a file that only grows. It is made by its first line, and open while one is written, so that a look at a
/// channel leaves nothing behind.
pub(crate) struct Book {
    path: PathBuf,
    /// Bytes of whole lines.
    length: u64,
    /// Whether there may be half a line behind them.
    torn: bool,
    /// The best voucher there is.
    pub(crate) voucher: Option<SignedVoucher>,
    /// Units of all receipts.
    pub(crate) units: u64,
    /// How many receipts there are.
    pub(crate) count: u64,
    /// The block time of the last receipt.
    pub(crate) at: Option<Timestamp>,
    /// The receipt of an answer that is out already, where the disk did not take it.
    unwritten: Option<Receipt>,
    frontier: Frontier,
}

impl Books {
    /// In a folder that is this process's alone.
    pub(crate) fn open(folder: &Path) -> Result<Books> {
        Ok(Books { folder: Folder::claim(folder)? })
    }

    /// Channels that have a book.
    pub(crate) fn channels(&self) -> Result<Vec<u64>> {
        let entries = fs::read_dir(self.folder.path()).map_err(Error::at(self.folder.path()))?;
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let ids = names.filter_map(|name| name.strip_prefix("channel-")?.strip_suffix(".book")?.parse().ok());
        let mut ids: Vec<u64> = ids.collect();
        ids.sort_unstable();
        Ok(ids)
    }

    fn path(&self, channel: u64) -> PathBuf {
        self.folder.join(format!("channel-{channel}.book"))
    }

    /// Whether a channel has a book.
    pub(crate) fn has(&self, channel: u64) -> bool {
        self.path(channel).exists()
    }

    /// A channel's book, an empty one if there is none. What a crash cut off at the end is dropped: nobody acted on it yet.
    pub(crate) fn book(&self, channel: u64) -> Result<Book> {
        let path = self.path(channel);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(Error::at(&path))?,
        };
        let mut book = Book {
            path,
            length: 0,
            torn: false,
            voucher: None,
            units: 0,
            count: 0,
            at: None,
            unwritten: None,
            frontier: Frontier::default(),
        };
        let mut at = 0;
        while let Some((kind, encoded)) = next(&bytes, &mut at) {
            book.read(channel, kind, encoded)?;
        }
        (book.length, book.torn) = (at as u64, at < bytes.len());
        Ok(book)
    }
}

/// What stands at a place; nothing at the end or where the last was cut off.
fn next<'a>(bytes: &'a [u8], at: &mut usize) -> Option<(u8, &'a [u8])> {
    let rest = &bytes[*at..];
    let length = usize::from(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?));
    let encoded = rest.get(HEAD..HEAD + length)?;
    *at += HEAD + length;
    Some((rest[2], encoded))
}

fn framed(kind: u8, encoded: &[u8]) -> io::Result<Vec<u8>> {
    Ok([length(encoded)?.as_slice(), &[kind], encoded].concat())
}

/// Of a line, or of a part of one. What is longer was not made by an honest other side.
fn length(encoded: &[u8]) -> io::Result<[u8; 2]> {
    let length = u16::try_from(encoded.len());
    let long = |_| io::Error::other(format!("a line of {} bytes is too long for a book", encoded.len()));
    Ok(length.map_err(long)?.to_be_bytes())
}

/// The parts of a paid receipt: the first is preceded by its length.
fn paid(encoded: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = encoded.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// The receipt in a line, if there is one.
fn receipt_in(kind: u8, encoded: &[u8]) -> Option<&[u8]> {
    match kind {
        RECEIPT => Some(encoded),
        PAID => Some(paid(encoded)?.0),
        _ => None,
    }
}

impl Book {
    fn read(&mut self, channel: u64, kind: u8, encoded: &[u8]) -> Result<()> {
        let broken = |why: String| Error::Damaged { path: self.path.clone(), why, remedy: REMEDY };
        let voucher = match kind {
            RECEIPT => None,
            VOUCHER => Some(encoded),
            PAID => Some(paid(encoded).ok_or_else(|| broken("half a line".into()))?.1),
            other => return Err(broken(format!("something of kind {other}"))),
        };
        let voucher = voucher.map(SignedVoucher::decode).transpose();
        let voucher = voucher.map_err(|error| broken(error.to_string()))?;
        let receipt = receipt_in(kind, encoded).map(Receipt::decode).transpose();
        if let Some(receipt) = receipt.map_err(|error| broken(error.to_string()))? {
            if (receipt.channel, receipt.number) != (channel, self.count + 1) {
                let (number, of, next) = (receipt.number, receipt.channel, self.count + 1);
                return Err(broken(format!("receipt {number} of channel-{of} where {next} was written")));
            }
            self.count_in(&receipt);
        }
        self.voucher = voucher.or(self.voucher.take());
        Ok(())
    }

    fn append(&mut self, bytes: io::Result<Vec<u8>>) -> Result<()> {
        // other channels go on meanwhile
        let written = tokio::task::block_in_place(|| self.put(&bytes?));
        written.map_err(Error::at(&self.path))
    }

    /// Adds a line; where that fails, nothing of it stays in front of the next.
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        if self.torn {
            file.set_len(self.length)?;
        }
        let written = file.write_all(bytes).and_then(|()| file.sync_data());
        if let Err(error) = written {
            self.torn = file.set_len(self.length).is_err();
            return Err(error);
        }
        if self.length == 0
            && let Some(folder) = self.path.parent()
        {
            File::open(folder)?.sync_all()?;
        }
        (self.length, self.torn) = (self.length + bytes.len() as u64, false);
        Ok(())
    }

    fn count_in(&mut self, receipt: &Receipt) {
        self.at = receipt.at.or(self.at);
        self.units = self.units.saturating_add(receipt.units);
        self.count += 1;
        self.frontier.push(merkle::leaf(&receipt.encode_to_vec()));
    }

    /// The root over all receipts.
    pub(crate) fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The root over all receipts and one more.
    pub(crate) fn root_with(&self, receipt: &Receipt) -> Hash {
        let mut frontier = self.frontier.clone();
        frontier.push(merkle::leaf(&receipt.encode_to_vec()));
        frontier.root()
    }

    /// Units that the best voucher pays for.
    pub(crate) fn vouched(&self) -> u64 {
        self.voucher
            .as_ref()
            .and_then(|signed| signed.voucher.as_ref())
            .map_or(0, |said| said.cumulative_units)
    }

    /// Keeps a better voucher; it is on disk when this returns.
    pub(crate) fn keep(&mut self, voucher: SignedVoucher) -> Result<()> {
        self.append(framed(VOUCHER, &voucher.encode_to_vec()))?;
        self.voucher = Some(voucher);
        Ok(())
    }

    /// Keeps the receipt of one more use; it is on disk when this returns.
    pub(crate) fn write(&mut self, receipt: &Receipt) -> Result<()> {
        self.append(framed(RECEIPT, &receipt.encode_to_vec()))?;
        self.count_in(receipt);
        Ok(())
    }

    /// Keeps the receipt of an answer that is out already. Where the disk does not take it, nothing goes on before it has.
    pub(crate) fn write_late(&mut self, receipt: &Receipt) -> Result<()> {
        let written = self.write(receipt);
        self.unwritten = written.is_err().then(|| receipt.clone());
        written
    }

    /// Writes what could not be written before.
    pub(crate) fn complete(&mut self) -> Result<()> {
        self.unwritten.take().map_or(Ok(()), |receipt| self.write_late(&receipt))
    }

    /// Keeps the receipt of one more use with the voucher for it: after a crash there are both or none.
    pub(crate) fn pay(&mut self, receipt: &Receipt, voucher: SignedVoucher) -> Result<()> {
        let encoded = receipt.encode_to_vec();
        let both = length(&encoded).and_then(|length| {
            framed(PAID, &[length.as_slice(), &encoded, &voucher.encode_to_vec()].concat())
        });
        self.append(both)?;
        self.count_in(receipt);
        self.voucher = Some(voucher);
        Ok(())
    }

    /// A receipt and its branch to the root over the first `of` receipts, as a voucher states it.
    pub(crate) fn proof(&self, number: u64, of: u64) -> Result<Option<(Receipt, Vec<Hash>)>> {
        if number == 0 || number > of || of > self.count {
            return Ok(None);
        }
        let bytes = fs::read(&self.path).map_err(Error::at(&self.path))?;
        let (mut at, mut leaves, mut found) = (0, Vec::new(), None);
        while let Some((kind, encoded)) = next(&bytes, &mut at) {
            let Some(encoded) = receipt_in(kind, encoded) else { continue };
            leaves.push(merkle::leaf(encoded));
            if leaves.len() as u64 == number {
                found = Receipt::decode(encoded).ok();
            }
            if leaves.len() as u64 == of {
                break;
            }
        }
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        Ok(found.and_then(|receipt| Some((receipt, merkle::branch(&leaves, index)?))))
    }
}

#[cfg(test)]
mod tests;
