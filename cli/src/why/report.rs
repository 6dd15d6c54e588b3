//! How a finding is printed.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use app::why::{Check, Finding, Table};
use serde_json::{Map, Value, json};

use crate::output::Format;

/// Longest cell of a table, and longest result of a rule.
const MAX_CELL: usize = 100;

/// Prints a finding, its verdict last. A closed pipe is no reason to complain.
pub(super) fn print(format: Format, finding: &Finding) -> Result<()> {
    let text = match format {
        Format::Json => format!("{}\n", json(finding)),
        Format::Text => text(finding),
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("cannot write"),
        _ => Ok(()),
    }
}

fn json(finding: &Finding) -> Value {
    let object = |pairs: Vec<(String, String)>| -> Value {
        Value::Object(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
    };
    let table = |table: &Table| -> (String, Value) {
        let row = |row: &Vec<String>| object(table.heads.iter().cloned().zip(row.iter().cloned()).collect());
        (table.name.clone(), table.rows.iter().map(row).collect())
    };
    let rule = |check: &Check| {
        json!({
            "rule": check.rule,
            "recomputed": check.recomputed,
            "chain": check.chain,
            "right": check.is_right(),
        })
    };
    json!({
        "title": finding.title,
        "facts": object(finding.facts.clone()),
        "tables": finding.tables.iter().map(table).collect::<Map<_, _>>(),
        "rules": finding.checks.iter().map(rule).collect::<Vec<_>>(),
        "right": finding.is_right(),
        "verdict": finding.verdict(),
    })
}

fn text(finding: &Finding) -> String {
    let mut out = format!("{}\n", finding.title);
    let facts = finding.facts.iter().map(|(name, value)| vec![name.clone(), value.clone()]);
    lines(&mut out, facts.collect());
    for table in finding.tables.iter().filter(|table| !table.rows.is_empty()) {
        out.push_str(&format!("{}\n", table.name));
        lines(&mut out, [vec![table.heads.clone()], table.rows.clone()].concat());
    }
    out.push_str("rules\n");
    let rule = |check: &Check| {
        let result = if check.is_right() {
            check.recomputed.clone()
        } else {
            format!("{} by rule, {} by the chain", check.recomputed, check.chain)
        };
        vec![if check.is_right() { "right" } else { "WRONG" }.to_owned(), check.rule.clone(), result]
    };
    lines(&mut out, finding.checks.iter().map(rule).collect());
    out.push_str(&finding.verdict());
    out.push('\n');
    out
}

/// Cells in columns; the last one is as long as it is.
fn lines(out: &mut String, rows: Vec<Vec<String>>) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).filter(|length| *length <= MAX_CELL).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in &rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!(" {cell:<width$}"));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(chain: &str) -> Finding {
        Finding {
            title: "drawing of round 1 of task-9".into(),
            facts: vec![("beacon".into(), "0707".into()), ("at height".into(), "12".into())],
            tables: vec![Table {
                name: "members".into(),
                heads: vec!["member".into(), "power".into()],
                rows: vec![vec!["v1".into(), "155".into()], vec!["v2longer".into(), "60".into()]],
            }],
            checks: vec![Check { rule: "seats".into(), recomputed: "4".into(), chain: chain.into() }],
        }
    }

    #[test]
    fn a_finding_is_read_in_columns_and_its_verdict_is_last() {
        let expected = "\
drawing of round 1 of task-9
  beacon    0707
  at height 12
members
  member   power
  v1       155
  v2longer 60
rules
  right seats 4
the chain was right
";
        assert_eq!(text(&finding("4")), expected);
        let wrong = text(&finding("3"));
        assert!(wrong.contains("  WRONG seats 4 by rule, 3 by the chain\n"), "{wrong}");
        assert!(wrong.ends_with("the chain was WRONG: seats: 4 by rule, 3 by the chain\n"), "{wrong}");
    }

    #[test]
    fn a_finding_as_json_has_each_rule_and_whether_all_hold() {
        let json = json(&finding("3"));
        assert_eq!(json["right"], false);
        assert_eq!(json["facts"]["at height"], "12");
        assert_eq!(json["tables"]["members"][1]["power"], "60");
        assert_eq!(
            json["rules"][0],
            json!({"rule": "seats", "recomputed": "4", "chain": "3", "right": false})
        );
    }
}
