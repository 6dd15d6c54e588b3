//! A network of real nodes that a test runs through the programs that an operator has, and that ends with the test.

pub(crate) mod market;
pub(crate) mod operators;
pub(crate) mod town;

use std::{
    cell::RefCell,
    fmt::Display,
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread::{panicking, sleep},
    time::{Duration, Instant},
};

use serde_json::Value as Json;
use tempfile::TempDir;

const TESTNET: &str = env!("CARGO_BIN_EXE_lazchain-testnet");
/// Ports below those that the system gives to outgoing connections.
const OFFSETS: u16 = 5_900;
/// Nodes that a test may have.
const MAX_NODES: u16 = 8;
/// Daemons of one test, and the first port of theirs: behind the nodes' gRPC doors, within what one offset has.
const DAEMONS: u16 = 40;
const DOORS: u16 = 9_110;
/// The first node's RPC.
const RPC: u16 = 26_657;
/// Longest wait for anything. Only a chain that stands still takes this long.
const PATIENCE: Duration = Duration::from_secs(240);
const POLL: Duration = Duration::from_millis(500);

/// The validators of a network of four.
pub(crate) const VALIDATORS: [&str; 4] = ["node0", "node1", "node2", "node3"];

/// A number as Cosmos JSON has it: a text.
pub(crate) fn number(value: &Json) -> u128 {
    value.as_str().unwrap_or_else(|| panic!("{value} is no number")).parse().unwrap()
}

/// The network, its folder and ports.
pub(crate) struct Net {
    folder: TempDir,
    /// Nodes that run, and are waited for after each transaction.
    pub(crate) running: RefCell<Vec<&'static str>>,
    offset: u16,
    begun: Instant,
}

impl Net {
    /// Nothing runs yet.
    pub(crate) fn new() -> Net {
        assert!(lazd().is_file(), "{} is not there: run `cargo test --workspace`", lazd().display());
        let begun = Instant::now();
        let running = RefCell::new(VALIDATORS.to_vec());
        Net { folder: tempfile::tempdir().unwrap(), running, offset: free_offset(), begun }
    }

    /// Says what happens, and when.
    pub(crate) fn say(&self, text: impl Display) {
        println!("[{:>4}s] {text}", self.begun.elapsed().as_secs());
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(TESTNET);
        command.args(line.split_whitespace()).arg("--dir").arg(self.dir()).stdin(Stdio::null());
        command.args(["--port-offset", &self.offset.to_string()]);
        command
    }

    /// Runs `lazchain-testnet`; its output goes where the test's goes.
    pub(crate) fn testnet(&self, line: &str) {
        self.say(format!("lazchain-testnet {line}"));
        assert!(self.command(line).status().unwrap().success(), "lazchain-testnet {line}: see above");
    }

    /// A port for a daemon of the test's own, by its number below [`DAEMONS`].
    pub(crate) fn port(&self, number: u16) -> u16 {
        assert!(number < DAEMONS);
        DOORS + self.offset + number
    }

    /// The RPC of the validator of that number.
    pub(crate) fn rpc(&self, node: u16) -> String {
        format!("tcp://127.0.0.1:{}", RPC + node * 10 + self.offset)
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("net")
    }

    /// A node's home.
    pub(crate) fn home(&self, node: &str) -> PathBuf {
        self.dir().join(node).join("lazd")
    }

    /// Runs `lazd` with a node's home.
    pub(crate) fn lazd(&self, node: &str, line: &str) -> Output {
        let mut command = Command::new(lazd());
        command.args(line.split_whitespace()).arg("--home").arg(self.home(node)).stdin(Stdio::null());
        command.output().unwrap()
    }

    /// What it prints, trimmed; it must succeed.
    pub(crate) fn said(&self, node: &str, line: &str) -> String {
        let out = self.lazd(node, line);
        let error = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "lazd {line} ({node}): {error}");
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// What it prints as JSON.
    pub(crate) fn json(&self, node: &str, line: &str) -> Json {
        let said = self.said(node, &format!("{line} -o json"));
        serde_json::from_str(&said).unwrap_or_else(|why| panic!("lazd {line} ({node}): {why}: {said}"))
    }

    /// Waits until `look` sees something.
    pub(crate) fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                self.say(what);
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "in vain, until {what}");
            sleep(POLL);
        }
    }

    /// How a node stands.
    pub(crate) fn status(&self, node: &str) -> Json {
        serde_json::from_str(&self.said(node, "status")).unwrap()
    }

    /// Sends a transaction from a node's home and waits for its block. Without a fee it pays the node's minimum.
    pub(crate) fn tx(&self, node: &str, line: &str) -> Json {
        self.say(format!("{node}: tx {line}"));
        let done = self.json(node, &format!("tx {line} --gas auto --wait=120 -y"));
        assert_eq!(done["code"], 0, "{line}: {done}");
        // whoever is asked next knows of it
        let height = number(&done["height"]);
        self.until(&format!("all are at height {height}"), || {
            let at = |node: &&str| number(&self.status(node)["sync_info"]["latest_block_height"]);
            self.running.borrow().iter().all(|node| at(node) >= height).then_some(())
        });
        done
    }

    /// Asks the first node.
    pub(crate) fn q(&self, line: &str) -> Json {
        self.json("node0", &format!("q {line}"))
    }

    pub(crate) fn address(&self, node: &str, key: &str) -> String {
        self.said(node, &format!("keys show {key} -a"))
    }

    pub(crate) fn operator(&self, node: &str, key: &str) -> String {
        self.said(node, &format!("keys show {key} --bech val -a"))
    }

    /// What an account has of `ulaz`.
    pub(crate) fn balance(&self, who: &str) -> u128 {
        number(&self.q(&format!("bank balance {who} ulaz"))["balance"]["amount"])
    }

    /// Writes a file that a command reads; returns its path.
    pub(crate) fn file(&self, name: &str, content: &Json) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, content.to_string()).unwrap();
        path.display().to_string()
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        if panicking() {
            for entry in fs::read_dir(self.dir()).into_iter().flatten().flatten() {
                let Ok(log) = fs::read_to_string(entry.path().join("lazd/lazd.log")) else { continue };
                let lines: Vec<&str> = log.lines().filter(|line| !line.contains("module=p2p")).collect();
                let last = lines[lines.len().saturating_sub(8)..].join("\n");
                println!("--- {}\n{last}", entry.path().display());
            }
        }
        drop(self.command("down --remove").output());
    }
}

/// The program under test.
pub(crate) fn lazd() -> PathBuf {
    Path::new(TESTNET).with_file_name("lazd")
}

/// An offset at which every port of every node is free. Tests that run side by side begin to look at different places.
fn free_offset() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let turn = TAKEN.fetch_add(1, Ordering::Relaxed) * 700;
    let start = (u16::try_from(std::process::id() % 59).unwrap() * 100 + turn) % OFFSETS;
    let offsets = (0..OFFSETS).step_by(100).map(|step| (start + step) % OFFSETS);
    let free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    let of_node = |node: u16| [RPC - 1 + node * 10, RPC + node * 10, 1_317 + node, 9_090 + node];
    let ports: Vec<u16> =
        (0..MAX_NODES).flat_map(of_node).chain((0..DAEMONS).map(|number| DOORS + number)).collect();
    let mut fitting = offsets.filter(|offset| ports.iter().all(|port| free(port + offset)));
    fitting.next().expect("a machine has free ports")
}
