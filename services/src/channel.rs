//! What both sides of a channel count alike.

use std::time::Instant;

use axum::http::{HeaderMap, header};
use proto::{amount::Amount, lazchain::usage::v1::Channel};
use reqwest::RequestBuilder;

use crate::provider::RECEIPT;

/// Of one unit; nothing where a token pays, since that use is prepaid.
pub(crate) fn price(channel: &Channel) -> Amount {
    // a price that cannot be read comes to more than any deposit
    if channel.dat > 0 { Amount::new(0) } else { channel.price.parse().unwrap_or(Amount::MAX) }
}

/// Seconds since then, begun ones as whole.
pub(crate) fn seconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis().div_ceil(1_000)).unwrap_or(u64::MAX)
}

/// What went wrong with a request, with its causes and without the address.
pub(crate) fn why(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
    std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}

/// What of a request's headers is passed on.
pub(crate) fn pass(headers: &HeaderMap, to: RequestBuilder) -> RequestBuilder {
    [header::CONTENT_TYPE, header::ACCEPT].into_iter().fold(to, |to, name| match headers.get(&name) {
        Some(value) => to.header(name, value),
        None => to,
    })
}

/// How the last event of a stream begins; the receipt and an empty line follow.
pub(crate) fn receipt_event() -> String {
    format!("event: {RECEIPT}\ndata: ")
}
