//! Access: sold, moved, used, revoked, refunded, expired.

use super::*;
use crate::time::Span;

pub(super) fn buy(who: &str, units: u64, most: u64) -> pb::MsgBuyAccess {
    pb::MsgBuyAccess {
        buyer: text(who),
        asset: 1,
        policy_version: 1,
        units,
        max_price: Some(wire(most)),
        grantee_key: vec![],
    }
}

fn bought(chain: &mut TestChain, who: &str, units: u64) -> u64 {
    let made: pb::MsgBuyAccessResponse = ok(chain, who, &buy(who, units, units * 3));
    assert_eq!(made.price, Some(wire(units * 3)));
    made.serial
}

fn publish(chain: &mut TestChain, terms: pb::PolicyTerms) {
    let message = pb::MsgPublishPolicy { owner: text("ada"), asset: 1, terms: Some(terms) };
    let _: pb::MsgPublishPolicyResponse = ok(chain, "ada", &message);
}

fn take(chain: &mut TestChain, serial: u64, who: &'static str, units: u64) -> Result<Coin, Reject> {
    chain.act(move |ctx| logic::take_value(ctx, (1, serial), &address(who), units, &address("pat")))
}

fn give_back(chain: &mut TestChain, serial: u64, taken: u64, unused: u64, money: u64) {
    let back = chain.act(move |ctx| {
        let money = Coin::new(ulaz(), Amount::new(money.into()));
        logic::give_back_value(ctx, (1, serial), taken, (unused, &money), &address("pat"))
    });
    back.expect("never refuses");
}

/// peers 7.5, lazai 7.14.
#[test]
fn access_is_sold_under_the_newest_licence_at_most_at_the_price_agreed() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let serial = bought(&mut chain, "dan", 100);
    let token = dat(&chain, 1, serial);
    assert_eq!((token.value, token.paid, token.policy_version, token.share), (100, Some(wire(300)), 1, 0));
    assert_eq!(claim(&mut chain, &[(1, 1)]), 0, "nothing is used yet");
    assert_eq!(refused(&mut chain, "dan", &buy("dan", 100, 299)), 27);
    let other = WireCoin { denom: "ucpt".into(), amount: "300".into() };
    assert_eq!(
        refused(&mut chain, "dan", &pb::MsgBuyAccess { max_price: Some(other), ..buy("dan", 1, 3) }),
        26
    );
    publish(&mut chain, pb::PolicyTerms { max_units_per_grantee: 50, ..terms() });
    assert_eq!(
        refused(&mut chain, "dan", &buy("dan", 1, 3)),
        23,
        "a dearer licence is not bought by mistake"
    );
    let second = |units| pb::MsgBuyAccess { policy_version: 2, ..buy("dan", units, 3_000) };
    assert_eq!(refused(&mut chain, "dan", &second(51)), 29);
    publish(&mut chain, {
        let mut listed = terms();
        listed.set_grantees(pb::Grantees::List);
        listed.grantee_list = vec![text("eve")];
        listed
    });
    let third = |who| pb::MsgBuyAccess { policy_version: 3, ..buy(who, 1, 3) };
    assert_eq!(refused(&mut chain, "dan", &third("dan")), 25);
    let _: pb::MsgBuyAccessResponse = ok(&mut chain, "eve", &third("eve"));
    let mut foreign = terms();
    foreign.prices[0].denom = "ufoo".into();
    let message = pb::MsgPublishPolicy { owner: text("ada"), asset: 1, terms: Some(foreign) };
    assert_eq!(refused(&mut chain, "ada", &message), 28);
}

