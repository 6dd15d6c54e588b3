//! Providers; opening, filling and closing channels; prepaid use.

use proto::{
    address::Address,
    lazchain::{
        dat::v1::{self as dat_pb, Purpose},
        usage::v1 as pb,
    },
};

use super::stage::{
    RICH, anchor, balance, close, coin, empty, find, key, open, opened, redeem_one, register, settle_closed,
    terms, voucher, wait, wish, world,
};
use crate::{
    error::Reject,
    modules::{dat, usage::Params},
    testkit::{Odd, TestChain, World, address, any},
};

const DEPOSIT: u128 = 3_000_003;
const RECORD: u128 = 100_000;

fn code<T: std::fmt::Debug>(outcome: Result<T, Reject>) -> (&'static str, u32) {
    let reject = outcome.expect_err("refused");
    (reject.space, reject.code)
}

fn secs(seconds: i64) -> Option<prost_types::Duration> {
    Some(prost_types::Duration { seconds, nanos: 0 })
}

/// peers 4.2, lazai 7.8: a provider with open channels stays.
#[test]
fn a_provider_registers_against_a_deposit_changes_its_mind_and_goes() {
    let mut world = world();
    assert_eq!(balance(&world, "pia", "ulaz"), u128::from(RICH) - 1_000_000);
    assert_eq!(code(register(&mut world, "pia")), ("usage", 3));
    let update = |who: &str, close_delay| pb::MsgUpdateProvider {
        provider: address(who).to_string(),
        endpoint: "https://new.example".into(),
        services: vec![pb::Service::Infer.into(), pb::Service::Host.into()],
        signing_key: vec![8; 32],
        close_delay,
    };
    assert_eq!(code(world.send::<_, pb::MsgUpdateProviderResponse>(&update("pim", None))), ("usage", 2));
    for wrong in [secs(9), secs(601)] {
        assert_eq!(code(world.send::<_, pb::MsgUpdateProviderResponse>(&update("pia", wrong))), ("usage", 5));
    }
    let id = opened(&mut world);
    let _: pb::MsgUpdateProviderResponse = world.send(&update("pia", secs(60))).expect("updates");
    assert_eq!(find(&world, id).expect("open").close_delay, secs(10), "an open channel keeps its delay");
    let go = pb::MsgUnregisterProvider { provider: address("pia").to_string() };
    assert_eq!(code(world.send::<_, pb::MsgUnregisterProviderResponse>(&go)), ("usage", 4));
    assert_eq!(close(&mut world, "pia", id), Ok(pb::ChannelState::Closed));
    let _: pb::MsgUnregisterProviderResponse = world.send(&go).expect("goes");
    assert_eq!(balance(&world, "pia", "ulaz"), u128::from(RICH));
    assert_eq!(code(open(&mut world, &wish("dan"))), ("usage", 2));
}

#[test]
fn what_says_nothing_of_a_provider_is_refused_by_its_form() {
    let mut world = empty();
    let good = pb::MsgRegisterProvider {
        provider: address("pia").to_string(),
        endpoint: "https://gpu.example".into(),
        services: vec![pb::Service::Infer.into()],
        signing_key: vec![7; 32],
        close_delay: None,
    };
    let infer = i32::from(pb::Service::Infer);
    for wrong in [
        pb::MsgRegisterProvider { endpoint: String::new(), ..good.clone() },
        pb::MsgRegisterProvider { endpoint: "x y".into(), ..good.clone() },
        pb::MsgRegisterProvider { endpoint: "x".repeat(257), ..good.clone() },
        pb::MsgRegisterProvider { services: vec![], ..good.clone() },
        pb::MsgRegisterProvider { services: vec![0], ..good.clone() },
        pb::MsgRegisterProvider { services: vec![infer, infer], ..good.clone() },
        pb::MsgRegisterProvider { signing_key: vec![7; 31], ..good.clone() },
        pb::MsgRegisterProvider { close_delay: secs(-1), ..good.clone() },
    ] {
        let outcome: Result<pb::MsgRegisterProviderResponse, _> = world.send(&wrong);
        assert_eq!(code(outcome), ("sdk", 18), "{wrong:?}");
    }
}

