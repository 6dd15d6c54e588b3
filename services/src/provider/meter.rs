//! Units of an answer, by the policy's unit. Whoever asked can count the same.

use axum::body::Bytes;
use proto::lazchain::dat::v1::Unit;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Counts an answer that comes in pieces, and hashes it. Only tokens need all of it in memory.
pub(crate) struct Meter {
    unit: Unit,
    hasher: Sha256,
    bytes: u64,
    rows: u64,
    /// Whether the row that began has something in it.
    filled: bool,
    /// What tokens are read from.
    body: Vec<u8>,
}

/// What a meter saw.
pub(crate) struct Metered {
    pub(crate) units: u64,
    pub(crate) hash: Vec<u8>,
}

impl Meter {
    pub(crate) fn new(unit: Unit) -> Meter {
        Meter { unit, hasher: Sha256::new(), bytes: 0, rows: 0, filled: false, body: Vec::new() }
    }

    /// Whether it keeps what it is given.
    pub(crate) fn keeps(&self) -> bool {
        self.unit == Unit::Token
    }

    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
        self.bytes += piece.len() as u64;
        match self.unit {
            Unit::Row => {
                for line in piece.split_inclusive(|byte| *byte == b'\n') {
                    self.filled |= !line.trim_ascii().is_empty();
                    if line.ends_with(b"\n") {
                        self.rows += u64::from(std::mem::take(&mut self.filled));
                    }
                }
            }
            Unit::Token => self.body.extend_from_slice(piece),
            _ => {}
        }
    }

    /// Units of an answer that took so many seconds; at least 1, since a request is work. Tokens are what an
    /// OpenAI-compatible answer states as `usage.total_tokens`; of a stream, in its last event that has it. An event of a
    /// stream is at least a token, so a stream that says nothing of its usage has as many as events. The first row of a
    /// table is its header.
    ///
    /// # Errors
    /// In words, where tokens cannot be told from the answer.
    pub(crate) fn finish(self, streamed: bool, seconds: u64) -> Result<Metered, String> {
        let counted = match self.unit {
            Unit::Call => 1,
            Unit::Byte => self.bytes,
            Unit::Second => seconds,
            Unit::Row => (self.rows + u64::from(self.filled)).saturating_sub(1),
            Unit::Token if streamed => stated(&self.body).unwrap_or(events(&self.body).count() as u64),
            Unit::Token => serde_json::from_slice(&self.body)
                .ok()
                .and_then(tokens)
                .ok_or_else(|| "the answer has no usage.total_tokens".to_owned())?,
            Unit::Unspecified => return Err("the policy names no unit".into()),
        };
        Ok(Metered { units: counted.max(1), hash: self.hasher.finalize().to_vec() })
    }
}

fn tokens(answer: Value) -> Option<u64> {
    answer["usage"]["total_tokens"].as_u64()
}

/// What the last event of a stream that has it says.
fn stated(body: &[u8]) -> Option<u64> {
    events(body).filter_map(|event| tokens(serde_json::from_slice(event).ok()?)).last()
}

/// What server-sent events carry, but for the word that ends them.
fn events(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = body.split(|byte| *byte == b'\n');
    let data = lines.filter_map(|line| line.strip_prefix(b"data:")).map(<[u8]>::trim_ascii);
    data.filter(|data| !data.is_empty() && *data != b"[DONE]")
}

/// A request as it goes on to a service whose answer is counted in tokens: one for a stream asks for its usage too.
pub(super) fn asks_for_usage(asked: Bytes) -> Bytes {
    let Ok(Value::Object(mut request)) = serde_json::from_slice(&asked) else { return asked };
    if request.get("stream") != Some(&Value::Bool(true)) {
        return asked;
    }
    match request.entry("stream_options").or_insert_with(|| json!({})) {
        Value::Object(options) => drop(options.insert("include_usage".into(), true.into())),
        options => *options = json!({ "include_usage": true }),
    }
    Value::Object(request).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same whether the answer comes whole or in pieces of any size.
    fn units(unit: Unit, body: &[u8], streamed: bool, seconds: u64) -> Result<u64, String> {
        let mut all = Vec::new();
        for size in 1..=body.len().max(1) {
            let mut meter = Meter::new(unit);
            body.chunks(size).for_each(|piece| meter.push(piece));
            all.push(meter.finish(streamed, seconds).map(|metered| {
                assert_eq!(metered.hash, Sha256::digest(body).to_vec());
                metered.units
            }));
        }
        assert!(all.windows(2).all(|two| two[0] == two[1]), "{all:?}");
        all.remove(0)
    }

    #[test]
    fn each_unit_is_counted_from_the_answer_itself() {
        let answer = br#"{"usage":{"total_tokens":42}}"#;
        assert_eq!(units(Unit::Token, answer, false, 3), Ok(42));
        assert_eq!(units(Unit::Call, answer, false, 3), Ok(1));
        assert_eq!(units(Unit::Byte, answer, false, 3), Ok(29));
        assert_eq!(units(Unit::Second, answer, false, 3), Ok(3));
        assert_eq!(units(Unit::Row, b"a,b\n1,2\n\n3,4\n", false, 0), Ok(2));
        assert_eq!(units(Unit::Row, b"a,b\n1,2\n \r\n3,4", false, 0), Ok(2));
        assert_eq!(units(Unit::Second, answer, false, 0), Ok(1), "a request is work");
        let stream = b"data: {\"usage\":null}\n\ndata: {\"usage\":{\"total_tokens\":7}}\n\ndata: [DONE]\n\n";
        assert_eq!(units(Unit::Token, stream, true, 0), Ok(7));
        assert!(units(Unit::Token, b"[]", false, 0).unwrap_err().contains("total_tokens"));
        assert!(units(Unit::Unspecified, b"", false, 0).is_err());
    }

    #[test]
    fn a_stream_that_does_not_say_its_usage_has_a_token_for_each_event_however_it_ends() {
        let streamed = |body: &[u8]| units(Unit::Token, body, true, 0).unwrap();
        assert_eq!(streamed(b"data: {\"a\":1}\n\ndata: {}\r\n\r\n: alive\n\ndata: [DONE]\n\n"), 2);
        assert_eq!(streamed(b"data: {\"a\":1}\n\ndata: {\"usage\":{\"total_to"), 2, "cut in the middle");
        assert_eq!(streamed(b"data: no json\n\ndata: {\"usage\":null}\n\n"), 2);
        assert_eq!(streamed(b""), 1);
    }

    #[test]
    fn a_request_for_a_stream_asks_for_its_usage_whatever_the_consumer_wrote() {
        let asked = |text: &str| -> Value {
            serde_json::from_slice(&asks_for_usage(text.to_owned().into())).unwrap_or_default()
        };
        for options in ["", r#","stream_options":null"#, r#","stream_options":{"include_usage":false}"#] {
            let request = asked(&format!(r#"{{"stream":true,"n":1{options}}}"#));
            assert_eq!(request["stream_options"]["include_usage"], true, "{options}");
            assert_eq!(request["n"], 1);
        }
        assert_eq!(asked(r#"{"stream":true,"stream_options":{"other":2}}"#)["stream_options"]["other"], 2);
        for text in [r#"{"stream": false}"#, r#"{"input":  "a"}"#, "[true]", "no json"] {
            assert_eq!(asks_for_usage(text.into()), text, "byte for byte");
        }
    }
}
