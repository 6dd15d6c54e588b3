use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost::Message;
use prost::bytes::Bytes;
use prost_reflect::{DynamicMessage, Kind, MapKey, MessageDescriptor, Value as Wire};
use serde_json::{Map, Value};

use crate::error::WireError;
use crate::schema::{Field, MAX_ANY_DEPTH, MAX_MESSAGE_DEPTH, Shape, Special, Text, shape, shape_of_url};
use crate::text;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Turns JSON into messages, counting depth.
pub(super) struct Reader {
    depth: usize,
    any_depth: usize,
}

impl Reader {
    pub(super) fn new() -> Reader {
        Reader { depth: 0, any_depth: 0 }
    }

    pub(super) fn message(&mut self, shape: &Shape, value: &Value) -> Result<DynamicMessage, WireError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_MESSAGE_DEPTH {
            return Err(WireError::TooDeep(MAX_MESSAGE_DEPTH));
        }
        let message = match (shape.special, value) {
            (Special::Any, Value::Object(object)) => self.any(shape, object)?,
            (Special::Timestamp | Special::Duration, Value::String(text)) => moment(shape, text)?,
            (Special::No, Value::Object(object)) => self.fields(shape, object)?,
            (Special::Timestamp | Special::Duration, _) => {
                return Err(WireError::field(shape.name(), "not a string"));
            }
            _ => return Err(WireError::field(shape.name(), "not an object")),
        };
        self.depth = self.depth.saturating_sub(1);
        Ok(message)
    }

    /// An object's fields; `@type` belongs to the `Any` around it.
    fn fields(&mut self, shape: &Shape, object: &Map<String, Value>) -> Result<DynamicMessage, WireError> {
        let mut message = DynamicMessage::new(shape.desc.clone());
        for (name, value) in object.iter().filter(|(name, value)| !value.is_null() && *name != "@type") {
            let unknown = || WireError::field(shape.name(), format!("unknown field \"{name}\""));
            let field = shape.field(name).ok_or_else(unknown)?;
            if field.in_oneof && is_decided(&message, field) {
                return Err(field.error("another member of the same oneof is set"));
            }
            let value = self.field(field, value)?;
            set(&mut message, field, value)?;
        }
        Ok(message)
    }

    fn field(&mut self, field: &Field, value: &Value) -> Result<Wire, WireError> {
        if field.desc.is_map() {
            return self.map(field, value);
        }
        if field.desc.is_list() {
            let Value::Array(items) = value else { return Err(field.error("not a list")) };
            let items: Result<Vec<_>, _> = items.iter().map(|item| self.one(field, item)).collect();
            return items.map(Wire::List);
        }
        self.one(field, value)
    }

    fn map(&mut self, field: &Field, value: &Value) -> Result<Wire, WireError> {
        let (Value::Object(object), Kind::Message(entry)) = (value, &field.kind) else {
            return Err(field.error("not an object"));
        };
        let Kind::String = entry.map_entry_key_field().kind() else {
            return Err(field.error("only maps with text keys are read"));
        };
        let values = Field { kind: entry.map_entry_value_field().kind(), ..field.clone() };
        let entries: Result<_, WireError> = object
            .iter()
            .map(|(key, value)| Ok((MapKey::String(key.clone()), self.one(&values, value)?)))
            .collect();
        entries.map(Wire::Map)
    }

    fn one(&mut self, field: &Field, value: &Value) -> Result<Wire, WireError> {
        match (&field.kind, value) {
            (Kind::Message(desc), value) => Ok(Wire::Message(
                self.message(shape(desc.full_name())?, value).map_err(|e| within(field, e))?,
            )),
            (Kind::Bytes, value) if field.text == Text::Json => {
                Ok(Wire::Bytes(serde_json::to_vec(value).map_err(|e| field.error(e.to_string()))?.into()))
            }
            (Kind::Bool, Value::Bool(value)) => Ok(Wire::Bool(*value)),
            (Kind::Bool, _) => Err(field.error("not a boolean")),
            (Kind::String, Value::Number(number)) if matches!(field.text, Text::Int | Text::Dec) => {
                from_text(field, &number.to_string())
            }
            (Kind::String | Kind::Bytes, Value::String(text)) => from_text(field, text),
            (Kind::String | Kind::Bytes, _) => Err(field.error("not a string")),
            (_, Value::String(text)) => from_text(field, text),
            (_, Value::Number(number)) => from_text(field, &number.to_string()),
            _ => Err(field.error("not a number")),
        }
    }

    fn any(&mut self, shape: &Shape, object: &Map<String, Value>) -> Result<DynamicMessage, WireError> {
        let url = object.get("@type").and_then(Value::as_str);
        let url = url.ok_or_else(|| WireError::field("Any", "no \"@type\""))?;
        let content = shape_of_url(url)?;
        if self.any_depth >= MAX_ANY_DEPTH {
            return Err(WireError::TooDeep(MAX_ANY_DEPTH));
        }
        self.any_depth = self.any_depth.saturating_add(1);
        let message = if content.special == Special::No {
            self.fields(content, object)?
        } else {
            let value = object.get("value").ok_or_else(|| WireError::field(url, "no \"value\""))?;
            self.message(content, value)?
        };
        self.any_depth = self.any_depth.saturating_sub(1);
        Ok(pair(&shape.desc, Wire::String(url.to_owned()), Wire::Bytes(message.encode_to_vec().into())))
    }
}

