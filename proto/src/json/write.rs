use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost_reflect::{DynamicMessage, EnumDescriptor, Kind, MapKey, Value as Wire};
use serde_json::{Map, Value};

use super::MAX_VALUES;
use crate::error::WireError;
use crate::schema::{Field, MAX_ANY_DEPTH, MAX_MESSAGE_DEPTH, Shape, Special, Text, shape, shape_of_url};
use crate::text;

/// Messages that the SDK, where they stand inside another, hands to Go's own JSON encoder, which writes 64-bit integers as numbers and leaves out defaults of what is
/// not a struct: clients were written against that, so it stays.
const GO_JSON: [&str; 2] =
    ["cosmos.staking.v1beta1.DelegationResponse", "cosmos.staking.v1beta1.RedelegationResponse"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Cosmos,
    Go,
}

/// Turns messages into JSON, counting depth and values.
pub(super) struct Writer {
    depth: usize,
    any_depth: usize,
    values: usize,
    style: Style,
}

impl Writer {
    pub(super) fn new() -> Writer {
        Writer { depth: 0, any_depth: 0, values: 0, style: Style::Cosmos }
    }

    pub(super) fn message(&mut self, shape: &Shape, message: &DynamicMessage) -> Result<Value, WireError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_MESSAGE_DEPTH {
            return Err(WireError::TooDeep(MAX_MESSAGE_DEPTH));
        }
        let outer = self.style;
        if self.depth > 1 && GO_JSON.contains(&shape.name()) {
            self.style = Style::Go;
        }
        let value = match shape.special {
            Special::Any => self.any(message)?,
            Special::Timestamp => self.timestamp(message)?,
            Special::Duration => duration(message)?,
            Special::No => Value::Object(self.fields(shape, message)?),
        };
        self.style = outer;
        self.depth = self.depth.saturating_sub(1);
        Ok(value)
    }

    fn fields(&mut self, shape: &Shape, message: &DynamicMessage) -> Result<Map<String, Value>, WireError> {
        let mut object = Map::new();
        for field in &shape.fields {
            let present = message.has_field(&field.desc);
            let left_out = field.in_oneof || (self.style == Style::Go && field.nullable);
            if present || !left_out {
                let value = self.field(field, message, present)?;
                object.insert(field.desc.name().to_owned(), value);
            }
        }
        Ok(object)
    }

    fn field(&mut self, field: &Field, message: &DynamicMessage, present: bool) -> Result<Value, WireError> {
        self.count()?;
        if !present {
            return self.absent(field);
        }
        let value = message.get_field(&field.desc);
        match value.as_ref() {
            Wire::List(items) => items.iter().map(|item| self.one(field, item)).collect(),
            Wire::Map(entries) => self.map(field, entries.iter().collect()),
            one => self.one(field, one),
        }
    }

    /// What a field shows that is not in the bytes.
    fn absent(&mut self, field: &Field) -> Result<Value, WireError> {
        if field.desc.is_map() {
            return Ok(Value::Object(Map::new()));
        }
        if field.desc.is_list() {
            return Ok(if self.style == Style::Go { Value::Null } else { Value::Array(Vec::new()) });
        }
        match (&field.kind, field.text) {
            (Kind::Message(desc), _) if !field.nullable => match shape(desc.full_name())?.special {
                Special::Any => Ok(Value::Null),
                Special::Timestamp => Ok("0001-01-01T00:00:00Z".into()),
                Special::Duration => Ok("0s".into()),
                Special::No => self.message(shape(desc.full_name())?, &DynamicMessage::new(desc.clone())),
            },
            (_, Text::Int) if !field.nullable => Ok("0".into()),
            (_, Text::Dec | Text::Int | Text::Json) | (Kind::Bytes | Kind::Message(_), Text::Plain) => {
                Ok(Value::Null)
            }
            _ if field.desc.supports_presence() => Ok(Value::Null),
            _ => self.one(field, &field.desc.default_value()),
        }
    }

    fn map(&mut self, field: &Field, mut entries: Vec<(&MapKey, &Wire)>) -> Result<Value, WireError> {
        let Kind::Message(entry) = &field.kind else { return Err(field.error("a map without entries")) };
        let values = Field { kind: entry.map_entry_value_field().kind(), ..field.clone() };
        entries.sort_by(|a, b| a.0.partial_cmp(b.0).unwrap_or(std::cmp::Ordering::Equal));
        let mut object = Map::new();
        for (key, value) in entries {
            self.count()?;
            object.insert(key_text(key), self.one(&values, value)?);
        }
        Ok(Value::Object(object))
    }

    fn one(&mut self, field: &Field, value: &Wire) -> Result<Value, WireError> {
        self.count()?;
        let numbers = self.style == Style::Go;
        Ok(match value {
            Wire::Bool(value) => (*value).into(),
            Wire::I32(value) => (*value).into(),
            Wire::U32(value) => (*value).into(),
            Wire::I64(value) if numbers => (*value).into(),
            Wire::U64(value) if numbers => (*value).into(),
            Wire::I64(value) => value.to_string().into(),
            Wire::U64(value) => value.to_string().into(),
            Wire::String(value) if field.text == Text::Dec => decimal(field, value)?,
            Wire::String(value) => value.as_str().into(),
            Wire::Bytes(value) => bytes(field, value)?,
            Wire::EnumNumber(number) => match &field.kind {
                Kind::Enum(desc) if !numbers => enum_name(desc, *number),
                _ => (*number).into(),
            },
            Wire::Message(inner) => self.message(shape(inner_name(inner).as_str())?, inner)?,
            Wire::F32(_) | Wire::F64(_) => {
                return Err(field.error("floating point numbers are not spoken here"));
            }
            Wire::List(_) | Wire::Map(_) => return Err(field.error("a list inside a list")),
        })
    }

    fn any(&mut self, message: &DynamicMessage) -> Result<Value, WireError> {
        let (url, bytes) = any_parts(message);
        if url.is_empty() && bytes.is_empty() {
            return Ok(Value::Null);
        }
        let shape = shape_of_url(&url)?;
        if self.any_depth >= MAX_ANY_DEPTH {
            return Err(WireError::TooDeep(MAX_ANY_DEPTH));
        }
        self.any_depth = self.any_depth.saturating_add(1);
        let content = self.message(shape, &shape.decode(&bytes)?)?;
        self.any_depth = self.any_depth.saturating_sub(1);
        let mut object = Map::from_iter([("@type".to_owned(), Value::from(url))]);
        match content {
            Value::Object(fields) if shape.special == Special::No => object.extend(fields),
            other => {
                object.insert("value".to_owned(), other);
            }
        }
        Ok(Value::Object(object))
    }

    fn timestamp(&self, message: &DynamicMessage) -> Result<Value, WireError> {
        let style =
            if self.style == Style::Go { text::Fraction::Shortest } else { text::Fraction::Thousands };
        let (seconds, nanos) = seconds_and_nanos(message);
        let text = text::timestamp(seconds, nanos, style);
        Ok(text.ok_or_else(|| WireError::field("google.protobuf.Timestamp", "out of range"))?.into())
    }

    fn count(&mut self) -> Result<(), WireError> {
        self.values = self.values.saturating_add(1);
        if self.values > MAX_VALUES {
            return Err(WireError::TooLarge { what: "JSON", size: self.values, limit: MAX_VALUES });
        }
        Ok(())
    }
}