#[test]
fn a_channel_takes_value_with_its_money_and_gives_back_what_is_left() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let serial = bought(&mut chain, "dan", 100);
    assert_eq!(code(take(&mut chain, serial, "eve", 1)), 8);
    assert_eq!(code(take(&mut chain, serial, "dan", 101)), 30);
    assert_eq!(code(take(&mut chain, serial, "dan", 0)), 30);
    assert_eq!(code(take(&mut chain, 1, "ada", 1)), 31, "grants no access");
    assert_eq!(take(&mut chain, serial, "dan", 40).expect("takes").amount.units(), 120);
    let token = dat(&chain, 1, serial);
    assert_eq!((token.value, token.lent, token.paid), (60, 40, Some(wire(180))));
    let burn = pb::MsgBurnDat { owner: text("dan"), asset: 1, serial };
    assert_eq!(refused(&mut chain, "dan", &burn), 18, "a channel has some of it");
    give_back(&mut chain, serial, 40, 10, 30);
    let token = dat(&chain, 1, serial);
    assert_eq!((token.value, token.lent, token.paid), (70, 0, Some(wire(210))));
    let _: pb::MsgBurnDatResponse = ok(&mut chain, "dan", &burn);
    assert_eq!(claim(&mut chain, &[(1, 1)]), 210, "money of a burnt token is revenue");
}

/// lazai 7.15: no value outlives its time by moving.
#[test]
fn value_moves_only_under_the_same_licence_price_and_time() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let serial = bought(&mut chain, "dan", 100);
    let to = |to: &str, to_serial| pb::MsgTransferValue {
        owner: text("dan"),
        asset: 1,
        serial,
        units: 10,
        to: text(to),
        to_serial,
    };
    let made: pb::MsgTransferValueResponse = ok(&mut chain, "dan", &to("eve", 0));
    let fresh = dat(&chain, 1, made.serial);
    assert_eq!((fresh.owner, fresh.value, fresh.paid), (text("eve"), 10, Some(wire(30))));
    let _: pb::MsgTransferValueResponse = ok(&mut chain, "dan", &to("eve", made.serial));
    assert_eq!((dat(&chain, 1, made.serial).value, dat(&chain, 1, serial).value), (20, 80));
    assert_eq!(refused(&mut chain, "dan", &to("ben", made.serial)), 32, "not Ben's");
    assert_eq!(refused(&mut chain, "dan", &to("dan", serial)), 32, "the same token");
    let all = pb::MsgTransferValue { units: 81, ..to("eve", 0) };
    assert_eq!(refused(&mut chain, "dan", &all), 30);
    // free units and bought ones do not mix: the money behind them would move to units that cost nothing
    let grant = |expires_at| pb::MsgGrantAccess {
        owner: text("ada"),
        asset: 1,
        policy_version: 1,
        grantee: text("eve"),
        units: 5,
        expires_at,
        ..pb::MsgGrantAccess::default()
    };
    let free: pb::MsgGrantAccessResponse = ok(&mut chain, "ada", &grant(None));
    assert_eq!(refused(&mut chain, "dan", &to("eve", free.serial)), 32);
    // never to a later expiry
    let soon = chain.seen(vec![]).time.plus(Span::from_secs(100)).wire();
    let short: pb::MsgGrantAccessResponse = ok(&mut chain, "ada", &grant(Some(soon)));
    let back = pb::MsgTransferValue {
        owner: text("eve"),
        asset: 1,
        serial: short.serial,
        units: 1,
        to: text("eve"),
        to_serial: free.serial,
    };
    assert_eq!(refused(&mut chain, "eve", &back), 32);
}

