//! Pools.

use prost_types::Any;
use proto::{
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::quorum::v1 as pb,
};

use super::{LAZ, Stage, equal, laz, ours, refused, run, val};
use crate::{
    modules::{
        quorum::{self as module, logic::pools},
        staking::tests::undelegate,
    },
    testkit::{TestChain, address, any},
};

fn fund(pool: pb::Pool, amount: &str) -> Any {
    let funder = address("ada").to_string();
    any(&pb::MsgFundQuorum { funder, quorum: 1, pool: pool.into(), amount: amount.into() })
}

fn claim(name: &str) -> Any {
    any(&pb::MsgClaimQuorumPool { validator: val(name).to_string(), quorum: 1 })
}

fn ulaz(amount: u64) -> Coins {
    Coins::one(Coin::new(Denom::known("ulaz"), Amount::new(amount.into())))
}

fn levels(chain: &TestChain) -> (String, String) {
    let ask = pb::QueryPoolsRequest { quorum: 1 };
    let answer: pb::QueryPoolsResponse = chain.ask("/lazchain.quorum.v1.Query/Pools", &ask).expect("answers");
    let pools = answer.pools.expect("is there");
    (pools.insurance, pools.audit)
}

#[test]
fn anyone_fills_the_pools_and_nobody_takes_more_than_they_hold() {
    let mut chain = equal();
    run(&mut chain, "ada", vec![fund(pb::Pool::Insurance, "100"), fund(pb::Pool::Audit, "7")]);
    assert_eq!(levels(&chain), ("100".to_owned(), "7".to_owned()));
    let sdk = ("sdk".to_owned(), 18);
    assert_eq!(refused(&mut chain, "ada", vec![fund(pb::Pool::Unspecified, "1")]), sdk);
    assert_eq!(refused(&mut chain, "ada", vec![fund(pb::Pool::Audit, "0")]), sdk);
    let mut stage = Stage::of(&chain, 0);
    let to = address("poor");
    let drawn = module::draw_insurance(&mut stage.ctx, 1, &to, Amount::new(60)).expect("pays");
    assert_eq!(drawn.units(), 60);
    let drawn = module::draw_insurance(&mut stage.ctx, 1, &to, Amount::new(60)).expect("pays");
    assert_eq!(drawn.units(), 40);
    assert_eq!(module::draw_audit(&mut stage.ctx, 1, &to, Amount::new(9)).expect("pays").units(), 7);
    let ada = address("ada");
    module::fund_audit(&mut stage.ctx, 1, &ada, Amount::new(3)).expect("fills");
    module::fund_insurance(&mut stage.ctx, 1, &ada, Amount::new(4)).expect("fills");
    stage.block();
}

/// G36.
#[test]
fn members_share_income_by_power_and_newcomers_only_what_comes_later() {
    let mut chain = equal();
    assert_eq!(refused(&mut chain, "v1", vec![claim("v1")]), ours(30));
    let mut stage = Stage::of(&chain, 0);
    let ada = address("ada");
    let can = |stage: &Stage, name: &str| {
        pools::claimable(&stage.ctx.state, 1, &val(name)).expect("reads").to_string()
    };
    module::fund_members(&mut stage.ctx, 1, &ada, &ulaz(1_003)).expect("shares");
    assert_eq!(can(&stage, "v1"), "200ulaz");
    assert_eq!(can(&stage, "ada"), "");
    // v1 leaves; it keeps what it earned, the others share what comes next
    module::logic::members::leave(&mut stage.ctx, &val("v1"), 1).expect("leaves");
    stage.next_epoch();
    module::fund_members(&mut stage.ctx, 1, &ada, &ulaz(1_000)).expect("shares");
    assert_eq!((can(&stage, "v1").as_str(), can(&stage, "v2").as_str()), ("200ulaz", "450ulaz"));
    assert_eq!(pools::claim(&mut stage.ctx, 1, &val("v2")).expect("pays").to_string(), "450ulaz");
    assert!(pools::claim(&mut stage.ctx, 1, &val("v2")).is_err());
    stage.next_epoch();
    // back again: nothing of what came while it was away
    let entry = module::logic::members::Entry {
        validator: val("v1"),
        quorum: 1,
        allocation_bps: 5_000,
        attestation_key: [9; 32],
        sealing_key: [9; 32],
        endpoint: String::new(),
    };
    module::logic::members::join(&mut stage.ctx, &entry).expect("joins");
    stage.next_epoch();
    assert_eq!(can(&stage, "v1"), "200ulaz");
    module::fund_members(&mut stage.ctx, 1, &ada, &ulaz(1_000)).expect("shares");
    assert_eq!((can(&stage, "v1").as_str(), can(&stage, "v2").as_str()), ("400ulaz", "200ulaz"));
    stage.block();
}

/// G36: who is jailed, and who is unbonded, has no part in what comes after the next measurement.
#[test]
fn a_jailed_member_and_an_unbonded_one_earn_nothing_of_what_comes_then() {
    let mut chain = equal();
    run(&mut chain, "v2", vec![undelegate("v2", "v2", 1_000 * LAZ)]);
    let mut stage = Stage::of(&chain, 0);
    for _ in 0..12 {
        module::preimage_left_out(&mut stage.ctx, &val("v1")).expect("notes");
    }
    stage.next_epoch();
    module::fund_members(&mut stage.ctx, 1, &address("ada"), &ulaz(900)).expect("shares");
    let can = |name: &str| pools::claimable(&stage.ctx.state, 1, &val(name)).expect("reads").to_string();
    assert_eq!(["v1", "v2", "v3", "v4", "v5"].map(can), ["", "", "300ulaz", "300ulaz", "300ulaz"]);
    stage.block();
}

/// peers 4.10, lazai 7.15.
#[test]
fn income_without_members_waits_for_them() {
    let mut chain = super::five([1_000 * LAZ; 5]);
    run(&mut chain, "ada", vec![super::create("ada", super::rules())]);
    for name in ["v1", "v2", "v3", "v4"] {
        run(&mut chain, name, vec![super::join(name, 1, 5_000)]);
    }
    let mut stage = Stage::of(&chain, 0);
    module::fund_members(&mut stage.ctx, 1, &address("ada"), &ulaz(100)).expect("waits");
    assert_eq!(pools::claimable(&stage.ctx.state, 1, &val("v1")).expect("reads"), Coins::EMPTY);
    stage.next_epoch();
    assert_eq!(pools::claimable(&stage.ctx.state, 1, &val("v1")).expect("reads"), ulaz(25));
    assert_eq!(module::budget(&stage.ctx.state, 1).expect("reads"), laz(2_000));
}

/// G35.
/// Splitting claims never gains, and what is paid is never more than came.
#[test]
fn claiming_often_or_once_pays_the_same() {
    let mut stage = Stage::of(&equal(), 0);
    let mut paid = 0;
    for amount in [1, 2, 3, 5, 7, 11, 13, 17, 19, 23] {
        module::fund_members(&mut stage.ctx, 1, &address("ada"), &ulaz(amount)).expect("shares");
        if let Ok(coins) = pools::claim(&mut stage.ctx, 1, &val("v1")) {
            paid += coins.amount_of(&Denom::known("ulaz")).units();
        }
    }
    let rest = pools::claim(&mut stage.ctx, 1, &val("v2")).expect("pays");
    assert_eq!(rest.amount_of(&Denom::known("ulaz")).units(), paid);
    assert_eq!(paid, 101 / 5);
    stage.block();
}