/// lazai 7.1, lazai 7.13: the money is there before the service.
#[test]
fn opening_pins_the_terms_and_takes_deposit_and_quota() {
    let mut world = world();
    let id = opened(&mut world);
    assert_eq!(id, 1);
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - DEPOSIT - RECORD);
    let channel = find(&world, id).expect("is there");
    assert_eq!(
        (channel.price.as_str(), channel.protocol_bps, channel.state()),
        ("3", 200, pb::ChannelState::Open)
    );
    assert_eq!(opened(&mut world), 2, "ids count up");
    assert_eq!(close(&mut world, "pia", 1), Ok(pb::ChannelState::Closed));
    assert_eq!(find(&world, 1), None, "nothing was paid, so nothing can be refunded");
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - DEPOSIT - RECORD);
    assert_eq!(opened(&mut world), 3, "an id is never used again");
}

#[test]
fn a_channel_opens_only_where_version_policy_provider_and_terms_allow_it() {
    let mut world = world();
    let dan = || wish("dan");
    let cases: Vec<(&str, (&str, u32), pb::MsgOpenChannel)> = vec![
        ("no provider", ("usage", 2), pb::MsgOpenChannel { provider: address("pim").to_string(), ..dan() }),
        (
            "a purpose not named",
            ("usage", 8),
            pb::MsgOpenChannel { purposes: vec![Purpose::Train.into()], ..dan() },
        ),
        (
            "one purpose of two",
            ("usage", 8),
            pb::MsgOpenChannel { purposes: vec![Purpose::Infer.into(), Purpose::Train.into()], ..dan() },
        ),
        ("no price in it", ("usage", 10), pb::MsgOpenChannel { deposit: Some(coin(1, "uother")), ..dan() }),
        ("a deposit besides a DAT", ("usage", 11), pb::MsgOpenChannel { dat: 1, ..dan() }),
        (
            "a fee above what is accepted",
            ("usage", 12),
            pb::MsgOpenChannel { most_protocol_bps: 199, ..dan() },
        ),
        ("a delay above it", ("usage", 13), pb::MsgOpenChannel { longest_close_delay: secs(9), ..dan() }),
        ("no deposit at all", ("sdk", 18), pb::MsgOpenChannel { deposit: None, ..dan() }),
        ("no units", ("sdk", 18), pb::MsgOpenChannel { units_cap: 0, ..dan() }),
        ("no purpose", ("sdk", 18), pb::MsgOpenChannel { purposes: vec![], ..dan() }),
        ("a key too short", ("sdk", 18), pb::MsgOpenChannel { channel_key: vec![1; 31], ..dan() }),
        (
            "more than there is",
            ("sdk", 5),
            pb::MsgOpenChannel { deposit: Some(coin(RICH + 1, "ulaz")), ..dan() },
        ),
    ];
    for (what, expected, wish) in cases {
        assert_eq!(code(open(&mut world, &wish)), expected, "{what}");
    }
    for wish in [
        pb::MsgOpenChannel { asset: 9, ..dan() },
        pb::MsgOpenChannel { version: 9, ..dan() },
        pb::MsgOpenChannel { policy_version: 9, ..dan() },
    ] {
        assert!(open(&mut world, &wish).is_err(), "{wish:?}");
    }
    let fits = pb::MsgOpenChannel { most_protocol_bps: 200, longest_close_delay: secs(10), ..dan() };
    assert!(open(&mut world, &fits).is_ok());
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - DEPOSIT - RECORD, "refusals took nothing");
}

