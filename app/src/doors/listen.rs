//! Listening with a limit on open connections: one too many is closed at once.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{Instant, Sleep},
};
use tokio_stream::{Stream, wrappers::ReceiverStream};
use tonic::transport::server::Connected;

/// After a failed accept (no more file descriptors, say) the listener rests this long.
const REST: Duration = Duration::from_millis(100);
/// A connection that says and hears nothing for so long loses its seat.
const IDLE: Duration = Duration::from_secs(120);

/// A listener that has so many seats.
pub(crate) struct Seats {
    listener: TcpListener,
    most: usize,
    taken: Arc<AtomicUsize>,
}

/// A connection, and the seat it has until it is dropped.
pub(crate) struct Seated {
    stream: TcpStream,
    taken: Arc<AtomicUsize>,
    /// Ends once nothing has come or gone for [`IDLE`].
    idle: Pin<Box<Sleep>>,
}

impl Seats {
    pub(crate) async fn bind(address: &str, most: usize) -> io::Result<Seats> {
        let host = address.strip_prefix("tcp://").unwrap_or(address);
        let listener = TcpListener::bind(host).await;
        let listener = listener.map_err(|why| io::Error::new(why.kind(), format!("{address}: {why}")))?;
        Ok(Seats { listener, most, taken: Arc::default() })
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The connections as they come, for tonic.
    pub(crate) fn stream(mut self) -> impl Stream<Item = io::Result<Seated>> {
        let (sender, receiver) = mpsc::channel(16);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    (seated, _) = self.accept() => drop(sender.send(Ok(seated)).await),
                    () = sender.closed() => return,
                }
            }
        });
        ReceiverStream::new(receiver)
    }

    fn seat(&self, stream: TcpStream) -> Option<Seated> {
        if self.taken.fetch_add(1, Ordering::AcqRel) >= self.most {
            self.taken.fetch_sub(1, Ordering::AcqRel);
            return None;
        }
        // without it small answers wait for the peer's acknowledgement; a socket that refuses is only slower
        let _ = stream.set_nodelay(true);
        let taken = Arc::clone(&self.taken);
        Some(Seated { stream, taken, idle: Box::pin(tokio::time::sleep(IDLE)) })
    }
}

impl Seated {
    fn used(&mut self) {
        if let Some(end) = Instant::now().checked_add(IDLE) {
            self.idle.as_mut().reset(end);
        }
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Listener for Seats {
    type Io = Seated;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Seated, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    if let Some(seated) = self.seat(stream) {
                        return (seated, peer);
                    }
                }
                Err(_) => tokio::time::sleep(REST).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.address()
    }
}

impl Connected for Seated {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Seated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if polled.is_ready() {
            self.used();
        } else if self.idle.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        polled
    }
}

impl AsyncWrite for Seated {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buffer);
        if polled.is_ready() {
            self.used();
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
