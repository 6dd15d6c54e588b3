//! One connection: read a request, run it, reply; replies leave in as few writes as order allows.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    os::unix::net::UnixStream,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tendermint_proto::v0_38::abci::{
    Request, Response, ResponseException, request::Value as Ask, response::Value as Reply,
};

use super::{
    frame::{self, Broken, Requests},
    queries,
    server::{Options, Served},
};

/// Replies are written out early once they reach this size, so that memory stays bounded.
pub(super) const MAX_HELD_BYTES: usize = 1024 * 1024;
/// How much unread input is swallowed after a refusal, so that closing does not erase our last reply.
const MAX_DRAIN_BYTES: u64 = 1024 * 1024;
const DRAIN_PATIENCE: Duration = Duration::from_millis(500);

/// A byte stream to CometBFT.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    pub(super) fn try_clone(&self) -> io::Result<Stream> {
        match self {
            Stream::Tcp(stream) => stream.try_clone().map(Stream::Tcp),
            Stream::Unix(stream) => stream.try_clone().map(Stream::Unix),
        }
    }

    pub(super) fn close(&self, half: Shutdown) {
        // A peer that is gone already is as closed as we want it.
        let _ = match self {
            Stream::Tcp(stream) => stream.shutdown(half),
            Stream::Unix(stream) => stream.shutdown(half),
        };
    }

    fn set_patience(&self, patience: Duration) -> io::Result<()> {
        match self {
            Stream::Tcp(stream) => stream.set_read_timeout(Some(patience)),
            Stream::Unix(stream) => stream.set_read_timeout(Some(patience)),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.read(buffer),
            Stream::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.write(buffer),
            Stream::Unix(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Serves one connection until the peer leaves, breaks the protocol, or `stopping` is raised.
pub(super) fn serve<A: Served>(app: &A, stream: Stream, options: &Options, stopping: &AtomicBool) {
    let mut requests = Requests::new(stream, options.frame_bytes);
    if let Err(broken) = talk(app, &mut requests, options, stopping) {
        tracing::warn!(%broken, "ABCI connection closed");
        if !matches!(broken, Broken::Io(_) | Broken::Cut) {
            refuse(requests.stream(), &broken);
        }
    }
}

fn talk<A: Served>(
    app: &A,
    requests: &mut Requests<Stream>,
    options: &Options,
    stopping: &AtomicBool,
) -> Result<(), Broken> {
    let mut held = Vec::new();
    while !stopping.load(Ordering::Acquire) {
        let request = match requests.next() {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(()),
            Err(broken) => {
                requests.stream().write_all(&held)?; // what was asked before the breach is answered
                return Err(broken);
            }
        };
        if matches!(request.value, Some(Ask::Query(_))) {
            requests.stream().write_all(&held)?;
            return queries::talk(app, request, requests, (options, stopping));
        }
        let flush = matches!(request.value, Some(Ask::Flush(_)));
        let last = run(app, request, options, &mut held);
        if flush || last || held.len() >= MAX_HELD_BYTES || !requests.ready() {
            requests.stream().write_all(&held)?;
            held.clear();
            held.shrink_to(MAX_HELD_BYTES);
        }
        if last {
            part(requests.stream());
            return Ok(());
        }
    }
    requests.stream().write_all(&held)?;
    Ok(())
}

/// Runs one request and appends the reply to `out`; true if it was of no known kind, after which nothing is read. A
/// panic here means that this process no longer knows its own state: it ends, at once and whole, because a thread that
/// dies alone would leave a validator that is half alive.
pub(super) fn run<A: Served>(app: &A, request: Request, options: &Options, out: &mut Vec<u8>) -> bool {
    let method = name(&request);
    let done = options.observer.as_ref().map(|observer| observer.begin(method));
    let last = match catch_unwind(AssertUnwindSafe(|| answer(app, request, out))) {
        Ok(last) => last,
        Err(panic) => {
            let text = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            tracing::error!(method, text, "panic in an ABCI handler: the process aborts");
            std::process::abort();
        }
    };
    if let Some(done) = done {
        done();
    }
    last
}

/// Field numbers of replies in [`Response`].
const CHECK_TX: u32 = 9;
const FINALIZE_BLOCK: u32 = 21;

fn answer<A: Served>(app: &A, request: Request, out: &mut Vec<u8>) -> bool {
    let value = match request.value {
        Some(Ask::CheckTx(ask)) => {
            frame::append_as(CHECK_TX, &app.checked(ask), out);
            return false;
        }
        Some(Ask::FinalizeBlock(ask)) => {
            frame::append_as(FINALIZE_BLOCK, &app.finalized(ask), out);
            return false;
        }
        Some(Ask::Echo(ask)) => Reply::Echo(app.echo(ask)),
        Some(Ask::Flush(_)) => Reply::Flush(app.flush()),
        Some(Ask::Info(ask)) => Reply::Info(app.info(ask)),
        Some(Ask::InitChain(ask)) => Reply::InitChain(app.init_chain(ask)),
        Some(Ask::Query(ask)) => Reply::Query(app.query(ask)),
        Some(Ask::Commit(_)) => Reply::Commit(app.commit()),
        Some(Ask::ListSnapshots(_)) => Reply::ListSnapshots(app.list_snapshots()),
        Some(Ask::OfferSnapshot(ask)) => Reply::OfferSnapshot(app.offer_snapshot(ask)),
        Some(Ask::LoadSnapshotChunk(ask)) => Reply::LoadSnapshotChunk(app.load_snapshot_chunk(ask)),
        Some(Ask::ApplySnapshotChunk(ask)) => Reply::ApplySnapshotChunk(app.apply_snapshot_chunk(ask)),
        Some(Ask::PrepareProposal(ask)) => Reply::PrepareProposal(app.prepare_proposal(ask)),
        Some(Ask::ProcessProposal(ask)) => Reply::ProcessProposal(app.process_proposal(ask)),
        Some(Ask::ExtendVote(ask)) => Reply::ExtendVote(app.extend_vote(ask)),
        Some(Ask::VerifyVoteExtension(ask)) => Reply::VerifyVoteExtension(app.verify_vote_extension(ask)),
        None => {
            Reply::Exception(ResponseException { error: "the request is empty or of an unknown kind".into() })
        }
    };
    let last = matches!(value, Reply::Exception(_));
    frame::append(&Response { value: Some(value) }, out);
    last
}

fn name(request: &Request) -> &'static str {
    match request.value {
        Some(Ask::Echo(_)) => "echo",
        Some(Ask::Flush(_)) => "flush",
        Some(Ask::Info(_)) => "info",
        Some(Ask::InitChain(_)) => "init_chain",
        Some(Ask::Query(_)) => "query",
        Some(Ask::CheckTx(_)) => "check_tx",
        Some(Ask::Commit(_)) => "commit",
        Some(Ask::ListSnapshots(_)) => "list_snapshots",
        Some(Ask::OfferSnapshot(_)) => "offer_snapshot",
        Some(Ask::LoadSnapshotChunk(_)) => "load_snapshot_chunk",
        Some(Ask::ApplySnapshotChunk(_)) => "apply_snapshot_chunk",
        Some(Ask::PrepareProposal(_)) => "prepare_proposal",
        Some(Ask::ProcessProposal(_)) => "process_proposal",
        Some(Ask::ExtendVote(_)) => "extend_vote",
        Some(Ask::VerifyVoteExtension(_)) => "verify_vote_extension",
        Some(Ask::FinalizeBlock(_)) => "finalize_block",
        None => "unknown",
    }
}

/// Tells the peer why, as ABCI has it, before the connection closes.
fn refuse(stream: &mut Stream, broken: &Broken) {
    let mut bytes = Vec::new();
    let exception = Reply::Exception(ResponseException { error: broken.to_string() });
    frame::append(&Response { value: Some(exception) }, &mut bytes);
    if stream.write_all(&bytes).is_ok() {
        part(stream);
    }
}

/// Closing a TCP socket with unread input discards what was just written; so the input is read first, within limits.
pub(super) fn part(stream: &mut Stream) {
    stream.close(Shutdown::Write);
    if stream.set_patience(DRAIN_PATIENCE).is_ok() {
        let _ = io::copy(&mut stream.take(MAX_DRAIN_BYTES), &mut io::sink());
    }
}
