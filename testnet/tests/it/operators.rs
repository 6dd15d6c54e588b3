//! Operators of a Quorum's members on real files: a table is accepted by all of them, a file that changed and a canary are
//! caught, and one that is killed between its commitment and its reveal goes on with the same ballot.

use std::fs;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::common::{
    VALIDATORS, number,
    operators::{Operators, ballots, table},
    town::Town,
};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/protocol.toml");

#[test]
fn operators_judge_real_files_and_one_that_is_killed_keeps_its_word() {
    let town = Town::begin(MANIFEST);
    let mut operators = Operators::start(&town);

    good_content_is_accepted_with_reports_to_read(&town, &operators);
    a_killed_operator_keeps_its_word(&town, &mut operators);
    what_is_not_as_described_is_invalid(&town);
    a_copy_is_rejected(&town);
    sealed_content_is_opened_by_its_committee_and_its_grantee_alone(&town);
    a_folder_has_one_operator(&town);

    for node in VALIDATORS {
        let metrics = String::from_utf8(operators.get(node, "/metrics")).unwrap();
        assert!(metrics.contains("lazchain_operator_judged_total{verdict=\"reject\"}"), "{metrics}");
        assert_eq!(operators.get(node, "/health"), b"ok\n");
    }
    drop(operators);
    town.ends();
}

fn good_content_is_accepted_with_reports_to_read(town: &Town, operators: &Operators<'_>) {
    let manifest = town.describes("table.csv", &table(0..400), "text/csv");
    let task = town.submits("ada", "DATASET", &manifest, &json!([]));
    let record = town.until_task(task, "PROVISIONAL");
    assert_eq!(record["score"], 10_000, "nothing speaks against it");
    let ballots = ballots(town, task);
    assert_eq!(ballots.len(), 4);
    for ballot in ballots {
        assert_eq!((&ballot["verdict"], &ballot["score"]), (&json!("VERDICT_ACCEPT"), &json!(10_000)));
        let hash = hex::encode(base64(&ballot["report_hash"]));
        let node = VALIDATORS
            .iter()
            .find(|node| ballot["member"] == town.net.operator(node, node).as_str())
            .unwrap();
        let report = operators.get(node, &format!("/reports/{hash}"));
        assert_eq!(hex::encode(Sha256::digest(&report)), hash, "the report is the one that was voted on");
        let report: Json = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["sections"][1]["facts"]["rows"], "400", "{report}");
    }
}

fn base64(text: &Json) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

fn a_killed_operator_keeps_its_word(town: &Town, operators: &mut Operators<'_>) {
    // without the fourth, commits do not close before their window
    operators.kill("node3");
    let manifest = town.describes("second.csv", &table(1_000..1_500), "text/csv");
    let task = town.submits("ben", "DATASET", &manifest, &json!([]));
    town.net.until("three have committed", || (ballots(town, task).len() == 3).then_some(()));
    operators.kill("node2");
    operators.run("node3");
    operators.run("node2");
    town.until_task(task, "PROVISIONAL");
    let revealed = ballots(town, task).iter().filter(|ballot| number(&ballot["reveal_height"]) > 0).count();
    assert_eq!(
        revealed, 4,
        "the killed one revealed what it had committed to, and the late one came in time"
    );
}

fn what_is_not_as_described_is_invalid(town: &Town) {
    // the file changes after it was described
    let manifest = town.describes("changed.csv", &table(2_000..2_300), "text/csv");
    fs::write(town.net.home("node0").join("changed.csv"), table(2_000..2_301)).unwrap();
    let changed = town.submits("ada", "DATASET", &manifest, &json!([]));
    // everything is right but the root, which no content can have
    let mut canary = town.describes("canary.csv", &table(3_000..3_200), "text/csv");
    let planted = town.net.json("node0", "content canary");
    canary["merkle_root"] = planted["merkle_root"].clone();
    let canary = town.submits("ben", "DATASET", &canary, &json!([]));
    for task in [changed, canary] {
        town.until_task(task, "INVALID");
        for ballot in ballots(town, task) {
            assert_eq!(ballot["verdict"], "VERDICT_INVALID", "{ballot}");
        }
    }
}

/// The manifest is of the encrypted bytes; seats get the data key, and so does a buyer.
fn sealed_content_is_opened_by_its_committee_and_its_grantee_alone(town: &Town) {
    let net = &town.net;
    let home = net.home("node0");
    let (plain, sealed, key) = (home.join("plain.csv"), home.join("sealed.csv"), home.join("data.key"));
    fs::write(&plain, table(5_000..5_400)).unwrap();
    let (plain, sealed, key) = (plain.display(), sealed.display(), key.display());
    let manifest = net.json(
        "node0",
        &format!("content encrypt {plain} --out {sealed} --key-file {key} --media-type text/csv --locator file://{sealed}"),
    );
    let task = town.submits("ada", "DATASET", &manifest, &json!([]));
    town.until_task(task, "KEYS");
    let keys = net.json("node0", &format!("content share {task} 1 --key-file {key}"));
    let keys = net.file("keys.json", &keys);
    let keys = fs::read_to_string(keys).unwrap();
    town.tx("ada", &format!("vsc share-keys {task} 1 {keys}"));
    let record = town.until_task(task, "PROVISIONAL");
    assert_eq!(record["score"], 10_000, "they have seen the table");

    let opened = home.join("opened.csv");
    let to = net.json("node0", "ballot keys --from dan")["sealing_key"].as_str().unwrap().to_owned();
    let wrapped = net.json("node0", &format!("content wrap {to} --key-file {key}"))["wrapped_key"].clone();
    let wrapped = wrapped.as_str().unwrap();
    let open = |who: &str| {
        let line = format!(
            "content decrypt {sealed} --out {} --wrapped-key {wrapped} --from {who}",
            opened.display()
        );
        net.lazd("node0", &line)
    };
    assert!(!open("pat").status.success() && !opened.exists());
    assert!(open("dan").status.success());
    assert_eq!(fs::read(&opened).unwrap(), fs::read(home.join("plain.csv")).unwrap());
}

/// Four rows of five are those of the first table, which is anchored and no declared parent.
fn a_copy_is_rejected(town: &Town) {
    let copy = town.describes("copy.csv", &table(0..500), "text/csv");
    let task = town.submits("ben", "DATASET", &copy, &json!([]));
    town.until_task(task, "REJECTED");
}

fn a_folder_has_one_operator(town: &Town) {
    let out = town.net.lazd("node0", "operator --from node0");
    let error = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!out.status.success() && error.contains("in use by another process"), "{error}");
}
