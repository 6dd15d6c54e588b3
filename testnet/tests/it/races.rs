//! A channel under attack and in bad weather: many calls at once, one voucher twice, two proxies with one key, two providers
//! with one key, an upstream that hangs, breaks off and lies, daemons killed at any moment, a node that stands still, and a
//! file of two gigabytes. In the end what is redeemed is what was used, to the unit.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use axum::{Json as Body, Router, http::header, response::IntoResponse, routing::post};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use prost::Message as _;
use proto::lazchain::{
    dat::v1::Purpose,
    usage::v1::{Receipt, SignedVoucher, Voucher},
};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::common::{
    market::{Daemon, Market, served},
    number,
    town::{Town, policy},
};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/protocol.toml");
/// Tokens of each answer of the upstream.
const TOKENS: u64 = 7;
/// Bytes of an answer of the upstream.
const MOST: u64 = 100_000;
/// Bytes of the large file.
const LARGE: u64 = 2 << 30;
/// Memory that no daemon may need for it.
const LITTLE: u64 = 256 << 20;

/// One path that answers, and four that misbehave.
fn upstream() -> u16 {
    let answer = json!({ "data": [{ "embedding": [0.5] }], "usage": { "total_tokens": TOKENS } });
    // the piece is on its way before the connection breaks
    let broken = |piece: &'static str| {
        let pieces = futures_util::stream::unfold(Some(piece), |left| async move {
            if let Some(piece) = left {
                return Some((Ok(piece.to_owned()), None));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            Some((Err(std::io::Error::other("gone")), None))
        });
        axum::body::Body::from_stream(pieces)
    };
    let cut = move || async move {
        let body = broken("data: {\"usage\":{\"total_tokens\":7}}\n\n");
        ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
    };
    let lies = move || async move { ([(header::CONTENT_LENGTH, "1000")], broken("short")).into_response() };
    let hangs = || std::future::pending::<()>();
    // events of a hundred bytes, and nothing of what they cost
    let endless = move || async move {
        let event = format!("data: {}\n\n", json!({ "text": "a".repeat(81) }));
        let pieces = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(event.clone()));
        ([(header::CONTENT_TYPE, "text/event-stream")], axum::body::Body::from_stream(pieces)).into_response()
    };
    served(
        Router::new()
            .route("/v1/embeddings", post(move || async move { Body(answer) }))
            .route("/v1/chat/completions", post(endless))
            .route("/v1/hangs", post(hangs))
            .route("/v1/cut", post(cut))
            .route("/v1/lies", post(lies)),
    )
}

fn embed() -> Json {
    json!({ "input": "a sentence" })
}

fn embeds(door: &Daemon<'_>, headers: &[&str]) -> (u16, String) {
    embeds_at(&door.address(), headers)
}

fn embeds_at(address: &str, headers: &[&str]) -> (u16, String) {
    Daemon::called(address, "/v1/embeddings", &embed(), headers)
}

fn read(door: &Daemon<'_>, path: &str) -> Json {
    let (status, body) = door.call(path, &Json::Null, &[]);
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// Units of a channel by the provider's books.
fn units(provider: &Daemon<'_>, channel: u32) -> u64 {
    read(provider, &format!("/lazchain/channels/{channel}"))["units"].as_u64().unwrap()
}

/// Calls until one is answered: what went wrong before may have to be paid or waited for first.
fn answers_again(town: &Town, what: &str, door: &Daemon<'_>) {
    town.net.until(what, || (embeds(door, &[]).0 == 200).then_some(()));
}

#[test]
fn whatever_happens_to_a_channel_every_use_is_paid_once() {
    let town = Town::begin(MANIFEST);
    let market = Market::opens(&town);
    let settings = format!(
        "redeem_secs = 2\ntrust_secs = 30\nupstream_secs = 3\nmax_bytes = {MOST}\n[[offers]]\nasset = 1\nupstream = \"http://127.0.0.1:{}\"\npaths = [\"POST /v1/hangs\", \"POST /v1/cut\", \"POST /v1/lies\"]\n",
        upstream()
    );
    market.settles("node0", market.doors, &settings);
    market.channel(1, 1, 1_000_000, 3_000_000);
    market.channel(2, 1, 1_000, 3_000);
    let mut provider = market.provider();
    let mut proxy = market.proxy("proxy", "node0", 1, market.doors + 1);

    many_calls_at_once(&provider, &proxy);
    a_voucher_is_spent_once(&town, &provider);
    two_proxies_with_one_key(&town, &market, &provider, &proxy);
    two_providers_with_one_key(&town, &market, &settings);
    an_upstream_that_misbehaves(&town, &provider, &proxy);
    a_stream_without_end_or_usage(&town, &provider, &proxy);
    killed_at_any_moment(&town, &mut provider, &mut proxy);
    the_node_stands_still(&town, &market, provider, &proxy);

    let provider = market.provider();
    let used = units(&provider, 1);
    proxy.stop();
    provider.stop();
    let record = market.record(1);
    assert_eq!(number(&record["units"]), u128::from(used), "{record}");
    assert_eq!(number(&record["redeemed"]), u128::from(used * 3), "{record}");
    let spent = town.net.json("node0", "usage spent channel-1");
    assert_eq!((&spent["units"], &spent["vouched_units"]), (&json!(used), &json!(used)));
    assert_eq!(number(&market.record(2)["units"]), u128::from(3 * TOKENS));

    a_large_file_needs_little_memory(&town, &market);
    town.ends();
}

fn many_calls_at_once(provider: &Daemon<'_>, proxy: &Daemon<'_>) {
    let door = proxy.address();
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                for _ in 0..3 {
                    let (status, body) = embeds_at(&door, &[]);
                    assert_eq!(status, 200, "{body}");
                }
            });
        }
    });
    let spent = read(proxy, "/lazchain/spent");
    assert_eq!((&spent["requests"], &spent["units"]), (&json!(36), &json!(36 * TOKENS)));
    assert_eq!(units(provider, 1), 36 * TOKENS);
}

