//! Keys and offline transactions as a user has them: the binary, its answers, its files.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

const LAZD: &str = env!("CARGO_BIN_EXE_lazd");
const WORDS: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const ADDRESS: &str = "laz19rl4cm2hmr8afy4kldpxz3fka4jguq0azxj8kv";

struct User(tempfile::TempDir);

impl User {
    fn new() -> User {
        User(tempfile::tempdir().unwrap())
    }

    fn home(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, line: &str, typed: &str) -> Output {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.command(&words, typed)
    }

    fn command(&self, words: &[&str], typed: &str) -> Output {
        let mut child = Command::new(LAZD)
            .args(["--home"])
            .arg(self.home())
            .args(words)
            .env_remove("LAZD_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that asks nothing may end before it reads.
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn ok(&self, line: &str, typed: &str) -> String {
        let out = self.run(line, typed);
        assert!(out.status.success(), "{line}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    fn json(&self, line: &str, typed: &str) -> Value {
        serde_json::from_str(&self.ok(line, typed)).unwrap()
    }

    fn fails(&self, line: &str, typed: &str) -> String {
        let out = self.run(line, typed);
        assert_eq!(out.status.code(), Some(1), "{line}");
        String::from_utf8(out.stderr).unwrap()
    }
}

const TEST: &str = "--keyring-backend test";

#[test]
fn keys_are_made_recovered_shown_renamed_and_deleted() {
    let user = User::new();
    let made = user.json(&format!("keys add ada {TEST} -o json"), "");
    assert_eq!(made["mnemonic"].as_str().unwrap().split(' ').count(), 24);
    assert_eq!((made["name"].as_str(), made["type"].as_str()), (Some("ada"), Some("local")));
    let pubkey: Value = serde_json::from_str(made["pubkey"].as_str().unwrap()).unwrap();
    assert_eq!(pubkey["@type"], "/cosmos.crypto.secp256k1.PubKey");

    let known = user.json(&format!("keys add bob --recover {TEST} -o json"), &format!("{WORDS}\n"));
    assert_eq!(known["address"], ADDRESS);
    assert!(known.get("mnemonic").is_none());
    assert_eq!(user.ok(&format!("keys show bob -a {TEST}"), "").trim(), ADDRESS);
    assert_eq!(user.ok(&format!("keys show {ADDRESS} -a {TEST}"), "").trim(), ADDRESS);
    let operator = user.ok(&format!("keys show bob -a --bech val {TEST}"), "");
    assert!(operator.starts_with("lazvaloper1"), "{operator}");
    assert!(user.ok(&format!("keys show bob -p {TEST}"), "").contains("\"@type\""));
    let parsed = user.json(&format!("keys parse {ADDRESS} -o json"), "");
    assert_eq!(parsed["bytes"], "28FF5C6D57D8CFD492B6FB42614536ED648E01FD");
    assert!(user.ok("keys parse 28FF5C6D57D8CFD492B6FB42614536ED648E01FD", "").contains(ADDRESS));

    let listed = user.json(&format!("keys list {TEST} -o json"), "");
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(user.ok(&format!("keys list --list-names {TEST}"), ""), "ada\nbob\n");
    user.ok(&format!("keys rename bob eve -y {TEST}"), "");
    assert!(user.fails(&format!("keys show bob {TEST}"), "").contains("bob is not a valid name or address"));
    assert!(user.fails(&format!("keys delete eve {TEST}"), "n\n").contains("aborted"));
    user.ok(&format!("keys delete eve {TEST}"), "y\n");
    assert_eq!(user.ok(&format!("keys list -n {TEST}"), ""), "ada\n");
    let wrong = user.fails(&format!("keys add x --recover {TEST}"), "abandon abandon\n");
    assert!(wrong.contains("invalid mnemonic") && !wrong.contains("abandon"), "{wrong}");
    assert_eq!(user.json(&format!("keys add dry --dry-run {TEST} -o json"), "")["name"], "dry");
    assert_eq!(user.ok(&format!("keys list -n {TEST}"), ""), "ada\n");
}

#[test]
fn the_file_keyring_asks_for_its_passphrase_and_exports_travel() {
    let user = User::new();
    let file = "--keyring-backend file";
    let asked = format!("{WORDS}\nopen sesame\nopen sesame\n");
    user.ok(&format!("keys add ada --recover {file}"), &asked);
    assert_eq!(user.ok(&format!("keys show ada -a {file}"), "").trim(), ADDRESS);
    let wrong = user.fails(&format!("keys export ada {file}"), "one two three\nfour five six\nseven eight\n");
    assert!(wrong.contains("incorrect passphrase") && wrong.contains("too many failed"), "{wrong}");
    let armour = user.ok(&format!("keys export ada {file}"), "open sesame\ntravel safe\n");
    assert!(armour.starts_with("-----BEGIN TENDERMINT PRIVATE KEY-----\nkdf: argon2\n"), "{armour}");
    let path = user.home().join("ada.key");
    std::fs::write(&path, &armour).unwrap();
    let import = format!("keys import bob {} {TEST}", path.display());
    assert!(user.fails(&import, "travel wrong\n").contains("incorrect passphrase"));
    user.ok(&import, "travel safe\n");
    let bare = user.ok(&format!("keys export bob --unarmored-hex --unsafe -y {TEST}"), "");
    assert_eq!(bare.trim().len(), 64);
    assert!(user.fails(&format!("keys export bob --unsafe {TEST}"), "").contains("used together"));

    // Without a terminal, a file may hold the passphrase instead.
    let secret = user.home().join("passphrase");
    std::fs::write(&secret, "open sesame\n").unwrap();
    let with_file = format!("{file} --passphrase-file {}", secret.display());
    user.ok(&format!("keys add eve {with_file}"), "");
    for entry in std::fs::read_dir(user.home().join("keyring-file")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(bare.trim()) && !text.contains("sesame"));
    }
    assert!(
        user.fails(
            &format!("keys add short {file} --keyring-dir {}/other", user.home().display()),
            "abc\nabc\n"
        )
        .contains("at least 8")
    );
}

#[test]
fn a_transaction_is_made_signed_checked_encoded_and_decoded_offline() {
    let user = User::new();
    user.ok(&format!("keys add ada --recover {TEST}"), &format!("{WORDS}\n"));
    let to = user.json(&format!("keys add bob {TEST} -o json"), "")["address"].as_str().unwrap().to_owned();
    let offline = format!("{TEST} --offline -a 3 -s 7 --chain-id lazchain-9");
    let unsigned =
        user.json(&format!("tx bank send ada {to} 5ulaz --fees 10ulaz --note hi --generate-only {TEST}"), "");
    assert_eq!(unsigned["body"]["messages"][0]["@type"], "/cosmos.bank.v1beta1.MsgSend");
    assert_eq!(unsigned["body"]["messages"][0]["to_address"], to.as_str());
    assert_eq!(unsigned["body"]["memo"], "hi");
    assert_eq!(unsigned["auth_info"]["fee"]["gas_limit"], "200000");
    assert_eq!(unsigned["signatures"], serde_json::json!([]));

    let path = user.home().join("tx.json");
    std::fs::write(&path, unsigned.to_string()).unwrap();
    let path = path.display().to_string();
    for mode in ["direct", "amino-json"] {
        let signed = user.json(&format!("tx sign {path} --from ada --sign-mode {mode} {offline}"), "");
        let signed_path = user.home().join("signed.json");
        std::fs::write(&signed_path, signed.to_string()).unwrap();
        let signed_path = signed_path.display().to_string();
        assert!(user.ok(&format!("tx validate-signatures {signed_path} {offline}"), "").contains("[OK]"));
        let other = format!("{TEST} --offline -a 3 -s 7 --chain-id lazchain-8");
        assert!(
            user.fails(&format!("tx validate-signatures {signed_path} {other}"), "")
                .contains("validation failed")
        );
        let encoded = user.ok(&format!("tx encode {signed_path}"), "");
        assert_eq!(user.json(&format!("tx decode {}", encoded.trim()), ""), signed);
    }
    // `send --offline` signs at once and gives the same bytes.
    let at_once = user.json(&format!("tx bank send ada {to} 5ulaz --fees 10ulaz --note hi {offline}"), "");
    let signed = user.json(&format!("tx sign {path} --from ada {offline}"), "");
    assert_eq!(at_once, signed);
    assert!(
        user.fails(&format!("tx bank send ada {to} 5ulaz --offline {TEST}"), "").contains("--account-number")
    );
}

#[test]
fn members_of_a_multisig_sign_files_of_their_own() {
    let user = User::new();
    for name in ["ada", "bob", "eve"] {
        user.ok(&format!("keys add {name} {TEST}"), "");
    }
    user.ok(&format!("keys add all --multisig ada,bob,eve --multisig-threshold 2 {TEST}"), "");
    assert_eq!(user.json(&format!("keys show all {TEST} -o json"), "")["type"], "multi");
    assert!(user.fails(&format!("keys add bad --multisig ada,ada {TEST}"), "").contains("duplicate"));
    let write = |name: &str, text: String| {
        let path = user.home().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let unsigned = user.ok(&format!("tx bank send all {ADDRESS} 5ulaz --generate-only {TEST}"), "");
    let tx = write("tx.json", unsigned);
    let offline = format!("{TEST} --offline -a 3 -s 7 --chain-id lazchain-9");
    let mut parts = Vec::new();
    for name in ["eve", "ada"] {
        let part = user.ok(&format!("tx sign {tx} --multisig all --from {name} {offline}"), "");
        assert!(part.contains("SIGN_MODE_LEGACY_AMINO_JSON"));
        parts.push(write(&format!("{name}.json"), part));
    }
    let too_few = user.fails(&format!("tx multi-sign {tx} all {} {offline}", parts[0]), "");
    assert!(too_few.contains("needs 2"), "{too_few}");
    let signed = user.ok(&format!("tx multi-sign {tx} all {} {} {offline}", parts[0], parts[1]), "");
    let signed = write("signed.json", signed);
    assert!(user.ok(&format!("tx validate-signatures {signed} {offline}"), "").contains("[OK]"));
    // the same in batches: each transaction takes the next sequence
    let two = std::fs::read_to_string(&tx).unwrap().repeat(2);
    let batch = write("batch.json", two.clone());
    let mut parts = Vec::new();
    for name in ["bob", "eve"] {
        let part = user.ok(&format!("tx sign-batch {batch} --multisig all --from {name} {offline}"), "");
        assert_eq!(part.lines().count(), 2);
        parts.push(write(&format!("{name}-batch.json"), part));
    }
    let parts = parts.join(" ");
    let signed = user.ok(&format!("tx multisign-batch {batch} all {parts} {offline}"), "");
    for (line, sequence) in signed.lines().zip(["7", "8"]) {
        let one = write("one.json", line.to_owned());
        let info = &serde_json::from_str::<Value>(line).unwrap()["auth_info"]["signer_infos"][0];
        assert_eq!(info["sequence"], sequence);
        assert!(user.ok(&format!("tx validate-signatures {one} {offline}"), "").contains("[OK]"));
    }
    let longer = write("longer.json", two.repeat(2));
    let refused = user.fails(&format!("tx multisign-batch {longer} all {parts} {offline}"), "");
    assert!(refused.contains("expected 4"), "{refused}");
    assert!(
        user.fails(&format!("tx bank send all {ADDRESS} 5ulaz {offline}"), "").contains("cannot sign here")
    );
}

#[test]
fn messages_of_every_module_are_made_from_their_arguments() {
    let user = User::new();
    user.ok(&format!("keys add ada --recover {TEST}"), &format!("{WORDS}\n"));
    let operator = user.ok(&format!("keys show ada -a --bech val {TEST}"), "").trim().to_owned();
    let made = |line: &str| -> Value {
        let tx = user.json(&format!("tx {line} --from ada --generate-only {TEST}"), "");
        tx["body"]["messages"][0].clone()
    };
    let vote = made("gov vote 3 no-with-veto --metadata why");
    assert_eq!(
        (vote["option"].as_str(), vote["proposal_id"].as_str()),
        (Some("VOTE_OPTION_NO_WITH_VETO"), Some("3"))
    );
    assert_eq!((vote["voter"].as_str(), vote["metadata"].as_str()), (Some(ADDRESS), Some("why")));
    let weighted = made("gov weighted-vote 1 yes=0.6,no=0.4");
    assert_eq!(weighted["options"][0]["weight"], "0.6");
    assert_eq!(made("gov deposit 1 5ulaz")["amount"][0]["amount"], "5");
    let delegated = made(&format!("staking delegate {operator} 7ulaz"));
    assert_eq!(
        (delegated["delegator_address"].as_str(), delegated["amount"]["amount"].as_str()),
        (Some(ADDRESS), Some("7"))
    );
    // The name of a key stands for its operator, too.
    assert_eq!(made("staking unbond ada 7ulaz")["validator_address"], operator.as_str());
    assert_eq!(made("staking cancel-unbond ada 7ulaz 12")["creation_height"], "12");
    assert_eq!(made("slashing unjail")["validator_addr"], operator.as_str());
    assert_eq!(
        made("distribution withdraw-validator-commission ada")["validator_address"],
        operator.as_str()
    );
    assert_eq!(made("distribution fund-community-pool 1ulaz")["depositor"], ADDRESS);
    assert_eq!(
        made("staking edit-validator --new-moniker m --commission-rate 0.2")["description"]["moniker"],
        "m"
    );
    let multi = made(&format!("bank multi-send ada {ADDRESS} {ADDRESS} 5ulaz").replace(" --from ada", ""));
    assert_eq!(multi["inputs"][0]["coins"][0]["amount"], "10");
    let spend = made(&format!(
        "distribution community-pool-spend-proposal {ADDRESS} 9ulaz --title T --summary S --deposit 2ulaz"
    ));
    assert_eq!(spend["@type"], "/cosmos.gov.v1.MsgSubmitProposal");
    assert_eq!(spend["messages"][0]["recipient"], ADDRESS);
    let file = user.home().join("validator.json");
    let validator = r#"{"pubkey":{"@type":"/cosmos.crypto.ed25519.PubKey","key":"2sT1Gg+kDYfiMYUPQzcGebrWSze6AyFIzL7ctLSB7DY="},
        "amount":"1000000ulaz","moniker":"m","commission-rate":"0.1","commission-max-rate":"0.2",
        "commission-max-change-rate":"0.01","min-self-delegation":"1"}"#;
    std::fs::write(&file, validator).unwrap();
    let created = made(&format!("staking create-validator {}", file.display()));
    assert_eq!(
        (created["validator_address"].as_str(), created["value"]["amount"].as_str()),
        (Some(operator.as_str()), Some("1000000"))
    );
    let draft = user.ok("tx gov draft-proposal", "");
    std::fs::write(user.home().join("proposal.json"), draft).unwrap();
    let proposal = made(&format!("gov submit-proposal {}/proposal.json", user.home().display()));
    assert_eq!(proposal["initial_deposit"][0]["amount"], "10000000");
    let file = user.home().join("msg.json");
    std::fs::write(&file, vote.to_string()).unwrap();
    assert_eq!(made(&format!("message {}", file.display())), vote);
}

#[test]
fn mistakes_are_told_and_groups_explain_themselves() {
    let user = User::new();
    assert!(user.fails("tx bank frob", "").contains("unknown command \"frob\" for \"lazd tx bank\""));
    assert!(user.fails("q bank frob", "").contains("unknown command \"frob\" for \"lazd query bank\""));
    assert!(user.fails("tx slashing unjail", "").contains("required flag(s) \"from\" not set"));
    assert!(
        user.fails("tx bank send nobody laz1x 5ulaz", "").contains("nobody is not a valid name or address")
    );
    assert!(
        user.fails("q bank balances x --node tcp://127.0.0.1:1", "")
            .contains("is not a valid name or address")
    );
    let unreachable = user.fails(&format!("q bank balances {ADDRESS} --node tcp://127.0.0.1:1"), "");
    assert!(unreachable.contains("cannot reach the node at tcp://127.0.0.1:1"), "{unreachable}");
    for group in ["tx", "query", "keys", "tx gov", "q staking"] {
        assert!(user.ok(group, "").contains("Usage: lazd"), "{group}");
    }
    assert!(user.ok("tx staking create-validator --help", "").contains("validator.json holds"));
    assert!(user.ok("q bank balances --help", "").contains("lazd query bank balances laz1..."));
}
