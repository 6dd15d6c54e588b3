//! A chain behind its real doors, on loopback.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use prost::Message;
use proto::cosmos::{bank::v1beta1 as bank, base::abci::v1beta1::SimulationResponse, tx::v1beta1 as tx};
use serde_json::{Value as Json, json};
use tendermint_proto::v0_38::abci::RequestQuery;
use tonic::Code;
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest as Ask, server_reflection_response::MessageResponse,
};

use super::{Limits, abci_query, house::House, reflection};
use crate::testkit::{Odd, address, send};

#[test]
fn rest_answers_with_the_statuses_that_wallets_probe_for() {
    let house = House::open();
    let (ada, nobody) = (address("ada"), address("nobody"));
    let cases = [
        (format!("GET /cosmos/bank/v1beta1/balances/{ada}"), 200),
        (format!("GET /cosmos/bank/v1beta1/balances/{ada}?pagination.limit=10000"), 200),
        (
            format!("GET /cosmos/bank/v1beta1/balances/{ada}?pagination.countTotal=true&pagination.limit=1"),
            200,
        ),
        (format!("GET /cosmos/bank/v1beta1/balances/{ada}/by_denom?denom=ulaz"), 200),
        ("GET /cosmos/bank/v1beta1/supply/by_denom?denom=ulaz".into(), 200),
        ("GET /cosmos/bank/v1beta1/denoms_metadata".into(), 200),
        ("GET /cosmos/auth/v1beta1/params".into(), 200),
        (format!("GET /cosmos/auth/v1beta1/accounts/{ada}"), 200),
        ("GET /cosmos/base/node/v1beta1/config".into(), 200),
        ("GET /cosmos/base/node/v1beta1/status".into(), 200),
        (format!("GET /cosmos/auth/v1beta1/accounts/{nobody}"), 404),
        ("GET /cosmos/bank/v1beta1/spendable_balances/test".into(), 400),
        (format!("GET /cosmos/bank/v1beta1/balances/{ada}?pagination.limit=x"), 400),
        ("GET /cosmos/bank/v1beta1/params?a=%zz".into(), 400),
        ("GET /ibc/apps/transfer/v1/params".into(), 501),
        ("GET /nothing/here".into(), 501),
        ("GET /".into(), 501),
        ("GET /cosmos/auth/v1beta1/params/".into(), 501),
        ("HEAD /cosmos/auth/v1beta1/params".into(), 501),
        ("POST /cosmos/auth/v1beta1/params".into(), 501),
        ("GET /cosmos/authz/v1beta1/grants".into(), 501),
        (format!("GET /cosmos/tx/v1beta1/txs/{}", "00".repeat(32)), 404),
        ("GET /cosmos/tx/v1beta1/txs/xyz".into(), 400),
        ("GET /cosmos/tx/v1beta1/txs".into(), 500),
        ("GET /cosmos/tx/v1beta1/txs?query=a".into(), 400),
        ("GET /cosmos/base/tendermint/v1beta1/blocks/latest".into(), 503),
    ];
    for (ask, status) in cases {
        let reply = house.http(&ask, "", "");
        assert_eq!(reply.status, status, "{ask}: {reply:?}");
        assert_eq!(reply.headers.contains_key(super::grpc::HEIGHT), status == 200, "{ask}: {reply:?}");
    }
    let unknown = house.get("/nothing/here").json();
    assert_eq!(unknown, json!({"code": 12, "message": "Not Implemented", "details": []}));
    let long = "x".repeat(20_000);
    assert_eq!(house.http("POST /cosmos/tx/v1beta1/txs", "", &long).status, 400);
    let preflight = house.http("OPTIONS /cosmos/auth/v1beta1/params", "Origin: http://a\r\n", "");
    assert_eq!(preflight.headers.get("access-control-allow-origin").map(String::as_str), Some("*"));
}