/// G39, lazai 7.12, lazai 7.21, peers 4.10.
#[test]
fn revoking_a_token_refunds_it_at_once_and_revoking_an_account_on_request() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let (first, second) = (bought(&mut chain, "dan", 100), bought(&mut chain, "dan", 10));
    assert_eq!(take(&mut chain, first, "dan", 40).expect("takes").amount.units(), 120);
    let before = wealth(&chain, &address("dan"));
    let revoke = |serial, account: &str| pb::MsgRevokeAccess {
        owner: text("ada"),
        asset: 1,
        serial,
        account: if account.is_empty() { String::new() } else { text(account) },
        ..pb::MsgRevokeAccess::default()
    };
    let refund = |serial| pb::MsgRefundAccess { sender: text("zoe"), asset: 1, serial };
    assert_eq!(refused(&mut chain, "zoe", &refund(first)), 37);
    assert_eq!(
        refused(&mut chain, "eve", &pb::MsgRevokeAccess { owner: text("eve"), ..revoke(first, "") }),
        7
    );
    assert_eq!(refused(&mut chain, "ada", &revoke(1, "")), 31, "grants no access");
    let _: pb::MsgRevokeAccessResponse = ok(&mut chain, "ada", &revoke(first, ""));
    assert_eq!(wealth(&chain, &address("dan")) - before, 180);
    assert_eq!(refused(&mut chain, "ada", &revoke(first, "")), 36);
    assert_eq!(code(take(&mut chain, first, "dan", 1)), 31);
    // what the channel had comes back to the owner, not to the token
    give_back(&mut chain, first, 40, 10, 30);
    assert_eq!(wealth(&chain, &address("dan")) - before, 210);
    assert_eq!(dat(&chain, 1, first).value, 0);

    let _: pb::MsgRevokeAccessResponse = ok(&mut chain, "ada", &revoke(0, "dan"));
    assert_eq!(code(take(&mut chain, second, "dan", 1)), 31);
    assert_eq!(refused(&mut chain, "dan", &buy("dan", 1, 3)), 25);
    let paid: pb::MsgRefundAccessResponse = ok(&mut chain, "zoe", &refund(second));
    assert_eq!(paid.refund, Some(wire(30)));
    assert_eq!(refused(&mut chain, "zoe", &refund(second)), 37);
    let own = run(&mut chain, "ada", &revoke(0, "ada"));
    assert_eq!((own.codespace.as_str(), own.code), ("sdk", 18));
    assert!(invalid(&mut chain, "ada", &revoke(first, "dan")).contains("give one of"));
    // a grant lets the account in again
    let grant = pb::MsgGrantAccess {
        owner: text("ada"),
        asset: 1,
        policy_version: 1,
        grantee: text("dan"),
        ..pb::MsgGrantAccess::default()
    };
    let _: pb::MsgGrantAccessResponse = ok(&mut chain, "ada", &grant);
    bought(&mut chain, "dan", 1);
}

/// G39.
#[test]
fn a_revoked_licence_grants_nothing_any_more() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let serial = bought(&mut chain, "dan", 10);
    let revoke = pb::MsgRevokeAccess {
        owner: text("ada"),
        asset: 1,
        policy_version: 1,
        ..pb::MsgRevokeAccess::default()
    };
    let _: pb::MsgRevokeAccessResponse = ok(&mut chain, "ada", &revoke);
    assert_eq!(refused(&mut chain, "dan", &buy("dan", 1, 3)), 24);
    assert_eq!(code(take(&mut chain, serial, "dan", 1)), 31);
    let refund = pb::MsgRefundAccess { sender: text("dan"), asset: 1, serial };
    let _: pb::MsgRefundAccessResponse = ok(&mut chain, "dan", &refund);
    let missing = pb::MsgRevokeAccess { policy_version: 9, ..revoke };
    assert_eq!(refused(&mut chain, "ada", &missing), 4);
}

/// peers 4.10, lazai 7.15: expiry by queue, at its instant, and no weight goes with it.
#[test]
fn expiry_ends_value_and_its_money_becomes_revenue_once_a_version_is_settled() {
    let mut chain = chain();
    let until = chain.seen(vec![]).time.plus(Span::from_secs(100)).wire();
    let policy = Some(pb::PolicyTerms { valid_until: Some(until), ..terms() });
    let made = liable(&mut chain, NewAnchor { policy, ..new("ada", "a") });
    let serial = bought(&mut chain, "dan", 10);
    let expire = pb::MsgSettleExpired { sender: text("zoe"), dats: vec![pb::DatRef { asset: 1, serial }] };
    assert_eq!(refused(&mut chain, "zoe", &expire), 41);
    chain.skip_secs(100);
    chain.blocks(1);
    let token = dat(&chain, 1, serial);
    assert_eq!((token.value, token.paid), (0, Some(wire(30))), "the verdict may still fall");
    assert_eq!(refused(&mut chain, "zoe", &expire), 40);
    assert_eq!(code(take(&mut chain, serial, "dan", 1)), 31);
    settle(&mut chain, made);
    let _: pb::MsgSettleExpiredResponse = ok(&mut chain, "zoe", &expire);
    assert_eq!(claim(&mut chain, &[(1, 1)]), 30);
    assert!(dat(&chain, 1, serial).expired);
    assert_eq!(refused(&mut chain, "zoe", &expire), 41);
    chain.skip_secs(4_000);
    chain.blocks(2);
    assert_eq!(claim(&mut chain, &[(1, 1)]), 0, "not twice");
}

