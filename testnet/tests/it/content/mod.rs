//! Content that is hard to have: locators that hang, trickle or lie, an S3 service, tables in Parquet that are good or made
//! to take a reader down, two gigabytes in bounded memory; operators that are killed at every step, and a signer that is.

mod server;

use std::{
    fs::{self, File},
    path::PathBuf,
    sync::Arc,
};

use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, Int64Type},
    file::{
        properties::{EnabledStatistics, WriterProperties},
        writer::SerializedFileWriter,
    },
    schema::parser::parse_message_type,
};
use serde_json::{Value as Json, json};

use crate::common::{
    VALIDATORS, number,
    operators::{Operators, ballots, table},
    town::Town,
};
use server::Server;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/protocol.toml");
/// Blocks of a window: no phase ends by time, so that nothing here depends on how fast the machine is.
const WINDOW: u32 = 400;
/// Two gigabytes, and the most memory that an operator may have used after it judged as much twice.
const BIG: u64 = 2 << 30;
const MOST_KIB: u64 = 300 * 1024;
const PARQUET: &str = "application/vnd.apache.parquet";

#[test]
fn operators_judge_content_that_is_hard_to_have_and_keep_their_word_when_killed() {
    let town = Town::with_windows(MANIFEST, WINDOW);
    let server = Server::start(town.net.home("node0"));
    let mut operators = Operators::new(&town);
    operators.environment =
        vec![("AWS_ACCESS_KEY_ID", "access".into()), ("AWS_SECRET_ACCESS_KEY", "secret".into())];
    let reach = format!("allow_private = true\ns3_endpoint = \"{}\"\n", server.url);
    operators.settings = format!("{reach}fetch_attempts = 1\nfetch_secs = 3\n");
    operators.sign("node3");
    VALIDATORS.iter().for_each(|node| operators.run(node));

    one_good_locator_is_enough(&town, &server);
    content_comes_from_an_s3_service(&town);
    what_only_lies_or_hangs_is_invalid(&town, &server);
    tables_in_parquet_are_judged_and_a_bomb_harms_nobody(&town, &operators);

    VALIDATORS.iter().for_each(|node| operators.kill(node));
    operators.settings = format!("{reach}fetch_attempts = 1\nfetch_secs = 300\n");
    VALIDATORS.iter().for_each(|node| operators.run(node));
    killed_at_every_step_an_operator_says_one_thing(&town, &server, &mut operators);
    a_signer_that_is_gone_is_waited_for(&town, &server, &mut operators);
    for node in VALIDATORS {
        let found = operators.findings(node);
        assert!(found.is_empty(), "nobody was seen to say two things: {found:?}");
    }

    VALIDATORS[1..].iter().for_each(|node| operators.kill(node));
    operators.settings = format!("{reach}max_bytes = 1000000\n");
    VALIDATORS[1..].iter().for_each(|node| operators.run(node));
    gigabytes_are_judged_in_bounded_memory(&town, &server, &operators);
    drop(operators);
    town.ends();
}

/// Describes a file of the first node's and says that it lies elsewhere.
fn lies_at(town: &Town, name: &str, content: &str, locators: &[String]) -> Json {
    let mut manifest = town.describes(name, content, "text/csv");
    manifest["locators"] = json!(locators);
    manifest
}

fn submits(town: &Town, who: &str, manifest: &Json) -> u64 {
    town.submits(who, "DATASET", manifest, &json!([]))
}

fn all_say(town: &Town, task: u64, verdict: &str) {
    let said = ballots(town, task);
    assert_eq!(said.len(), VALIDATORS.len());
    for ballot in said {
        assert_eq!(ballot["verdict"], format!("VERDICT_{verdict}"), "{ballot}");
    }
}

fn one_good_locator_is_enough(town: &Town, server: &Server) {
    let tried = ["hang", "trickle", "lie", "file/first.csv"].map(|path| format!("{}/{path}", server.url));
    let task = submits(town, "ada", &lies_at(town, "first.csv", &table(0..300), &tried));
    town.until_task(task, "PROVISIONAL");
    all_say(town, task, "ACCEPT");
}

fn content_comes_from_an_s3_service(town: &Town) {
    let stored = ["s3://bucket/second.csv".to_owned()];
    let task = submits(town, "ben", &lies_at(town, "second.csv", &table(1_000..1_300), &stored));
    town.until_task(task, "PROVISIONAL");
    all_say(town, task, "ACCEPT");
}

fn what_only_lies_or_hangs_is_invalid(town: &Town, server: &Server) {
    for (place, path) in ["lie", "hang"].iter().enumerate() {
        let rows = 2_000 + 1_000 * u32::try_from(place).unwrap();
        let name = format!("{path}.csv");
        let locators = [format!("{}/{path}", server.url)];
        let task = submits(town, "ada", &lies_at(town, &name, &table(rows..rows + 300), &locators));
        town.until_task(task, "INVALID");
        all_say(town, task, "INVALID");
    }
}

