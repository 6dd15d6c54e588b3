//! The gRPC door: any path of the table, bytes in and bytes out; beside it reflection and health.

use bytes::{Buf, BufMut, Bytes};
use http::{Request as HttpRequest, Response as HttpResponse};
use tonic::{
    Code, Request, Response, Status,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::{MetadataMap, MetadataValue},
    server::Grpc,
};
use tower::{ServiceExt, service_fn};

use super::{Trouble, desk, gate::Gate, reflection};

/// The header that asks for a height, and that every answer carries once.
pub(crate) const HEIGHT: &str = "x-cosmos-block-height";

/// What a call needs.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) gate: Gate,
    pub(crate) receive_bytes: usize,
    pub(crate) send_bytes: usize,
}

/// Everything the gRPC port answers.
pub(crate) fn routes(
    door: Door,
    health: tonic_health::pb::health_server::HealthServer<impl tonic_health::pb::health_server::Health>,
) -> axum::Router {
    let health = health.map_request(|request: HttpRequest<axum::body::Body>| request.map(Body::new));
    let mut router = axum::Router::new().route_service("/grpc.health.v1.Health/{*rest}", health);
    for path in reflection::PATHS {
        router = router.route(path, axum::routing::post(reflect));
    }
    router.fallback(query).with_state(door)
}

async fn query(
    axum::extract::State(door): axum::extract::State<Door>,
    request: HttpRequest<axum::body::Body>,
) -> HttpResponse<Body> {
    let path = request.uri().path().to_owned();
    if !desk::serves(&path) {
        return status(desk::unknown(&path)).into_http();
    }
    let mut grpc = Grpc::new(Raw)
        .max_decoding_message_size(door.receive_bytes)
        .max_encoding_message_size(door.send_bytes);
    let gate = door.gate;
    let call = service_fn(move |request: Request<Bytes>| {
        let (gate, path) = (gate.clone(), path.clone());
        async move {
            let height = height(request.metadata())?;
            let bytes = request.into_inner();
            let work = {
                let path = path.clone();
                move |desk: &super::Desk| desk.answer(&path, height, &bytes)
            };
            let answer = gate.ask(&path, work).await.map_err(status)?;
            let mut response = Response::new(Bytes::from(answer.bytes));
            response.metadata_mut().insert(HEIGHT, MetadataValue::from(answer.height));
            Ok::<_, Status>(response)
        }
    });
    grpc.unary(call, request).await
}

async fn reflect(request: HttpRequest<axum::body::Body>) -> HttpResponse<Body> {
    let call = service_fn(|request: Request<tonic::Streaming<Bytes>>| async {
        let answers = tokio_stream::StreamExt::map(request.into_inner(), |ask| {
            ask.and_then(|ask| reflection::answer(&ask))
        });
        Ok::<_, Status>(Response::new(answers))
    });
    Grpc::new(Raw).streaming(call, request).await
}

fn status(trouble: Trouble) -> Status {
    let (code, text) = trouble.grpc();
    Status::new(code, text)
}

fn height(metadata: &MetadataMap) -> Result<i64, Status> {
    let Some(value) = metadata.get(HEIGHT) else { return Ok(0) };
    let number = value.to_str().ok().and_then(|text| text.parse::<i64>().ok()).filter(|number| *number >= 0);
    number.ok_or_else(|| Status::new(Code::InvalidArgument, format!("invalid height header {HEIGHT:?}")))
}

/// A codec that leaves bytes as they are: the table knows the types.
#[derive(Clone, Copy, Default)]
pub(crate) struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = from.remaining();
        Ok(Some(from.copy_to_bytes(length)))
    }
}
