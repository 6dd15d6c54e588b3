//! Vouchers and receipts of each channel, on disk before anything is done on their strength. A provider and a consumer keep
//! the same books of a channel.
//!
//! Each channel waits for the disk by itself, beside the others: a journaling file system makes the waits that meet one.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Write},
    path::{Path, PathBuf},
};

use prost::Message as _;
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

/// One channel's: a file that only grows.
pub(crate) struct Book {
    path: PathBuf,
    file: File,
    /// The best voucher there is.
    pub(crate) voucher: Option<SignedVoucher>,
    /// Units of all receipts.
    pub(crate) units: u64,
    /// How many receipts there are.
    pub(crate) count: u64,
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

    /// A channel's book, new if there is none. What a crash cut off at the end is dropped: nobody acted on it yet.
    pub(crate) fn book(&self, channel: u64) -> Result<Book> {
        let path = self.folder.join(format!("channel-{channel}.book"));
        let file = OpenOptions::new().create(true).read(true).append(true).open(&path);
        let mut file = file.map_err(Error::at(&path))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::at(&path))?;
        let folder = File::open(self.folder.path()).and_then(|folder| folder.sync_all());
        folder.map_err(Error::at(self.folder.path()))?;
        let mut book = Book { path, file, voucher: None, units: 0, count: 0, frontier: Frontier::default() };
        let mut at = 0;
        while let Some((kind, encoded)) = next(&bytes, &mut at) {
            book.read(channel, kind, encoded)?;
        }
        if at < bytes.len() {
            book.file.set_len(at as u64).map_err(Error::at(&book.path))?;
        }
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

fn framed(kind: u8, encoded: &[u8]) -> Vec<u8> {
    // all kinds have a few fields of fixed size and no lists
    let length = u16::try_from(encoded.len()).expect("a few hundred bytes").to_be_bytes();
    [length.as_slice(), &[kind], encoded].concat()
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

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        // other channels go on meanwhile
        let written =
            tokio::task::block_in_place(|| self.file.write_all(bytes).and_then(|()| self.file.sync_data()));
        written.map_err(Error::at(&self.path))
    }

    fn count_in(&mut self, receipt: &Receipt) {
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
        self.append(&framed(VOUCHER, &voucher.encode_to_vec()))?;
        self.voucher = Some(voucher);
        Ok(())
    }

    /// Keeps the receipt of one more use; it is on disk when this returns.
    pub(crate) fn write(&mut self, receipt: &Receipt) -> Result<()> {
        self.append(&framed(RECEIPT, &receipt.encode_to_vec()))?;
        self.count_in(receipt);
        Ok(())
    }

    /// Keeps the receipt of one more use with the voucher for it: after a crash there are both or none.
    pub(crate) fn pay(&mut self, receipt: &Receipt, voucher: SignedVoucher) -> Result<()> {
        let encoded = receipt.encode_to_vec();
        let length = u16::try_from(encoded.len()).expect("a few hundred bytes").to_be_bytes();
        let both = [length.as_slice(), &encoded, &voucher.encode_to_vec()].concat();
        self.append(&framed(PAID, &both))?;
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
mod tests {
    use super::*;
    use proto::lazchain::usage::v1::Voucher;

    fn receipt(number: u64, units: u64) -> Receipt {
        Receipt { channel: 5, number, units, ..Receipt::default() }
    }

    fn voucher(units: u64) -> SignedVoucher {
        let voucher = Voucher { channel: 5, cumulative_units: units, ..Voucher::default() };
        SignedVoucher { voucher: Some(voucher), signature: vec![1; 64] }
    }

    #[test]
    fn what_was_kept_is_there_after_a_restart_and_a_cut_receipt_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(folder.path()).unwrap();
        let mut book = books.book(5).unwrap();
        book.keep(voucher(7)).unwrap();
        book.write(&receipt(1, 7)).unwrap();
        book.write(&receipt(2, 9)).unwrap();
        let root = book.root();
        let length = fs::metadata(&book.path).unwrap().len();
        book.file.write_all(&[0, 9, 1, 7]).unwrap();
        drop(book);
        let book = books.book(5).unwrap();
        assert_eq!((book.units, book.count, book.vouched(), book.root()), (16, 2, 7, root));
        assert_eq!(fs::metadata(&book.path).unwrap().len(), length);
        assert_eq!(books.channels().unwrap(), [5]);
    }

    #[test]
    fn a_receipt_and_its_voucher_are_there_both_or_neither_wherever_the_line_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(folder.path()).unwrap();
        let mut book = books.book(5).unwrap();
        book.pay(&receipt(1, 7), voucher(7)).unwrap();
        let before = fs::read(&book.path).unwrap();
        book.pay(&receipt(2, 9), voucher(16)).unwrap();
        let (path, after) = (book.path.clone(), fs::read(&book.path).unwrap());
        for length in before.len()..=after.len() {
            fs::write(&path, &after[..length]).unwrap();
            let book = books.book(5).unwrap();
            let whole = length == after.len();
            assert_eq!((book.units, book.vouched()), if whole { (16, 16) } else { (7, 7) }, "{length} bytes");
        }
    }

    #[test]
    fn one_use_can_be_proved_against_the_root_of_any_voucher() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(folder.path()).unwrap();
        let mut book = books.book(5).unwrap();
        let mut roots = vec![book.root()];
        for number in 1..=5 {
            let next = receipt(number, number);
            roots.push(book.root_with(&next));
            if number % 2 == 0 {
                book.pay(&next, voucher(number)).unwrap()
            } else {
                book.write(&next).unwrap()
            }
            assert_eq!(roots.last(), Some(&book.root()));
        }
        for of in 1..=5 {
            for number in 1..=of {
                let (found, branch) = book.proof(number, of).unwrap().unwrap();
                let leaf = merkle::leaf(&found.encode_to_vec());
                assert!(
                    merkle::verify(&leaf, number - 1, of, &branch, &roots[of as usize]),
                    "{number} of {of}"
                );
            }
        }
        assert!(book.proof(0, 5).unwrap().is_none() && book.proof(6, 6).unwrap().is_none());
    }

    #[test]
    fn a_damaged_book_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(folder.path()).unwrap();
        let mut book = books.book(5).unwrap();
        book.write(&receipt(2, 1)).unwrap();
        assert!(matches!(books.book(5), Err(Error::Damaged { .. })));
        for damage in [[0, 1, VOUCHER, 0xff], [0, 1, RECEIPT, 0xff], [0, 1, PAID, 0xff], [0, 1, 9, 0]] {
            fs::write(folder.path().join("channel-6.book"), damage).unwrap();
            assert!(matches!(books.book(6), Err(Error::Damaged { .. })), "{damage:?}");
        }
    }
}