#[test]
fn the_height_asked_for_is_honoured_and_named_on_every_success() {
    let mut house = House::open();
    house.chain.run("ada", vec![send("ada", "bob", 7)]);
    let path = format!("GET /cosmos/bank/v1beta1/balances/{}/by_denom?denom=ulaz", address("bob"));
    for (asked, amount, height) in [("0", "12", "2"), ("1", "5", "1"), ("2", "12", "2")] {
        for name in ["x-cosmos-block-height", "Grpc-Metadata-X-Cosmos-Block-Height"] {
            let reply = house.http(&path, &format!("{name}: {asked}\r\n"), "");
            assert_eq!(reply.json()["balance"]["amount"], amount, "{reply:?}");
            assert_eq!(reply.headers["x-cosmos-block-height"], height);
            assert_eq!(reply.headers["grpc-metadata-x-cosmos-block-height"], height);
        }
        assert_eq!(house.balance(Some(asked)).expect("answers"), (amount.to_owned(), height.to_owned()));
    }
    let future = house.http(&path, "x-cosmos-block-height: 99\r\n", "");
    let words = "codespace sdk code 26: invalid height: cannot query with height in the future; please provide a valid height";
    assert_eq!(future.status, 500);
    assert_eq!(future.json(), json!({"code": 2, "message": words, "details": []}));
    let status = house.balance(Some("99")).expect_err("refuses");
    assert_eq!((status.code(), status.message()), (Code::Unknown, words));
    assert_eq!(house.balance(Some("x")).expect_err("refuses").code(), Code::InvalidArgument);
    assert_eq!(house.http(&path, "x-cosmos-block-height: -1\r\n", "").status, 400);
}

/// In amino JSON, without a key, without gas, under 64 zeros.
fn as_keplr_asks(raw: &tx::TxRaw) -> Vec<u8> {
    let mut auth = tx::AuthInfo::decode(raw.auth_info_bytes.as_slice()).expect("decodes");
    for info in &mut auth.signer_infos {
        let mode = proto::cosmos::tx::signing::v1beta1::SignMode::LegacyAminoJson.into();
        let single = tx::mode_info::Sum::Single(tx::mode_info::Single { mode });
        (info.public_key, info.mode_info) = (None, Some(tx::ModeInfo { sum: Some(single) }));
    }
    auth.fee.iter_mut().for_each(|fee| fee.gas_limit = 0);
    let auth_info_bytes = auth.encode_to_vec();
    tx::TxRaw { auth_info_bytes, signatures: vec![vec![0; 64]], ..raw.clone() }.encode_to_vec()
}

