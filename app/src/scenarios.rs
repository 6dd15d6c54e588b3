//! Scenarios of the transaction pipeline, each a sentence.

use prost::Message;
use proto::cosmos::tx::v1beta1::TxRaw;

use crate::{
    node::{Condition, search},
    testkit::{Odd, TestChain, address, send},
};

fn chain() -> TestChain {
    TestChain::with_balances(&[("ada", 1_000), ("bob", 0), ("eve", 50)])
}

#[test]
fn a_send_moves_coins_pays_its_fee_and_uses_its_sequence() {
    let mut chain = chain();
    let result = chain.run("ada", vec![send("ada", "bob", 100)]);
    assert_eq!((result.code, result.log.as_str()), (0, ""));
    assert_eq!((chain.balance("ada"), chain.balance("bob"), chain.sequence("ada")), (890, 100, 1));
    let kinds: Vec<_> = result.events.iter().map(|event| event.kind()).collect();
    let fee = ["coin_spent", "coin_received", "transfer", "message", "tx", "tx", "tx"];
    let message = ["message", "coin_spent", "coin_received", "transfer", "message"];
    assert_eq!(kinds, [fee.as_slice(), message.as_slice()].concat());
}

#[test]
fn amino_json_signs_as_well_as_direct() {
    let mut chain = chain();
    let tx = chain.sign("ada", vec![send("ada", "bob", 7)], &Odd { amino: true, ..Odd::default() });
    assert_eq!(chain.check(&tx).code, 0);
    assert_eq!(chain.block(vec![tx])[0].code, 0);
    assert_eq!(chain.balance("bob"), 7);
}

#[test]
fn a_failing_message_changes_nothing_but_the_fee_and_the_sequence() {
    let mut chain = chain();
    let result = chain.run("ada", vec![send("ada", "bob", 5), send("ada", "bob", 5_000)]);
    assert_eq!((result.codespace.as_str(), result.code), ("sdk", 5));
    assert!(result.log.starts_with("failed to execute message; message index: 1: spendable balance 985ulaz"));
    assert!(result.data.is_empty());
    assert_eq!((chain.balance("ada"), chain.balance("bob"), chain.sequence("ada")), (990, 0, 1));
    assert!(!result.events.iter().any(|event| event.value("msg_index").is_some()));
}

#[test]
fn what_fails_a_check_has_no_effect_at_all_and_says_why() {
    let mut chain = chain();
    let cases = [
        (Odd { sequence: Some(3), ..Odd::default() }, 32, "account sequence mismatch, expected 0, got 3"),
        (Odd { gas: Some(1), ..Odd::default() }, 11, "out of gas"),
        (Odd { chain_id: Some("other-1"), ..Odd::default() }, 4, "signature verification failed"),
        (Odd { signer: Some("eve"), ..Odd::default() }, 8, "pubKey does not match"),
        (Odd { timeout_height: 1, ..Odd::default() }, 30, "timeout height: 1"),
        (Odd { memo: "x".repeat(257), ..Odd::default() }, 12, "memo too large"),
        (Odd { fee: Some(("ulaz", 5_000)), ..Odd::default() }, 5, "insufficient funds"),
        (Odd { fee: Some(("uother", 5)), ..Odd::default() }, 5, "insufficient funds"),
        (Odd { gas: Some(0), ..Odd::default() }, 11, "gasWanted: 0"),
    ];
    for (odd, code, words) in cases {
        let tx = chain.sign("ada", vec![send("ada", "bob", 1)], &odd);
        let checked = chain.check(&tx);
        let result = chain.block(vec![tx]).remove(0);
        assert_eq!((result.codespace.as_str(), result.code), ("sdk", code), "{}", result.log);
        assert!(result.log.contains(words), "{} has no {words}", result.log);
        assert_ne!(checked.code, 0, "{words}");
        assert_eq!((chain.balance("ada"), chain.sequence("ada")), (1_000, 0), "{words}");
    }
}

