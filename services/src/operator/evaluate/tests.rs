use std::{convert::Infallible, time::Duration};

use axum::{Router, body::Body, routing::get};
use client::rpc::Rpc;
use futures_util::stream;
use proto::merkle;
use sha2::{Digest as _, Sha256};

use super::*;

/// Serves a table, an agent that never answers, and a file that never ends.
async fn server() -> String {
    let trickle = || async {
        Body::from_stream(stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Some((Ok::<_, Infallible>("x"), ()))
        }))
    };
    let router = Router::new()
        .route("/table", get(|| async { TABLE }))
        .route("/trickle", get(trickle))
        .route("/agent", axum::routing::post(std::future::pending::<()>));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{at}")
}

const TABLE: &str = "id,pressure\n1,120\n2,130\n3,140\n";

fn task(id: u64, kind: UpdateKind, media_type: &str, locator: String, text: &str) -> Task {
    let manifest = Manifest {
        sha256: Sha256::digest(text).to_vec(),
        size: if locator.ends_with("trickle") { 1 << 30 } else { text.len() as u64 },
        chunk_size: 1 << 20,
        merkle_root: merkle::leaf(text.as_bytes()).to_vec(),
        media_type: media_type.into(),
        locators: vec![locator],
        ..Manifest::default()
    };
    let mut update = Update { manifest: Some(manifest), ..Update::default() };
    update.set_kind(kind);
    Task { id, update: Some(update), ..Task::default() }
}

#[tokio::test]
async fn content_that_never_comes_and_an_agent_that_never_answers_hold_up_nobody() {
    let (folder, at) = (tempfile::tempdir().unwrap(), server().await);
    let config = Config { allow_private: true, fetch_secs: 86_400, ..Config::default() };
    let evaluator = Evaluator {
        chain: Arc::new(Chain::new(Rpc::new("http://127.0.0.1:1").unwrap())),
        chain_id: "lazchain-7".into(),
        config,
        folder: folder.path().to_owned(),
        seen: Arc::new(Seen::open(&folder.path().join("seen.jsonl")).unwrap()),
        looks: Arc::new(Semaphore::new(4)),
        parallel: Arc::new(Semaphore::new(1)),
    };
    let suite = format!(r#"{{"endpoint":"{at}/agent","tests":[{{"name":"a","request":1,"expect":{{}}}}]}}"#);
    let asks = folder.path().join("suite");
    std::fs::write(&asks, &suite).unwrap();
    let asked = format!("file://{}", asks.display());
    let mut hung = Vec::new();
    for task in [
        task(1, UpdateKind::Dataset, "text/csv", format!("{at}/trickle"), "x"),
        task(2, UpdateKind::Dataset, "text/csv", format!("{at}/trickle"), "x"),
        task(3, UpdateKind::Behaviour, "application/json", asked, &suite),
    ] {
        let mut evaluator = evaluator.clone();
        evaluator.config.files = Some(folder.path().to_owned());
        hung.push(tokio::spawn(async move { evaluator.judge(&task, Seal::None).await }));
    }
    while evaluator.looks.available_permits() > 1 {
        tokio::task::yield_now().await;
    }
    let good = task(4, UpdateKind::Dataset, "text/csv", format!("{at}/table"), TABLE);
    let report = evaluator.judge(&good, Seal::None).await;
    assert_eq!(report.verdict, "accept", "{report:?}");
    assert!(hung.iter().all(|look| !look.is_finished()), "they are still at it");
    // what is given up leaves nothing behind
    for look in hung {
        look.abort();
        assert!(look.await.unwrap_err().is_cancelled());
    }
    assert_eq!((evaluator.looks.available_permits(), evaluator.parallel.available_permits()), (4, 1));
}
