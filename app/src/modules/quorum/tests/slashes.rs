//! How a slash reaches the stake: nothing that left since the measurement escapes, nobody else pays.

use proptest::prelude::*;
use proto::{amount::Amount, lazchain::quorum::v1 as pb};

use super::{LAZ, Stage, create, equal, join, laz, measurement, next_epoch, rules, run, slash_record, val};
use crate::{
    modules::{
        quorum::{self as module, Offence},
        staking::{
            self,
            tests::{check_free, delegate, redelegate, unbonding_balance, undelegate},
        },
    },
    testkit::{TestChain, address, genesis},
    time::Span,
};

fn wrong(measurement: u64, name: &str, amount: Amount) -> Offence {
    Offence {
        quorum: 1,
        measurement,
        member: val(name),
        kind: pb::OffenceKind::Wrong,
        task: 1,
        round: 1,
        power_at_fault: Amount::ZERO,
        reporter: None,
        at_least: amount,
        refund: None,
    }
}

fn tokens(stage: &Stage, name: &str) -> u128 {
    let found = staking::find_validator(&stage.ctx.state, &val(name)).expect("reads");
    found.map_or(0, |validator| validator.tokens.units())
}

/// Four validators; many people stake on v1.
fn crowd(people: usize) -> (TestChain, Vec<String>) {
    let names: Vec<String> = (0..people).map(|number| format!("p{number}")).collect();
    let validators = ["v1", "v2", "v3", "v4"].map(|name| (name, 1_000 * LAZ));
    let mut balances: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 200 * LAZ)).collect();
    balances.push(("ada", 1_000 * LAZ));
    balances.extend(validators.map(|(name, _)| (name, 10 * LAZ)));
    let all: Vec<&str> = balances.iter().map(|(name, _)| *name).collect();
    let mut chain = TestChain::with_genesis(&all, genesis(&balances, &validators));
    run(&mut chain, "ada", vec![create("ada", rules())]);
    for (name, _) in validators {
        run(&mut chain, name, vec![join(name, 1, 5_000)]);
    }
    let block: Vec<_> = names
        .iter()
        .map(|name| chain.sign(name, vec![delegate(name, "v1", 100 * LAZ)], &Default::default()))
        .collect();
    assert!(chain.block(block).iter().all(|result| result.code == 0));
    next_epoch(&mut chain);
    (chain, names)
}

/// peers 7.4, G36, lazai 7.16.
#[test]
fn undelegating_between_verdict_and_ruling_does_not_escape() {
    let (mut chain, names) = crowd(2);
    let measured = measurement(&chain, 1).epoch;
    run(&mut chain, &names[0], vec![undelegate(&names[0], "v1", 100 * LAZ)]);
    run(&mut chain, &names[1], vec![redelegate(&names[1], "v1", "v2", 100 * LAZ)]);
    // what the new validator lets go is liable for the old one too
    run(&mut chain, &names[1], vec![undelegate(&names[1], "v2", 100 * LAZ)]);
    let mut stage = Stage::of(&chain, 0);
    let offence = wrong(measured, "v1", laz(120));
    assert_eq!(module::offend(&mut stage.ctx, &offence).expect("decides"), laz(120));
    stage.block();
    let left = |name: &str, from: &str| unbonding_balance(&stage.ctx.state, &address(name), &val(from));
    assert_eq!(left(&names[0], "v1"), 90_000_000);
    assert_eq!(left(&names[1], "v2"), 90_000_000);
    assert_eq!(tokens(&stage, "v1"), 900_000_000);
    assert_eq!(tokens(&stage, "v2"), 1_000_000_000);
}

#[test]
fn stake_that_had_left_before_the_measurement_does_not_pay() {
    let (mut chain, names) = crowd(2);
    run(&mut chain, &names[0], vec![undelegate(&names[0], "v1", 100 * LAZ)]);
    next_epoch(&mut chain);
    let measured = measurement(&chain, 1).epoch;
    let mut stage = Stage::of(&chain, 0);
    module::offend(&mut stage.ctx, &wrong(measured, "v1", laz(110))).expect("decides");
    stage.block();
    assert_eq!(unbonding_balance(&stage.ctx.state, &address(&names[0]), &val("v1")), 100_000_000);
    assert_eq!(tokens(&stage, "v1"), 990_000_000);
}

/// G38, peers 7.4.
#[test]
fn a_slash_goes_in_pages_and_until_it_is_done_nothing_leaves() {
    let (mut chain, names) = crowd(12);
    let measured = measurement(&chain, 1).epoch;
    let leaving: Vec<_> = names[1..]
        .iter()
        .map(|name| chain.sign(name, vec![undelegate(name, "v1", 100 * LAZ)], &Default::default()))
        .collect();
    assert!(chain.block(leaving).iter().all(|result| result.code == 0));
    let mut stage = Stage::of(&chain, 0);
    module::offend(&mut stage.ctx, &wrong(measured, "v1", laz(220))).expect("decides");
    let work = |stage: &mut Stage| {
        module::slash(&mut stage.ctx, &1_u64.to_be_bytes(), 4).expect("works");
    };
    work(&mut stage);
    let slash = slash_record(&stage.ctx.state, 1).expect("is there");
    assert!(slash.stage < staking::LEVIED && !slash.cursor.is_empty());
    // what would begin to leave now is refused, with a reason
    let held = check_free(&stage.ctx.state, &val("v1")).expect_err("refused").to_string();
    assert!(held.contains("is being slashed"));
    assert!(check_free(&stage.ctx.state, &val("v2")).is_ok());
    // a year later everything would be due, and still waits
    let before = stage.ctx.block.time;
    stage.skip_secs(31_557_600);
    staking::end_block(&mut stage.ctx).expect("works");
    let left = unbonding_balance(&stage.ctx.state, &address(&names[1]), &val("v1"));
    assert!(left == 90_000_000 || left == 100_000_000, "{left}");
    stage.ctx.block.time = before;
    for _ in 0..6 {
        work(&mut stage);
    }
    let slash = slash_record(&stage.ctx.state, 1).expect("is there");
    assert_eq!((slash.stage, slash.left.as_str()), (staking::LEVIED, "0"));
    for name in &names[1..] {
        assert_eq!(unbonding_balance(&stage.ctx.state, &address(name), &val("v1")), 90_000_000);
    }
    assert_eq!(tokens(&stage, "v1"), 990_000_000);
    stage.skip_secs(31_557_600);
    stage.block();
    assert_eq!(unbonding_balance(&stage.ctx.state, &address(&names[1]), &val("v1")), 0);
}

