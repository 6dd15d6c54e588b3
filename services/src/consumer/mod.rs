//! A consumer's side of a channel: a proxy on the consumer's own machine that any HTTP client or OpenAI SDK is pointed at. It
//! adds the voucher, checks the receipt of each answer, and signs the next voucher.
//!
//! What it pays for it has seen: a receipt must name the request and the answer by their hashes, and as many units as the
//! answer itself shows. Its books are on disk before a voucher leaves, so that a restart goes on where it stood.

mod answer;
mod tail;

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::{
    Chain, Secret,
    offchain::{self, Ed25519, Use},
};
use prost::Message as _;
use proto::lazchain::{
    dat::v1::{PolicyTerms, Purpose, Unit},
    usage::v1::{Channel, Receipt, Terms},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, Notify};

use crate::{
    books::{Book, Books},
    channel,
    error::{Error, Result},
    ledger::{Known, Ledger},
    provider::{CHANNEL, Meter, PURPOSE, RECEIPT, VOUCHER},
};
use answer::{Checks, limited};

/// Bytes of a request, and of an answer that is checked before any of it is passed on.
const MAX_BYTES: usize = 16 << 20;
/// How long a voucher waits for a request that takes it along.
const QUIET: Duration = Duration::from_millis(100);
/// How long the provider may take to take a voucher.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a consumer's proxy is told.
pub struct Settings {
    /// The channel.
    pub channel: u64,
    /// Which of the consumer's channel keys it has.
    pub number: u64,
    /// The provider's base, as `https://gpu.example.org`.
    pub provider: String,
    /// What for.
    pub purpose: Purpose,
    /// Fields and code that are used, where the licence names them.
    pub terms: Option<Terms>,
    /// Where clients on this machine come in.
    pub listen: SocketAddr,
    /// Most units, of all requests until the end, that are paid without having seen the answer, after a crash in between.
    pub unseen_units: u64,
}

struct Proxy {
    settings: Settings,
    chain_id: String,
    channel: Channel,
    unit: Unit,
    key: Ed25519,
    book: Arc<Mutex<Book>>,
    _books: Books,
    http: reqwest::Client,
    /// Told after each call.
    called: Notify,
    /// The sequence of the last voucher that the provider is known to have.
    delivered: AtomicU64,
    /// Units that may still be paid without having seen the answer.
    unseen: AtomicU64,
}

/// Serves until `stop` is done. Needs a runtime of several threads.
///
/// # Errors
/// If the channel is not this key's, its licence asks for terms that are not given, or the folder or address cannot be used.
pub async fn run(
    chain: Chain,
    secret: &Secret,
    settings: Settings,
    folder: &Path,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let chain_id = chain.id().await?;
    let known = Ledger::new(Arc::new(chain), Duration::ZERO).channel(settings.channel).await?;
    let none = || Error::Settings(format!("there is no channel-{}", settings.channel));
    let Known { channel, terms, .. } = known.ok_or_else(none)?;
    let key = offchain::channel(secret, settings.number);
    if channel.channel_key != key.public() {
        let text = format!(
            "channel-{} has another key than --number {} of this account",
            channel.id, settings.number
        );
        return Err(Error::Settings(text));
    }
    fits(settings.terms.as_ref(), &terms)?;
    let books = Books::open(folder)?;
    let book = books.book(channel.id)?;
    let unseen = AtomicU64::new(settings.unseen_units);
    let http = reqwest::Client::builder().no_proxy().read_timeout(Duration::from_secs(600)).build();
    let http = http.map_err(|error| Error::Settings(error.to_string()))?;
    let listener = tokio::net::TcpListener::bind(settings.listen).await;
    let listener = listener.map_err(|error| Error::Settings(format!("{}: {error}", settings.listen)))?;
    tracing::info!(channel = channel.id, listen = %settings.listen, provider = settings.provider, "signing");
    let proxy = Arc::new(Proxy {
        settings,
        chain_id,
        channel,
        unit: terms.unit(),
        key,
        book: Arc::new(Mutex::new(book)),
        _books: books,
        http,
        called: Notify::new(),
        delivered: AtomicU64::new(0),
        unseen,
    });
    let router =
        Router::new().route("/lazchain/spent", get(spent)).fallback(forward).with_state(Arc::clone(&proxy));
    let served = axum::serve(listener, router);
    tokio::select! {
        done = served.into_future() => return done.map_err(|error| Error::Settings(error.to_string())),
        () = proxy.deliver_when_quiet() => {}
        () = stop => {}
    }
    proxy.deliver().await;
    Ok(())
}

/// Whether vouchers with these terms are ones that the chain redeems: work that cannot be paid is not asked for.
fn fits(given: Option<&Terms>, licence: &PolicyTerms) -> Result<()> {
    let none = Terms::default();
    let given = given.unwrap_or(&none);
    let other = given.fields.iter().find(|field| !licence.fields.contains(field));
    if !licence.fields.is_empty() && (given.fields.is_empty() || other.is_some()) {
        let text =
            format!("the licence names fields; say with --field which are used, of {:?}", licence.fields);
        return Err(Error::Settings(text));
    }
    if !licence.code_digests.is_empty() && !licence.code_digests.contains(&given.code_digest) {
        let codes: Vec<String> = licence.code_digests.iter().map(hex::encode).collect();
        let text = format!("the licence names code; say with --code-digest which runs, of {codes:?}");
        return Err(Error::Settings(text));
    }
    Ok(())
}

