//! Sudden ends over real CometBFT: it exits at each of its own fail points, and the node, CometBFT or both are killed
//! while a second node follows. Nothing but a start is ever needed, and the two agree on every app hash.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::{self, sleep},
    time::{Duration, Instant},
};

const LAZD: &str = env!("CARGO_BIN_EXE_lazd");
/// CometBFT's own places to end at, in the order in which it comes by them in a block.
const FAIL_POINTS: u32 = 9;
/// Some of them again (before and after FinalizeBlock, after Commit) at the heights around the second snapshot, when
/// there are rewards of blocks before.
const LATER: [u32; 4] = [4 * FAIL_POINTS + 4, 5 * FAIL_POINTS + 3, 5 * FAIL_POINTS + 7, 6 * FAIL_POINTS + 5];

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

fn command(home: &Path, ports: &Ports) -> Command {
    let log = fs::OpenOptions::new().create(true).append(true).open(home.join("log")).expect("a log");
    let mut command = Command::new(LAZD);
    command.args(["start", "--home"]).arg(home);
    command.args(["--api.enable=false", "--grpc.enable=false", "--consensus.timeout_commit", "100ms"]);
    command.args(["--p2p.allow_duplicate_ip=true", "--p2p.addr_book_strict=false", "--p2p.pex=false"]);
    command.args(["--state-sync.snapshot-interval", "3"]);
    command.arg("--rpc.laddr").arg(format!("tcp://127.0.0.1:{}", ports.rpc));
    command.arg("--p2p.laddr").arg(format!("tcp://127.0.0.1:{}", ports.p2p));
    command.stdout(log.try_clone().expect("clones")).stderr(log).stdin(Stdio::null());
    command
}

struct Node(Child);

impl Node {
    fn start(mut command: Command) -> Node {
        Node(command.spawn().expect("starts"))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn init(home: &Path) {
    let arguments = ["init", "one", "--chain-id", "lazchain-crash-1", "--home"];
    assert!(Command::new(LAZD).args(arguments).arg(home).output().expect("runs").status.success());
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

fn height(ports: &Ports) -> u64 {
    let status = rpc(ports, "/status").unwrap_or_default();
    text(&status, "latest_block_height").and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Waits, for at most a minute, until the chain is above `least`.
fn wait_above(ports: &Ports, least: u64, home: &Path) -> u64 {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        let now = height(ports);
        if now > least {
            return now;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("no block above {least}:\n{}", fs::read_to_string(home.join("log")).unwrap_or_default());
}

/// G10.
#[test]
fn an_engine_that_exits_anywhere_in_a_block_goes_on_after_a_start() {
    let try_one = |index: u32| {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("home");
        init(&home);
        let ports = free_ports();
        let mut command_failing = command(&home, &ports);
        command_failing.env("FAIL_TEST_INDEX", index.to_string()).args(["--lazchain.restarts", "0"]);
        let mut failing = Node::start(command_failing);
        let begun = Instant::now();
        while failing.0.try_wait().expect("waits").is_none() {
            assert!(begun.elapsed() < Duration::from_secs(60), "fail point {index} was not reached");
            sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(home.join("log")).expect("a log");
        assert!(log.contains(&format!("*** fail-test {index} ***")), "{log}");
        let _node = Node::start(command(&home, &ports));
        wait_above(&ports, 3 + u64::from(index / FAIL_POINTS), &home);
    };
    thread::scope(|scope| {
        for first in 0..2 {
            scope.spawn(move || (0..FAIL_POINTS).chain(LATER).skip(first).step_by(2).for_each(try_one));
        }
    });
}

fn child_of(pid: u32) -> Option<String> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    children.split_whitespace().next().map(str::to_owned)
}

fn kill_9(pid: &str) {
    assert!(Command::new("kill").args(["-9", pid]).status().expect("runs").success());
}

#[test]
fn the_node_the_engine_or_both_are_killed_and_agree_with_one_that_was_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let (home, control) = (folder.path().join("home"), folder.path().join("control"));
    [&home, &control].into_iter().for_each(|home| init(home));
    fs::copy(home.join("config/genesis.json"), control.join("config/genesis.json")).expect("copies");
    let (ports, at_control) = (free_ports(), free_ports());
    let id = Command::new(LAZD).args(["comet", "show-node-id", "--home"]).arg(&home).output().expect("runs");
    let id = String::from_utf8(id.stdout).expect("text");
    let mut follow = command(&control, &at_control);
    follow.arg("--p2p.persistent_peers").arg(format!("{}@127.0.0.1:{}", id.trim(), ports.p2p));
    let _following = Node::start(follow);
    let mut node = Node::start(command(&home, &ports));
    let mut at = wait_above(&ports, 2, &home);
    for round in 0..9_u64 {
        sleep(Duration::from_millis(37 * round % 190));
        let pid = node.0.id();
        match round % 3 {
            // the engine dies with its parent
            0 => node = restarted(node, &home, &ports),
            // the node starts both anew, by itself
            1 => kill_9(&child_of(pid).expect("the engine")),
            _ => {
                kill_9(&child_of(pid).expect("the engine"));
                node = restarted(node, &home, &ports);
            }
        }
        at = wait_above(&ports, at.max(height(&at_control)), &home);
    }
    wait_above(&at_control, at, &control);
    for height in (1..=at).step_by(3) {
        let hash = |ports: &Ports| {
            text(&rpc(ports, &format!("/block?height={height}")).expect("answers"), "app_hash")
                .expect("a header")
        };
        assert_eq!(hash(&ports), hash(&at_control), "height {height}");
    }
}

fn restarted(node: Node, home: &Path, ports: &Ports) -> Node {
    drop(node); // kill -9
    Node::start(command(home, ports))
}
