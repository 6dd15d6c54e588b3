//! `docs/tour.md`, typed along: every line of its blocks, in their order, in one shell.

use std::{fs, path::Path, process::Command};

use crate::common::{Net, lazd};

const TOUR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tour.md");
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/four.toml");

/// The shell blocks of a page, without their fences.
fn blocks(page: &str) -> Vec<&str> {
    let pieces = page.split("```");
    pieces.skip(1).step_by(2).map(|block| block.strip_prefix("sh\n").expect("only shell blocks")).collect()
}

#[test]
fn the_tour_does_what_it_says() {
    let net = Net::new();
    net.testnet(&format!("up {MANIFEST}"));
    let page = fs::read_to_string(TOUR).unwrap();
    let blocks = blocks(&page);
    assert_eq!(blocks[0], "make testnet\n", "the network is there already");
    // ports that are free here instead of those that a reader has
    let (door, proxy) = (net.port(0).to_string(), net.port(1).to_string());
    let script: String =
        blocks[1..].iter().map(|block| block.replace("8800", &door).replace("8900", &proxy)).collect();
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(net.home("node0").join("../.."), folder.path().join(".testnets")).unwrap();
    let script = format!("set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\nset -x\n{script}");
    let target = Path::new(&lazd()).parent().unwrap().parent().unwrap().to_owned();
    let ran = Command::new("timeout")
        .args(["-k", "5", "900", "bash", "-c", &script])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", target)
        .status()
        .unwrap();
    assert!(ran.success(), "see above");
}
