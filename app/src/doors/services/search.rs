//! The query language of transaction searches: `message.sender='laz1..' AND tx.height>5`.

use super::invalid;
use crate::{doors::Trouble, node::Condition};

/// Bytes of a query, at most.
const MAX_QUERY: usize = 4_096;
/// Conditions of a query, at most.
const MAX_CONDITIONS: usize = 16;

/// A search, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    /// All of them must be met.
    pub(crate) conditions: Vec<Condition>,
    /// The one transaction that is meant, if its hash is given.
    pub(crate) hash: Option<Vec<u8>>,
}

impl Search {
    pub(crate) fn parse(query: &str) -> Result<Search, Trouble> {
        if query.len() > MAX_QUERY {
            return Err(invalid(format!("a query has at most {MAX_QUERY} bytes")));
        }
        let (mut search, mut rest) = (Search::default(), query.trim());
        for _ in 0..MAX_CONDITIONS {
            let (condition, after) = condition(rest)?;
            search.add(&condition)?;
            rest = after.trim_start();
            if rest.is_empty() {
                return Ok(search);
            }
            let and = rest.get(..4).filter(|word| word.eq_ignore_ascii_case("and "));
            and.ok_or_else(|| invalid(format!("expected AND at {rest:?}")))?;
            rest = rest.get(4..).unwrap_or_default().trim_start();
        }
        Err(invalid(format!("a query has at most {MAX_CONDITIONS} conditions")))
    }

    fn add(&mut self, read: &Read<'_>) -> Result<(), Trouble> {
        match (read.key, read.operator) {
            ("tm.event", "=") if read.value == "Tx" => {}
            ("tx.hash", "=") => {
                let hash = hex::decode(read.value);
                self.hash = Some(hash.map_err(|_| invalid(format!("{} is no hash", read.value)))?);
            }
            ("tx.height", operator) => self.conditions.push(heights(operator, read.value)?),
            (key, "=") => self.conditions.push(Condition::Is(key.to_owned(), read.value.to_owned())),
            (key, operator) => {
                return Err(invalid(format!("{key} {operator}: only tx.height is compared by {operator}")));
            }
        }
        Ok(())
    }
}

struct Read<'a> {
    key: &'a str,
    operator: &'a str,
    value: &'a str,
}

fn condition(text: &str) -> Result<(Read<'_>, &str), Trouble> {
    let end = text.find(|letter: char| letter.is_whitespace() || "=<>".contains(letter));
    let (key, rest) = text.split_at(end.unwrap_or(text.len()));
    let rest = rest.trim_start();
    let operator = ["<=", ">=", "=", "<", ">"].into_iter().find(|operator| rest.starts_with(operator));
    let operator = operator.ok_or_else(|| {
        invalid(format!(
            "{text:?}: conditions have the form key='value', joined by AND; others are not supported"
        ))
    })?;
    if key.is_empty() {
        return Err(invalid(format!("a condition without a key at {text:?}")));
    }
    let rest = rest.get(operator.len()..).unwrap_or_default().trim_start();
    let (value, rest) = match rest.strip_prefix('\'') {
        Some(quoted) => quoted.split_once('\'').ok_or_else(|| invalid("a quote is not closed"))?,
        None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
    };
    Ok((Read { key, operator, value }, rest))
}

fn heights(operator: &str, value: &str) -> Result<Condition, Trouble> {
    let height: u64 = value.parse().map_err(|_| invalid(format!("{value} is no height")))?;
    Ok(match operator {
        "=" => Condition::Heights(height, height),
        "<" => match height.checked_sub(1) {
            Some(last) => Condition::Heights(0, last),
            None => Condition::Heights(1, 0), // below 0 there is nothing
        },
        "<=" => Condition::Heights(0, height),
        ">" => Condition::Heights(height.saturating_add(1), u64::MAX),
        _ => Condition::Heights(height, u64::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_into_conditions() {
        let search = Search::parse("message.sender='laz1 AND x' AND tx.height>=5 and tx.height<9");
        let is = Condition::Is("message.sender".into(), "laz1 AND x".into());
        let conditions = vec![is, Condition::Heights(5, u64::MAX), Condition::Heights(0, 8)];
        assert_eq!(search.expect("reads"), Search { conditions, hash: None });
        let search = Search::parse("tm.event='Tx' AND tx.hash='00FF' AND message.index=3").expect("reads");
        assert_eq!(search.hash, Some(vec![0, 0xff]));
        assert_eq!(search.conditions, [Condition::Is("message.index".into(), "3".into())]);
    }

    #[test]
    fn what_is_not_supported_is_said() {
        for bad in [
            "a",
            "a CONTAINS 'b'",
            "a EXISTS",
            "='x'",
            "a='x",
            "a>3",
            "tx.height=x",
            "a='x' OR b='y'",
            "tx.hash='zz'",
            "a=1 AND",
        ] {
            assert!(Search::parse(bad).is_err(), "{bad}");
        }
        assert!(Search::parse(&"a=1 AND ".repeat(20)).is_err());
    }
}
