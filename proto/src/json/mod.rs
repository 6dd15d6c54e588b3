//! The JSON that Cosmos REST and command line clients know, for every message type, driven by the descriptors.
//!
//! Names are snake case, every field is there even when it has its default value, absent messages and empty bytes are `null`, 64-bit
//! integers are strings, bytes are base64, enums go by name, an `Any` is its content with `@type`, times are RFC 3339, durations
//! `3600s`, and decimals have a dot, which they have not in binary.

mod query;
mod read;
pub(crate) mod write;

use prost::Message;
use serde_json::Value;

use crate::error::WireError;
use crate::schema::shape;

pub use query::{MAX_QUERY_PAIRS, MAX_QUERY_TEXT};

/// Bytes of one message, going in or out: a block with its transactions fits.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Values in one JSON document.
pub const MAX_VALUES: usize = 4_000_000;

/// The JSON form of a message of the type `full_name`, from its protobuf bytes.
pub fn to_json(full_name: &str, bytes: &[u8]) -> Result<Value, WireError> {
    let shape = shape(full_name)?;
    check_size("message", bytes.len(), MAX_BYTES)?;
    let message = shape.decode(bytes)?;
    write::Writer::new().message(shape, &message)
}

/// The protobuf bytes of a message of the type `full_name`, from its JSON form. Names may be snake case or lower camel case,
/// integers numbers or strings, base64 of either alphabet.
pub fn from_json(full_name: &str, value: &Value) -> Result<Vec<u8>, WireError> {
    Ok(read::Reader::new().message(shape(full_name)?, value)?.encode_to_vec())
}

/// The protobuf bytes of a request whose fields come as decoded pairs of a query string, `pagination.limit=5`.
/// Names that the message does not have are ignored, as grpc-gateway does.
pub fn from_query(full_name: &str, pairs: &[(String, String)]) -> Result<Vec<u8>, WireError> {
    request(full_name, None, &[], pairs)
}

/// The protobuf bytes of a REST request: the body (whole, or one field of the message), then the query, then the path, which wins.
pub fn request(
    full_name: &str,
    body: Option<(&str, &Value)>,
    path: &[(String, String)],
    query: &[(String, String)],
) -> Result<Vec<u8>, WireError> {
    let shape = shape(full_name)?;
    let mut message = match body {
        Some(("*", value)) => read::Reader::new().message(shape, value)?,
        Some((field, value)) => {
            let object = serde_json::Map::from_iter([(field.to_owned(), value.clone())]);
            read::Reader::new().message(shape, &Value::Object(object))?
        }
        None => prost_reflect::DynamicMessage::new(shape.desc.clone()),
    };
    check_size("query", query.len(), MAX_QUERY_PAIRS)?;
    let bound = |name: &String| path.iter().any(|(bound, _)| bound == name);
    if !matches!(body, Some(("*", _))) {
        for (name, text) in query.iter().filter(|(name, _)| !bound(name)) {
            query::set(&mut message, shape, name, text)?;
        }
    }
    for (name, text) in path {
        query::replace(&mut message, shape, name, text)?;
    }
    Ok(message.encode_to_vec())
}

fn check_size(what: &'static str, size: usize, limit: usize) -> Result<(), WireError> {
    if size > limit { Err(WireError::TooLarge { what, size, limit }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
