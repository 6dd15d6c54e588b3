//! The ABCI server: any [`Application`], if it is [`Served`], on a TCP or Unix socket, one plain thread per connection.
//!
//! CometBFT opens four connections (consensus, mempool, query, snapshot). They share nothing here, so none waits for
//! another; what they share is the application's business. CometBFT sends each call together with a `Flush` and waits for
//! both replies, so replies are held until the `Flush` is answered and leave in one write: two writes on a socket with
//! Nagle's algorithm cost 40 ms a call. Queries run beside each other and are answered in order (`queries.rs`).

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::{
        fs::{FileTypeExt, PermissionsExt},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    str::FromStr,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use prost::Message;
use tendermint_abci::Application;
use tendermint_proto::v0_38::abci::{RequestCheckTx, RequestFinalizeBlock};

use super::connection::{self, Stream};

/// An application whose answers with events may be messages of its own: the generated types hold an event as some ten
/// texts, which are made to be encoded once and dropped.
pub trait Served: Application {
    /// As [`Application::check_tx`]: a message that is encoded as `ResponseCheckTx` is.
    fn checked(&self, request: RequestCheckTx) -> impl Message {
        self.check_tx(request)
    }

    /// As [`Application::finalize_block`]: a message that is encoded as `ResponseFinalizeBlock` is.
    fn finalized(&self, request: RequestFinalizeBlock) -> impl Message {
        self.finalize_block(request)
    }
}

/// Blocks run on these threads; nested messages are decoded on their stack.
const STACK_BYTES: usize = 8 * 1024 * 1024;
/// After a failed accept (no more file descriptors, say) the listener rests this long.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `tcp://host:port`
    Tcp(String),
    /// `unix://path`
    Unix(PathBuf),
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Address, BadAddress> {
        let bad = || BadAddress(text.to_owned());
        if let Some(path) = text.strip_prefix("unix://") {
            return if path.is_empty() { Err(bad()) } else { Ok(Address::Unix(PathBuf::from(path))) };
        }
        let host = text.strip_prefix("tcp://").unwrap_or(text);
        let (name, port) = host.rsplit_once(':').ok_or_else(bad)?;
        port.parse::<u16>().map_err(|_| bad())?;
        if name.is_empty() || name.contains('/') {
            return Err(bad());
        }
        Ok(Address::Tcp(host.to_owned()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(host) => write!(f, "tcp://{host}"),
            Address::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

/// An address that is neither `tcp://host:port` nor `unix://path`.
#[derive(Debug, thiserror::Error)]
#[error("ABCI address {0:?} is neither tcp://host:port nor unix://path")]
pub struct BadAddress(String);

/// Ends the observation of one call.
pub type Done = Box<dyn FnOnce()>;

/// Is told of each call by its method name when it begins, and by calling the returned [`Done`] when it ends; both on
/// the connection's thread. Counters and the clock are the caller's.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(&'static str) -> Done + Send + Sync>);

impl Observer {
    /// An observer from a function.
    pub fn new(begin: impl Fn(&'static str) -> Done + Send + Sync + 'static) -> Observer {
        Observer(Arc::new(begin))
    }

    pub(super) fn begin(&self, method: &'static str) -> Done {
        (self.0)(method)
    }
}

/// What may be tuned.
#[derive(Clone)]
pub struct Options {
    /// The longest request taken. It must exceed the largest block, which consensus parameters bound.
    pub frame_bytes: usize,
    /// Watches every call.
    pub observer: Option<Observer>,
}

impl Default for Options {
    fn default() -> Options {
        Options { frame_bytes: 64 * 1024 * 1024, observer: None }
    }
}

/// A running server. Dropping it stops it without waiting.
pub struct Server {
    address: Address,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    options: Options,
    stopping: AtomicBool,
    open: Mutex<Open>,
    changed: Condvar,
}

/// Connections being served, by number.
#[derive(Default)]
struct Open {
    last: u64,
    streams: BTreeMap<u64, Stream>,
    threads: BTreeMap<u64, JoinHandle<()>>,
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing panics while it holds the lock, and a panic elsewhere ends the process.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// Listens at `at` and serves `app` from now on.
    pub fn start<A: Served>(at: &Address, app: A, options: Options) -> io::Result<Server> {
        let (listener, address) = Listener::bind(at)?;
        let shared = Arc::new(Shared {
            options,
            stopping: AtomicBool::new(false),
            open: Mutex::default(),
            changed: Condvar::new(),
        });
        let for_acceptor = Arc::clone(&shared);
        let acceptor = thread::Builder::new()
            .name("abci-accept".into())
            .spawn(move || accept_all(&listener, &app, &for_acceptor))?;
        tracing::info!(%address, "ABCI server listens");
        Ok(Server { address, shared, acceptor: Some(acceptor) })
    }

    /// Where it listens; with the port that was found if port 0 was asked for.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Accepts nobody any more, lets requests in flight finish and their replies leave, and joins the threads. After
    /// `grace` connections are cut; false means that a handler was still busy after a second `grace`.
    pub fn shutdown(mut self, grace: Duration) -> bool {
        self.stop_accepting();
        if self.wait_until_idle(Shutdown::Read, grace) || self.wait_until_idle(Shutdown::Both, grace) {
            let threads = std::mem::take(&mut self.shared.open().threads);
            return threads.into_values().all(|thread| thread.join().is_ok());
        }
        tracing::error!("an ABCI handler is still busy, the server is left without it");
        false
    }

    fn stop_accepting(&mut self) {
        let Some(acceptor) = self.acceptor.take() else { return };
        self.shared.stopping.store(true, Ordering::Release);
        // The listener sleeps in `accept`: one last caller wakes it.
        let woken = match &self.address {
            Address::Tcp(host) => wake_tcp(host),
            Address::Unix(path) => UnixStream::connect(path).map(drop),
        };
        match woken {
            Ok(()) => drop(acceptor.join()),
            Err(error) => tracing::warn!(%error, "the ABCI listener could not be woken and is left alone"),
        }
        if let Address::Unix(path) = &self.address {
            let _ = fs::remove_file(path); // gone already is as good
        }
    }

    fn wait_until_idle(&self, half: Shutdown, grace: Duration) -> bool {
        let open = self.shared.open();
        open.streams.values().for_each(|stream| stream.close(half));
        self.shared
            .changed
            .wait_timeout_while(open, grace, |open| !open.streams.is_empty())
            .is_ok_and(|(open, _)| open.streams.is_empty())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop_accepting();
        self.shared.open().streams.values().for_each(|stream| stream.close(Shutdown::Read));
    }
}

fn wake_tcp(host: &str) -> io::Result<()> {
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    TcpStream::connect(host).or_else(|_| TcpStream::connect(format!("localhost:{port}"))).map(drop)
}

fn accept_all<A: Served>(listener: &Listener, app: &A, shared: &Arc<Shared>) {
    loop {
        let accepted = listener.accept();
        if shared.stopping.load(Ordering::Acquire) {
            return;
        }
        if let Err(error) = accepted.and_then(|stream| spawn(stream, app.clone(), shared)) {
            tracing::error!(%error, "an ABCI connection was not accepted");
            thread::sleep(ACCEPT_REST);
        }
    }
}

fn spawn<A: Served>(stream: Stream, app: A, shared: &Arc<Shared>) -> io::Result<()> {
    let handle = stream.try_clone()?;
    let for_thread = Arc::clone(shared);
    let mut open = shared.open();
    open.threads.retain(|_, thread| !thread.is_finished());
    open.last = open.last.saturating_add(1);
    let number = open.last;
    let thread =
        thread::Builder::new().name(format!("abci-{number}")).stack_size(STACK_BYTES).spawn(move || {
            connection::serve(&app, stream, &for_thread.options, &for_thread.stopping);
            if let Some(stream) = for_thread.open().streams.remove(&number) {
                stream.close(Shutdown::Both);
            }
            for_thread.changed.notify_all();
        })?;
    open.streams.insert(number, handle);
    open.threads.insert(number, thread);
    Ok(())
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    fn bind(at: &Address) -> io::Result<(Listener, Address)> {
        match at {
            Address::Tcp(host) => {
                let listener = TcpListener::bind(host)?;
                let local = listener.local_addr()?;
                if !local.ip().is_loopback() {
                    tracing::warn!(%local, "ABCI has no authentication: keep this port away from other machines");
                }
                let address = Address::Tcp(local.to_string());
                Ok((Listener::Tcp(listener), address))
            }
            Address::Unix(path) => {
                remove_stale(path)?;
                let listener = UnixListener::bind(path)?;
                fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
                Ok((Listener::Unix(listener), at.clone()))
            }
        }
    }

    fn accept(&self) -> io::Result<Stream> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept()?;
                stream.set_nodelay(true)?;
                Ok(Stream::Tcp(stream))
            }
            Listener::Unix(listener) => listener.accept().map(|(stream, _)| Stream::Unix(stream)),
        }
    }
}

/// A socket file that a dead process left behind is removed; one that somebody listens on is not.
fn remove_stale(path: &Path) -> io::Result<()> {
    let kind = match fs::symlink_metadata(path) {
        Ok(data) => data.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let taken = |why: &str| io::Error::new(io::ErrorKind::AddrInUse, format!("{}: {why}", path.display()));
    if !kind.is_socket() {
        return Err(taken("a file that is not a socket is in the way"));
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(taken("another process listens there")),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_tcp_or_unix_and_nothing_else() {
        assert_eq!(
            "tcp://127.0.0.1:26658".parse::<Address>().unwrap(),
            Address::Tcp("127.0.0.1:26658".into())
        );
        assert_eq!("unix:///run/x.sock".parse::<Address>().unwrap(), Address::Unix("/run/x.sock".into()));
        for bad in ["", "tcp://", "tcp://host", "tcp://host:99999", "unix://", "http://host:80", "tcp://:80"]
        {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }
}
