//! Units of an answer, by the policy's unit. Whoever asked can count the same.

use proto::lazchain::dat::v1::Unit;
use serde_json::Value;
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
    /// OpenAI-compatible answer states as `usage.total_tokens`; of a stream, in its last event that has it. The first row of
    /// a table is its header.
    ///
    /// # Errors
    /// In words, where tokens cannot be told from the answer.
    pub(crate) fn finish(self, streamed: bool, seconds: u64) -> Result<Metered, String> {
        let counted = match self.unit {
            Unit::Call => 1,
            Unit::Byte => self.bytes,
            Unit::Second => seconds,
            Unit::Row => (self.rows + u64::from(self.filled)).saturating_sub(1),
            Unit::Token if streamed => events(&self.body).filter_map(tokens).last().ok_or_else(|| {
                "no event of the stream has usage.total_tokens; ask with stream_options.include_usage"
                    .to_owned()
            })?,
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

/// The JSON of server-sent events.
fn events(body: &[u8]) -> impl Iterator<Item = Value> {
    let lines = body.split(|byte| *byte == b'\n');
    let data = lines.filter_map(|line| line.strip_prefix(b"data:"));
    data.filter_map(|data| serde_json::from_slice(data.trim_ascii()).ok())
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
        assert!(
            units(Unit::Token, b"data: {}\n\ndata: [DONE]\n", true, 0).unwrap_err().contains("include_usage")
        );
        assert!(units(Unit::Token, b"[]", false, 0).unwrap_err().contains("total_tokens"));
        assert!(units(Unit::Unspecified, b"", false, 0).is_err());
    }
}
