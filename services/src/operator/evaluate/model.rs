//! Models: what their weights are, whether they are numbers, and how they differ from the declared parents'.

use std::{collections::BTreeMap, io, path::Path};

use proto::merkle::Hash;
use sha2::{Digest, Sha256};

use super::{Form, onnx, safetensors};
use crate::operator::report::{BEST, Section};

/// Tensors that a report lists.
const MAX_LISTED: usize = 32;

/// A model as its file describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Weights {
    /// By name.
    pub(super) tensors: BTreeMap<String, Tensor>,
    /// Why the file is no model.
    pub(super) broken: Option<String>,
}

/// One tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tensor {
    /// `F32`, ..
    pub(super) dtype: String,
    pub(super) shape: Vec<u64>,
    /// Over its bytes.
    pub(super) digest: Hash,
    /// Values that are not a number or infinite.
    pub(super) not_finite: u64,
    /// Whether every byte is zero.
    pub(super) zero: bool,
}

impl Tensor {
    fn parameters(&self) -> u64 {
        self.shape.iter().fold(1, |product: u64, size| product.saturating_mul(*size))
    }
}

/// Reads a model's file; one that is no model is `broken`, not an error.
pub(super) fn weights(path: &Path, form: Form) -> io::Result<Weights> {
    match form {
        Form::Onnx => onnx::read(path),
        _ => safetensors::read(path),
    }
}

/// Takes the bytes of one tensor, in pieces.
pub(super) struct Scan {
    hasher: Sha256,
    dtype: String,
    rest: Vec<u8>,
    not_finite: u64,
    zero: bool,
}

impl Scan {
    pub(super) fn new(dtype: &str) -> Scan {
        Scan { hasher: Sha256::new(), dtype: dtype.into(), rest: Vec::new(), not_finite: 0, zero: true }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
        self.zero &= piece.iter().all(|byte| *byte == 0);
        let Some(width) = float_bytes(&self.dtype) else { return };
        let joined = [self.rest.as_slice(), piece].concat();
        let values = joined.chunks_exact(width);
        self.rest = values.remainder().to_vec();
        self.not_finite += values.filter(|bytes| !is_finite(&self.dtype, bytes)).count() as u64;
    }

    pub(super) fn finish(self, shape: Vec<u64>) -> Tensor {
        Tensor {
            dtype: self.dtype,
            shape,
            digest: self.hasher.finalize().into(),
            not_finite: self.not_finite,
            zero: self.zero,
        }
    }
}

fn float_bytes(dtype: &str) -> Option<usize> {
    match dtype {
        "F64" => Some(8),
        "F32" => Some(4),
        "F16" | "BF16" => Some(2),
        _ => None,
    }
}

/// By the exponent: all ones means infinite or no number (IEEE 754; bfloat16 is the upper half of a single).
fn is_finite(dtype: &str, bytes: &[u8]) -> bool {
    match (dtype, bytes) {
        ("F64", bytes) => bytes.try_into().is_ok_and(|bytes| f64::from_le_bytes(bytes).is_finite()),
        ("F32", bytes) => bytes.try_into().is_ok_and(|bytes| f32::from_le_bytes(bytes).is_finite()),
        ("F16", [_, high]) => high & 0x7c != 0x7c,
        (_, [low, high]) => f32::from_le_bytes([0, 0, *low, *high]).is_finite(),
        _ => false,
    }
}

/// What a model is worth.
pub(super) fn judge(weights: &Weights, parents: &BTreeMap<String, Result<Weights, String>>) -> Section {
    let mut section = Section::new("model");
    if let Some(why) = &weights.broken {
        section.find(BEST, why.clone());
        return section;
    }
    let tensors = &weights.tensors;
    let parameters = tensors.values().fold(0_u64, |sum, tensor| sum.saturating_add(tensor.parameters()));
    section.fact("tensors", tensors.len());
    section.fact("parameters", parameters);
    section.fact("weights_digest", hex::encode(digest(weights)));
    for (place, (name, tensor)) in tensors.iter().take(MAX_LISTED).enumerate() {
        section.fact(&format!("tensor_{place:02}"), format!("{name}: {} {:?}", tensor.dtype, tensor.shape));
    }
    if parameters == 0 {
        section.find(BEST, "it has no parameters");
    }
    let not_finite: u64 = tensors.values().map(|tensor| tensor.not_finite).sum();
    if not_finite > 0 {
        section.find(BEST, format!("{not_finite} parameters are infinite or no numbers"));
    }
    let zero = tensors.values().filter(|tensor| tensor.zero && tensor.parameters() > 1).count();
    if zero > 0 && !tensors.is_empty() {
        let share = u32::try_from(zero * 10_000 / tensors.len()).unwrap_or(BEST);
        section.find(share / 2, format!("{zero} tensors are zero throughout"));
    }
    for (name, parent) in parents {
        match parent {
            Ok(parent) => compare(&mut section, name, weights, parent),
            Err(why) => section.fact(name, format!("not compared: {why}")),
        }
    }
    section
}