#[test]
fn a_token_that_is_no_longer_accepted_opens_no_channel_and_open_ones_go_on() {
    let mut world = world();
    let metis = pb::MsgOpenChannel { deposit: Some(coin(3_000_003, "umetis")), ..wish("dan") };
    let id = open(&mut world, &metis).expect("opens");
    let params = Some(dat::local());
    let authority = Address::module("gov").to_string();
    let drop_metis = dat_pb::MsgUpdateParams { authority, params };
    let _: dat_pb::MsgUpdateParamsResponse = world.send(&drop_metis).expect("is governance");
    assert_eq!(code(open(&mut world, &metis)), ("dat", 28));
    assert_eq!(balance(&world, "dan", "umetis"), u128::from(RICH) - DEPOSIT, "the refusal took nothing");
    // what was agreed on while it was accepted is paid: later parameters do not touch an open channel
    assert_eq!(redeem_one(&mut world, id, 1, 1_000_001), Ok(3_000_003));
}

/// lazai 7.12: quotas are per consumer.
#[test]
fn a_policy_may_list_its_providers_and_limit_what_one_consumer_uses() {
    let mut world = world();
    let policy = dat_pb::PolicyTerms {
        providers: vec![address("pim").to_string()],
        max_units_per_grantee: 1_000,
        ..terms(&[Purpose::Infer], &[("ulaz", 1)])
    };
    let asset = anchor(&mut world, "ada", policy, Vec::new());
    let wish = |provider: &str, units_cap| pb::MsgOpenChannel {
        provider: address(provider).to_string(),
        asset,
        units_cap,
        deposit: Some(coin(0, "ulaz")),
        ..wish("dan")
    };
    assert_eq!(code(open(&mut world, &wish("pia", 10))), ("usage", 9));
    register(&mut world, "pim").expect("registers");
    assert_eq!(code(open(&mut world, &wish("pim", 1_001))).0, "dat");
    let first = open(&mut world, &wish("pim", 600)).expect("opens");
    assert_eq!(code(open(&mut world, &wish("pim", 401))).0, "dat", "nothing is promised twice");
    let more =
        pb::MsgTopUpChannel { payer: address("dan").to_string(), channel: first, amount: None, units: 401 };
    assert_eq!(code(world.send::<_, pb::MsgTopUpChannelResponse>(&more)).0, "dat");
    assert_eq!(close(&mut world, "pim", first), Ok(pb::ChannelState::Closed));
    assert!(open(&mut world, &wish("pim", 1_000)).is_ok(), "what was not used is back in the quota");
}

#[test]
fn anybody_may_pay_into_a_channel_and_only_its_consumer_takes_more_units() {
    let mut world = world();
    let id = opened(&mut world);
    let top_up = |payer: &str, amount: Option<(u64, &str)>, units| pb::MsgTopUpChannel {
        payer: address(payer).to_string(),
        channel: id,
        amount: amount.map(|(amount, denom)| coin(amount, denom)),
        units,
    };
    let mut send =
        |message| world.send::<_, pb::MsgTopUpChannelResponse>(&message).map_err(|reject| reject.code);
    assert_eq!(send(top_up("eve", Some((30, "ulaz")), 0)).map(drop), Ok(()));
    assert_eq!(send(top_up("eve", Some((30, "ulaz")), 10)), Err(35));
    assert_eq!(send(top_up("eve", Some((30, "ucpt")), 0)), Err(10));
    assert_eq!(send(top_up("eve", None, 0)), Err(18));
    assert_eq!(send(top_up("eve", Some((0, "ulaz")), 0)), Err(18));
    assert_eq!(send(top_up("dan", None, u64::MAX)), Err(29), "more than any quota");
    assert_eq!(send(top_up("dan", None, 10)).map(drop), Ok(()));
    assert_eq!(send(pb::MsgTopUpChannel { channel: 99, ..top_up("dan", None, 10) }), Err(6));
    assert_eq!(redeem_one(&mut world, id, 1, 1_000_011), Ok(3_000_033));
    assert_eq!(close(&mut world, "dan", id), Ok(pb::ChannelState::Closing));
    let late = world.send::<_, pb::MsgTopUpChannelResponse>(&top_up("eve", Some((30, "ulaz")), 0));
    assert_eq!(late.map_err(|reject| reject.code), Err(14));
}

