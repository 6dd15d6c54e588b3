//! One message, one spelling. Whatever prost reads but would not write itself is refused: unknown, repeated or reordered fields,
//! padded varints, spelled-out defaults, unpacked lists, trailing bytes.

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, Value as Wire};
use prost_types::Any;

pub use crate::error::WireError;
use crate::json::write::any_parts;
use crate::schema::{MAX_ANY_DEPTH, MAX_MESSAGE_DEPTH, Shape, Special, shape, shape_of_url};

/// Most bytes of one message; callers that know less have limits of their own.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Decodes bytes that are exactly what encoding the result gives.
pub fn decode<M: Message + Name + Default>(bytes: &[u8]) -> Result<M, WireError> {
    if bytes.len() > MAX_BYTES {
        return Err(WireError::TooLarge { what: "message", size: bytes.len(), limit: MAX_BYTES });
    }
    let message = M::decode(bytes).map_err(|e| WireError::malformed(M::full_name(), e))?;
    // The length first: it costs no allocation, and most mutations change it.
    if message.encoded_len() != bytes.len() || message.encode_to_vec() != bytes {
        return Err(WireError::NotCanonical(M::full_name()));
    }
    Ok(message)
}

/// The content of an `Any` that must be of type `M`, named by `/` and its full name.
pub fn any<M: Message + Name + Default>(any: &Any) -> Result<M, WireError> {
    if any.type_url.strip_prefix('/') != Some(M::full_name().as_str()) {
        return Err(WireError::UnknownType(any.type_url.clone()));
    }
    decode(&any.value)
}

/// Checks a message of the type `full_name` and the content of every `Any` inside it, at most `MAX_ANY_DEPTH` deep.
pub fn check(full_name: &str, bytes: &[u8]) -> Result<(), WireError> {
    exact(shape(full_name)?, bytes, 0)
}

fn exact(shape: &Shape, bytes: &[u8], any_depth: usize) -> Result<(), WireError> {
    let message = shape.decode(bytes)?;
    if message.encode_to_vec() != bytes {
        return Err(WireError::NotCanonical(shape.name().to_owned()));
    }
    inside(shape, &message, any_depth, 0)
}

fn inside(
    shape_here: &Shape,
    message: &DynamicMessage,
    any_depth: usize,
    depth: usize,
) -> Result<(), WireError> {
    if depth > MAX_MESSAGE_DEPTH {
        return Err(WireError::TooDeep(MAX_MESSAGE_DEPTH));
    }
    if message.unknown_fields().next().is_some() {
        return Err(WireError::NotCanonical(shape_here.name().to_owned()));
    }
    if shape_here.special == Special::Any {
        let (url, bytes) = any_parts(message);
        if any_depth >= MAX_ANY_DEPTH {
            return Err(WireError::TooDeep(MAX_ANY_DEPTH));
        }
        let content = shape_of_url(&url)?;
        if url.strip_prefix('/') != Some(content.name()) {
            return Err(WireError::UnknownType(url));
        }
        return exact(content, &bytes, any_depth.saturating_add(1));
    }
    for field in &shape_here.fields {
        let prost_reflect::Kind::Message(desc) = &field.kind else { continue };
        let inner = shape(desc.full_name());
        match message.get_field(&field.desc).as_ref() {
            Wire::List(items) => {
                for item in items.iter().filter_map(|item| item.as_message()) {
                    inside(inner.clone()?, item, any_depth, depth.saturating_add(1))?;
                }
            }
            Wire::Message(item) if message.has_field(&field.desc) => {
                inside(inner?, item, any_depth, depth.saturating_add(1))?;
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
