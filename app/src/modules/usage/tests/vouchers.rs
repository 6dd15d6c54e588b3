//! Redeeming: the worked example, races, batches, forgeries.

use proptest::prelude::*;
use proto::{
    address::Address,
    coin::{Coins, Denom},
    lazchain::{
        dat::v1::{self as dat_pb, Purpose},
        rewards::v1 as rewards_pb,
        usage::v1 as pb,
    },
};
use serde_json::Value as Json;

use super::stage::{
    RICH, attribute, balance, balance_of, close, coin, find, open, opened, redeem, redeem_one, sign,
    sign_for, voucher, wait, wish, world,
};
use crate::{
    modules::{bank, rewards},
    testkit::{World, address},
};

fn numbers(event: &[(String, String)]) -> [u64; 6] {
    let names = ["redeemed", "protocol", "base", "royalties", "provider_part", "holders"];
    names.map(|name| attribute(event, name).parse().expect("a number"))
}

// section 12: the channel's table, to the unit
#[test]
fn the_worked_examples_two_vouchers_are_split_number_for_number() {
    let mut world = world();
    let id = opened(&mut world);
    let before = balance(&world, "pia", "ulaz");
    assert_eq!(redeem_one(&mut world, id, 1, 333_333), Ok(999_999));
    let first = world.events("usage.voucher_redeemed").remove(0);
    assert_eq!(numbers(&first), [999_999, 20_000, 979_999, 147_000, 333_199, 499_800]);
    assert_eq!(redeem_one(&mut world, id, 2, 1_000_001), Ok(2_000_004));
    let second = world.events("usage.voucher_redeemed").remove(0);
    assert_eq!(numbers(&second), [2_000_004, 40_001, 1_960_003, 294_001, 666_400, 999_602]);
    assert_eq!(balance(&world, "pia", "ulaz") - before, 333_199 + 666_400);
    let channel = find(&world, id).expect("open");
    assert_eq!((channel.deposit.as_str(), channel.redeemed.as_str()), ("3000003", "3000003"));
    // all of it is the community's, the provider's or the holders' and ancestors'
    assert_eq!(60_001 + 441_001 + 999_599 + 1_499_402, 3_000_003);
}

/// peers 7.11, peers 4.3, lazai 7.3: a sequence that only grows.
#[test]
fn only_the_latest_voucher_counts_in_whatever_order_they_come() {
    let mut world = world();
    let id = opened(&mut world);
    let old = [sign("dan", voucher(&world, id, 1, 10)), sign("dan", voucher(&world, id, 2, 20))];
    assert_eq!(redeem_one(&mut world, id, 3, 30), Ok(90));
    for stale in old {
        assert_eq!(redeem(&mut world, vec![stale]).expect_err("stale").code, 18);
    }
    assert_eq!(redeem_one(&mut world, id, 3, 30), Err(18), "twice is once");
    assert_eq!(redeem_one(&mut world, id, 4, 30), Err(19), "a newer one must cover more");
    assert_eq!(redeem_one(&mut world, id, 9, 31), Ok(3));
    assert_eq!(find(&world, id).expect("open").redeemed, "93");
}

/// peers 7.11, peers 7.12: a voucher that races a withdrawal, and one after its channel is gone.
#[test]
fn until_its_instant_a_voucher_outranks_a_pending_withdrawal_and_from_it_on_the_withdrawal_stands() {
    let mut world = world();
    let id = opened(&mut world);
    assert_eq!(close(&mut world, "dan", id), Ok(pb::ChannelState::Closing));
    wait(&mut world, 9);
    assert_eq!(redeem_one(&mut world, id, 1, 1_000), Ok(3_000));
    wait(&mut world, 1);
    // the queue has not come round to it, and the channel is over all the same
    assert_eq!(redeem_one(&mut world, id, 2, 2_000), Err(15));
    world.pass(0);
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - 3_000);
    assert_eq!(redeem_one(&mut world, id, 2, 2_000), Err(6), "its record is gone, and its id with it");
}

