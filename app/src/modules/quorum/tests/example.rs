//! The worked example of the protocol, number for number.

use proto::{address::Address, amount::Amount, coin::Denom, lazchain::quorum::v1 as pb};

use super::{
    LAZ, Stage, create, example_rules, five, join, laz, measurement, next_epoch, run, slash_record, val,
};
use crate::{
    modules::{
        bank,
        quorum::{self, Offence, logic::pools},
        staking::{
            self,
            tests::{delegate, redelegate, undelegate},
        },
    },
    testkit::{TestChain, address},
};

fn example() -> TestChain {
    let own = [20_000 * LAZ, 600_000 * LAZ, 50_000 * LAZ, 400_001_234_567, 300_000 * LAZ];
    let mut chain = five(own);
    run(&mut chain, "del", vec![delegate("del", "v1", 980_000 * LAZ), delegate("del", "v3", 450_000 * LAZ)]);
    run(&mut chain, "ada", vec![create("ada", example_rules())]);
    let members = [("v1", 5_000), ("v2", 5_000), ("v3", 3_000), ("v4", 2_500), ("v5", 2_000)];
    for (name, bps) in members {
        run(&mut chain, name, vec![join(name, 1, bps)]);
    }
    next_epoch(&mut chain);
    chain
}

#[test]
fn the_table_of_quorum_one_is_measured_to_the_unit() {
    let chain = example();
    let found = measurement(&chain, 1);
    assert_eq!((found.capped, found.level.as_str()), (2, "155000154320"));
    assert_eq!(found.total, "620000617281");
    let row = |name: &str| {
        let row = quorum::row(&found, &val(name)).expect("a member");
        let number = |text: &String| text.parse::<u128>().expect("a number");
        (number(&row.tokens), number(&row.own), number(&row.pledge), number(&row.power))
    };
    let laz = u128::from(LAZ);
    assert_eq!(row("v1"), (1_000_000 * laz, 20_000 * laz, 200_000 * laz, 155_000_154_320));
    assert_eq!(row("v2"), (600_000 * laz, 600_000 * laz, 300_000 * laz, 155_000_154_320));
    assert_eq!(row("v3"), (500_000 * laz, 50_000 * laz, 150_000 * laz, 150_000 * laz));
    assert_eq!(row("v4"), (400_001_234_567, 400_001_234_567, 100_000_308_641, 100_000_308_641));
    assert_eq!(row("v5"), (300_000 * laz, 300_000 * laz, 60_000 * laz, 60_000 * laz));
    assert_eq!(super::quorum(&chain, 1).status(), pb::Status::Active);
}

fn supply(stage: &Stage) -> u128 {
    bank::supply(&stage.ctx.state, &Denom::known("ulaz")).expect("reads").units()
}

#[test]
fn an_overturned_verdict_takes_what_the_example_says_from_whom_it_says() {
    let mut chain = example();
    let measured = measurement(&chain, 1).epoch;
    // after the measurement stake begins to leave, before the verdict falls
    run(
        &mut chain,
        "del",
        vec![undelegate("del", "v1", 100_000 * LAZ), redelegate("del", "v1", "v4", 50_000 * LAZ)],
    );
    let mut stage = Stage::of(&chain, 0);
    let ctx = &mut stage.ctx;
    quorum::hold(ctx, 1, measured).expect("holds");
    for name in ["v1", "v3", "v2", "v5"] {
        quorum::reserve(ctx, 1, &val(name), laz(5_000)).expect("reserves");
    }
    let at_fault = Amount::new(460_000_308_640);
    let before = supply(&stage);
    let mut amounts = Vec::new();
    for name in ["v1", "v3", "v2"] {
        let offence = Offence {
            quorum: 1,
            measurement: measured,
            member: val(name),
            kind: pb::OffenceKind::Wrong,
            task: 3,
            round: 1,
            power_at_fault: at_fault,
            reporter: None,
            at_least: laz(5_000),
            refund: None,
        };
        amounts.push(quorum::offend(&mut stage.ctx, &offence).expect("decides").units());
        // the same offence costs nothing the second time
        assert_eq!(quorum::offend(&mut stage.ctx, &offence).expect("decides"), Amount::ZERO);
    }
    assert_eq!(amounts, [5_000_000_000, 5_000_000_000, 7_451_400_000]);
    let why = slash_record(&stage.ctx.state, 1).expect("is there");
    assert_eq!((why.penalty_bps, why.factor_bps, why.at_fault.as_str()), (100, 24_838, "460000308640"));
    stage.block();

    let state = &stage.ctx.state;
    let tokens = |name: &str| {
        staking::find_validator(state, &val(name)).expect("reads").expect("is there").tokens.units()
    };
    assert_eq!(tokens("v1"), 845_750_000_000);
    assert_eq!(tokens("v2"), 592_548_600_000);
    assert_eq!(tokens("v3"), 495_000_000_000);
    assert_eq!(tokens("v4"), 400_001_234_567 + 50_000_000_000 - 250_000_000);
    assert_eq!(tokens("v5"), 300_000_000_000);
    let unbonding = staking::tests::unbonding_balance(state, &address("del"), &val("v1"));
    assert_eq!(unbonding, 99_500_000_000);
    let insurance = pools::pools(state, 1).expect("reads").insurance;
    assert_eq!(insurance, "6441120000");
    assert_eq!(before - supply(&stage), 9_400_000_000 + 1_610_280_000);
    let v1 = slash_record(&stage.ctx.state, 1).expect("is there");
    assert_eq!((v1.own.as_str(), v1.others.as_str(), v1.left.as_str()), ("100000000", "4900000000", "0"));
    let own = |number| slash_record(&stage.ctx.state, number).expect("is there").own;
    assert_eq!((own(2), own(3)), ("500000000".to_owned(), "7451400000".to_owned()));
    // the reserve goes with the ruling, and nothing keeps the stake any longer
    for name in ["v1", "v3", "v2", "v5"] {
        quorum::release(&mut stage.ctx, 1, &val(name), laz(5_000)).expect("releases");
    }
    quorum::let_go(&mut stage.ctx, 1, measured).expect("lets go");
    stage.next_epoch();
    stage.block();
    assert!(slash_record(&stage.ctx.state, 1).is_some(), "it can be asked for");
    stage.ctx.block.height += 100_000;
    stage.block();
    assert!(slash_record(&stage.ctx.state, 1).is_none());
    assert_eq!(quorum::account(1), Address::module("quorum/1"));
}

#[test]
fn the_own_part_of_the_stake_is_what_delegators_do_not_own() {
    let chain = example();
    let state = chain.node.store().latest();
    let v1 = staking::find_validator(&state, &val("v1")).expect("reads").expect("is there");
    assert_eq!(staking::own_tokens(&state, &v1).expect("reads"), laz(20_000));
}