#[test]
fn a_transaction_is_simulated_in_every_form_that_clients_send() {
    let mut house = House::open();
    // the key of ada's account is known from now on
    assert_eq!(house.chain.run("ada", vec![send("ada", "bob", 1)]).code, 0);
    let signed = house.chain.sign("ada", vec![send("ada", "bob", 1)], &Odd::default());
    let raw = tx::TxRaw::decode(signed.as_slice()).expect("decodes");
    let keplrs = as_keplr_asks(&raw);
    let unsigned = tx::TxRaw { signatures: vec![Vec::new()], ..raw }.encode_to_vec();
    let exact = house.chain.node.simulate(&unsigned).expect("runs").gas_used.to_string();

    let ask = tx::SimulateRequest { tx_bytes: unsigned.clone(), ..Default::default() };
    let answer: (tx::SimulateResponse, String) =
        house.call("/cosmos.tx.v1beta1.Service/Simulate", ask, None).expect("runs");
    assert_eq!(answer.0.gas_info.expect("gas").gas_used.to_string(), exact);
    assert!(!answer.0.result.expect("a result").events.is_empty());

    let body = json!({"tx_bytes": BASE64.encode(&unsigned)}).to_string();
    let reply = house.http("POST /cosmos/tx/v1beta1/simulate", "", &body);
    assert_eq!((reply.status, reply.json()["gas_info"]["gas_used"].as_str()), (200, Some(exact.as_str())));

    // what it asks about cannot be sent like this: it would have a second spelling
    let body = json!({"tx_bytes": BASE64.encode(&keplrs)}).to_string();
    let reply = house.http("POST /cosmos/tx/v1beta1/simulate", "", &body);
    assert_eq!((reply.status, reply.json()["gas_info"]["gas_used"].as_str()), (200, Some(exact.as_str())));
    assert_eq!(house.chain.check(&keplrs).code, 8);

    let body = json!({"tx_bytes": BASE64.encode(&unsigned)}).to_string();
    let decoded = house.http("POST /cosmos/tx/v1beta1/decode", "", &body).json();
    let reply = house.http("POST /cosmos/tx/v1beta1/simulate", "", &json!({"tx": decoded["tx"]}).to_string());
    assert_eq!((reply.status, reply.json()["gas_info"]["gas_used"].as_str()), (200, Some(exact.as_str())));
    let encoded = house.http("POST /cosmos/tx/v1beta1/encode", "", &json!({"tx": decoded["tx"]}).to_string());
    assert_eq!(encoded.json()["tx_bytes"], BASE64.encode(&unsigned));

    let path = "/cosmos.tx.v1beta1.Service/Simulate".to_owned();
    let data = tx::SimulateRequest { tx_bytes: unsigned.clone(), ..Default::default() }.encode_to_vec();
    let answer =
        abci_query::answer(&house.desk, &RequestQuery { path, data: data.into(), ..Default::default() });
    let answer = tx::SimulateResponse::decode(answer.value).expect("decodes");
    assert_eq!(answer.gas_info.expect("gas").gas_used.to_string(), exact);
    let ask = RequestQuery { path: "app/simulate".into(), data: unsigned.into(), ..Default::default() };
    let answer = SimulationResponse::decode(abci_query::answer(&house.desk, &ask).value).expect("decodes");
    assert_eq!(answer.gas_info.expect("gas").gas_used.to_string(), exact);
}

#[test]
fn a_node_that_filters_its_peers_may_connect_to_all() {
    let house = House::open();
    let code = |path: &str| {
        let ask = RequestQuery { path: path.into(), ..Default::default() };
        abci_query::answer(&house.desk, &ask).code
    };
    for path in ["/p2p/filter/addr/[::1]:26656", "/p2p/filter/id/6ab9", "p2p/filter/id/6ab9"] {
        assert_eq!(code(path), 0, "{path}");
    }
    for path in ["/p2p/filter/id", "/p2p/filter/name/6ab9", "/p2p/filter/id/6ab9/more", "/p2p"] {
        assert_eq!(code(path), 6, "{path}");
    }
}

/// G40: a simulation has the limits of the transaction.
#[test]
fn a_simulation_that_fails_says_why_and_what_it_used() {
    let house = House::open();
    let odd = Odd { sequence: Some(4), ..Odd::default() };
    let tx_bytes = house.chain.sign("ada", vec![send("ada", "bob", 1)], &odd);
    let ask = tx::SimulateRequest { tx_bytes, ..Default::default() };
    let data = ask.encode_to_vec();
    let answer = house.call::<_, tx::SimulateResponse>("/cosmos.tx.v1beta1.Service/Simulate", ask, None);
    let status = answer.expect_err("refuses");
    assert_eq!(status.code(), Code::Unknown);
    let words = "account sequence mismatch, expected 0, got 4: incorrect account sequence with gas used: '";
    assert!(status.message().starts_with(words), "{status:?}");
    let path = "/cosmos.tx.v1beta1.Service/Simulate".to_owned();
    let answer =
        abci_query::answer(&house.desk, &RequestQuery { path, data: data.into(), ..Default::default() });
    assert_eq!((answer.code, answer.height), (6, 1));
    assert!(answer.log.starts_with(&format!("rpc error: code = Unknown desc = {words}")), "{}", answer.log);
}

