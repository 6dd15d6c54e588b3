//! The HTTP side: one request, one receipt.

use std::{
    path::Path as FilePath,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::{Chain, Secret, Sender};
use futures_util::StreamExt as _;
use prost::Message as _;
use proto::lazchain::{
    dat::v1::{Purpose, Unit},
    usage::v1::{Channel, Receipt},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedMutexGuard, mpsc};

use super::{
    CHANNEL, Meter, Metered, PURPOSE, RECEIPT, VOUCHER,
    config::Config,
    gate::{self, Refusal},
    meter::asks_for_usage,
    redeem,
    shop::Shop,
    source::{Answer, Counted, down},
};
use crate::{
    books::{Book, Books},
    channel,
    error::{Error, Result},
    ledger::{Known, Ledger},
};

/// Pieces of a stream on their way to a consumer.
const AHEAD: usize = 16;
/// How long a consumer may leave a stream unread; it gets no more of it then. Less where the upstream may take less.
const UNREAD: Duration = Duration::from_secs(60);

/// Serves and redeems for the account of this key until `stop` is done, and redeems once more then. Needs a runtime of several
/// threads.
///
/// # Errors
/// If the folder, the configuration or the account cannot be used.
pub async fn run(
    chain: Chain,
    secret: Secret,
    config: Config,
    folder: &FilePath,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let books = Books::open(folder)?;
    let chain = Arc::new(chain);
    let sender = Sender::open(&chain, secret).await?;
    let listener = tokio::net::TcpListener::bind(config.listen).await;
    let listener =
        listener.map_err(|error| Error::Settings(format!("listen = {}: {error}", config.listen)))?;
    let ledger = Ledger::new(Arc::clone(&chain), Duration::from_secs(config.trust_secs));
    let (me, chain_id) = (sender.address().to_string(), sender.chain_id().to_owned());
    let shop = Arc::new(Shop::new(me, chain_id, config, ledger, books)?);
    tracing::info!(provider = shop.me, listen = %shop.config.listen, "open");
    let router = Router::new()
        .route("/lazchain/health", get(|| async { "ok\n" }))
        .route("/lazchain/voucher", post(take_voucher))
        .route("/lazchain/channels/{channel}", get(standing))
        .route("/lazchain/channels/{channel}/receipts/{number}", get(proof))
        .fallback(serve)
        .with_state(Arc::clone(&shop));
    let served = tokio::spawn(async move { axum::serve(listener, router).await });
    redeem::until(&shop, &chain, sender, stop).await;
    served.abort();
    Ok(())
}

/// Everything that is not one of our own paths.
async fn serve(State(shop): State<Arc<Shop>>, request: Request) -> Response {
    match begin(shop, request).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn id(text: &str) -> Option<u64> {
    text.strip_prefix("channel-").unwrap_or(text).parse().ok()
}

/// The purpose that a word stands for; to infer if none is said.
fn purpose(word: Option<&str>) -> Result<Purpose, Refusal> {
    let Some(word) = word else { return Ok(Purpose::Infer) };
    let name = format!("PURPOSE_{}", word.to_uppercase().replace('-', "_"));
    let purpose = Purpose::from_str_name(&name).filter(|purpose| *purpose != Purpose::Unspecified);
    purpose.ok_or_else(|| Refusal::bad("purpose", format!("{word:?} is no purpose, like infer or train")))
}

fn trouble(error: impl std::fmt::Display) -> Refusal {
    tracing::warn!(%error, "a request could not be served");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "trouble", error.to_string())
}

async fn known(shop: &Shop, headers: &HeaderMap) -> Result<Known, Refusal> {
    let named = header(headers, CHANNEL);
    let text = format!("the header {CHANNEL} names the channel that pays, as channel-5");
    let missing = || Refusal::unpaid("no_channel", text.clone(), json!({ "provider": shop.me }));
    let channel = named.and_then(id).ok_or_else(missing)?;
    let found = shop.ledger.channel(channel).await.map_err(trouble)?;
    let none = || Refusal::unpaid("no_channel", format!("there is no channel-{channel}"), json!({}));
    let known = found.ok_or_else(none)?;
    gate::is_ours(&shop.me, &known.channel)?;
    Ok(known)
}

async fn begin(shop: Arc<Shop>, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let known = known(&shop, &parts.headers).await?;
    let purpose = purpose(header(&parts.headers, PURPOSE))?;
    let channel = &known.channel;
    let offer = shop.config.offer(channel.asset).ok_or_else(|| {
        Refusal::forbidden("not_served", format!("asset-{} is not served here", channel.asset))
    })?;
    if !offer.serves(&parts.method, parts.uri.path()) {
        let text =
            format!("{} {} is not served here; its provider may list it", parts.method, parts.uri.path());
        return Err(Refusal::forbidden("path", text));
    }
    // read first: a consumer that sends slowly must not hold up the channel's other requests
    let asked =
        tokio::time::timeout(shop.config.patience(), axum::body::to_bytes(body, shop.config.max_bytes));
    let asked = asked.await.ok().and_then(Result::ok).ok_or_else(|| {
        let text = format!("the request is longer than {} bytes, or did not arrive", shop.config.max_bytes);
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text)
    })?;
    let mut held = shop.book(channel.id).await.map_err(trouble)?;
    held.book.complete().map_err(trouble)?;
    if let Some(text) = header(&parts.headers, VOUCHER) {
        held.take(&shop.chain_id, &known, text)?;
    }
    let book = held.book;
    let (unit, refused) = (known.terms.unit(), shop.till().stops(channel.id));
    gate::may_begin(&known, offer, purpose, &book, refused)?;
    // receipts follow each other in time, though the node may have been set back
    let at = book.at.filter(|at| (at.seconds, at.nanos) > (known.at.seconds, known.at.nanos));
    let work = Work {
        meter: Meter::new(unit),
        begun: Instant::now(),
        patience: shop.config.patience(),
        max_bytes: shop.config.max_bytes,
        receipt: Receipt {
            channel: channel.id,
            number: book.count + 1,
            at: at.or(Some(known.at)),
            purpose: purpose.into(),
            request_hash: Sha256::digest(&asked).to_vec(),
            ..Receipt::default()
        },
        book,
    };
    match (&offer.file, &offer.upstream) {
        (Some(file), _) => work.serve(shop.sources.file(offer, file, unit).await?),
        (None, upstream) => {
            let base = upstream.as_deref().unwrap_or_default();
            let asked = if unit == Unit::Token { asks_for_usage(asked) } else { asked };
            let asked = tokio::time::timeout(shop.config.patience(), shop.sources.ask(base, &parts, asked));
            let answer = asked.await.map_err(|_| hangs(shop.config.patience()))??;
            if answer.is_stream() { Ok(work.stream(answer)) } else { work.whole(answer).await }
        }
    }
}

