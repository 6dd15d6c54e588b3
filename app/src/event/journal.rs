//! Events being announced: each is encoded behind the last one.

use std::fmt::{Display, Write};

use prost::encoding::{encode_varint, encoded_len_varint};

use super::{
    Event, Events, Origin,
    encoded::{ATTRIBUTE, EVENT, INDEX, KEY, KIND, VALUE},
};

/// What was announced since the last time it was taken.
#[derive(Default)]
pub(crate) struct Journal(Vec<u8>);

/// How far it reached when somebody looked.
#[derive(Clone, Copy)]
pub(crate) struct Place(usize);

impl Journal {
    /// Adds an event.
    pub(crate) fn add<E: Event>(&mut self, event: &E, origin: Origin) {
        let begin = open(&mut self.0, EVENT);
        text(&mut self.0, KIND, E::KIND);
        let mut attributes = Attributes(&mut self.0);
        event.attributes(&mut attributes);
        origin.attribute(&mut attributes);
        close(&mut self.0, begin);
    }

    /// Where the next event begins.
    pub(crate) fn place(&self) -> Place {
        Place(self.0.len())
    }

    /// Drops what was announced since.
    pub(crate) fn back_to(&mut self, place: Place) {
        self.0.truncate(place.0);
    }

    /// Takes what was announced.
    pub(crate) fn take(&mut self) -> Events {
        let events = Events::of(self.0.as_slice().to_vec());
        self.0.clear();
        events
    }
}

/// Where an event's attributes go.
pub struct Attributes<'a>(&'a mut Vec<u8>);

impl Attributes<'_> {
    /// A value that is shown in text.
    pub fn add(&mut self, name: &'static str, value: &dyn Display) {
        let begin = open(self.0, ATTRIBUTE);
        text(self.0, KEY, name);
        let begin_value = open(self.0, VALUE);
        write!(Text(self.0), "{value}").expect("a buffer takes any text");
        close(self.0, begin_value);
        self.0.extend([INDEX, 1]);
        close(self.0, begin);
    }

    /// A value that is text. Most are, so its length is told before it is written.
    pub fn text(&mut self, name: &'static str, value: &str) {
        let size = [text_len(name), text_len(value), 2].iter().sum();
        self.0.push(ATTRIBUTE);
        encode_varint(wide(size), self.0);
        text(self.0, KEY, name);
        text(self.0, VALUE, value);
        self.0.extend([INDEX, 1]);
    }
}

/// Text on its way into a buffer.
struct Text<'a>(&'a mut Vec<u8>);

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// A field whose length is known. An empty one is left out, as protobuf has it.
fn text(out: &mut Vec<u8>, field: u8, text: &str) {
    if !text.is_empty() {
        out.push(field);
        encode_varint(wide(text.len()), out);
        out.extend_from_slice(text.as_bytes());
    }
}

/// Bytes that [`text`] adds.
fn text_len(text: &str) -> usize {
    match text.len() {
        0 => 0,
        size => [1, encoded_len_varint(wide(size)), size].iter().sum(),
    }
}

/// Begins a field whose length is known only at its end: room is left for a length of one byte.
fn open(out: &mut Vec<u8>, field: u8) -> usize {
    out.extend([field, 0]);
    out.len()
}

/// Ends the field whose content begins there.
fn close(out: &mut Vec<u8>, begin: usize) {
    let size = out.len().saturating_sub(begin);
    if size == 0 {
        return out.truncate(begin.saturating_sub(2));
    }
    let more = encoded_len_varint(wide(size)).saturating_sub(1);
    if more > 0 {
        out.extend(std::iter::repeat_n(0, more));
        out.copy_within(begin..begin.saturating_add(size), begin.saturating_add(more));
    }
    let (_, mut length) = out.split_at_mut(begin.saturating_sub(1));
    encode_varint(wide(size), &mut length);
}

