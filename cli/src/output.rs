//! How results are printed: JSON on one line, or the YAML that the SDK calls text.

use anyhow::{Context, Result};
use prost::{Message, Name};
use serde_json::Value;

/// What `-o` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

impl Format {
    /// By its name; `client.toml` and the flag allow only these two.
    pub(crate) fn by_name(name: &str) -> Format {
        if name == "json" { Format::Json } else { Format::Text }
    }

    pub(crate) fn render(self, value: &Value) -> String {
        match self {
            Format::Json => value.to_string(),
            Format::Text => yaml(value),
        }
    }

    /// Prints on stdout. A closed pipe is no reason to complain.
    pub(crate) fn print(self, value: &Value) -> Result<()> {
        use std::io::Write as _;
        let mut text = self.render(value);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        match std::io::stdout().write_all(text.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(error).context("cannot write")
            }
            _ => Ok(()),
        }
    }
}

/// The Cosmos JSON of a message.
pub(crate) fn json_of<M: Message + Name>(message: &M) -> Result<Value> {
    Ok(proto::json::to_json(&M::full_name(), &message.encode_to_vec())?)
}

/// YAML with sorted keys, as the SDK's text output.
pub(crate) fn yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => object(map, 0, &mut out),
        Value::Array(items) if !items.is_empty() => list(items, 0, &mut out),
        other => {
            out.push_str(&scalar(other));
            out.push('\n');
        }
    }
    out
}

fn object(map: &serde_json::Map<String, Value>, indent: usize, out: &mut String) {
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort_unstable();
    for (index, key) in keys.into_iter().enumerate() {
        if index > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(&scalar(&Value::String(key.clone())));
        out.push(':');
        match &map[key] {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                object(inner, indent + 2, out);
            }
            // Items stand under their key without indentation, as Go's writer has them.
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                list(items, indent, out);
            }
            Value::String(text) if text.contains('\n') => block(text, indent + 2, out),
            other => {
                out.push(' ');
                out.push_str(&scalar(other));
                out.push('\n');
            }
        }
    }
}

fn list(items: &[Value], indent: usize, out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str("- ");
        match item {
            Value::Object(map) if !map.is_empty() => object(map, indent + 2, out),
            Value::Array(inner) if !inner.is_empty() => list(inner, indent + 2, out),
            other => {
                out.push_str(&scalar(other));
                out.push('\n');
            }
        }
    }
}

fn block(text: &str, indent: usize, out: &mut String) {
    let plain = !text.starts_with([' ', '\n']) && !text.contains(|c: char| c.is_control() && c != '\n');
    if !plain {
        out.push_str(&format!(" {}\n", Value::String(text.to_owned())));
        return;
    }
    let (body, keep) = match text.strip_suffix('\n') {
        Some(body) if body.ends_with('\n') => (body, "+"),
        Some(body) => (body, ""),
        None => (text, "-"),
    };
    out.push_str(&format!(" |{keep}\n"));
    for line in body.split('\n') {
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if needs_quotes(text) => {
            match text.contains(|c: char| c.is_control() || c == '\'') {
                false if !looks_like_a_value(text) => format!("'{text}'"),
                _ => Value::String(text.clone()).to_string(),
            }
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn needs_quotes(text: &str) -> bool {
    let special = |c: char| "!&*-?:,[]{}#|>@`\"'%=".contains(c) || c.is_whitespace();
    looks_like_a_value(text)
        || text.starts_with(special)
        || text.ends_with(char::is_whitespace)
        || text.ends_with(':')
        || text.contains(": ")
        || text.contains(" #")
        || text.contains(char::is_control)
}

/// Would a reader take it for a number, a truth value, nothing or a time?
fn looks_like_a_value(text: &str) -> bool {
    let words = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan", "<<"];
    let digits_first = text.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_digit());
    let number = digits_first && text.chars().all(|c| c.is_ascii_hexdigit() || "+-._:xobTZe".contains(c));
    words.contains(&text.to_ascii_lowercase().as_str()) || number
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_the_yaml_that_the_sdk_prints() {
        let value = json!({
            "height": "12", "code": 0, "tx": null, "logs": [], "raw_log": "",
            "balances": [{"denom": "ulaz", "amount": "5"}, {"amount": "6", "denom": "ibc/AB"}],
            "params": {"rate": "0.050000000000000000", "on": true, "name": "true"},
            "list": [["a", "b"], []], "text": "two\nlines", "address": "laz1abc", "note": "a: b",
            "time": "2024-01-01T00:00:00Z",
        });
        let expected = "\
address: laz1abc
balances:
- amount: \"5\"
  denom: ulaz
- amount: \"6\"
  denom: ibc/AB
code: 0
height: \"12\"
list:
- - a
  - b
- []
logs: []
note: 'a: b'
params:
  name: \"true\"
  \"on\": true
  rate: \"0.050000000000000000\"
raw_log: \"\"
text: |-
  two
  lines
time: \"2024-01-01T00:00:00Z\"
tx: null
";
        assert_eq!(yaml(&value), expected);
    }
}
