//! Bytes from their locators, into a file, hashed on the way and compared with the manifest. Memory does not grow with the
//! content.

mod public;

use std::{
    io::{Seek as _, SeekFrom, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use futures_util::{Stream, StreamExt as _, stream::BoxStream};
use object_store::{ObjectStore as _, aws::AmazonS3Builder};
use proto::{
    lazchain::dat::v1::Manifest,
    merkle::{self, Frontier, Hash},
};
use reqwest::{Client, Url, redirect::Policy};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::{sync::mpsc, time::timeout};

use super::config::Config;
use public::is_public;

/// Pieces on their way to the disk.
const AHEAD: usize = 16;
/// Redirects that are followed, each checked like the first address.
const MAX_REDIRECTS: usize = 4;
/// Bytes of a chunk that a manifest may state.
const MAX_CHUNK: u32 = 16 << 20;

type Bytes = axum::body::Bytes;
type Source = BoxStream<'static, Result<Bytes, Trouble>>;

/// What came of it.
pub(crate) enum Fetched {
    /// The bytes of the manifest.
    Good(Content),
    /// They are not there, or not everywhere.
    Bad(String),
    /// Every locator has them, and they are others.
    Other(String),
    /// This operator does not go there.
    NotForUs(String),
}

/// Content as the manifest describes it.
pub(crate) struct Content {
    /// Removed when this is dropped.
    pub(crate) file: NamedTempFile,
    /// Hashes of its chunks.
    pub(crate) leaves: Vec<Hash>,
}

/// Why an attempt failed.
enum Trouble {
    /// Another attempt may go better.
    Passing(String),
    /// All came, and it is not what the manifest says.
    Mismatch(String),
    /// The configuration forbids it.
    Forbidden(String),
    /// This machine's, a full disk above all: it says nothing of the content.
    Own(String),
}

impl Trouble {
    fn passing(why: impl ToString) -> Trouble {
        Trouble::Passing(why.to_string())
    }

    fn own(why: impl ToString) -> Trouble {
        Trouble::Own(format!("this operator's own trouble: {}", why.to_string()))
    }
}

/// Fetches content for one operator.
#[derive(Clone)]
pub(crate) struct Fetcher {
    config: Config,
    folder: PathBuf,
}

impl Fetcher {
    /// Files go to a folder of the operator's, since they may be larger than the system's folder for such files.
    pub(crate) fn new(config: Config, folder: PathBuf) -> Fetcher {
        Fetcher { config, folder }
    }

    /// Tries each locator in turn, as often as configured.
    pub(crate) async fn fetch(&self, manifest: &Manifest) -> Fetched {
        if manifest.size > self.config.max_bytes {
            let (size, most) = (manifest.size, self.config.max_bytes);
            return Fetched::NotForUs(format!("{size} bytes are more than max_bytes, {most}"));
        }
        if manifest.locators.is_empty() {
            return Fetched::Bad("the manifest has no locators".into());
        }
        let (mut bad, mut forbidden, mut others) = (Vec::new(), Vec::new(), 0);
        for attempt in 0..self.config.fetch_attempts {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(500 << attempt.min(6))).await;
            }
            (bad, forbidden, others) = (Vec::new(), Vec::new(), 0);
            for locator in &manifest.locators {
                let tried = timeout(self.config.patience(), self.attempt(locator, manifest)).await;
                let tried = tried.unwrap_or_else(|_| Err(Trouble::passing("it took too long")));
                match tried {
                    Ok(content) => return Fetched::Good(content),
                    Err(Trouble::Passing(why)) => bad.push(format!("{locator}: {why}")),
                    Err(Trouble::Mismatch(why)) => {
                        others += 1;
                        bad.push(format!("{locator}: {why}"));
                    }
                    Err(Trouble::Forbidden(why) | Trouble::Own(why)) => {
                        forbidden.push(format!("{locator}: {why}"));
                    }
                }
            }
            if bad.is_empty() {
                break; // what is forbidden stays forbidden
            }
        }
        match (forbidden.is_empty(), others == manifest.locators.len()) {
            (true, true) => Fetched::Other(bad.join("; ")),
            (true, false) => Fetched::Bad(bad.join("; ")),
            // others may be allowed to go where we are not
            (false, _) => Fetched::NotForUs([forbidden, bad].concat().join("; ")),
        }
    }

    /// Content that came with the task itself.
    pub(crate) async fn inline(&self, bytes: Vec<u8>, manifest: &Manifest) -> Fetched {
        let source = futures_util::stream::iter([Ok(Bytes::from(bytes))]);
        match save(source, manifest.clone(), &self.folder).await {
            Ok(content) => Fetched::Good(content),
            Err(Trouble::Forbidden(why) | Trouble::Own(why)) => Fetched::NotForUs(why),
            Err(Trouble::Passing(why)) => Fetched::Bad(why),
            Err(Trouble::Mismatch(why)) => Fetched::Other(why),
        }
    }

    /// For requests to an endpoint that content names: to public addresses only, unless private ones are allowed.
    pub(crate) async fn client(&self, endpoint: &str) -> Result<Client, String> {
        let url: Url = endpoint.parse().map_err(|error| format!("{endpoint}: no URL: {error}"))?;
        let client = self.client_for(&url, !self.config.allow_private).await;
        client.map_err(|trouble| match trouble {
            Trouble::Passing(why) | Trouble::Mismatch(why) | Trouble::Forbidden(why) | Trouble::Own(why) => {
                format!("{endpoint}: {why}")
            }
        })
    }

    async fn attempt(&self, locator: &str, manifest: &Manifest) -> Result<Content, Trouble> {
        let source = self.open(locator).await?;
        save(source, manifest.clone(), &self.folder).await
    }

    async fn open(&self, locator: &str) -> Result<Source, Trouble> {
        let (scheme, rest) = locator.split_once("://").ok_or_else(|| forbidden("it has no scheme"))?;
        match scheme {
            "file" => self.open_file(Path::new(rest)).await,
            "http" | "https" => self.open_http(locator, true).await,
            "ipfs" => {
                let gateway = self.config.ipfs_gateway.as_ref();
                let gateway = gateway.ok_or_else(|| forbidden("no ipfs_gateway is configured"))?;
                // the operator chose the gateway, so it may be on this machine; where it leads to, content may choose
                self.open_http(&format!("{}/ipfs/{rest}", gateway.trim_end_matches('/')), false).await
            }
            "s3" => self.open_s3(rest).await,
            _ => Err(forbidden("its scheme is none of file, http, https, ipfs, s3")),
        }
    }

    async fn open_file(&self, path: &Path) -> Result<Source, Trouble> {
        let root = self.config.files.as_ref().ok_or_else(|| forbidden("no folder `files` is configured"))?;
        let root = tokio::fs::canonicalize(root).await.map_err(Trouble::own)?;
        let path = tokio::fs::canonicalize(path).await.map_err(Trouble::passing)?;
        if !path.starts_with(&root) {
            return Err(forbidden("it is outside the folder `files`"));
        }
        let file = tokio::fs::File::open(path).await.map_err(Trouble::passing)?;
        let step = |mut file: tokio::fs::File| async move {
            let mut piece = vec![0; 256 * 1024];
            match tokio::io::AsyncReadExt::read(&mut file, &mut piece).await {
                Ok(0) => None,
                Ok(bytes) => {
                    piece.truncate(bytes);
                    Some((Ok(Bytes::from(piece)), file))
                }
                Err(error) => Some((Err(Trouble::passing(error)), file)),
            }
        };
        Ok(futures_util::stream::unfold(file, step).boxed())
    }

    /// Only the first address may be unguarded.
    async fn open_http(&self, locator: &str, mut guarded: bool) -> Result<Source, Trouble> {
        let mut url: Url = locator.parse().map_err(|error| forbidden(format!("no URL: {error}")))?;
        for _ in 0..=MAX_REDIRECTS {
            let client = self.client_for(&url, guarded && !self.config.allow_private).await?;
            let answer =
                client.get(url.clone()).send().await.map_err(|error| Trouble::Passing(plain(&error)))?;
            let status = answer.status();
            if status.is_success() {
                let pieces =
                    answer.bytes_stream().map(|piece| piece.map_err(|error| Trouble::Passing(plain(&error))));
                return Ok(pieces.boxed());
            }
            if !status.is_redirection() {
                return Err(Trouble::passing(format!("the server answers {status}")));
            }
            let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
            let to = to.ok_or_else(|| Trouble::passing("a redirect leads nowhere"))?;
            url = url
                .join(to)
                .map_err(|error| Trouble::passing(format!("a redirect leads to {to:?}: {error}")))?;
            guarded = true;
        }
        Err(Trouble::passing(format!("more than {MAX_REDIRECTS} redirects")))
    }

    /// A client that asks exactly the addresses that were looked at, so that a name cannot lead elsewhere a moment later.
    async fn client_for(&self, url: &Url, guarded: bool) -> Result<Client, Trouble> {
        let host = url.host_str().ok_or_else(|| forbidden("the URL has no host"))?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let port = url.port_or_known_default().ok_or_else(|| forbidden("the URL has no port"))?;
        let found = tokio::net::lookup_host((bare, port)).await.map_err(Trouble::passing)?;
        let addresses: Vec<SocketAddr> = found.collect();
        if guarded && let Some(private) = addresses.iter().find(|address| !is_public(address.ip())) {
            let why = format!("it leads to {}, which is no public address (allow_private)", private.ip());
            return Err(Trouble::Forbidden(why));
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .resolve_to_addrs(bare, &addresses)
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(30))
            .no_proxy()
            .build();
        client.map_err(|error| Trouble::Passing(plain(&error)))
    }

    async fn open_s3(&self, rest: &str) -> Result<Source, Trouble> {
        let (bucket, key) =
            rest.split_once('/').ok_or_else(|| forbidden("it names no key: s3://bucket/key"))?;
        let endpoint = self.config.s3_endpoint.as_ref();
        let endpoint = endpoint.ok_or_else(|| forbidden("no s3_endpoint is configured"))?;
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_endpoint(endpoint)
            .with_allow_http(endpoint.starts_with("http://"))
            .build()
            .map_err(Trouble::passing)?;
        let path = object_store::path::Path::parse(key).map_err(|error| forbidden(error.to_string()))?;
        let object = store.get(&path).await.map_err(Trouble::passing)?;
        Ok(object.into_stream().map(|piece| piece.map_err(Trouble::passing)).boxed())
    }
}

