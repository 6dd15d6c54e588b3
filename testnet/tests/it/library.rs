//! The client library on a network where everything has happened: its examples run, and what it proves is what a node
//! answers.

use std::{fs, path::Path, process::Command};

use serde_json::Value as Json;

use crate::common::{Net, lazd};

/// Runs an example and returns what it says.
fn example(net: &Net, name: &str, arguments: &[&str]) -> String {
    let program = lazd().with_file_name("examples").join(name);
    assert!(program.is_file(), "{} is not there: run `cargo test --workspace`", program.display());
    let out = Command::new(program).args(arguments).output().unwrap();
    let (said, error) = (String::from_utf8(out.stdout).unwrap(), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "example {name}: {said}{error}");
    net.say(format!("example {name}: {}", said.lines().last().unwrap_or_default()));
    said
}

pub(crate) fn examples_do_what_they_say(net: &Net, folder: &Path) {
    let (node, other) = (net.rpc(0), net.rpc(1));
    let faucet = net.address("node0", "faucet");
    let before = net.balance(&faucet);
    let balance = example(net, "balance", &[&node, &faucet]);
    assert!(balance.contains(&format!("has {before} ulaz")), "{balance}");

    let to = net.address("node0", "node0");
    let had = net.balance(&to);
    let home = net.home("node0").display().to_string();
    let sent = example(net, "send", &[&node, &home, "faucet", "node0"]);
    assert_eq!(sent.lines().count(), 5, "{sent}");
    assert!(net.balance(&to) >= had + 15, "five payments of 1 to 5 ulaz, and what the operator earns");
    // who follows from that block on sees them all
    let height = sent.split_whitespace().last().unwrap();
    let seen = example(net, "follow", &[&node, height, "1"]);
    assert!(seen.contains(&format!("block {height}:")) && seen.contains("transfer"), "{seen}");

    let file = folder.join("secret.txt");
    fs::write(&file, "what only one may read").unwrap();
    let sealed = example(net, "seal", &[&file.display().to_string()]);
    assert!(sealed.ends_with("opened: true\n"), "{sealed}");
    let sealed = fs::read(folder.join("secret.txt.sealed")).unwrap();
    assert!(!sealed.windows(4).any(|bytes| bytes == b"only"));

    let signed = example(net, "voucher", &[]);
    assert!(signed.contains("2500 units cost 7500 ulaz, signed well: true"), "{signed}");
    let passport = example(net, "passport", &["1", &node, &other]);
    assert!(passport.contains("asset-1 belongs to") && passport.contains("changed: "), "{passport}");
}

/// Every query that can be proved, on a record that is there.
pub(crate) fn what_is_proved_is_what_is_answered(net: &Net) {
    let (ada, pat) = (net.address("node0", "ada"), net.address("node0", "pat"));
    let (member, dan) = (net.operator("node0", "node0"), net.address("node2", "dan"));
    let anchored = net.q("dat version 1 1")["version"]["manifest"]["sha256"].as_str().unwrap().to_owned();
    let lines = [
        format!("bank balance {dan} ulaz"),
        "audit trail asset-1".into(),
        format!("beacon chain {member}"),
        "idao idao 1".into(),
        format!("idao member 1 {ada}"),
        "idao proposal 1".into(),
        format!("idao vote 1 {ada}"),
        "idao trust-edge 1 1".into(),
        "quorum quorum 1".into(),
        format!("quorum member 1 {member}"),
        "dat asset 1".into(),
        "dat version 1 1".into(),
        "dat policy 1 1".into(),
        "dat dat 1 1".into(),
        format!("dat anchor {anchored}"),
        "vsc task 1".into(),
        "vsc round 1 1".into(),
        "vsc why-routing 1 0".into(),
        "vsc why-drawing 1 1".into(),
        format!("usage provider {pat}"),
        "usage channel 1".into(),
    ];
    for line in lines {
        // the chain goes on: both must be of one height
        let height = net.status("node0")["sync_info"]["latest_block_height"].as_str().unwrap().to_owned();
        let proved = net.q(&format!("{line} --prove --height {height}"));
        let answered = net.q(&format!("{line} --height {height}"));
        let Json::Object(proved) = proved else { panic!("{line}: {proved}") };
        for (field, record) in proved {
            assert_eq!(record, answered[&field], "{line}");
        }
        net.say(format!("{line}: proved"));
    }
    // what is not there is proved, too
    let none = net.lazd("node0", "q dat asset 999 --prove");
    let error = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(!none.status.success() && error.contains("proved: there is no such asset"), "{error}");
}
