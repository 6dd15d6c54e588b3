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

use client::{
    Secret,
    sign::{self, Place},
};
use proto::cosmos::{
    bank::v1beta1::MsgSend,
    base::v1beta1::Coin,
    tx::v1beta1::{
        BroadcastMode, BroadcastTxRequest, BroadcastTxResponse, Fee, GetTxRequest, GetTxResponse, TxBody,
    },
};
use serde_json::{Value as Json, json};

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

struct Ports {
    rpc: u16,
    rest: u16,
    grpc: u16,
}

/// A home made by `lazd init` whose ports are free.
fn init(home: &Path) -> Ports {
    let init = Command::new(LAZD).args(["init", "one", "--home"]).arg(home).output().expect("runs");
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    let ports = Ports { rpc: free_port(), rest: free_port(), grpc: free_port() };
    let at = |port: u16| format!("127.0.0.1:{port}");
    edit(&home.join("config/config.toml"), |text| {
        text.replace(":26657", &format!(":{}", ports.rpc)).replace("0.0.0.0:26656", &at(free_port()))
    });
    edit(&home.join("config/app.toml"), |text| {
        text.replace("localhost:1317", &at(ports.rest)).replace("localhost:9090", &at(ports.grpc))
    });
    ports
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = change(fs::read_to_string(path).expect("reads"));
    fs::write(path, text).expect("writes");
}

#[test]
fn init_and_start_make_blocks_and_a_killed_node_goes_on_from_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let ports = init(&home);
    let node = start(&home);
    let (height, _) = wait_above(ports.rpc, 2, &home);
    drop(node); // kill -9
    let node = start(&home);
    let (next, hash) = wait_above(ports.rpc, height, &home);
    assert!(next > height);
    assert_eq!(hash.len(), 64);
    drop(node);
}

/// One unary call.
async fn call<Q: prost::Message + 'static, P: prost::Message + Default + 'static>(
    port: u16,
    path: &'static str,
    ask: Q,
) -> Result<P, tonic::Status> {
    let at = tonic::transport::Endpoint::from_shared(format!("http://127.0.0.1:{port}")).expect("an address");
    let mut client = tonic::client::Grpc::new(at.connect().await.expect("connects"));
    client.ready().await.expect("ready");
    let path = tonic::codegen::http::uri::PathAndQuery::from_static(path);
    let codec = tonic_prost::ProstCodec::<Q, P>::default();
    Ok(client.unary(tonic::Request::new(ask), path, codec).await?.into_inner())
}