/// The block time of the last receipt of channel 2.
fn last_work(provider: &Daemon<'_>) -> String {
    let count = &read(provider, "/lazchain/channels/2")["receipts"];
    let receipt = read(provider, &format!("/lazchain/channels/2/receipts/{count}"))["receipt"].clone();
    let receipt = BASE64.decode(receipt.as_str().unwrap()).unwrap();
    Receipt::decode(receipt.as_slice()).unwrap().at.unwrap().to_string()
}

/// A voucher for channel 2, as a header.
fn voucher(town: &Town, provider: &Daemon<'_>, sequence: u64, units: u64) -> String {
    let root = read(provider, "/lazchain/channels/2")["receipts_root"].as_str().unwrap().to_owned();
    let as_of = last_work(provider);
    let line = format!(
        "voucher sign channel-2 --sequence {sequence} --units {units} --price 3 --purpose infer --as-of {as_of} --receipts-root {root} --from dan --number 2"
    );
    let signed = town.net.json("node0", &line);
    let (said, bytes) = (&signed["voucher"], |text: &Json| BASE64.decode(text.as_str().unwrap()).unwrap());
    let voucher = Voucher {
        channel: 2,
        sequence,
        as_of: Some(said["as_of"].as_str().unwrap().parse().unwrap()),
        purpose: Purpose::Infer.into(),
        cumulative_units: units,
        cumulative_amount: said["cumulative_amount"].as_str().unwrap().to_owned(),
        receipts_root: bytes(&said["receipts_root"]),
        ..Voucher::default()
    };
    let signed = SignedVoucher { voucher: Some(voucher), signature: bytes(&signed["signature"]) };
    format!("lazchain-voucher: {}", BASE64.encode(signed.encode_to_vec()))
}

fn a_voucher_is_spent_once(town: &Town, provider: &Daemon<'_>) {
    let channel = "lazchain-channel: channel-2";
    assert_eq!(embeds(provider, &[channel]).0, 200, "one request ahead of its voucher");
    let first = voucher(town, provider, 1, TOKENS);
    let door = provider.address();
    let at_once: Vec<(u16, String)> = thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| embeds_at(&door, &[channel, &first]))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let served = at_once.iter().filter(|(status, _)| *status == 200).count();
    let behind =
        at_once.iter().filter(|(status, body)| *status == 402 && body.contains("voucher_behind")).count();
    assert_eq!((served, behind), (1, 3), "{at_once:?}");
    let second = voucher(town, provider, 2, 2 * TOKENS);
    assert_eq!(embeds(provider, &[channel, &second]).0, 200);
    let (status, body) = embeds(provider, &[channel, &first]);
    assert!(status == 400 && body.contains("voucher_sequence"), "{status} {body}");
    let third = voucher(town, provider, 3, 3 * TOKENS);
    let (status, body) = provider.call("/lazchain/voucher", &embed(), &[channel, &third]);
    assert_eq!(status, 204, "{body}");
    assert_eq!(units(provider, 2), 3 * TOKENS);
}