#[test]
fn a_buyer_of_sealed_content_may_undo_when_the_key_does_not_come() {
    let mut chain = chain();
    settled(&mut chain, NewAnchor { manifest: sealed("a"), ..new("ada", "a") });
    assert_eq!(refused(&mut chain, "dan", &buy("dan", 10, 30)), 34);
    let with_key = |who: &str| pb::MsgBuyAccess { grantee_key: vec![9; 32], ..buy(who, 10, 30) };
    let made: pb::MsgBuyAccessResponse = ok(&mut chain, "dan", &with_key("dan"));
    let refund = pb::MsgRefundAccess { sender: text("dan"), asset: 1, serial: made.serial };
    assert_eq!(refused(&mut chain, "dan", &refund), 37, "the key may still come");
    let deliver = |serial, key_epoch| pb::MsgDeliverKey {
        owner: text("ada"),
        asset: 1,
        serial,
        wrapped_key: vec![1; 80],
        key_epoch,
    };
    assert_eq!(refused(&mut chain, "ada", &deliver(made.serial, 2)), 35);
    assert_eq!(refused(&mut chain, "ada", &deliver(1, 1)), 31, "grants no access");
    let _: pb::MsgDeliverKeyResponse = ok(&mut chain, "ada", &deliver(made.serial, 1));
    chain.skip_secs(100);
    assert_eq!(refused(&mut chain, "dan", &refund), 37, "it came");
    let rotate = pb::MsgRotateDataKey { owner: text("ada"), asset: 1, key_commitment: vec![] };
    let rotated: pb::MsgRotateDataKeyResponse = ok(&mut chain, "ada", &rotate);
    assert_eq!(rotated.key_epoch, 2);
    assert_eq!(refused(&mut chain, "dan", &refund), 37);
    chain.skip_secs(60);
    let paid: pb::MsgRefundAccessResponse = ok(&mut chain, "dan", &refund);
    assert_eq!(paid.refund, Some(wire(30)), "the new key did not come");
    assert_eq!(refused(&mut chain, "ada", &deliver(made.serial, 2)), 31);
}

#[test]
fn an_open_asset_has_no_data_key() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let rotate = pb::MsgRotateDataKey { owner: text("ada"), asset: 1, key_commitment: vec![] };
    assert_eq!(refused(&mut chain, "ada", &rotate), 35);
    let grant = pb::MsgGrantAccess {
        owner: text("ada"),
        asset: 1,
        policy_version: 1,
        grantee: text("dan"),
        wrapped_key: vec![1],
        ..pb::MsgGrantAccess::default()
    };
    assert_eq!(refused(&mut chain, "ada", &grant), 35);
}

#[test]
fn a_quota_is_taken_and_given_back() {
    let mut chain = chain();
    settled(
        &mut chain,
        NewAnchor {
            policy: Some(pb::PolicyTerms { max_units_per_grantee: 10, ..terms() }),
            ..new("ada", "a")
        },
    );
    let take = |chain: &mut TestChain, units| {
        chain.act(move |ctx| logic::take_quota(ctx, 1, 1, &address("dan"), units))
    };
    take(&mut chain, 10).expect("takes");
    assert_eq!(code(take(&mut chain, 1)), 29);
    let back = chain.act(|ctx| logic::give_back_quota(ctx, 1, 1, &address("dan"), 4));
    back.expect("gives back");
    let ask = pb::QueryQuotaRequest { asset: 1, policy_version: 1, account: text("dan") };
    let quota: pb::QueryQuotaResponse = chain.ask("/lazchain.dat.v1.Query/Quota", &ask).expect("answers");
    assert_eq!((quota.taken, quota.most), (6, 10));
}
