//! Other spellings of a message's bytes, at every level: fields unknown, repeated, dropped, reordered, padded, spelled-out
//! defaults, texts that look like the same number.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

/// What was done, and the bytes after it.
pub(crate) type Mutant = (String, Vec<u8>);

/// One field as it is on the wire.
struct Part {
    number: u32,
    /// Its key, and then its length if it has one.
    key: Vec<u8>,
    length: Vec<u8>,
    /// A varint, fixed bytes, or what the length counts.
    content: Vec<u8>,
}

impl Part {
    fn whole(&self) -> Vec<u8> {
        [&self.key[..], &self.length, &self.content].concat()
    }

    fn with(&self, content: &[u8]) -> Vec<u8> {
        [&self.key[..], &varint(content.len()), content].concat()
    }

    fn is_delimited(&self) -> bool {
        !self.length.is_empty()
    }
}

fn varint(number: usize) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encoding::encode_varint(u64::try_from(number).expect("small"), &mut out);
    out
}

/// The same number in one byte more.
fn padded(varint: &[u8]) -> Vec<u8> {
    let mut out = varint.to_vec();
    *out.last_mut().expect("a varint has a byte") |= 0x80;
    out.push(0);
    out
}

fn take_varint(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| byte & 0x80 == 0).expect("a varint ends") + 1
}

fn parts(mut bytes: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let split = take_varint(bytes);
        let mut key_bytes = &bytes[..split];
        let key = prost::encoding::decode_varint(&mut key_bytes).expect("a key");
        let (key_bytes, rest) = bytes.split_at(split);
        let (length, content) = match key & 7 {
            0 => (0, take_varint(rest)),
            1 => (0, 8),
            5 => (0, 4),
            2 => {
                let split = take_varint(rest);
                let mut length = &rest[..split];
                let length = prost::encoding::decode_varint(&mut length).expect("a length");
                (split, usize::try_from(length).expect("small"))
            }
            other => panic!("wire type {other}"),
        };
        let number = u32::try_from(key >> 3).expect("small");
        let (length, rest) = rest.split_at(length);
        let (content, rest) = rest.split_at(content);
        parts.push(Part {
            number,
            key: key_bytes.to_vec(),
            length: length.to_vec(),
            content: content.to_vec(),
        });
        bytes = rest;
    }
    parts
}

/// What the bytes of a field are, if they are a message themselves.
fn within(desc: &MessageDescriptor, field: &FieldDescriptor, parts: &[Part]) -> Option<MessageDescriptor> {
    let named = |name: &str| proto::descriptors().get_message_by_name(name);
    match (desc.full_name(), field.name()) {
        ("cosmos.tx.v1beta1.TxRaw", "body_bytes") => named("cosmos.tx.v1beta1.TxBody"),
        ("cosmos.tx.v1beta1.TxRaw", "auth_info_bytes") => named("cosmos.tx.v1beta1.AuthInfo"),
        ("google.protobuf.Any", "value") => {
            let url = parts.iter().find(|part| part.number == 1)?;
            named(std::str::from_utf8(&url.content).ok()?.trim_start_matches('/'))
        }
        _ => match field.kind() {
            Kind::Message(inner) => Some(inner),
            _ => None,
        },
    }
}

/// Every mutant of these bytes of this type, and of every message within.
pub(crate) fn of(desc: &MessageDescriptor, bytes: &[u8]) -> Vec<Mutant> {
    let parts = parts(bytes);
    let mut all = here(desc, bytes, &parts);
    for (place, part) in parts.iter().enumerate() {
        let replaced = |with: &[u8]| {
            let before: Vec<u8> = parts[..place].iter().flat_map(Part::whole).collect();
            let after: Vec<u8> = parts[place + 1..].iter().flat_map(Part::whole).collect();
            [&before[..], with, &after].concat()
        };
        let field = desc.get_field(part.number).expect("a known field");
        let label = format!("{}.{}", desc.name(), field.name());
        let mut add = |what: &str, with: &[u8]| all.push((format!("{label} {what}"), replaced(with)));
        add("dropped", &[]);
        add("twice", &part.whole().repeat(2));
        add("with a padded key", &[&padded(&part.key)[..], &part.length, &part.content].concat());
        if part.is_delimited() {
            let long = padded(&part.length);
            add("with a padded length", &[&part.key[..], &long, &part.content].concat());
            for tail in [&b"\0"[..], b" ", b"0"] {
                add("with a tail", &part.with(&[&part.content[..], tail].concat()));
            }
        } else if part.key.last().is_some_and(|key| key & 7 == 0) {
            add("padded", &[&part.key[..], &padded(&part.content)].concat());
        }
        if matches!(field.kind(), Kind::String) {
            for head in ["0", "+", " ", "-"] {
                add("with a head", &part.with(&[head.as_bytes(), &part.content].concat()));
            }
            let upper = part.content.to_ascii_uppercase();
            if upper != part.content {
                add("in capitals", &part.with(&upper));
            }
        }
        if let Some(inner) = within(desc, &field, &parts).filter(|_| part.is_delimited()) {
            for (what, mutant) in of(&inner, &part.content) {
                add(&format!("> {what}"), &part.with(&mutant));
            }
        }
    }
    all
}

/// What can be done to the list of fields as a whole.
fn here(desc: &MessageDescriptor, bytes: &[u8], parts: &[Part]) -> Vec<Mutant> {
    let label = |what: &str| format!("{} {what}", desc.name());
    let mut all = vec![
        (label("with an unknown number"), [bytes, &[0xf8, 0x7f, 1]].concat()),
        (label("with an unknown text"), [bytes, &[0xfa, 0x7f, 1, 65]].concat()),
        (label("with an unknown group"), [bytes, &[0xfb, 0x7f, 0xfc, 0x7f]].concat()),
        (label("with an unknown field in front"), [&[0xf8, 0x7f, 0], bytes].concat()),
        (label("with a tail"), [bytes, &[0]].concat()),
    ];
    for place in 1..parts.len() {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.swap(place - 1, place);
        let swapped: Vec<u8> = order.into_iter().flat_map(|index| parts[index].whole()).collect();
        if swapped != bytes {
            all.push((label(&format!("with fields {place} swapped")), swapped));
        }
    }
    for field in desc.fields() {
        let there = parts.iter().any(|part| part.number == field.number());
        let delimited = matches!(field.kind(), Kind::Message(_) | Kind::String | Kind::Bytes);
        let key = field.number() << 3 | if delimited || field.is_list() { 2 } else { 0 };
        let mut empty = varint(usize::try_from(key).expect("small"));
        empty.push(0);
        if !there {
            all.push((label(&format!("with an empty {}", field.name())), [bytes, &empty].concat()));
            let before: Vec<u8> =
                parts.iter().filter(|part| part.number < field.number()).flat_map(Part::whole).collect();
            let after = &bytes[before.len().min(bytes.len())..];
            let middle = [&before[..], &empty, after].concat();
            all.push((label(&format!("with an empty {} in its place", field.name())), middle));
        }
    }
    all
}
