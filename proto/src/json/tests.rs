use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cosmos::bank::v1beta1::{MsgSend, QueryAllBalancesRequest};
use crate::cosmos::base::v1beta1::Coin;
use crate::cosmos::gov::v1::QueryProposalsRequest;
use crate::cosmos::staking::v1beta1::QueryValidatorsRequest;
use crate::cosmos::tx::v1beta1::{BroadcastTxRequest, SimulateRequest, TxBody};

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn query<M: Message + Default>(name: &str, list: &[(&str, &str)]) -> Result<M, WireError> {
    from_query(name, &pairs(list)).map(|bytes| M::decode(bytes.as_slice()).unwrap())
}

#[test]
fn a_query_string_fills_nested_fields_and_ignores_what_is_unknown() {
    let list = [
        ("pagination.limit", "5"),
        ("pagination.countTotal", "true"),
        ("pagination.key", "AQ=="),
        ("x.y", "1"),
    ];
    let ask: QueryAllBalancesRequest = query("cosmos.bank.v1beta1.QueryAllBalancesRequest", &list).unwrap();
    let page = ask.pagination.unwrap();
    assert_eq!((page.limit, page.count_total, page.key), (5, true, vec![1]));
    let ask: QueryValidatorsRequest =
        query("cosmos.staking.v1beta1.QueryValidatorsRequest", &[("status", "BOND_STATUS_BONDED")]).unwrap();
    assert_eq!(ask.status, "BOND_STATUS_BONDED");
    for status in ["PROPOSAL_STATUS_PASSED", "3"] {
        let list = [("proposal_status", status)];
        let ask: QueryProposalsRequest = query("cosmos.gov.v1.QueryProposalsRequest", &list).unwrap();
        assert_eq!(ask.proposal_status, 3);
    }
    let name = "cosmos.bank.v1beta1.QueryAllBalancesRequest";
    for (field, value) in [
        ("pagination.limit", "-1"),
        ("pagination.limit", ""),
        ("pagination.limit", "+1"),
        ("pagination.reverse", "maybe"),
        ("pagination.key", "%"),
    ] {
        assert!(from_query(name, &pairs(&[(field, value)])).is_err(), "{field}={value}");
    }
    assert!(from_query(name, &pairs(&[("address", "a"), ("address", "b")])).is_err());
    assert!(from_query(name, &pairs(&[("pagination", "a")])).is_err());
    assert!(from_query(name, &pairs(&[("address", "a"); MAX_QUERY_PAIRS + 1])).is_err());
}

#[test]
fn the_path_wins_over_the_query() {
    let name = "cosmos.bank.v1beta1.QueryAllBalancesRequest";
    let bytes =
        request(name, None, &pairs(&[("address", "laz1p")]), &pairs(&[("address", "laz1q")])).unwrap();
    assert_eq!(QueryAllBalancesRequest::decode(bytes.as_slice()).unwrap().address, "laz1p");
}

#[test]
fn a_body_may_be_snake_or_camel_case_with_numbers_or_strings() {
    let name = "cosmos.tx.v1beta1.BroadcastTxRequest";
    for body in [
        json!({"tx_bytes": "+/8=", "mode": "BROADCAST_MODE_SYNC"}),
        json!({"txBytes": "-_8", "mode": 2}),
        json!({"txBytes": "-_8=", "mode": "2"}),
    ] {
        let bytes = request(name, Some(("*", &body)), &[], &[]).unwrap();
        let ask = BroadcastTxRequest::decode(bytes.as_slice()).unwrap();
        assert_eq!((ask.tx_bytes, ask.mode), (vec![0xfb, 0xff], 2));
    }
    for body in [
        json!({"tx": 1}),
        json!([]),
        json!({"mode": "NONE"}),
        json!({"mode": 1.5}),
        json!({"tx_bytes": "*"}),
        json!({"tx_bytes": 1}),
    ] {
        assert!(from_json(name, &body).is_err(), "{body}");
    }
    let body = json!({"timeout_height": "7", "timeoutHeight": 8, "memo": null});
    let read = TxBody::decode(from_json("cosmos.tx.v1beta1.TxBody", &body).unwrap().as_slice()).unwrap();
    assert_eq!(read.timeout_height, 8);
}

