//! Channels on access DATs: their money is of one denomination, their units are within the quota.

use proto::lazchain::{
    dat::v1::{self as dat_pb, Purpose},
    usage::v1 as pb,
};
use state::{Map, Pb};

use super::stage::{balance, close, coin, open, redeem_one, terms, wish, world};
use crate::{
    error::Reject,
    modules::dat,
    testkit::{World, address},
};

/// Dan's, at 3 a unit.
fn bought(world: &mut World, policy_version: u64, units: u64, denom: &str) -> u64 {
    let buy = dat_pb::MsgBuyAccess {
        buyer: address("dan").to_string(),
        asset: 2,
        policy_version,
        units,
        max_price: Some(coin(3 * units, denom)),
        grantee_key: Vec::new(),
    };
    let made: dat_pb::MsgBuyAccessResponse = world.send(&buy).expect("buys");
    made.serial
}

fn prepaid(dat: u64, policy_version: u64, units_cap: u64) -> pb::MsgOpenChannel {
    pb::MsgOpenChannel { dat, policy_version, deposit: None, units_cap, ..wish("dan") }
}

fn kept(world: &World, serial: u64) -> dat_pb::Dat {
    dat::find_dat(&world.ctx.state, 2, serial).expect("reads").expect("is there")
}

fn code<T: std::fmt::Debug>(result: Result<T, Reject>) -> (&'static str, u32) {
    let reject = result.expect_err("refused");
    (reject.space, reject.code)
}

#[test]
fn units_paid_in_another_token_do_not_join_those_that_a_channel_has() {
    let mut world = world();
    let first = bought(&mut world, 1, 2, "ulaz");
    let channel = open(&mut world, &prepaid(first, 1, 2)).expect("opens");
    let second = bought(&mut world, 1, 1_000_000_000, "umetis");
    let to = address("dan").to_string();
    let into = dat_pb::MsgTransferValue {
        owner: to.clone(),
        asset: 2,
        serial: second,
        units: 1_000_000_000,
        to,
        to_serial: first,
    };
    assert_eq!(code(world.send::<_, dat_pb::MsgTransferValueResponse>(&into)), ("dat", 32));
    close(&mut world, "pia", channel).expect("closes");
    assert_eq!((kept(&world, first).value, kept(&world, first).paid), (2, Some(coin(6, "ulaz"))));
    assert_eq!(kept(&world, second).paid, Some(coin(3_000_000_000, "umetis")));
}

/// Were they to meet all the same, nobody is owed in one token what was paid in another.
#[test]
fn money_of_another_token_comes_back_to_the_owner() {
    let mut world = world();
    let first = bought(&mut world, 1, 100, "ulaz");
    let channel = open(&mut world, &prepaid(first, 1, 100)).expect("opens");
    let second = bought(&mut world, 1, 70, "umetis");
    let (mut into, mut from) = (kept(&world, first), kept(&world, second));
    (into.value, into.paid) = (std::mem::take(&mut from.value), from.paid.take());
    let dats: Map<(u64, u64), Pb<dat_pb::Dat>> = Map::new("dat/dats");
    for dat in [into, from] {
        dats.set(&mut world.ctx.state, &(2, dat.serial), &Pb(dat));
    }
    assert_eq!(redeem_one(&mut world, channel, 1, 40), Ok(120));
    let before = balance(&world, "dan", "ulaz");
    close(&mut world, "pia", channel).expect("closes");
    let deposit = 100_000;
    assert_eq!(balance(&world, "dan", "ulaz") - before, 180 + deposit);
    let token = kept(&world, first);
    assert_eq!((token.value, token.lent, token.paid), (70, 0, Some(coin(210, "umetis"))));
}

#[test]
fn prepaid_units_are_within_the_quota_however_many_tokens_hold_them() {
    let mut world = world();
    let most_ten =
        dat_pb::PolicyTerms { max_units_per_grantee: 10, ..terms(&[Purpose::Infer], &[("ulaz", 3)]) };
    let publish =
        dat_pb::MsgPublishPolicy { owner: address("cleo").to_string(), asset: 2, terms: Some(most_ten) };
    let _: dat_pb::MsgPublishPolicyResponse = world.send(&publish).expect("publishes");
    let (first, second) = (bought(&mut world, 2, 10, "ulaz"), bought(&mut world, 2, 10, "ulaz"));
    let channel = open(&mut world, &prepaid(first, 2, 10)).expect("opens");
    assert_eq!(code(open(&mut world, &prepaid(second, 2, 1))), ("dat", 29));
    assert_eq!(redeem_one(&mut world, channel, 1, 4), Ok(12));
    close(&mut world, "pia", channel).expect("closes");
    assert_eq!(code(open(&mut world, &prepaid(second, 2, 7))), ("dat", 29), "four of ten are used");
    let channel = open(&mut world, &prepaid(second, 2, 5)).expect("opens");
    let more = pb::MsgTopUpChannel { payer: address("dan").to_string(), channel, amount: None, units: 1 };
    let _: pb::MsgTopUpChannelResponse = world.send(&more).expect("takes the last one");
    assert_eq!(code(world.send::<_, pb::MsgTopUpChannelResponse>(&more)), ("dat", 29));
}
