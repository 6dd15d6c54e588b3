//! Both sides of a channel on real sockets: an OpenAI-shaped service behind `lazd provider`, a client behind `lazd usage
//! proxy`. Every call is paid, streams too; whichever daemon is killed, nothing is lost or paid twice; who has no channel or
//! no deposit left is told why; what was redeemed is what was used.

use std::{thread, time::Duration};

use axum::{
    Json as Body, Router,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use serde_json::{Value as Json, json};

use crate::common::{
    market::{Daemon, Market, served},
    number,
    town::Town,
};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/protocol.toml");
/// Tokens of each answer of the upstream.
const TOKENS: u64 = 7;

/// A service that answers in the shape of OpenAI's: embeddings, chat with streams, whose usage is said where it is asked for;
/// and one path that fails.
fn upstream() -> u16 {
    let usage = json!({ "prompt_tokens": TOKENS - 2, "total_tokens": TOKENS });
    let embeddings = json!({ "data": [{ "embedding": [0.25, -0.5] }], "usage": usage.clone() });
    let chat = move |Body(asked): Body<Json>| async move {
        if asked["stream"] == true {
            let events: String = ["Hel", "lo"]
                .iter()
                .map(|text| format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": text } }] })))
                .collect();
            let last = match asked["stream_options"]["include_usage"] == true {
                true => format!("data: {}\n\n", json!({ "choices": [], "usage": usage })),
                false => String::new(),
            };
            let text = format!("{events}{last}data: [DONE]\n\n");
            return ([(header::CONTENT_TYPE, "text/event-stream")], text).into_response();
        }
        Body(json!({ "choices": [{ "message": { "content": "Hello" } }], "usage": usage })).into_response()
    };
    let router = Router::new()
        .route("/v1/embeddings", post(move || async move { Body(embeddings.clone()) }))
        .route("/v1/chat/completions", post(chat))
        .route("/v1/broken", post(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "out of order") }));
    served(router)
}

#[test]
fn every_call_through_a_channel_is_paid_and_none_twice() {
    let town = Town::begin(MANIFEST);
    let market = Market::opens(&town);
    let settings = format!(
        "redeem_secs = 5\ntrust_secs = 1\n[[offers]]\nasset = 1\nupstream = \"http://127.0.0.1:{}\"\nleast_units = {TOKENS}\npaths = [\"POST /v1/broken\"]\n",
        upstream()
    );
    market.settles("node0", market.doors, &settings);
    market.channel(1, 1, 1_000, 3_000);
    let mut provider = market.provider();
    let mut proxy = market.proxy("proxy", "node0", 1, market.doors + 1);

    let embed = json!({ "input": "a sentence" });
    who_does_not_pay_is_told_why(&provider, &embed);
    let used = is_used(&town, &mut provider, &mut proxy, &embed);
    one_use_is_proved(&provider, used);
    let spent: Json = serde_json::from_str(&proxy.call("/lazchain/spent", &Json::Null, &[]).1).unwrap();
    assert_eq!((&spent["requests"], &spent["units"]), (&json!(used), &json!(used * TOKENS)));
    assert_eq!(spent["vouched_units"], spent["units"], "all of it is signed for");
    proxy.stop();
    provider.stop();
    let record = market.record(1);
    let units = u128::from(used * TOKENS);
    assert_eq!((number(&record["units"]), number(&record["redeemed"])), (units, units * 3), "{record}");
    let said = town.net.json("node0", "usage spent channel-1");
    assert_eq!(said["units"], spent["units"]);

    what_is_short_is_refused_before_the_work(&town, &market);
    town.ends();
}

fn who_does_not_pay_is_told_why(provider: &Daemon<'_>, embed: &Json) {
    for (headers, code) in [(vec![], "no_channel"), (vec!["lazchain-channel: channel-9"], "no_channel")] {
        let (status, body) = provider.call("/v1/embeddings", embed, &headers);
        let body: Json = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &body["error"]["code"]), (402, &json!(code)), "{body}");
    }
    let headers = ["lazchain-channel: channel-1", "lazchain-purpose: train"];
    let (status, body) = provider.call("/v1/embeddings", embed, &headers);
    assert!(status == 403 && body.contains("\"purpose\""), "{status} {body}");
    for path in ["/api/pull", "/v1/models/../../api/pull", "/"] {
        let (status, body) = provider.call(path, embed, &["lazchain-channel: channel-1"]);
        assert!(status == 403 && body.contains("\"path\""), "{path}: {status} {body}");
    }
    let headers = ["lazchain-channel: channel-1", "lazchain-voucher: AAAA"];
    let (status, body) = provider.call("/v1/embeddings", embed, &headers);
    assert!(status == 400 && body.contains("voucher_unreadable"), "{status} {body}");
}

