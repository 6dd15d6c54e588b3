//! The ABCI server against the stock client, against raw sockets, and against those who misbehave.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]
#![allow(clippy::disallowed_methods, reason = "no state machine: a test may look at its watch")]

use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::net::{UnixListener, UnixStream},
    process::Command,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use lazchain_app::abci::{Address, Observer, Options, Served, Server};
use prost::Message;
use tendermint_abci::{Application, ClientBuilder};
use tendermint_proto::v0_38::abci::{
    Event, ExecTxResult, Request, RequestCheckTx, RequestEcho, RequestFinalizeBlock, RequestFlush,
    RequestInfo, RequestQuery, Response, ResponseCheckTx, ResponseCommit, ResponseFinalizeBlock,
    ResponseInfo, ResponseQuery, request::Value as Ask, response::Value as Reply,
};

/// Its `query` waits for the gate; its `check_tx` panics when told to.
#[derive(Clone, Default)]
struct Fake {
    gate: Arc<(Mutex<bool>, Condvar)>,
    entered: Arc<AtomicU64>,
}

impl Fake {
    fn open_gate(&self) {
        *self.gate.0.lock().unwrap() = true;
        self.gate.1.notify_all();
    }
}

impl Application for Fake {
    fn info(&self, _: RequestInfo) -> ResponseInfo {
        ResponseInfo { last_block_height: 7, ..Default::default() }
    }
    fn query(&self, _: RequestQuery) -> ResponseQuery {
        self.entered.fetch_add(1, Ordering::SeqCst);
        let open = self.gate.0.lock().unwrap();
        drop(self.gate.1.wait_while(open, |open| !*open).unwrap());
        ResponseQuery { log: "late".into(), ..Default::default() }
    }
    fn check_tx(&self, ask: RequestCheckTx) -> ResponseCheckTx {
        assert_ne!(ask.tx.as_ref(), b"panic", "told to");
        ResponseCheckTx { code: u32::try_from(ask.tx.len()).unwrap(), ..Default::default() }
    }
    fn finalize_block(&self, ask: RequestFinalizeBlock) -> ResponseFinalizeBlock {
        let total: usize = ask.txs.iter().map(|tx| tx.len()).sum();
        ResponseFinalizeBlock { app_hash: total.to_string().into_bytes().into(), ..Default::default() }
    }
    fn commit(&self) -> ResponseCommit {
        ResponseCommit { retain_height: 3 }
    }
}

impl Served for Fake {}

/// Its answers with events are messages of its own: they tell what it was asked with.
#[derive(Clone)]
struct Own;

/// Field 7 of `ResponseCheckTx` and field 2 of `ResponseFinalizeBlock`, encoded.
#[derive(Clone, PartialEq, prost::Message)]
struct Encoded {
    #[prost(bytes = "bytes", repeated, tag = "7")]
    events: Vec<bytes::Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    results: Vec<bytes::Bytes>,
}

impl Application for Own {}

impl Served for Own {
    fn checked(&self, ask: RequestCheckTx) -> impl Message {
        Encoded { events: vec![ask.tx], results: Vec::new() }
    }
    fn finalized(&self, ask: RequestFinalizeBlock) -> impl Message {
        Encoded { events: Vec::new(), results: ask.txs }
    }
}

fn tcp(options: Options) -> (Server, Fake, String) {
    let fake = Fake::default();
    let server = Server::start(&"tcp://127.0.0.1:0".parse().unwrap(), fake.clone(), options).unwrap();
    let Address::Tcp(host) = server.address().clone() else { unreachable!("asked for TCP") };
    (server, fake, host)
}

fn frame(ask: Ask) -> Vec<u8> {
    Request { value: Some(ask) }.encode_length_delimited_to_vec()
}

fn echo(text: &str) -> Vec<u8> {
    frame(Ask::Echo(RequestEcho { message: text.into() }))
}

fn flush() -> Vec<u8> {
    frame(Ask::Flush(RequestFlush {}))
}