#[test]
fn a_transaction_is_found_and_searched_at_once() {
    let mut house = House::open();
    let tx = house.chain.sign("ada", vec![send("ada", "bob", 1)], &Odd::default());
    let hash = hex::encode_upper(crate::node::hash(&tx));
    assert_eq!(house.chain.block(vec![tx])[0].code, 0);
    house.chain.run("ada", vec![send("ada", "bob", 900_000_000)]);
    let found = house.get(&format!("/cosmos/tx/v1beta1/txs/{hash}")).json();
    let response = &found["tx_response"];
    assert_eq!((response["txhash"].as_str(), response["height"].as_str()), (Some(hash.as_str()), Some("2")));
    assert_eq!((response["code"].as_u64(), response["raw_log"].as_str()), (Some(0), Some("")));
    assert_eq!(response["timestamp"], "2023-11-14T22:13:22Z");
    assert_eq!(response["tx"]["@type"], "/cosmos.tx.v1beta1.Tx");
    assert_eq!(response["tx"]["body"]["messages"][0]["@type"], "/cosmos.bank.v1beta1.MsgSend");
    assert_eq!(found["tx"]["body"], response["tx"]["body"]);

    let search = |rest: &str| {
        let json = house.get(&format!("/cosmos/tx/v1beta1/txs?{rest}")).json();
        let heights = json["tx_responses"].as_array().expect("a list").iter();
        let heights: Vec<_> = heights.map(|tx| tx["height"].as_str().expect("text").to_owned()).collect();
        assert_eq!(
            (json["txs"].as_array().map(Vec::len), &json["pagination"]),
            (Some(heights.len()), &Json::Null)
        );
        (heights.join(","), json["total"].as_str().expect("a total").to_owned())
    };
    let by_ada = format!("query=message.sender=%27{}%27", address("ada"));
    let is = |heights: &str, total: &str| (heights.to_owned(), total.to_owned());
    assert_eq!(search(&by_ada), is("2,3", "2"));
    assert_eq!(search(&format!("{by_ada}&order_by=ORDER_BY_DESC&limit=1")), is("3", "2"));
    assert_eq!(search(&format!("{by_ada}&page=2&limit=1")), is("3", "2"));
    assert_eq!(search(&format!("{by_ada}&pagination.offset=1&pagination.limit=1")), is("3", "2"));
    assert_eq!(search("query=tx.height%3E2"), is("3", "1"));
    assert_eq!(search(&format!("events=tx.hash=%27{hash}%27")), is("2", "1"));
}

