//! Vouchers and receipts of each channel, on disk before anything is done on their strength. A provider and a consumer keep
//! the same books of a channel.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Write},
    path::{Path, PathBuf},
};

use nix::fcntl::{Flock, FlockArg};
use prost::Message as _;
use proto::{
    lazchain::usage::v1::{Receipt, SignedVoucher},
    merkle::{self, Frontier, Hash},
};

use crate::provider::{Error, Result};

/// Bytes of one receipt on disk.
const MAX_RECEIPT: usize = 1_024;

/// A folder of books. No two processes share one.
pub(crate) struct Books {
    folder: PathBuf,
    _lock: Flock<File>,
}

/// One channel's.
pub(crate) struct Book {
    vouchers: PathBuf,
    receipts: PathBuf,
    log: File,
    /// The best voucher there is.
    pub(crate) voucher: Option<SignedVoucher>,
    /// Units of all receipts.
    pub(crate) units: u64,
    /// How many receipts there are.
    pub(crate) count: u64,
    frontier: Frontier,
}

impl Books {
    /// Makes the folder if it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Books> {
        fs::create_dir_all(folder).map_err(Error::at(folder))?;
        let path = folder.join("books.lock");
        let file = File::create(&path).map_err(Error::at(path))?;
        let lock = Flock::lock(file, FlockArg::LockExclusiveNonblock);
        let lock = lock.map_err(|_| Error::InUse(folder.to_owned()))?;
        Ok(Books { folder: folder.to_owned(), _lock: lock })
    }

    /// Channels that have a book.
    pub(crate) fn channels(&self) -> Result<Vec<u64>> {
        let entries = fs::read_dir(&self.folder).map_err(Error::at(&self.folder))?;
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let ids =
            names.filter_map(|name| name.strip_prefix("channel-")?.strip_suffix(".receipts")?.parse().ok());
        let mut ids: Vec<u64> = ids.collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// A channel's book, new if there is none. A receipt that a crash cut off is dropped: its answer was never complete.
    pub(crate) fn book(&self, channel: u64) -> Result<Book> {
        let vouchers = self.folder.join(format!("channel-{channel}.voucher"));
        let receipts = self.folder.join(format!("channel-{channel}.receipts"));
        let broken = |path: &Path, why: String| Error::Books { path: path.to_owned(), why };
        let voucher = match fs::read(&vouchers) {
            Ok(bytes) => Some(
                SignedVoucher::decode(bytes.as_slice())
                    .map_err(|error| broken(&vouchers, error.to_string()))?,
            ),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::at(vouchers)(error)),
        };
        let log = OpenOptions::new().create(true).read(true).append(true).open(&receipts);
        let mut log = log.map_err(Error::at(&receipts))?;
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes).map_err(Error::at(&receipts))?;
        let mut book =
            Book { vouchers, receipts, log, voucher, units: 0, count: 0, frontier: Frontier::default() };
        let (mut at, mut expected) = (0, 1);
        while let Some(receipt) = next(&bytes, &mut at) {
            let receipt = receipt.map_err(|why| broken(&book.receipts, why))?;
            if (receipt.channel, receipt.number) != (channel, expected) {
                let why = format!(
                    "receipt {} of channel-{} where {expected} was written",
                    receipt.number, receipt.channel
                );
                return Err(broken(&book.receipts, why));
            }
            expected += 1;
            book.count_in(&receipt);
        }
        if at < bytes.len() {
            book.log.set_len(at as u64).map_err(Error::at(&book.receipts))?;
        }
        Ok(book)
    }
}

/// The receipt at a place; nothing at the end or where the last was cut off.
fn next(bytes: &[u8], at: &mut usize) -> Option<Result<Receipt, String>> {
    let rest = &bytes[*at..];
    let length = usize::from(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?));
    let encoded = rest.get(2..2 + length)?;
    *at += 2 + length;
    Some(Receipt::decode(encoded).map_err(|error| error.to_string()))
}

impl Book {
    fn count_in(&mut self, receipt: &Receipt) {
        self.units = self.units.saturating_add(receipt.units);
        self.count += 1;
        self.frontier.push(merkle::leaf(&receipt.encode_to_vec()));
    }

    /// The root over all receipts.
    pub(crate) fn root(&self) -> Hash {
        self.frontier.root()
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
        let folder = self.vouchers.parent().expect("a file lies in a folder");
        let written = || -> std::io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&voucher.encode_to_vec())?;
            file.as_file().sync_all()?;
            file.persist(&self.vouchers).map_err(|error| error.error)?;
            File::open(folder)?.sync_all()
        };
        written().map_err(Error::at(&self.vouchers))?;
        self.voucher = Some(voucher);
        Ok(())
    }

    /// Keeps the receipt of one more use; it is on disk when this returns.
    pub(crate) fn write(&mut self, receipt: &Receipt) -> Result<()> {
        let encoded = receipt.encode_to_vec();
        debug_assert!(encoded.len() <= MAX_RECEIPT);
        let length = u16::try_from(encoded.len()).unwrap_or(u16::MAX).to_be_bytes();
        let written = |log: &mut File| -> std::io::Result<()> {
            log.write_all(&[length.as_slice(), &encoded].concat())?;
            log.sync_data()
        };
        written(&mut self.log).map_err(Error::at(&self.receipts))?;
        self.count_in(receipt);
        Ok(())
    }

    /// A receipt and its branch to the root over the first `of` receipts, as a voucher states it.
    pub(crate) fn proof(&self, number: u64, of: u64) -> Result<Option<(Receipt, Vec<Hash>)>> {
        if number == 0 || number > of || of > self.count {
            return Ok(None);
        }
        let bytes = fs::read(&self.receipts).map_err(Error::at(&self.receipts))?;
        let (mut at, mut leaves, mut found) = (0, Vec::new(), None);
        while let Some(Ok(receipt)) = next(&bytes, &mut at) {
            leaves.push(merkle::leaf(&receipt.encode_to_vec()));
            if receipt.number == number {
                found = Some(receipt);
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
        let length = fs::metadata(&book.receipts).unwrap().len();
        book.log.write_all(&[0, 9, 1]).unwrap();
        drop(book);
        let book = books.book(5).unwrap();
        assert_eq!((book.units, book.count, book.vouched(), book.root()), (16, 2, 7, root));
        assert_eq!(fs::metadata(&book.receipts).unwrap().len(), length);
        assert_eq!(books.channels().unwrap(), [5]);
    }

    #[test]
    fn one_use_can_be_proved_against_the_root_of_any_voucher() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(folder.path()).unwrap();
        let mut book = books.book(5).unwrap();
        let mut roots = vec![book.root()];
        for number in 1..=5 {
            book.write(&receipt(number, number)).unwrap();
            roots.push(book.root());
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
    fn a_folder_has_one_owner_and_a_damaged_book_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(folder.path()).unwrap();
        assert!(matches!(Books::open(folder.path()), Err(Error::InUse(_))));
        let mut book = books.book(5).unwrap();
        book.write(&receipt(2, 1)).unwrap();
        assert!(matches!(books.book(5), Err(Error::Books { .. })));
        fs::write(folder.path().join("channel-6.voucher"), [0xff]).unwrap();
        assert!(matches!(books.book(6), Err(Error::Books { .. })));
    }
}
