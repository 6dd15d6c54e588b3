//! All that a provider has: books, what the chain says of channels, and the sources of answers.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, MutexGuard, PoisonError},
};

use proto::lazchain::usage::v1::SignedVoucher;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{config::Config, gate::Refusal, source::Sources, till::Till, voucher};
use crate::{
    books::{Book, Books},
    error::Result,
    ledger::{Known, Ledger},
};

/// A provider's.
pub(super) struct Shop {
    pub(super) me: String,
    pub(super) chain_id: String,
    pub(super) config: Config,
    pub(super) ledger: Ledger,
    pub(super) sources: Sources,
    books: Books,
    open: Mutex<HashMap<u64, Open>>,
    /// Channels that are over for good, or another's.
    over: std::sync::Mutex<HashSet<u64>>,
    till: std::sync::Mutex<Till>,
}

/// A channel that was used or redeemed since the start.
#[derive(Clone)]
struct Open {
    book: Arc<Mutex<Book>>,
    /// The book's, to be redeemed while a request holds the book, however long that takes.
    voucher: Latest,
}

type Latest = Arc<std::sync::Mutex<Option<SignedVoucher>>>;

/// What is written in one step is whole, whoever else panicked.
fn held<T>(of: &std::sync::Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A channel's book, for one request.
pub(super) struct Held {
    pub(super) book: OwnedMutexGuard<Book>,
    voucher: Latest,
}

impl Held {
    /// Takes the voucher of a header, [`voucher::take`].
    pub(super) fn take(&mut self, chain_id: &str, known: &Known, text: &str) -> Result<(), Refusal> {
        voucher::take(chain_id, known, &mut self.book, voucher::read(text)?)?;
        held(&self.voucher).clone_from(&self.book.voucher);
        Ok(())
    }
}

impl Shop {
    pub(super) fn new(
        me: String,
        chain_id: String,
        config: Config,
        ledger: Ledger,
        books: Books,
    ) -> Result<Shop> {
        let (open, over, till) = Default::default();
        Ok(Shop { me, chain_id, config, ledger, sources: Sources::new()?, books, open, over, till })
    }

    async fn opened(&self, channel: u64) -> Result<Open> {
        let mut open = self.open.lock().await;
        if let Some(open) = open.get(&channel) {
            return Ok(open.clone());
        }
        let book = self.books.book(channel)?;
        let voucher = Arc::new(std::sync::Mutex::new(book.voucher.clone()));
        let one = Open { book: Arc::new(Mutex::new(book)), voucher };
        open.insert(channel, one.clone());
        Ok(one)
    }

    /// The book of a channel of ours. One request of a channel is served at a time.
    pub(super) async fn book(&self, channel: u64) -> Result<Held> {
        let Open { book, voucher } = self.opened(channel).await?;
        Ok(Held { book: book.lock_owned().await, voucher })
    }

    /// A channel's best voucher. It waits for nobody.
    pub(super) async fn voucher(&self, channel: u64) -> Result<Option<SignedVoucher>> {
        let voucher = self.opened(channel).await?.voucher;
        let voucher = held(&voucher).clone();
        Ok(voucher)
    }

    /// Whether a channel has a book.
    pub(super) fn has(&self, channel: u64) -> bool {
        self.books.has(channel)
    }

    /// Channels that have a book and are not over.
    pub(super) fn channels(&self) -> Result<Vec<u64>> {
        let mut channels = self.books.channels()?;
        let over = held(&self.over);
        channels.retain(|channel| !over.contains(channel));
        Ok(channels)
    }

    /// Nothing more comes of a channel: its book stays in the folder.
    pub(super) fn closes(&self, channel: u64) {
        held(&self.over).insert(channel);
        self.till().forget(channel);
    }

    /// Puts away the books of channels that are over.
    pub(super) async fn tidies(&self) {
        let mut open = self.open.lock().await;
        let over = held(&self.over);
        open.retain(|channel, one| !over.contains(channel) || Arc::strong_count(&one.book) > 1);
    }

    pub(super) fn till(&self) -> MutexGuard<'_, Till> {
        held(&self.till)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_channel_s_voucher_is_there_while_a_request_holds_its_book_and_goes_when_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::open(folder.path()).unwrap();
        let signed = SignedVoucher { signature: vec![1; 64], ..SignedVoucher::default() };
        books.book(5).unwrap().keep(signed.clone()).unwrap();
        std::fs::write(folder.path().join("channel-6.book"), [0, 1, 9, 0]).unwrap();
        let config = "listen = \"127.0.0.1:0\"\n[[offers]]\nasset = 2\nfile = \"/x\"";
        let rpc = client::rpc::Rpc::new("http://127.0.0.1:1").unwrap();
        let ledger = Ledger::new(Arc::new(client::Chain::new(rpc)), std::time::Duration::ZERO);
        let config = Config::parse(config).unwrap();
        let shop = Shop::new("me".into(), "lazchain-7".into(), config, ledger, books).unwrap();
        let request = shop.book(5).await.unwrap();
        assert_eq!(shop.voucher(5).await.unwrap(), Some(signed));
        assert!(shop.voucher(6).await.is_err(), "a damaged book is its own channel's trouble");
        assert_eq!(shop.channels().unwrap(), [5, 6]);
        shop.closes(5);
        shop.tidies().await;
        assert_eq!((shop.channels().unwrap(), shop.open.lock().await.len()), (vec![6], 1));
        drop(request);
        shop.tidies().await;
        assert_eq!(shop.open.lock().await.len(), 0);
        assert!(shop.has(5), "it can be proved for as long as the folder is kept");
    }
}
