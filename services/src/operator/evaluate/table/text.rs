//! Rows of text: CSV, TSV and JSON lines.

use std::{
    collections::HashMap,
    io::{self, Read},
};

use super::{MAX_ROW, SEPARATOR, Table, Unreadable, too_long};

/// A header line, then a row a line, unless a cell holds lines of its own.
pub(super) fn csv(file: impl Read, delimiter: u8) -> Result<Table, Unreadable> {
    let capped = Capped { inner: file, line: 0 };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(capped);
    let names: Vec<String> =
        reader.byte_headers()?.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let width = names.len();
    let mut table = Table::new(names.into_iter());
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        if record.len() != width {
            table.broken += 1;
            continue;
        }
        let cells: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
        let whole = cells.join(SEPARATOR);
        table.row(&whole, cells.iter().map(AsRef::as_ref).enumerate());
    }
    Ok(table)
}

/// One JSON object a line; columns are the fields of the first.
pub(super) fn json_lines(file: impl io::BufRead) -> Result<Table, Unreadable> {
    let mut lines = Lines { inner: file };
    let mut table: Option<(Table, HashMap<String, usize>)> = None;
    while let Some(line) = lines.next()? {
        if line.trim().is_empty() {
            continue;
        }
        let parsed: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(&line);
        let (table, places) = table.get_or_insert_with(|| {
            let names: Vec<String> =
                parsed.as_ref().map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
            let places = names.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
            (Table::new(names.into_iter()), places)
        });
        let Ok(fields) = parsed else {
            table.broken += 1;
            continue;
        };
        if fields.len() != places.len() || !fields.keys().all(|name| places.contains_key(name)) {
            table.broken += 1;
            continue;
        }
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut cells: Vec<(usize, String)> =
            fields.iter().map(|(name, value)| (places[name], text(value))).collect();
        cells.sort();
        let whole = cells.iter().map(|(_, cell)| cell.as_str()).collect::<Vec<_>>().join(SEPARATOR);
        table.row(&whole, cells.iter().map(|(place, cell)| (*place, cell.as_str())));
    }
    table.map(|(table, _)| table).ok_or_else(|| Unreadable::Content("there is no line in it".into()))
}

/// Refuses rows so long that they would fill the memory.
struct Capped<R> {
    inner: R,
    line: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let came = self.inner.read(into)?;
        for piece in into[..came].split_inclusive(|byte| *byte == b'\n') {
            self.line += piece.len() as u64;
            if self.line > MAX_ROW {
                return Err(too_long());
            }
            if piece.ends_with(b"\n") {
                self.line = 0;
            }
        }
        Ok(came)
    }
}

struct Lines<R> {
    inner: R,
}

impl<R: io::BufRead> Lines<R> {
    fn next(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let mut capped = Read::take(&mut self.inner, MAX_ROW + 1);
        if io::BufRead::read_until(&mut capped, b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.len() as u64 > MAX_ROW {
            return Err(too_long());
        }
        Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned()))
    }
}
