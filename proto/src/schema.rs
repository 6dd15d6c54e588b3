//! What the JSON forms need to know of each message type, read once from the descriptors' options.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};

use crate::error::WireError;

/// `Any` inside `Any`: at most this many levels, checked before the next level is decoded.
pub const MAX_ANY_DEPTH: usize = 10;
/// Messages inside messages, `Any` included.
pub const MAX_MESSAGE_DEPTH: usize = 48;

/// Types whose text form is not an object of their fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    No,
    Any,
    Timestamp,
    Duration,
}

/// How the bytes or string of a field are spelled in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    Plain,
    /// An integer of 1e-18 parts in binary, a dotted decimal in JSON.
    Dec,
    /// A decimal integer of any size.
    Int,
    /// Upper-case hexadecimal.
    Hex,
    /// A JSON document stored as bytes.
    Json,
}

/// How the amino options of a field bend its form.
#[derive(Debug, Clone)]
pub(crate) struct AminoField {
    pub(crate) name: String,
    pub(crate) omit_empty: bool,
    pub(crate) encoding: Option<String>,
    /// The name of the enclosing oneof in amino's camel case, and this member's type name.
    pub(crate) oneof: Option<(String, Option<String>)>,
    /// The field is a `cosmos.Int`, whose empty text means zero.
    pub(crate) int: bool,
}

impl AminoField {
    fn sort_name(&self) -> &str {
        self.oneof.as_ref().map_or(self.name.as_str(), |(name, _)| name)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) desc: FieldDescriptor,
    pub(crate) kind: Kind,
    /// False where the Go struct has a value, not a pointer: it is then never absent in JSON.
    pub(crate) nullable: bool,
    pub(crate) text: Text,
    pub(crate) amino: AminoField,
    /// Member of a oneof of at least two; such members are left out when unset.
    pub(crate) in_oneof: bool,
}

#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) desc: MessageDescriptor,
    pub(crate) special: Special,
    /// In order of field numbers.
    pub(crate) fields: Vec<Field>,
    pub(crate) amino_name: Option<String>,
    pub(crate) amino_encoding: Option<String>,
    /// `fields` in amino's order.
    pub(crate) amino_fields: Vec<Field>,
}

impl Shape {
    pub(crate) fn name(&self) -> &str {
        self.desc.full_name()
    }

    /// The field with this proto name or JSON name.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.desc.name() == name || field.desc.json_name() == name)
    }

    pub(crate) fn decode(&self, bytes: &[u8]) -> Result<DynamicMessage, WireError> {
        DynamicMessage::decode(self.desc.clone(), bytes).map_err(|e| WireError::malformed(self.name(), e))
    }
}

static SHAPES: LazyLock<BTreeMap<String, Shape>> = LazyLock::new(|| {
    let messages = crate::descriptors().all_messages();
    messages.map(|desc| (desc.full_name().to_owned(), Shape::read(desc))).collect()
});

/// The shape of the message type with this full name.
pub(crate) fn shape(full_name: &str) -> Result<&'static Shape, WireError> {
    SHAPES.get(full_name).ok_or_else(|| WireError::UnknownType(full_name.to_owned()))
}

/// The shape that an `Any`'s type URL names.
pub(crate) fn shape_of_url(url: &str) -> Result<&'static Shape, WireError> {
    let name = url.rsplit_once('/').map(|(_, name)| name);
    name.and_then(|name| SHAPES.get(name)).ok_or_else(|| WireError::UnknownType(url.to_owned()))
}

impl Shape {
    fn read(desc: MessageDescriptor) -> Shape {
        let special = match desc.full_name() {
            "google.protobuf.Any" => Special::Any,
            "google.protobuf.Timestamp" => Special::Timestamp,
            "google.protobuf.Duration" => Special::Duration,
            _ => Special::No,
        };
        let options = desc.options();
        let fields: Vec<Field> = desc.fields().map(Field::read).collect();
        let mut amino_fields = fields.clone();
        amino_fields.sort_by(|a, b| a.amino.sort_name().cmp(b.amino.sort_name()));
        Shape {
            amino_name: text(&options, "amino.name"),
            amino_encoding: text(&options, "amino.message_encoding"),
            special,
            fields,
            amino_fields,
            desc,
        }
    }
}

impl Field {
    fn read(desc: FieldDescriptor) -> Field {
        let options = desc.options();
        let scalar = text(&options, "cosmos_proto.scalar");
        let spelled = match text(&options, "gogoproto.customtype").as_deref() {
            Some("cosmossdk.io/math.LegacyDec") => Text::Dec,
            Some("cosmossdk.io/math.Int" | "cosmossdk.io/math.Uint") => Text::Int,
            _ => match text(&options, "gogoproto.casttype").as_deref() {
                Some("encoding/json.RawMessage") => Text::Json,
                Some(cast) if cast.ends_with("/bytes.HexBytes") => Text::Hex,
                _ => Text::Plain,
            },
        };
        let oneof = desc.containing_oneof();
        let amino = AminoField {
            name: text(&options, "amino.field_name").unwrap_or_else(|| desc.name().to_owned()),
            omit_empty: flag(&options, "amino.dont_omitempty") != Some(true),
            encoding: text(&options, "amino.encoding"),
            oneof: oneof.as_ref().map(|oneof| (camel(oneof.name()), text(&options, "amino.oneof_name"))),
            int: scalar.as_deref() == Some("cosmos.Int"),
        };
        Field {
            kind: desc.kind(),
            nullable: flag(&options, "gogoproto.nullable") != Some(false),
            text: spelled,
            in_oneof: oneof.is_some_and(|oneof| !oneof.is_synthetic()),
            amino,
            desc,
        }
    }

    pub(crate) fn error(&self, text: impl Into<String>) -> WireError {
        WireError::field(self.desc.name(), text)
    }
}

fn text(options: &DynamicMessage, extension: &str) -> Option<String> {
    let extension = crate::descriptors().get_extension_by_name(extension)?;
    let set = options.has_extension(&extension);
    set.then(|| options.get_extension(&extension).as_str().map(str::to_owned)).flatten()
}

fn flag(options: &DynamicMessage, extension: &str) -> Option<bool> {
    let extension = crate::descriptors().get_extension_by_name(extension)?;
    let set = options.has_extension(&extension);
    set.then(|| options.get_extension(&extension).as_bool()).flatten()
}

fn camel(snake: &str) -> String {
    let mut upper = true;
    let mut out = String::with_capacity(snake.len());
    for letter in snake.chars() {
        if letter == '_' {
            upper = true;
        } else if upper {
            out.push(letter.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(letter);
        }
    }
    out
}
