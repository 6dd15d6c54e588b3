//! Scenarios.

use prost::Message;
use proto::cosmos::{staking::v1beta1 as staking, tx::v1beta1 as pb};
use serde_json::{Value as Json, json};

use crate::{
    modules::staking::tests::create,
    testkit::{Odd, TestChain, any, genesis, send},
};

const BALANCES: [(&str, u64); 3] = [("ada", 1_000), ("vic", 100_000_000), ("val", 100_000_000)];

/// A signed transaction as a genesis file has it: number and sequence 0, no fee.
fn gen_tx(name: &str, messages: Vec<prost_types::Any>, odd: Odd) -> Json {
    let odd = Odd { fee: Some(("ulaz", 0)), memo: "id@127.0.0.1:26656".into(), ..odd };
    let bytes = TestChain::with_balances(&[(name, 5)]).sign_at(name, messages, &odd, 0);
    let raw = pb::TxRaw::decode(bytes.as_slice()).expect("decodes");
    let tx = pb::Tx {
        body: Some(pb::TxBody::decode(raw.body_bytes.as_slice()).expect("decodes")),
        auth_info: Some(pb::AuthInfo::decode(raw.auth_info_bytes.as_slice()).expect("decodes")),
        signatures: raw.signatures,
    };
    proto::json::to_json("cosmos.tx.v1beta1.Tx", &tx.encode_to_vec()).expect("is written")
}

fn create_tx(name: &str, amount: u64) -> Json {
    gen_tx(name, vec![any(&create(name, amount))], Odd::default())
}

fn with(txs: Vec<Json>) -> Json {
    let mut state = genesis(&BALANCES, &[]);
    state["genutil"] = json!({"gen_txs": txs});
    state
}

#[test]
fn validators_make_themselves_before_the_first_block() {
    let state = with(vec![create_tx("vic", 10_000_000), create_tx("val", 20_000_000)]);
    let mut chain = TestChain::with_genesis(&["vic", "val"], state);
    assert_eq!(chain.updates(&["vic", "val"]), [("val".into(), 20), ("vic".into(), 10)]);
    assert_eq!(chain.sequence("vic"), 1);
    assert_eq!(chain.balance("vic"), 90_000_000);
    let again = chain.run("vic", vec![any(&create("vic", 10_000_000))]);
    assert_eq!((again.codespace.as_str(), again.code), ("staking", 4));
}

#[test]
fn they_may_join_validators_that_are_listed() {
    let mut state = genesis(&BALANCES, &[("ada", 5_000_000)]);
    state["genutil"] = json!({"gen_txs": [create_tx("vic", 10_000_000)]});
    let chain = TestChain::with_genesis(&["vic"], state);
    assert_eq!(chain.updates(&["ada", "vic"]), [("vic".into(), 10), ("ada".into(), 5)]);
}

#[test]
fn one_bad_transaction_makes_the_genesis_invalid() {
    let refused = |tx: Json| {
        let error = TestChain::try_genesis(&["vic"], with(vec![tx])).err().expect("is refused");
        error.to_string()
    };
    let wrong = Odd { signer: Some("val"), ..Odd::default() };
    assert!(refused(gen_tx("vic", vec![any(&create("vic", 1_000_000))], wrong)).contains("transaction 0"));
    assert!(refused(create_tx("vic", 200_000_000)).contains("insufficient funds"));
    let chain_id = Odd { chain_id: Some("another-1"), ..Odd::default() };
    let text = refused(gen_tx("vic", vec![any(&create("vic", 1_000_000))], chain_id));
    assert!(text.contains("signature verification failed"), "{text}");
    assert!(refused(json!({"body": 7})).contains("transaction 0"));
}

#[test]
fn any_message_may_stand_in_a_genesis_transaction() {
    let state = with(vec![gen_tx("vic", vec![send("vic", "ada", 7)], Odd::default())]);
    let chain = TestChain::with_genesis(&["ada"], state);
    assert_eq!(chain.balance("ada"), 1_007);
    let list: staking::QueryValidatorsResponse = chain
        .ask("/cosmos.staking.v1beta1.Query/Validators", &staking::QueryValidatorsRequest::default())
        .expect("answers");
    assert!(list.validators.is_empty());
}

#[test]
fn the_genesis_files_own_list_must_be_the_set_that_its_state_leads_to() {
    let listed = |power| {
        let update = crate::modules::staking::tests::update("vic", power);
        TestChain::init(&["vic"], with(vec![create_tx("vic", 10_000_000)]), vec![update]).is_ok()
    };
    assert!(listed(10));
    assert!(!listed(11));
}
