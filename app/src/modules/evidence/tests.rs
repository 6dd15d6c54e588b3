//! Scenarios.

use prost::Message;
use proto::cosmos::{evidence::v1beta1 as pb, slashing::v1beta1 as slashing, staking::v1beta1 as staking};

use crate::{
    modules::staking::tests::{create, undelegate},
    testkit::{TestChain, address, any, cons},
};

fn chain() -> TestChain {
    let balances = [("ada", 100_000_000), ("vic", 1_000), ("val", 1_000)];
    TestChain::with_validators(&balances, &[("vic", 10_000_000), ("val", 20_000_000)])
}

fn vic(chain: &TestChain) -> staking::Validator {
    let ask = staking::QueryValidatorRequest { validator_addr: address("vic").operator().to_string() };
    let answer: staking::QueryValidatorResponse =
        chain.ask("/cosmos.staking.v1beta1.Query/Validator", &ask).expect("is there");
    answer.validator.expect("is there")
}

fn all(chain: &TestChain) -> Vec<prost_types::Any> {
    let answer: pb::QueryAllEvidenceResponse = chain
        .ask("/cosmos.evidence.v1beta1.Query/AllEvidence", &pb::QueryAllEvidenceRequest::default())
        .expect("answers");
    answer.evidence
}

#[test]
fn who_signed_twice_is_slashed_once_jailed_and_out_for_ever() {
    let mut chain = chain();
    chain.blocks(3);
    chain.accuse("vic", 2, 10);
    chain.accuse("vic", 2, 10);
    chain.blocks(1);
    assert_eq!(chain.updates(&["vic"]), [("vic".into(), 0)]);
    assert_eq!((vic(&chain).tokens.as_str(), vic(&chain).jailed), ("9500000", true));
    chain.accuse("vic", 3, 10);
    chain.blocks(1);
    assert_eq!(vic(&chain).tokens, "9500000");
    let ask = slashing::QuerySigningInfoRequest { cons_address: cons("vic").to_string() };
    let answer: slashing::QuerySigningInfoResponse =
        chain.ask("/cosmos.slashing.v1beta1.Query/SigningInfo", &ask).expect("is there");
    let info = answer.val_signing_info.expect("is there");
    assert!(info.tombstoned);
    assert_eq!(info.jailed_until.expect("is there").seconds, 253_402_300_799);
    chain.skip_secs(1_000_000_000);
    let unjail = slashing::MsgUnjail { validator_addr: address("vic").operator().to_string() };
    let result = chain.run("vic", vec![any(&unjail)]);
    assert_eq!((result.codespace.as_str(), result.code), ("slashing", 4));
    assert_eq!(all(&chain).len(), 1);
}

#[test]
fn who_signed_twice_never_validates_with_that_key_again() {
    let mut chain = chain();
    chain.blocks(3);
    chain.accuse("vic", 2, 10);
    chain.blocks(1);
    assert_eq!(chain.run("vic", vec![undelegate("vic", "vic", 9_500_000)]).code, 0);
    chain.skip_secs(1_814_400);
    chain.blocks(2);
    let ask = staking::QueryValidatorRequest { validator_addr: address("vic").operator().to_string() };
    let gone =
        chain.ask::<_, staking::QueryValidatorResponse>("/cosmos.staking.v1beta1.Query/Validator", &ask);
    assert!(gone.is_err());
    let again = create("vic", 5_000_000);
    let result = chain.run("vic", vec![any(&again)]);
    assert_eq!((result.codespace.as_str(), result.code), ("slashing", 1001));
    assert!(result.log.ends_with("a validator needs another key"), "{}", result.log);
    // another operator cannot take it either
    let taken = staking::MsgCreateValidator { pubkey: again.pubkey.clone(), ..create("ada", 5_000_000) };
    assert_eq!(chain.run("ada", vec![any(&taken)]).code, 1001);
    // with another key the operator is welcome, and as liable as anybody
    let pubkey = create("another key", 1).pubkey;
    let result = chain.run("vic", vec![any(&staking::MsgCreateValidator { pubkey, ..again })]);
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(chain.updates(&["another key"]), [("another key".into(), 5)]);
    chain.accuse("another key", chain.height, 5);
    chain.blocks(1);
    assert_eq!(chain.updates(&["another key"]), [("another key".into(), 0)]);
    assert_eq!((vic(&chain).tokens.as_str(), vic(&chain).jailed), ("4750000", true));
}

#[test]
fn old_evidence_and_evidence_against_strangers_have_no_effect() {
    let mut chain = chain();
    chain.blocks(1);
    chain.accuse("bob", 2, 10);
    chain.blocks(100);
    chain.skip_secs(1_000);
    chain.accuse("vic", 2, 10);
    chain.blocks(1);
    assert_eq!(vic(&chain).tokens, "10000000");
    assert!(all(&chain).is_empty());
    // too old in time, but not in blocks
    chain.accuse("vic", 10, 10);
    chain.blocks(1);
    assert!(vic(&chain).jailed);
}

#[test]
fn evidence_is_found_by_its_hash_and_survives_an_export() {
    let mut chain = chain();
    chain.accuse("vic", 1, 10);
    chain.blocks(1);
    let any = all(&chain).remove(0);
    let equivocation = pb::Equivocation::decode(any.value.as_slice()).expect("decodes");
    assert_eq!((equivocation.height, equivocation.power), (1, 10));
    let hash = hex::encode_upper(super::logic::hash(&equivocation));
    #[allow(deprecated, reason = "the field is on the wire")]
    let ask = pb::QueryEvidenceRequest { evidence_hash: Vec::new(), hash };
    let answer: pb::QueryEvidenceResponse =
        chain.ask("/cosmos.evidence.v1beta1.Query/Evidence", &ask).expect("is there");
    assert_eq!(answer.evidence, Some(any));
    let none = pb::QueryEvidenceRequest { hash: "00".repeat(32), ..ask.clone() };
    assert!(
        chain.ask::<_, pb::QueryEvidenceResponse>("/cosmos.evidence.v1beta1.Query/Evidence", &none).is_err()
    );
    let exported = chain.export();
    let again = TestChain::with_genesis(&["ada"], exported.clone());
    assert_eq!(again.export()["evidence"], exported["evidence"]);
}

#[test]
fn evidence_from_people_is_refused() {
    let mut chain = chain();
    let equivocation =
        pb::Equivocation { height: 1, time: None, power: 10, consensus_address: cons("vic").to_string() };
    let submitter = address("ada").to_string();
    let message = pb::MsgSubmitEvidence { submitter: submitter.clone(), evidence: Some(any(&equivocation)) };
    let result = chain.run("ada", vec![any(&message)]);
    assert_eq!((result.codespace.as_str(), result.code), ("evidence", 2));
    assert!(result.log.ends_with("equivocation: unregistered handler for evidence type"), "{}", result.log);
    let message = pb::MsgSubmitEvidence { submitter, evidence: None };
    let result = chain.run("ada", vec![any(&message)]);
    assert_eq!((result.codespace.as_str(), result.code), ("evidence", 3));
}
