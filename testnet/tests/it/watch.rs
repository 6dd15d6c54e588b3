//! An operator that watches: it challenges an acceptance of what it knows to be other bytes, and it is overturned; a seat
//! that signs two ballots is reported and slashed; and what the chain decided by rule is worked out again.

use std::fs;

use serde_json::{Value as Json, json};

use crate::common::{
    VALIDATORS, number,
    operators::{Operators, ballots, table},
    town::Town,
};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/protocol.toml");

#[test]
fn an_operator_that_watches_challenges_what_is_false_and_reports_who_says_two_things() {
    let town = Town::begin(MANIFEST);
    let mut operators = Operators::new(&town);
    operators.settings = "challenge_bond = 20000000\n".into();
    operators.run("node3");

    an_acceptance_of_a_changed_file_is_challenged_and_falls(&town, &operators);
    two_ballots_of_one_seat_are_reported(&town, &operators);
    let metrics = String::from_utf8(operators.get("node3", "/metrics")).unwrap();
    let rechecked = metrics.lines().find_map(|line| line.strip_prefix("lazchain_operator_rechecked_total "));
    // of each task the routing, the draw, and of the first the tally
    assert!(rechecked.unwrap().parse::<u32>().unwrap() >= 5, "{metrics}");
    let wrong = operators.findings("node3").into_iter().filter(|found| found["kind"] == "rule");
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<Json>::new(), "the chain was right");
    drop(operators);
    town.ends();
}

/// The first three carry what their members say by hand.
fn said_by_hand(town: &Town, phase: &str, task: u64, (verdict, score): (&str, u32)) {
    let signed = VALIDATORS[..3].iter().map(|node| signed(town, node, phase, task, (verdict, score)));
    let files: Vec<String> = signed.collect();
    town.net.tx("node1", &format!("vsc submit-{phase}s {} --from node1", files.join(" ")));
}

fn signed(town: &Town, node: &str, phase: &str, task: u64, (verdict, score): (&str, u32)) -> String {
    let report = "55".repeat(32);
    let line =
        format!("ballot {phase} task-{task} 1 {verdict} --score {score} --report {report} --from {node}");
    town.net.file(&format!("{node}-{phase}-{verdict}.json"), &town.net.json(node, &line))
}

/// What node3 found of a kind, once something became of it.
fn settled(town: &Town, operators: &Operators<'_>, kind: &str) -> Json {
    town.net.until(&format!("a finding of kind {kind} is taken to the chain"), || {
        let all = operators.findings("node3");
        all.into_iter().find(|found| found["kind"] == kind && found["outcome"].is_string())
    })
}

fn an_acceptance_of_a_changed_file_is_challenged_and_falls(town: &Town, operators: &Operators<'_>) {
    let manifest = town.describes("changed.csv", &table(0..300), "text/csv");
    fs::write(town.net.home("node0").join("changed.csv"), table(0..301)).unwrap();
    let task = town.submits("ada", "DATASET", &manifest, &json!([]));
    town.until_task(task, "COMMIT");
    said_by_hand(town, "commit", task, ("accept", 8_000));
    town.until_task(task, "REVEAL");
    said_by_hand(town, "reveal", task, ("accept", 8_000));
    let found = settled(town, operators, "verdict");
    assert!(found["outcome"].as_str().unwrap().starts_with("sent in "), "{found}");
    let case = town.net.until("the verdict is challenged", || {
        let out = town.net.lazd("node0", &format!("q vsc case {task} 1 -o json"));
        serde_json::from_slice::<Json>(&out.stdout).ok().map(|answer| answer["case"].clone())
    });
    let parties = &case["calls"][0]["parties"];
    assert_eq!(parties[0]["account"], town.net.address("node3", "node3").as_str(), "{case}");
    assert!(number(&parties[0]["bond"]) > 0 && number(&parties[0]["bond"]) <= 20_000_000, "{case}");
    town.governance_rules(task, "OVERTURNED");
    let record = town.task(task);
    assert_eq!(record["outcome"], "OUTCOME_OVERTURNED", "{record}");
}

fn two_ballots_of_one_seat_are_reported(town: &Town, operators: &Operators<'_>) {
    let manifest = town.describes("twice.csv", &table(1_000..1_300), "text/csv");
    let task = town.submits("ben", "DATASET", &manifest, &json!([]));
    town.until_task(task, "COMMIT");
    let first = signed(town, "node1", "commit", task, ("accept", 8_000));
    town.net.tx("node1", &format!("vsc submit-commits {first} --from node1"));
    // whoever carries it, with one that counts: the chain skips it, and the block shows it
    let second = signed(town, "node1", "commit", task, ("reject", 0));
    let other = signed(town, "node2", "commit", task, ("accept", 8_000));
    town.net.tx("node2", &format!("vsc submit-commits {second} {other} --from node2"));
    let found = settled(town, operators, "equivocation");
    let member = town.net.operator("node1", "node1");
    assert_eq!(found["member"], member.as_str(), "{found}");
    assert!(found["outcome"].as_str().unwrap().starts_with("sent in "), "{found}");
    assert_eq!(ballots(town, task).iter().filter(|ballot| ballot["member"] == member.as_str()).count(), 1);
    town.net.until("it is slashed", || {
        let slashes = town.net.q("quorum slashes")["slashes"].clone();
        let kind = |slash: &Json| slash.to_string().contains("EQUIVOCATION");
        slashes.as_array().is_some_and(|all| all.iter().any(kind)).then_some(())
    });
}