fn forbidden(why: impl Into<String>) -> Trouble {
    Trouble::Forbidden(why.into())
}

/// An error with what caused it; reqwest's own text leaves that out.
fn plain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// Writes what comes to a file and compares it with the manifest.
async fn save(
    mut source: impl Stream<Item = Result<Bytes, Trouble>> + Unpin,
    manifest: Manifest,
    folder: &Path,
) -> Result<Content, Trouble> {
    let (to_disk, pieces) = mpsc::channel::<Bytes>(AHEAD);
    let folder = folder.to_owned();
    let size = manifest.size;
    let disk = tokio::task::spawn_blocking(move || write(pieces, &manifest, &folder));
    let mut came = 0_u64;
    while let Some(piece) = source.next().await {
        let piece = piece?;
        came += piece.len() as u64;
        if came > size {
            return Err(Trouble::Mismatch(format!("there are more than the {size} bytes of the manifest")));
        }
        if to_disk.send(piece).await.is_err() {
            break; // the disk said why
        }
    }
    drop(to_disk);
    disk.await.map_err(Trouble::own)?
}

fn write(mut pieces: mpsc::Receiver<Bytes>, manifest: &Manifest, folder: &Path) -> Result<Content, Trouble> {
    if manifest.chunk_size == 0 || manifest.chunk_size > MAX_CHUNK {
        return Err(Trouble::Mismatch(format!("chunks of {} bytes", manifest.chunk_size)));
    }
    let mut file = NamedTempFile::new_in(folder).map_err(Trouble::own)?;
    let (mut whole, mut chunks) = (Sha256::new(), Chunks::new(manifest.chunk_size as usize));
    let mut came = 0_u64;
    while let Some(piece) = pieces.blocking_recv() {
        came += piece.len() as u64;
        file.write_all(&piece).map_err(Trouble::own)?;
        whole.update(&piece);
        chunks.push(&piece);
    }
    if came < manifest.size {
        return Err(Trouble::passing(format!("only {came} of {} bytes came", manifest.size)));
    }
    let (root, leaves) = chunks.finish();
    let digest: Hash = whole.finalize().into();
    if manifest.sha256 != digest {
        let (got, said) = (hex::encode(digest), hex::encode(&manifest.sha256));
        return Err(Trouble::Mismatch(format!("SHA-256 is {got}, the manifest says {said}")));
    }
    if manifest.merkle_root != root {
        let (got, said) = (hex::encode(root), hex::encode(&manifest.merkle_root));
        return Err(Trouble::Mismatch(format!("the Merkle root is {got}, the manifest says {said}")));
    }
    file.as_file_mut().seek(SeekFrom::Start(0)).map_err(Trouble::own)?;
    Ok(Content { file, leaves })
}

/// The Merkle tree over chunks of a stream.
struct Chunks {
    size: usize,
    open: Vec<u8>,
    frontier: Frontier,
    leaves: Vec<Hash>,
}

impl Chunks {
    fn new(size: usize) -> Chunks {
        Chunks { size, open: Vec::with_capacity(size), frontier: Frontier::default(), leaves: Vec::new() }
    }

    fn push(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            let (now, later) = piece.split_at(piece.len().min(self.size - self.open.len()));
            self.open.extend_from_slice(now);
            piece = later;
            if self.open.len() == self.size {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        let leaf = merkle::leaf(&self.open);
        self.frontier.push(leaf);
        self.leaves.push(leaf);
        self.open.clear();
    }

    fn finish(mut self) -> (Hash, Vec<Hash>) {
        if !self.open.is_empty() {
            self.close();
        }
        (self.frontier.root(), self.leaves)
    }
}

#[cfg(test)]
mod tests;