#[test]
fn reflection_lists_what_is_served_and_describes_every_symbol() {
    let house = House::open();
    let mut client = ServerReflectionClient::new(house.channel());
    let symbols: Vec<String> = reflection::symbols().map(str::to_owned).collect();
    assert!(symbols.len() > 2_000);
    let list = [Ask::ListServices(String::new())].into_iter();
    let asks = list.chain(symbols.iter().cloned().map(Ask::FileContainingSymbol));
    let asks: Vec<_> =
        asks.map(|ask| ServerReflectionRequest { host: String::new(), message_request: Some(ask) }).collect();
    let answers = house.runtime.block_on(async {
        let stream = client.server_reflection_info(tokio_stream::iter(asks)).await.expect("answers");
        let mut stream = stream.into_inner();
        let mut answers = Vec::new();
        while let Some(answer) = stream.message().await.expect("goes on") {
            answers.push(answer.message_response.expect("an answer"));
        }
        answers
    });
    let MessageResponse::ListServicesResponse(list) = &answers[0] else { panic!("no list") };
    let names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
    for name in [
        "cosmos.bank.v1beta1.Query",
        "cosmos.bank.v1beta1.Msg",
        "cosmos.tx.v1beta1.Service",
        "cosmos.base.tendermint.v1beta1.Service",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        "grpc.health.v1.Health",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    for name in &names {
        assert!(symbols.iter().any(|symbol| symbol == name), "{name} cannot be described");
    }
    assert_eq!(answers.len(), symbols.len() + 1);
    for (answer, symbol) in answers[1..].iter().zip(&symbols) {
        let MessageResponse::FileDescriptorResponse(files) = answer else { panic!("{symbol}: {answer:?}") };
        assert_eq!(files.file_descriptor_proto.len(), 1, "{symbol}");
    }
}

#[test]
fn every_path_of_the_table_is_an_rpc_of_the_descriptors() {
    let services = proto::descriptors().services();
    let rpcs = services.flat_map(|service| service.methods().collect::<Vec<_>>());
    let rpcs: Vec<_> =
        rpcs.map(|rpc| format!("/{}/{}", rpc.parent_service().full_name(), rpc.name())).collect();
    for path in super::desk::paths() {
        assert!(rpcs.iter().any(|rpc| rpc == path), "{path}");
    }
}

#[test]
fn grpc_names_what_it_does_not_serve() {
    let house = House::open();
    let call = |path| {
        let answer = house.call::<_, ()>(path, bank::QueryParamsRequest {}, None);
        let status = answer.expect_err("refuses");
        (status.code(), status.message().to_owned())
    };
    let unknown = call("/cosmos.nothing.v1.Query/Params");
    assert_eq!(unknown, (Code::Unimplemented, "unknown service cosmos.nothing.v1.Query".into()));
    let unknown = call("/cosmos.bank.v1beta1.Query/Nothing");
    let words = "unknown method Nothing for service cosmos.bank.v1beta1.Query";
    assert_eq!(unknown, (Code::Unimplemented, words.into()));
}

#[test]
fn a_healthy_node_says_so() {
    use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
    let house = House::open();
    let mut client = HealthClient::new(house.channel());
    let ask = || HealthCheckRequest { service: String::new() };
    let healthy = house.runtime.block_on(async {
        for _ in 0..100 {
            if client.check(ask()).await.expect("answers").into_inner().status == 1 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    });
    assert!(healthy);
}

/// G40.
#[test]
fn limits_refuse_by_name() {
    let few_rows = House::with(Limits { rows: 1, ..Limits::default() });
    let path = format!("/cosmos/bank/v1beta1/balances/{}", address("ada"));
    let reply = few_rows.get(&path);
    assert_eq!((reply.status, reply.json()["code"].as_i64()), (429, Some(8)), "{reply:?}");
    let no_time = House::with(Limits { time: Duration::ZERO, ..Limits::default() });
    let reply = no_time.get(&path);
    assert!([429, 504].contains(&reply.status), "{reply:?}");
    let small = House::with(Limits { response_bytes: 10, ..Limits::default() });
    assert_eq!(small.get(&path).status, 429);
    let nobody = House::with(Limits { waiting: 0, ..Limits::default() });
    assert_eq!(nobody.balance(None).expect_err("refuses").code(), Code::ResourceExhausted);
    let house = House::open();
    let ask = bank::QueryBalanceRequest { address: "x".repeat(200_000), denom: String::new() };
    let answer = house.call::<_, ()>("/cosmos.bank.v1beta1.Query/Balance", ask, None);
    assert_eq!(answer.expect_err("refuses").code(), Code::OutOfRange);
}

#[test]
fn metrics_are_shown_in_prometheus_form() {
    let house = House::open();
    house.get("/cosmos/auth/v1beta1/params");
    let reply = house.get("/metrics?format=prometheus");
    assert_eq!(reply.status, 200);
    for line in [
        "lazchain_height 1",
        "lazchain_store{figure=\"trie_leaves\"}",
        "lazchain_query_seconds_count{path=\"/cosmos.auth.v1beta1.Query/Params\"} 1",
        "lazchain_queries_waiting 0",
    ] {
        assert!(reply.body.contains(line), "{line} is not in {}", reply.body);
    }
    assert_eq!(house.get("/metrics?format=x").status, 400);
}
