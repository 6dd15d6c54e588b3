//! Events as they are kept and sent.

use std::fmt;

use prost::{
    DecodeError, Message,
    bytes::Buf,
    encoding::{self, DecodeContext, WireType},
};
use proto::tendermint::abci::Event;

/// The number of the field `events` in what the engine is answered about a transaction.
pub(crate) const FIELD: u32 = 7;

/// That field, and those of an event and of an attribute, as they stand before their length.
pub(super) const EVENT: u8 = 0x3a;
pub(super) const KIND: u8 = 0x0a;
pub(super) const ATTRIBUTE: u8 = 0x12;
pub(super) const KEY: u8 = 0x0a;
pub(super) const VALUE: u8 = 0x12;
/// Whether an attribute is indexed, a number; it stands last.
pub(super) const INDEX: u8 = 0x18;

/// Events in the form that goes over the wire, one behind the other: what `events` is in an `ExecTxResult` and a
/// `ResponseCheckTx`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Events(Vec<u8>);

impl Events {
    pub(super) fn of(encoded: Vec<u8>) -> Events {
        Events(encoded)
    }

    /// The bytes, with the field's number before each event.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether nothing was announced.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order they were announced in.
    pub fn iter(&self) -> impl Iterator<Item = Emitted<'_>> {
        fields(&self.0).map(|(_, event)| Emitted(event))
    }

    /// Adds later ones.
    pub fn append(&mut self, later: Events) {
        self.0.extend(later.0);
    }

    /// In a generated type.
    pub fn decode<E: Message + Default>(&self) -> Result<Vec<E>, DecodeError> {
        fields(&self.0).map(|(_, event)| E::decode(event)).collect()
    }

    /// Adds the next one of a message being decoded.
    pub(crate) fn merge(
        &mut self,
        wire: WireType,
        from: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        let mut event = Event::default();
        encoding::message::merge(wire, &mut event, from, context)?;
        encoding::message::encode(FIELD, &event, &mut self.0);
        Ok(())
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// One of [`Events`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Emitted<'a>(&'a [u8]);

impl<'a> Emitted<'a> {
    /// What happened: [`Event::KIND`](super::Event::KIND).
    pub fn kind(self) -> &'a str {
        text(self.0, KIND)
    }

    /// Names and values.
    pub fn attributes(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let attributes = fields(self.0).filter(|(field, _)| *field == ATTRIBUTE);
        attributes.map(|(_, attribute)| (text(attribute, KEY), text(attribute, VALUE)))
    }

    /// The first value of this name.
    pub fn value(self, name: &str) -> Option<&'a str> {
        self.attributes().find_map(|(key, value)| (key == name).then_some(value))
    }
}

impl fmt::Debug for Emitted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind())?;
        f.debug_map().entries(self.attributes()).finish()
    }
}

/// A field of text; one that is left out is empty.
fn text(message: &[u8], wanted: u8) -> &str {
    let found = fields(message).find(|(field, _)| *field == wanted);
    found.and_then(|(_, text)| str::from_utf8(text).ok()).unwrap_or_default()
}

/// The fields that have a length. In a message of ours nothing stands behind the last of them but a number.
fn fields(mut message: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let (field, mut rest) = message.split_first().filter(|(field, _)| **field != INDEX)?;
        let size = encoding::decode_varint(&mut rest).ok()?;
        let (content, rest) = rest.split_at_checked(usize::try_from(size).ok()?)?;
        message = rest;
        Some((*field, content))
    })
}
