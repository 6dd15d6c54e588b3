//! Buying what pays for compute.

use proto::{coin::Denom, cosmos::base::v1beta1::Coin, lazchain::usage::v1 as pb};

use super::stage::{balance, coin, empty};
use crate::{
    error::Reject,
    modules::{GOVERNANCE, bank, usage::Params},
    testkit::{World, address},
};

fn buy(world: &mut World, payment: Coin, least: &str) -> Result<u128, Reject> {
    let message =
        pb::MsgBuyCompute { buyer: address("dan").to_string(), payment: Some(payment), least: least.into() };
    let response: pb::MsgBuyComputeResponse = world.send(&message)?;
    Ok(response.bought.parse().expect("a number"))
}

fn set(world: &mut World, change: impl FnOnce(&mut pb::Params)) {
    let mut params = Params::local().wire();
    change(&mut params);
    let authority = proto::address::Address::module(GOVERNANCE).to_string();
    let message = pb::MsgUpdateParams { authority, params: Some(params) };
    let _: pb::MsgUpdateParamsResponse = world.send(&message).expect("governance may");
}

fn supply(world: &World, denom: &'static str) -> u128 {
    bank::supply(&world.ctx.state, &Denom::known(denom)).expect("reads").units()
}

#[test]
fn ulaz_is_burnt_for_ucpt_and_other_tokens_go_to_the_community_at_their_prices() {
    let mut world = empty();
    set(&mut world, |params| {
        params.compute_prices.push(pb::ComputePrice { denom: "umetis".into(), ucpt: 7, per: 3 });
    });
    let (ulaz, ucpt, metis) =
        (supply(&world, "ulaz"), balance(&world, "dan", "ucpt"), supply(&world, "umetis"));
    assert_eq!(buy(&mut world, coin(1_000, "ulaz"), "1000").expect("buys"), 1_000);
    assert_eq!(ulaz - supply(&world, "ulaz"), 1_000);
    assert_eq!(buy(&mut world, coin(10, "umetis"), "").expect("buys"), 23, "rounded down");
    assert_eq!(supply(&world, "umetis"), metis);
    assert_eq!(balance(&world, "dan", "ucpt") - ucpt, 1_023);
}

#[test]
fn what_has_no_price_buys_nothing_and_too_little_is_refused() {
    let mut world = empty();
    set(&mut world, |params| params.compute_prices[0].per = 100);
    let code = |outcome: Result<u128, Reject>| outcome.map_err(|reject| (reject.space, reject.code));
    assert_eq!(code(buy(&mut world, coin(1_000, "umetis"), "1")), Err(("usage", 32)));
    assert_eq!(code(buy(&mut world, coin(1_000, "ucpt"), "1")), Err(("usage", 32)));
    assert_eq!(code(buy(&mut world, coin(1_000, "ulaz"), "11")), Err(("usage", 34)));
    assert_eq!(code(buy(&mut world, coin(99, "ulaz"), "0")), Err(("usage", 34)), "nothing for something");
    assert_eq!(code(buy(&mut world, coin(0, "ulaz"), "0")), Err(("sdk", 18)));
    assert_eq!(code(buy(&mut world, coin(1_000, "ulaz"), "10")), Ok(10));
}

#[test]
fn an_epoch_sells_up_to_its_cap_and_the_next_one_begins_anew() {
    let mut world = empty();
    set(&mut world, |params| params.compute_cap = "1000".into());
    let code = |outcome: Result<u128, Reject>| outcome.map_err(|reject| reject.code);
    assert_eq!(code(buy(&mut world, coin(600, "ulaz"), "0")), Ok(600));
    assert_eq!(code(buy(&mut world, coin(401, "ulaz"), "0")), Err(33));
    assert_eq!(code(buy(&mut world, coin(400, "ulaz"), "0")), Ok(400));
    assert_eq!(code(buy(&mut world, coin(1, "ulaz"), "0")), Err(33));
    (0..20).for_each(|_| world.pass(1));
    assert_eq!(code(buy(&mut world, coin(1_000, "ulaz"), "0")), Ok(1_000));
}
