//! A row and its arguments become a message: the descriptor of each field says how its text is read.

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use client::signers;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use prost_types::Any;
use proto::{
    address::Address,
    coin::{Coin, Coins},
};
use serde_json::{Map, Value, json};

use super::table::{How, Row, note};
use crate::context::Context;

/// What is known when a message is built.
pub(super) struct Making<'a> {
    pub(super) context: &'a Context,
    pub(super) matches: &'a ArgMatches,
    /// Who signs.
    pub(super) from: Address,
}

impl Making<'_> {
    /// A flag or argument with one value.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.matches.try_get_one::<String>(name).ok().flatten().map(String::as_str)
    }

    /// A required argument.
    pub(super) fn required(&self, name: &str) -> Result<&str> {
        self.one(name).ok_or_else(|| anyhow!("required flag(s) \"{name}\" not set"))
    }

    /// All values of an argument that may have several.
    pub(super) fn many(&self, name: &str) -> Vec<&str> {
        let values = self.matches.try_get_many::<String>(name).ok().flatten();
        values.map(|all| all.map(String::as_str).collect()).unwrap_or_default()
    }
}

/// An argument as a row's usage spells it.
struct Slot {
    name: &'static str,
    required: bool,
    many: bool,
}

fn slots(row: &Row) -> Vec<Slot> {
    let parts = row.usage.split(' ').skip(1);
    parts
        .map(|part| {
            let inner = part.trim_matches(['[', ']', '(', ')']);
            let name = inner.trim_end_matches('.');
            Slot { name, required: part.starts_with('['), many: inner.ends_with("...") }
        })
        .collect()
}

/// The command of a row: its arguments, and a flag for each field that no argument fills.
pub(super) fn command(row: &Row) -> Command {
    let mut command =
        Command::new(row.name()).about(format!("{}. {}", row.about, note(row)).trim().to_owned());
    if !row.example.is_empty() {
        command = command.after_help(format!("Example:\n  lazd tx {} {}", row.module, row.example));
    }
    for slot in slots(row) {
        let arg = Arg::new(slot.name).required(slot.required);
        command = command.arg(if slot.many { arg.num_args(1..).action(ArgAction::Append) } else { arg });
    }
    match row.how {
        How::Message => field_flags(row, command),
        How::Proposal => proposal_flags(field_flags(row, command)),
        How::Special(_) => super::special::flags(row, command),
    }
}

fn proposal_flags(command: Command) -> Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).help(help);
    command.next_help_heading("Proposal").args([
        flag("title", "The title of the proposal").required(true),
        flag("summary", "The summary of the proposal").required(true),
        flag("deposit", "The deposit to include with the proposal"),
        flag("metadata", "The metadata to include with the proposal").default_value(""),
        flag("expedited", "Whether to expedite the proposal").action(ArgAction::SetTrue),
    ])
}

fn field_flags(row: &Row, command: Command) -> Command {
    let Ok(message) = descriptor(row.message) else { return command };
    let free = free_fields(row, &message);
    free.into_iter().fold(command, |command, field| {
        let name = field.name().replace('_', "-");
        let help = format!("Field {} of {}", field.name(), message.name());
        command.arg(Arg::new(name.clone()).long(name).help(help))
    })
}

/// Fields that neither an argument nor the signer fills and that a text can give.
fn free_fields(row: &Row, message: &MessageDescriptor) -> Vec<FieldDescriptor> {
    let signer = signers::fields(message);
    let taken = |field: &FieldDescriptor| {
        row.fields.contains(&field.name()) || signer.iter().any(|name| name == field.name())
    };
    message.fields().filter(|field| !taken(field)).collect()
}

/// The message type with this full name.
pub(super) fn descriptor(name: &str) -> Result<MessageDescriptor> {
    let found = proto::descriptors().get_message_by_name(name);
    found.ok_or_else(|| anyhow!("unable to resolve type URL /{name}"))
}

/// The key or address that an argument names as the signer, if one does.
pub(super) fn signer_argument<'a>(row: &Row, matches: &'a ArgMatches) -> Option<&'a str> {
    let slots = slots(row);
    if let How::Special(_) = row.how {
        let first = slots.first().filter(|slot| slot.name == "from_key_or_address")?;
        return matches.get_one::<String>(first.name).map(String::as_str);
    }
    let signer = signers::fields(&descriptor(row.message).ok()?);
    let at = row.fields.iter().position(|field| signer.iter().any(|name| name == field))?;
    matches.get_one::<String>(slots.get(at)?.name).map(String::as_str)
}

