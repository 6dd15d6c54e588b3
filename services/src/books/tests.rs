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
    OpenOptions::new().append(true).open(&book.path).unwrap().write_all(&[0, 9, 1, 7]).unwrap();
    let mut book = books.book(5).unwrap();
    assert_eq!((book.units, book.count, book.vouched(), book.root()), (16, 2, 7, root));
    book.write(&receipt(3, 1)).unwrap();
    let line = framed(RECEIPT, &receipt(3, 1).encode_to_vec()).unwrap().len() as u64;
    assert_eq!(fs::metadata(&book.path).unwrap().len(), length + line);
    assert_eq!(books.channels().unwrap(), [5]);
    assert!(books.has(5) && books.book(6).is_ok() && !books.has(6), "a look makes no book");
}

/// The same test again in a process whose files may have a block alone.
#[test]
fn a_line_that_the_disk_does_not_take_whole_stands_before_no_other() {
    const SMALL: &str = "LAZCHAIN_TEST_SMALL_FILES";
    let Some(folder) = std::env::var_os(SMALL) else {
        let folder = tempfile::tempdir().unwrap();
        let name = std::thread::current().name().unwrap().to_owned();
        let limits = "trap '' XFSZ; ulimit -f 1; exec \"$0\" --exact --test-threads=1 \"$1\"";
        let mut again = std::process::Command::new("sh");
        again.args(["-c", limits]).arg(std::env::current_exe().unwrap()).arg(name);
        let out = again.env(SMALL, folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success() && said.contains("1 passed"), "{said}");
        return;
    };
    let books = Books::open(Path::new(&folder)).unwrap();
    let mut book = books.book(5).unwrap();
    let mut number = 0;
    let hashed = |number| Receipt { request_hash: vec![1; 31], ..receipt(number, 1) };
    while book.write(&hashed(number + 1)).is_ok() {
        number += 1;
    }
    let whole = fs::metadata(&book.path).unwrap().len();
    assert!(number > 5 && whole == book.length, "what was begun is cut off again");
    assert!(book.write_late(&hashed(number + 1)).is_err() && book.complete().is_err());
    assert_eq!((book.count, books.book(5).unwrap().count), (number, number));
    // as after the disk has room again
    let all = fs::read(&book.path).unwrap();
    let (first, _) = all.split_at(all.len() / number as usize);
    fs::write(&book.path, first).unwrap();
    (book.length, book.count) = (first.len() as u64, number);
    book.complete().unwrap();
    assert_eq!((book.count, fs::metadata(&book.path).unwrap().len() % book.length), (number + 1, 0));
}

#[test]
fn what_is_longer_than_a_line_is_refused_and_the_book_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let books = Books::open(folder.path()).unwrap();
    let mut book = books.book(5).unwrap();
    let long = Receipt { request_hash: vec![1; 1 << 16], ..receipt(1, 1) };
    assert!(book.write(&long).is_err() && book.pay(&long, voucher(1)).is_err());
    assert!(book.keep(SignedVoucher { signature: vec![1; 1 << 16], ..voucher(1) }).is_err());
    book.pay(&receipt(1, 7), voucher(7)).unwrap();
    assert_eq!(books.book(5).unwrap().vouched(), 7);
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
            assert!(merkle::verify(&leaf, number - 1, of, &branch, &roots[of as usize]), "{number} of {of}");
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
