//! A node that joins by state sync from a running one, over real CometBFT, and what an operator does to it afterwards.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

const LAZD: &str = env!("CARGO_BIN_EXE_lazd");

struct Node(Child);

impl Node {
    fn start(home: &Path, ports: &Ports, more: &[String]) -> Node {
        let log = fs::OpenOptions::new().create(true).append(true).open(home.join("log")).expect("a log");
        let mut command = Command::new(LAZD);
        command.args(["start", "--home"]).arg(home).args(more);
        command.args(["--api.enable=false", "--grpc.enable=false", "--consensus.timeout_commit", "200ms"]);
        command.args(["--state-sync.snapshot-interval", "10", "--state-sync.snapshot-keep-recent", "0"]);
        command.args(["--p2p.allow_duplicate_ip=true", "--p2p.addr_book_strict=false", "--p2p.pex=false"]);
        command.arg("--rpc.laddr").arg(format!("tcp://127.0.0.1:{}", ports.rpc));
        command.arg("--p2p.laddr").arg(format!("tcp://127.0.0.1:{}", ports.p2p));
        let command = command.stdout(log.try_clone().expect("clones")).stderr(log).stdin(Stdio::null());
        Node(command.spawn().expect("starts"))
    }

    fn stop(mut self) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").arg(pid).status().expect("runs").success());
        self.0.wait().expect("ends");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

struct Ports {
    rpc: u16,
    p2p: u16,
}

fn free_ports() -> Ports {
    let (one, other) = (TcpListener::bind("127.0.0.1:0"), TcpListener::bind("127.0.0.1:0"));
    let port = |socket: &std::io::Result<TcpListener>| {
        socket.as_ref().expect("binds").local_addr().expect("has an address").port()
    };
    Ports { rpc: port(&one), p2p: port(&other) }
}

fn lazd(home: &Path, arguments: &[&str]) -> Output {
    Command::new(LAZD).args(arguments).arg("--home").arg(home).output().expect("runs")
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn rpc(ports: &Ports, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", ports.rpc)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

fn text(answer: &str, key: &str) -> Option<String> {
    let start = answer.find(&format!("\"{key}\":\""))? + key.len() + 4;
    answer[start..].split('"').next().map(str::to_owned)
}

/// Waits, for at most a minute, until the chain is above `height`.
fn wait_above(ports: &Ports, height: u64, home: &Path) -> u64 {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        let status = rpc(ports, "/status").unwrap_or_default();
        let now = text(&status, "latest_block_height").and_then(|text| text.parse().ok()).unwrap_or(0);
        if now > height {
            return now;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("no block above {height}:\n{}", fs::read_to_string(home.join("log")).unwrap_or_default());
}

fn header(ports: &Ports, height: u64, key: &str) -> String {
    let block = rpc(ports, &format!("/block?height={height}")).expect("answers");
    text(&block, key).expect("a header")
}

#[test]
fn a_node_joins_by_state_sync_and_its_state_can_be_carried_pruned_and_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    for home in [&old, &new] {
        said(&lazd(home, &["init", "one", "--chain-id", "lazchain-sync-1"]));
    }
    fs::copy(old.join("config/genesis.json"), new.join("config/genesis.json")).expect("copies");
    let (at_old, at_new) = (free_ports(), free_ports());
    let running = Node::start(&old, &at_old, &[]);
    wait_above(&at_old, 12, &old);
    let peer = format!("{}@127.0.0.1:{}", said(&lazd(&old, &["comet", "show-node-id"])), at_old.p2p);
    let peers = ["--p2p.persistent_peers".to_owned(), peer];
    let server = format!("127.0.0.1:{0},127.0.0.1:{0}", at_old.rpc);
    let mut sync = peers.to_vec();
    sync.extend(["--statesync.enable=true", "--statesync.discovery_time", "5s"].map(str::to_owned));
    sync.extend(["--statesync.rpc_servers".into(), server, "--statesync.trust_height".into(), "4".into()]);
    sync.extend(["--statesync.trust_hash".into(), header(&at_old, 4, "hash")]);
    let joined = Node::start(&new, &at_new, &sync);
    let height = wait_above(&at_new, 15, &new);
    let status = rpc(&at_new, "/status").expect("answers");
    let earliest: u64 = text(&status, "earliest_block_height").expect("has one").parse().expect("a number");
    assert!(earliest > 10, "it joined by block sync from {earliest}");
    assert_eq!(header(&at_new, height, "app_hash"), header(&at_old, height, "app_hash"));

    // killed, it goes on
    drop(joined);
    let joined = Node::start(&new, &at_new, &peers);
    let height = wait_above(&at_new, height + 1, &new);
    joined.stop();

    let list = |home: &Path| said(&lazd(home, &["snapshots", "list"]));
    let made = said(&lazd(&new, &["snapshots", "create"]));
    let kept: u64 = made.split(' ').nth(3).expect("a height").parse().expect("a number");
    assert!(kept >= height && list(&new).starts_with(&format!("height: {kept} format: 1 chunks: ")));
    let (file, number) = (folder.path().join("snap"), kept.to_string());
    let file = file.to_str().expect("utf-8");
    said(&lazd(&new, &["snapshots", "dump", &number, "1", "--output", file]));
    said(&lazd(&new, &["snapshots", "delete", &number, "1"]));
    assert!(!list(&new).contains(&number));
    said(&lazd(&new, &["snapshots", "load", file]));
    assert!(list(&new).contains(&number));
    said(&lazd(&new, &["snapshots", "restore", &number, "1"]));
    for wrong in [["snapshots", "restore", "1", "1"], ["snapshots", "delete", &number, "3"]] {
        assert!(!lazd(&new, &wrong).status.success());
    }
    assert!(!lazd(&old, &["snapshots", "list"]).status.success(), "that node is running");
    // where a state was restored, there is nothing before
    assert!(!lazd(&new, &["rollback"]).status.success());

    let joined = Node::start(&new, &at_new, &peers);
    wait_above(&at_new, kept + 3, &new);
    joined.stop();
    said(&lazd(&new, &["prune", "custom", "--pruning-keep-recent", "2"]));
    for hard in [false, false, true, true] {
        let arguments: &[&str] = if hard { &["rollback", "--hard"] } else { &["rollback"] };
        assert!(said(&lazd(&new, arguments)).starts_with("Rolled back state to height "));
    }
    let joined = Node::start(&new, &at_new, &peers);
    let height = wait_above(&at_new, kept + 6, &new);
    assert_eq!(header(&at_new, height, "app_hash"), header(&at_old, height, "app_hash"));
    drop((joined, running));

    // a lone validator can take back a state, though not a block that it signed
    said(&lazd(&old, &["rollback"]));
    let height = height.max(kept);
    let running = Node::start(&old, &at_old, &[]);
    wait_above(&at_old, height + 3, &old);
    running.stop();
}
