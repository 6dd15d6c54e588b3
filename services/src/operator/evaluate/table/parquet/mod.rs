//! Rows of Parquet files. The format lets a few bytes claim any number of rows, and a page inflate to any size: what is
//! claimed is bounded here, what is used is bounded by the process that this runs in (`apart.rs`).

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
};

use parquet::{
    basic::Compression,
    errors::ParquetError,
    file::{
        metadata::ParquetMetaData,
        reader::{FileReader as _, SerializedFileReader},
    },
    record::{Field, Row},
};
use sha2::{Digest as _, Sha256};

use super::{MAX_COLUMNS, MAX_ROW, SEPARATOR, Table, Unreadable, too_long};

/// Bytes of the metadata at the end of a file.
const MAX_METADATA: u32 = 64 << 20;
/// Rows a byte of a file: more cannot differ, even by a counter, which takes some bytes a hundred rows.
const MAX_ROWS_PER_BYTE: u64 = 256;
/// Rows that the smallest file may have.
const FEW_ROWS: u64 = 4_096;

impl From<ParquetError> for Unreadable {
    fn from(error: ParquetError) -> Unreadable {
        Unreadable::Content(format!("it cannot be read as a table: {error}"))
    }
}

/// All rows; columns are the fields of the schema's root.
pub(super) fn rows(file: File) -> Result<Table, Unreadable> {
    // the reader is known to panic on some malformed files
    catch_unwind(AssertUnwindSafe(|| read(file)))
        .unwrap_or_else(|_| Err(Unreadable::Content("it cannot be read as a table: it is malformed".into())))
}

fn read(mut file: File) -> Result<Table, Unreadable> {
    let bytes = file.metadata()?.len();
    metadata_is_small(&mut file, bytes)?;
    let reader = SerializedFileReader::new(file)?;
    let claimed = claims(reader.metadata(), bytes)?;
    let root = reader.metadata().file_metadata().schema();
    let mut table = Table::new(root.get_fields().iter().map(|field| field.name().to_owned()));
    for row in reader.get_row_iter(None)? {
        see(&mut table, &row?)?;
        if table.rows > claimed {
            break;
        }
    }
    if table.rows != claimed {
        let why = format!("it has not the {claimed} rows that its metadata says");
        return Err(Unreadable::Content(why));
    }
    Ok(table)
}

/// The last eight bytes are the metadata's length and the format's mark.
fn metadata_is_small(file: &mut File, bytes: u64) -> Result<(), Unreadable> {
    let mut tail = [0; 8];
    if bytes < tail.len() as u64 {
        return Err(Unreadable::Content(format!("{bytes} bytes are no Parquet file")));
    }
    file.seek(SeekFrom::End(-8))?;
    file.read_exact(&mut tail)?;
    file.rewind()?;
    let [a, b, c, d, ..] = tail;
    let length = u32::from_le_bytes([a, b, c, d]);
    if length <= MAX_METADATA {
        return Ok(());
    }
    Err(Unreadable::Content(format!("{length} bytes of metadata; at most {MAX_METADATA} are read")))
}

/// The rows that the metadata says there are, if so many can be and all of it is of a known kind.
fn claims(metadata: &ParquetMetaData, bytes: u64) -> Result<u64, Unreadable> {
    let columns = metadata.file_metadata().schema_descr().num_columns();
    if columns > MAX_COLUMNS {
        return Err(Unreadable::Content(format!("{columns} columns; at most {MAX_COLUMNS} are read")));
    }
    let groups = metadata.row_groups();
    let known = |compression| {
        use Compression::{BROTLI, GZIP, LZ4, LZ4_RAW, SNAPPY, UNCOMPRESSED, ZSTD};
        matches!(compression, UNCOMPRESSED | SNAPPY | GZIP(_) | LZ4 | LZ4_RAW | ZSTD(_) | BROTLI(_))
    };
    let mut all = groups.iter().flat_map(|group| group.columns()).map(|column| column.compression());
    if let Some(strange) = all.find(|compression| !known(*compression)) {
        let why = format!("its pages are compressed by {strange}, which this operator cannot open");
        return Err(io::Error::new(io::ErrorKind::Unsupported, why).into());
    }
    let all = groups.iter().try_fold(0_u64, |sum, group| {
        u64::try_from(group.num_rows()).ok().and_then(|rows| sum.checked_add(rows))
    });
    let most = bytes.saturating_mul(MAX_ROWS_PER_BYTE).saturating_add(FEW_ROWS);
    match all.filter(|rows| *rows <= most) {
        Some(rows) => Ok(rows),
        None => Err(Unreadable::Content(format!("more than {most} rows in {bytes} bytes cannot differ"))),
    }
}

fn see(table: &mut Table, row: &Row) -> Result<(), Unreadable> {
    let cells: Vec<String> = row.get_column_iter().map(|(_, field)| text(field)).collect();
    let whole = cells.join(SEPARATOR);
    if whole.len() as u64 > MAX_ROW {
        return Err(too_long().into());
    }
    table.row(&whole, cells.iter().map(String::as_str).enumerate());
    Ok(())
}

/// As the same cell is written in CSV, as far as it has a form there.
fn text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Float16(number) => number.to_string(),
        Field::Float(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Bytes(bytes) => match bytes.as_utf8() {
            Ok(text) => text.to_owned(),
            // one form whatever is in it, and not by chance a person's number
            Err(_) => hex::encode(Sha256::digest(bytes.data())),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