fn duration(message: &DynamicMessage) -> Result<Value, WireError> {
    let (seconds, nanos) = seconds_and_nanos(message);
    let text = text::duration(seconds, nanos);
    Ok(text.ok_or_else(|| WireError::field("google.protobuf.Duration", "out of range"))?.into())
}

fn decimal(field: &Field, atomics: &str) -> Result<Value, WireError> {
    if atomics.is_empty() {
        return Ok(Value::Null);
    }
    Ok(text::dotted(atomics).ok_or_else(|| field.error("not a decimal"))?.into())
}

fn bytes(field: &Field, value: &[u8]) -> Result<Value, WireError> {
    let utf8 = || std::str::from_utf8(value).map_err(|_| field.error("not text"));
    match field.text {
        Text::Dec => decimal(field, utf8()?),
        Text::Int => Ok(utf8()?.into()),
        Text::Hex => Ok(hex::encode_upper(value).into()),
        Text::Json if value.is_empty() => Ok(Value::Null),
        Text::Json => serde_json::from_slice(value).map_err(|e| field.error(e.to_string())),
        Text::Plain => Ok(STANDARD.encode(value).into()),
    }
}

fn enum_name(desc: &EnumDescriptor, number: i32) -> Value {
    desc.get_value(number).map_or_else(|| number.into(), |value| value.name().into())
}

fn inner_name(message: &DynamicMessage) -> String {
    use prost_reflect::ReflectMessage;
    message.descriptor().full_name().to_owned()
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}

/// Type URL and value of an `Any`.
pub(crate) fn any_parts(any: &DynamicMessage) -> (String, Vec<u8>) {
    let url = any.get_field_by_number(1).and_then(|url| url.as_str().map(str::to_owned));
    let value = any.get_field_by_number(2).and_then(|value| value.as_bytes().map(|bytes| bytes.to_vec()));
    (url.unwrap_or_default(), value.unwrap_or_default())
}

/// The two fields of a timestamp or a duration.
pub(crate) fn seconds_and_nanos(message: &DynamicMessage) -> (i64, i32) {
    let seconds = message.get_field_by_number(1).and_then(|seconds| seconds.as_i64());
    let nanos = message.get_field_by_number(2).and_then(|nanos| nanos.as_i32());
    (seconds.unwrap_or_default(), nanos.unwrap_or_default())
}
