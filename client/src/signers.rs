//! Who signs a message: the `cosmos.msg.v1.signer` option of its type says which field.

use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage, Value};
use prost_types::Any;
use proto::{
    WireError,
    address::{Address, ValAddress},
    cosmos::tx::v1beta1::Tx,
};

use crate::error::{Error, Result};

/// Messages inside messages that may name a signer.
const MAX_DEPTH: usize = 4;

/// The fields that name the signers of this message type.
pub fn fields(message: &MessageDescriptor) -> Vec<String> {
    let Some(option) = proto::descriptors().get_extension_by_name("cosmos.msg.v1.signer") else {
        return Vec::new();
    };
    let options = message.options();
    let value = options.get_extension(&option);
    let names = value.as_list().unwrap_or_default().iter();
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// The accounts that must sign this message.
pub fn of_message(message: &Any) -> Result<Vec<Address>> {
    let name = message.type_url.trim_start_matches('/');
    let descriptor = proto::descriptors().get_message_by_name(name);
    let descriptor = descriptor.ok_or_else(|| WireError::UnknownType(message.type_url.clone()))?;
    let dynamic = DynamicMessage::decode(descriptor, message.value.as_slice())
        .map_err(|error| Error::Tx(format!("{name}: {error}")))?;
    let mut found = Vec::new();
    collect(&dynamic, &mut found, MAX_DEPTH)?;
    if found.is_empty() {
        return Err(Error::Tx(format!("{name} is not a message that somebody signs")));
    }
    Ok(found)
}

/// The accounts that must sign a transaction, each once: those of its messages in order, then its fee's payer.
pub fn of_tx(tx: &Tx) -> Result<Vec<Address>> {
    let mut found: Vec<Address> = Vec::new();
    let messages = tx.body.as_ref().map(|body| body.messages.as_slice()).unwrap_or_default();
    let mut add = |address: Address| {
        if !found.contains(&address) {
            found.push(address);
        }
    };
    for message in messages {
        of_message(message)?.into_iter().for_each(&mut add);
    }
    let payer = tx.auth_info.as_ref().and_then(|auth| auth.fee.as_ref()).map(|fee| fee.payer.as_str());
    if let Some(payer) = payer.filter(|payer| !payer.is_empty()) {
        add(address(payer)?);
    }
    if found.is_empty() {
        return Err(Error::Tx("the transaction has no message".into()));
    }
    Ok(found)
}

fn collect(message: &DynamicMessage, found: &mut Vec<Address>, depth: usize) -> Result<()> {
    for name in fields(&message.descriptor()) {
        let Some(value) = message.get_field_by_name(&name) else { continue };
        match value.as_ref() {
            Value::String(text) => found.push(address(text)?),
            Value::Message(inner) if depth > 0 => collect(inner, found, depth - 1)?,
            Value::List(items) => {
                for item in items {
                    match item {
                        Value::String(text) => found.push(address(text)?),
                        Value::Message(inner) if depth > 0 => collect(inner, found, depth - 1)?,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A signer is named as an account or as a validator's operator.
fn address(text: &str) -> Result<Address> {
    let account = text
        .parse::<Address>()
        .or_else(|error| text.parse::<ValAddress>().map(|operator| operator.account()).map_err(|_| error));
    account.map_err(|error| Error::Tx(format!("signer {text:?}: {error}")))
}