/// peers 4.1, peers 4.2, lazai 7.4: what is closed is paid out.
#[test]
fn a_consumer_waits_for_the_delay_and_the_queue_pays_the_rest() {
    let mut world = world();
    let id = opened(&mut world);
    assert_eq!(redeem_one(&mut world, id, 1, 333_333), Ok(999_999));
    assert_eq!(close(&mut world, "eve", id), Err(7));
    assert_eq!(settle_closed(&mut world, id), Err(38));
    assert_eq!(close(&mut world, "dan", id), Ok(pb::ChannelState::Closing));
    assert_eq!(close(&mut world, "dan", id), Err(36));
    world.pass(9);
    assert_eq!(settle_closed(&mut world, id), Err(16));
    assert_eq!(find(&world, id).expect("still there").state(), pb::ChannelState::Closing);
    world.pass(1);
    assert_eq!(find(&world, id), None, "the version is settled, so the record goes at once");
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - 999_999);
    assert_eq!(close(&mut world, "dan", id), Err(6));
    assert_eq!(settle_closed(&mut world, id), Err(6));
}

#[test]
fn anybody_may_settle_at_the_instant_before_the_queue_comes_round_and_its_entry_harms_nothing() {
    let mut world = world();
    let id = opened(&mut world);
    assert_eq!(close(&mut world, "dan", id), Ok(pb::ChannelState::Closing));
    wait(&mut world, 10);
    assert_eq!(close(&mut world, "dan", id), Err(36));
    assert_eq!(settle_closed(&mut world, id), Ok(pb::ChannelState::Closed));
    world.pass(10);
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH));
}

/// peers 7.12, lazai 7.14: nothing is promised twice.
#[test]
fn an_access_dat_pays_for_its_channels_and_gets_back_what_they_did_not_use() {
    let mut world = world();
    let buy = dat_pb::MsgBuyAccess {
        buyer: address("dan").to_string(),
        asset: 2,
        policy_version: 1,
        units: 1_000,
        max_price: Some(coin(3_000, "ulaz")),
        grantee_key: Vec::new(),
    };
    let _: dat_pb::MsgBuyAccessResponse = world.send(&buy).expect("buys");
    let serial = newest_dat(&world);
    let before = balance(&world, "dan", "ulaz");
    let prepaid = |units_cap| pb::MsgOpenChannel { dat: serial, deposit: None, units_cap, ..wish("dan") };
    assert_eq!(code(open(&mut world, &prepaid(1_001))).0, "dat");
    let theirs = pb::MsgOpenChannel { consumer: address("eve").to_string(), ..prepaid(10) };
    assert_eq!(code(open(&mut world, &theirs)).0, "dat", "another's token");
    let id = open(&mut world, &prepaid(700)).expect("opens");
    assert_eq!(code(open(&mut world, &prepaid(301))).0, "dat", "value is in one place at a time");
    assert_eq!(before - balance(&world, "dan", "ulaz"), RECORD, "the token paid, not its owner");
    let stated = voucher(&world, id, 1, 100);
    assert_eq!(stated.cumulative_amount, "0");
    assert_eq!(redeem_one(&mut world, id, 1, 100), Ok(300));
    assert_eq!(redeem_one(&mut world, id, 2, 701), Err(22));
    let more =
        pb::MsgTopUpChannel { payer: address("dan").to_string(), channel: id, amount: None, units: 100 };
    let money = pb::MsgTopUpChannel { amount: Some(coin(5, "ulaz")), ..more.clone() };
    assert_eq!(code(world.send::<_, pb::MsgTopUpChannelResponse>(&money)), ("usage", 11));
    let _: pb::MsgTopUpChannelResponse = world.send(&more).expect("takes 100 more");
    assert_eq!(redeem_one(&mut world, id, 2, 701), Ok(1_803));
    assert_eq!(close(&mut world, "pia", id), Ok(pb::ChannelState::Closed));
    let dat = dat::find_dat(&world.ctx.state, 2, serial).expect("reads").expect("is there");
    assert_eq!((dat.value, dat.lent), (299, 0));
    assert_eq!(dat.paid.expect("is left").amount, "897");
}

