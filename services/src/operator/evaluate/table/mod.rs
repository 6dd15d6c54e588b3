//! Tables: CSV, TSV, JSON lines and Parquet, read once from the front to the end in memory that does not grow with them.

mod parquet;
mod text;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufReader},
    path::Path,
};

use proto::merkle;

use super::{
    Form,
    personal::Finder,
    repeats::{Repeats, bps},
    seen,
};
use crate::operator::report::{BEST, Section};

/// Columns that are looked at one by one.
const MAX_COLUMNS: usize = 4_096;
/// Columns that a report lists.
const MAX_LISTED: usize = 64;
/// Bytes of one row.
const MAX_ROW: u64 = 16 << 20;
/// Between the cells of a row that is hashed.
const SEPARATOR: &str = "\u{1f}";
/// What a trace of persons in at least one row of a thousand costs, and one in fewer.
const PERSONAL: (u32, u32) = (6_000, 1_000);

/// What a column holds.
#[derive(Default)]
struct Column {
    name: String,
    empty: u64,
    integers: u64,
    decimals: u64,
    texts: u64,
    least: Option<f64>,
    most: Option<f64>,
    first: Option<u64>,
    varies: bool,
}

impl Column {
    fn see(&mut self, value: &str) {
        let value = value.trim();
        if value.is_empty() || ["na", "nan", "null", "none"].contains(&value.to_lowercase().as_str()) {
            self.empty += 1;
            return;
        }
        let hash = seen::short(&merkle::leaf(value.as_bytes()));
        self.varies |= self.first.is_some_and(|first| first != hash);
        self.first = self.first.or(Some(hash));
        match value.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                if value.parse::<i128>().is_ok() {
                    self.integers += 1;
                } else {
                    self.decimals += 1;
                }
                self.least = Some(self.least.map_or(number, |least| least.min(number)));
                self.most = Some(self.most.map_or(number, |most| most.max(number)));
            }
            _ => self.texts += 1,
        }
    }

    /// Numbers and texts in one column, and neither is rare.
    fn is_mixed(&self) -> bool {
        let numbers = self.integers + self.decimals;
        numbers * 20 > self.texts && self.texts * 20 > numbers
    }

    fn describe(&self) -> String {
        let kind = match (self.integers, self.decimals, self.texts) {
            (0, 0, 0) => "empty",
            (_, 0, 0) => "integer",
            (_, _, 0) => "number",
            (0, 0, _) => "text",
            _ => "mixed",
        };
        let range = match (self.least, self.most) {
            (Some(least), Some(most)) => format!(", {least} to {most}"),
            _ => String::new(),
        };
        format!("{}: {kind}, {} empty{range}", self.name, self.empty)
    }
}

/// All that is gathered while reading.
struct Table {
    columns: Vec<Column>,
    rows: u64,
    cells: u64,
    /// Rows of another width than the first, or that are no row at all.
    broken: u64,
    repeats: Repeats,
    sketch: BTreeSet<u64>,
    persons: BTreeMap<&'static str, u64>,
    finder: Finder,
}

impl Table {
    fn new(names: impl Iterator<Item = String>) -> Table {
        let columns = names.take(MAX_COLUMNS).map(|name| Column { name, ..Column::default() }).collect();
        Table {
            columns,
            rows: 0,
            cells: 0,
            broken: 0,
            repeats: Repeats::default(),
            sketch: BTreeSet::new(),
            persons: BTreeMap::new(),
            finder: Finder::new(),
        }
    }

    /// The row as text, for hashes and traces; its cells by column.
    fn row<'a>(&mut self, whole: &str, cells: impl Iterator<Item = (usize, &'a str)>) {
        self.rows += 1;
        let hash = seen::short(&merkle::leaf(whole.as_bytes()));
        self.repeats.see(hash);
        seen::keep(&mut self.sketch, hash);
        if let Some(kind) = self.finder.kind(whole) {
            *self.persons.entry(kind).or_default() += 1;
        }
        for (place, value) in cells {
            self.cells += 1;
            if let Some(column) = self.columns.get_mut(place) {
                column.see(value);
            }
        }
    }

    fn section(&self) -> Section {
        let mut section = Section::new("table");
        section.fact("rows", self.rows);
        section.fact("columns", self.columns.len());
        for (place, column) in self.columns.iter().take(MAX_LISTED).enumerate() {
            section.fact(&format!("column_{place:02}"), column.describe());
        }
        if self.rows < 2 {
            section.find(BEST, format!("{} rows are no table", self.rows));
            return section;
        }
        let empty: u64 = self.columns.iter().map(|column| column.empty).sum();
        let share = |part: u64| bps(part, self.cells);
        self.cost(&mut section, share(empty) / 2, &format!("{} bps of the cells are empty", share(empty)));
        let repeated = self.repeats.bps();
        self.cost(&mut section, repeated, &format!("{repeated} bps of the rows repeat another"));
        let broken = bps(self.broken, self.rows + self.broken);
        self.cost(&mut section, broken.saturating_mul(2), &format!("{} rows have another form", self.broken));
        let constant = self.columns.iter().filter(|column| !column.varies).count();
        let costs = u32::try_from(constant * 100).unwrap_or(BEST).min(1_000);
        self.cost(&mut section, costs, &format!("{constant} columns say the same everywhere"));
        let mixed = self.columns.iter().filter(|column| column.is_mixed()).count();
        let costs = u32::try_from(mixed * 300).unwrap_or(BEST).min(3_000);
        self.cost(&mut section, costs, &format!("{mixed} columns mix numbers and texts"));
        for (kind, rows) in &self.persons {
            let often = rows * 1_000 >= self.rows;
            let costs = if often { PERSONAL.0 } else { PERSONAL.1 };
            section.find(
                costs,
                format!("{rows} rows have what looks like a person's {}", kind.replace('_', " ")),
            );
        }
        section
    }

    fn cost(&self, section: &mut Section, costs: u32, what: &str) {
        if costs > 0 {
            section.find(costs, what);
        }
    }
}