/// The messages of a command that was given.
pub(super) fn messages(row: &Row, making: &Making<'_>) -> Result<Vec<Any>> {
    match row.how {
        How::Special(build) => build(making),
        How::Message => Ok(vec![filled(row, making, making.from)?]),
        How::Proposal => {
            let inner = filled(row, making, Address::module("gov"))?;
            Ok(vec![propose(&inner, making)?])
        }
    }
}

fn propose(inner: &Any, making: &Making<'_>) -> Result<Any> {
    let deposit: Coins = making.one("deposit").unwrap_or_default().parse()?;
    let content = proto::json::to_json("google.protobuf.Any", &prost::Message::encode_to_vec(inner))?;
    let proposal = json!({
        "messages": [content],
        "initial_deposit": coins(&deposit),
        "proposer": making.from.to_string(),
        "metadata": making.one("metadata").unwrap_or_default(),
        "title": making.required("title")?,
        "summary": making.required("summary")?,
        "expedited": making.matches.get_flag("expedited"),
    });
    any("cosmos.gov.v1.MsgSubmitProposal", &proposal)
}

fn filled(row: &Row, making: &Making<'_>, signer: Address) -> Result<Any> {
    let message = descriptor(row.message)?;
    let mut object = Map::new();
    for name in signers::fields(&message) {
        if let Some(field) = message.get_field_by_name(&name) {
            object.insert(name, signer_text(&field, signer).into());
        }
    }
    for (slot, name) in slots(row).iter().zip(row.fields) {
        let texts = making.many(slot.name);
        if texts.is_empty() || object.contains_key(*name) {
            continue;
        }
        let field =
            message.get_field_by_name(name).ok_or_else(|| anyhow!("{} has no {name}", row.message))?;
        object.insert((*name).to_owned(), value(making.context, &field, &texts)?);
    }
    for field in free_fields(row, &message) {
        if let Some(text) = making.one(&field.name().replace('_', "-")) {
            object.insert(field.name().to_owned(), value(making.context, &field, &[text])?);
        }
    }
    any(row.message, &Value::Object(object))
}

/// A message from its Cosmos JSON.
pub(super) fn any(name: &str, value: &Value) -> Result<Any> {
    Ok(Any { type_url: format!("/{name}"), value: proto::json::from_json(name, value)? })
}

/// Any message from JSON with its `@type`, or a file of it.
pub(super) fn any_of(text: &str) -> Result<Any> {
    let bytes = proto::json::from_json("google.protobuf.Any", &json_or_file(text)?)?;
    Ok(prost::Message::decode(bytes.as_slice())?)
}

/// The JSON of coins.
pub(super) fn coins(coins: &Coins) -> Value {
    coins
        .iter()
        .map(|coin| json!({ "denom": coin.denom.as_str(), "amount": coin.amount.to_string() }))
        .collect()
}

fn scalar(field: &FieldDescriptor) -> Option<String> {
    let extension = proto::descriptors().get_extension_by_name("cosmos_proto.scalar")?;
    field.options().get_extension(&extension).as_str().map(str::to_owned)
}

fn signer_text(field: &FieldDescriptor, signer: Address) -> String {
    match scalar(field).as_deref() {
        Some("cosmos.ValidatorAddressString") => signer.operator().to_string(),
        _ => signer.to_string(),
    }
}

/// The JSON of a field from what was typed for it.
pub(crate) fn value(context: &Context, field: &FieldDescriptor, texts: &[&str]) -> Result<Value> {
    let name = field.name();
    let coin =
        matches!(field.kind(), Kind::Message(message) if message.full_name() == "cosmos.base.v1beta1.Coin");
    if coin && field.is_list() {
        let parsed: Coins = texts.join(",").parse().with_context(|| name.to_owned())?;
        return Ok(coins(&parsed));
    }
    if field.is_list() {
        let mut list = Vec::new();
        for text in texts {
            match text.trim_start().chars().next() {
                Some('[') => match json_or_file(text)? {
                    Value::Array(items) => list.extend(items),
                    other => list.push(other),
                },
                Some('{') => list.push(single(context, field, text)?),
                _ => {
                    for text in text.split(',') {
                        list.push(single(context, field, text)?);
                    }
                }
            }
        }
        return Ok(Value::Array(list));
    }
    match texts {
        [text] if coin => {
            let coin: Coin = text.parse().with_context(|| name.to_owned())?;
            Ok(json!({ "denom": coin.denom.as_str(), "amount": coin.amount.to_string() }))
        }
        [text] => single(context, field, text),
        _ => bail!("{name} takes one value"),
    }
}

