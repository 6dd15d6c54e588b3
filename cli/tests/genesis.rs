//! `lazd genesis`: from accounts and signed first validators to a file that starts a chain, and what it refuses.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

const LAZD: &str = env!("CARGO_BIN_EXE_lazd");
const CHAIN: &str = "lazchain-genesis-1";
const ADDRESS: &str = "laz1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqd9l9wy";

/// A home with a key or two.
struct Made {
    home: PathBuf,
    _folder: TempDir,
}

impl Made {
    fn new(keys: &[&str]) -> Made {
        let folder = tempfile::tempdir().unwrap();
        let made = Made { home: folder.path().join("home"), _folder: folder };
        made.does(&format!("init one --chain-id {CHAIN}"));
        for key in keys {
            made.does(&format!("keys add {key} --keyring-backend test"));
        }
        made
    }

    fn run(&self, line: &str) -> (bool, String, String) {
        let mut command = Command::new(LAZD);
        command.args(line.split_whitespace()).arg("--home").arg(&self.home).stdin(Stdio::null());
        let out = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (out.status.success(), text(out.stdout), text(out.stderr))
    }

    fn does(&self, line: &str) -> String {
        let (fine, out, error) = self.run(line);
        assert!(fine, "{line}: {error}");
        out
    }

    fn refuses(&self, line: &str, why: &[&str]) {
        let before = fs::read(self.genesis()).unwrap();
        let (fine, out, error) = self.run(line);
        assert!(!fine, "{line}: {out}");
        for words in why {
            assert!(error.contains(words), "{line}: {words:?} is not in {error}");
        }
        assert_eq!(fs::read(self.genesis()).unwrap(), before, "{line}: a refusal changes nothing");
    }

    fn address(&self, key: &str) -> String {
        self.does(&format!("keys show {key} -a --keyring-backend test")).trim().to_owned()
    }