#[test]
fn a_transaction_may_be_posted_as_json_with_its_messages_inlined() {
    let message = json!({"@type": "/cosmos.bank.v1beta1.MsgSend", "fromAddress": "laz1a", "amount": [{"denom": "ulaz", "amount": "5"}]});
    let tx = json!({"tx": {"body": {"messages": [message]}, "authInfo": {"fee": {"gasLimit": "9"}}, "signatures": [""]}});
    let bytes = from_json("cosmos.tx.v1beta1.SimulateRequest", &tx).unwrap();
    #[allow(deprecated, reason = "cosmpy sends this field")]
    let tx = SimulateRequest::decode(bytes.as_slice()).unwrap().tx.unwrap();
    let send = MsgSend::decode(tx.body.unwrap().messages[0].value.as_slice()).unwrap();
    assert_eq!(send.amount, vec![Coin { denom: "ulaz".into(), amount: "5".into() }]);
    assert_eq!(tx.auth_info.unwrap().fee.unwrap().gas_limit, 9);
    let unknown = json!({"messages": [{"@type": "/no.Such"}]});
    let refused = from_json("cosmos.tx.v1beta1.TxBody", &unknown);
    assert_eq!(refused, Err(WireError::UnknownType("/no.Such".into())));
    let nameless = json!({"messages": [{}]});
    assert!(from_json("cosmos.tx.v1beta1.TxBody", &nameless).is_err());
}

#[test]
fn defaults_are_shown_and_absent_messages_are_null() {
    let shown = to_json("cosmos.bank.v1beta1.QueryAllBalancesResponse", &[]).unwrap();
    assert_eq!(shown, json!({"balances": [], "pagination": null}));
    let shown = to_json("cosmos.base.query.v1beta1.PageResponse", &[0x10, 0x05]).unwrap();
    assert_eq!(shown, json!({"next_key": null, "total": "5"}));
    let shown = to_json("cosmos.mint.v1beta1.Params", &[]).unwrap();
    assert_eq!(shown["inflation_max"], json!(null));
    assert_eq!(to_json("no.Such", &[]), Err(WireError::UnknownType("no.Such".into())));
}

#[test]
fn json_bombs_are_refused() {
    let mut body = json!({"@type": "/cosmos.tx.v1beta1.TxBody"});
    for _ in 0..40 {
        body = json!({"@type": "/cosmos.tx.v1beta1.TxBody", "messages": [body]});
    }
    assert_eq!(from_json("google.protobuf.Any", &body), Err(WireError::TooDeep(crate::MAX_ANY_DEPTH)));
    let mut mode = json!({});
    for _ in 0..100 {
        mode = json!({"multi": {"mode_infos": [mode]}});
    }
    assert_eq!(
        from_json("cosmos.tx.v1beta1.ModeInfo", &mode),
        Err(WireError::TooDeep(crate::MAX_MESSAGE_DEPTH))
    );
    let both = json!({"single": {}, "multi": {}});
    assert!(from_json("cosmos.tx.v1beta1.ModeInfo", &both).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let names =
        ["@type", "messages", "memo", "timeout_timestamp", "amount", "denom", "value", "body", "fee", "x"];
    let texts = [
        "/cosmos.bank.v1beta1.MsgSend",
        "/google.protobuf.Duration",
        "1",
        "-1s",
        "",
        "2000-01-01T00:00:00Z",
        "AA==",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        proptest::sample::select(texts.to_vec()).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 5, move |inner| {
        let name = proptest::sample::select(names.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_json_never_panics(value in any_json()) {
        for name in ["cosmos.tx.v1beta1.Tx", "cosmos.tx.v1beta1.TxBody", "google.protobuf.Any", "cosmos.base.v1beta1.Coin"] {
            if let Ok(bytes) = from_json(name, &value) {
                prop_assert!(to_json(name, &bytes).is_ok(), "{}", value);
            }
        }
    }

    #[test]
    fn random_bytes_and_queries_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), text in "\\PC{0,20}") {
        for name in ["cosmos.tx.v1beta1.Tx", "cosmos.gov.v1.Proposal", "cosmos.staking.v1beta1.Validator", "google.protobuf.Any"] {
            let _ = to_json(name, &bytes);
            let _ = crate::amino::to_json(name, &bytes);
        }
        let list = pairs(&[("pagination.key", &text), (&text, &text), ("pagination.limit", &text)]);
        let _ = from_query("cosmos.bank.v1beta1.QueryAllBalancesRequest", &list);
        let _ = crate::http::parse_query(&text);
        let _ = crate::http::find(&crate::http::routes()[..3], "GET", &text);
    }
}
