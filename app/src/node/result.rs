//! What comes of a transaction.

use prost::{
    DecodeError, Message,
    bytes::{Buf, BufMut},
    encoding::{self, DecodeContext, WireType, int64, string, uint32},
};

use crate::event::{self, Events};

const CODE: u32 = 1;
const DATA: u32 = 2;
const LOG: u32 = 3;
const GAS_WANTED: u32 = 5;
const GAS_USED: u32 = 6;
const CODESPACE: u32 = 8;

/// `ExecTxResult` in the engine's words, and `ResponseCheckTx` as well: their fields have the same numbers. `info` is
/// always empty. Other than in the generated types the events stay encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecTxResult {
    /// 0 is success.
    pub code: u32,
    /// The encoded `TxMsgData`.
    pub data: Vec<u8>,
    /// Why it was refused.
    pub log: String,
    /// The limit that was paid for.
    pub gas_wanted: i64,
    /// What it cost.
    pub gas_used: i64,
    /// What was announced.
    pub events: Events,
    /// Whose code it is.
    pub codespace: String,
}

impl Message for ExecTxResult {
    fn encode_raw(&self, out: &mut impl BufMut) {
        if self.code != 0 {
            uint32::encode(CODE, &self.code, out);
        }
        if !self.data.is_empty() {
            encoding::bytes::encode(DATA, &self.data, out);
        }
        if !self.log.is_empty() {
            string::encode(LOG, &self.log, out);
        }
        if self.gas_wanted != 0 {
            int64::encode(GAS_WANTED, &self.gas_wanted, out);
        }
        if self.gas_used != 0 {
            int64::encode(GAS_USED, &self.gas_used, out);
        }
        out.put_slice(self.events.as_bytes());
        if !self.codespace.is_empty() {
            string::encode(CODESPACE, &self.codespace, out);
        }
    }

    fn encoded_len(&self) -> usize {
        let sizes = [
            if self.code == 0 { 0 } else { uint32::encoded_len(CODE, &self.code) },
            if self.data.is_empty() { 0 } else { encoding::bytes::encoded_len(DATA, &self.data) },
            if self.log.is_empty() { 0 } else { string::encoded_len(LOG, &self.log) },
            if self.gas_wanted == 0 { 0 } else { int64::encoded_len(GAS_WANTED, &self.gas_wanted) },
            if self.gas_used == 0 { 0 } else { int64::encoded_len(GAS_USED, &self.gas_used) },
            self.events.as_bytes().len(),
            if self.codespace.is_empty() { 0 } else { string::encoded_len(CODESPACE, &self.codespace) },
        ];
        sizes.iter().sum()
    }

    fn merge_field(
        &mut self,
        field: u32,
        wire: WireType,
        from: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        match field {
            CODE => uint32::merge(wire, &mut self.code, from, context),
            DATA => encoding::bytes::merge(wire, &mut self.data, from, context),
            LOG => string::merge(wire, &mut self.log, from, context),
            GAS_WANTED => int64::merge(wire, &mut self.gas_wanted, from, context),
            GAS_USED => int64::merge(wire, &mut self.gas_used, from, context),
            event::FIELD => self.events.merge(wire, from, context),
            CODESPACE => string::merge(wire, &mut self.codespace, from, context),
            _ => encoding::skip_field(wire, field, from, context),
        }
    }

    fn clear(&mut self) {
        *self = ExecTxResult::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tendermint_proto::v0_38::abci::{self, Event, EventAttribute, ResponseCheckTx};

    use super::*;

    prop_compose! {
        fn any_event()(
            kind in ".{0,200}",
            attributes in prop::collection::vec((".{0,20}", ".{0,300}", any::<bool>()), 0..5),
        ) -> Event {
            let attribute = |(key, value, index)| EventAttribute { key, value, index };
            Event { r#type: kind, attributes: attributes.into_iter().map(attribute).collect() }
        }
    }

    prop_compose! {
        fn any_result()(
            code in prop_oneof![Just(0), any::<u32>()],
            data in prop::collection::vec(any::<u8>(), 0..300),
            (log, codespace) in (".{0,200}", ".{0,20}"),
            (gas_wanted, gas_used) in (prop_oneof![Just(0), any::<i64>()], prop_oneof![Just(0), any::<i64>()]),
            events in prop::collection::vec(any_event(), 0..5),
        ) -> abci::ExecTxResult {
            let (data, info) = (data.into(), String::new());
            abci::ExecTxResult { code, data, log, info, gas_wanted, gas_used, events, codespace }
        }
    }

    proptest! {
        #[test]
        fn a_result_is_encoded_and_decoded_as_the_engine_does_it(theirs in any_result()) {
            let bytes = theirs.encode_to_vec();
            let ours = ExecTxResult::decode(bytes.as_slice()).unwrap();
            prop_assert_eq!(ours.encoded_len(), bytes.len());
            prop_assert_eq!(ours.encode_to_vec(), bytes.clone());
            prop_assert_eq!(ours.events.decode::<Event>().unwrap(), theirs.events.clone());
            prop_assert_eq!((ours.code, &ours.log, &ours.codespace), (theirs.code, &theirs.log, &theirs.codespace));
            prop_assert_eq!((ours.gas_wanted, ours.gas_used), (theirs.gas_wanted, theirs.gas_used));
            prop_assert_eq!(ours.data, theirs.data.to_vec());
            let checked = ResponseCheckTx::decode(bytes.as_slice()).unwrap();
            prop_assert_eq!(checked.encode_to_vec(), bytes);
        }

        /// What an index holds may be spoiled: it is refused, or it is a result.
        #[test]
        fn spoiled_bytes_are_refused_or_read_as_the_engine_reads_them(
            theirs in any_result(), place in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let mut bytes = theirs.encode_to_vec();
            bytes.push(0);
            let place = place.index(bytes.len());
            bytes[place] = byte;
            match (ExecTxResult::decode(bytes.as_slice()), abci::ExecTxResult::decode(bytes.as_slice())) {
                (Ok(ours), Ok(theirs)) => {
                    let theirs = abci::ExecTxResult { info: String::new(), ..theirs };
                    prop_assert_eq!(ours.encode_to_vec(), theirs.encode_to_vec());
                }
                (Err(_), Err(_)) => {}
                // a field that we do not know is not looked into
                (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("info"), "{}", error),
                (ours, _) => prop_assert!(false, "{:?}", ours),
            }
        }
    }
}