fn newest_dat(world: &World) -> u64 {
    dat::asset(&world.ctx.state, 2).expect("is there").serials
}

/// peers 7.11, peers 7.5.
#[test]
fn later_parameters_do_not_touch_an_open_channel() {
    let mut world = world();
    let id = opened(&mut world);
    let authority = Address::module(crate::modules::GOVERNANCE).to_string();
    let params = pb::Params { protocol_bps: 2_000, ..Params::local().wire() };
    let message = pb::MsgUpdateParams { authority, params: Some(params) };
    let _: pb::MsgUpdateParamsResponse = world.send(&message).expect("governance may");
    assert_eq!(redeem_one(&mut world, id, 1, 333_333), Ok(999_999));
    let event = world.events("usage.voucher_redeemed").remove(0);
    assert_eq!(super::stage::attribute(&event, "protocol"), "20000");
}

#[test]
fn only_governance_changes_the_parameters_and_only_within_their_ranges() {
    let mut chain = TestChain::with_balances(&[("ada", 1_000_000)]);
    let mut update = |params: Option<pb::Params>| {
        let authority = address("ada").to_string();
        let result = chain.run("ada", vec![any(&pb::MsgUpdateParams { authority, params })]);
        (result.codespace, result.code)
    };
    assert_eq!(update(Some(Params::live().wire())), ("gov".into(), 13));
    assert_eq!(update(None), ("sdk".into(), 18));
    assert_eq!(update(Some(pb::Params { protocol_bps: 2_001, ..Params::live().wire() })), ("sdk".into(), 18));
}

#[test]
fn a_signed_batch_has_its_gas_and_names_each_channel_once() {
    let mut chain = TestChain::with_balances(&[("pia", 100_000_000)]);
    let voucher = |channel| pb::SignedVoucher {
        voucher: Some(pb::Voucher {
            channel,
            sequence: 1,
            as_of: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
            purpose: Purpose::Infer.into(),
            cumulative_units: 1,
            cumulative_amount: "3".into(),
            ..Default::default()
        }),
        signature: key("dan").sign(b"anything").to_bytes().to_vec(),
    };
    let mut run = |channels: Vec<u64>, gas: u64| {
        let vouchers = channels.into_iter().map(voucher).collect();
        let message = any(&pb::MsgRedeemVouchers { provider: address("pia").to_string(), vouchers });
        let odd = Odd { gas: Some(gas), fee: Some(("ulaz", 1_000)), ..Odd::default() };
        let tx = chain.sign("pia", vec![message], &odd);
        let result = chain.block(vec![tx]).remove(0);
        (result.codespace, result.code)
    };
    let gas = 20_000_000;
    assert_eq!(run(vec![1], gas), ("usage".into(), 6), "no such channel");
    assert_eq!(run((1..=256).collect(), gas), ("usage".into(), 6));
    assert_eq!(run((1..=257).collect(), gas), ("sdk".into(), 18));
    assert_eq!(run(vec![1, 2, 1], gas), ("sdk".into(), 18));
    assert_eq!(run(Vec::new(), gas), ("sdk".into(), 18));
    assert_eq!(run((1..=256).collect(), 200_000), ("sdk".into(), 11), "a batch costs what it weighs");
}
