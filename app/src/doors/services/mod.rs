//! Queries that are not of the chain's state alone: transactions, blocks, the node, the types. They answer at all doors.

mod audit;
mod node;
mod reflection;
mod search;
mod tendermint;
mod tx;

use prost::{Message, Name};
use tonic::Code;

use super::{Desk, Trouble};

pub use node::{COMET_LEVEL, SDK_LEVEL};
pub use reflection::implementers;
pub(crate) use tx::simulated;

/// One rpc of a service.
pub(crate) struct Service {
    /// `/package.Service/Method`.
    pub(crate) path: &'static str,
    /// Whether it waits for CometBFT.
    pub(crate) engine: bool,
    /// Bytes in, bytes out.
    pub(crate) answer: fn(&Desk, &[u8]) -> Result<Vec<u8>, Trouble>,
}

impl Service {
    const fn new(path: &'static str, answer: fn(&Desk, &[u8]) -> Result<Vec<u8>, Trouble>) -> Service {
        Service { path, engine: false, answer }
    }

    /// One that waits for CometBFT.
    const fn engine(path: &'static str, answer: fn(&Desk, &[u8]) -> Result<Vec<u8>, Trouble>) -> Service {
        Service { path, engine: true, answer }
    }
}

/// Every one there is.
pub(crate) const SERVICES: &[&[Service]] =
    &[tx::SERVICES, tendermint::SERVICES, node::SERVICES, reflection::SERVICES, audit::SERVICES];

/// Decodes, answers, encodes.
fn answer<Q: Message + Name + Default, P: Message>(
    desk: &Desk,
    bytes: &[u8],
    function: impl FnOnce(&Desk, Q) -> Result<P, Trouble>,
) -> Result<Vec<u8>, Trouble> {
    let ask = Q::decode(bytes).map_err(|error| invalid(format!("{}: {error}", Q::NAME)))?;
    function(desk, ask).map(|answer| answer.encode_to_vec())
}

fn invalid(text: impl Into<String>) -> Trouble {
    Trouble::status(Code::InvalidArgument, text)
}

/// Offset, limit, whether the total is asked for.
fn slice(ask: Option<&proto::cosmos::base::query::v1beta1::PageRequest>, most: usize) -> (usize, usize) {
    let ask = ask.cloned().unwrap_or_default();
    let offset = usize::try_from(ask.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(ask.limit).unwrap_or(usize::MAX);
    (offset, if limit == 0 { 100.min(most) } else { limit.min(most) })
}
