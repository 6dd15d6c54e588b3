//! What is written down: routes with their gas, events, and the hashes of a fixed script. `UPDATE_GOLDEN=1` (that is
//! `make golden`) writes it anew; a difference forks the chain or breaks clients. Keys and errors are read from the
//! sources by `tests/it/golden.rs`.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    Draft,
    samples::{Cast, names, sample},
    traffic::{Traffic, chain},
};
use crate::{doors::paths, event::Emitted, modules::GOVERNANCE, msg, testkit::TestChain};

fn written_down(name: &str, now: &str) {
    let home = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it for tests");
    let path = std::path::PathBuf::from(home).join("tests/it/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, now).expect("writes");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = now.lines().zip(golden.lines()).find(|(now, golden)| now != golden);
    assert!(now == golden, "{name} differs: {differs:?}; a change that is meant: UPDATE_GOLDEN=1");
}

#[test]
fn routes_and_their_gas_and_queries_are_as_written_down() {
    let chain = chain();
    let mut text = String::new();
    for name in names() {
        let who = if name.ends_with("UpdateParams") { GOVERNANCE } else { "ada" };
        let routed = msg::route(&sample(&chain, &name, &Cast { who, ..Cast::default() })).expect("good");
        let (module, gas) = (routed.module, routed.action.cost().0);
        writeln!(text, "message {name}: {module}, {gas} gas").expect("writes");
    }
    for path in paths() {
        writeln!(text, "query {path}").expect("writes");
    }
    written_down("routes.txt", &text);
}

fn shape(event: Emitted<'_>) -> String {
    let names: Vec<&str> = event.attributes().map(|(name, _)| name).collect();
    format!("{}({})", event.kind(), names.join(", "))
}

/// Runs a message and notes what it announces besides the fee.
fn announce(chain: &mut TestChain, cast: &Cast, name: &str) -> (u32, Vec<String>) {
    let message = sample(chain, name, cast);
    let tx = Draft::of(chain, cast.who, vec![message]).seal();
    let result = chain.block(vec![tx]).remove(0);
    let own = result.events.iter().filter(|event| event.value("msg_index").is_some());
    (result.code, own.map(shape).collect())
}

#[test]
fn the_events_of_every_message_are_as_written_down() {
    let mut chain = chain();
    let mut text = String::new();
    let staked = Cast { amount: 400_000, ..Cast::default() };
    let proposed = Cast { who: "bob", amount: 5_000, ..Cast::default() };
    assert_eq!(announce(&mut chain, &staked, "cosmos.staking.v1beta1.MsgDelegate").0, 0);
    assert_eq!(announce(&mut chain, &staked, "cosmos.staking.v1beta1.MsgDelegate").0, 0);
    assert_eq!(announce(&mut chain, &staked, "cosmos.staking.v1beta1.MsgUndelegate").0, 0);
    let unbonding = chain.height;
    chain.signs("cyd", false);
    chain.blocks(4);
    chain.skip_secs(5);
    let mut ids = 0;
    for name in names() {
        if name.ends_with(".MsgDeposit") {
            // one to deposit on and to vote on
            ids += 1;
            assert_eq!(announce(&mut chain, &proposed, "cosmos.gov.v1.MsgSubmitProposal").0, 0);
        }
        let who = match name.rsplit('.').next().expect("a name") {
            "MsgWithdrawValidatorCommission" | "MsgEditValidator" => "vic",
            "MsgCreateValidator" => "eve",
            "MsgUnjail" => "cyd",
            "MsgCancelProposal" => "bob",
            _ => "ada",
        };
        let cast = Cast { who, amount: 1_001, id: ids, height: unbonding, ..Cast::default() };
        let (code, events) = announce(&mut chain, &cast, &name);
        ids += u64::from(name.ends_with("MsgSubmitProposal"));
        writeln!(text, "{name}: code {code}").expect("writes");
        events.iter().for_each(|event| writeln!(text, "  {event}").expect("writes"));
    }
    let mut blocks = BTreeMap::new();
    let mut traffic = Traffic::new(1);
    let mut busy = self::chain();
    for _ in 0..60 {
        let txs = traffic.block(&mut busy);
        let seen = busy.seen(txs);
        let events = busy.advance(seen).events;
        blocks.extend(events.iter().map(|event| (shape(event), ())));
    }
    writeln!(text, "of blocks:").expect("writes");
    blocks.keys().for_each(|event| writeln!(text, "  {event}").expect("writes"));
    written_down("events.txt", &text);
}

#[test]
fn the_hashes_of_a_fixed_script_are_as_written_down() {
    let mut chain = chain();
    let mut traffic = Traffic::new(2026);
    let mut text = String::new();
    for _ in 0..40 {
        let txs = traffic.block(&mut chain);
        let seen = chain.seen(txs);
        let finalized = chain.advance(seen);
        let codes: Vec<String> = finalized.results.iter().map(|result| result.code.to_string()).collect();
        let hash = hex::encode(finalized.app_hash);
        writeln!(text, "{} {hash} codes {}", chain.height, codes.join(" ")).expect("writes");
    }
    written_down("apphash.txt", &text);
}