/// What a table is worth, and the sketch of its rows.
pub(super) fn look(path: &Path, form: Form) -> io::Result<(Section, Vec<u64>)> {
    let file = File::open(path)?;
    if form == Form::Parquet {
        return done(parquet::rows(file));
    }
    let file = BufReader::with_capacity(1 << 20, file);
    done(match form {
        Form::JsonLines => text::json_lines(file),
        Form::Tsv => text::csv(file, b'\t'),
        _ => text::csv(file, b','),
    })
}

fn done(read: Result<Table, Unreadable>) -> io::Result<(Section, Vec<u64>)> {
    match read {
        Ok(table) => Ok((table.section(), table.sketch.iter().copied().collect())),
        Err(Unreadable::Disk(error)) => Err(error),
        Err(Unreadable::Content(why)) => {
            let mut section = Section::new("table");
            section.find(BEST, why);
            Ok((section, Vec::new()))
        }
    }
}

/// Why a table could not be read to its end.
enum Unreadable {
    Disk(io::Error),
    Content(String),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Unreadable {
        match error.kind() {
            io::ErrorKind::InvalidData => Unreadable::Content(error.to_string()),
            _ => Unreadable::Disk(error),
        }
    }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a row is longer than {MAX_ROW} bytes"))
}

impl From<csv::Error> for Unreadable {
    fn from(error: csv::Error) -> Unreadable {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Unreadable::Content(format!("it cannot be read as a table: {other:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn of(text: &str, form: Form) -> Section {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        look(file.path(), form).unwrap().0
    }

    fn numbers(rows: u32) -> String {
        let rows = (0..rows).map(|row| format!("{row},{}.5,{}\n", row * 3, ["a", "b"][row as usize % 2]));
        format!("id,size,class\n{}", rows.collect::<String>())
    }

    #[test]
    fn a_clean_table_has_the_best_score_and_its_columns_described() {
        let section = of(&numbers(100), Form::Csv);
        assert_eq!((section.score, section.findings.len()), (BEST, 0), "{section:?}");
        assert_eq!(section.facts["rows"], "100");
        assert_eq!(section.facts["column_00"], "id: integer, 0 empty, 0 to 99");
        assert_eq!(section.facts["column_01"], "size: number, 0 empty, 0.5 to 297.5");
        assert_eq!(section.facts["column_02"], "class: text, 0 empty");
        assert_eq!(of(&numbers(100).replace(',', "\t"), Form::Tsv).score, BEST);
        let lines: String = (0..9).map(|row| format!("{{\"id\":{row},\"on\":{}}}\n", row % 2 == 0)).collect();
        assert_eq!(of(&lines, Form::JsonLines).score, BEST);
    }

    #[test]
    fn what_is_wrong_with_a_table_costs_as_much_as_there_is_of_it() {
        let repeated = format!("{}{}", numbers(50), numbers(50).split_once('\n').unwrap().1);
        assert_eq!(of(&repeated, Form::Csv).score, 5_000, "half of the rows are repeated");
        let empty = "a,b\n1,\n2,\n3,x\n4,y\n";
        assert_eq!(of(empty, Form::Csv).score, BEST - 1_250, "a quarter of the cells is empty");
        let ragged = format!("{}7\n8\n", numbers(98));
        assert_eq!(of(&ragged, Form::Csv).score, BEST - 400, "two rows of a hundred");
        let constant = "a,b\n1,x\n2,x\n3,x\n";
        assert_eq!(of(constant, Form::Csv).score, BEST - 100);
        let mixed = "a,b\n1,x\nq,y\n3,z\nr,w\n";
        assert_eq!(of(mixed, Form::Csv).score, BEST - 300);
        let broken = "{\"a\":1}\nnot json\n{\"a\":2}\n{\"b\":2}\n";
        assert_eq!(of(broken, Form::JsonLines).score, 0, "half of the lines");
    }

    #[test]
    fn traces_of_persons_and_what_is_no_table_are_not_accepted() {
        let persons = "name,mail\nada,ada@example.org\nben,ben@example.org\n";
        assert!(of(persons, Form::Csv).score <= 4_000);
        let once = format!("{}5000,1.5,ada@example.org\n", numbers(4_999));
        assert_eq!(of(&once, Form::Csv).score, BEST - 1_000);
        for nothing in ["", "a,b\n", "a,b\n1,2\n"] {
            assert_eq!(of(nothing, Form::Csv).score, 0, "{nothing:?}");
        }
        assert_eq!(of("\n\n", Form::JsonLines).score, 0);
        let endless = "x".repeat(usize::try_from(MAX_ROW).unwrap() + 2);
        for form in [Form::Csv, Form::JsonLines] {
            let section = of(&endless, form);
            assert!(section.findings[0].what.contains("longer than"), "{section:?}");
        }
    }
}
