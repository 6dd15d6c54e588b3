//! Nobody acts for another: row G28, generated from the descriptors, so that a message without a case fails.

use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage};
use prost_types::Any;
use proto::address::{Address, ValAddress};
use state::{Overlay, Read};

use super::{
    Draft,
    samples::{Cast, account, names, sample},
    signature, signer,
    traffic::chain,
};
use crate::{
    ctx::{Block, Ctx},
    modules::{self, GOVERNANCE},
    msg,
    testkit::{CHAIN_ID, TestChain, address},
};

/// The fields that name who must sign, as the descriptors say.
fn signer_fields(desc: &MessageDescriptor) -> Vec<String> {
    let option = proto::descriptors().get_extension_by_name("cosmos.msg.v1.signer").expect("known");
    let options = desc.options();
    let value = options.get_extension(&option);
    let list = value.as_list().expect("a list");
    list.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// The account that the descriptors say must sign this message.
fn described_signer(message: &Any) -> Address {
    let desc = proto::descriptors().get_message_by_name(&message.type_url[1..]).expect("known");
    let decoded = DynamicMessage::decode(desc.clone(), message.value.as_slice()).expect("decodes");
    let [field] = &signer_fields(&desc)[..] else { panic!("{} has not one signer", desc.full_name()) };
    let mut value = decoded.get_field_by_name(field).expect("a field").into_owned();
    // `MsgMultiSend` names its inputs, each of which names its signer in turn
    if let Some(first) = value.as_list().map(|list| list[0].clone()) {
        let inner = first.as_message().expect("a message").clone();
        let [field] = &signer_fields(&inner.descriptor())[..] else { panic!("{} has not one signer", field) };
        value = inner.get_field_by_name(field).expect("a field").into_owned();
    }
    let text = value.as_str().expect("an address");
    text.parse()
        .or_else(|_| text.parse::<ValAddress>().map(|operator| operator.account()))
        .expect("an address")
}

/// Whether only governance may send it.
fn is_governed(name: &str) -> bool {
    let desc = proto::descriptors().get_message_by_name(name).expect("known");
    signer_fields(&desc) == ["authority"]
}

/// G28: the account whose signature we ask for is the one that the descriptors name, for every message.
#[test]
fn every_message_asks_for_the_signature_that_its_descriptor_names() {
    let chain = chain();
    for name in names() {
        for who in ["ada", "eve", "vic", GOVERNANCE] {
            let message = sample(&chain, &name, &Cast { who, ..Cast::default() });
            let routed = msg::route(&message).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(routed.action.signer(), account(who), "{name}");
            assert_eq!(described_signer(&message), account(who), "{name}");
        }
    }
}

fn unauthorised(chain: &mut TestChain, what: &str, tx: &[u8], codes: &[u32]) {
    let checked = chain.check(tx);
    assert!(codes.contains(&checked.code), "{what} in the pool: {} {}", checked.code, checked.log);
    let result = chain.block(vec![tx.to_vec()]).remove(0);
    assert!(
        codes.contains(&result.code) && result.codespace == "sdk",
        "{what}: {} {}",
        result.code,
        result.log
    );
    assert!(result.events.is_empty(), "{what}");
}

/// G28: a message in another's name, with the wrong signer, a stranger's key, none, too many or swapped signatures, is
/// refused before it is executed, for every message there is.
#[test]
fn every_message_in_anothers_name_is_refused() {
    let mut chain = chain();
    for name in names() {
        // vic is a person and a validator; eve is neither he nor governance
        let victim = if is_governed(&name) { GOVERNANCE } else { "vic" };
        let message = sample(&chain, &name, &Cast { who: victim, ..Cast::default() });
        let good = Draft::of(&chain, "eve", vec![message.clone()]);
        unauthorised(&mut chain, &format!("{name} signed by a stranger"), &good.seal(), &[5, 8, 9]);

        let mut posing = good.clone();
        posing.signers = vec![signer(&chain, if victim == GOVERNANCE { "vic" } else { victim })];
        let (body, auth) =
            (prost::Message::encode_to_vec(&posing.body), prost::Message::encode_to_vec(&posing.auth_info()));
        let forged = proto::sign::direct_bytes(&body, &auth, crate::testkit::CHAIN_ID, posing.signers[0].1);
        let tx = crate::tx::assemble(body.clone(), auth.clone(), vec![signature("eve", &forged)]);
        unauthorised(
            &mut chain,
            &format!("{name} with another's key and one's own signature"),
            &tx,
            &[4, 5, 8, 9],
        );
        let tx = crate::tx::assemble(body, auth, Vec::new());
        unauthorised(&mut chain, &format!("{name} without a signature"), &tx, &[15]);

        let mut more = posing.clone();
        more.signers.push(signer(&chain, "eve"));
        unauthorised(&mut chain, &format!("{name} with an extra signer"), &more.seal(), &[4]);

        let own = sample(&chain, "cosmos.bank.v1beta1.MsgSend", &Cast { who: "eve", ..Cast::default() });
        let mut missing = Draft::of(&chain, "eve", vec![own.clone(), message.clone()]);
        unauthorised(&mut chain, &format!("{name} behind one's own message"), &missing.seal(), &[4]);
        missing.signers = vec![signer(&chain, "eve"), signer(&chain, "eve")];
        unauthorised(&mut chain, &format!("{name} with one signer twice"), &missing.seal(), &[4, 5, 8, 9]);
        missing.signers = vec![signer(&chain, "vic"), signer(&chain, "eve")];
        unauthorised(&mut chain, &format!("{name} with signers swapped"), &missing.seal(), &[5, 8, 9]);
    }
}

/// G28: what only governance may send is refused to everybody who signs it in their own name, and in its effect is
/// nothing but a fee.
#[test]
fn every_message_of_governance_is_refused_to_people_who_call_themselves_governance() {
    let mut chain = chain();
    let mut count = 0;
    for name in names().iter().filter(|name| is_governed(name)) {
        let message = sample(&chain, name, &Cast { who: "eve", ..Cast::default() });
        let tx = Draft::of(&chain, "eve", vec![message]).seal();
        let result = chain.block(vec![tx]).remove(0);
        assert_eq!((result.codespace.as_str(), result.code), ("gov", 13), "{name}: {}", result.log);
        assert!(result.data.is_empty());
        count += 1;
    }
    assert!(count >= 9, "{count}");
}

/// G28: nothing wraps a message but a proposal, and what is proposed must be governance's own.
#[test]
fn a_proposal_cannot_carry_another_persons_message() {
    let mut chain = chain();
    for name in names() {
        let victim = if is_governed(&name) { "eve" } else { "vic" };
        let inner = sample(&chain, &name, &Cast { who: victim, ..Cast::default() });
        let outer = proto::cosmos::gov::v1::MsgSubmitProposal {
            messages: vec![inner],
            proposer: address("eve").to_string(),
            metadata: "x".into(),
            title: "A title".into(),
            summary: "Words".into(),
            ..Default::default()
        };
        let tx = Draft::of(&chain, "eve", vec![crate::testkit::any(&outer)]).seal();
        let result = chain.block(vec![tx]).remove(0);
        assert_eq!(result.codespace, "gov", "{name}: {}", result.log);
        assert!([9, 12, 13].contains(&result.code), "{name}: {} {}", result.code, result.log);
    }
}

/// G39, peers 4.4: whatever is sent without a committee's verdict, by a person or by governance, makes no asset and no
/// token.
#[test]
fn no_message_makes_an_asset_without_a_verdict() {
    let chain = chain();
    let seen = chain.seen(Vec::new());
    let block = Block { height: seen.height, time: seen.time, chain_id: CHAIN_ID.into(), proposer: None };
    let mut ctx = Ctx::new(block, Overlay::new(chain.node.store().latest()));
    let mut done = 0;
    for who in ["ada", "vic", GOVERNANCE] {
        for name in names() {
            let message = sample(&chain, &name, &Cast { who, ..Cast::default() });
            let routed = msg::route(&message).unwrap_or_else(|error| panic!("{name}: {error}"));
            let outcome = ctx.attempt(|ctx| routed.action.apply(ctx)).expect("no fault");
            done += u32::from(outcome.is_ok());
        }
    }
    for _ in 0..40 {
        ctx.block.height += 1;
        modules::end_block(&mut ctx).expect("no trouble");
    }
    assert!(done > 20, "{done} messages went through");
    for prefix in ["dat/assets", "dat/versions", "dat/dats", "dat/anchors"] {
        let rows = ctx.state.page(prefix.as_bytes(), None, 1).expect("reads");
        assert_eq!(rows, Vec::new(), "{prefix}");
    }
}
