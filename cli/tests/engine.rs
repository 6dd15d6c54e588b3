//! The tie between `lazd` and its engine: whatever happens to one, the other does not stay alone.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const LAZD: &str = env!("CARGO_BIN_EXE_lazd");

fn until(what: &str, done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn alive(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// A parent that is not us, so that it can be killed: it runs `engine` through the shim and prints its pid.
fn parent(lock: &Path, engine: &str) -> (Child, String) {
    let script = format!("'{LAZD}' run-engine '{}' $$ {engine} & echo $!; wait", lock.display());
    let mut parent = Command::new("sh").args(["-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (parent, line.trim().to_owned())
}

#[test]
fn the_engine_dies_with_a_killed_parent_and_its_successor_waits_for_that() {
    let folder = tempfile::tempdir().unwrap();
    let (lock, ready) = (folder.path().join("lock"), folder.path().join("ready"));
    let (mut first, engine) = parent(&lock, &format!("sh -c 'touch {}; exec sleep 60'", ready.display()));
    until("the engine's start", || ready.exists());

    // The lock is the engine's, so a second engine for the same home does not start beside it.
    let second_ready = folder.path().join("second");
    let (mut second, _) = parent(&lock, &format!("touch {}", second_ready.display()));
    std::thread::sleep(Duration::from_millis(300));
    assert!(!second_ready.exists());

    first.kill().unwrap(); // SIGKILL
    first.wait().unwrap();
    until("the engine's death", || !alive(&engine));
    until("the successor's start", || second_ready.exists());
    second.wait().unwrap();
}

#[test]
fn the_shim_refuses_a_parent_that_is_gone_and_a_program_that_is_absent() {
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("lock");
    let shim = |parent: &str, program: &str| {
        let out = Command::new(LAZD).arg("run-engine").arg(&lock).args([parent, program]).output().unwrap();
        assert!(!out.status.success());
        String::from_utf8(out.stderr).unwrap()
    };
    assert!(shim("1", "true").contains("lazd ended before"));
    let me = std::process::id().to_string();
    assert!(shim(&me, "/nonexistent/cometbft").contains("cannot run /nonexistent/cometbft"));
}

#[test]
fn start_says_what_is_missing_before_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let lazd = |arguments: &[&str]| {
        let out = Command::new(LAZD).arg("--home").arg(&home).args(arguments).output().unwrap();
        (out.status.code(), String::from_utf8(out.stderr).unwrap())
    };
    let (code, said) = lazd(&["start"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("genesis.json") && said.contains("lazd init"), "{said}");
    assert_eq!(lazd(&["init", "ada"]).0, Some(0));
    let (code, said) = lazd(&["start", "--minimum-gas-prices", ""]);
    assert_eq!(code, Some(1));
    assert!(said.contains("app.toml") && said.contains("min gas price"), "{said}");
    let (code, said) = lazd(&["start", "--pruning", "sometimes"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("pruning") && said.contains("everything"), "{said}");

    // without its key a validator is nobody; CometBFT would make another one and say nothing
    let key = home.join("config/priv_validator_key.json");
    std::fs::remove_file(&key).unwrap();
    let (code, said) = lazd(&["start"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("priv_validator_key.json is missing") && said.contains("backup"), "{said}");
    assert!(said.contains("lazd comet new-validator-key") && !key.exists(), "{said}");
    assert_eq!(lazd(&["comet", "new-validator-key"]).0, Some(0));
    assert!(key.exists());
}

#[test]
fn mistakes_end_with_one_and_groups_without_a_command_explain_themselves() {
    let lazd = |arguments: &[&str]| Command::new(LAZD).args(arguments).output().unwrap();
    let out = lazd(&["frob"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        String::from_utf8(out.stderr).unwrap().starts_with("Error: unknown command \"frob\" for \"lazd\"\n")
    );
    for group in [&[][..], &["comet"], &["config"]] {
        let out = lazd(group);
        assert_eq!(out.status.code(), Some(0));
        assert!(String::from_utf8(out.stdout).unwrap().contains("Usage: lazd"), "{group:?}");
    }
}
