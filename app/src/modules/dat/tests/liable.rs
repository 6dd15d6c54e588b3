//! A version while its verdict can still fall.

use super::*;
use crate::modules::dat::keys::{HELD, PAYMENTS, REFUNDS};

/// Liable with a deposit of 200: providers can be paid 100 at once.
fn small(chain: &mut TestChain, content: &str) -> (u64, u64) {
    liable(chain, NewAnchor { deposit: Amount::new(200), ..new("ada", content) })
}

#[test]
fn what_a_liable_version_earns_is_held_and_then_released() {
    let mut chain = chain();
    let made = small(&mut chain, "a");
    let pat = address("pat");
    let before = wealth(&chain, &pat);
    let split = pay(&mut chain, payment(made, 200));
    assert_eq!((split.provider.units(), split.provider_held.units(), split.holders.units()), (80, 0, 120));
    let split = pay(&mut chain, payment(made, 200));
    assert_eq!(split.provider_held.units(), 60, "20 were left under half of the deposit");
    assert_eq!(wealth(&chain, &pat) - before, 100);
    assert_eq!(claim(&mut chain, &[(1, 1)]), 0);
    settle(&mut chain, made);
    assert_eq!(claim(&mut chain, &[(1, 1)]), 240);
    assert_eq!(wealth(&chain, &pat) - before, 160);
    assert_eq!(HELD.get(&state(&chain), &(1, 1, ulaz())).expect("reads"), None);
    assert_eq!(PAYMENTS.get(&state(&chain), &(1, 1, 1)).expect("reads"), None);
    let again = chain.act(move |ctx| logic::settle(ctx, 1, 1));
    assert_eq!(code(again), 11);
    let fallen = chain.act(move |ctx| logic::revoke(ctx, 1, 1, Amount::ZERO, &address("ada")));
    assert_eq!(code(fallen), 11, "a settled version does not fall");
}

/// G38.
#[test]
fn held_income_of_many_providers_is_released_within_the_budget() {
    let mut chain = chain();
    let made = small(&mut chain, "a");
    let paid = chain.act(move |ctx| {
        for channel in 1..=1_500 {
            logic::receive(ctx, &Payment { channel, ..payment(made, 100) })?;
        }
        Ok(())
    });
    paid.expect("is received");
    settle(&mut chain, made);
    let left =
        |chain: &TestChain| PAYMENTS.page(&state(chain), &(1_u64, 1_u64), None, 10_000).expect("reads").len();
    assert!((500..=600).contains(&left(&chain)), "{} wait for the next block", left(&chain));
    chain.blocks(1);
    assert_eq!(left(&chain), 0);
}

#[test]
fn a_token_without_a_rate_pays_providers_nothing_while_liable() {
    let mut chain = chain();
    let made = small(&mut chain, "a");
    let held = chain.act(move |ctx| {
        let mut params = logic::params(&ctx.state)?;
        params.payment_tokens[1].ulaz_per_million = 0;
        crate::modules::dat::keys::PARAMS.set(&mut ctx.state, &state::Pb(params));
        Ok(logic::receive(ctx, &payment(made, 100))?.provider_held)
    });
    assert_eq!(held.expect("is received").units(), 40);
}

