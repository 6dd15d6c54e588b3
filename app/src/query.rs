//! Queries: pure functions of a state, the same behind all three doors.

use prost::{Message, Name};
use state::Read;

use crate::error::{Result, Sdk};

/// One query of one module.
pub struct Query {
    /// `/package.Service/Method`.
    pub path: &'static str,
    /// Bytes in, bytes out.
    pub answer: fn(&dyn Read, &[u8]) -> Result<Vec<u8>>,
}

impl Query {
    /// A query; `answer` is `|state, bytes| query::answer(state, bytes, the_function)`.
    pub const fn new(path: &'static str, answer: fn(&dyn Read, &[u8]) -> Result<Vec<u8>>) -> Query {
        Query { path, answer }
    }
}

/// Decodes, answers, encodes.
pub fn answer<Q: Message + Name + Default, P: Message>(
    state: &dyn Read,
    bytes: &[u8],
    function: impl FnOnce(&dyn Read, Q) -> Result<P>,
) -> Result<Vec<u8>> {
    let ask = Q::decode(bytes).map_err(|error| Sdk::InvalidRequest(format!("{}: {error}", Q::NAME)))?;
    function(state, ask).map(|answer| answer.encode_to_vec())
}
