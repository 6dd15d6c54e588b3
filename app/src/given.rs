//! Parsing what a message gives: texts in their one spelling, hashes, ratios, lists with a limit and no duplicates.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Denom},
    cosmos::base::v1beta1 as pb,
};
use unicode_normalization::is_nfc;

use crate::{
    error::{Result, Sdk},
    fixed::BPS,
    time::{Span, Time},
};

/// Most bytes of a name.
pub const MAX_NAME: usize = 64;
/// Most bytes of a tag.
pub const MAX_TAG: usize = 32;
/// Most bytes of a description.
pub const MAX_DESCRIPTION: usize = 1_024;
/// Most bytes of a URI.
pub const MAX_URI: usize = 256;

/// A refusal with its reason.
pub fn refused(text: impl Into<String>) -> crate::error::Error {
    Sdk::InvalidRequest(text.into()).into()
}

/// A name: 1 to 64 bytes.
pub fn name(field: &str, text: String) -> Result<String> {
    if text.trim().is_empty() {
        return Err(refused(format!("{field} is empty; give 1 to {MAX_NAME} bytes")));
    }
    spelled(field, text, MAX_NAME)
}

/// A tag: 1 to 32 bytes.
pub fn tag(field: &str, text: String) -> Result<String> {
    if text.trim().is_empty() {
        return Err(refused(format!("{field} is empty; give 1 to {MAX_TAG} bytes")));
    }
    spelled(field, text, MAX_TAG)
}

/// A description: up to 1,024 bytes.
pub fn description(field: &str, text: String) -> Result<String> {
    spelled(field, text, MAX_DESCRIPTION)
}

/// A URI: up to 256 bytes, no spaces.
pub fn uri(field: &str, text: String) -> Result<String> {
    if text.contains(char::is_whitespace) {
        return Err(refused(format!("{field} holds a space; a URI has none")));
    }
    spelled(field, text, MAX_URI)
}

/// UTF-8 in NFC without control characters, at most so many bytes.
fn spelled(field: &str, text: String, most: usize) -> Result<String> {
    if text.len() > most {
        return Err(refused(format!("{field} has {} bytes, at most {most}", text.len())));
    }
    if text.chars().any(char::is_control) {
        return Err(refused(format!("{field} holds a control character")));
    }
    if !is_nfc(&text) {
        return Err(refused(format!("{field} is not in Unicode's normal form C")));
    }
    Ok(text)
}

/// 32 bytes.
pub fn digest(field: &str, bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| refused(format!("{field} has {} bytes; it must have 32", bytes.len())))
}

/// 32 bytes, or none at all.
pub fn digest_or_none(field: &str, bytes: &[u8]) -> Result<Option<[u8; 32]>> {
    if bytes.is_empty() { Ok(None) } else { digest(field, bytes).map(Some) }
}

/// An ed25519 signature.
pub fn signature(field: &str, bytes: &[u8]) -> Result<[u8; 64]> {
    bytes.try_into().map_err(|_| refused(format!("{field} has {} bytes; a signature has 64", bytes.len())))
}

/// A ratio of at most `most` basis points.
pub fn bps(field: &str, bps: u32, most: u32) -> Result<u32> {
    if bps > most.min(BPS) {
        return Err(refused(format!("{field} is {bps} basis points, at most {}", most.min(BPS))));
    }
    Ok(bps)
}

/// A number in a range.
pub fn within(field: &str, number: u64, range: std::ops::RangeInclusive<u64>) -> Result<u64> {
    if !range.contains(&number) {
        let (low, high) = range.into_inner();
        return Err(refused(format!("{field} is {number}; it must be between {low} and {high}")));
    }
    Ok(number)
}

/// An amount, of 0 too.
pub fn amount(field: &str, text: &str) -> Result<Amount> {
    text.parse().map_err(|error| refused(format!("{field}: {error}")))
}

/// A coin, of 0 too.
pub fn coin(field: &str, wire: Option<pb::Coin>) -> Result<Coin> {
    let wire = wire.ok_or_else(|| refused(format!("{field} is missing")))?;
    let denom: Denom = wire.denom.parse().map_err(|error| refused(format!("{field}: {error}")))?;
    Ok(Coin::new(denom, amount(field, &wire.amount)?))
}

/// An account, or nobody if the text is empty.
pub fn address_or_none(text: &str) -> Result<Option<Address>> {
    if text.is_empty() { Ok(None) } else { Ok(Some(text.parse()?)) }
}

/// A moment, if one is given.
pub fn time(wire: Option<&prost_types::Timestamp>) -> Option<Time> {
    wire.map(Time::from_wire)
}

/// A length of time in a range of seconds.
pub fn span(
    field: &str,
    wire: Option<&prost_types::Duration>,
    secs: std::ops::RangeInclusive<u64>,
) -> Result<Span> {
    let span = Span::from_wire(wire).ok_or_else(|| refused(format!("{field} is missing or negative")))?;
    within(field, span.secs(), secs)?;
    Ok(span)
}

/// A list of at most `most`, each parsed, no two the same.
pub fn list<W, T: Ord>(
    field: &str,
    wire: Vec<W>,
    most: usize,
    parse: impl FnMut(W) -> Result<T>,
) -> Result<Vec<T>> {
    if wire.len() > most {
        return Err(refused(format!("{field} lists {}, at most {most}", wire.len())));
    }
    let list: Vec<T> = wire.into_iter().map(parse).collect::<Result<_>>()?;
    let mut sorted: Vec<&T> = list.iter().collect();
    sorted.sort();
    if sorted.iter().zip(sorted.iter().skip(1)).any(|(one, next)| one == next) {
        return Err(refused(format!("{field} lists something twice")));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(result: Result<String>) -> String {
        result.expect_err("refused").to_string()
    }

    #[test]
    fn a_text_has_one_spelling_and_a_limit() {
        assert_eq!(name("name", "Ärzte".into()).expect("fine"), "Ärzte");
        assert!(text(name("name", "A\u{308}rzte".into())).contains("normal form C"));
        assert!(text(name("name", "a\nb".into())).contains("control"));
        assert!(text(name("name", " ".into())).contains("empty"));
        assert!(text(tag("tag", "x".repeat(33))).contains("at most 32"));
        assert!(text(description("about", "x".repeat(1_025))).contains("at most 1024"));
        assert!(text(uri("uri", "https://a b".into())).contains("space"));
    }

    #[test]
    fn a_list_has_a_limit_and_no_duplicates() {
        let numbers = |list: Vec<u64>| super::list("ids", list, 3, Ok);
        assert_eq!(numbers(vec![3, 1]).expect("fine"), [3, 1]);
        assert!(numbers(vec![1, 2, 1]).expect_err("refused").to_string().contains("twice"));
        assert!(numbers(vec![1, 2, 3, 4]).expect_err("refused").to_string().contains("at most 3"));
    }

    #[test]
    fn bytes_and_ratios_have_their_size() {
        assert!(digest("hash", &[0; 31]).is_err());
        assert_eq!(digest_or_none("hash", &[]).expect("fine"), None);
        assert!(signature("signature", &[0; 63]).is_err());
        assert!(bps("part", 10_001, 20_000).is_err());
        assert!(within("n", 0, 1..=2).is_err());
        assert!(span("wait", None, 0..=1).is_err());
        assert!(amount("amount", "01").is_err());
        assert!(coin("price", None).is_err());
    }
}
