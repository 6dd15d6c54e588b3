//! What clients generate their code from must never change unnoticed: every name, number, type, option and route of our
//! `.proto` files is written to `golden/messages.txt`. `UPDATE_GOLDEN=1` (that is `make golden`) writes it anew.

use std::fmt::Write;
use std::path::PathBuf;

use prost_reflect::{
    Cardinality, DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, ServiceDescriptor,
    Value,
};

#[test]
fn names_numbers_types_options_and_routes_are_as_written_down() {
    let path = home().join("tests/golden/messages.txt");
    let now = describe_all();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().expect("the golden file is in a folder"))
            .expect("the golden folder can be made");
        std::fs::write(&path, &now).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file is checked in");
    let first = now.lines().zip(golden.lines()).position(|(ours, written)| ours != written);
    let line = first.unwrap_or(now.lines().count().min(golden.lines().count()));
    assert!(
        now == golden,
        "line {} of tests/golden/messages.txt\nwritten down: {:?}\nnow:          {:?}\nA change that is meant: UPDATE_GOLDEN=1.",
        line + 1,
        golden.lines().nth(line),
        now.lines().nth(line),
    );
}

#[test]
fn every_generated_message_is_named_as_its_descriptor() {
    use lazchain_proto::{cosmos, tendermint};
    fn known<M: prost::Name>() {
        let found = lazchain_proto::descriptors().get_message_by_name(&M::full_name());
        assert!(found.is_some(), "{} has no descriptor", M::full_name());
        assert_eq!(M::type_url(), format!("/{}", M::full_name()));
    }
    known::<cosmos::bank::v1beta1::MsgSend>();
    known::<cosmos::tx::v1beta1::TxRaw>();
    known::<cosmos::tx::v1beta1::mode_info::Multi>();
    known::<cosmos::crypto::secp256k1::PubKey>();
    known::<cosmos::gov::v1::MsgSubmitProposal>();
    known::<tendermint::types::Header>();
}

#[test]
fn every_message_of_a_transaction_names_its_signer_and_its_amino_form() {
    let pool = lazchain_proto::descriptors();
    let signer = pool.get_extension_by_name("cosmos.msg.v1.signer").expect("our descriptors hold the option");
    let name = pool.get_extension_by_name("amino.name").expect("our descriptors hold the option");
    for method in pool.services().filter(|service| service.name() == "Msg").flat_map(methods) {
        let options = method.input().options();
        assert!(options.has_extension(&signer), "{} has no signer", method.input().full_name());
        // The SDK names none of these: in amino JSON they go by their type URL.
        let exempt = [
            "cosmos.nft.v1beta1.MsgSend",
            "cosmos.feegrant.v1beta1.MsgPruneAllowances",
            "cosmos.gov.v1.MsgCancelProposal",
        ]
        .contains(&method.input().full_name());
        assert!(exempt || options.has_extension(&name), "{} has no amino name", method.input().full_name());
    }
}

/// The crate's folder, asked when the test runs: several checkouts may share one target folder.
fn home() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it for tests").into()
}

fn methods(service: ServiceDescriptor) -> Vec<prost_reflect::MethodDescriptor> {
    service.methods().collect()
}

fn describe_all() -> String {
    let pool = lazchain_proto::descriptors();
    let ours = |name: &str| !name.starts_with("google.protobuf.");
    let mut blocks: Vec<(String, String)> = Vec::new();
    for message in pool.all_messages().filter(|message| ours(message.full_name()) && !message.is_map_entry())
    {
        blocks.push((message.full_name().to_owned(), describe_message(&message)));
    }
    for one in pool.all_enums().filter(|one| ours(one.full_name())) {
        blocks.push((one.full_name().to_owned(), describe_enum(&one)));
    }
    for service in pool.services() {
        blocks.push((service.full_name().to_owned(), describe_service(&service)));
    }
    for extension in pool.all_extensions() {
        let text = format!(
            "extend {} {} = {} {}\n",
            extension.containing_message().full_name(),
            extension.full_name(),
            extension.number(),
            kind(&extension.kind())
        );
        blocks.push((extension.full_name().to_owned(), text));
    }
    blocks.sort();
    blocks.into_iter().map(|block| block.1).collect::<Vec<_>>().join("\n")
}

fn describe_message(message: &MessageDescriptor) -> String {
    let mut text = format!("message {}{}\n", message.full_name(), options(&message.options()));
    let mut fields: Vec<FieldDescriptor> = message.fields().collect();
    fields.sort_by_key(FieldDescriptor::number);
    for field in fields {
        let label = match field.cardinality() {
            Cardinality::Repeated if field.is_map() => "map ",
            Cardinality::Repeated => "repeated ",
            Cardinality::Required => "required ",
            Cardinality::Optional => "",
        };
        let choice = field.containing_oneof().map(|one| format!(" oneof {}", one.name())).unwrap_or_default();
        let kind = match field.kind() {
            Kind::Message(entry) if entry.is_map_entry() => {
                let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
                format!("{} to {}", self::kind(&key), self::kind(&value))
            }
            other => self::kind(&other),
        };
        let options = options(&field.options());
        writeln!(text, "  {} {} {label}{kind}{choice}{options}", field.number(), field.name())
            .expect("writing to a string cannot fail");
    }
    text
}

fn describe_enum(one: &EnumDescriptor) -> String {
    let mut text = format!("enum {}{}\n", one.full_name(), options(&one.options()));
    for value in one.values() {
        writeln!(text, "  {} {}{}", value.number(), value.name(), options(&value.options()))
            .expect("writing to a string cannot fail");
    }
    text
}

fn describe_service(service: &ServiceDescriptor) -> String {
    let mut text = format!("service {}{}\n", service.full_name(), options(&service.options()));
    for method in service.methods() {
        let (input, output) = (method.input(), method.output());
        writeln!(
            text,
            "  {} {} -> {}{}",
            method.name(),
            input.full_name(),
            output.full_name(),
            options(&method.options())
        )
        .expect("writing to a string cannot fail");
    }
    text
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Message(message) => message.full_name().to_owned(),
        Kind::Enum(one) => one.full_name().to_owned(),
        scalar => format!("{scalar:?}").to_lowercase(),
    }
}

/// Custom and standard options in the order of their names; nothing when there are none.
fn options(options: &DynamicMessage) -> String {
    let standard = options.fields().map(|(field, value)| (field.name().to_owned(), show(value)));
    let custom = options.extensions().map(|(field, value)| (field.full_name().to_owned(), show(value)));
    let mut all: Vec<(String, String)> = standard.chain(custom).collect();
    all.sort();
    all.into_iter().fold(String::new(), |text, (name, value)| format!("{text} [{name} {value}]"))
}

fn show(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::I32(value) | Value::EnumNumber(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::U32(value) => value.to_string(),
        Value::U64(value) => value.to_string(),
        Value::String(value) => value.clone(),
        Value::List(values) => values.iter().map(show).collect::<Vec<_>>().join(", "),
        Value::Message(message) => {
            let fields = message.fields().map(|(field, value)| format!("{} {}", field.name(), show(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join("; "))
        }
        other => format!("{other:?}"),
    }
}