/// peers 4.3, lazai 7.2, lazai 7.3: what is signed covers price, units, channel and chain.
#[test]
fn a_voucher_is_for_one_channel_on_one_chain_by_one_key() {
    let mut world = world();
    let (one, two) = (opened(&mut world), opened(&mut world));
    let good = voucher(&world, one, 1, 10);
    let mut code =
        |signed: pb::SignedVoucher| redeem(&mut world, vec![signed]).map(drop).map_err(|no| no.code);
    assert_eq!(code(sign("eve", good.clone())), Err(17), "another key");
    assert_eq!(code(sign_for("dan", "lazchain-2", good.clone())), Err(17), "another chain");
    let mut moved = sign("dan", good.clone());
    moved.voucher.as_mut().expect("is there").channel = two;
    assert_eq!(code(moved), Err(17), "another channel");
    for bent in [
        pb::Voucher { cumulative_units: 11, cumulative_amount: "33".into(), ..good.clone() },
        pb::Voucher { sequence: 2, ..good.clone() },
        pb::Voucher { receipts_root: Vec::new(), ..good.clone() },
        pb::Voucher { terms: Some(pb::Terms::default()), ..good.clone() },
    ] {
        let signature = sign("dan", good.clone()).signature;
        assert_eq!(code(pb::SignedVoucher { voucher: Some(bent), signature }), Err(17));
    }
    assert_eq!(code(sign("dan", good)), Ok(()));
    let theirs = pb::MsgRedeemVouchers {
        provider: address("pim").to_string(),
        vouchers: vec![sign("dan", voucher(&world, two, 1, 10))],
    };
    let outcome = world.send::<_, pb::MsgRedeemVouchersResponse>(&theirs);
    assert_eq!(outcome.expect_err("another provider").code, 7);
}

/// lazai 7.13.
#[test]
fn one_bad_voucher_costs_the_others_of_its_batch_nothing() {
    let mut world = world();
    let ids: Vec<u64> = (0..4).map(|_| opened(&mut world)).collect();
    let batch = vec![
        sign("dan", voucher(&world, ids[0], 1, 10)),
        sign("eve", voucher(&world, ids[1], 1, 10)),
        sign("dan", voucher(&world, ids[2], 1, 10)),
        sign("dan", voucher(&world, ids[3], 1, 2_000_000)),
        sign("dan", voucher(&world, 99, 1, 10)),
    ];
    let outcome = redeem(&mut world, batch.clone()).expect("some are good");
    let told: Vec<_> =
        outcome.iter().map(|one| (one.codespace.as_str(), one.code, one.redeemed.as_str())).collect();
    assert_eq!(
        told,
        [("", 0, "30"), ("usage", 17, "0"), ("", 0, "30"), ("usage", 22, "0"), ("usage", 6, "0")]
    );
    let again = redeem(&mut world, batch).expect_err("none is good now");
    assert_eq!((again.space, again.code), ("usage", 18));
    let redeemed = ids.iter().map(|id| find(&world, *id).expect("open").redeemed);
    assert_eq!(redeemed.collect::<Vec<_>>(), ["30", "0", "30", "0"]);
}

