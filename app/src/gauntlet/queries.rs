//! G40: queries that ask for everything. (Messages of megabytes, slow readers and many at once: `doors/tests.rs`.)

use prost_reflect::{DynamicMessage, Value};
use proto::{
    address::Address,
    cosmos::{auth::v1beta1 as auth, base::query::v1beta1::PageRequest},
};
use serde_json::json;

use super::traffic::{PEOPLE, chain, world};
use crate::{error::split, modules::QUERIES, page::MAX_ROWS, testkit::TestChain};

/// Every way to ask for a page that is not one.
fn greedy() -> Vec<PageRequest> {
    let page = |limit, offset, count_total, reverse| PageRequest {
        key: Vec::new(),
        limit,
        offset,
        count_total,
        reverse,
    };
    vec![
        page(u64::MAX, 0, false, false),
        page(u64::MAX, 0, true, true),
        page(u64::MAX, u64::MAX, true, false),
        page(1, u64::MAX, false, true),
        PageRequest { key: vec![0xff; 1_000], limit: u64::MAX, ..PageRequest::default() },
        PageRequest { key: vec![0], limit: 1, reverse: true, ..PageRequest::default() },
        PageRequest { key: b"/".to_vec(), limit: u64::MAX, ..PageRequest::default() },
    ]
}

/// Whatever page is asked for, with whatever else: an answer or a refusal, from every query there is.
#[test]
fn every_query_answers_or_refuses_any_page() {
    let chain = chain();
    let latest = chain.node.store().latest();
    let page =
        proto::descriptors().get_message_by_name("cosmos.base.query.v1beta1.PageRequest").expect("known");
    let mut paged = 0;
    for query in QUERIES.iter().flat_map(|list| list.iter()) {
        let (service, method) = query.path[1..].split_once('/').expect("a method");
        let service = proto::descriptors().get_service_by_name(service).expect("known");
        let method = service.methods().find(|known| known.name() == method).expect("known");
        let input = method.input();
        let Some(field) = input.get_field_by_name("pagination") else { continue };
        paged += 1;
        for ask in greedy() {
            let bytes = prost::Message::encode_to_vec(&ask);
            let inner = DynamicMessage::decode(page.clone(), bytes.as_slice()).expect("decodes");
            let mut message = DynamicMessage::new(input.clone());
            message.set_field(&field, Value::Message(inner));
            let bytes = prost::Message::encode_to_vec(&message);
            let outcome = split((query.answer)(&latest, &bytes));
            outcome.unwrap_or_else(|fault| panic!("{}: {fault}", query.path)).map(drop).unwrap_or_default();
        }
    }
    assert!(paged > 40, "{paged} queries have pages");
}

#[test]
fn a_page_has_its_most_rows_whatever_is_asked_for() {
    let mut state = world();
    let account = |number: usize| {
        let address = Address::module(&format!("p{number}")).to_string();
        let (kind, zero) = ("/cosmos.auth.v1beta1.BaseAccount", "0");
        json!({"@type": kind, "address": address, "pub_key": null, "account_number": zero, "sequence": zero})
    };
    let many: Vec<_> = (0..MAX_ROWS + 50).map(account).collect();
    state["auth"] = json!({ "accounts": many });
    let chain = TestChain::with_genesis(&PEOPLE, state);
    let ask = PageRequest { limit: u64::MAX, ..PageRequest::default() };
    let ask = auth::QueryAccountsRequest { pagination: Some(ask) };
    let answer: auth::QueryAccountsResponse =
        chain.ask("/cosmos.auth.v1beta1.Query/Accounts", &ask).expect("answers");
    assert_eq!(answer.accounts.len(), MAX_ROWS);
    assert!(!answer.pagination.expect("there is more").next_key.is_empty());
}

/// Lists of the protocol's queries that are short by themselves, and why.
const SHORT: &[(&str, &str)] = &[
    ("lazchain.audit.v1.Query.Entries", "its own limit, at most 1,000"),
    ("lazchain.dat.v1.Query.Lineage", "16 parents, each with at most 64 ancestors"),
    ("lazchain.dat.v1.Query.Revenue", "64 denominations"),
    ("lazchain.dat.v1.Query.Claimable", "64 denominations"),
    ("lazchain.dat.v1.Query.Refundable", "two coins"),
    ("lazchain.idao.v1.Query.Treasury", "64 denominations"),
    ("lazchain.idao.v1.Query.MemberRewards", "16 denominations"),
    ("lazchain.quorum.v1.Query.Allocations", "50 memberships, 500 that have ended"),
    ("lazchain.quorum.v1.Query.Budget", "64 members"),
    ("lazchain.quorum.v1.Query.Pools", "16 denominations"),
    ("lazchain.quorum.v1.Query.Claimable", "16 denominations"),
    ("lazchain.rewards.v1.Query.Tally", "one coin"),
    ("lazchain.scheduler.v1.Query.Depths", "one for each queue of the program"),
    ("lazchain.usage.v1.Query.Compute", "16 accepted tokens"),
    ("lazchain.vsc.v1.Query.WhyTally", "64 seats"),
];

/// lazai 7.19: what a query of the protocol lists has pages, or a bound.
#[test]
fn what_is_listed_has_pages_or_a_bound() {
    let mut without_pages = Vec::new();
    let services = proto::descriptors().services().filter(|service| service.name() == "Query");
    for service in services.filter(|service| service.package_name().starts_with("lazchain.")) {
        for method in service.methods() {
            let paged = method.input().get_field_by_name("pagination").is_some();
            let output = method.output();
            let lists = output.fields().any(|field| field.is_list() && field.kind().as_message().is_some());
            if lists && !paged {
                without_pages.push(method.full_name().to_owned());
            }
        }
    }
    without_pages.sort();
    let mut short: Vec<&str> = SHORT.iter().map(|(name, _)| *name).collect();
    short.sort_unstable();
    assert_eq!(without_pages, short, "give it pages, or say what bounds it");
}