fn single(context: &Context, field: &FieldDescriptor, text: &str) -> Result<Value> {
    let name = field.name();
    match field.kind() {
        Kind::Bool => Ok(Value::Bool(text.parse().with_context(|| format!("{name} must be true or false"))?)),
        Kind::Enum(values) => enum_name(&values, text).map(Value::String).ok_or_else(|| {
            anyhow!("{text:?} is not a valid {name}; use one of {}", enum_words(&values).join(", "))
        }),
        Kind::Message(message)
            if message.full_name() == "lazchain.dat.v1.DatRef" && !text.starts_with('{') =>
        {
            token(text)
        }
        Kind::Message(message)
            if !matches!(message.full_name(), "google.protobuf.Timestamp" | "google.protobuf.Duration") =>
        {
            json_or_file(text).with_context(|| name.to_owned())
        }
        Kind::String => Ok(match scalar(field).as_deref() {
            Some("cosmos.AddressString") if text.parse::<Address>().is_err() => {
                context.address(text)?.to_string().into()
            }
            Some("cosmos.ValidatorAddressString") if !text.starts_with("lazvaloper1") => {
                context.address(text)?.operator().to_string().into()
            }
            _ => text.into(),
        }),
        // `task-9` is the task 9
        Kind::Uint64 => {
            let bare = text.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')).unwrap_or(text);
            Ok(bare.into())
        }
        _ => Ok(text.into()),
    }
}

/// A token as people write it: `dat-12/4`, or `12/4`.
fn token(text: &str) -> Result<Value> {
    let numbers = text.strip_prefix("dat-").unwrap_or(text).split_once('/');
    let numbers = numbers.and_then(|(asset, serial)| Some((number(asset)?, number(serial)?)));
    let (asset, serial) = numbers.ok_or_else(|| anyhow!("{text:?} is no token, like dat-12/4"))?;
    Ok(json!({ "asset": asset, "serial": serial }))
}

fn number(text: &str) -> Option<String> {
    text.parse::<u64>().ok().map(|number| number.to_string())
}

/// JSON as it stands, or in the file of that name.
pub(super) fn json_or_file(text: &str) -> Result<Value> {
    let text = text.trim();
    if text.starts_with(['{', '[']) {
        return serde_json::from_str(text).context("this is not JSON");
    }
    let content = std::fs::read_to_string(text).with_context(|| format!("cannot read {text}"))?;
    serde_json::from_str(&content).with_context(|| format!("{text} is not JSON"))
}

fn enum_words(values: &prost_reflect::EnumDescriptor) -> Vec<String> {
    let names: Vec<String> = values.values().map(|value| value.name().to_owned()).collect();
    let prefix = common_prefix(&names);
    names.iter().map(|name| name[prefix..].to_lowercase().replace('_', "-")).collect()
}

/// The value that a word stands for: its full name, or the part by which it differs from the others.
pub(super) fn enum_name(values: &prost_reflect::EnumDescriptor, text: &str) -> Option<String> {
    let wanted = text.to_uppercase().replace('-', "_");
    let names: Vec<String> = values.values().map(|value| value.name().to_owned()).collect();
    let prefix = common_prefix(&names);
    names.iter().find(|name| **name == wanted || name[prefix..] == wanted).cloned()
}

/// Up to and including the last underscore that all names share.
fn common_prefix(names: &[String]) -> usize {
    let Some(first) = names.first() else { return 0 };
    let shared = names.iter().fold(first.len(), |length, name| {
        first.bytes().zip(name.bytes()).take(length).take_while(|(a, b)| a == b).count()
    });
    first[..shared].rfind('_').map_or(0, |at| at + 1)
}
