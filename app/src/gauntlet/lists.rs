//! Lists that name something twice: peers 7.9. Other chains paid twice for it, or counted a vote twice.

use prost_reflect::{DynamicMessage, ReflectMessage, Value};
use prost_types::Any;

use super::{
    samples::{Cast, names, sample},
    traffic::chain,
};
use crate::msg;

/// Lists in which a repetition is nobody's gain, and why.
const HARMLESS: &[(&str, &str, &str)] = &[
    ("cosmos.gov.v1.MsgSubmitProposal", "messages", "each is run and may fail"),
    ("lazchain.idao.v1.MsgPropose", "messages", "each is run and may fail"),
    ("lazchain.vsc.v1.MsgSubmitCommits", "commits", "the second of a member is skipped"),
    ("lazchain.vsc.v1.MsgSubmitReveals", "reveals", "the second of a member is skipped"),
];

/// The message with the last element of one of its lists repeated, for every list in it that is not empty, at any depth.
fn doubled(message: &DynamicMessage) -> Vec<(String, DynamicMessage)> {
    let mut all = Vec::new();
    for field in message.descriptor().fields() {
        let name = field.name().to_owned();
        let value = message.get_field(&field).into_owned();
        let mut with = |path: String, value: Value| {
            let mut copy = message.clone();
            copy.set_field(&field, value);
            all.push((path, copy));
        };
        match value {
            Value::List(list) => {
                if let Some(last) = list.last() {
                    with(name.clone(), Value::List([&list[..], std::slice::from_ref(last)].concat()));
                }
                for (place, element) in list.iter().enumerate() {
                    let Value::Message(inner) = element else { continue };
                    for (path, inner) in doubled(inner) {
                        let mut list = list.clone();
                        list[place] = Value::Message(inner);
                        with(format!("{name}.{path}"), Value::List(list));
                    }
                }
            }
            Value::Message(inner) if message.has_field(&field) => {
                for (path, inner) in doubled(&inner) {
                    with(format!("{name}.{path}"), Value::Message(inner));
                }
            }
            _ => {}
        }
    }
    all
}

#[test]
fn a_list_that_names_something_twice_is_refused_in_every_message() {
    let chain = chain();
    let (mut tried, mut passed) = (0, Vec::new());
    for name in names() {
        let message = sample(&chain, &name, &Cast::default());
        let desc = proto::descriptors().get_message_by_name(&name).expect("known");
        let decoded = DynamicMessage::decode(desc, message.value.as_slice()).expect("decodes");
        for (path, twice) in doubled(&decoded) {
            tried += 1;
            let value = prost::Message::encode_to_vec(&twice);
            let any = Any { type_url: message.type_url.clone(), value };
            let harmless = HARMLESS.iter().any(|(known, list, _)| *known == name && *list == path);
            assert!(!harmless || msg::route(&any).is_ok(), "{name}.{path} is refused: take it off the list");
            if msg::route(&any).is_ok() && !harmless {
                passed.push(format!("{name}.{path}"));
            }
        }
    }
    assert_eq!(passed, Vec::<String>::new(), "something can be named twice");
    assert!(tried > 40, "{tried} lists");
}
