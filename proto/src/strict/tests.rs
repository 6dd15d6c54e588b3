use proptest::prelude::*;

use super::*;
use crate::cosmos::bank::v1beta1::MsgSend;
use crate::cosmos::base::v1beta1::Coin;
use crate::cosmos::crypto::secp256k1::PubKey;
use crate::cosmos::tx::v1beta1::{AuthInfo, Fee, SignerInfo, TxBody, TxRaw};

fn pack<M: Message + Name>(message: &M) -> Any {
    Any { type_url: format!("/{}", M::full_name()), value: message.encode_to_vec() }
}

fn body() -> TxBody {
    let amount = vec![Coin { denom: "ulaz".into(), amount: "5".into() }];
    let send = MsgSend { from_address: "laz1a".into(), to_address: "laz1b".into(), amount };
    TxBody { messages: vec![pack(&send)], memo: "m".into(), timeout_height: 7, ..TxBody::default() }
}

fn auth_info() -> AuthInfo {
    let key = pack(&PubKey { key: vec![2; 33] });
    let signer = SignerInfo { public_key: Some(key), sequence: 300, ..SignerInfo::default() };
    AuthInfo {
        signer_infos: vec![signer],
        fee: Some(Fee { gas_limit: 5, ..Fee::default() }),
        ..AuthInfo::default()
    }
}

/// Splits a message into its fields, each with its key.
fn fields(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let whole = bytes;
        let (_, wire) = prost::encoding::decode_key(&mut bytes).unwrap();
        let ctx = prost::encoding::DecodeContext::default();
        prost::encoding::skip_field(wire, 1, &mut bytes, ctx).unwrap();
        fields.push(whole[..whole.len() - bytes.len()].to_vec());
    }
    fields
}

/// Other spellings that prost reads as the same message, or as a message with something unknown in it.
fn spellings(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let parts = fields(bytes);
    let mut reordered = parts.clone();
    reordered.reverse();
    let last = parts.last().unwrap();
    let mut padded = parts[0].clone();
    padded[0] |= 0x80;
    padded.insert(1, 0);
    let rest = parts[1..].concat();
    let mut all = vec![
        ("unknown field", [bytes, &[0xfa, 0x7f, 0x01, 0x41]].concat()),
        ("unknown varint", [bytes, &[0xf8, 0x7f, 0x00]].concat()),
        ("unknown group", [bytes, &[0xfb, 0x7f, 0xfc, 0x7f]].concat()),
        ("unknown first", [&[0xf8, 0x7f, 0x01], bytes].concat()),
        ("padded key", [padded, rest.clone()].concat()),
        ("duplicate singular", [bytes, last].concat()),
    ];
    if parts.len() > 1 {
        all.push(("reordered", reordered.concat()));
    }
    let mut length = parts[0].clone(); // the first field of all messages here is length-delimited and short or two bytes long
    let at = if length[1] < 0x80 { 1 } else { 2 };
    length[at] |= 0x80;
    length.insert(at + 1, 0);
    all.push(("padded length", [length, rest].concat()));
    all
}

fn refuses<M: Message + Name + Default + std::fmt::Debug>(good: &M) {
    let bytes = good.encode_to_vec();
    decode::<M>(&bytes).unwrap();
    check(&M::full_name(), &bytes).unwrap();
    for (what, spelling) in spellings(&bytes) {
        if spelling == bytes {
            continue;
        }
        let refused = decode::<M>(&spelling);
        // Lists may hold an element twice: that is another message, not another spelling.
        let listed =
            what == "duplicate singular" && matches!(&refused, Ok(m) if m.encode_to_vec() == spelling);
        assert!(refused.is_err() || listed, "{} with {what}: {refused:?}", M::full_name());
        assert!(check(&M::full_name(), &spelling).is_err() || listed, "{} with {what}", M::full_name());
    }
    for cut in 0..bytes.len() {
        if let Ok(shorter) = decode::<M>(&bytes[..cut]) {
            assert_eq!(shorter.encode_to_vec(), bytes[..cut]);
        }
    }
}

#[test]
fn each_part_of_a_transaction_has_one_spelling() {
    let (body, auth) = (body(), auth_info());
    let raw = TxRaw {
        body_bytes: body.encode_to_vec(),
        auth_info_bytes: auth.encode_to_vec(),
        signatures: vec![vec![1; 64]],
    };
    refuses(&raw);
    refuses(&body);
    refuses(&auth);
    refuses(&body.messages[0]);
    refuses(&PubKey { key: vec![2; 33] });
    refuses(&MsgSend::decode(body.messages[0].value.as_slice()).unwrap());
}