fn compare(section: &mut Section, name: &str, weights: &Weights, parent: &Weights) {
    let same = |(name, tensor): &(&String, &Tensor)| parent.tensors.get(*name) == Some(*tensor);
    let same = weights.tensors.iter().filter(same).count();
    let fitting = |(name, tensor): &(&String, &Tensor)| {
        parent.tensors.get(*name).is_some_and(|other| other.shape == tensor.shape)
    };
    let fitting = weights.tensors.iter().filter(fitting).count();
    let (all, of_parent) = (weights.tensors.len(), parent.tensors.len());
    section.fact(
        name,
        format!(
            "of {all} tensors {same} are the same and {} have the same form; the parent has {of_parent}",
            fitting - same
        ),
    );
    if all > 0 && same == all {
        section.find(BEST, format!("every tensor is as in {name}: nothing was learned"));
    }
}

/// Over names, forms and digests of all tensors, in order of name.
fn digest(weights: &Weights) -> Hash {
    let mut hasher = Sha256::new();
    for (name, tensor) in &weights.tensors {
        for text in [name, &tensor.dtype, &format!("{:?}", tensor.shape)] {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text);
        }
        hasher.update(tensor.digest);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(dtype: &str, bytes: &[u8]) -> Tensor {
        let mut scan = Scan::new(dtype);
        bytes.chunks(3).for_each(|piece| scan.push(piece));
        scan.finish(vec![2])
    }

    fn model(values: [f32; 2]) -> Weights {
        let bytes = values.map(f32::to_le_bytes).concat();
        Weights { tensors: BTreeMap::from([("w".to_owned(), tensor("F32", &bytes))]), broken: None }
    }

    #[test]
    fn what_is_no_number_is_found_in_every_form() {
        let not = |dtype: &str, bytes: &[u8]| tensor(dtype, bytes).not_finite;
        assert_eq!(not("F32", &[1.0_f32, f32::NAN].map(f32::to_le_bytes).concat()), 1);
        assert_eq!(not("F64", &[f64::INFINITY, f64::NAN].map(f64::to_le_bytes).concat()), 2);
        assert_eq!(not("F16", &[0x00, 0x3c, 0x00, 0x7c]), 1, "one and infinity");
        assert_eq!(not("BF16", &[0x80, 0x3f, 0x80, 0x7f]), 1, "one and infinity");
        assert_eq!(not("I64", &[0xff; 16]), 0);
        assert!(tensor("F32", &[0; 8]).zero && !tensor("F32", &[0, 1, 0, 0]).zero);
    }

    #[test]
    fn a_model_is_judged_by_its_numbers_and_its_parents() {
        let (good, other) = (model([1.0, 2.0]), model([1.0, 3.0]));
        let parents = |parent: Weights| BTreeMap::from([("asset-1@1".to_owned(), Ok(parent))]);
        assert_eq!(judge(&good, &BTreeMap::new()).score, BEST);
        assert_eq!(judge(&good, &parents(other)).score, BEST);
        let copy = judge(&good, &parents(good.clone()));
        assert_eq!(copy.score, 0);
        assert!(copy.findings[0].what.contains("nothing was learned"), "{copy:?}");
        assert_eq!(judge(&model([1.0, f32::NAN]), &BTreeMap::new()).score, 0);
        assert_eq!(judge(&model([0.0, 0.0]), &BTreeMap::new()).score, 5_000);
        assert_eq!(judge(&Weights::default(), &BTreeMap::new()).score, 0);
        let gone = BTreeMap::from([("asset-1@1".to_owned(), Err("gone".to_owned()))]);
        assert_eq!(judge(&good, &gone).facts["asset-1@1"], "not compared: gone");
        let broken = Weights { broken: Some("cut off".into()), ..Weights::default() };
        assert_eq!(judge(&broken, &BTreeMap::new()).score, 0);
    }
}
