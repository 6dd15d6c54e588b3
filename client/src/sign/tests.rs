use proto::{
    address::Address,
    cosmos::{bank::v1beta1::MsgSend, base::v1beta1::Coin},
};

use super::*;

const PLACE: Place<'static> = Place { chain_id: "lazchain-1", account_number: 4, sequence: 7 };

fn secret(seed: u8) -> Secret {
    Secret::from_slice(&[seed; 32]).unwrap()
}

fn coin(amount: &str) -> Coin {
    Coin { denom: "ulaz".into(), amount: amount.into() }
}

fn send(from: &Address) -> Any {
    let to_address = secret(99).public().address().to_string();
    any(&MsgSend { from_address: from.to_string(), to_address, amount: vec![coin("5")] })
}

fn content(senders: &[Address]) -> (TxBody, Fee) {
    let body =
        TxBody { messages: senders.iter().map(send).collect(), memo: "hello".into(), ..TxBody::default() };
    (body, Fee { amount: vec![coin("10")], gas_limit: 100_000, ..Fee::default() })
}

#[test]
fn both_modes_give_signatures_that_verify_for_their_place_only() {
    let ada = secret(1);
    let (body, fee) = content(&[ada.public().address()]);
    for mode in [Mode::Direct, Mode::AminoJson] {
        let bytes = sign(&body, &fee, &ada, PLACE, mode).unwrap();
        let tx = decode(&bytes).unwrap();
        assert_eq!(encode(&tx), bytes);
        verify(&tx, 0, PLACE).unwrap();
        assert!(verify(&tx, 0, Place { chain_id: "other", ..PLACE }).is_err());
        assert!(verify(&tx, 0, Place { account_number: 5, ..PLACE }).is_err());
        let mut changed = tx.clone();
        changed.body.as_mut().unwrap().memo = "bye".into();
        assert!(verify(&changed, 0, PLACE).is_err());
    }
    let (body, fee) = content(&[secret(2).public().address()]);
    let error = sign(&body, &fee, &ada, PLACE, Mode::Direct).unwrap_err().to_string();
    assert!(error.contains("is not a signer"), "{error}");
}

#[test]
fn several_signers_sign_amino_json_one_after_the_other() {
    let (ada, bob) = (secret(1), secret(2));
    let (body, fee) = content(&[ada.public().address(), bob.public().address()]);
    let mut tx = unsigned(body, fee);
    assert!(add_signature(&mut tx, &ada, PLACE, Mode::Direct).is_err());
    add_signature(&mut tx, &bob, PLACE, Mode::AminoJson).unwrap();
    assert!(verify(&tx, 0, PLACE).is_err() && verify(&tx, 1, PLACE).is_ok());
    add_signature(&mut tx, &ada, PLACE, Mode::AminoJson).unwrap();
    assert!(verify(&tx, 0, PLACE).is_ok() && verify(&tx, 1, PLACE).is_ok());
    assert_eq!(decode(&encode(&tx)).unwrap(), tx);
}

#[test]
fn members_of_a_threshold_key_sign_and_enough_of_them_suffice() {
    let members: Vec<Secret> = (1..=3).map(secret).collect();
    let key = multisig::key(2, members.iter().map(Secret::public).collect(), true).unwrap();
    let (body, fee) = content(&[key.address()]);
    let mut tx = unsigned(body, fee);
    let part = |member: &Secret, tx: &Tx| {
        let PubKey::Secp256k1(key) = member.public() else { unreachable!() };
        (key, sign_as_member(tx, member, PLACE).unwrap())
    };
    let one = part(&members[2], &tx);
    let error = multisig::combine(&mut tx, &key, std::slice::from_ref(&one), PLACE).unwrap_err().to_string();
    assert!(error.contains("needs 2"), "{error}");
    let stranger = part(&secret(9), &tx);
    assert!(multisig::combine(&mut tx, &key, &[one.clone(), stranger], PLACE).is_err());
    let two = part(&members[0], &tx);
    assert!(multisig::combine(&mut tx, &key, &[one.clone(), (two.0, one.1.clone())], PLACE).is_err());
    multisig::combine(&mut tx, &key, &[one, two], PLACE).unwrap();
    verify(&tx, 0, PLACE).unwrap();
    assert!(verify(&tx, 0, Place { sequence: 8, ..PLACE }).is_err());
    assert_eq!(decode(&encode(&tx)).unwrap(), tx);
}

#[test]
fn signatures_cover_the_bytes_that_the_sdk_and_cosmjs_make() {
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let lines = include_str!("../../../proto/tests/vectors/cosmjs.jsonl").lines();
    let mut seen = 0;
    for row in lines.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
        let part = |name: &str| hex::decode(text(&row, name)).unwrap();
        let raw = proto::cosmos::tx::v1beta1::TxRaw {
            body_bytes: part("body"),
            auth_info_bytes: part("auth_info"),
            signatures: Vec::new(),
        };
        let tx = decode(&raw.encode_to_vec()).unwrap();
        let place = Place {
            chain_id: &text(&row, "chain_id"),
            account_number: text(&row, "account_number").parse().unwrap(),
            sequence: text(&row, "sequence").parse().unwrap(),
        };
        let ours = String::from_utf8(sign_bytes(&tx, place, Mode::AminoJson).unwrap()).unwrap();
        assert_eq!(ours, text(&row, "sign_doc"));
        // Some vectors name signers that are no addresses.
        if let Ok(all) = signers::of_tx(&tx) {
            assert_eq!(hex::encode(all[0].as_bytes()), text(&row, "address"));
        }
        seen += 1;
    }
    assert!(seen > 10);
}

#[test]
fn a_simulation_has_keys_and_sequences_but_no_signatures() {
    let ada = secret(1).public();
    let (body, fee) = content(&[ada.address()]);
    let tx = decode(&for_simulation(&unsigned(body, fee), &[(Some(ada.clone()), 7)])).unwrap();
    let info = &tx.auth_info.unwrap().signer_infos[0];
    assert_eq!((info.sequence, info.public_key.clone()), (7, Some(ada.wire())));
    assert_eq!(tx.signatures, [Vec::<u8>::new()]);
}

#[test]
fn signers_are_found_in_every_message_by_its_descriptor() {
    let service = |message: &prost_reflect::MessageDescriptor| !signers::fields(message).is_empty();
    let named = proto::descriptors().all_messages().filter(service).count();
    assert!(named > 40, "{named}");
    for each in proto::descriptors().services().filter(|service| service.name() == "Msg") {
        for method in each.methods() {
            assert!(service(&method.input()), "{}", method.input().full_name());
        }
    }
}