fn connect(host: &str) -> TcpStream {
    let stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn reply(stream: &mut impl Read) -> Reply {
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        length |= usize::from(byte[0] & 0x7f) << shift;
        shift += 7;
        if byte[0] < 0x80 {
            break;
        }
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).unwrap();
    Response::decode(&bytes[..]).unwrap().value.unwrap()
}

fn echoed(stream: &mut impl Read) -> String {
    match reply(stream) {
        Reply::Echo(echo) => echo.message,
        other => panic!("expected an echo, got {other:?}"),
    }
}

fn exception(stream: &mut impl Read) -> String {
    let Reply::Exception(exception) = reply(stream) else { panic!("expected an exception") };
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty(), "nothing follows an exception");
    exception.error
}

#[test]
fn the_stock_client_is_served() {
    let (server, _, host) = tcp(Options::default());
    let mut client = ClientBuilder::default().connect(&host).unwrap();
    assert_eq!(client.echo(RequestEcho { message: "hi".into() }).unwrap().message, "hi");
    assert_eq!(client.info(RequestInfo::default()).unwrap().last_block_height, 7);
    client.flush().unwrap();
    let block = RequestFinalizeBlock { txs: vec![vec![1; 1000].into(); 10], ..Default::default() };
    assert_eq!(client.finalize_block(block).unwrap().app_hash.as_ref(), b"10000");
    assert_eq!(client.commit().unwrap().retain_height, 3);
    drop(client);
    assert!(server.shutdown(Duration::from_secs(5)));
}