fn wide(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proto::tendermint::abci;

    use super::*;

    /// Names as long as a name of ours may ever be, and longer.
    const NAMES: [&str; 4] = ["a", "amount", "original_withdraw_address", LONG];
    const LONG: &str = "a_name_that_by_itself_needs_two_bytes_for_its_length_which_is_what_any_text_of_more_than_one_hundred_and_twenty_seven_bytes_does_need";

    /// Any attributes: as text or shown.
    #[derive(Clone, Debug)]
    struct Any(Vec<(usize, String, bool)>);

    impl Event for Any {
        const KIND: &'static str = "module.happened";

        fn attributes(&self, to: &mut Attributes<'_>) {
            for (name, value, shown) in &self.0 {
                if *shown {
                    to.add(NAMES[*name], value);
                } else {
                    to.text(NAMES[*name], value);
                }
            }
        }
    }

    fn any_event() -> impl Strategy<Value = Any> {
        // lengths on both sides of where one more byte is needed to tell them
        let size = prop_oneof![0_usize..4, 90_usize..300, 16_200_usize..16_500];
        let value = (size, "[a-zé]").prop_map(|(size, letter)| letter.repeat(size));
        prop::collection::vec((0..NAMES.len(), value, any::<bool>()), 0..6).prop_map(Any)
    }

    /// The same in the generated type.
    fn generated(event: &Any, last: Option<(&str, String)>) -> abci::Event {
        let pairs = event.0.iter().map(|(name, value, _)| (NAMES[*name], value.clone())).chain(last);
        let attribute =
            |(key, value): (&str, String)| abci::EventAttribute { key: key.into(), value, index: true };
        abci::Event { r#type: Any::KIND.into(), attributes: pairs.map(attribute).collect() }
    }

    proptest! {
        #[test]
        fn events_are_encoded_and_read_as_the_generated_types_do_it(
            events in prop::collection::vec((any_event(), 0_usize..300), 0..5),
        ) {
            let (mut journal, mut expected) = (Journal::default(), Vec::new());
            for (event, index) in &events {
                let (origin, last) = match index % 3 {
                    0 => (Origin::Message(*index), Some(("msg_index", index.to_string()))),
                    1 => (Origin::Block("EndBlock"), Some(("mode", "EndBlock".to_owned()))),
                    _ => (Origin::Unsaid, None),
                };
                journal.add(event, origin);
                expected.push(generated(event, last));
            }
            let events = journal.take();
            let mut bytes = Vec::new();
            prost::encoding::message::encode_repeated(super::super::FIELD, &expected, &mut bytes);
            prop_assert_eq!(events.as_bytes(), bytes.as_slice());
            prop_assert_eq!(events.decode::<abci::Event>().unwrap(), expected.clone());
            prop_assert_eq!(events.is_empty(), expected.is_empty());
            let read = events.iter().map(|event| {
                let pairs = event.attributes().map(|(key, value)| (key.to_owned(), value.to_owned()));
                (event.kind().to_owned(), pairs.collect::<Vec<_>>())
            });
            let written = expected.into_iter().map(|event| {
                (event.r#type, event.attributes.into_iter().map(|pair| (pair.key, pair.value)).collect())
            });
            prop_assert_eq!(read.collect::<Vec<_>>(), written.collect::<Vec<_>>());
            prop_assert!(journal.take().is_empty());
        }

        #[test]
        fn what_was_announced_since_a_place_is_dropped_and_nothing_else(kept in any_event(), dropped in any_event()) {
            let mut journal = Journal::default();
            journal.add(&kept, Origin::Unsaid);
            let place = journal.place();
            journal.add(&dropped, Origin::Message(1));
            journal.back_to(place);
            journal.add(&kept, Origin::Message(2));
            let expected = [generated(&kept, None), generated(&kept, Some(("msg_index", "2".to_owned())))];
            prop_assert_eq!(journal.take().decode::<abci::Event>().unwrap(), expected);
        }
    }
}
