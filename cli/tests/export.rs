//! `lazd export` and `lazd debug invariants` on a home that real CometBFT ran: a new chain goes on from what was exported.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value as Json;

const LAZD: &str = env!("CARGO_BIN_EXE_lazd");
const OWNER: &str = "ada";
const CHAIN: &str = "lazchain-export-1";

struct Node(Child);

impl Node {
    fn stop(mut self) {
        kill(Pid::from_raw(i32::try_from(self.0.id()).unwrap()), Signal::SIGTERM).unwrap();
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn lazd(home: &Path, line: &str) -> Output {
    Command::new(LAZD)
        .args(line.split_whitespace())
        .arg("--home")
        .arg(home)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(home: &Path, line: &str) -> String {
    let output = lazd(home, line);
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json_said(home: &Path, line: &str) -> Json {
    serde_json::from_str(&said(home, line)).unwrap()
}

/// A home with ports of its own; returns the address of its RPC.
fn init(home: &Path) -> String {
    said(home, &format!("init one --chain-id {CHAIN}"));
    let rpc = format!("127.0.0.1:{}", free_port());
    let edit = |name: &str, pairs: &[(&str, &str)]| {
        let path = home.join("config").join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, pairs.iter().fold(text, |text, (from, to)| text.replace(from, to))).unwrap();
    };
    let [peers, rest, grpc] = [(); 3].map(|()| format!("127.0.0.1:{}", free_port()));
    let fast = ("timeout_commit = \"5s\"", "timeout_commit = \"200ms\"");
    edit("config.toml", &[("127.0.0.1:26657", &rpc), ("0.0.0.0:26656", &peers), fast]);
    edit("app.toml", &[("localhost:1317", &rest), ("localhost:9090", &grpc)]);
    format!("tcp://{rpc}")
}

/// Runs the node until it is above this height.
fn run_above(home: &Path, rpc: &str, height: u64) {
    let log = fs::File::create(home.join("log")).unwrap();
    let mut command = Command::new(LAZD);
    command.arg("start").arg("--home").arg(home).stdin(Stdio::null());
    let node = Node(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
    let begun = Instant::now();
    loop {
        let status = lazd(home, &format!("status --node {rpc}"));
        let status: Json = serde_json::from_slice(&status.stdout).unwrap_or_default();
        let now =
            status["sync_info"]["latest_block_height"].as_str().and_then(|text| text.parse::<u64>().ok());
        if now > Some(height) {
            return node.stop();
        }
        let log = || fs::read_to_string(home.join("log")).unwrap_or_default();
        assert!(begun.elapsed() < Duration::from_secs(60), "no block above {height}: {}", log());
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn height(document: &Json) -> u64 {
    document["initial_height"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_new_chain_goes_on_from_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let rpc = init(&old);
    let key = json_said(&old, &format!("keys add {OWNER} --keyring-backend test -o json"));
    let owner = key["address"].as_str().unwrap();
    said(&old, &format!("genesis add-genesis-account {owner} 2000000000ulaz"));
    said(&old, &format!("genesis gentx {OWNER} 1500000000ulaz --keyring-backend test --chain-id {CHAIN}"));
    said(&old, "genesis collect-gentxs");
    let genesis: Json = serde_json::from_slice(&fs::read(old.join("config/genesis.json")).unwrap()).unwrap();
    // before the first block there is only the genesis
    assert_eq!(json_said(&old, "export"), genesis);
    assert!(!lazd(&old, "debug invariants").status.success());

    run_above(&old, &rpc, 4);
    let refused = lazd(&old, "export --for-zero-height");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--for-zero-height is not offered"));
    assert!(!lazd(&old, "export --height 99999").status.success());
    let early = json_said(&old, "export --height 2 --modules-to-export bank,auth");
    assert_eq!(height(&early), 3);
    assert_eq!(early["app_state"].as_object().unwrap().keys().collect::<Vec<_>>(), ["auth", "bank"]);
    let file = folder.path().join("exported.json");
    said(&old, &format!("export --output-document {}", file.display()));
    let exported: Json = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(exported, json_said(&old, "export"));
    assert_eq!(genesis["validators"].as_array().map_or(0, Vec::len), 0);
    let listed = &exported["validators"][0];
    assert_eq!((listed["name"].as_str(), listed["power"].as_str()), (Some("one"), Some("1500")));
    assert_eq!(exported["consensus_params"]["block"], genesis["consensus_params"]["block"]);
    let checked = said(&old, "debug invariants");
    assert!(checked.contains(&format!("at height {} hold:", height(&exported) - 1)), "{checked}");
    assert!(checked.contains("bank/"), "{checked}");

    let rpc = init(&new);
    fs::copy(&file, new.join("config/genesis.json")).unwrap();
    let key = "config/priv_validator_key.json";
    fs::copy(old.join(key), new.join(key)).unwrap();
    run_above(&new, &rpc, height(&exported) + 2);
    let again = json_said(&new, "export");
    assert!(height(&again) > height(&exported) + 2);
    let entry = |document: &Json| {
        let balances = document["app_state"]["bank"]["balances"].as_array().unwrap().clone();
        balances.into_iter().find(|balance| balance["address"] == owner).unwrap()
    };
    assert_eq!(entry(&exported)["coins"][0]["amount"], "500000000");
    assert_eq!(entry(&again), entry(&exported));
    for unchanged in ["validators", "delegations", "last_validator_powers"] {
        let of = |document: &Json| document["app_state"]["staking"][unchanged].clone();
        assert_eq!(of(&again), of(&exported), "{unchanged}");
    }
    said(&new, "debug invariants");
    assert!(!lazd(&new, &format!("export --height {}", height(&exported) - 1)).status.success());
}
