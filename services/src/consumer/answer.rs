//! An answer on its way to the client: paid for once all of it was seen and its receipt is right.

use std::{sync::Arc, time::Instant};

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use proto::lazchain::dat::v1::Unit;
use tokio::sync::{OwnedMutexGuard, mpsc};

use super::{MAX_BYTES, Proxy, Stop, decoded, gateway, tail::Tail};
use crate::{books::Book, channel, provider::Meter};

/// Pieces of an answer on their way.
const AHEAD: usize = 16;
/// Seconds by which two clocks may count the time of an answer differently.
const SLACK: u64 = 2;

/// A body of a bounded length.
pub(super) async fn limited(mut answer: reqwest::Response) -> Result<Vec<u8>, Stop> {
    let mut whole = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| gateway("provider", channel::why(error)))? {
        whole.extend_from_slice(&piece);
        if whole.len() > MAX_BYTES {
            return Err(gateway(
                "too_large",
                format!("the answer is longer than {MAX_BYTES} bytes and does not say so"),
            ));
        }
    }
    Ok(whole)
}

/// An answer under way. Whatever becomes of it, the voucher may have to be sent by itself.
pub(super) struct Checks {
    pub(super) proxy: Arc<Proxy>,
    pub(super) book: OwnedMutexGuard<Book>,
    pub(super) meter: Meter,
    pub(super) request_hash: Vec<u8>,
    pub(super) begun: Instant,
}

impl Drop for Checks {
    fn drop(&mut self) {
        self.proxy.called.notify_one();
    }
}

impl Checks {
    /// Pays for an answer whose receipt is right.
    pub(super) fn settle(mut self, receipt: &str, body: &[u8], streamed: bool) -> Result<(), Stop> {
        self.meter.push(body);
        self.pay(receipt, streamed)
    }

    /// Pays for what the meter saw, if the receipt is right.
    fn pay(&mut self, receipt: &str, streamed: bool) -> Result<(), Stop> {
        let receipt = decoded(receipt).ok_or_else(|| gateway("receipt", "the receipt cannot be read"))?;
        let wrong = |what: &str| {
            gateway(
                "receipt",
                format!("the provider's receipt is wrong, so nothing is signed for it: {what}"),
            )
        };
        if (receipt.channel, receipt.number) != (self.proxy.channel.id, self.book.count + 1) {
            return Err(wrong("it is not the next of this channel"));
        }
        let meter = std::mem::replace(&mut self.meter, Meter::new(Unit::Unspecified));
        let counted = meter.finish(streamed, channel::seconds(self.begun)).map_err(|why| wrong(&why))?;
        if receipt.request_hash != self.request_hash || receipt.response_hash != counted.hash {
            return Err(wrong("it is for another request or answer"));
        }
        let fits = match self.proxy.unit {
            Unit::Second => receipt.units <= counted.units + SLACK,
            _ => receipt.units == counted.units,
        };
        if !fits {
            let (units, counted) = (receipt.units, counted.units);
            return Err(wrong(&format!("it counts {units} units, the answer shows {counted}")));
        }
        self.proxy.vouch(&mut self.book, &receipt)
    }

    /// Passes a long answer on as it comes, and pays at its end.
    pub(super) fn long(mut self, answer: reqwest::Response, receipt: String) -> Result<Body, Stop> {
        if self.meter.keeps() {
            return Err(gateway("too_large", format!("the answer is longer than {MAX_BYTES} bytes")));
        }
        let (to_client, mut from_work) = mpsc::channel::<std::io::Result<Bytes>>(AHEAD);
        tokio::spawn(async move {
            let mut pieces = answer.bytes_stream();
            while let Some(piece) = pieces.next().await {
                let piece = piece.map_err(|error| std::io::Error::other(channel::why(error)));
                if let Ok(piece) = &piece {
                    self.meter.push(piece);
                }
                let broken = piece.is_err();
                if to_client.send(piece).await.is_err() || broken {
                    tracing::error!("a long answer did not arrive; nothing is signed for it");
                    return;
                }
            }
            if let Err(Stop(_, code, message)) = self.pay(&receipt, false) {
                tracing::error!(code, message, "nothing is signed for a long answer");
                let _ = to_client.send(Err(std::io::Error::other(message))).await;
            }
        });
        Ok(Body::from_stream(futures_util::stream::poll_fn(move |cx| from_work.poll_recv(cx))))
    }

    /// Passes a stream on as it comes; its last event is the receipt, which is not passed on.
    pub(super) fn stream(self, answer: reqwest::Response) -> Response {
        let status = answer.status();
        let (to_client, mut from_work) = mpsc::channel::<std::io::Result<Bytes>>(AHEAD);
        tokio::spawn(async move {
            let mut tail = Tail::default();
            let mut pieces = answer.bytes_stream();
            while let Some(piece) = pieces.next().await {
                match piece {
                    Ok(piece) => {
                        let now = tail.push(&piece);
                        let _ = to_client.send(Ok(Bytes::from(now))).await;
                        if tail.whole.len() > MAX_BYTES {
                            break;
                        }
                    }
                    Err(error) => {
                        let _ = to_client.send(Err(std::io::Error::other(channel::why(error)))).await;
                        return;
                    }
                }
            }
            let (rest, body, receipt) = tail.finish();
            let _ = to_client.send(Ok(Bytes::from(rest))).await;
            let settled = match receipt {
                Some(receipt) => self.settle(&receipt, &body, true),
                None => Err(gateway("no_receipt", "the stream ended without a receipt")),
            };
            if let Err(Stop(_, code, message)) = settled {
                tracing::error!(code, message, "nothing is signed for a stream");
                let _ = to_client.send(Err(std::io::Error::other(message))).await;
            }
        });
        let body = Body::from_stream(futures_util::stream::poll_fn(move |cx| from_work.poll_recv(cx)));
        (status, [(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
    }
}
