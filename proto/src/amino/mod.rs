//! SIGN_MODE_LEGACY_AMINO_JSON: the text that hardware wallets and multisig members sign, driven by the `amino` options of the
//! descriptors, byte for byte as the SDK's `x/tx` writes it.

mod write;

use prost::Message;
use prost_types::Any;

use crate::cosmos::tx::v1beta1::{Fee, TxBody};
use crate::error::WireError;
use crate::schema::shape;
use crate::text;
use write::Writer;

/// Bytes of one sign document.
pub const MAX_SIGN_BYTES: usize = 16 * 1024 * 1024;

/// Who signs, where: the part of a sign document that is not in the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signer<'a> {
    /// The chain the signature is for.
    pub chain_id: &'a str,
    /// The account's number.
    pub account_number: u64,
    /// The account's sequence.
    pub sequence: u64,
}

/// The amino JSON of a message of the type `full_name`, wrapped with its amino name if it has one.
pub fn to_json(full_name: &str, bytes: &[u8]) -> Result<String, WireError> {
    let shape = shape(full_name)?;
    let message = shape.decode(bytes)?;
    let mut writer = Writer::new();
    writer.named(shape, &message, false)?;
    Ok(writer.out)
}

/// The amino JSON of an `Any`'s content, wrapped with its amino name or else its type URL.
pub fn any_to_json(any: &Any) -> Result<String, WireError> {
    let mut writer = Writer::new();
    writer.any(&any.type_url, &any.value)?;
    Ok(writer.out)
}

/// The bytes that a signer of this transaction signs in the legacy mode.
pub fn sign_doc(signer: Signer<'_>, body: &TxBody, fee: &Fee) -> Result<Vec<u8>, WireError> {
    if !body.extension_options.is_empty() || !body.non_critical_extension_options.is_empty() {
        let text = "SIGN_MODE_LEGACY_AMINO_JSON does not support protobuf extension options: invalid request";
        return Err(WireError::field("body", text));
    }
    let mut writer = Writer::new();
    writer.raw(&format!("{{\"account_number\":\"{}\",\"chain_id\":", signer.account_number))?;
    writer.string(signer.chain_id)?;
    writer.raw(",\"fee\":{\"amount\":[")?;
    for (index, coin) in fee.amount.iter().enumerate() {
        writer.comma(index == 0)?;
        writer.encoded("cosmos.base.v1beta1.Coin", &coin.encode_to_vec())?;
    }
    writer.raw(&format!("],\"gas\":\"{}\"", fee.gas_limit))?;
    for (name, value) in [(",\"granter\":", &fee.granter), (",\"payer\":", &fee.payer)] {
        if !value.is_empty() {
            writer.raw(name)?;
            writer.string(value)?;
        }
    }
    writer.raw("},\"memo\":")?;
    writer.string(&body.memo)?;
    writer.raw(",\"msgs\":")?;
    messages(&mut writer, &body.messages)?;
    writer.raw(&format!(",\"sequence\":\"{}\"", signer.sequence))?;
    if body.timeout_height != 0 {
        writer.raw(&format!(",\"timeout_height\":\"{}\"", body.timeout_height))?;
    }
    if let Some(time) = &body.timeout_timestamp {
        let text = text::timestamp(time.seconds, time.nanos, text::Fraction::Shortest);
        let text = text.ok_or_else(|| WireError::field("timeout_timestamp", "out of range"))?;
        writer.raw(&format!(",\"timeout_timestamp\":\"{text}\""))?;
    }
    if body.unordered {
        writer.raw(",\"unordered\":true")?;
    }
    writer.raw("}")?;
    Ok(writer.out.into_bytes())
}

fn messages(writer: &mut Writer, messages: &[Any]) -> Result<(), WireError> {
    if messages.is_empty() {
        return writer.raw("null");
    }
    writer.raw("[")?;
    for (index, message) in messages.iter().enumerate() {
        writer.comma(index == 0)?;
        writer.any(&message.type_url, &message.value)?;
    }
    writer.raw("]")
}