/// What was used of a channel and what that costs, by the books in a folder.
///
/// # Errors
/// If the folder is in use or damaged.
pub fn statement(folder: &Path, channel: &Channel) -> Result<Value> {
    let book = Books::open(folder)?.book(channel.id)?;
    Ok(stated(channel, &book))
}

fn stated(channel: &Channel, book: &Book) -> Value {
    let price = channel::price(channel);
    let of = |units: u64| price.times(units.into()).map_or_else(|_| "too much".into(), |sum| sum.to_string());
    json!({
        "channel": channel.id, "requests": book.count, "units": book.units, "costs": of(book.units),
        "vouched_units": book.vouched(), "vouched": of(book.vouched()), "receipts_root": hex::encode(book.root()),
    })
}

async fn spent(State(proxy): State<Arc<Proxy>>) -> Response {
    let book = proxy.book.lock().await;
    Json(stated(&proxy.channel, &book)).into_response()
}

/// Why a request or an answer goes no further.
struct Stop(StatusCode, &'static str, String);

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let Stop(status, code, message) = self;
        let error = json!({ "type": "lazchain_consumer", "code": code, "message": message });
        (status, Json(json!({ "error": error }))).into_response()
    }
}

fn gateway(code: &'static str, message: impl ToString) -> Stop {
    Stop(StatusCode::BAD_GATEWAY, code, message.to_string())
}

async fn forward(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    match proxy.pass(request).await {
        Ok(response) => response,
        Err(stop) => stop.into_response(),
    }
}