#[test]
fn a_fee_below_the_nodes_price_keeps_a_transaction_out_of_the_pool_but_not_out_of_a_block() {
    let mut chain = chain();
    let tx =
        chain.sign("ada", vec![send("ada", "bob", 1)], &Odd { fee: Some(("ulaz", 9)), ..Odd::default() });
    let checked = chain.check(&tx);
    assert_eq!(checked.code, 13);
    assert_eq!(checked.log, "insufficient fees; got: 9ulaz required: 10ulaz: insufficient fee");
    assert_eq!(chain.block(vec![tx])[0].code, 0);
}

#[test]
fn the_pool_takes_the_next_sequence_while_the_first_still_waits() {
    let mut chain = chain();
    let next = |sequence| Odd { sequence: Some(sequence), ..Odd::default() };
    let first = chain.sign("ada", vec![send("ada", "bob", 1)], &next(0));
    let second = chain.sign("ada", vec![send("ada", "bob", 1)], &next(1));
    assert_eq!(chain.check(&second).code, 32);
    assert_eq!((chain.check(&first).code, chain.check(&second).code), (0, 0));
    assert_eq!(chain.check(&first).code, 32);
    let results = chain.block(vec![first.clone(), second, first]);
    assert_eq!(results.iter().map(|result| result.code).collect::<Vec<_>>(), [0, 0, 32]);
}

#[test]
fn a_transaction_has_one_spelling() {
    let mut chain = chain();
    let good = chain.sign("ada", vec![send("ada", "bob", 1)], &Odd::default());
    let raw = TxRaw::decode(good.as_slice()).expect("decodes");
    let mut unknown = good.clone();
    unknown.extend([0x7a, 0x01, 0x00]);
    let mut twice = raw.clone().encode_to_vec();
    twice.extend(TxRaw { body_bytes: raw.body_bytes.clone(), ..TxRaw::default() }.encode_to_vec());
    let more = TxRaw { signatures: vec![raw.signatures[0].clone(); 2], ..raw.clone() }.encode_to_vec();
    let mut high = raw.clone();
    let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let order = ruint::aliases::U256::from_str_radix(order, 16).expect("a number");
    let s = ruint::aliases::U256::try_from_be_slice(&high.signatures[0][32..]).expect("32 bytes");
    high.signatures[0][32..].copy_from_slice(&(order - s).to_be_bytes::<32>());
    let results = chain.block(vec![unknown, twice, more, high.encode_to_vec(), good]);
    let codes: Vec<_> = results.iter().map(|result| result.code).collect();
    assert_eq!(codes, [2, 2, 4, 4, 0]);
}

#[test]
fn any_bytes_in_a_block_get_one_result_each_and_no_effect() {
    let mut chain = chain();
    let txs = vec![Vec::new(), vec![0xff; 1_000], vec![0x0a, 0x02, 0x0a, 0x00], b"hello".to_vec()];
    let results = chain.block(txs);
    assert_eq!(results.len(), 4);
    assert!(results.iter().all(|result| result.code != 0));
}

#[test]
fn a_simulation_costs_what_the_transaction_will_use() {
    let mut chain = chain();
    let tx = chain.sign("ada", vec![send("ada", "bob", 1)], &Odd::default());
    let raw = TxRaw::decode(tx.as_slice()).expect("decodes");
    let unsigned = TxRaw { signatures: vec![Vec::new()], ..raw }.encode_to_vec();
    let simulated = chain.node.simulate(&unsigned).expect("runs").gas_used;
    let exact = Odd { gas: Some(simulated), ..Odd::default() };
    let tx = chain.sign("ada", vec![send("ada", "bob", 1)], &exact);
    let result = chain.block(vec![tx]).remove(0);
    assert_eq!((result.code, result.gas_used), (0, i64::try_from(simulated).expect("fits")));
}

