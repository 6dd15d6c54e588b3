//! The safetensors form: eight bytes of length, a JSON header, then the tensors' bytes one after the other.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use serde::Deserialize;

use super::model::{Scan, Weights};

/// Bytes of a header: the form's own limit.
const MAX_HEADER: u64 = 100_000_000;
/// Tensors of a model.
const MAX_TENSORS: usize = 100_000;
/// Bytes read at once.
const PIECE: usize = 1 << 20;

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// Reads a file; a wrong form is said in `broken`.
pub(super) fn read(path: &Path) -> io::Result<Weights> {
    let file = File::open(path)?;
    let all = file.metadata()?.len();
    let mut file = BufReader::with_capacity(PIECE, file);
    match header(&mut file, all)? {
        Ok(entries) => scan(&mut file, entries),
        Err(why) => Ok(Weights { broken: Some(why), ..Weights::default() }),
    }
}

fn dtype_bits(dtype: &str) -> Option<u64> {
    match dtype {
        "F64" | "I64" | "U64" | "C64" => Some(64),
        "F32" | "I32" | "U32" => Some(32),
        "F16" | "BF16" | "I16" | "U16" => Some(16),
        "I8" | "U8" | "BOOL" | "F8_E4M3" | "F8_E5M2" | "F8_E8M0" => Some(8),
        "F4" => Some(4),
        _ => None,
    }
}

/// Entries in the order of their bytes, which must cover the file without gap or overlap.
fn header(file: &mut impl Read, all: u64) -> io::Result<Result<Vec<(String, Entry)>, String>> {
    if all < 8 {
        return Ok(Err("it is too short for a header".into()));
    }
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER || length > all - 8 {
        return Ok(Err(format!("its header is said to have {length} bytes")));
    }
    let mut text = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    file.read_exact(&mut text)?;
    Ok(entries(&text, all - 8 - length))
}

fn entries(text: &[u8], data: u64) -> Result<Vec<(String, Entry)>, String> {
    let fields: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(text).map_err(|error| format!("its header is no JSON object: {error}"))?;
    let mut entries = Vec::new();
    for (name, value) in fields {
        if name == "__metadata__" {
            continue;
        }
        let entry: Entry =
            serde_json::from_value(value).map_err(|error| format!("tensor {name:?}: {error}"))?;
        let bits = dtype_bits(&entry.dtype)
            .ok_or_else(|| format!("tensor {name:?} is of type {:?}", entry.dtype))?;
        let values = entry.shape.iter().try_fold(1_u64, |product, size| product.checked_mul(*size));
        let bytes = values.and_then(|values| values.checked_mul(bits)).map(|bits| bits.div_ceil(8));
        let [from, to] = entry.data_offsets;
        if bytes.is_none() || to.checked_sub(from) != bytes {
            return Err(format!(
                "tensor {name:?} has the form {:?} and the bytes {from} to {to}",
                entry.shape
            ));
        }
        entries.push((name, entry));
    }
    if entries.len() > MAX_TENSORS {
        return Err(format!("{} tensors; at most {MAX_TENSORS} are looked at", entries.len()));
    }
    entries.sort_by_key(|(_, entry)| entry.data_offsets);
    let mut at = 0;
    for (name, entry) in &entries {
        if entry.data_offsets[0] != at {
            return Err(format!("tensor {name:?} begins at {} and not at {at}", entry.data_offsets[0]));
        }
        at = entry.data_offsets[1];
    }
    if at != data {
        return Err(format!("the tensors end at {at}, the file at {data}"));
    }
    Ok(entries)
}

fn scan(file: &mut impl Read, entries: Vec<(String, Entry)>) -> io::Result<Weights> {
    let mut weights = Weights::default();
    let mut piece = vec![0; PIECE];
    for (name, entry) in entries {
        let mut left = entry.data_offsets[1] - entry.data_offsets[0];
        let mut scan = Scan::new(&entry.dtype);
        while left > 0 {
            let now = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            file.read_exact(&mut piece[..now])?;
            scan.push(&piece[..now]);
            left -= now as u64;
        }
        weights.tensors.insert(name, scan.finish(entry.shape));
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn of(header: &str, data: &[u8]) -> Weights {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
        file.write_all(header.as_bytes()).unwrap();
        file.write_all(data).unwrap();
        read(file.path()).unwrap()
    }

    #[test]
    fn tensors_are_read_in_their_order_and_form() {
        let header = r#"{"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"__metadata__":{"format":"pt"},
            "a":{"dtype":"I32","shape":[],"data_offsets":[0,4]}}"#;
        let weights = of(
            header,
            &[&[7, 0, 0, 0], [1.0_f32, f32::NAN].map(f32::to_le_bytes).concat().as_slice()].concat(),
        );
        assert_eq!(weights.broken, None);
        assert_eq!(weights.tensors["b"].not_finite, 1);
        assert_eq!((weights.tensors["a"].shape.len(), weights.tensors["a"].not_finite), (0, 0));
    }

    #[test]
    fn every_wrong_form_is_named() {
        let entry = |dtype: &str, shape: &str, from: u32, to: u32| {
            format!(r#"{{"a":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{from},{to}]}}}}"#)
        };
        for (header, data, words) in [
            ("[]".to_owned(), 0, "no JSON object"),
            (entry("F33", "[1]", 0, 4), 4, "of type"),
            (entry("F32", "[2]", 0, 4), 4, "has the form"),
            (entry("F32", "[1]", 4, 8), 8, "begins at 4"),
            (entry("F32", "[1]", 0, 4), 9, "the file at 9"),
            (entry("F32", "[18446744073709551615,9]", 0, 4), 4, "has the form"),
            (r#"{"a":{"dtype":"F32"}}"#.to_owned(), 0, "missing field"),
        ] {
            let weights = of(&header, &vec![0; data]);
            let why = weights.broken.unwrap();
            assert!(why.contains(words), "{header}: {why}");
        }
        let mut short = tempfile::NamedTempFile::new().unwrap();
        assert!(read(short.path()).unwrap().broken.unwrap().contains("too short"));
        short.write_all(&[0xff; 9]).unwrap();
        assert!(read(short.path()).unwrap().broken.unwrap().contains("said to have"));
    }
}
