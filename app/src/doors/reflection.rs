//! gRPC server reflection: both versions have the same bytes, so one answer serves both.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use bytes::Bytes;
use prost::Message;
use prost_reflect::DescriptorPool;
use tonic::{Code, Status};
use tonic_reflection::pb::{
    v1::{
        self, ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
        ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
        server_reflection_request::MessageRequest as Ask,
        server_reflection_response::MessageResponse as Answer,
    },
    v1alpha,
};

use super::desk;
use crate::modules;

/// Where it is called.
pub(crate) const PATHS: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// The files as they were compiled, with every option, and what is declared where.
struct Files {
    /// File name -> its `FileDescriptorProto`.
    files: BTreeMap<String, Vec<u8>>,
    /// Full name -> file name.
    symbols: BTreeMap<String, String>,
    /// Extended type -> field number -> file name.
    extensions: BTreeMap<String, BTreeMap<i32, String>>,
}

/// A `FileDescriptorSet` whose files stay bytes.
#[derive(Clone, PartialEq, prost::Message)]
struct RawSet {
    #[prost(bytes = "vec", repeated, tag = "1")]
    files: Vec<Vec<u8>>,
}

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let sets = [
        proto::DESCRIPTOR_SET,
        v1::FILE_DESCRIPTOR_SET,
        v1alpha::FILE_DESCRIPTOR_SET,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
    ];
    Files::read(&sets).expect("a test reads the descriptors that are compiled in")
});

impl Files {
    fn read(sets: &[&[u8]]) -> Result<Files, String> {
        let (mut files, mut pool) = (BTreeMap::new(), DescriptorPool::new());
        for set in sets {
            pool.decode_file_descriptor_set(*set).map_err(|error| error.to_string())?;
            for file in RawSet::decode(*set).map_err(|error| error.to_string())?.files {
                let name = prost_types::FileDescriptorProto::decode(file.as_slice());
                let name = name.map_err(|error| error.to_string())?.name().to_owned();
                files.entry(name).or_insert(file);
            }
        }
        let mut found = Files { files, symbols: BTreeMap::new(), extensions: BTreeMap::new() };
        found.index(&pool);
        Ok(found)
    }

    fn index(&mut self, pool: &DescriptorPool) {
        for message in pool.all_messages() {
            let file = message.parent_file().name().to_owned();
            let fields = message.fields().map(|field| field.full_name().to_owned());
            let oneofs = message.oneofs().map(|oneof| oneof.full_name().to_owned());
            for name in fields.chain(oneofs).chain([message.full_name().to_owned()]) {
                self.symbols.insert(name, file.clone());
            }
        }
        for kind in pool.all_enums() {
            let file = kind.parent_file().name().to_owned();
            let values = kind.values().map(|value| value.full_name().to_owned());
            for name in values.chain([kind.full_name().to_owned()]) {
                self.symbols.insert(name, file.clone());
            }
        }
        for service in pool.services() {
            let file = service.parent_file().name().to_owned();
            let methods = service.methods().map(|method| method.full_name().to_owned());
            for name in methods.chain([service.full_name().to_owned()]) {
                self.symbols.insert(name, file.clone());
            }
        }
        for extension in pool.all_extensions() {
            let file = extension.parent_file().name().to_owned();
            let number = i32::try_from(extension.number()).unwrap_or(i32::MAX);
            let of = extension.containing_message().full_name().to_owned();
            self.extensions.entry(of).or_default().insert(number, file.clone());
            self.symbols.insert(extension.full_name().to_owned(), file);
        }
    }

    fn file(&self, name: &str) -> Answer {
        match self.files.get(name) {
            Some(file) => Answer::FileDescriptorResponse(FileDescriptorResponse {
                file_descriptor_proto: vec![file.clone()],
            }),
            None => absent(format!("File not found: {name}")),
        }
    }
}

/// Answers one request of the stream.
pub(crate) fn answer(request: &[u8]) -> Result<Bytes, Status> {
    let request = ServerReflectionRequest::decode(request)
        .map_err(|error| Status::new(Code::InvalidArgument, error.to_string()))?;
    let ask = request.message_request.clone();
    let ask = ask.ok_or_else(|| Status::new(Code::InvalidArgument, "the request asks for nothing"))?;
    let response = ServerReflectionResponse {
        valid_host: request.host.clone(),
        original_request: Some(request),
        message_response: Some(respond(&ask)),
    };
    Ok(response.encode_to_vec().into())
}

fn respond(ask: &Ask) -> Answer {
    match ask {
        Ask::FileByFilename(name) => FILES.file(name),
        Ask::FileContainingSymbol(symbol) => match FILES.symbols.get(symbol.trim_start_matches('.')) {
            Some(file) => FILES.file(file),
            None => absent(format!("Symbol not found: {symbol}")),
        },
        Ask::FileContainingExtension(ask) => {
            let of = FILES.extensions.get(&ask.containing_type);
            match of.and_then(|numbers| numbers.get(&ask.extension_number)) {
                Some(file) => FILES.file(file),
                None => absent(format!(
                    "Extension not found: {} of {}",
                    ask.extension_number, ask.containing_type
                )),
            }
        }
        Ask::AllExtensionNumbersOfType(name) => match (FILES.extensions.get(name), FILES.symbols.get(name)) {
            (None, None) => absent(format!("Type not found: {name}")),
            (numbers, _) => Answer::AllExtensionNumbersResponse(ExtensionNumberResponse {
                base_type_name: name.clone(),
                extension_number: numbers
                    .map(|numbers| numbers.keys().copied().collect())
                    .unwrap_or_default(),
            }),
        },
        Ask::ListServices(_) => Answer::ListServicesResponse(ListServiceResponse {
            service: services().into_iter().map(|name| ServiceResponse { name }).collect(),
        }),
    }
}

/// Services that answer, and those whose messages the chain takes.
pub(crate) fn services() -> BTreeSet<String> {
    let answered = desk::paths().filter_map(|path| path.trim_start_matches('/').split_once('/'));
    let answered = answered.map(|(service, _)| service.to_owned());
    let taken = modules::routes().map(|route| format!("{}.Msg", route.package));
    let own = PATHS.iter().filter_map(|path| path.trim_start_matches('/').split_once('/'));
    let own = own.map(|(service, _)| service.to_owned());
    answered.chain(taken).chain(own).chain(["grpc.health.v1.Health".to_owned()]).collect()
}

/// Every name that can be described.
#[cfg(test)]
pub(crate) fn symbols() -> impl Iterator<Item = &'static str> {
    FILES.symbols.keys().map(String::as_str)
}

fn absent(text: String) -> Answer {
    Answer::ErrorResponse(ErrorResponse { error_code: Code::NotFound.into(), error_message: text })
}
