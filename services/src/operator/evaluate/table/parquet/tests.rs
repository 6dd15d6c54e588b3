use std::{io::Write as _, path::Path, sync::Arc};

use parquet::{
    basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel},
    data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

use super::super::{Form, look};
use crate::operator::report::{BEST, Section};

/// A number, a measurement that may be missing, a text.
type Line = (i64, Option<f64>, &'static str);

/// A file of two row groups.
fn file(lines: &[Line], compression: Compression) -> Vec<u8> {
    let schema =
        "message table { REQUIRED INT64 id; OPTIONAL DOUBLE value; REQUIRED BYTE_ARRAY name (UTF8); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    for lines in lines.chunks(lines.len().div_ceil(2).max(1)) {
        let mut group = writer.next_row_group().unwrap();
        let ids: Vec<i64> = lines.iter().map(|line| line.0).collect();
        let there: Vec<i16> = lines.iter().map(|line| i16::from(line.1.is_some())).collect();
        let values: Vec<f64> = lines.iter().filter_map(|line| line.1).collect();
        let names: Vec<ByteArray> = lines.iter().map(|line| line.2.into()).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&ids, None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<DoubleType>().write_batch(&values, Some(&there), None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&names, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn of(bytes: &[u8]) -> (Section, Vec<u64>) {
    look(written(bytes).path(), Form::Parquet).unwrap()
}

fn lines(rows: i64) -> Vec<Line> {
    let value = |row: i64| (row % 4 != 0).then_some(row as f64 * 1.5);
    (0..rows).map(|row| (row, value(row), ["a", "b"][row as usize % 2])).collect()
}

fn as_csv(lines: &[Line]) -> Vec<u8> {
    let value = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let rows = lines.iter().map(|line| format!("{},{},{}\n", line.0, value(line.1), line.2));
    format!("id,value,name\n{}", rows.collect::<String>()).into_bytes()
}

#[test]
fn a_table_is_worth_the_same_as_parquet_and_as_csv() {
    let repeated = [lines(40), lines(40)].concat();
    let persons: Vec<Line> = (0..9).map(|row| (row, Some(1.5), "ada@example.org")).collect();
    let constant: Vec<Line> = (0..9).map(|row| (row, None, "x")).collect();
    for lines in [lines(400), repeated, persons, constant, lines(1), Vec::new()] {
        let csv = look(written(&as_csv(&lines)).path(), Form::Csv).unwrap();
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
            Compression::BROTLI(BrotliLevel::default()),
        ] {
            assert_eq!(of(&file(&lines, compression)), csv, "{compression}, {} rows", lines.len());
        }
    }
}

#[test]
fn nested_fields_are_cells_and_bytes_that_are_no_text_have_one_form() {
    let schema = "message table { REQUIRED BYTE_ARRAY blob; REQUIRED GROUP pair { REQUIRED INT64 a; REQUIRED INT64 b; } }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let blobs: Vec<ByteArray> = [vec![0xff, 0xfe], vec![0xff, 0xfd]].map(ByteArray::from).to_vec();
    column.typed::<ByteArrayType>().write_batch(&blobs, None, None).unwrap();
    column.close().unwrap();
    for numbers in [[1, 2], [3, 4]] {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&numbers, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    let (section, rows) = of(&bytes);
    assert_eq!((section.score, rows.len()), (BEST, 2), "{section:?}");
    assert_eq!(section.facts["column_00"], "blob: text, 0 empty");
    assert_eq!(section.facts["column_01"], "pair: text, 0 empty");
}

#[test]
fn what_claims_more_rows_than_its_bytes_can_hold_is_no_table() {
    let honest = file(&lines(400), Compression::UNCOMPRESSED);
    // rows of the file and of its groups, as the metadata writes them: zigzag varints
    for (said, claimed) in [(200_u64, 1 << 62), (200, 201)] {
        let lie = replaced(&honest, &varint(said), &varint(claimed));
        let (section, _) = of(&lie);
        assert_eq!(section.score, 0, "{claimed}: {section:?}");
    }
    let mut huge = honest.clone();
    let at = huge.len() - 8;
    huge[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(of(&huge).0.findings[0].what.contains("bytes of metadata"));
}

fn varint(number: u64) -> Vec<u8> {
    let (mut left, mut bytes) = (number << 1, Vec::new());
    while left >= 0x80 {
        bytes.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
    bytes
}

/// The metadata with every row count replaced: field 3 of a row group, an i64, whose header is `0x16` after the size's.
fn replaced(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let end = file.len() - 8;
    let length = u32::from_le_bytes(file[end..end + 4].try_into().unwrap()) as usize;
    let (front, metadata) = (&file[..end - length], &file[end - length..end]);
    let from = [&[0x16], from].concat();
    let mut at = 0;
    let mut changed = Vec::new();
    while at < metadata.len() {
        if metadata[at..].starts_with(&from) {
            changed.push(0x16);
            changed.extend_from_slice(to);
            at += from.len();
        } else {
            changed.push(metadata[at]);
            at += 1;
        }
    }
    assert_ne!(changed, metadata, "the count was found");
    let length = u32::try_from(changed.len()).unwrap().to_le_bytes();
    [front, &changed, &length, b"PAR1"].concat()
}

#[test]
fn a_codec_that_is_not_known_here_is_no_finding() {
    let lzo = relabelled(&file(&lines(400), Compression::UNCOMPRESSED));
    let error = look(written(&lzo).path(), Form::Parquet).unwrap_err();
    assert!(error.to_string().contains("which this operator cannot open"), "{error}");
}

/// The columns' codec, field 4 of their metadata, an i32 after a list of strings, made LZO.
fn relabelled(file: &[u8]) -> Vec<u8> {
    let end = file.len() - 8;
    let length = u32::from_le_bytes(file[end..end + 4].try_into().unwrap()) as usize;
    let mut changed = file.to_vec();
    for name in ["id", "value", "name"] {
        let mark = [&[0x18, name.len() as u8], name.as_bytes(), &[0x15, 0]].concat();
        for at in end - length..end - mark.len() {
            if changed[at..].starts_with(&mark) {
                changed[at + mark.len() - 1] = 3 << 1;
            }
        }
    }
    changed
}

#[test]
fn no_prefix_and_no_changed_byte_takes_the_reader_down() {
    std::panic::set_hook(Box::new(|_| {}));
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
    ] {
        let good = file(&lines(20), compression);
        for length in (0..good.len()).step_by(3) {
            assert_eq!(of(&good[..length]).0.score, 0, "{length} bytes of {}", good.len());
        }
        for at in 0..good.len() {
            for flip in [0x01, 0xff] {
                let mut bad = good.clone();
                bad[at] ^= flip;
                is_judged(written(&bad).path());
            }
        }
    }
}

/// Found good or bad, or of another kind: it comes back.
fn is_judged(file: &Path) {
    if let Err(error) = look(file, Form::Parquet) {
        assert_eq!(error.kind(), std::io::ErrorKind::Unsupported, "{error}");
    }
}