impl Proxy {
    async fn pass(self: Arc<Self>, request: Request) -> Result<Response, Stop> {
        let (parts, body) = request.into_parts();
        let asked = axum::body::to_bytes(body, MAX_BYTES).await;
        let asked = asked.map_err(|_| {
            Stop(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the request is too large".into())
        })?;
        // one request at a time: each voucher covers all before it
        let mut book = Arc::clone(&self.book).lock_owned().await;
        let begun = Instant::now();
        let mut answer = self.ask(&parts, &asked, &book).await?;
        if answer.status() == StatusCode::PAYMENT_REQUIRED && self.catch_up(&mut book).await? {
            answer = self.ask(&parts, &asked, &book).await?;
        }
        let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
        let streamed = kind.as_ref().and_then(|kind| kind.to_str().ok());
        let streamed = streamed.is_some_and(|kind| kind.starts_with("text/event-stream"));
        let status = answer.status();
        if status.is_success() {
            self.delivered.fetch_max(sequence(&book), Ordering::Relaxed);
        }
        let meter = Meter::new(self.unit);
        let checks =
            Checks { proxy: self, book, meter, request_hash: Sha256::digest(&asked).to_vec(), begun };
        if streamed && status.is_success() {
            return Ok(checks.stream(answer));
        }
        let receipt = answer.headers().get(RECEIPT).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let length = answer.content_length();
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, kind);
        }
        if !status.is_success() {
            return Ok((status, headers, limited(answer).await?).into_response());
        }
        let receipt = receipt.ok_or_else(|| gateway("no_receipt", "the answer came without a receipt"))?;
        if let Some(length) = length.filter(|length| *length > MAX_BYTES as u64) {
            headers.insert(header::CONTENT_LENGTH, length.into());
            return Ok((status, headers, checks.long(answer, receipt)?).into_response());
        }
        let whole = limited(answer).await?;
        checks.settle(&receipt, &whole, false)?;
        Ok((status, headers, whole).into_response())
    }

    async fn ask(&self, parts: &Parts, body: &Bytes, book: &Book) -> Result<reqwest::Response, Stop> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.settings.provider.trim_end_matches('/'));
        let asked = self.http.request(parts.method.clone(), url).body(body.clone());
        let mut asked = channel::pass(&parts.headers, asked);
        asked = asked.header(CHANNEL, format!("channel-{}", self.channel.id));
        let purpose = self.settings.purpose.as_str_name();
        asked = asked.header(PURPOSE, purpose.trim_start_matches("PURPOSE_").to_lowercase());
        if let Some(voucher) = &book.voucher {
            asked = asked.header(VOUCHER, BASE64.encode(voucher.encode_to_vec()));
        }
        asked.send().await.map_err(|error| gateway("provider", channel::why(error)))
    }

    /// After a crash between the provider's receipt and ours: takes the one receipt that is missing, if it is small.
    async fn catch_up(&self, book: &mut Book) -> Result<bool, Stop> {
        let number = book.count + 1;
        let base = self.settings.provider.trim_end_matches('/');
        let url = format!("{base}/lazchain/channels/{}/receipts/{number}", self.channel.id);
        let answer =
            self.http.get(url).send().await.map_err(|error| gateway("provider", channel::why(error)))?;
        if !answer.status().is_success() {
            return Ok(false); // it is about something else
        }
        let answer = limited(answer).await?;
        let answer: Value = serde_json::from_slice(&answer).map_err(|error| gateway("provider", error))?;
        let receipt = answer["receipt"].as_str().and_then(decoded);
        let receipt = receipt.ok_or_else(|| gateway("no_receipt", "a receipt cannot be read"))?;
        if (receipt.channel, receipt.number) != (self.channel.id, number) {
            return Err(gateway("receipt", "the receipt is another's"));
        }
        // requests come one at a time: nobody else takes of it meanwhile
        let left = self.unseen.load(Ordering::Relaxed);
        let Some(rest) = left.checked_sub(receipt.units) else {
            let text = format!(
                "the provider counts {} units for an answer that never arrived; of --unseen-units, {left} are left",
                receipt.units
            );
            return Err(gateway("unseen", text));
        };
        self.unseen.store(rest, Ordering::Relaxed);
        tracing::warn!(number, units = receipt.units, "paying for an answer that never arrived");
        self.vouch(book, &receipt)?;
        Ok(true)
    }

    /// Writes a receipt and what is signed for all so far. The voucher goes along with the next request, or by itself.
    fn vouch(&self, book: &mut Book, receipt: &Receipt) -> Result<(), Stop> {
        let own = |code, error: String| Stop(StatusCode::INTERNAL_SERVER_ERROR, code, error);
        let used = Use {
            channel: self.channel.id,
            sequence: sequence(book).max(self.channel.sequence) + 1,
            as_of: receipt.at.unwrap_or_default(),
            purpose: self.settings.purpose,
            terms: self.settings.terms.clone(),
            units: book.units.saturating_add(receipt.units),
            price: channel::price(&self.channel),
            receipts_root: Some(book.root_with(receipt)),
        };
        let voucher = offchain::voucher(&self.chain_id, &used, &self.key);
        let voucher = voucher.map_err(|error| own("voucher", error.to_string()))?;
        book.pay(receipt, voucher).map_err(|error| own("books", error.to_string()))
    }

    /// Sends the last voucher by itself whenever no request follows that would take it along.
    async fn deliver_when_quiet(&self) {
        loop {
            self.called.notified().await;
            tokio::time::sleep(QUIET).await;
            self.deliver().await;
        }
    }

    async fn deliver(&self) {
        // a request that is under way has it
        let Ok(book) = self.book.try_lock() else { return };
        let (number, voucher) = (sequence(&book), book.voucher.clone());
        drop(book);
        let Some(voucher) = voucher.filter(|_| number > self.delivered.load(Ordering::Relaxed)) else {
            return;
        };
        let base = self.settings.provider.trim_end_matches('/');
        let sent = self.http.post(format!("{base}/lazchain/voucher")).timeout(PATIENCE);
        let sent = sent.header(CHANNEL, format!("channel-{}", self.channel.id));
        match sent.header(VOUCHER, BASE64.encode(voucher.encode_to_vec())).send().await {
            Ok(answer) if answer.status().is_success() => {
                self.delivered.fetch_max(number, Ordering::Relaxed);
            }
            Ok(answer) => tracing::warn!(status = %answer.status(), "the provider did not take the voucher"),
            Err(error) => tracing::warn!(error = %error.without_url(), "the voucher could not be sent"),
        }
    }
}

/// Of the last voucher; 0 if there is none.
fn sequence(book: &Book) -> u64 {
    book.voucher.as_ref().and_then(|signed| signed.voucher.as_ref()).map_or(0, |said| said.sequence)
}

fn decoded(text: &str) -> Option<Receipt> {
    Receipt::decode(BASE64.decode(text).ok()?.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_does_not_begin_where_its_vouchers_could_not_be_redeemed() {
        let said = |given: Option<&Terms>, licence: &PolicyTerms| {
            fits(given, licence).map_err(|error| error.to_string().split(';').next().unwrap().to_owned())
        };
        let given = |fields: &[&str], code: &[u8]| {
            let fields = fields.iter().map(|field| (*field).to_owned()).collect();
            Terms { fields, code_digest: code.to_vec() }
        };
        assert_eq!(said(None, &PolicyTerms::default()), Ok(()));
        let fields = PolicyTerms { fields: vec!["age".into(), "sex".into()], ..PolicyTerms::default() };
        for bad in [None, Some(given(&[], &[])), Some(given(&["age", "name"], &[]))] {
            assert_eq!(said(bad.as_ref(), &fields), Err("the licence names fields".into()));
        }
        assert_eq!(said(Some(&given(&["age"], &[])), &fields), Ok(()));
        let code = PolicyTerms { code_digests: vec![vec![7; 32]], ..PolicyTerms::default() };
        assert_eq!(said(Some(&given(&[], &[8; 32])), &code), Err("the licence names code".into()));
        assert_eq!(said(None, &code), Err("the licence names code".into()));
        assert_eq!(said(Some(&given(&[], &[7; 32])), &code), Ok(()));
    }
}