/// The scalar, time or duration that a text stands for.
pub(super) fn from_text(field: &Field, text: &str) -> Result<Wire, WireError> {
    let number = || field.error(format!("\"{}\" is not a number in range", shorten(text)));
    if text.starts_with('+') && !matches!(field.kind, Kind::String | Kind::Bytes) {
        return Err(number());
    }
    Ok(match &field.kind {
        Kind::Bool => Wire::Bool(match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => true,
            "0" | "f" | "F" | "false" | "FALSE" | "False" => false,
            _ => return Err(field.error("not a boolean")),
        }),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Wire::I32(text.parse().map_err(|_| number())?),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Wire::I64(text.parse().map_err(|_| number())?),
        Kind::Uint32 | Kind::Fixed32 => Wire::U32(text.parse().map_err(|_| number())?),
        Kind::Uint64 | Kind::Fixed64 => Wire::U64(text.parse().map_err(|_| number())?),
        Kind::Enum(desc) => match desc.get_value_by_name(text) {
            Some(value) => Wire::EnumNumber(value.number()),
            None => Wire::EnumNumber(text.parse().map_err(|_| field.error("no such enum value"))?),
        },
        Kind::String => Wire::String(string(field, text)?),
        Kind::Bytes => match field.text {
            Text::Dec | Text::Int => Wire::Bytes(string(field, text)?.into_bytes().into()),
            Text::Hex => Wire::Bytes(hex::decode(text).map_err(|_| field.error("not hexadecimal"))?.into()),
            Text::Plain | Text::Json => Wire::Bytes(base64(field, text)?),
        },
        Kind::Message(desc) => {
            Wire::Message(moment(shape(desc.full_name())?, text).map_err(|e| within(field, e))?)
        }
        Kind::Float | Kind::Double => return Err(field.error("floating point numbers are not spoken here")),
    })
}

fn string(field: &Field, text: &str) -> Result<String, WireError> {
    match field.text {
        Text::Dec => text::atomics(text).ok_or_else(|| field.error("not a decimal")),
        Text::Int => {
            let (sign, digits) = text::integer(text).ok_or_else(|| field.error("not an integer"))?;
            Ok(format!("{sign}{digits}"))
        }
        _ => Ok(text.to_owned()),
    }
}

/// Both alphabets, padded or not; a `+` that a query string turned into a space is one again.
fn base64(field: &Field, text: &str) -> Result<Bytes, WireError> {
    let text = text.replace(' ', "+");
    let engine = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let bytes = engine.decode(text).map_err(|_| field.error("illegal base64 data"))?;
    Ok(bytes.into())
}

/// A timestamp or a duration.
fn moment(shape: &Shape, text: &str) -> Result<DynamicMessage, WireError> {
    let parsed = match shape.special {
        Special::Timestamp => text::parse_timestamp(text),
        Special::Duration => text::parse_duration(text),
        Special::Any | Special::No => return Err(WireError::field(shape.name(), "cannot be given as text")),
    };
    let bad = || WireError::field(shape.name(), format!("cannot read \"{}\"", shorten(text)));
    let (seconds, nanos) = parsed.ok_or_else(bad)?;
    Ok(pair(&shape.desc, Wire::I64(seconds), Wire::I32(nanos)))
}

/// A message of the two fields 1 and 2.
fn pair(desc: &MessageDescriptor, first: Wire, second: Wire) -> DynamicMessage {
    let mut message = DynamicMessage::new(desc.clone());
    for (number, value) in [(1, first), (2, second)] {
        message
            .try_set_field_by_number(number, value)
            .expect("Any, Timestamp and Duration have these two fields");
    }
    message
}

pub(super) fn set(message: &mut DynamicMessage, field: &Field, value: Wire) -> Result<(), WireError> {
    message.try_set_field(&field.desc, value).map_err(|_| field.error("a value of the wrong type"))
}

fn is_decided(message: &DynamicMessage, field: &Field) -> bool {
    let oneof = field.desc.containing_oneof();
    oneof.is_some_and(|oneof| oneof.fields().any(|member| message.has_field(&member)))
}

fn within(field: &Field, error: WireError) -> WireError {
    match error {
        WireError::Field { field: inner, text } => {
            WireError::field(format!("{}.{inner}", field.desc.name()), text)
        }
        other => other,
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}