/// A column of numbers and one of blobs.
fn parquet(path: PathBuf, blobs: Vec<ByteArray>) -> PathBuf {
    let schema = "message table { REQUIRED INT64 id; REQUIRED BYTE_ARRAY blob; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .build();
    let file = File::create(&path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let ids: Vec<i64> = (0..).take(blobs.len()).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&ids, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&blobs, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    path
}

fn described(town: &Town, path: &std::path::Path, media_type: &str) -> Json {
    let file = path.display();
    town.net
        .json("node0", &format!("content manifest {file} --media-type {media_type} --locator file://{file}"))
}

fn tables_in_parquet_are_judged_and_a_bomb_harms_nobody(town: &Town, operators: &Operators<'_>) {
    let home = town.net.home("node0");
    let names = (0..300).map(|row| ByteArray::from(format!("name {row}").as_str())).collect();
    let good = parquet(home.join("good.parquet"), names);
    let task = submits(town, "ben", &described(town, &good, PARQUET));
    let record = town.until_task(task, "PROVISIONAL");
    assert_eq!(record["score"], 10_000, "nothing speaks against it");

    // a page of so many bytes that its length takes five, which are then made to say two gigabytes
    let bomb = parquet(home.join("bomb.parquet"), vec![ByteArray::from(vec![0; 130 << 20]); 2]);
    let mut bytes = fs::read(&bomb).unwrap();
    let header = |at: usize| bytes[at..].starts_with(&[0x15, 0x00, 0x15]) && bytes[at + 6] >= 0x80;
    let at = (4..bytes.len() - 8).find(|at| header(*at)).unwrap() + 3;
    bytes[at..at + 5].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff, 0x0f]);
    fs::write(&bomb, bytes).unwrap();
    let task = submits(town, "ada", &described(town, &bomb, PARQUET));
    town.until_task(task, "REJECTED");
    let hash = hex::encode(base64(&ballots(town, task)[0]["report_hash"]));
    let found = VALIDATORS.iter().find_map(|node| operators.ask(node, &format!("/reports/{hash}")));
    let report = String::from_utf8(found.unwrap()).unwrap();
    assert!(report.contains("GiB of memory"), "{report}");
}

fn base64(text: &Json) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

/// The ballot of a node's member, if it is on the chain.
fn ballot_of(town: &Town, task: u64, node: &str) -> Option<Json> {
    let member = town.net.operator(node, node);
    ballots(town, task).into_iter().find(|ballot| ballot["member"] == member.as_str())
}

fn killed_at_every_step_an_operator_says_one_thing(
    town: &Town,
    server: &Server,
    operators: &mut Operators<'_>,
) {
    let node = VALIDATORS[2];
    for (place, step) in ["fetching", "judged", "committed", "revealed"].iter().enumerate() {
        let rows = 10_000 + 1_000 * u32::try_from(place).unwrap();
        let name = format!("{step}.csv");
        let locators = [format!("{}/gate/{name}", server.url)];
        let who = ["ada", "ben"][place % 2];
        let task = submits(town, who, &lies_at(town, &name, &table(rows..rows + 300), &locators));
        town.net.until("all are fetching", || (server.waiting() == VALIDATORS.len()).then_some(()));
        if *step != "fetching" {
            server.open();
        }
        let file = town.net.home(node).join(format!("operator/ballots/task-{task}-round-1.json"));
        town.net.until(&format!("{node} is at the step {step}"), || {
            let ballot = || ballot_of(town, task, node);
            let there = match *step {
                "fetching" => true,
                "judged" => file.exists(),
                "committed" => ballot().is_some(),
                _ => ballot().is_some_and(|ballot| number(&ballot["reveal_height"]) > 0),
            };
            there.then_some(())
        });
        operators.kill(node);
        operators.run(node);
        server.open();
        town.until_task(task, "PROVISIONAL");
        all_say(town, task, "ACCEPT");
        server.close();
    }
}

fn a_signer_that_is_gone_is_waited_for(town: &Town, server: &Server, operators: &mut Operators<'_>) {
    let locators = [format!("{}/gate/signed.csv", server.url)];
    let task = submits(town, "ben", &lies_at(town, "signed.csv", &table(20_000..20_300), &locators));
    town.net.until("all are fetching", || (server.waiting() == VALIDATORS.len()).then_some(()));
    operators.kill_signer("node3");
    server.open();
    let waits = || operators.log("node3").contains("nothing can be signed").then_some(());
    town.net.until("node3 cannot sign", waits);
    operators.sign("node3");
    town.until_task(task, "PROVISIONAL");
    all_say(town, task, "ACCEPT");
    server.close();
}

/// The first node alone goes so far; the others abstain.
fn gigabytes_are_judged_in_bounded_memory(town: &Town, server: &Server, operators: &Operators<'_>) {
    for (size, served) in [(BIG, false), (BIG + 1, true)] {
        let path = town.net.home("node0").join(format!("{size}.csv"));
        File::create(&path).unwrap().set_len(size).unwrap();
        let mut manifest = described(town, &path, "text/csv");
        if served {
            manifest["locators"] = json!([format!("{}/zeros/{size}", server.url)]);
        }
        let task = submits(town, "ada", &manifest);
        let ballot = town.net.until("the first node has judged it", || {
            ballot_of(town, task, "node0").filter(|ballot| number(&ballot["reveal_height"]) > 0)
        });
        assert_eq!(ballot["verdict"], "VERDICT_REJECT", "no table, and not for want of its bytes: {ballot}");
        let report =
            operators.get("node0", &format!("/reports/{}", hex::encode(base64(&ballot["report_hash"]))));
        let report: Json = serde_json::from_slice(&report).unwrap();
        assert_eq!(report["sections"][0]["facts"]["bytes"], size.to_string(), "{report}");
        fs::remove_file(path).unwrap();
    }
    let status = fs::read_to_string(format!("/proc/{}/status", operators.process("node0"))).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    town.net.say(format!("most memory of an operator that judged two files of {BIG} bytes: {}", peak.trim()));
    assert!(peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() < MOST_KIB, "{peak}");
}