/// lazai 7.9, peers 4.10.
#[test]
fn a_fallen_verdict_is_refunded_and_topped_up_as_far_as_it_reaches() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "origin"));
    let made = liable(&mut chain, NewAnchor { deposit: Amount::new(200), ..derived("cleo", "m", &[1]) });
    // 2 % of each were the protocol's
    pay(&mut chain, Payment { paid: Amount::new(1_000), ..payment(made, 980) });
    pay(&mut chain, Payment { channel: 2, paid: Amount::new(500), ..payment(made, 490) });
    // of 1,470: royalties 221, providers 500, of which 100 are paid
    let short = logic::shortfall(&state(&chain), made.0, made.1).expect("reads").units();
    assert_eq!(short, 1_500 - (1_470 - 100));
    let early = chain.act(move |ctx| logic::refund(ctx, made.0, made.1, 1, &address("dan")));
    assert_eq!(code(early), 42, "it has not fallen");
    let taken = chain.act(move |ctx| logic::revoke(ctx, made.0, made.1, Amount::new(100), &address("zoe")));
    assert_eq!(taken.expect("falls").units(), 100);
    assert_eq!(asset(&chain, 2).status(), pb::AssetStatus::Revoked);
    let ask = pb::QueryRefundableRequest { asset: 2, version: 1, channel: 1 };
    let shown: pb::QueryRefundableResponse =
        chain.ask("/lazchain.dat.v1.Query/Refundable", &ask).expect("answers");
    assert_eq!(shown.coins, vec![wire(1_370 * 1_000 / 1_500 + 100 * 1_000 / 1_500)]);
    let refund = |chain: &mut TestChain, channel| {
        chain.act(move |ctx| logic::refund(ctx, 2, 1, channel, &address("dan")))
    };
    assert_eq!(refund(&mut chain, 1).expect("pays").to_string(), "979ulaz");
    assert_eq!(code(refund(&mut chain, 1)), 42, "once");
    assert_eq!(refund(&mut chain, 2).expect("pays").to_string(), "489ulaz");
    // 1 of the pool and 1 of the top-up were nobody's: they are the community's
    assert_eq!(REFUNDS.get(&state(&chain), &(2, 1, ulaz())).expect("reads"), None);
    assert_eq!(wealth(&chain, &logic::account()), 0);
    let late = chain.act(move |ctx| logic::receive(ctx, &payment(made, 5)));
    assert_eq!(code(late), 11);
}

#[test]
fn a_top_up_never_passes_the_shortfall() {
    let mut chain = chain();
    let made = small(&mut chain, "a");
    pay(&mut chain, Payment { paid: Amount::new(100), ..payment(made, 98) });
    let taken = chain.act(move |ctx| logic::revoke(ctx, 1, 1, Amount::new(10_000), &address("zoe")));
    assert_eq!(taken.expect("falls").units(), 2 + 39);
    let back = chain.act(|ctx| logic::refund(ctx, 1, 1, 1, &address("dan")));
    assert_eq!(back.expect("pays").to_string(), "100ulaz", "made whole");
}

#[test]
fn royalties_wait_until_both_verdicts_are_settled() {
    let mut chain = chain();
    let origin = liable(&mut chain, new("ada", "a"));
    let model = liable(&mut chain, derived("cleo", "m", &[1]));
    pay(&mut chain, payment(model, 1_000));
    settle(&mut chain, model);
    next_epoch(&mut chain);
    assert_eq!(claim(&mut chain, &[(1, 1)]), 0, "the ancestor is liable");
    settle(&mut chain, origin);
    next_epoch(&mut chain);
    assert_eq!(claim(&mut chain, &[(1, 1)]), 150);
}

#[test]
fn the_share_of_a_quorum_that_judged_wrongly_is_the_owners() {
    let mut chain = chain();
    let first = liable(&mut chain, NewAnchor { quorum_pool: Some((1, 200)), ..new("ada", "a") });
    let claim_pool = pb::MsgClaimRevenue {
        sender: text("zoe"),
        dats: vec![pb::DatRef { asset: 1, serial: 2 }],
        denoms: vec!["ulaz".into()],
    };
    assert_eq!(refused(&mut chain, "zoe", &claim_pool), 12, "locked until liability ends");
    liable(&mut chain, next("ada", "a2", 1));
    revoke(&mut chain, first);
    let shown = asset(&chain, 1);
    assert_eq!((shown.status(), shown.final_version, shown.standing), (pb::AssetStatus::Active, 2, 1));
    let pool = dat(&chain, 1, 2);
    assert_eq!((pool.owner, pool.share, pool.quorum), (text("ada"), 20_000, 0));
}

#[test]
fn a_provisional_version_cannot_be_used_or_settled() {
    let mut chain = chain();
    let made = anchor(&mut chain, new("ada", "a"));
    assert_eq!(code(chain.act(move |ctx| logic::receive(ctx, &payment(made, 5)))), 11);
    assert_eq!(code(chain.act(move |ctx| logic::settle(ctx, 1, 1))), 11);
    assert_eq!(code(chain.act(move |ctx| logic::finalize(ctx, 1, 2))), 3);
    finalize(&mut chain, made);
    assert_eq!(code(chain.act(move |ctx| logic::finalize(ctx, 1, 1))), 11);
}
