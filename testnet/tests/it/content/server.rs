//! A server that misbehaves as it is asked to.

use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use futures_util::stream;
use tokio::{runtime::Runtime, sync::watch};

/// Bytes of a piece of what is long.
const PIECE: u64 = 1 << 20;

/// It ends with the test.
pub(super) struct Server {
    pub(super) url: String,
    desk: Arc<Desk>,
    _runtime: Runtime,
}

struct Desk {
    folder: PathBuf,
    gate: watch::Sender<bool>,
    waiting: AtomicUsize,
}

impl Server {
    /// Serves files of this folder.
    pub(super) fn start(folder: PathBuf) -> Server {
        let runtime = Runtime::new().unwrap();
        let desk = Arc::new(Desk { folder, gate: watch::Sender::new(false), waiting: AtomicUsize::new(0) });
        let router = Router::new()
            .route("/hang", get(std::future::pending::<()>))
            .route("/trickle", get(trickle))
            .route("/lie", get(|| async { "id,pressure,sex\n1,2,m\n" }))
            .route("/file/{name}", get(file))
            .route("/gate/{name}", get(gate))
            .route("/zeros/{size}", get(zeros))
            .route("/bucket/{name}", get(object))
            .with_state(Arc::clone(&desk));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router).await });
        Server { url, desk, _runtime: runtime }
    }

    /// Requests that have come to the gate since it was closed.
    pub(super) fn waiting(&self) -> usize {
        self.desk.waiting.load(Ordering::SeqCst)
    }

    pub(super) fn open(&self) {
        self.desk.gate.send_replace(true);
    }

    pub(super) fn close(&self) {
        self.desk.gate.send_replace(false);
        self.desk.waiting.store(0, Ordering::SeqCst);
    }
}

/// A byte now and then, without an end.
async fn trickle() -> Body {
    Body::from_stream(stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b"i")), ()))
    }))
}

async fn file(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    match tokio::fs::read(desk.folder.join(name)).await {
        Ok(bytes) => bytes.into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn gate(State(desk): State<Arc<Desk>>, name: Path<String>) -> Response {
    desk.waiting.fetch_add(1, Ordering::SeqCst);
    let mut opened = desk.gate.subscribe();
    drop(opened.wait_for(|open| *open).await);
    file(State(desk), name).await
}

async fn zeros(Path(size): Path<u64>) -> Body {
    Body::from_stream(stream::unfold(size, |left| async move {
        let now = left.min(PIECE);
        let piece = Bytes::from(vec![0; usize::try_from(now).ok()?]);
        (now > 0).then_some((Ok::<_, Infallible>(piece), left - now))
    }))
}

/// `GetObject` for whoever signs.
async fn object(state: State<Arc<Desk>>, name: Path<String>, headers: HeaderMap) -> Response {
    let signed = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !signed.is_some_and(|signed| signed.starts_with("AWS4-HMAC-SHA256 Credential=access/")) {
        return StatusCode::FORBIDDEN.into_response();
    }
    ([(header::ETAG, "\"1\"")], file(state, name).await).into_response()
}