#[test]
fn an_application_answers_with_messages_of_its_own_in_the_frames_of_the_generated_ones() {
    let server = Server::start(&"tcp://127.0.0.1:0".parse().unwrap(), Own, Options::default()).unwrap();
    let Address::Tcp(host) = server.address().clone() else { unreachable!("asked for TCP") };
    let event = |size: usize| Event { r#type: "x".repeat(size), attributes: Vec::new() };
    // the last block is longer than what a connection holds back
    for sizes in [vec![], vec![0], vec![1, 200, 70_000], vec![100; 20_000]] {
        let events: Vec<Event> = sizes.iter().map(|size| event(*size)).collect();
        let result = |event: &Event| ExecTxResult { events: vec![event.clone()], ..Default::default() };
        let tx_results: Vec<ExecTxResult> = events.iter().map(result).collect();
        let txs = tx_results.iter().map(|result| result.encode_to_vec().into()).collect();
        let checked = ResponseCheckTx { events: vec![event(sizes.len())], ..Default::default() };
        let tx = checked.events[0].encode_to_vec().into();
        let finalized = ResponseFinalizeBlock { tx_results, ..Default::default() };
        let replies = [Reply::FinalizeBlock(finalized), Reply::CheckTx(checked)];
        let framed = |reply| Response { value: Some(reply) }.encode_length_delimited_to_vec();
        let expected = replies.map(framed).concat();
        let block = frame(Ask::FinalizeBlock(RequestFinalizeBlock { txs, ..Default::default() }));
        let mut stream = connect(&host);
        let check = frame(Ask::CheckTx(RequestCheckTx { tx, r#type: 0 }));
        stream.write_all(&[block, check].concat()).unwrap();
        let mut got = vec![0; expected.len()];
        stream.read_exact(&mut got).unwrap();
        assert!(got == expected, "{} transactions", sizes.len());
    }
    assert!(server.shutdown(Duration::from_secs(5)));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (server, _, host) = tcp(Options::default());
    let mut stream = connect(&host);
    let mut bytes: Vec<u8> = (0..1000).flat_map(|n| echo(&n.to_string())).collect();
    bytes.extend(flush());
    stream.write_all(&bytes).unwrap();
    for n in 0..1000 {
        assert_eq!(echoed(&mut stream), n.to_string());
    }
    assert!(matches!(reply(&mut stream), Reply::Flush(_)));
    drop(stream);
    assert!(server.shutdown(Duration::from_secs(5)));
}

#[test]
fn a_call_and_its_flush_are_answered_in_one_segment_without_delay() {
    let (server, _, host) = tcp(Options::default());
    let mut stream = connect(&host);
    let ask = [echo("x"), flush()].concat();
    let begun = Instant::now();
    for _ in 0..50 {
        stream.write_all(&ask).unwrap();
        assert_eq!(echoed(&mut stream), "x");
        assert!(matches!(reply(&mut stream), Reply::Flush(_)));
    }
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "50 calls took {:?}: delayed acknowledgements",
        begun.elapsed()
    );
    drop(stream);
    assert!(server.shutdown(Duration::from_secs(5)));
}

#[test]
fn a_frame_may_arrive_byte_by_byte_and_replies_do_not_wait_for_its_rest() {
    let (server, _, host) = tcp(Options::default());
    let mut stream = connect(&host);
    let second = echo("second");
    stream.write_all(&[echo("first"), second[..3].to_vec()].concat()).unwrap();
    assert_eq!(echoed(&mut stream), "first");
    for byte in &second[3..] {
        stream.write_all(&[*byte]).unwrap();
    }
    assert_eq!(echoed(&mut stream), "second");
    drop(stream);
    assert!(server.shutdown(Duration::from_secs(5)));
}

#[test]
fn a_large_block_is_decoded_in_linear_time() {
    let (server, _, host) = tcp(Options::default());
    let mut stream = connect(&host);
    let block = RequestFinalizeBlock { txs: vec![vec![7; 1 << 20].into(); 32], ..Default::default() };
    let bytes = frame(Ask::FinalizeBlock(block));
    let begun = Instant::now();
    stream.write_all(&bytes).unwrap();
    let Reply::FinalizeBlock(done) = reply(&mut stream) else { panic!("expected a block") };
    assert_eq!(done.app_hash.as_ref(), (32_u32 << 20).to_string().as_bytes());
    assert!(begun.elapsed() < Duration::from_secs(3), "32 MiB took {:?}", begun.elapsed());
    drop(stream);
    assert!(server.shutdown(Duration::from_secs(5)));
}

#[test]
fn hostile_bytes_get_an_exception_and_the_connection_closes_while_others_go_on() {
    let (server, _, host) = tcp(Options { frame_bytes: 1000, observer: None });
    let mut other = connect(&host);
    let cases: [(&str, Vec<u8>); 5] = [
        ("above the limit", echo(&"x".repeat(2000))),
        ("above the limit", [vec![0xff; 9], vec![0x01], vec![0; 4096]].concat()),
        ("not a varint", vec![0xff; 64]),
        ("not an ABCI request", vec![4, 0xff, 0xff, 0xff, 0xff]),
        ("empty or of an unknown kind", vec![0]),
    ];
    for (words, bytes) in cases {
        let mut stream = connect(&host);
        stream.write_all(&[echo("before"), bytes].concat()).unwrap();
        assert_eq!(echoed(&mut stream), "before");
        let text = exception(&mut stream);
        assert!(text.contains(words), "{text:?} should say {words:?}");
        other.write_all(&echo("alive")).unwrap();
        assert_eq!(echoed(&mut other), "alive");
    }
    let mut unknown = connect(&host);
    unknown.write_all(&[4, 0xea, 0x07, 1, 0]).unwrap(); // field 125
    assert!(exception(&mut unknown).contains("unknown kind"));
    drop((other, unknown));
    assert!(server.shutdown(Duration::from_secs(5)));
}

#[test]
fn a_blocked_handler_delays_nobody_else_and_shutdown_waits_for_it() {
    let (server, fake, host) = tcp(Options::default());
    let mut blocked = connect(&host);
    blocked.write_all(&[frame(Ask::Query(RequestQuery::default())), flush()].concat()).unwrap();
    while fake.entered.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut free = connect(&host);
    free.write_all(&echo("free")).unwrap();
    assert_eq!(echoed(&mut free), "free");

    let stopper = std::thread::spawn(move || server.shutdown(Duration::from_secs(10)));
    let mut rest = Vec::new();
    free.read_to_end(&mut rest).unwrap(); // an idle connection is closed at once
    assert!(!stopper.is_finished());
    fake.open_gate();
    assert!(matches!(reply(&mut blocked), Reply::Query(query) if query.log == "late"));
    assert!(stopper.join().unwrap());
    assert!(TcpStream::connect(&host).is_err(), "nobody listens any more");
}

#[test]
fn queries_on_one_connection_run_beside_each_other_and_are_answered_in_order() {
    let (server, fake, host) = tcp(Options::default());
    let mut stream = connect(&host);
    let query = [frame(Ask::Query(RequestQuery::default())), flush()].concat();
    stream.write_all(&[query.clone(), query.clone(), query].concat()).unwrap();
    let begun = Instant::now();
    while fake.entered.load(Ordering::SeqCst) < 3 {
        assert!(begun.elapsed() < Duration::from_secs(10), "a query waits for another");
        std::thread::sleep(Duration::from_millis(1));
    }
    stream.write_all(&[echo("after"), flush()].concat()).unwrap();
    fake.open_gate();
    for _ in 0..3 {
        assert!(matches!(reply(&mut stream), Reply::Query(query) if query.log == "late"));
        assert!(matches!(reply(&mut stream), Reply::Flush(_)));
    }
    assert_eq!(echoed(&mut stream), "after");
    assert!(matches!(reply(&mut stream), Reply::Flush(_)));
    stream.write_all(&[0]).unwrap(); // an empty request, refused as on any connection
    assert!(exception(&mut stream).contains("empty or of an unknown kind"));
    drop(stream);
    assert!(server.shutdown(Duration::from_secs(5)));
}

#[test]
fn shutdown_gives_up_on_a_handler_that_never_ends() {
    let (server, fake, host) = tcp(Options::default());
    let mut blocked = connect(&host);
    blocked.write_all(&frame(Ask::Query(RequestQuery::default()))).unwrap();
    while fake.entered.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(!server.shutdown(Duration::from_millis(50)));
    fake.open_gate();
}

#[test]
fn a_stale_unix_socket_is_replaced_but_a_living_one_is_respected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("abci.sock");
    let at = Address::Unix(path.clone());
    drop(UnixListener::bind(&path).unwrap()); // leaves its file behind, as a killed process does
    let server = Server::start(&at, Fake::default(), Options::default()).unwrap();
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.write_all(&[echo("here"), flush()].concat()).unwrap();
    assert_eq!(echoed(&mut stream), "here");
    let error = Server::start(&at, Fake::default(), Options::default()).err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    drop(stream);
    assert!(server.shutdown(Duration::from_secs(5)));
    assert!(!path.exists());
    std::fs::write(&path, "precious").unwrap();
    assert!(Server::start(&at, Fake::default(), Options::default()).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
}

#[test]
fn the_observer_sees_every_call_begin_and_end() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let observer = Observer::new(move |method| {
        log.lock().unwrap().push(format!("{method} begins"));
        let log = Arc::clone(&log);
        Box::new(move || log.lock().unwrap().push(format!("{method} ends")))
    });
    let (server, _, host) = tcp(Options { observer: Some(observer), ..Options::default() });
    let mut stream = connect(&host);
    stream.write_all(&echo("x")).unwrap();
    echoed(&mut stream);
    drop(stream);
    assert!(server.shutdown(Duration::from_secs(5)));
    assert_eq!(*seen.lock().unwrap(), ["echo begins", "echo ends"]);
}

#[test]
fn a_panic_in_a_handler_ends_the_whole_process() {
    const CHILD: &str = "LAZCHAIN_TEST_PANIC";
    if std::env::var_os(CHILD).is_some() {
        let (_server, _, host) = tcp(Options::default());
        let mut stream = connect(&host);
        stream
            .write_all(&frame(Ask::CheckTx(RequestCheckTx { tx: b"panic".as_slice().into(), r#type: 0 })))
            .unwrap();
        std::thread::sleep(Duration::from_secs(30));
        return;
    }
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_panic_in_a_handler_ends_the_whole_process"])
        .env(CHILD, "1")
        .output()
        .unwrap()
        .status;
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(6), "SIGABRT");
}
