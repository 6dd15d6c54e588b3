//! What the Cosmos SDK and CosmJS wrote (see vectors/README.md), compared with what this crate reads and writes.

#![allow(clippy::unwrap_used, reason = "a test may stop where a vector is broken")]

use std::collections::BTreeMap;

use lazchain_proto::amino;
use lazchain_proto::cosmos::tx::v1beta1::{AuthInfo, SignDoc, TxBody};
use lazchain_proto::pubkey::PubKey;
use lazchain_proto::{descriptors, json, sign, strict};
use prost::Message;
use prost_types::Any;
use serde_json::Value;

fn rows(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn sdk() -> impl Iterator<Item = Value> {
    rows(include_str!("vectors/sdk.jsonl"))
        .filter(|row| descriptors().get_message_by_name(text(row, "type")).is_some())
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

fn bytes(row: &Value, name: &str) -> Vec<u8> {
    hex::decode(text(row, name)).unwrap()
}

/// Fails with the first few differences of each type.
fn report(differences: BTreeMap<String, String>) {
    let shown: Vec<_> = differences.iter().take(20).map(|(name, text)| format!("{name}\n  {text}")).collect();
    assert!(differences.is_empty(), "{} types differ:\n{}", differences.len(), shown.join("\n"));
}

#[test]
fn every_message_of_the_sdk_has_the_json_of_its_rest_gateway() {
    let mut differences = BTreeMap::new();
    for row in sdk().filter(|row| !row["json"].is_null()) {
        let name = text(&row, "type");
        match json::to_json(name, &bytes(&row, "bytes")) {
            Ok(ours) if ours == row["json"] => {}
            ours => {
                let ours = ours.map(|ours| ours.to_string());
                differences.insert(name.to_owned(), format!("theirs {}\n  ours   {ours:?}", row["json"]));
            }
        }
    }
    report(differences);
}

#[test]
fn json_of_the_sdk_reads_back_to_the_bytes_of_the_sdk() {
    let mut differences = BTreeMap::new();
    for row in sdk().filter(|row| !row["json"].is_null()) {
        let name = text(&row, "type");
        let ours = json::from_json(name, &row["json"]).map(hex::encode);
        if ours.as_deref() != Ok(text(&row, "bytes")) {
            differences.insert(name.to_owned(), format!("theirs {}\n  ours   {ours:?}", text(&row, "bytes")));
        }
    }
    report(differences);
}

#[test]
fn bytes_of_the_sdk_are_canonical() {
    let mut differences = BTreeMap::new();
    for row in sdk() {
        if let Err(error) = strict::check(text(&row, "type"), &bytes(&row, "bytes")) {
            differences.insert(text(&row, "type").to_owned(), error.to_string());
        }
    }
    report(differences);
}

/// Reads with the generated type, not by descriptor: this is what transactions go through.
fn typed<M: Message + prost::Name + Default>() {
    let mut seen = 0;
    for row in sdk().filter(|row| text(row, "type") == M::full_name()) {
        strict::decode::<M>(&bytes(&row, "bytes")).unwrap();
        seen += 1;
    }
    assert!(seen > 0, "{}", M::full_name());
}

#[test]
fn generated_types_write_what_the_sdk_writes() {
    use lazchain_proto::cosmos::{auth, bank, consensus, distribution, gov, mint, slashing, staking, tx};
    macro_rules! each {
        ($($package:ident :: $version:ident : $($name:ident)*;)*) => { $($(typed::<$package::$version::$name>();)*)* };
    }
    each! {
        auth::v1beta1: MsgUpdateParams BaseAccount ModuleAccount;
        bank::v1beta1: MsgSend MsgMultiSend MsgUpdateParams MsgSetSendEnabled Metadata;
        consensus::v1: MsgUpdateParams;
        distribution::v1beta1: MsgSetWithdrawAddress MsgWithdrawDelegatorReward MsgWithdrawValidatorCommission
            MsgFundCommunityPool MsgUpdateParams MsgCommunityPoolSpend MsgDepositValidatorRewardsPool;
        gov::v1: MsgSubmitProposal MsgExecLegacyContent MsgVote MsgVoteWeighted MsgDeposit MsgUpdateParams
            MsgCancelProposal Proposal;
        gov::v1beta1: MsgSubmitProposal MsgVote MsgVoteWeighted MsgDeposit;
        mint::v1beta1: MsgUpdateParams;
        slashing::v1beta1: MsgUnjail MsgUpdateParams;
        staking::v1beta1: MsgCreateValidator MsgEditValidator MsgDelegate MsgBeginRedelegate MsgUndelegate
            MsgCancelUnbondingDelegation MsgUpdateParams Validator;
        tx::v1beta1: TxRaw TxBody AuthInfo SignDoc SignDocDirectAux Fee SignerInfo ModeInfo;
    }
}

#[test]
fn every_message_of_the_sdk_has_its_amino_json() {
    let mut differences = BTreeMap::new();
    for row in sdk().filter(|row| !text(row, "amino").is_empty()) {
        let name = text(&row, "type");
        let ours = amino::to_json(name, &bytes(&row, "bytes"));
        if ours.as_deref() != Ok(text(&row, "amino")) {
            differences.insert(name.to_owned(), format!("theirs {}\n  ours   {ours:?}", text(&row, "amino")));
        }
    }
    report(differences);
}

/// lazai 7.18.
#[test]
fn sign_documents_are_those_of_the_sdk() {
    for row in rows(include_str!("vectors/signdocs.jsonl")) {
        let (body_bytes, auth_bytes) = (bytes(&row, "body"), bytes(&row, "auth_info"));
        let body: TxBody = strict::decode(&body_bytes).unwrap();
        let auth: AuthInfo = strict::decode(&auth_bytes).unwrap();
        let account_number = row["account_number"].as_u64().unwrap();
        let (chain_id, sequence) = (text(&row, "chain_id"), row["sequence"].as_u64().unwrap());
        let fee = auth.fee.unwrap();
        let ours = sign::amino_bytes(&body, &fee, chain_id, account_number, sequence)
            .map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(ours.as_deref(), Ok(text(&row, "amino")));
        let direct = sign::direct_bytes(&body_bytes, &auth_bytes, chain_id, account_number);
        assert_eq!(hex::encode(&direct), text(&row, "direct"));
        strict::decode::<SignDoc>(&direct).unwrap();
    }
}

#[test]
fn keys_give_the_addresses_of_the_sdk() {
    let mut seen = 0;
    for row in rows(include_str!("vectors/keys.jsonl")) {
        let any = Any { type_url: text(&row, "type_url").to_owned(), value: bytes(&row, "value") };
        if text(&row, "value").contains("63727970746f2e65643235353139") || any.type_url.contains("ed25519") {
            PubKey::parse(&any).unwrap_err(); // accounts have no ed25519 keys here, not even within a threshold key
            continue;
        }
        let key = PubKey::parse(&any).unwrap();
        assert_eq!(hex::encode(key.address().as_bytes()), text(&row, "address"));
        assert_eq!(key.wire(), any);
        seen += 1;
    }
    assert!(seen >= 10);
}

#[test]
fn cosmjs_signs_the_same_documents() {
    let mut seen = 0;
    for row in rows(include_str!("vectors/cosmjs.jsonl")) {
        let body: TxBody = strict::decode(&bytes(&row, "body")).unwrap();
        let auth: AuthInfo = strict::decode(&bytes(&row, "auth_info")).unwrap();
        for message in &body.messages {
            let name = message.type_url.trim_start_matches('/');
            strict::check(name, &message.value).unwrap();
            let json = json::to_json(name, &message.value).unwrap();
            assert_eq!(json::from_json(name, &json).as_deref(), Ok(message.value.as_slice()), "{name}");
        }
        let number = |name: &str| text(&row, name).parse().unwrap();
        let (account_number, sequence) = (number("account_number"), number("sequence"));
        let fee = auth.fee.unwrap();
        let ours = sign::amino_bytes(&body, &fee, text(&row, "chain_id"), account_number, sequence);
        let ours = ours.map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(ours.as_deref(), Ok(text(&row, "sign_doc")));
        let key = PubKey::parse(&auth.signer_infos[0].public_key.clone().unwrap()).unwrap();
        assert_eq!(hex::encode(key.address().as_bytes()), text(&row, "address"));
        assert_eq!(body.encode_to_vec(), bytes(&row, "body"));
        seen += 1;
    }
    assert!(seen >= 12);
}
