use std::io::Read as _;

use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use client::offchain::CHUNK_BYTES;

use super::*;

/// Bytes of several chunks, and their manifest.
fn content(size: usize) -> (Vec<u8>, Manifest) {
    let bytes: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let mut chunks = Chunks::new(CHUNK_BYTES);
    chunks.push(&bytes);
    let manifest = Manifest {
        sha256: Sha256::digest(&bytes).to_vec(),
        size: size as u64,
        chunk_size: u32::try_from(CHUNK_BYTES).unwrap(),
        merkle_root: chunks.finish().0.to_vec(),
        ..Manifest::default()
    };
    (bytes, manifest)
}

/// What a server does with a request.
#[derive(Clone)]
enum Way {
    Serve(Vec<u8>),
    Refuse,
    Redirect(String),
    Hang,
}

async fn server(way: Way) -> String {
    let answer = |State(way): State<Way>| async move {
        match way {
            Way::Serve(bytes) => bytes.into_response(),
            Way::Refuse => StatusCode::NOT_FOUND.into_response(),
            Way::Redirect(to) => (StatusCode::FOUND, [("location", to)]).into_response(),
            Way::Hang => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                StatusCode::OK.into_response()
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let router = Router::new().fallback(get(answer)).with_state(way);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{at}/content")
}

fn near() -> Config {
    Config { allow_private: true, fetch_attempts: 1, fetch_secs: 2, ..Config::default() }
}

async fn fetched(config: &Config, manifest: &Manifest) -> (tempfile::TempDir, Fetched) {
    let folder = tempfile::tempdir().unwrap();
    let fetched = Fetcher::new(config.clone(), folder.path().to_owned()).fetch(manifest).await;
    (folder, fetched)
}

/// Why it is bad.
async fn bad(config: &Config, manifest: &Manifest) -> String {
    match fetched(config, manifest).await.1 {
        Fetched::Bad(why) | Fetched::Other(why) => why,
        Fetched::Good(_) => panic!("it is good"),
        Fetched::NotForUs(why) => panic!("not for us: {why}"),
    }
}

async fn not_for_us(config: &Config, manifest: &Manifest) -> String {
    match fetched(config, manifest).await.1 {
        Fetched::NotForUs(why) => why,
        Fetched::Good(_) => panic!("it is good"),
        Fetched::Bad(why) | Fetched::Other(why) => panic!("bad: {why}"),
    }
}

#[tokio::test]
async fn content_comes_from_the_first_locator_that_has_it() {
    let (bytes, manifest) = content(3 * CHUNK_BYTES + 5);
    let far = server(Way::Serve(bytes.clone())).await;
    let locators = vec![server(Way::Refuse).await, server(Way::Redirect(far)).await];
    let (_folder, found) = fetched(&near(), &Manifest { locators, ..manifest }).await;
    let Fetched::Good(content) = found else { panic!("it is not good") };
    let mut kept = Vec::new();
    std::fs::File::open(content.file.path()).unwrap().read_to_end(&mut kept).unwrap();
    assert_eq!((kept == bytes, content.leaves.len()), (true, 4));
}

#[tokio::test]
async fn bytes_that_are_not_the_manifests_are_invalid() {
    let (bytes, manifest) = content(CHUNK_BYTES + 5);
    let mut bent = bytes.clone();
    bent[7] ^= 1;
    for (served, words) in [
        (bent, "SHA-256 is"),
        (bytes[1..].to_vec(), "bytes came"),
        ([bytes.as_slice(), b"x"].concat(), "more than the"),
    ] {
        let locators = vec![server(Way::Serve(served)).await];
        let why = bad(&near(), &Manifest { locators, ..manifest.clone() }).await;
        assert!(why.contains(words), "{why}");
    }
    // a canary: the digest is right, and no content has its root
    let root = proto::signed::canary_root(&[7; 32]).to_vec();
    let canary = Manifest { locators: vec![server(Way::Serve(bytes)).await], merkle_root: root, ..manifest };
    let why = bad(&near(), &canary).await;
    assert!(why.contains("the Merkle root is"), "{why}");
}

#[tokio::test]
async fn what_is_not_there_or_never_comes_is_invalid() {
    let (_, manifest) = content(5);
    let loops = server(Way::Redirect("/again".into())).await;
    for (locators, words) in [
        (vec![], "no locators"),
        (vec![server(Way::Refuse).await], "the server answers 404"),
        (vec![server(Way::Hang).await], "it took too long"),
        (vec!["http://127.0.0.1:1/".into()], "error sending request"),
        (vec![loops], "redirects"),
    ] {
        let why = bad(&near(), &Manifest { locators, ..manifest.clone() }).await;
        assert!(why.contains(words), "{why}");
    }
}

#[tokio::test]
async fn an_operator_does_not_go_where_it_may_not() {
    let (bytes, manifest) = content(5);
    let config = Config { allow_private: false, ..near() };
    let here = server(Way::Serve(bytes)).await;
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("x");
    std::fs::write(&outside, b"12345").unwrap();
    let inside = tempfile::tempdir().unwrap();
    let with_files = Config { files: Some(inside.path().to_owned()), ..config.clone() };
    for (config, locator, words) in [
        (&config, here.as_str(), "no public address"),
        (&config, "http://localhost:1/", "no public address"),
        (&config, "http://[::1]:1/", "no public address"),
        (&config, "http://169.254.169.254/latest", "no public address"),
        (&config, "file:///etc/passwd", "no folder `files`"),
        (&with_files, &format!("file://{}", outside.display()), "outside the folder"),
        (&config, "ipfs://bafy/x", "no ipfs_gateway"),
        (&config, "s3://bucket/key", "no s3_endpoint"),
        (&config, "gopher://x", "none of file"),
        (&config, "x", "no scheme"),
    ] {
        let manifest = Manifest { locators: vec![locator.into()], ..manifest.clone() };
        let why = not_for_us(config, &manifest).await;
        assert!(why.contains(words), "{locator}: {why}");
    }
    let large = Manifest { locators: vec![here], ..content(50).1 };
    let why = not_for_us(&Config { max_bytes: 49, ..near() }, &large).await;
    assert!(why.contains("more than max_bytes"), "{why}");
}

#[tokio::test]
async fn a_redirect_does_not_lead_to_a_private_address_either() {
    let fetcher = Fetcher::new(Config { allow_private: false, ..near() }, PathBuf::from("/tmp"));
    let url: Url = "http://10.0.0.1/".parse().unwrap();
    assert!(matches!(fetcher.client_for(&url, true).await, Err(Trouble::Forbidden(_))));
    assert!(fetcher.client_for(&url, false).await.is_ok());
}

#[tokio::test]
async fn a_gateway_may_be_private_and_what_it_redirects_to_may_not() {
    let (bytes, manifest) = content(5);
    let inside = server(Way::Serve(bytes.clone())).await;
    let locators = vec!["ipfs://bafy/x".to_owned()];
    let manifest = Manifest { locators, ..manifest };
    let by = |gateway: String| {
        let ipfs_gateway = Some(gateway.trim_end_matches("/content").to_owned());
        Config { allow_private: false, ipfs_gateway, ..near() }
    };
    let direct = by(server(Way::Serve(bytes)).await);
    assert!(matches!(fetched(&direct, &manifest).await.1, Fetched::Good(_)));
    let led = by(server(Way::Redirect(inside)).await);
    let why = not_for_us(&led, &manifest).await;
    assert!(why.contains("no public address"), "{why}");
}

#[tokio::test]
async fn files_gateways_and_what_a_task_carries_are_content_too() {
    let (bytes, manifest) = content(CHUNK_BYTES * 2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("content");
    std::fs::write(&path, &bytes).unwrap();
    let gateway = server(Way::Serve(bytes.clone())).await.trim_end_matches("/content").to_owned();
    let config = Config { files: Some(folder.path().to_owned()), ipfs_gateway: Some(gateway), ..near() };
    for locator in [format!("file://{}", path.display()), "ipfs://bafy/x".to_owned()] {
        let manifest = Manifest { locators: vec![locator.clone()], ..manifest.clone() };
        assert!(matches!(fetched(&config, &manifest).await.1, Fetched::Good(_)), "{locator}");
    }
    let fetcher = Fetcher::new(config, folder.path().to_owned());
    assert!(matches!(fetcher.inline(bytes, &manifest).await, Fetched::Good(_)));
    assert!(matches!(fetcher.inline(vec![1], &manifest).await, Fetched::Bad(_)));
}

#[test]
fn public_addresses_are_told_from_all_others() {
    for public in ["8.8.8.8", "100.63.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
    for other in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.0.8",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2001:db8::1",
    ] {
        assert!(!is_public(other.parse().unwrap()), "{other}");
    }
}

#[tokio::test]
async fn a_disk_that_takes_nothing_says_nothing_of_the_content() {
    let (bytes, manifest) = content(9);
    let inline = Fetcher::new(near(), "/dev/full/nowhere".into()).inline(bytes.clone(), &manifest).await;
    assert!(matches!(inline, Fetched::NotForUs(why) if why.contains("this operator's own trouble")));
    let at = server(Way::Serve(bytes)).await;
    let manifest = Manifest { locators: vec![at], ..manifest };
    let fetched = Fetcher::new(near(), "/dev/full/nowhere".into()).fetch(&manifest).await;
    assert!(matches!(fetched, Fetched::NotForUs(why) if why.contains("this operator's own trouble")));
}