/// Calls, streams, failures of the upstream, and daemons that die in between; returns how many were paid.
fn is_used(town: &Town, provider: &mut Daemon<'_>, proxy: &mut Daemon<'_>, embed: &Json) -> u64 {
    let mut paid = 0;
    let mut embeds = |proxy: &Daemon<'_>, count: u64| {
        for _ in 0..count {
            let (status, body) = proxy.call("/v1/embeddings", embed, &[]);
            assert!(status == 200 && body.contains("embedding"), "{status} {body}");
        }
        paid += count;
    };
    embeds(proxy, 20);
    let (status, body) = proxy.call("/v1/broken", embed, &[]);
    assert_eq!((status, body.as_str()), (500, "out of order"), "and it costs nothing");
    proxy.killed_and_back();
    embeds(proxy, 10);
    provider.killed_and_back();
    embeds(proxy, 10);
    for options in [json!({ "include_usage": true }), json!({ "include_usage": false }), Json::Null] {
        let chat = json!({ "stream": true, "stream_options": options, "messages": [] });
        let (status, body) = proxy.call("/v1/chat/completions", &chat, &[]);
        assert_eq!(status, 200);
        assert!(
            body.contains("Hel") && body.ends_with("data: [DONE]\n\n"),
            "the receipt is not the client's: {body}"
        );
    }
    has_the_last_voucher(town, provider, 1);
    // a request past the proxy is served once without a voucher, and the proxy then pays for what it has not seen
    let (status, _) = provider.call("/v1/embeddings", embed, &["lazchain-channel: channel-1"]);
    assert_eq!(status, 200);
    let (status, body) = provider.call("/v1/embeddings", embed, &["lazchain-channel: channel-1"]);
    assert!(status == 402 && body.contains("voucher_behind"), "{status} {body}");
    embeds(proxy, 1);
    paid + 4
}

fn has_the_last_voucher(town: &Town, provider: &Daemon<'_>, channel: u32) {
    town.net.until("the provider has the proxy's last voucher", || {
        let path = format!("/lazchain/channels/{channel}");
        let standing: Json = serde_json::from_str(&provider.call(&path, &Json::Null, &[]).1).unwrap();
        (standing["vouched"] == standing["units"]).then_some(())
    });
}

/// A receipt and its branch lead to the root that the last voucher states.
fn one_use_is_proved(provider: &Daemon<'_>, used: u64) {
    let (status, body) = provider.call("/lazchain/channels/1/receipts/3", &Json::Null, &[]);
    let proof: Json = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &proof["of"]), (200, &json!(used)));
    let standing: Json =
        serde_json::from_str(&provider.call("/lazchain/channels/1", &Json::Null, &[]).1).unwrap();
    let hash = |text: &Json| <[u8; 32]>::try_from(hex::decode(text.as_str().unwrap()).unwrap()).unwrap();
    let branch: Vec<[u8; 32]> = proof["branch"].as_array().unwrap().iter().map(hash).collect();
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let leaf = proto::merkle::leaf(&STANDARD.decode(proof["receipt"].as_str().unwrap()).unwrap());
    assert!(
        proto::merkle::verify(&leaf, 2, used, &branch, &hash(&standing["receipts_root"])),
        "{proof} {standing}"
    );
    let (status, _) = provider.call("/lazchain/channels/1/receipts/999", &Json::Null, &[]);
    assert_eq!(status, 404);
}

fn what_is_short_is_refused_before_the_work(town: &Town, market: &Market<'_>) {
    market.channel(2, 1, 1_000, 30);
    let provider = market.provider();
    let port = market.doors + 1;
    let line = format!("{} --unseen-units {TOKENS}", market.proxy_line(2, port));
    let proxy = Daemon::start(town, "proxy", "node0", &line, port);
    let embed = json!({ "input": "a sentence" });
    assert_eq!(proxy.call("/v1/embeddings", &embed, &[]).0, 200, "21 of 30");
    let (status, body) = proxy.call("/v1/embeddings", &embed, &[]);
    assert!(status == 402 && body.contains("deposit_short"), "{status} {body}");
    town.tx("dan", "usage top-up-channel 2 100ulaz");
    thread::sleep(Duration::from_secs(3));
    assert_eq!(proxy.call("/v1/embeddings", &embed, &[]).0, 200, "42 of 130");
    // for answers that never arrived the proxy pays so much, and then no more
    let past = || {
        has_the_last_voucher(town, &provider, 2);
        assert_eq!(provider.call("/v1/embeddings", &embed, &["lazchain-channel: channel-2"]).0, 200);
    };
    past();
    assert_eq!(proxy.call("/v1/embeddings", &embed, &[]).0, 200, "84 of 130, 21 of them unseen");
    past();
    let (status, body) = proxy.call("/v1/embeddings", &embed, &[]);
    assert!(status == 502 && body.contains("\"unseen\""), "{status} {body}");
    // a channel that closes is redeemed before its delay is over, and not served any more
    town.tx("dan", "usage close-channel 2");
    town.net
        .until("what was used is redeemed", || (number(&market.record(2)["redeemed"]) == 84).then_some(()));
    let (status, body) = proxy.call("/v1/embeddings", &embed, &[]);
    assert!(status == 403 && body.contains("channel_closing"), "{status} {body}");
    let wrong = format!("usage proxy channel-1 http://127.0.0.1:{} --from dan --number 7", market.doors);
    let out = town.net.lazd("node0", &wrong);
    assert!(!out.status.success() && String::from_utf8_lossy(&out.stderr).contains("another key"));
    drop((proxy, provider));
}
