use prost_reflect::{DynamicMessage, Kind, Value as Wire};

use super::{check_size, read};
use crate::error::WireError;
use crate::schema::{Field, MAX_MESSAGE_DEPTH, Shape, shape};

/// Pairs in one query string.
pub const MAX_QUERY_PAIRS: usize = 256;
/// Bytes of one value in a query string.
pub const MAX_QUERY_TEXT: usize = 64 * 1024;

/// Sets the field at a dotted path, appending if it is a list. Unknown names are ignored.
pub(super) fn set(
    message: &mut DynamicMessage,
    shape: &Shape,
    path: &str,
    text: &str,
) -> Result<(), WireError> {
    walk(message, shape, path, text, false)
}

/// Sets the field at a dotted path whatever it was.
pub(super) fn replace(
    message: &mut DynamicMessage,
    shape: &Shape,
    path: &str,
    text: &str,
) -> Result<(), WireError> {
    walk(message, shape, path, text, true)
}

fn walk(
    message: &mut DynamicMessage,
    shape_here: &Shape,
    path: &str,
    text: &str,
    replace: bool,
) -> Result<(), WireError> {
    check_size("query value", text.len(), MAX_QUERY_TEXT)?;
    let (mut message, mut here) = (message, shape_here);
    let mut names = path.split('.').peekable();
    for _ in 0..MAX_MESSAGE_DEPTH {
        let Some(field) = names.next().and_then(|name| here.field(name)) else { return Ok(()) };
        if names.peek().is_none() {
            return leaf(message, field, text, replace);
        }
        let Kind::Message(desc) = &field.kind else { return Ok(()) };
        if field.desc.is_list() || field.desc.is_map() {
            return Err(field.error("lists of messages cannot be given in a query"));
        }
        here = shape(desc.full_name())?;
        message = match message.get_field_mut(&field.desc) {
            Wire::Message(inner) => inner,
            _ => return Err(field.error("not a message")),
        };
    }
    Err(WireError::TooDeep(MAX_MESSAGE_DEPTH))
}

fn leaf(message: &mut DynamicMessage, field: &Field, text: &str, replace: bool) -> Result<(), WireError> {
    if field.desc.is_map() {
        return Err(field.error("maps cannot be given in a query"));
    }
    let value = read::from_text(field, text)?;
    if field.desc.is_list() {
        if let Wire::List(items) = message.get_field_mut(&field.desc) {
            items.push(value);
        }
        return Ok(());
    }
    if !replace && message.has_field(&field.desc) {
        return Err(field.error("given more than once"));
    }
    read::set(message, field, value)
}
