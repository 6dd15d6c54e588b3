//! A user and a chain: real CometBFT, a key, a payment, its result.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

const LAZD: &str = env!("CARGO_BIN_EXE_lazd");

struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

struct Net {
    home: PathBuf,
    rpc: String,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Net {
    /// Runs a command of the user against the node.
    fn run(&self, line: &str) -> (Option<i32>, String, String) {
        let asks_node = ["tx", "q", "query", "status"].iter().any(|first| line.starts_with(first));
        let node: &[&str] = if asks_node { &["--node", &self.rpc] } else { &[] };
        let mut command = Command::new(LAZD);
        command.arg("--home").arg(&self.home).args(line.split_whitespace()).args(node).stdin(Stdio::null());
        let out = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (out.status.code(), text(out.stdout), text(out.stderr))
    }

    fn json(&self, line: &str) -> Value {
        let (code, out, error) = self.run(line);
        assert_eq!(code, Some(0), "{line}: {out} {error}");
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{line}: {why}: {out}"))
    }

    fn balance(&self, who: &str) -> u128 {
        let answer = self.json(&format!("q bank balances {who} --keyring-backend test -o json"));
        let coins = answer["balances"].as_array().unwrap();
        coins.first().map_or(0, |coin| coin["amount"].as_str().unwrap().parse().unwrap())
    }
}

fn make(home: &Path) -> Net {
    let (rpc_port, p2p_port) = (free_port(), free_port());
    let net = Net { home: home.to_owned(), rpc: format!("tcp://127.0.0.1:{rpc_port}") };
    assert_eq!(net.run("init one --chain-id lazchain-e2e-1").0, Some(0));
    let edit = |name: &str, pairs: &[(&str, String)]| {
        let path = home.join("config").join(name);
        let text =
            pairs.iter().fold(fs::read_to_string(&path).unwrap(), |text, (from, to)| text.replace(from, to));
        fs::write(&path, text).unwrap();
    };
    edit(
        "config.toml",
        &[
            (":26657", format!(":{rpc_port}")),
            ("0.0.0.0:26656", format!("127.0.0.1:{p2p_port}")),
            ("timeout_commit = \"5s\"", "timeout_commit = \"500ms\"".into()),
        ],
    );
    edit(
        "app.toml",
        &[
            ("localhost:1317", format!("localhost:{}", free_port())),
            ("localhost:9090", format!("localhost:{}", free_port())),
        ],
    );
    for name in ["ada", "bob"] {
        net.json(&format!("keys add {name} --keyring-backend test -o json"));
    }
    let ada = net.run("keys show ada -a --keyring-backend test").1.trim().to_owned();
    let path = home.join("config/genesis.json");
    let mut genesis: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let coins = json!([{ "denom": "ulaz", "amount": "1000000000" }]);
    genesis["app_state"]["bank"] = json!({
        "params": { "default_send_enabled": true },
        "balances": [{ "address": ada, "coins": coins }],
    });
    fs::write(&path, genesis.to_string()).unwrap();
    net
}

fn start(net: &Net) -> Node {
    let log = fs::File::create(net.home.join("log")).unwrap();
    let mut command = Command::new(LAZD);
    command.args(["start", "--home"]).arg(&net.home).stdin(Stdio::null());
    let node = Node(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
    let begun = Instant::now();
    loop {
        let (_, out, _) = net.run("status");
        let status: Value = serde_json::from_str(&out).unwrap_or_default();
        let height = status["sync_info"]["latest_block_height"].as_str().unwrap_or("0");
        if height.parse::<u64>().unwrap() >= 1 {
            return node;
        }
        let log = || fs::read_to_string(net.home.join("log")).unwrap_or_default();
        assert!(begun.elapsed() < Duration::from_secs(60), "no block: {}", log());
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Gas and price from the node; returns the height of the last payment.
fn gas_is_estimated(net: &Net, send: &str) -> String {
    // Gas is estimated by the chain, exactly.
    let auto = send.replace("--fees 500ulaz", "--gas auto --gas-prices 0.0025ulaz");
    let estimated = net.json(&format!("{auto} --wait"));
    assert_eq!((estimated["code"].as_u64(), &estimated["gas_used"]), (Some(0), &estimated["gas_wanted"]));
    // Without a fee it asks the node for its price.
    let (code, out, error) = net.run(&send.replace("--fees 500ulaz", "--gas auto --wait"));
    assert_eq!(code, Some(0), "{error}");
    let priced: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(priced["tx"]["auth_info"]["fee"], estimated["tx"]["auth_info"]["fee"]);
    assert!(error.contains("gas price: 0.0025ulaz"), "{error}");
    let (code, _, error) = net.run(&format!("{send} --dry-run"));
    assert!(code == Some(0) && error.starts_with("gas estimate: "), "{error}");
    priced["height"].as_str().unwrap().to_owned()
}

#[test]
fn a_payment_is_sent_waited_for_found_and_seen_in_the_balances() {
    let folder = tempfile::tempdir().unwrap();
    let net = make(&folder.path().join("home"));
    let _node = start(&net);
    let before = net.balance("ada");
    let send = "tx bank send ada bob 5000ulaz --keyring-backend test --fees 500ulaz -y -o json";
    let sent = net.json(&format!("{send} --wait --note first"));
    assert_eq!((sent["code"].as_u64(), sent["raw_log"].as_str()), (Some(0), Some("")));
    assert!(sent["height"].as_str().unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(sent["tx"]["body"]["memo"], "first");
    assert!(sent["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!((net.balance("ada"), net.balance("bob")), (before - 5500, 5000));

    let hash = sent["txhash"].as_str().unwrap();
    assert_eq!(net.json(&format!("q tx {hash} -o json"))["txhash"], hash);
    assert_eq!(net.json(&format!("q wait-tx {hash} -o json"))["height"], sent["height"]);
    let ada = net.run("keys show ada -a --keyring-backend test").1.trim().to_owned();
    assert_eq!(net.json(&format!("q tx --type=acc_seq {ada}/0 -o json"))["txhash"], hash);
    let found = net.json(&format!("q txs --query message.sender='{ada}' -o json"));
    assert_eq!((found["total_count"].as_str(), found["txs"][0]["txhash"].as_str()), (Some("1"), Some(hash)));

    // The key is known now; amino JSON signs as well, and the next sequence is found without being told.
    let second = net.json(&format!("{send} --sign-mode amino-json --wait=30"));
    assert_eq!(second["code"], 0);
    assert_eq!(net.balance("bob"), 10_000);

    // What fails says so with its code, in the answer and by how the command ends.
    let (code, out, error) = net.run(&send.replace("5000ulaz", "5000000000000ulaz"));
    let refused: Value = serde_json::from_str(&out).unwrap();
    if refused["code"] == 0 {
        let (code, _, error) = net.run(&format!("q wait-tx {} -o json", refused["txhash"].as_str().unwrap()));
        assert_eq!(code, Some(0), "{error}");
    } else {
        assert!(code == Some(1) && error.contains("sdk/"), "{error}");
    }
    let cheap = net.run(&send.replace("500ulaz", "1ulaz"));
    assert_eq!(cheap.0, Some(1));
    assert!(cheap.2.contains("sdk/13") && cheap.2.contains("insufficient fees"), "{}", cheap.2);

    // A file that was signed elsewhere is broadcast as it is.
    let tx = net.json(&format!("{send} --generate-only"));
    fs::write(net.home.join("tx.json"), tx.to_string()).unwrap();
    let file = net.home.join("tx.json").display().to_string();
    let signed = net.json(&format!("tx sign {file} --from ada --keyring-backend test"));
    fs::write(&file, signed.to_string()).unwrap();
    assert_eq!(net.json(&format!("tx broadcast {file} --wait -o json"))["code"], 0);

    let height = sent["height"].as_str().unwrap();
    assert_eq!(net.json(&format!("q block {height} -o json"))["header"]["height"], height);
    assert_eq!(net.json(&format!("q block-results {height} -o json"))["txs_results"][0]["code"], 0);
    let set = net.json("q comet-validator-set -o json");
    assert!(set["validators"][0]["address"].as_str().unwrap().starts_with("lazvalcons1"));
    let old = net.json(&format!("q bank balance {ada} ulaz --height {height} -o json"));
    assert_eq!(old["balance"]["amount"], (before - 5500).to_string());
    let supply = net.json("q path /cosmos.bank.v1beta1.Query/SupplyOf {\"denom\":\"ulaz\"} -o json");
    assert_eq!(supply["amount"]["denom"], "ulaz");
    let last = gas_is_estimated(&net, send);

    // Proved against a header that the light client verifier accepts.
    let block = net.json(&format!("q block-results {height} -o json"));
    assert_eq!(block["height"], height);
    let proved = net.json(&format!("q bank balance {ada} ulaz --prove --height {height} -o json"));
    assert_eq!(proved["balance"]["amount"], (before - 5500).to_string());
    let id = net.json("q block 1 -o json"); // what block 2 says of block 1 is its hash
    assert_eq!(id["header"]["height"], "1");
    let hash = net.json("q block 2 -o json")["header"]["last_block_id"]["hash"].as_str().unwrap().to_owned();
    let trust = format!("--prove --trust-height 1 --trust-hash {hash}");
    // The header after the payment's block is waited for.
    let proved = net.json(&format!("q bank balance {ada} ulaz {trust} --height {last} -o json"));
    assert_eq!(proved["balance"]["amount"], net.balance("ada").to_string());
    let none = net.json(&format!("q bank balance {ada} nothing {trust} -o json"));
    assert_eq!(none["balance"]["amount"], "0");
    let wrong =
        net.run(&format!("q bank balance {ada} ulaz {} -o json", trust.replace(&hash[..8], "00000000")));
    assert!(wrong.0 == Some(1) && wrong.2.contains("not the trusted hash"), "{}", wrong.2);

    let text = net.run(&format!("q bank balances {ada}")).1;
    assert!(text.starts_with("balances:\n- amount: \"") && text.contains("pagination:"), "{text}");
    payments_do_not_wait_for_each_others_blocks(&net, send);
}

/// What the chain knows of the account is a block behind: a sequence that is taken already is found out, and not the end.
fn payments_do_not_wait_for_each_others_blocks(net: &Net, send: &str) {
    let before = net.balance("bob");
    // the same payment again would be the same transaction
    let sent = |number: u32| net.json(&format!("{send} --note {number}"))["txhash"].clone();
    let hashes: Vec<Value> = (0..4).map(sent).collect();
    for hash in hashes {
        let waited = net.json(&format!("q wait-tx {} -o json", hash.as_str().unwrap()));
        assert_eq!(waited["code"], 0, "{waited}");
    }
    assert_eq!(net.balance("bob"), before + 20_000);
    // who names a sequence means it
    let (code, _, error) = net.run(&format!("{send} --sequence 0"));
    assert!(code == Some(1) && error.contains("sdk/32"), "{error}");
    let (code, _, error) = net.run(&format!("{send} --timeout-timestamp 1"));
    assert!(code == Some(1) && error.contains("sdk/42"), "{error}");
}