#[test]
fn after_the_time_that_stake_takes_to_leave_nothing_is_taken() {
    let chain = equal();
    let measured = measurement(&chain, 1).epoch;
    let mut stage = Stage::of(&chain, 0);
    stage.skip_secs(1_814_400);
    let decided = module::offend(&mut stage.ctx, &wrong(measured, "v1", laz(10))).expect("decides");
    assert_eq!(decided, Amount::ZERO);
    stage.block();
    assert_eq!(tokens(&stage, "v1"), 1_000_000_000);
}

/// peers 7.3.
#[test]
fn a_validator_that_lost_everything_is_slashed_without_an_error() {
    let mut chain = equal();
    let measured = measurement(&chain, 1).epoch;
    run(&mut chain, "v1", vec![undelegate("v1", "v1", 1_000 * LAZ)]);
    let mut stage = Stage::of(&chain, 0);
    module::offend(&mut stage.ctx, &wrong(measured, "v1", laz(100))).expect("decides");
    stage.block();
    // all of it came out of what was leaving: the operator's own, so it is no delegator's loss
    let slash = slash_record(&stage.ctx.state, 1).expect("is there");
    assert_eq!((slash.own.as_str(), slash.others.as_str()), ("100000000", "0"));
    assert_eq!(unbonding_balance(&stage.ctx.state, &address("v1"), &val("v1")), 900_000_000);
}

#[test]
fn a_shorter_unbonding_time_applies_once_the_old_one_has_passed() {
    let chain = equal();
    let mut stage = Stage::of(&chain, 0);
    let (long, short) = (Span::from_secs(1_814_400), Span::from_secs(3_600));
    module::unbonding_time_changes(&mut stage.ctx, long, short).expect("notes");
    let exit = |stage: &Stage| module::slowest_exit(&stage.ctx.state, stage.ctx.block.time).expect("reads");
    assert_eq!(exit(&stage), long);
    stage.skip_secs(1_814_399);
    assert_eq!(exit(&stage), long);
    stage.skip_secs(1);
    assert_eq!(exit(&stage), Span::ZERO);
}

#[test]
fn an_overturned_rejection_refunds_the_fee_from_the_operators_own_part() {
    let chain = equal();
    let measured = measurement(&chain, 1).epoch;
    let mut stage = Stage::of(&chain, 0);
    let poor = address("poor");
    for name in ["v1", "v2"] {
        let refund = Some((poor, laz(10)));
        let offence = Offence { refund, power_at_fault: laz(1_000), ..wrong(measured, name, Amount::ZERO) };
        // 1 % of 500 LAZ, times 1.8
        assert_eq!(module::offend(&mut stage.ctx, &offence).expect("decides"), laz(9));
    }
    stage.block();
    let slash = |number| slash_record(&stage.ctx.state, number).expect("is there");
    assert_eq!((slash(1).to_refund.as_str(), slash(1).to_insurance.as_str()), ("7200000", "0"));
    assert_eq!((slash(2).to_refund.as_str(), slash(2).to_insurance.as_str()), ("2800000", "4400000"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever leaves, moves and comes between measurement and ruling: no more than decided is taken, stake is
    /// conserved, and who delegated pays at most the part that the slash was of the stake, and one unit for rounding.
    #[test]
    fn a_slash_takes_what_was_decided_and_its_part_from_each(
        moves in prop::collection::vec((0..4_usize, 0..3_u8, 1..100_u64), 0..10), amount in 1..500_u64,
    ) {
        let (mut chain, names) = crowd(4);
        let measured = measurement(&chain, 1).epoch;
        for (person, what, part) in moves {
            let (name, part) = (&names[person], part * LAZ);
            let message = match what {
                0 => undelegate(name, "v1", part),
                1 => redelegate(name, "v1", "v2", part),
                _ => delegate(name, "v1", part),
            };
            chain.run(name, vec![message]);
        }
        let mut stage = Stage::of(&chain, 0);
        let all = |stage: &Stage| {
            let state = &stage.ctx.state;
            let supply = crate::modules::bank::supply(state, &proto::coin::Denom::known("ulaz"));
            supply.expect("reads").units()
        };
        let before = all(&stage);
        let decided = module::offend(&mut stage.ctx, &wrong(measured, "v1", laz(amount))).expect("decides");
        stage.block();
        stage.block();
        let slash = slash_record(&stage.ctx.state, 1).expect("is there");
        let number = |text: &String| text.parse::<u128>().unwrap_or(0);
        let (own, others, left) = (number(&slash.own), number(&slash.others), number(&slash.left));
        prop_assert!(own + others + left <= decided.units());
        prop_assert!(own + others + left + 20 >= decided.units());
        prop_assert_eq!(before - all(&stage), others + number(&slash.own_burnt));
        prop_assert_eq!(staking::holds(&stage.ctx.state, &val("v1")).expect("reads"), 0);
    }
}
