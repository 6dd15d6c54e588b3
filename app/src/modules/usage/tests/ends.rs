//! Channels on a version whose verdict may still fall.

use proto::{address::Address, amount::Amount, lazchain::usage::v1 as pb};

use super::stage::{RICH, balance, claim_refund, close, find, liable, opened, redeem_one, settle_closed};
use crate::{
    modules::dat,
    testkit::{World, address},
};

fn fall(world: &mut World) {
    world.act(|ctx| dat::revoke(ctx, 2, 1, Amount::ZERO, &address("ada"))).expect("falls");
}

#[test]
fn a_closed_channel_is_kept_while_its_version_may_fall_and_goes_when_it_is_settled() {
    let mut world = liable();
    let id = opened(&mut world);
    assert_eq!(redeem_one(&mut world, id, 1, 1_000), Ok(3_000));
    assert_eq!(claim_refund(&mut world, id), Err(30));
    assert_eq!(close(&mut world, "pia", id), Ok(pb::ChannelState::Closed));
    let closed = find(&world, id).expect("kept");
    assert_eq!((closed.deposit, closed.units_cap), (closed.redeemed, closed.units), "it owes nothing");
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - 3_000 - 100_000);
    assert_eq!(redeem_one(&mut world, id, 2, 2_000), Err(15));
    assert_eq!(close(&mut world, "dan", id), Err(15));
    assert_eq!(close(&mut world, "pia", id), Err(15));
    assert_eq!(settle_closed(&mut world, id), Err(31));
    world.pass(3_600);
    assert_eq!(settle_closed(&mut world, id), Err(31), "the queue looks again later");
    world.act(|ctx| dat::settle(ctx, 2, 1)).expect("settles");
    world.pass(3_600);
    assert_eq!(find(&world, id), None);
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - 3_000);
}

#[test]
fn anybody_may_have_a_closed_channel_forgotten_once_its_version_is_settled() {
    let mut world = liable();
    let id = opened(&mut world);
    assert_eq!(redeem_one(&mut world, id, 1, 1_000), Ok(3_000));
    assert_eq!(close(&mut world, "pia", id), Ok(pb::ChannelState::Closed));
    world.act(|ctx| dat::settle(ctx, 2, 1)).expect("settles");
    assert_eq!(settle_closed(&mut world, id), Ok(pb::ChannelState::Closed));
    assert_eq!(find(&world, id), None);
}

/// lazai 7.9: a refund is paid once and is what is recorded.
#[test]
fn a_fallen_version_redeems_no_more_and_refunds_its_channels_once() {
    let mut world = liable();
    let (open, closed) = (opened(&mut world), opened(&mut world));
    assert_eq!(redeem_one(&mut world, open, 1, 1_000), Ok(3_000));
    assert_eq!(redeem_one(&mut world, closed, 1, 2_000), Ok(6_000));
    assert_eq!(close(&mut world, "pia", closed), Ok(pb::ChannelState::Closed));
    fall(&mut world);
    assert_eq!(redeem_one(&mut world, open, 2, 2_000), Err(29));
    assert_eq!(settle_closed(&mut world, closed), Err(37));
    world.pass(7_200);
    assert!(find(&world, closed).is_some(), "it waits for its refund");
    let mut refunded = 0;
    for (channel, paid) in [(open, 3_000), (closed, 6_000)] {
        let before = balance(&world, "dan", "ulaz");
        let refund = claim_refund(&mut world, channel).expect("is due");
        let amount: u128 = refund[0].amount.parse().expect("a number");
        assert!(amount > 0 && amount < paid, "the protocol's and the provider's part are gone: {amount}");
        refunded += amount;
        let rest = if channel == open { 3_000_003 - paid } else { 0 };
        assert_eq!(balance(&world, "dan", "ulaz") - before, amount + rest + 100_000);
        assert_eq!(find(&world, channel), None);
        assert_eq!(claim_refund(&mut world, channel), Err(6));
    }
    assert!(refunded < 9_000);
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - 9_000 + refunded);
}

#[test]
fn a_channel_that_paid_nothing_gets_its_deposit_back_when_the_version_falls() {
    let mut world = liable();
    let id = opened(&mut world);
    fall(&mut world);
    assert_eq!(claim_refund(&mut world, id), Ok(Vec::new()));
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH));
    assert_eq!(find(&world, id), None);
}

#[test]
fn a_top_up_from_the_insurance_makes_consumers_whole_and_no_more() {
    let mut world = liable();
    let id = opened(&mut world);
    assert_eq!(redeem_one(&mut world, id, 1, 1_000_001), Ok(3_000_003));
    let rich = Amount::new(50_000_000);
    world.act(|ctx| dat::revoke(ctx, 2, 1, rich, &address("ada"))).expect("falls");
    claim_refund(&mut world, id).expect("is due");
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH));
    assert_eq!(super::stage::balance_of(&world, &Address::module(super::super::ACCOUNT), "ulaz"), 1_000_000);
}