#[test]
fn a_full_batch_is_redeemed_at_once() {
    let mut world = world();
    let small = pb::MsgOpenChannel { deposit: Some(coin(300, "ulaz")), units_cap: 100, ..wish("dan") };
    let ids: Vec<u64> = (0..256).map(|_| open(&mut world, &small).expect("opens")).collect();
    let batch = ids.iter().map(|id| sign("dan", voucher(&world, *id, 1, 100))).collect();
    let outcome = redeem(&mut world, batch).expect("good");
    assert!(outcome.len() == 256 && outcome.iter().all(|one| one.code == 0 && one.redeemed == "300"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The verdict on a voucher, and what it takes, are the same in one batch, in two, or alone.
    #[test]
    fn the_verdict_on_a_voucher_does_not_depend_on_its_batch(
        kinds in prop::collection::vec(0_u8..5, 6),
        cut in 0_usize..=6,
    ) {
        let run = |cuts: &[usize]| {
            let mut world = world();
            let ids: Vec<u64> = (0..6).map(|_| opened(&mut world)).collect();
            let signed: Vec<_> = kinds.iter().zip(&ids).map(|(kind, id)| {
                let good = voucher(&world, *id, 1, 10);
                match kind {
                    0 | 1 => sign("dan", good),
                    2 => sign("eve", good),
                    3 => sign("dan", pb::Voucher { cumulative_amount: "29".into(), ..good }),
                    _ => sign("dan", pb::Voucher { sequence: 0, ..good }),
                }
            }).collect();
            let mut codes = Vec::new();
            let mut from = 0;
            for to in cuts {
                let part = signed[from..*to].to_vec();
                from = *to;
                match redeem(&mut world, part.clone()) {
                    Ok(outcome) => codes.extend(outcome.iter().map(|one| one.code)),
                    // none of them is good: each is asked alone
                    Err(_) => codes.extend(part.into_iter().map(|one| redeem(&mut world, vec![one]).expect_err("bad").code)),
                }
            }
            (codes, balance(&world, "pia", "ulaz"), world.export()["usage"].clone())
        };
        let whole: (Vec<u32>, u128, Json) = run(&[6]);
        prop_assert_eq!(&whole, &run(&[cut, 6]));
        prop_assert_eq!(&whole, &run(&[1, 2, 3, 4, 5, 6]));
    }

    /// peers 4.1, lazai 7.1: no balance is paid twice.
    /// Whatever comes, the deposit is the bound, and what is neither redeemed nor left is nowhere.
    #[test]
    fn a_channel_never_pays_more_than_its_deposit_whatever_is_tried(
        tries in prop::collection::vec((0_u64..6, 0_u64..500, 0_u64..3), 1..25),
    ) {
        let mut world = world();
        let small = pb::MsgOpenChannel { deposit: Some(coin(900, "ulaz")), units_cap: 400, ..wish("dan") };
        let id = open(&mut world, &small).expect("opens");
        let mut took = 0;
        for (sequence, units, secs) in tries {
            took += redeem_one(&mut world, id, sequence, units).unwrap_or(0);
            wait(&mut world, secs);
        }
        prop_assert!(took <= 900);
        prop_assert_eq!(close(&mut world, "pia", id), Ok(pb::ChannelState::Closed));
        prop_assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - took);
    }
}

#[test]
fn the_protocols_part_is_burnt_in_ucpt_and_the_communitys_in_other_tokens() {
    for (denom, burnt) in [("ucpt", 20_000), ("umetis", 0), ("ulaz", 0)] {
        let mut world = world();
        let supply =
            |world: &World| bank::supply(&world.ctx.state, &Denom::known(denom)).expect("reads").units();
        let before = supply(&world);
        let wish = pb::MsgOpenChannel { deposit: Some(coin(3_000_003, denom)), ..wish("dan") };
        let id = open(&mut world, &wish).expect("opens");
        assert_eq!(redeem_one(&mut world, id, 1, 333_333), Ok(999_999));
        assert_eq!(before - supply(&world), burnt, "{denom}");
        let pool = balance_of(&world, &Address::module(crate::modules::distribution::ACCOUNT), denom);
        assert_eq!(pool, 20_000 - burnt, "{denom}");
        let tallies = tallies(&world);
        assert_eq!(tallies.len(), usize::from(denom == "ulaz"), "{denom} counts for emission or does not");
    }
}

fn tallies(world: &World) -> Vec<rewards_pb::Tally> {
    let path = "/lazchain.rewards.v1.Query/Tallies";
    let query = rewards::QUERIES.iter().find(|query| query.path == path).expect("is there");
    let bytes = (query.answer)(&world.ctx.state, &[]).expect("answers");
    let answer: rewards_pb::QueryTalliesResponse = prost::Message::decode(bytes.as_slice()).expect("decodes");
    answer.tallies
}

/// G39: use after a revocation. lazai 7.12, lazai 7.21.
#[test]
fn work_before_a_revocation_is_redeemed_for_the_close_delay_and_work_after_it_never() {
    let mut world = world();
    let id = opened(&mut world);
    let before = sign("dan", voucher(&world, id, 1, 10));
    let later = sign("dan", pb::Voucher { sequence: 2, ..voucher(&world, id, 1, 20) });
    wait(&mut world, 5);
    let revoke = dat_pb::MsgRevokeAccess {
        owner: address("cleo").to_string(),
        asset: 2,
        account: address("dan").to_string(),
        ..Default::default()
    };
    let _: dat_pb::MsgRevokeAccessResponse = world.send(&revoke).expect("the owner may");
    assert_eq!(redeem_one(&mut world, id, 3, 30), Err(27), "work at the instant of the revocation");
    assert!(redeem(&mut world, vec![before]).is_ok());
    wait(&mut world, 10);
    assert_eq!(redeem(&mut world, vec![later]).expect_err("too late").code, 28);
    assert_eq!(close(&mut world, "dan", id), Ok(pb::ChannelState::Closing));
    world.pass(10);
    assert_eq!(balance(&world, "dan", "ulaz"), u128::from(RICH) - 30);
}

/// peers 7.5, peers 4.10: what was agreed on is pinned.
#[test]
fn a_newer_policy_or_retirement_does_not_touch_an_open_channel() {
    let mut world = world();
    let id = opened(&mut world);
    let dearer = super::stage::terms(&[Purpose::Train], &[("ulaz", 50)]);
    let publish =
        dat_pb::MsgPublishPolicy { owner: address("cleo").to_string(), asset: 2, terms: Some(dearer) };
    let _: dat_pb::MsgPublishPolicyResponse = world.send(&publish).expect("the owner may");
    assert_eq!(redeem_one(&mut world, id, 1, 10), Ok(30));
    assert!(open(&mut world, &wish("dan")).is_err(), "the old licence is on offer no more");
    let retire = dat_pb::MsgRetireAsset { owner: address("cleo").to_string(), asset: 2 };
    let _: dat_pb::MsgRetireAssetResponse = world.send(&retire).expect("the owner may");
    assert_eq!(redeem_one(&mut world, id, 2, 20), Ok(30));
}

/// peers 7.11: an export makes no old voucher good.
#[test]
fn the_state_survives_an_export_and_stale_vouchers_with_it() {
    let mut world = world();
    let id = opened(&mut world);
    assert_eq!(redeem_one(&mut world, id, 5, 10), Ok(30));
    let exported = world.export();
    let mut again = World::new(exported.clone());
    assert_eq!(again.export()["usage"], exported["usage"]);
    assert_eq!(redeem_one(&mut again, id, 5, 10), Err(18));
    assert_eq!(redeem_one(&mut again, id, 6, 11), Ok(3));
}

#[test]
fn a_payout_can_be_recomputed_from_what_the_query_says() {
    let mut world = world();
    let id = opened(&mut world);
    assert_eq!(redeem_one(&mut world, id, 1, 333_333), Ok(999_999));
    let path = "/lazchain.usage.v1.Query/Payout";
    let query = super::super::QUERIES.iter().find(|query| query.path == path).expect("is there");
    let ask = |units| {
        let ask = pb::QueryPayoutRequest { channel: id, cumulative_units: units };
        (query.answer)(&world.ctx.state, &prost::Message::encode_to_vec(&ask))
    };
    let bytes = ask(1_000_001).expect("answers");
    let answer: pb::QueryPayoutResponse = prost::Message::decode(bytes.as_slice()).expect("decodes");
    assert_eq!((answer.total.as_str(), answer.before.as_str()), ("3000003", "999999"));
    assert_eq!((answer.redeemed.as_str(), answer.protocol.as_str()), ("2000004", "40001"));
    assert_eq!((answer.base.as_str(), answer.is_covered), ("1960003", true));
    assert!(ask(5).is_err(), "fewer units than are redeemed");
}

/// G41.
#[test]
fn coins_sent_to_the_modules_account_are_refused_so_its_books_stay_exact() {
    let mut world = world();
    let coins: Coins = "5ulaz".parse().expect("coins");
    let send = proto::cosmos::bank::v1beta1::MsgSend {
        from_address: address("eve").to_string(),
        to_address: Address::module(super::super::ACCOUNT).to_string(),
        amount: coins.wire(),
    };
    let outcome = world.send::<_, proto::cosmos::bank::v1beta1::MsgSendResponse>(&send);
    assert_eq!(outcome.expect_err("refused").space, "bank");
}