fn rest(port: u16, path: &str) -> Json {
    let answer = rpc(port, path).expect("answers");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// The first send of an account.
fn first_send(secret: &Secret, chain_id: &str, account_number: u64) -> Vec<u8> {
    let from = secret.public().address().to_string();
    let coins = |amount: &str| vec![Coin { denom: "ulaz".into(), amount: amount.into() }];
    let send = MsgSend { from_address: from.clone(), to_address: from.clone(), amount: coins("5") };
    let body = TxBody { messages: vec![sign::any(&send)], ..TxBody::default() };
    let fee = Fee { amount: coins("1000"), gas_limit: 200_000, ..Fee::default() };
    let place = Place { chain_id, account_number, sequence: 0 };
    sign::sign(&body, &fee, secret, place, sign::Mode::Direct).expect("signs")
}

/// Gives an account coins in the genesis. Returns the chain's id.
fn endow(home: &Path, owner: &str) -> String {
    let mut chain_id = String::new();
    edit(&home.join("config/genesis.json"), |text| {
        let mut genesis: Json = serde_json::from_str(&text).expect("JSON");
        let coins = json!([{"denom": "ulaz", "amount": "1000000"}]);
        genesis["app_state"]["bank"] = json!({
            "params": {"default_send_enabled": true},
            "balances": [{"address": owner, "coins": coins}],
        });
        chain_id = genesis["chain_id"].as_str().expect("an id").to_owned();
        genesis.to_string()
    });
    chain_id
}

#[tokio::test(flavor = "multi_thread")]
async fn wallets_are_served_by_rest_and_grpc_and_a_halt_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let ports = init(&home);
    let secret = Secret::from_slice(&[7; 32]).expect("a key");
    let owner = secret.public().address().to_string();
    let chain_id = endow(&home, &owner);
    let node = start(&home);
    wait_above(ports.rpc, 1, &home);
    let info = rest(ports.rest, "/cosmos/base/tendermint/v1beta1/node_info");
    assert_eq!(info["default_node_info"]["network"], chain_id.as_str());
    assert_eq!(info["application_version"]["cosmos_sdk_version"], "v0.53.8");
    let latest = rest(ports.rest, "/cosmos/base/tendermint/v1beta1/blocks/latest");
    assert_eq!(latest["block"]["header"]["chain_id"], chain_id.as_str());
    assert!(
        latest["sdk_block"]["header"]["proposer_address"].as_str().expect("text").starts_with("lazvalcons1")
    );
    assert_eq!(rest(ports.rest, "/cosmos/base/tendermint/v1beta1/syncing")["syncing"], false);
    let set = rest(ports.rest, "/cosmos/base/tendermint/v1beta1/validatorsets/latest");
    assert_eq!(set["validators"][0]["pub_key"]["@type"], "/cosmos.crypto.ed25519.PubKey");
    let far = rpc(ports.rest, "/cosmos/base/tendermint/v1beta1/blocks/99999").expect("answers");
    assert!(far.contains(" 400 ") && far.contains("bigger then the chain length"), "{far}");

    let account = rest(ports.rest, &format!("/cosmos/auth/v1beta1/accounts/{owner}"));
    let number = account["account"]["account_number"].as_str().and_then(|text| text.parse().ok());
    let tx_bytes = first_send(&secret, &chain_id, number.expect("an account"));
    let hash = sign::hash(&tx_bytes);
    let ask = BroadcastTxRequest { tx_bytes, mode: BroadcastMode::Sync.into() };
    let path = "/cosmos.tx.v1beta1.Service/BroadcastTx";
    let sent: BroadcastTxResponse = call(ports.grpc, path, ask.clone()).await.expect("takes it");
    let sent = sent.tx_response.expect("a response");
    assert_eq!((sent.code, sent.raw_log.as_str(), &sent.txhash), (0, "", &hash));
    let again: BroadcastTxResponse = call(ports.grpc, path, ask).await.expect("answers");
    let again = again.tx_response.expect("a response");
    assert_eq!((again.code, again.codespace.as_str(), again.raw_log.as_str()), (19, "sdk", ""));
    let begun = Instant::now();
    let found: GetTxResponse = loop {
        let ask = GetTxRequest { hash: hash.clone() };
        match call(ports.grpc, "/cosmos.tx.v1beta1.Service/GetTx", ask).await {
            Ok(found) => break found,
            Err(status) => assert_eq!(status.code(), tonic::Code::NotFound),
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the transaction is in no block");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let found = found.tx_response.expect("a response");
    assert_eq!(found.code, 0, "{}", found.raw_log);
    let block = rest(ports.rest, &format!("/cosmos/tx/v1beta1/txs/block/{}", found.height));
    assert_eq!(block["txs"].as_array().map(Vec::len), Some(1));
    assert_eq!(block["pagination"]["total"], "1");

    drop(node);
    let halt = u64::try_from(found.height).expect("a height") + 2;
    let halted = Command::new(LAZD)
        .args(["start", "--halt-height", &halt.to_string(), "--home"])
        .arg(&home)
        .output()
        .expect("runs");
    let log = String::from_utf8_lossy(&halted.stderr).into_owned() + &String::from_utf8_lossy(&halted.stdout);
    assert!(halted.status.success(), "{log}");
    assert!(log.contains("halting node per configuration"), "{log}");
    let node = start(&home);
    wait_above(ports.rpc, halt, &home);
    let status = rest(ports.rest, "/cosmos/base/node/v1beta1/status");
    assert!(status["height"].as_str().and_then(|text| text.parse::<u64>().ok()) > Some(halt), "{status}");
    drop(node);
}
