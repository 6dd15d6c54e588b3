//! The REST door: the routes of the `google.api.http` options, Cosmos' JSON, grpc-gateway's status codes.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use proto::http::{Route, find, parse_query};
use serde_json::{Value as Json, json};
use tokio::time::timeout;
use tonic::Code;
use tower_http::cors::{Any, CorsLayer};

use super::{Desk, Trouble, desk, gate::Gate, grpc::HEIGHT, trouble};

/// The height under the name that grpc-gateway gives it.
const GATEWAY_HEIGHT: &str = "grpc-metadata-x-cosmos-block-height";
/// Bytes of a query string, at most.
const MAX_QUERY: usize = 16 * 1024;

/// What a request needs.
pub(crate) struct Door {
    pub(crate) gate: Gate,
    pub(crate) routes: Vec<Route>,
    pub(crate) body_bytes: usize,
    pub(crate) read_time: Duration,
    pub(crate) metrics: bool,
}

/// Everything the REST port answers.
pub(crate) fn routes(door: Door, any_origin: bool) -> axum::Router {
    let router = axum::Router::new().fallback(handle).with_state(Arc::new(door));
    if !any_origin {
        return router;
    }
    let expose = [header::HeaderName::from_static(HEIGHT), header::HeaderName::from_static(GATEWAY_HEIGHT)];
    let cors =
        CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any).expose_headers(expose);
    router.layer(cors)
}

async fn handle(State(door): State<Arc<Door>>, request: Request) -> Response {
    if door.metrics && request.method() == Method::GET && request.uri().path() == "/metrics" {
        return metrics(&door, request.uri().query().unwrap_or_default()).await;
    }
    match answer(&door, request).await {
        Ok((json, height)) => {
            let mut response = respond(StatusCode::OK, json);
            for name in [HEIGHT, GATEWAY_HEIGHT] {
                response.headers_mut().insert(name, HeaderValue::from(height));
            }
            response
        }
        Err(trouble) => {
            let (code, message) = trouble.grpc();
            refuse(trouble::http(code), code, &message)
        }
    }
}

async fn answer(door: &Arc<Door>, request: Request) -> Result<(Vec<u8>, u64), Trouble> {
    let (parts, body) = request.into_parts();
    let found = find(&door.routes, parts.method.as_str(), parts.uri.path());
    let (route, fields) =
        found.filter(|(route, _)| desk::serves(&route.rpc_path)).ok_or_else(not_implemented)?;
    let height = height(&parts.headers)?;
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > MAX_QUERY {
        return Err(invalid(format!("a query string has at most {MAX_QUERY} bytes")));
    }
    let query = parse_query(query).ok_or_else(|| invalid("the query string has a broken escape"))?;
    let body = if route.body.is_some() { read(door, body).await? } else { Bytes::new() };
    let (route, path) = (route.clone(), route.rpc_path.clone());
    let work = move |desk: &Desk| call(desk, &route, height, &Asked { fields, query, body });
    door.gate.ask(&path, work).await
}

/// A request as it came.
struct Asked {
    fields: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Bytes,
}

/// JSON in, JSON out, on a thread made for blocking.
fn call(desk: &Desk, route: &Route, height: i64, asked: &Asked) -> Result<(Vec<u8>, u64), Trouble> {
    let json: Json;
    let body = match &route.body {
        Some(field) => {
            json = serde_json::from_slice(&asked.body).map_err(|error| invalid(error.to_string()))?;
            Some((field.as_str(), &json))
        }
        None => None,
    };
    let bytes = proto::json::request(&route.input, body, &asked.fields, &asked.query);
    let answer = desk.answer(&route.rpc_path, height, &bytes.map_err(|error| invalid(error.to_string()))?)?;
    let internal = |text: String| Trouble::status(Code::Internal, text);
    let json =
        proto::json::to_json(&route.output, &answer.bytes).map_err(|error| internal(error.to_string()))?;
    let text = serde_json::to_vec(&json).map_err(|error| internal(error.to_string()))?;
    Ok((text, answer.height))
}

async fn read(door: &Door, body: Body) -> Result<Bytes, Trouble> {
    let most = door.body_bytes;
    match timeout(door.read_time, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(invalid(format!("the body could not be read, or has more than {most} bytes"))),
        Err(_) => Err(Trouble::status(Code::DeadlineExceeded, "the body took too long to arrive")),
    }
}

fn height(headers: &HeaderMap) -> Result<i64, Trouble> {
    let Some(value) = headers.get(HEIGHT).or_else(|| headers.get(GATEWAY_HEIGHT)) else { return Ok(0) };
    let number = value.to_str().ok().and_then(|text| text.parse::<i64>().ok()).filter(|number| *number >= 0);
    number.ok_or_else(|| invalid(format!("invalid height header {HEIGHT:?}")))
}

/// Prometheus' text form; `text`, which Cosmos has as JSON, is the same here.
async fn metrics(door: &Door, query: &str) -> Response {
    let format = parse_query(query).unwrap_or_default().into_iter().find(|(name, _)| name == "format");
    let format = format.map(|(_, value)| value).unwrap_or_default();
    if !["", "text", "prometheus"].contains(&format.as_str()) {
        let text =
            json!({"error": format!("failed to gather metrics: unsupported metrics format: {format}")});
        return respond(StatusCode::BAD_REQUEST, text.to_string().into_bytes());
    }
    let work = |desk: &Desk| {
        let text = desk.node.metrics().text(&desk.node.store().figures());
        text.map_err(|error| Trouble::status(Code::Internal, error.to_string()))
    };
    match door.gate.ask("/metrics", work).await {
        Ok(text) => {
            let mut response = respond(StatusCode::OK, text.into_bytes());
            let kind = HeaderValue::from_static("text/plain; version=0.0.4");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            response
        }
        Err(trouble) => {
            let (code, message) = trouble.grpc();
            refuse(trouble::http(code), code, &message)
        }
    }
}

fn refuse(status: StatusCode, code: Code, message: &str) -> Response {
    let body = json!({"code": i32::from(code), "message": message, "details": []});
    respond(status, body.to_string().into_bytes())
}

fn respond(status: StatusCode, json: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn not_implemented() -> Trouble {
    Trouble::status(Code::Unimplemented, "Not Implemented")
}

fn invalid(text: impl Into<String>) -> Trouble {
    Trouble::status(Code::InvalidArgument, text)
}