fn hangs(patience: Duration) -> Refusal {
    down(format!("it did not answer within {} s", patience.as_secs()))
}

/// One request under way. It holds its channel's book until its receipt is written.
struct Work {
    meter: Meter,
    begun: Instant,
    patience: Duration,
    max_bytes: usize,
    receipt: Receipt,
    book: OwnedMutexGuard<Book>,
}

impl Work {
    /// A file: its receipt is written before its first byte leaves.
    fn serve(self, file: Counted) -> Result<Response, Refusal> {
        let receipt = self.write(Metered { units: file.units, hash: file.hash }, false)?;
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, file.size.into());
        headers.insert(RECEIPT, receipt.parse().expect("base64 is a header"));
        Ok((headers, Body::from_stream(file.pieces)).into_response())
    }

    /// An answer of which nothing is passed on before all is there.
    async fn whole(mut self, answer: Answer) -> Result<Response, Refusal> {
        let (status, kind, mut pieces) = (answer.status, answer.kind, answer.pieces);
        let (most, patience) = (self.max_bytes, self.patience.saturating_sub(self.begun.elapsed()));
        let collect = async {
            let mut whole = Vec::new();
            while let Some(piece) = pieces.next().await {
                whole.extend_from_slice(&piece.map_err(down)?);
                if whole.len() > most {
                    let text = format!("the answer is longer than {most} bytes");
                    return Err(Refusal::new(StatusCode::BAD_GATEWAY, "too_large", text));
                }
            }
            Ok(whole)
        };
        let whole = tokio::time::timeout(patience, collect).await.map_err(|_| hangs(self.patience))??;
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, kind);
        }
        // what failed is not charged
        if status.is_success() {
            self.meter.push(&whole);
            let receipt = self.finish(false)?;
            headers.insert(RECEIPT, receipt.parse().expect("base64 is a header"));
        }
        Ok((status, headers, whole).into_response())
    }

    /// Passes pieces on as they come; whether or not the consumer stays, the work is done and its receipt written.
    fn stream(mut self, answer: Answer) -> Response {
        let (to_consumer, mut from_work) = mpsc::channel::<std::io::Result<Bytes>>(AHEAD);
        let mut reader = Reader { to: Some(to_consumer), patience: UNREAD.min(self.patience) };
        let mut pieces = answer.pieces;
        tokio::spawn(async move {
            let mut length = 0;
            let late = |_| Some(Err(std::io::Error::other("the upstream stopped in the middle")));
            // what is longer than it may be ends here, and is charged as far as it went
            while length <= self.max_bytes
                && let Some(piece) =
                    tokio::time::timeout(self.patience, pieces.next()).await.unwrap_or_else(late)
            {
                let failed = piece.is_err();
                if let Ok(piece) = &piece {
                    length += piece.len();
                    self.meter.push(piece);
                }
                reader.gets(piece).await;
                if failed {
                    return;
                }
            }
            drop(pieces);
            let end = match self.finish(true) {
                Ok(receipt) => Ok(Bytes::from(format!("{}{receipt}\n\n", channel::receipt_event()))),
                Err(refusal) => Err(std::io::Error::other(format!("{}: no receipt", refusal.reason))),
            };
            reader.gets(end).await;
        });
        let body = Body::from_stream(futures_util::stream::poll_fn(move |cx| from_work.poll_recv(cx)));
        let kind = answer.kind.unwrap_or_else(|| HeaderValue::from_static("text/event-stream"));
        (answer.status, [(header::CONTENT_TYPE, kind)], body).into_response()
    }

    /// Counts, and writes the receipt before anybody sees it.
    fn finish(mut self, streamed: bool) -> Result<String, Refusal> {
        let seconds = channel::seconds(self.begun);
        let meter = std::mem::replace(&mut self.meter, Meter::new(Unit::Unspecified));
        let metered = meter.finish(streamed, seconds);
        let metered = metered.map_err(|why| Refusal::new(StatusCode::BAD_GATEWAY, "unmetered", why))?;
        self.write(metered, streamed)
    }

    /// Writes the receipt, of an answer that is out already or of one that waits for it.
    fn write(mut self, metered: Metered, is_out: bool) -> Result<String, Refusal> {
        self.receipt.units = metered.units;
        self.receipt.response_hash = metered.hash;
        let written =
            if is_out { self.book.write_late(&self.receipt) } else { self.book.write(&self.receipt) };
        written.map_err(trouble)?;
        let Receipt { channel, number, units, .. } = self.receipt;
        tracing::info!(channel, number, units, "served");
        Ok(BASE64.encode(self.receipt.encode_to_vec()))
    }
}