#[test]
fn spelled_out_defaults_and_mutations_inside_are_refused() {
    let bytes = body().encode_to_vec();
    for default in [&[0x12, 0x00][..], &[0x18, 0x00], &[0x20, 0x00]] {
        assert!(decode::<TxBody>(&[&bytes, default].concat()).is_err());
        assert!(decode::<TxBody>(default).is_err());
    }
    // An unknown field of the signer's info, of the fee, of a coin.
    let mut auth = auth_info().encode_to_vec();
    assert_eq!(auth[0], 0x0a);
    auth[1] += 3;
    auth.splice(2..2, [0xf8, 0x7f, 0x01]);
    assert_eq!(decode::<AuthInfo>(&auth), Err(WireError::NotCanonical(AuthInfo::full_name())));
    // A varint longer than its number needs, and one longer than any number.
    assert!(decode::<TxBody>(&[0x18, 0x87, 0x00]).is_err());
    assert!(
        decode::<TxBody>(&[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]).is_err()
    );
    // A number beyond its field's type.
    assert!(decode::<PubKeyThreshold>(&[0x08, 0x80, 0x80, 0x80, 0x80, 0x10]).is_err());
}

type PubKeyThreshold = crate::cosmos::crypto::multisig::LegacyAminoPubKey;

#[test]
fn the_inside_of_an_any_is_checked_too() {
    let mut tx = body();
    tx.messages[0].value.extend([0xf8, 0x7f, 0x01]);
    let bytes = tx.encode_to_vec();
    decode::<TxBody>(&bytes).unwrap(); // the body itself is fine; the message is checked when it is routed
    assert!(super::any::<MsgSend>(&tx.messages[0]).is_err());
    assert_eq!(check("cosmos.tx.v1beta1.TxBody", &bytes), Err(WireError::NotCanonical(MsgSend::full_name())));
    let other = Any { type_url: "cosmos.bank.v1beta1.MsgSend".into(), ..tx.messages[0].clone() };
    assert!(super::any::<MsgSend>(&other).is_err());
}

#[test]
fn any_bombs_are_refused_at_once() {
    for depth in [5_usize, 9, 10, 11, 100, 4_000] {
        let mut bomb = pack(&PubKey { key: vec![2; 33] });
        for _ in 0..depth {
            let inner = TxBody { messages: vec![bomb], ..TxBody::default() };
            bomb = pack(&inner);
            if bomb.value.len() > 200_000 {
                break;
            }
        }
        let bytes = bomb.encode_to_vec();
        let start = std::time::Instant::now();
        let refused = check("google.protobuf.Any", &bytes);
        assert_eq!(refused.is_ok(), depth < MAX_ANY_DEPTH, "{depth}: {refused:?}");
        assert_eq!(crate::json::to_json("google.protobuf.Any", &bytes).is_ok(), depth < MAX_ANY_DEPTH);
        assert_eq!(crate::amino::any_to_json(&bomb).is_ok(), depth < MAX_ANY_DEPTH);
        assert!(start.elapsed().as_millis() < 500, "{depth}");
    }
    let mut nested = Vec::new(); // mode_info { multi { mode_infos { multi .. } } }
    for _ in 0..5_000 {
        nested = wrap(0x12, &wrap(0x12, &nested));
    }
    assert!(decode::<crate::cosmos::tx::v1beta1::ModeInfo>(&nested).is_err());
    assert!(check("cosmos.tx.v1beta1.ModeInfo", &nested).is_err());
}

fn wrap(key: u8, inner: &[u8]) -> Vec<u8> {
    let mut out = vec![key];
    prost::encoding::encode_varint(inner.len() as u64, &mut out);
    [out, inner.to_vec()].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes_never_panic_and_what_is_read_is_written_the_same(bytes in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..200)) {
        if let Ok(tx) = decode::<TxRaw>(&bytes) {
            prop_assert_eq!(tx.encode_to_vec(), bytes.clone());
        }
        let _ = decode::<TxBody>(&bytes);
        let _ = decode::<AuthInfo>(&bytes);
        let _ = check("cosmos.tx.v1beta1.TxBody", &bytes);
        let _ = crate::pubkey::PubKey::parse(&Any { type_url: "/cosmos.crypto.multisig.LegacyAminoPubKey".into(), value: bytes });
    }

    #[test]
    fn a_flipped_byte_is_another_message_or_none(at in 0_usize..400, flip in 1_u8..) {
        for good in [body().encode_to_vec(), auth_info().encode_to_vec()] {
            let mut bad = good.clone();
            let at = at % bad.len();
            bad[at] ^= flip;
            if let Ok(tx) = decode::<TxBody>(&bad) {
                prop_assert_eq!(tx.encode_to_vec(), bad.clone());
            }
            let _ = check("cosmos.tx.v1beta1.TxBody", &bad);
            let _ = crate::json::to_json("cosmos.tx.v1beta1.AuthInfo", &bad);
        }
    }
}
