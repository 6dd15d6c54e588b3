//! Where all doors lead: one table of queries, of state and of services, answered as bytes.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock},
};

use state::Snapshot;
use tonic::Code;

use super::{
    Engine, Limits, Trouble,
    limits::Bounded,
    services::{self, Service},
};
use crate::{
    error::{Result, Sdk},
    modules,
    node::Node,
    query::Query,
};

/// What a node says about itself that it does not know from its state.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The commit it was built from.
    pub commit: String,
    /// The compiler it was built with.
    pub compiler: String,
    /// Its prices as configured, `0.0025ulaz`.
    pub minimum_gas_prices: String,
    /// Heights that stay readable, as configured.
    pub pruning_keep_recent: String,
    /// Blocks between two rounds of pruning, as configured.
    pub pruning_interval: String,
}

/// Answers queries.
pub struct Desk {
    pub(crate) node: Arc<Node>,
    pub(crate) engine: Option<Engine>,
    pub(crate) facts: Facts,
    pub(crate) limits: Limits,
}

/// An answer, and the height it is about.
#[derive(Debug)]
pub struct Answer {
    /// The encoded response.
    pub bytes: Vec<u8>,
    /// The height of the state it was read from.
    pub height: u64,
}

enum Entry {
    State(&'static Query),
    Service(&'static Service),
}

static TABLE: LazyLock<BTreeMap<&'static str, Entry>> = LazyLock::new(|| {
    let states = modules::QUERIES.iter().flat_map(|list| list.iter());
    let states = states.map(|query| (query.path, Entry::State(query)));
    let services = services::SERVICES.iter().flat_map(|list| list.iter());
    states.chain(services.map(|service| (service.path, Entry::Service(service)))).collect()
});

impl Desk {
    /// Over a node; without an engine what only CometBFT knows is refused.
    pub const fn new(node: Arc<Node>, engine: Option<Engine>, facts: Facts, limits: Limits) -> Desk {
        Desk { node, engine, facts, limits }
    }

    /// Answers the query with this gRPC path. Height 0 is the latest. A panic inside a query is that query's.
    pub fn answer(&self, path: &str, height: i64, request: &[u8]) -> Result<Answer, Trouble> {
        let Some((path, entry)) = TABLE.get_key_value(path) else { return Err(unknown(path)) };
        let timer = self.node.metrics().query(path);
        let caught = catch_unwind(AssertUnwindSafe(|| self.outcome(entry, height, request)));
        drop(timer);
        caught.unwrap_or_else(|_| {
            tracing::error!(path, "a query panicked");
            Err(Trouble::status(Code::Internal, "internal error; the node's log says more"))
        })
    }

    fn outcome(&self, entry: &Entry, height: i64, request: &[u8]) -> Result<Answer, Trouble> {
        let most = self.limits.request_bytes;
        if request.len() > most {
            let text = format!("a query has at most {most} bytes");
            return Err(Trouble::status(Code::ResourceExhausted, text));
        }
        let snapshot = at(&self.node, height)?;
        let bytes = match entry {
            Entry::State(query) => self.read(query, &snapshot, request)?,
            Entry::Service(service) => (service.answer)(self, request)?,
        };
        let most = self.limits.response_bytes;
        if bytes.len() > most {
            let text = format!("the answer has {} bytes, at most {most} are sent; ask for less", bytes.len());
            return Err(Trouble::status(Code::ResourceExhausted, text));
        }
        Ok(Answer { bytes, height: snapshot.height() })
    }

    fn read(&self, query: &Query, snapshot: &Snapshot, request: &[u8]) -> Result<Vec<u8>, Trouble> {
        if snapshot.height() == 0 {
            return Err(
                Sdk::InvalidHeight("lazchain is not ready; please wait for first block".into()).into()
            );
        }
        let state = Bounded::new(snapshot, &self.limits);
        let answer = (query.answer)(&state, request);
        match state.over() {
            Some(trouble) => Err(trouble),
            None => Ok(answer?),
        }
    }
}

/// Whether anything answers at this path.
pub(crate) fn serves(path: &str) -> bool {
    TABLE.contains_key(path)
}

/// Whether what answers there waits for CometBFT.
pub(crate) fn waits(path: &str) -> bool {
    matches!(TABLE.get(path), Some(Entry::Service(service)) if service.engine)
}

/// Every path there is, in order.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}

/// gRPC's own words for a path that nothing answers at.
pub(crate) fn unknown(path: &str) -> Trouble {
    let shown: String = path.chars().take(200).collect();
    let (service, method) = shown.trim_start_matches('/').split_once('/').unwrap_or((&shown, ""));
    let prefix = format!("/{service}/");
    let known = paths().any(|path| path.starts_with(&prefix));
    let text = if known {
        format!("unknown method {method} for service {service}")
    } else {
        format!("unknown service {service}")
    };
    Trouble::status(Code::Unimplemented, text)
}

/// The state that was asked for: 0 is the latest.
pub(crate) fn at(node: &Node, height: i64) -> Result<Snapshot> {
    let latest = node.store().latest();
    let asked = u64::try_from(height).map_err(|_| Sdk::InvalidHeight("a height is not negative".into()))?;
    if asked == 0 || asked == latest.height() {
        return Ok(latest);
    }
    if asked > latest.height() {
        let text = "cannot query with height in the future; please provide a valid height";
        return Err(Sdk::InvalidHeight(text.into()).into());
    }
    Ok(node.store().at(asked).map_err(|missing| {
        let text =
            format!("failed to load state at height {asked}; {missing} (latest height: {})", latest.height());
        Sdk::NotFound(text)
    })?)
}