/// From one home the second is refused; from another it may take one answer that the first then pays.
fn two_proxies_with_one_key(town: &Town, market: &Market<'_>, provider: &Daemon<'_>, proxy: &Daemon<'_>) {
    let (net, port) = (&town.net, market.doors + 2);
    let out = net.lazd("node0", &market.proxy_line(1, port));
    assert!(!out.status.success());
    assert!(String::from_utf8_lossy(&out.stderr).contains("is in use by another process"));
    copies_key(town, "dan");
    let second = market.proxy("second", "node1", 1, port);
    let before = units(provider, 1);
    let (status, body) = embeds(&second, &[]);
    assert!(status == 502 && body.contains("not the next of this channel"), "{status} {body}");
    assert_eq!(embeds(proxy, &[]).0, 200);
    assert_eq!(units(provider, 1), before + 2 * TOKENS);
    let doors = [proxy.address(), second.address()];
    thread::scope(|scope| {
        for door in doors.iter().chain(&doors) {
            scope.spawn(|| (0..5).for_each(|_| drop(embeds_at(door, &[]))));
        }
    });
    drop(second);
    answers_again(town, "the first proxy is served again", proxy);
    assert_eq!(read(proxy, "/lazchain/spent")["units"], json!(units(provider, 1)));
}

fn copies_key(town: &Town, name: &str) {
    let file = format!("keyring-test/{name}.json");
    fs::copy(town.net.home("node0").join(&file), town.net.home("node1").join(&file)).unwrap();
}

/// From one home the second is refused; from another it serves nobody whose use the first has redeemed.
fn two_providers_with_one_key(town: &Town, market: &Market<'_>, settings: &str) {
    let out = town.net.lazd("node0", "provider --from pat");
    assert!(!out.status.success());
    assert!(String::from_utf8_lossy(&out.stderr).contains("is in use by another process"));
    town.net.until("channel-2 is redeemed", || {
        (number(&market.record(2)["units"]) == u128::from(3 * TOKENS)).then_some(())
    });
    let height = |node: &str| number(&town.net.status(node)["sync_info"]["latest_block_height"]);
    let redeemed = height("node0");
    town.net.until("node1 can prove it", || (height("node1") >= redeemed + 2).then_some(()));
    copies_key(town, "pat");
    let port = market.doors + 3;
    market.settles("node1", port, settings);
    let second = Daemon::start(town, "second-provider", "node1", "provider --from pat", port);
    town.net.until("the second provider knows that its books are not those of the channel", || {
        let (status, body) = embeds(&second, &["lazchain-channel: channel-2"]);
        assert_ne!(status, 200, "{body}");
        (status == 503 && body.contains("books_behind")).then_some(())
    });
}

fn an_upstream_that_misbehaves(town: &Town, provider: &Daemon<'_>, proxy: &Daemon<'_>) {
    let before = units(provider, 1);
    for (path, words) in [("/v1/hangs", "within 3 s"), ("/v1/lies", "upstream")] {
        let (status, body) = proxy.call(path, &embed(), &[]);
        assert!(status == 502 && body.contains(words), "{path}: {status} {body}");
    }
    let (_, body) = proxy.call("/v1/cut", &embed(), &[]);
    assert!(body.contains("total_tokens"), "what came is passed on: {body}");
    assert_eq!(units(provider, 1), before, "and nothing of it is charged");
    answers_again(town, "the upstream answers again", proxy);
    assert_eq!(units(provider, 1), before + TOKENS);
}

/// What went out before it was cut off is paid, an event as a token.
fn a_stream_without_end_or_usage(town: &Town, provider: &Daemon<'_>, proxy: &Daemon<'_>) {
    let before = units(provider, 1);
    let chat = json!({ "stream": true, "messages": [] });
    let (status, body) = proxy.call("/v1/chat/completions", &chat, &[]);
    assert_eq!(status, 200);
    assert!(body.len() as u64 > MOST && !body.contains("lazchain-receipt"), "{} bytes", body.len());
    let events = body.matches("data:").count() as u64;
    answers_again(town, "a stream without usage is paid", proxy);
    assert_eq!(units(provider, 1), before + events + TOKENS);
    assert_eq!(read(proxy, "/lazchain/spent")["vouched_units"], json!(before + events + TOKENS));
}