#[test]
fn what_we_prepare_is_accepted_and_its_result_is_the_same_executed_ahead_or_not() {
    let (mut ahead, mut plain) = (chain(), chain());
    let next = |sequence| Odd { sequence: Some(sequence), ..Odd::default() };
    let txs: Vec<_> = (0..4).map(|n| ahead.sign("ada", vec![send("ada", "bob", 1)], &next(n))).collect();
    let mut candidates = txs.clone();
    candidates.insert(2, vec![1, 2, 3]);
    let size = u64::try_from(txs[1].len() + 3).expect("fits");
    assert_eq!(ahead.node.prepare(candidates.clone(), size * 2).expect("no fault").len(), 2);
    let prepared = ahead.node.prepare(candidates, 1_000_000).expect("no fault");
    assert_eq!(prepared, txs);
    let seen = ahead.seen(prepared.clone());
    assert_eq!(ahead.node.process(seen).expect("no fault"), Ok(()));
    let a = ahead.block(prepared.clone());
    let b = plain.block(prepared);
    assert_eq!(a, b);
    assert_eq!(ahead.node.info(), plain.node.info());
}

#[test]
fn a_proposal_that_cannot_be_parsed_is_refused() {
    let chain = chain();
    let refused = chain.node.process(chain.seen(vec![vec![1, 2, 3]])).expect("no fault");
    assert_eq!(refused.expect_err("refused").code, 2);
}

#[test]
fn a_restarted_node_goes_on_with_the_same_state() {
    let (mut chain, mut control) = (chain(), chain());
    for amount in [1, 2, 3] {
        chain.run("ada", vec![send("ada", "bob", amount)]);
        control.run("ada", vec![send("ada", "bob", amount)]);
        chain = chain.restart();
        assert_eq!(chain.node.info(), control.node.info());
    }
    assert_eq!(chain.balance("bob"), 6);
}

#[test]
fn a_block_can_be_finalized_twice_before_it_is_committed() {
    let mut chain = chain();
    let tx = chain.sign("ada", vec![send("ada", "bob", 1)], &Odd::default());
    let first = chain.node.finalize(chain.seen(vec![tx.clone()])).expect("executes");
    let again = chain.node.finalize(chain.seen(vec![tx.clone()])).expect("executes");
    assert_eq!((first.app_hash, first.results), (again.app_hash, again.results));
    assert_eq!(chain.block(vec![tx])[0].code, 0);
}

#[test]
fn a_module_account_takes_nothing_from_people() {
    let mut chain = chain();
    let collector = proto::address::Address::module(crate::checks::FEE_COLLECTOR);
    let mut message = proto::cosmos::bank::v1beta1::MsgSend::decode(send("ada", "bob", 1).value.as_slice())
        .expect("decodes");
    message.to_address = collector.to_string();
    let result = chain.run("ada", vec![crate::testkit::any(&message)]);
    assert_eq!((result.codespace.as_str(), result.code), ("bank", 10));
}

#[test]
fn only_governance_changes_parameters() {
    let mut chain = chain();
    let params = Some(proto::cosmos::bank::v1beta1::Params::default());
    let authority = address("ada").to_string();
    let message = proto::cosmos::bank::v1beta1::MsgUpdateParams { authority, params };
    let result = chain.run("ada", vec![crate::testkit::any(&message)]);
    assert_eq!((result.codespace.as_str(), result.code), ("gov", 13));
}

#[test]
fn a_transaction_is_found_as_soon_as_its_block_is_committed() {
    let mut chain = chain();
    chain.run("ada", vec![send("ada", "bob", 1)]);
    let to = Condition::Is("transfer.recipient".into(), address("bob").to_string());
    let store = chain.node.store();
    let (found, total) = search(store, &[to], true, 0, 10).expect("no fault").expect("allowed");
    assert_eq!((found.len(), total, found[0].height), (1, 1, 2));
    let none = search(store, &[Condition::Heights(3, 9)], false, 0, 10).expect("no fault").expect("allowed");
    assert_eq!(none.1, 0);
}