    fn genesis(&self) -> PathBuf {
        self.home.join("config/genesis.json")
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// A home with one genesis transaction, not collected yet.
    fn with_gentx() -> Made {
        let made = Made::new(&["ada"]);
        made.does("genesis add-genesis-account ada 5000000000ulaz --keyring-backend test");
        made.does("genesis gentx ada 1000000000ulaz --keyring-backend test --ip 10.0.0.7 --moniker first");
        made
    }

    fn gentx(&self) -> PathBuf {
        let mut files = fs::read_dir(self.home.join("config/gentx")).unwrap();
        let path = files.next().unwrap().unwrap().path();
        assert!(files.next().is_none(), "one transaction");
        path
    }
}

fn read(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn coins_of(genesis: &Json, address: &str) -> Json {
    let balances = genesis["app_state"]["bank"]["balances"].as_array().unwrap();
    let mut found = balances.iter().filter(|balance| balance["address"] == address);
    let coins = found.next().map_or(Json::Null, |balance| balance["coins"].clone());
    assert!(found.next().is_none(), "one balance an address");
    coins
}

#[test]
fn accounts_are_added_by_key_by_address_and_in_bulk_and_the_supply_is_their_sum() {
    let made = Made::new(&["ada", "bob"]);
    made.does("genesis add-genesis-account ada 1000ulaz,7other --keyring-backend test");
    made.does(&format!("genesis add-genesis-account {} 500ulaz", made.address("bob")));
    made.does("genesis add-genesis-account bob 1ulaz --append --keyring-backend test");
    let list = json!([
        { "address": ADDRESS, "coins": [{ "denom": "ulaz", "amount": "20" }] },
        { "address": made.address("ada"), "coins": [{ "denom": "other", "amount": "3" }] },
    ]);
    let file = made.file("list.json", &list.to_string());
    made.refuses(&format!("genesis bulk-add-genesis-account {file}"), &["existing address", "--append"]);
    made.does(&format!("genesis bulk-add-genesis-account {file} --append"));

    let genesis = read(&made.genesis());
    let coin = |amount: &str, denom: &str| json!({ "denom": denom, "amount": amount });
    assert_eq!(coins_of(&genesis, &made.address("ada")), json!([coin("10", "other"), coin("1000", "ulaz")]));
    assert_eq!(coins_of(&genesis, &made.address("bob")), json!([coin("501", "ulaz")]));
    assert_eq!(coins_of(&genesis, ADDRESS), json!([coin("20", "ulaz")]));
    assert_eq!(genesis["app_state"]["bank"]["supply"], json!([coin("10", "other"), coin("1521", "ulaz")]));
    let accounts = genesis["app_state"]["auth"]["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 3, "an account that was there is not made twice");
    // the node that `init` names validates until genesis transactions take its place
    assert!(made.does("genesis validate").contains("is a valid genesis file"));
}

#[test]
fn an_account_that_makes_no_sense_is_refused() {
    let made = Made::new(&["ada"]);
    made.does("genesis add-genesis-account ada 1000ulaz --keyring-backend test");
    let add = |rest: &str| format!("genesis add-genesis-account {rest} --keyring-backend test");
    made.refuses(&add("ada 5ulaz"), &["cannot add account at existing address", "--append"]);
    made.refuses(&add("nobody 5ulaz"), &["nobody is not a valid name or address"]);
    made.refuses(&add(&format!("{ADDRESS}x 5ulaz")), &["not a valid name or address"]);
    made.refuses(&add(&format!("{ADDRESS} 5")), &["coins \"5\""]);
    made.refuses(&add(&format!("{ADDRESS} 0ulaz")), &["an amount is zero"]);
    made.refuses(&add(&format!("{ADDRESS} 1ulaz,,")), &["coins"]);
    let bulk = |text: &str| format!("genesis bulk-add-genesis-account {}", made.file("list.json", text));
    made.refuses("genesis bulk-add-genesis-account nowhere.json", &["cannot read nowhere.json"]);
    made.refuses(&bulk("{"), &["cannot read", "list.json"]);
    made.refuses(&bulk(r#"[{"address":"laz1","coins":[]}]"#), &["laz1"]);
    let twice = format!(
        r#"[{{"address":"{ADDRESS}","coins":[{{"denom":"ulaz","amount":"1"}}]}},
            {{"address":"{ADDRESS}","coins":[{{"denom":"ulaz","amount":"1"}}]}}]"#
    );
    made.refuses(&bulk(&twice), &["existing address"]);
    made.refuses(&bulk(&twice.replace("\"amount\":\"1\"", "\"amount\":\"-1\"")), &["Error"]);
}

#[test]
fn a_first_validator_needs_the_coins_that_it_bonds() {
    let made = Made::new(&["ada"]);
    let gentx = |rest: &str| format!("genesis gentx {rest} --keyring-backend test");
    made.refuses(&gentx("ada 1000ulaz"), &["has 0ulaz", "add-genesis-account"]);
    made.does("genesis add-genesis-account ada 5000000000ulaz,9other --keyring-backend test");
    made.refuses(&gentx("ada 5000000001ulaz"), &["has 5000000000ulaz", "less than 5000000001ulaz"]);
    made.refuses(&gentx("ada 5other"), &["denomination that validators bond: ulaz"]);
    made.refuses(&gentx("bob 1000ulaz"), &["bob"]);
    made.refuses(&gentx("ada 1000ulaz --chain-id lazchain-2"), &["--chain-id is not that of", CHAIN]);
    made.refuses(&gentx("ada 1000ulaz --pubkey {}"), &["--pubkey"]);
    assert!(!made.home.join("config/gentx").exists(), "nothing was written");

    made.does(&gentx("ada 1000000000ulaz --ip 10.0.0.7 --moniker first --commission-rate 0.07"));
    let tx = read(&made.gentx());
    let message = &tx["body"]["messages"][0];
    assert_eq!(message["@type"], "/cosmos.staking.v1beta1.MsgCreateValidator");
    assert_eq!(message["description"]["moniker"], "first");
    assert_eq!(message["commission"]["rate"], "0.070000000000000000");
    assert_eq!(message["value"], json!({ "denom": "ulaz", "amount": "1000000000" }));
    let id = made.does("comet show-node-id");
    assert_eq!(tx["body"]["memo"], format!("{}@10.0.0.7:26656", id.trim()));
    let own: Json = serde_json::from_str(&made.does("comet show-validator")).unwrap();
    assert_eq!(message["pubkey"], own);
    assert_eq!(tx["signatures"].as_array().unwrap().len(), 1);
}

#[test]
fn collected_transactions_make_the_validators_and_name_the_peers() {
    let first = Made::with_gentx();
    // a second operator on another machine: the same file, another key, another node
    let second = Made::new(&["bob"]);
    fs::copy(first.genesis(), second.genesis()).unwrap();
    second.does("genesis add-genesis-account bob 3000000000ulaz --keyring-backend test");
    second.does("genesis gentx bob 2000000000ulaz --keyring-backend test --ip 10.0.0.8 --moniker second");
    first.does(&format!("genesis add-genesis-account {} 3000000000ulaz", second.address("bob")));
    let from_second = first.home.join("config/gentx").join(second.gentx().file_name().unwrap());
    fs::copy(second.gentx(), from_second).unwrap();

    let (fine, _, said) = first.run("genesis collect-gentxs");
    assert!(fine, "{said}");
    let made: Json = serde_json::from_str(said.trim()).unwrap();
    let peer = format!("{}@10.0.0.8:26656", second.does("comet show-node-id").trim());
    assert_eq!(made["persistent_peers"], peer, "a node is not its own peer");
    assert_eq!(made["chain_id"], CHAIN);
    let config = fs::read_to_string(first.home.join("config/config.toml")).unwrap();
    assert!(config.contains(&format!("persistent_peers = \"{peer}\"")));
    let genesis = read(&first.genesis());
    assert_eq!(genesis["app_state"]["genutil"]["gen_txs"].as_array().unwrap().len(), 2);
    assert_eq!(genesis["validators"], json!([]), "staking names them from now on");
    first.does("genesis validate");
    first.does("genesis collect-gentxs");
    assert_eq!(read(&first.genesis()), genesis, "collecting again changes nothing");
}

#[test]
fn what_is_no_genesis_transaction_is_not_collected() {
    let made = Made::new(&[]);
    made.refuses("genesis collect-gentxs", &["cannot read", "lazd genesis gentx"]);
    let empty = made.home.join("empty");
    fs::create_dir_all(&empty).unwrap();
    let from = |folder: &Path| format!("genesis collect-gentxs --gentx-dir {}", folder.display());
    made.refuses(&from(&empty), &["holds no genesis transaction"]);
    made.file("empty/notes.txt", "not looked at");
    made.refuses(&from(&empty), &["holds no genesis transaction"]);
    made.file("empty/a.json", "nothing");
    made.refuses(&from(&empty), &["a.json is not a genesis transaction"]);

    let made = Made::with_gentx();
    let whole = read(&made.gentx());
    let spoilt = |change: &dyn Fn(&mut Json), why: &[&str]| {
        let mut tx = whole.clone();
        change(&mut tx);
        fs::write(made.gentx(), tx.to_string()).unwrap();
        made.refuses("genesis collect-gentxs", why);
    };
    spoilt(&|tx| tx["body"]["memo"] = json!("nobody"), &["failed to find node's address"]);
    // whoever changes what was signed breaks the signature
    spoilt(&|tx| tx["body"]["memo"] = json!("x@10.0.0.9:1"), &["does not start a chain"]);
    spoilt(
        &|tx| tx["body"]["messages"][0]["value"]["amount"] = json!("4000000000"),
        &["does not start a chain"],
    );
    spoilt(&|tx| tx["signatures"] = json!([]), &["does not start a chain"]);
    spoilt(&|tx| tx["body"]["surprise"] = json!(1), &["does not start a chain"]);
    fs::write(made.gentx(), whole.to_string()).unwrap();
    made.does("genesis collect-gentxs");
    made.does("genesis validate");
}

#[test]
fn a_file_that_would_not_start_a_chain_is_not_valid() {
    let made = Made::with_gentx();
    made.does("genesis collect-gentxs");
    let whole = read(&made.genesis());
    let wrong = |change: &dyn Fn(&mut Json), why: &[&str]| {
        let mut genesis = whole.clone();
        change(&mut genesis);
        let file = made.file("other.json", &genesis.to_string());
        made.refuses(&format!("genesis validate {file}"), why);
    };
    wrong(&|genesis| genesis["app_state"]["genutil"]["gen_txs"] = json!([]), &["names no validator"]);
    wrong(
        &|genesis| genesis["app_state"]["bank"]["supply"][0]["amount"] = json!("1"),
        &["does not start a chain", "supply"],
    );
    wrong(
        &|genesis| genesis["app_state"]["staking"]["params"]["unbonding_time"] = json!("soon"),
        &["does not start a chain"],
    );
    wrong(&|genesis| genesis["chain_id"] = json!(7), &["is not a genesis file of CometBFT"]);
    wrong(&|genesis| genesis["genesis_time"] = json!("yesterday"), &["is not a genesis file of CometBFT"]);
    made.refuses(&format!("genesis validate {}", made.file("other.json", "[]")), &["not a JSON object"]);
    made.refuses(&format!("genesis validate {}", made.file("other.json", "{")), &["not JSON"]);
    made.refuses("genesis validate nowhere.json", &["cannot read nowhere.json"]);
    made.does(&format!("genesis validate {}", made.file("other.json", &whole.to_string())));
    made.does("genesis validate-genesis");
}