/// Both daemons die again and again while four clients go on calling.
fn killed_at_any_moment(town: &Town, provider: &mut Daemon<'_>, proxy: &mut Daemon<'_>) {
    let (over, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    let before = units(provider, 1);
    let door = proxy.address();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    if embeds_at(&door, &[]).0 == 200 {
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        for turn in 0..8_u64 {
            thread::sleep(Duration::from_millis(300 + turn * 37));
            if turn % 3 == 2 { proxy.killed_and_back() } else { provider.killed_and_back() }
        }
        over.store(true, Ordering::Relaxed);
    });
    answers_again(town, "both daemons are back", proxy);
    let (used, spent) = (units(provider, 1), read(proxy, "/lazchain/spent"));
    let seen = answered.load(Ordering::Relaxed) + 1;
    town.net.say(format!("{seen} calls were answered, {} paid", (used - before) / TOKENS));
    assert!(seen > 8, "between the deaths there was work");
    assert_eq!(spent["units"], json!(used), "both books say the same");
    // each death leaves at most one answer that is paid and did not arrive
    let paid = (used - before) / TOKENS;
    assert!((seen..=seen + 8).contains(&paid), "{seen} were answered, {paid} paid");
}

/// The node's engine stops. What was proved a moment ago is served; then nothing, until it goes on.
fn the_node_stands_still(town: &Town, market: &Market<'_>, provider: Daemon<'_>, proxy: &Daemon<'_>) {
    provider.stop();
    let provider = market.provider();
    answers_again(town, "what the chain says is fresh", proxy);
    let engine = engine(town);
    signal("-STOP", &engine);
    let first = embeds(proxy, &[]);
    let refused = town.net.until("the provider does not know the channel any more", || {
        let (status, body) = embeds(proxy, &[]);
        (status == 503).then_some(body)
    });
    signal("-CONT", &engine);
    assert_eq!(first.0, 200, "{}", first.1);
    assert!(refused.contains("\"trouble\"") && refused.contains("did not prove channel-1"), "{refused}");
    answers_again(town, "the node goes on, and so does the provider", proxy);
    drop(provider);
}

/// The process of the first node's CometBFT.
fn engine(town: &Town) -> String {
    let pid = fs::read_to_string(town.net.home("node0").join("lazd.pid")).unwrap();
    let pid = pid.trim();
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.split_whitespace().next().expect("lazd runs CometBFT").to_owned()
}

fn signal(kind: &str, pid: &str) {
    assert!(std::process::Command::new("kill").args([kind, pid]).status().unwrap().success());
}

/// Under a second licence, counted in calls; that there is a newer one is nothing to the channels under the first.
fn a_large_file_needs_little_memory(town: &Town, market: &Market<'_>) {
    let file = town.net.home("node0").join("large.bin");
    fs::File::create(&file).unwrap().set_len(LARGE).unwrap();
    let mut terms = policy(3);
    terms["unit"] = json!("UNIT_CALL");
    let terms = town.net.file("calls.json", &terms);
    town.tx("ada", &format!("dat publish-policy 1 {terms}"));
    market.channel(3, 2, 10, 30);
    let settings =
        format!("redeem_secs = 2\n[[offers]]\nasset = 1\nfile = {:?}\n", file.display().to_string());
    market.settles("node0", market.doors, &settings);
    let (provider, port) = (market.provider(), market.doors + 1);
    let proxy = market.proxy("proxy", "node0", 3, port);
    let url = format!("http://127.0.0.1:{port}/data");
    let taken = town.net.home("node0").join("taken.bin");
    let mut curl = std::process::Command::new("curl");
    let done = curl.args(["-sf", "-o"]).arg(&taken).arg(&url).status().unwrap();
    assert!(done.success(), "{}\n{}", provider.log(), proxy.log());
    let digest = |path: &std::path::Path| {
        let mut hasher = Sha256::new();
        std::io::copy(&mut fs::File::open(path).unwrap(), &mut hasher).unwrap();
        hasher.finalize()
    };
    assert_eq!((fs::metadata(&taken).unwrap().len(), digest(&taken)), (LARGE, digest(&file)));
    for daemon in [&provider, &proxy] {
        let most = daemon.most_memory();
        assert!(most < LITTLE, "{most} bytes of memory for a file of {LARGE}");
    }
    town.net
        .until("the file is paid", || (read(&proxy, "/lazchain/spent")["units"] == json!(1)).then_some(()));
    // the first licence counts tokens, which a file has none of; that is all that is wrong
    let (status, body) = provider.call("/data", &Json::Null, &["lazchain-channel: channel-2"]);
    assert!(status == 502 && body.contains("unmetered"), "{status} {body}");
    proxy.stop();
    provider.stop();
    assert_eq!(number(&market.record(3)["units"]), 1);
}
