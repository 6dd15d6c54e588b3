//! Units of an answer, by the policy's unit. Whoever asked can count the same.

use proto::lazchain::dat::v1::Unit;
use serde_json::Value;

/// Units of an answer with this body that took so many seconds; at least 1, since a request is work. Tokens are what an
/// OpenAI-compatible answer states as `usage.total_tokens`; of a stream, in its last event that has it.
///
/// # Errors
/// In words, where tokens or rows cannot be told from the body.
pub fn units(unit: Unit, body: &[u8], streamed: bool, seconds: u64) -> Result<u64, String> {
    let counted = match unit {
        Unit::Call => 1,
        Unit::Byte => body.len() as u64,
        Unit::Second => seconds,
        Unit::Row => rows(body),
        Unit::Token if streamed => events(body).filter_map(tokens).last().ok_or_else(|| {
            "no event of the stream has usage.total_tokens; ask with stream_options.include_usage".to_owned()
        })?,
        Unit::Token => serde_json::from_slice(body)
            .ok()
            .and_then(tokens)
            .ok_or_else(|| "the answer has no usage.total_tokens".to_owned())?,
        Unit::Unspecified => return Err("the policy names no unit".into()),
    };
    Ok(counted.max(1))
}

fn tokens(answer: Value) -> Option<u64> {
    answer["usage"]["total_tokens"].as_u64()
}

/// Lines with something in them; the first of a table is its header, not a row.
fn rows(body: &[u8]) -> u64 {
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    (lines.count() as u64).saturating_sub(1)
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

    #[test]
    fn each_unit_is_counted_from_the_answer_itself() {
        let answer = br#"{"usage":{"total_tokens":42}}"#;
        assert_eq!(units(Unit::Token, answer, false, 3), Ok(42));
        assert_eq!(units(Unit::Call, answer, false, 3), Ok(1));
        assert_eq!(units(Unit::Byte, answer, false, 3), Ok(29));
        assert_eq!(units(Unit::Second, answer, false, 3), Ok(3));
        assert_eq!(units(Unit::Row, b"a,b\n1,2\n\n3,4\n", false, 0), Ok(2));
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
