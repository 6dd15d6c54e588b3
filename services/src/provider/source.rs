//! Where an answer comes from: an HTTP service, or a file that is read piece by piece.

use std::{collections::HashMap, path::Path, time::SystemTime};

use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode, header, request::Parts},
};
use futures_util::{StreamExt as _, stream::BoxStream};
use proto::lazchain::dat::v1::Unit;
use tokio::{fs::File, io::AsyncReadExt as _, sync::Mutex};

use super::{Meter, config::Offer, gate::Refusal};
use crate::{
    channel,
    error::{Error, Result},
};

/// Bytes of a file that are read at once.
const PIECE: usize = 256 * 1024;

type Pieces = BoxStream<'static, std::io::Result<Bytes>>;

/// What comes from an upstream.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) kind: Option<HeaderValue>,
    pub(super) pieces: Pieces,
}

impl Answer {
    pub(super) fn is_stream(&self) -> bool {
        let kind = self.kind.as_ref().and_then(|kind| kind.to_str().ok());
        self.status.is_success() && kind.is_some_and(|kind| kind.starts_with("text/event-stream"))
    }
}

/// A file as it is served: what it counts is known before its first byte leaves.
pub(super) struct Counted {
    pub(super) size: u64,
    /// Of the licence; seconds are not those of reading it here.
    pub(super) units: u64,
    pub(super) hash: Vec<u8>,
    pub(super) pieces: Pieces,
}

/// A file's state when it was counted.
#[derive(PartialEq, Eq)]
struct Stamp {
    size: u64,
    changed: Option<SystemTime>,
}

struct Count {
    stamp: Stamp,
    units: u64,
    hash: Vec<u8>,
}

/// All sources.
pub(super) struct Sources {
    http: reqwest::Client,
    /// By asset and unit: of a file as it is now.
    counts: Mutex<HashMap<(u64, i32), Count>>,
}

pub(super) fn down(error: impl ToString) -> Refusal {
    Refusal::new(StatusCode::BAD_GATEWAY, "upstream", error.to_string())
}

impl Sources {
    pub(super) fn new() -> Result<Sources> {
        let http = reqwest::Client::builder().no_proxy().build();
        let http = http.map_err(|error| Error::Settings(error.to_string()))?;
        Ok(Sources { http, counts: Mutex::default() })
    }

    /// What a service answers to this request.
    pub(super) async fn ask(&self, base: &str, parts: &Parts, body: Bytes) -> Result<Answer, Refusal> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", base.trim_end_matches('/'));
        let asked = self.http.request(parts.method.clone(), url).body(body);
        let answer =
            channel::pass(&parts.headers, asked).send().await.map_err(|error| down(channel::why(error)))?;
        let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
        let status = answer.status();
        let pieces = answer
            .bytes_stream()
            .map(|piece| piece.map_err(|error| std::io::Error::other(channel::why(error))))
            .boxed();
        Ok(Answer { status, kind, pieces })
    }

    /// A file, counted by this unit. It is read through once each time that it has changed.
    pub(super) async fn file(&self, offer: &Offer, path: &Path, unit: Unit) -> Result<Counted, Refusal> {
        let unread = |error: std::io::Error| down(format!("the dataset cannot be read: {error}"));
        let mut file = File::open(path).await.map_err(unread)?;
        let about = file.metadata().await.map_err(unread)?;
        let stamp = Stamp { size: about.len(), changed: about.modified().ok() };
        let key = (offer.asset, unit.into());
        let mut counts = self.counts.lock().await;
        if counts.get(&key).is_none_or(|count| count.stamp != stamp) {
            let mut meter = Meter::new(unit);
            if meter.keeps() {
                return Err(Refusal::new(StatusCode::BAD_GATEWAY, "unmetered", "a file has no tokens"));
            }
            let mut buffer = vec![0; PIECE];
            loop {
                match file.read(&mut buffer).await.map_err(unread)? {
                    0 => break,
                    read => meter.push(&buffer[..read]),
                }
            }
            let metered = meter.finish(false, 0).map_err(down)?;
            counts.insert(key, Count { stamp, units: metered.units, hash: metered.hash });
            file = File::open(path).await.map_err(unread)?;
        }
        let count = counts.get(&key).ok_or_else(|| down("the dataset is not counted"))?;
        let pieces = futures_util::stream::unfold((file, count.stamp.size), |(mut file, left)| async move {
            if left == 0 {
                return None;
            }
            let mut buffer = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
            let read = match file.read(&mut buffer).await {
                Ok(0) => Err(std::io::Error::other("the dataset has become shorter")),
                read => read,
            };
            Some(match read {
                Ok(read) => {
                    buffer.truncate(read);
                    (Ok(Bytes::from(buffer)), (file, left - read as u64))
                }
                Err(error) => (Err(error), (file, 0)),
            })
        });
        Ok(Counted {
            size: count.stamp.size,
            units: count.units,
            hash: count.hash.clone(),
            pieces: pieces.boxed(),
        })
    }
}
