//! The node as an operator has it: `lazd init`, `lazd start`, real CometBFT.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

const LAZD: &str = env!("CARGO_BIN_EXE_lazd");

struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("binds").local_addr().expect("has an address").port()
}

fn start(home: &Path) -> Node {
    let log = fs::OpenOptions::new().create(true).append(true).open(home.join("log")).expect("a log");
    let command = Command::new(LAZD)
        .args(["start", "--home"])
        .arg(home)
        .stdout(log.try_clone().expect("clones"))
        .stderr(log)
        .stdin(Stdio::null())
        .spawn();
    Node(command.expect("starts"))
}

/// The answer of CometBFT's RPC, or nothing if it is not up.
fn rpc(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
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

/// Waits, for at most a minute, until the chain is above `height`; returns its height and the app hash of `height`.
fn wait_above(port: u16, height: u64, home: &Path) -> (u64, String) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        let status = rpc(port, "/status").unwrap_or_default();
        let now = text(&status, "latest_block_height").and_then(|text| text.parse().ok()).unwrap_or(0);
        if now > height {
            let block = rpc(port, &format!("/block?height={}", height.max(1))).expect("answers");
            return (now, text(&block, "app_hash").expect("a header"));
        }
        sleep(Duration::from_millis(200));
    }
    panic!("no block above {height}:\n{}", fs::read_to_string(home.join("log")).unwrap_or_default());
}

#[test]
fn init_and_start_make_blocks_and_a_killed_node_goes_on_from_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let init = Command::new(LAZD).args(["init", "one", "--home"]).arg(&home).output().expect("runs");
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    let (rpc_port, p2p_port) = (free_port(), free_port());
    let path = home.join("config/config.toml");
    let config = fs::read_to_string(&path).expect("reads");
    let config = config
        .replace(":26657", &format!(":{rpc_port}"))
        .replace("0.0.0.0:26656", &format!("127.0.0.1:{p2p_port}"));
    fs::write(&path, config).expect("writes");
    let (rest_port, grpc_port) = (free_port(), free_port());
    let path = home.join("config/app.toml");
    let config = fs::read_to_string(&path).expect("reads");
    let config = config
        .replace("localhost:1317", &format!("127.0.0.1:{rest_port}"))
        .replace("localhost:9090", &format!("127.0.0.1:{grpc_port}"));
    fs::write(&path, config).expect("writes");

    let node = start(&home);
    let (height, _) = wait_above(rpc_port, 2, &home);
    drop(node); // kill -9
    let node = start(&home);
    let (next, hash) = wait_above(rpc_port, height, &home);
    assert!(next > height);
    assert_eq!(hash.len(), 64);
    drop(node);
}