/// Who a stream goes to, for as long as it is read.
struct Reader {
    to: Option<mpsc::Sender<std::io::Result<Bytes>>>,
    patience: Duration,
}

impl Reader {
    async fn gets(&mut self, piece: std::io::Result<Bytes>) {
        if let Some(to) = &self.to {
            let sent = tokio::time::timeout(self.patience, to.send(piece)).await;
            if !matches!(sent, Ok(Ok(()))) {
                self.to = None;
            }
        }
    }
}

/// A voucher without a request.
async fn take_voucher(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let taken = async {
        let known = known(&shop, &headers).await?;
        let text = header(&headers, VOUCHER);
        let text = text
            .ok_or_else(|| Refusal::bad("voucher_unreadable", format!("the header {VOUCHER} is missing")))?;
        let mut held = shop.book(known.channel.id).await.map_err(trouble)?;
        held.take(&shop.chain_id, &known, text)
    };
    match taken.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn described(channel: &Channel, book: &Book) -> Value {
    json!({
        "channel": channel.id, "asset": channel.asset, "units": book.units, "vouched": book.vouched(),
        "receipts": book.count, "receipts_root": hex::encode(book.root()), "units_cap": channel.units_cap,
        "price": channel.price, "denom": channel.denom, "deposit": channel.deposit, "redeemed": channel.redeemed,
    })
}

/// How a channel stands, for its consumer to compare.
async fn standing(State(shop): State<Arc<Shop>>, Path(channel): Path<String>) -> Response {
    let found = async {
        let none = || Refusal::new(StatusCode::NOT_FOUND, "no_channel", format!("there is no {channel}"));
        let known = shop.ledger.channel(id(&channel).ok_or_else(none)?).await.map_err(trouble)?;
        let known = known.ok_or_else(none)?;
        gate::is_ours(&shop.me, &known.channel)?;
        let book = shop.book(known.channel.id).await.map_err(trouble)?.book;
        Ok::<_, Refusal>(Json(described(&known.channel, &book)))
    };
    found.await.map_or_else(IntoResponse::into_response, IntoResponse::into_response)
}

#[derive(Deserialize)]
struct Of {
    of: Option<u64>,
}

/// One receipt with its branch to the root over the first `of`, all by default.
async fn proof(
    State(shop): State<Arc<Shop>>,
    Path((channel, number)): Path<(String, u64)>,
    Query(Of { of }): Query<Of>,
) -> Response {
    let found = async {
        let none = || {
            let text = format!("{channel} has no receipt {number}");
            Refusal::new(StatusCode::NOT_FOUND, "no_receipt", text)
        };
        let id = id(&channel).filter(|id| shop.has(*id)).ok_or_else(none)?;
        let book = shop.book(id).await.map_err(trouble)?.book;
        let of = of.unwrap_or(book.count);
        let (receipt, branch) = book.proof(number, of).map_err(trouble)?.ok_or_else(none)?;
        let branch: Vec<String> = branch.iter().map(hex::encode).collect();
        let receipt = BASE64.encode(receipt.encode_to_vec());
        Ok::<_, Refusal>(Json(json!({ "receipt": receipt, "number": number, "of": of, "branch": branch })))
    };
    found.await.map_or_else(IntoResponse::into_response, IntoResponse::into_response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_that_nobody_reads_is_worked_to_its_end() {
        let (to, mut from) = mpsc::channel(1);
        let mut reader = Reader { to: Some(to), patience: Duration::from_millis(10) };
        for _ in 0..3 {
            reader.gets(Ok(Bytes::from("data: {}"))).await;
        }
        assert!(reader.to.is_none(), "it gets no more");
        assert!(from.recv().await.is_some() && from.recv().await.is_none());
    }
}
