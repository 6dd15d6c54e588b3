use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost_reflect::{DynamicMessage, Kind, Value as Wire};

use super::MAX_SIGN_BYTES;
use crate::error::WireError;
use crate::json::write::{any_parts, seconds_and_nanos};
use crate::schema::{Field, MAX_ANY_DEPTH, MAX_MESSAGE_DEPTH, Shape, Special, Text, shape, shape_of_url};
use crate::text;

/// Appends amino JSON to `out`, counting depth and bytes.
pub(super) struct Writer {
    pub(super) out: String,
    depth: usize,
    any_depth: usize,
}

impl Writer {
    pub(super) fn new() -> Writer {
        Writer { out: String::new(), depth: 0, any_depth: 0 }
    }

    pub(super) fn raw(&mut self, text: &str) -> Result<(), WireError> {
        let size = self.out.len().saturating_add(text.len());
        if size > MAX_SIGN_BYTES {
            return Err(WireError::TooLarge { what: "sign document", size, limit: MAX_SIGN_BYTES });
        }
        self.out.push_str(text);
        Ok(())
    }

    pub(super) fn comma(&mut self, first: bool) -> Result<(), WireError> {
        if first { Ok(()) } else { self.raw(",") }
    }

    /// A string as Go's encoder writes it, with the characters that matter to HTML escaped.
    pub(super) fn string(&mut self, text: &str) -> Result<(), WireError> {
        let mut escaped = String::with_capacity(text.len().saturating_add(2));
        escaped.push('"');
        for letter in text.chars() {
            match letter {
                '"' => escaped.push_str("\\\""),
                '\\' => escaped.push_str("\\\\"),
                '\u{8}' => escaped.push_str("\\b"),
                '\u{c}' => escaped.push_str("\\f"),
                '\n' => escaped.push_str("\\n"),
                '\r' => escaped.push_str("\\r"),
                '\t' => escaped.push_str("\\t"),
                '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    escaped.push_str(&format!("\\u{:04x}", u32::from(letter)));
                }
                _ => escaped.push(letter),
            }
        }
        escaped.push('"');
        self.raw(&escaped)
    }

    /// A message by its bytes, not wrapped.
    pub(super) fn encoded(&mut self, full_name: &str, bytes: &[u8]) -> Result<(), WireError> {
        let shape = shape(full_name)?;
        self.message(shape, &shape.decode(bytes)?)
    }

    /// The content of an `Any`, wrapped.
    pub(super) fn any(&mut self, url: &str, bytes: &[u8]) -> Result<(), WireError> {
        let shape = shape_of_url(url)?;
        if self.any_depth >= MAX_ANY_DEPTH {
            return Err(WireError::TooDeep(MAX_ANY_DEPTH));
        }
        self.any_depth = self.any_depth.saturating_add(1);
        self.named(shape, &shape.decode(bytes)?, true)?;
        self.any_depth = self.any_depth.saturating_sub(1);
        Ok(())
    }

    /// A message wrapped as `{"type", "value"}`; one without amino name goes by its type URL in an `Any`, else bare.
    pub(super) fn named(
        &mut self,
        shape: &Shape,
        message: &DynamicMessage,
        in_any: bool,
    ) -> Result<(), WireError> {
        let url = format!("/{}", shape.name());
        let name = shape.amino_name.as_deref().or(in_any.then_some(url.as_str()));
        if let Some(name) = name {
            self.raw(&format!("{{\"type\":\"{name}\",\"value\":"))?;
        }
        self.message(shape, message)?;
        if name.is_some() { self.raw("}") } else { Ok(()) }
    }

    fn message(&mut self, shape: &Shape, message: &DynamicMessage) -> Result<(), WireError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_MESSAGE_DEPTH {
            return Err(WireError::TooDeep(MAX_MESSAGE_DEPTH));
        }
        match (shape.special, shape.amino_encoding.as_deref()) {
            (Special::Any, _) => {
                let (url, bytes) = any_parts(message);
                self.any(&url, &bytes)?;
            }
            (Special::Timestamp, _) => self.timestamp(message)?,
            (Special::Duration, _) => self.duration(message)?,
            (Special::No, Some("key_field")) => self.key_field(message)?,
            (Special::No, Some("module_account")) => self.module_account(message)?,
            (Special::No, Some("threshold_string")) => self.threshold_key(shape, message)?,
            (Special::No, Some(other)) => {
                return Err(WireError::NoAmino(format!("{} as {other}", shape.name())));
            }
            (Special::No, None) => self.fields(shape, message)?,
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn fields(&mut self, shape: &Shape, message: &DynamicMessage) -> Result<(), WireError> {
        self.raw("{")?;
        let mut first = true;
        let mut undecided: Option<&str> = None; // one null per empty oneof; its members stand side by side
        for field in &shape.amino_fields {
            let present = message.has_field(&field.desc);
            if !present && let Some((oneof, _)) = &field.amino.oneof {
                let decided =
                    field.desc.containing_oneof().is_some_and(|o| o.fields().any(|f| message.has_field(&f)));
                if !decided && undecided != Some(oneof) {
                    undecided = Some(oneof);
                    self.comma(first)?;
                    first = false;
                    self.string(oneof)?;
                    self.raw(":null")?;
                    continue;
                }
            }
            if !present && field.amino.omit_empty {
                continue;
            }
            self.comma(first)?;
            first = false;
            self.field(field, message, present)?;
        }
        self.raw("}")
    }

    fn field(&mut self, field: &Field, message: &DynamicMessage, present: bool) -> Result<(), WireError> {
        if let Some((oneof, kind)) = &field.amino.oneof {
            let kind = kind.as_ref().ok_or_else(|| WireError::NoAmino(field.desc.full_name().to_owned()))?;
            self.raw(&format!("\"{oneof}\":{{\"type\":\"{kind}\",\"value\":{{"))?;
        }
        self.string(&field.amino.name)?;
        self.raw(":")?;
        let value = message.get_field(&field.desc);
        match value.as_ref() {
            Wire::List(items) if items.is_empty() => match field.amino.encoding.as_deref() {
                Some("legacy_coins") => self.raw("[]")?,
                _ => self.raw("null")?,
            },
            Wire::List(items) => {
                self.raw("[")?;
                for (index, item) in items.iter().enumerate() {
                    self.comma(index == 0)?;
                    self.one(field, item)?;
                }
                self.raw("]")?;
            }
            Wire::Message(_) if !present => {
                return Err(field.error("must not be absent in amino JSON"));
            }
            Wire::Bytes(_) if !present && field.text == Text::Plain => self.raw("null")?,
            one => self.one(field, one)?,
        }
        if field.amino.oneof.is_some() { self.raw("}}") } else { Ok(()) }
    }

    fn one(&mut self, field: &Field, value: &Wire) -> Result<(), WireError> {
        if let Some(encoding @ "inline_json") = field.amino.encoding.as_deref() {
            return Err(field.error(format!("the encoding {encoding} is not spoken here")));
        }
        match value {
            Wire::Bool(value) => self.raw(if *value { "true" } else { "false" }),
            Wire::I32(value) | Wire::EnumNumber(value) => self.raw(&value.to_string()),
            Wire::U32(value) => self.raw(&value.to_string()),
            Wire::I64(value) => self.raw(&format!("\"{value}\"")),
            Wire::U64(value) => self.raw(&format!("\"{value}\"")),
            Wire::String(value) => self.text(field, value),
            Wire::Bytes(value) if matches!(field.text, Text::Dec | Text::Int) => {
                self.text(field, std::str::from_utf8(value).map_err(|_| field.error("not text"))?)
            }
            Wire::Bytes(value) => self.raw(&format!("\"{}\"", STANDARD.encode(value))),
            Wire::Message(inner) => match &field.kind {
                Kind::Message(desc) => self.message(shape(desc.full_name())?, inner),
                _ => Err(field.error("not a message")),
            },
            Wire::F32(_) | Wire::F64(_) | Wire::List(_) | Wire::Map(_) => {
                Err(WireError::NoAmino(field.desc.full_name().to_owned()))
            }
        }
    }

    fn text(&mut self, field: &Field, value: &str) -> Result<(), WireError> {
        match field.text {
            Text::Dec | Text::Int if value.is_empty() => self.string("0"),
            Text::Dec => {
                let dotted = text::dotted(value).ok_or_else(|| field.error("not a decimal"))?;
                self.string(&dotted)
            }
            _ if field.amino.int && value.is_empty() => self.string("0"),
            _ => self.string(value),
        }
    }

    fn timestamp(&mut self, message: &DynamicMessage) -> Result<(), WireError> {
        let (seconds, nanos) = seconds_and_nanos(message);
        let text = text::timestamp(seconds, nanos, text::Fraction::Shortest);
        let text = text.ok_or_else(|| WireError::field("google.protobuf.Timestamp", "out of range"))?;
        self.raw(&format!("\"{text}\""))
    }

    fn duration(&mut self, message: &DynamicMessage) -> Result<(), WireError> {
        let (seconds, nanos) = seconds_and_nanos(message);
        if seconds.unsigned_abs() > text::MAX_DURATION_SECONDS.unsigned_abs() {
            return Err(WireError::field("google.protobuf.Duration", "out of range"));
        }
        let total = seconds.checked_mul(1_000_000_000).and_then(|total| total.checked_add(i64::from(nanos)));
        let total = total.ok_or_else(|| WireError::field("google.protobuf.Duration", "out of range"))?;
        self.raw(&format!("\"{total}\""))
    }

    fn key_field(&mut self, message: &DynamicMessage) -> Result<(), WireError> {
        let key = message.get_field_by_name("key");
        let key = key.as_ref().and_then(|key| key.as_bytes()).filter(|key| !key.is_empty());
        match key {
            Some(key) => self.raw(&format!("\"{}\"", STANDARD.encode(key))),
            None => self.raw("null"),
        }
    }

    /// As Go's encoder writes the struct that the SDK makes of it: its own order, numbers as numbers.
    fn module_account(&mut self, message: &DynamicMessage) -> Result<(), WireError> {
        let base = message.get_field_by_name("base_account");
        let base = base.as_ref().and_then(|base| base.as_message());
        let number =
            |name: &str| base.and_then(|base| base.get_field_by_name(name)?.as_u64()).unwrap_or_default();
        let text_of = |from: Option<&DynamicMessage>, name: &str| {
            from.and_then(|from| from.get_field_by_name(name)?.as_str().map(str::to_owned))
                .unwrap_or_default()
        };
        self.raw(&format!("{{\"account_number\":{},\"address\":", number("account_number")))?;
        self.string(&text_of(base, "address"))?;
        self.raw(",\"name\":")?;
        self.string(&text_of(Some(message), "name"))?;
        self.raw(",\"permissions\":")?;
        let permissions = message.get_field_by_name("permissions");
        match permissions.as_ref().and_then(|list| list.as_list()).filter(|list| !list.is_empty()) {
            None => self.raw("null")?,
            Some(list) => {
                self.raw("[")?;
                for (index, permission) in list.iter().enumerate() {
                    self.comma(index == 0)?;
                    self.string(permission.as_str().unwrap_or_default())?;
                }
                self.raw("]")?;
            }
        }
        self.raw(&format!(",\"public_key\":\"\",\"sequence\":{}}}", number("sequence")))
    }

    fn threshold_key(&mut self, shape: &Shape, message: &DynamicMessage) -> Result<(), WireError> {
        let keys = shape.field("public_keys").ok_or_else(|| WireError::NoAmino(shape.name().to_owned()))?;
        self.raw("{\"pubkeys\":[")?;
        if let Some(list) = message.get_field(&keys.desc).as_list() {
            for (index, key) in list.iter().enumerate() {
                self.comma(index == 0)?;
                self.one(keys, key)?;
            }
        }
        let threshold = message.get_field_by_name("threshold").and_then(|threshold| threshold.as_u32());
        self.raw(&format!("],\"threshold\":\"{}\"}}", threshold.unwrap_or_default()))
    }
}
