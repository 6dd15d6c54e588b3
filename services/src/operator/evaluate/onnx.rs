//! The ONNX form: a protobuf message. Of its fields only those that say what the weights are; numbers as in `onnx.proto`.

use std::{io, path::Path};

use axum::body::Bytes;
use prost::Message;

use super::model::{Scan, Weights};

/// Bytes of a model: it is decoded in memory.
const MAX_BYTES: u64 = 1 << 30;

#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(int64, tag = "1")]
    ir_version: i64,
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
}

#[derive(Clone, PartialEq, Message)]
struct Graph {
    #[prost(message, repeated, tag = "1")]
    nodes: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    initializers: Vec<TensorProto>,
}

#[derive(Clone, PartialEq, Message)]
struct Node {
    #[prost(string, tag = "4")]
    op_type: String,
}

#[derive(Clone, PartialEq, Message)]
struct TensorProto {
    #[prost(int64, repeated, tag = "1")]
    dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(float, repeated, tag = "4")]
    float_data: Vec<f32>,
    #[prost(int32, repeated, tag = "5")]
    int32_data: Vec<i32>,
    #[prost(int64, repeated, tag = "7")]
    int64_data: Vec<i64>,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "bytes", tag = "9")]
    raw_data: Bytes,
    #[prost(double, repeated, tag = "10")]
    double_data: Vec<f64>,
    #[prost(int32, tag = "14")]
    data_location: i32,
}

/// Reads a file; a wrong form is said in `broken`.
pub(super) fn read(path: &Path) -> io::Result<Weights> {
    let size = std::fs::metadata(path)?.len();
    let broken = |why: String| Ok(Weights { broken: Some(why), ..Weights::default() });
    if size > MAX_BYTES {
        return Err(io::Error::other(format!("{size} bytes of ONNX; at most {MAX_BYTES} are looked at")));
    }
    let model = match Model::decode(Bytes::from(std::fs::read(path)?)) {
        Ok(model) => model,
        Err(error) => return broken(format!("it is no ONNX model: {error}")),
    };
    let Some(graph) = model.graph.filter(|graph| model.ir_version > 0 && !graph.nodes.is_empty()) else {
        return broken("it is no ONNX model: it has no graph".into());
    };
    let mut weights = Weights::default();
    for (place, tensor) in graph.initializers.into_iter().enumerate() {
        if tensor.data_location != 0 {
            return broken(format!("tensor {:?} lies in another file", tensor.name));
        }
        let shape: Vec<u64> = tensor.dims.iter().map(|size| u64::try_from(*size).unwrap_or(0)).collect();
        let name = if tensor.name.is_empty() { format!("#{place}") } else { tensor.name.clone() };
        let mut scan = Scan::new(dtype(tensor.data_type));
        scan.push(&tensor.raw_data);
        tensor.float_data.iter().for_each(|value| scan.push(&value.to_le_bytes()));
        tensor.double_data.iter().for_each(|value| scan.push(&value.to_le_bytes()));
        tensor.int32_data.iter().for_each(|value| scan.push(&value.to_le_bytes()));
        tensor.int64_data.iter().for_each(|value| scan.push(&value.to_le_bytes()));
        weights.tensors.insert(name, scan.finish(shape));
    }
    Ok(weights)
}

fn dtype(number: i32) -> &'static str {
    match number {
        1 => "F32",
        2 => "U8",
        3 => "I8",
        4 => "U16",
        5 => "I16",
        6 => "I32",
        7 => "I64",
        9 => "BOOL",
        10 => "F16",
        11 => "F64",
        12 => "U32",
        13 => "U64",
        16 => "BF16",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn of(bytes: &[u8]) -> Weights {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        read(file.path()).unwrap()
    }

    fn model(tensor: TensorProto) -> Vec<u8> {
        let nodes = vec![Node { op_type: "MatMul".into() }];
        let graph = Some(Graph { nodes, initializers: vec![tensor] });
        Model { ir_version: 8, graph }.encode_to_vec()
    }

    #[test]
    fn weights_are_read_wherever_the_form_puts_them() {
        let plain = TensorProto { dims: vec![2], data_type: 1, name: "w".into(), ..TensorProto::default() };
        let floats = TensorProto { float_data: vec![1.0, f32::NAN], ..plain.clone() };
        let raw = [1.0_f32, f32::NAN].map(f32::to_le_bytes).concat();
        let raw = TensorProto { raw_data: raw.into(), ..plain.clone() };
        let (one, other) = (of(&model(floats)), of(&model(raw)));
        assert_eq!(one, other);
        assert_eq!((one.tensors["w"].not_finite, one.tensors["w"].shape.as_slice()), (1, [2].as_slice()));
        let far = TensorProto { data_location: 1, ..plain };
        assert!(of(&model(far)).broken.unwrap().contains("another file"));
    }

    #[test]
    fn what_is_no_model_is_said() {
        for bytes in [b"age,pressure\n51,128\n".as_slice(), &[], &[0x08, 0x08]] {
            assert!(of(bytes).broken.unwrap().contains("no ONNX model"), "{bytes:?}");
        }
    }
}
